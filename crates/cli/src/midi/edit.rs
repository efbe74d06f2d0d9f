//! `rae midi edit`: one song, changed.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, ValueEnum};
use rust_audio_engine::Seconds;
use rust_audio_engine::midi::edit::{
    self, Ends, Grid, Humanise, OutOfRange, Quantise, Scope, Strip, Transpose, Velocity,
};
use rust_audio_engine::midi::{Error, Format, Sequence, Speed, Summary, Track};

use super::file::Output;
use crate::exit::Failure;
use crate::options::flatten;
use crate::terminal::say;
use crate::values::{Channels, Tracks, channels, tracks};

/// Change a MIDI file
///
/// Edits are made in the order in which they are listed here, and everything else stays as it is. Tracks and channels
/// are those of the input, counted from 1, also where others are removed. Without edits the copy has the same events.
#[derive(Args)]
pub(crate) struct Edit {
    #[command(flatten)]
    file: Output,
    #[command(flatten)]
    scope: ScopeOptions,
    #[command(flatten)]
    notes: NoteOptions,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    whole: WholeOptions,
}

#[derive(Args)]
#[command(next_help_heading = "What the edits of notes concern")]
struct ScopeOptions {
    /// Only these tracks: 2 or 1-4,6
    #[arg(long, value_name = "TRACKS", value_parser = tracks)]
    tracks: Vec<Tracks>,
    /// Only these channels: 1-16, 17-32 on the second port; drums, too, if they are named
    #[arg(long, value_name = "CH", value_parser = channels)]
    channels: Vec<Channels>,
}

#[derive(Args)]
#[command(next_help_heading = "Edits of notes")]
struct NoteOptions {
    /// Another program in place of one, both from 0 as in the file: 0:4
    #[arg(long, value_name = "FROM:TO", value_parser = program_pair)]
    map_program: Vec<(u8, u8)>,
    /// Semitones up or down; drums stay
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    transpose: Option<i8>,
    /// What becomes of notes that would leave the keys 0 to 127
    #[arg(long, value_name = "WHAT", default_value = "octave")]
    out_of_range: OutOfRangeName,
    /// Move notes onto a grid: 1/16, 1/8t (triplets), 1/4. (dotted)
    #[arg(long, alias = "quantize", value_name = "GRID")]
    quantise: Option<Grid>,
    /// How far they move towards the grid: 0 to 1
    #[arg(long, value_name = "X", default_value_t = 1.0, requires = "quantise")]
    strength: f64,
    /// Where every second line of the grid lies between its neighbours: 0.5 (even) to 0.75; 0.67 are triplets
    #[arg(long, value_name = "X", default_value_t = 0.5, requires = "quantise")]
    swing: f64,
    /// What becomes of the ends of notes: they move along, stay, or are quantised, too
    #[arg(long, value_name = "WHAT", default_value = "follow", requires = "quantise")]
    ends: EndsName,
    /// Make every note this loud: 1 to 127
    #[arg(long, value_name = "V", conflicts_with_all = ["velocity_gamma", "velocity_scale", "velocity_offset", "velocity_min", "velocity_max"], value_parser = clap::value_parser!(u8).range(1..=127))]
    velocity: Option<u8>,
    /// Exponent of the velocity curve: below 1 lifts soft notes
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    velocity_gamma: f64,
    /// Factor on velocities
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    velocity_scale: f64,
    /// Added to velocities
    #[arg(long, value_name = "N", default_value_t = 0.0, allow_negative_numbers = true)]
    velocity_offset: f64,
    /// The softest velocity
    #[arg(long, value_name = "V", default_value_t = 1)]
    velocity_min: u8,
    /// The loudest velocity
    #[arg(long, value_name = "V", default_value_t = 127)]
    velocity_max: u8,
    /// Let notes begin up to so many milliseconds early or late
    #[arg(long, alias = "humanize", value_name = "MS", default_value_t = 0.0)]
    humanise: f64,
    /// Let velocities stray by up to so much
    #[arg(long, alias = "humanize-velocity", value_name = "N", default_value_t = 0)]
    humanise_velocity: u8,
    /// Stray in another way; the same number gives the same result
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

#[derive(Args)]
#[command(next_help_heading = "What stays")]
struct SelectionOptions {
    /// Keep only these tracks; tempo, metre and system exclusive messages stay
    #[arg(long, value_name = "TRACKS", value_parser = tracks, conflicts_with = "remove_tracks")]
    keep_tracks: Vec<Tracks>,
    /// Remove these tracks; tempo, metre and system exclusive messages stay
    #[arg(long, value_name = "TRACKS", value_parser = tracks)]
    remove_tracks: Vec<Tracks>,
    /// Keep only these channels
    #[arg(long, value_name = "CH", value_parser = channels, conflicts_with = "remove_channels")]
    keep_channels: Vec<Channels>,
    /// Remove these channels
    #[arg(long, value_name = "CH", value_parser = channels)]
    remove_channels: Vec<Channels>,
    /// Take out system exclusive messages, words but track names, events of single makers, tracks without events
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    strip: Vec<StripName>,
}

#[derive(Args)]
#[command(next_help_heading = "Edits of the whole song")]
struct WholeOptions {
    /// Move a channel of every port: 1:5
    #[arg(long, value_name = "FROM:TO", value_parser = channel_pair)]
    map_channel: Vec<(u8, u8)>,
    /// Factor on the tempo; 2 is twice as fast
    #[arg(long, value_name = "FACTOR")]
    tempo: Option<f64>,
    /// One tempo for the whole song, in quarter notes per minute
    #[arg(long, value_name = "BPM", conflicts_with = "tempo")]
    bpm: Option<f64>,
    /// Ticks per quarter note
    #[arg(long, value_name = "TICKS")]
    resolution: Option<u16>,
    /// 0: one track; 1: from format 0 a track per channel, from format 2 the patterns in turn
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=1))]
    format: Option<u8>,
}

