//! `rae midi`: what is in a MIDI file, and how it becomes another.

mod edit;
mod file;
mod join;
mod split;
mod trim;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use rust_audio_engine::midi::{Division, Rmid, SmpteRate, Summary, Timed};
use serde::Serialize;

use crate::exit::{CODES, Failure};
use crate::song::read_song;
use crate::terminal::{print, print_json, say};
use crate::values::{noun, show_time};

#[derive(Subcommand)]
pub(crate) enum MidiVerb {
    /// Show length, tempo, tracks and channels of a MIDI file
    Info {
        /// The MIDI file; - is standard input
        song: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    #[command(after_help = CODES)]
    Edit(Box<edit::Edit>),
    #[command(after_help = CODES)]
    Trim(trim::Trim),
    #[command(after_help = CODES)]
    Split(split::Split),
    #[command(after_help = CODES)]
    Merge(join::Merge),
    #[command(after_help = CODES)]
    Concat(join::Concat),
}

/// The JSON form of a summary.
#[derive(Serialize)]
struct Info {
    path: String,
    /// Texts of an RMID file, by what they tell.
    about: BTreeMap<&'static str, String>,
    embedded_bank: Option<EmbeddedBank>,
    format: u16,
    division: String,
    duration: f64,
    /// `null` where ticks are absolute time.
    bars: Option<u64>,
    notes: usize,
    tracks: Vec<Track>,
    channels: Vec<Channel>,
    tempos: Vec<Tempo>,
    time_signatures: Vec<Mark>,
    markers: Vec<Mark>,
    lyrics: Vec<Mark>,
    /// Of a karaoke file.
    titles: Vec<String>,
    copyright: Vec<String>,
    warnings: Vec<String>,
}

/// The bank that an RMID file brings along.
#[derive(Serialize)]
struct EmbeddedBank {
    bytes: usize,
    offset: u8,
}

#[derive(Serialize)]
struct Track {
    name: Option<String>,
    instrument: Option<String>,
    events: usize,
    notes: usize,
}

/// Counted from 1, the second port's from 17; programs from 0 as in the file.
#[derive(Serialize)]
struct Channel {
    channel: u16,
    notes: usize,
    programs: Vec<u8>,
}

#[derive(Serialize)]
struct Tempo {
    seconds: f64,
    bpm: f64,
}

#[derive(Serialize)]
struct Mark {
    seconds: f64,
    text: String,
}

impl MidiVerb {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            MidiVerb::Info { song, json } => info(&song, json),
            MidiVerb::Edit(edit) => edit.run(),
            MidiVerb::Trim(trim) => trim.run(),
            MidiVerb::Split(split) => split.run(),
            MidiVerb::Merge(merge) => merge.run(),
            MidiVerb::Concat(concat) => concat.run(),
        }
    }
}

fn info(song: &Path, json: bool) -> Result<(), Failure> {
    let parsed = read_song(song)?;
    let warnings: Vec<String> = parsed.warnings.iter().map(ToString::to_string).collect();
    let summary = Summary::new(&parsed.sequence);
    let info = Info::new(song.display().to_string(), parsed.rmid.as_ref(), &summary, warnings);
    if json {
        return print_json(&info);
    }
    for warning in &info.warnings {
        say(&format!("rae: warning: {warning}"));
    }
    print(&info.text())
}

impl Info {
    fn new(path: String, rmid: Option<&Rmid>, summary: &Summary, warnings: Vec<String>) -> Info {
        let texts = rmid.iter().flat_map(|rmid| &rmid.texts);
        let bank = rmid.and_then(|rmid| rmid.bank.as_ref());
        Info {
            path,
            about: texts.map(|text| (text.label, text.text.clone())).collect(),
            embedded_bank: bank.map(|bank| EmbeddedBank { bytes: bank.range.len(), offset: bank.offset }),
            format: summary.format.number(),
            division: division(summary.division),
            duration: summary.duration.0,
            bars: summary.bars,
            notes: summary.notes,
            tracks: summary
                .tracks
                .iter()
                .map(|track| Track {
                    name: track.name.clone(),
                    instrument: track.instrument.clone(),
                    events: track.events,
                    notes: track.notes,
                })
                .collect(),
            channels: summary
                .channels
                .iter()
                .map(|channel| Channel {
                    channel: channel.channel + 1,
                    notes: channel.notes,
                    programs: channel.programs.clone(),
                })
                .collect(),
            tempos: summary
                .tempos
                .iter()
                .map(|tempo| Tempo { seconds: tempo.seconds.0, bpm: tempo.value.bpm() })
                .collect(),
            time_signatures: marks(&summary.time_signatures, |signature| {
                format!("{}/{}", signature.numerator, 1u64 << signature.denominator_power.min(63))
            }),
            markers: marks(&summary.markers, String::clone),
            lyrics: marks(&summary.lyrics, String::clone),
            titles: summary.titles.clone(),
            copyright: summary.copyright.clone(),
            warnings,
        }
    }

