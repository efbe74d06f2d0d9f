//! `rae midi trim`: a part of a song, or a song without a part.

use clap::{Args, ValueEnum};
use rust_audio_engine::Seconds;
use rust_audio_engine::midi::edit::{self, Held, Section};
use rust_audio_engine::midi::{Format, Sequence, Summary, Track};

use super::file::Output;
use crate::exit::Failure;
use crate::values::{self, show_time};

/// Keep a section of a MIDI file, or cut it out
///
/// At the section's start programs, controllers, tempo and metre are as they were there. Notes that sound at its end end
/// there.
#[derive(Args)]
pub(crate) struct Trim {
    #[command(flatten)]
    file: Output,
    /// Where the section begins: seconds or m:ss.s
    #[arg(long, value_name = "T", value_parser = values::time)]
    from: Option<Seconds>,
    /// Where it ends
    #[arg(long, value_name = "T", value_parser = values::time)]
    to: Option<Seconds>,
    /// Whole bars, counted from 1: 5, 5-8 or 5-
    #[arg(long, value_name = "BARS", value_parser = span, conflicts_with_all = ["from", "to"])]
    bars: Option<Span>,
    /// Ticks, the last one not included: 480-960 or 480-
    #[arg(long, value_name = "TICKS", value_parser = span, conflicts_with_all = ["from", "to", "bars"])]
    ticks: Option<Span>,
    /// Keep everything but the section
    #[arg(long)]
    cut: bool,
    /// What becomes of notes that sound where what is kept begins: they are struck there, or left out
    #[arg(long, value_name = "WHAT", default_value = "strike")]
    held: HeldName,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum HeldName {
    Strike,
    Drop,
}

impl From<HeldName> for Held {
    fn from(name: HeldName) -> Held {
        match name {
            HeldName::Strike => Held::Strike,
            HeldName::Drop => Held::Drop,
        }
    }
}

/// From a number to another.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    first: u64,
    /// `None` is the end of the song.
    last: Option<u64>,
}

/// `5`, `5-8` or `5-`.
fn span(text: &str) -> Result<Span, String> {
    let problem = || format!("'{text}' is no span; write 5, 5-8 or 5-");
    let number = |text: &str| text.parse::<u64>().map_err(|_| problem());
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Ok(Span { first: number(first)?, last: if last.is_empty() { None } else { Some(number(last)?) } })
}

impl Trim {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let song = self.file.read()?;
        let section = self.section(&song)?;
        self.demand_within(&song, section)?;
        let change = if self.cut { edit::cut } else { edit::trim };
        self.file.write(&change(&song, section, self.held.into()).map_err(Failure::Edit)?)
    }

    /// Refuses a section that has nothing, in the words in which it was asked for.
    fn demand_within(&self, song: &Sequence, section: Section) -> Result<(), Failure> {
        let end = song.tracks.iter().map(Track::end).max().unwrap_or(0);
        let is_empty = section.end.is_some_and(|end| end <= section.start);
        if song.format == Format::Independent || !(is_empty || section.start >= end) {
            return Ok(());
        }
        let what = match (self.bars, self.ticks) {
            (Some(Span { first, last: Some(last) }), _) if last < first => {
                format!("--bars {first}-{last} ends before it begins; write the lower bar first")
            }
            (Some(Span { first, .. }), _) => {
                let bars = Summary::new(song).bars.unwrap_or(0);
                format!("--bars begins at bar {first}; the song has {bars}")
            }
            (_, Some(Span { first, .. })) if is_empty => {
                format!("--ticks ends at or before its start, tick {first}; choose a later end")
            }
            (_, Some(Span { first, .. })) => format!("--ticks begins at tick {first}; the song ends at tick {end}"),
            _ if is_empty => "--to is not behind --from; choose a later end".into(),
            _ => {
                let (from, duration) = (self.from.unwrap_or(Seconds(0.0)), Summary::new(song).duration);
                format!("--from is {}; the song lasts {}", show_time(from), show_time(duration))
            }
        };
        Err(Failure::Usage(what))
    }

    fn section(&self, song: &Sequence) -> Result<Section, Failure> {
        match (self.bars, self.ticks) {
            (Some(Span { first: 0, .. }), _) => Err(Failure::Usage("--bars begins at 0; the first bar is 1".into())),
            (Some(bars), _) => Section::bars(song, bars.first, bars.last).map_err(Failure::Edit),
            (_, Some(ticks)) => Ok(Section { start: ticks.first, end: ticks.last }),
            _ if self.from.is_none() && self.to.is_none() => {
                Err(Failure::Usage("no section is named; add --from, --to, --bars or --ticks".into()))
            }
            _ => Ok(Section::seconds(song, self.from.unwrap_or(Seconds(0.0)), self.to)),
        }
    }
}