#[derive(Clone, Copy, ValueEnum)]
enum OutOfRangeName {
    Octave,
    Drop,
    Refuse,
}

#[derive(Clone, Copy, ValueEnum)]
enum EndsName {
    Follow,
    Stay,
    Snap,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum StripName {
    Sysex,
    Text,
    Private,
    EmptyTracks,
}

fn program_pair(text: &str) -> Result<(u8, u8), String> {
    pair(text, 127).ok_or_else(|| format!("'{text}' is no pair of programs; write two numbers from 0 to 127: 0:4"))
}

fn channel_pair(text: &str) -> Result<(u8, u8), String> {
    let pair = pair(text, 16).filter(|&(from, to)| from > 0 && to > 0).map(|(from, to)| (from - 1, to - 1));
    pair.ok_or_else(|| format!("'{text}' is no pair of channels; write two numbers from 1 to 16: 1:5"))
}

fn pair(text: &str, most: u8) -> Option<(u8, u8)> {
    let number = |text: &str| text.parse::<u8>().ok().filter(|&number| number <= most);
    let (from, to) = text.split_once(':')?;
    Some((number(from)?, number(to)?))
}

impl Edit {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let song = self.file.read()?;
        self.demand_matches(&song)?;
        let scope = scope(&self.scope.tracks, &self.scope.channels);
        let song = self.notes.apply(song, &scope).map_err(Failure::Edit)?;
        let song = self.selection.apply(song);
        let song = self.whole.apply(song)?;
        self.file.write(&song)
    }
}

impl Edit {
    /// Refuses tracks, channels and maps that name nothing that is there.
    fn demand_matches(&self, song: &Sequence) -> Result<(), Failure> {
        let selection = &self.selection;
        let count = song.tracks.len();
        for (option, lists) in [
            ("--tracks", &self.scope.tracks),
            ("--keep-tracks", &selection.keep_tracks),
            ("--remove-tracks", &selection.remove_tracks),
        ] {
            let missing = lists.iter().flat_map(|list| &list.0).find(|&&track| usize::from(track) > count);
            if let Some(track) = missing {
                return Err(Failure::Usage(format!("{option} names track {track}; the song has {count}")));
            }
        }
        let used: BTreeSet<u16> =
            song.tracks.iter().flat_map(Track::channels).flatten().map(|channel| channel + 1).collect();
        for (option, lists) in [
            ("--channels", &self.scope.channels),
            ("--keep-channels", &selection.keep_channels),
            ("--remove-channels", &selection.remove_channels),
        ] {
            let channels = flatten(lists);
            if !channels.is_empty() && !channels.iter().any(|channel| used.contains(channel)) {
                say(&format!("rae: warning: {option}: the song has nothing on {}", listed(&channels, "channel")));
            }
        }
        demand_once("--map-program", &self.notes.map_program, 0)?;
        demand_once("--map-channel", &self.whole.map_channel, 1)?;
        let summary = Summary::new(song);
        let programs: BTreeSet<u8> =
            summary.channels.iter().flat_map(|channel| channel.programs.iter().copied()).collect();
        for (from, to) in &self.notes.map_program {
            if !programs.contains(from) {
                say(&format!("rae: warning: --map-program {from}:{to}: no note is played with program {from}"));
            }
        }
        for &(from, to) in &self.whole.map_channel {
            if !used.iter().any(|channel| (channel - 1) % 16 == u16::from(from)) {
                let (from, to) = (from + 1, to + 1);
                say(&format!("rae: warning: --map-channel {from}:{to}: the song has nothing on channel {from}"));
            }
        }
        Ok(())
    }
}

/// Refuses two pairs that begin with the same number, which is shown with `first` added.
fn demand_once(option: &str, pairs: &[(u8, u8)], first: u8) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    match pairs.iter().find(|&&(from, _)| !seen.insert(from)) {
        Some((from, _)) => {
            Err(Failure::Usage(format!("{option} says twice what becomes of {}; say it once", from + first)))
        }
        None => Ok(()),
    }
}