    fn text(&self) -> String {
        let mut lines = vec![
            self.path.clone(),
            format!("  length    {}", show_time(rust_audio_engine::Seconds(self.duration))),
            format!("  notes     {}", self.notes),
            format!("  format    {}, {}", self.format, self.division),
        ];
        lines.extend(
            self.about.iter().map(|(label, text)| format!("  {label:<9} {}", text.replace('\n', "\n            "))),
        );
        if let Some(EmbeddedBank { bytes, offset }) = self.embedded_bank {
            lines.push(format!("  own bank  {:.1} MB, {offset} added to its banks", bytes as f64 / 1e6));
        }
        if let Some(tempo) = self.tempos.first() {
            let more = match self.tempos.len() - 1 {
                0 => String::new(),
                1 => ", one change".into(),
                n => format!(", {n} changes"),
            };
            lines.push(format!("  tempo     {:.1} beats per minute{more}", tempo.bpm));
        }
        if let Some(signature) = self.time_signatures.first() {
            lines.push(format!("  metre     {}", signature.text));
        }
        lines.extend(self.bars.map(|bars| format!("  bars      {bars}")));
        lines.extend(self.titles.iter().map(|text| format!("  title     {text}")));
        lines.extend(self.copyright.iter().map(|text| format!("  copyright {text}")));
        lines.push(format!("  tracks    {}", self.tracks.len()));
        for (index, track) in self.tracks.iter().enumerate() {
            let name = track.name.as_deref().or(track.instrument.as_deref()).unwrap_or("");
            let notes = noun(track.notes, "note");
            lines.push(format!("    {:>3}  {:>6} {notes}  {name}", index + 1, track.notes).trim_end().to_owned());
        }
        lines.push(format!("  channels  {}", self.channels.len()));
        for channel in &self.channels {
            let programs: Vec<String> = channel.programs.iter().map(u8::to_string).collect();
            let programs =
                if programs.is_empty() { String::new() } else { format!("  program {}", programs.join(", ")) };
            let Channel { channel, notes, .. } = channel;
            lines.push(format!("    {channel:>3}  {notes:>6} {}{programs}", noun(*notes, "note")));
        }
        lines.extend(
            self.markers
                .iter()
                .map(|mark| format!("  {:>9} {}", show_time(rust_audio_engine::Seconds(mark.seconds)), mark.text)),
        );
        let words: String = self.lyrics.iter().map(|word| word.text.replace('\r', "\n")).collect();
        if !words.trim().is_empty() {
            lines.push("  words".into());
            lines.extend(words.trim().lines().map(|line| format!("    {line}").trim_end().to_owned()));
        }
        lines.join("\n")
    }
}

fn marks<T>(values: &[Timed<T>], text: impl Fn(&T) -> String) -> Vec<Mark> {
    values.iter().map(|timed| Mark { seconds: timed.seconds.0, text: text(&timed.value) }).collect()
}

fn division(division: Division) -> String {
    match division {
        Division::TicksPerQuarter(ticks) => format!("{ticks} ticks per quarter note"),
        Division::Smpte { rate, ticks_per_frame } => {
            let frames = match rate {
                SmpteRate::Fps24 => "24",
                SmpteRate::Fps25 => "25",
                SmpteRate::Fps29Drop => "29.97 (drop frame)",
                SmpteRate::Fps30 => "30",
            };
            format!("{frames} frames per second, {ticks_per_frame} ticks per frame")
        }
    }
}