/// `channel 3` or `channels 3, 4`.
fn listed(numbers: &[u16], what: &str) -> String {
    let words: Vec<String> = numbers.iter().take(8).map(u16::to_string).collect();
    let (plural, more) = (if numbers.len() > 1 { "s" } else { "" }, if numbers.len() > 8 { " …" } else { "" });
    format!("{what}{plural} {}{more}", words.join(", "))
}

impl NoteOptions {
    fn apply(&self, mut song: Sequence, scope: &Scope) -> Result<Sequence, Error> {
        let programs: BTreeMap<u8, u8> = self.map_program.iter().copied().collect();
        song = edit::map_programs(song, &programs, scope)?;
        if let Some(semitones) = self.transpose {
            let out_of_range = self.out_of_range.into();
            song = edit::transpose(song, &Transpose { semitones, out_of_range }, scope)?;
        }
        if let Some(grid) = self.quantise {
            let ends = self.ends.into();
            song = edit::quantise(song, &Quantise { grid, strength: self.strength, swing: self.swing, ends }, scope)?;
        }
        let curve = self.curve();
        if curve != Velocity::default() {
            song = edit::velocity(song, &curve, scope)?;
        }
        let timing = Seconds(self.humanise / 1000.0);
        let humanise = Humanise { timing, velocity: self.humanise_velocity, seed: self.seed };
        if humanise.timing.0 != 0.0 || humanise.velocity > 0 {
            song = edit::humanise(song, &humanise, scope)?;
        }
        Ok(song)
    }

    fn curve(&self) -> Velocity {
        let curve = Velocity {
            gamma: self.velocity_gamma,
            scale: self.velocity_scale,
            offset: self.velocity_offset,
            min: self.velocity_min,
            max: self.velocity_max,
        };
        self.velocity.map_or(curve, Velocity::fixed)
    }
}

impl SelectionOptions {
    fn apply(&self, mut song: Sequence) -> Sequence {
        // Channels first: they leave the numbers of tracks as they are.
        if !self.keep_channels.is_empty() {
            song = edit::keep(song, &scope(&[], &self.keep_channels));
        }
        if !self.remove_channels.is_empty() {
            song = edit::remove(song, &scope(&[], &self.remove_channels));
        }
        if !self.keep_tracks.is_empty() {
            song = edit::keep(song, &scope(&self.keep_tracks, &[]));
        }
        if !self.remove_tracks.is_empty() {
            song = edit::remove(song, &scope(&self.remove_tracks, &[]));
        }
        let strips = |name| self.strip.contains(&name);
        let what = Strip {
            sysex: strips(StripName::Sysex),
            text: strips(StripName::Text),
            private: strips(StripName::Private),
            empty_tracks: strips(StripName::EmptyTracks),
        };
        edit::strip(song, &what)
    }
}

impl WholeOptions {
    fn apply(&self, mut song: Sequence) -> Result<Sequence, Failure> {
        let channels: BTreeMap<u8, u8> = self.map_channel.iter().copied().collect();
        song = edit::map_channels(song, &channels).map_err(Failure::Edit)?;
        if let Some(factor) = self.tempo {
            let what = || Failure::Usage(format!("--tempo is {factor}; choose a factor from 0.000001 to 1000"));
            song = edit::scale_tempo(song, Speed::new(factor).ok_or_else(what)?).map_err(Failure::Edit)?;
        }
        if let Some(bpm) = self.bpm {
            if !(3.6..=60e6).contains(&bpm) {
                let what = "choose 3.6 to 60000000 quarter notes per minute, such as 120";
                return Err(Failure::Usage(format!("--bpm is {bpm}; {what}")));
            }
            song = edit::set_tempo(song, bpm).map_err(Failure::Edit)?;
        }
        if let Some(ticks) = self.resolution {
            song = edit::set_resolution(song, ticks).map_err(Failure::Edit)?;
        }
        match self.format {
            Some(0) => edit::convert(song, Format::SingleTrack).map_err(Failure::Edit),
            Some(_) => edit::convert(song, Format::Simultaneous).map_err(Failure::Edit),
            None => Ok(song),
        }
    }
}

/// Lists counted from 1; an empty one is everything.
fn scope(tracks: &[Tracks], channels: &[Channels]) -> Scope {
    let tracks: Vec<u16> = tracks.iter().flat_map(|list| list.0.iter().copied()).collect();
    let channels = flatten(channels);
    Scope {
        tracks: (!tracks.is_empty()).then(|| tracks.iter().map(|&track| usize::from(track) - 1).collect()),
        channels: (!channels.is_empty()).then(|| channels.iter().map(|&channel| channel - 1).collect()),
    }
}

impl From<OutOfRangeName> for OutOfRange {
    fn from(name: OutOfRangeName) -> OutOfRange {
        match name {
            OutOfRangeName::Octave => OutOfRange::Octave,
            OutOfRangeName::Drop => OutOfRange::Drop,
            OutOfRangeName::Refuse => OutOfRange::Refuse,
        }
    }
}

impl From<EndsName> for Ends {
    fn from(name: EndsName) -> Ends {
        match name {
            EndsName::Follow => Ends::Follow,
            EndsName::Stay => Ends::Stay,
            EndsName::Snap => Ends::Snap,
        }
    }
}
