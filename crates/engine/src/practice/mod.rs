//! Practising: a part of a song by bars, repeated, with a count-in and a metronome.

mod arranged;
mod timeline;

use std::str::FromStr;

use rae_units::Decibels;

pub use arranged::Arranged;
pub(crate) use arranged::metronome;
pub use timeline::{
    Timeline, TimelineBar, TimelineBeat, TimelineMeter, TimelineNote, TimelineTempo, TimelineText, TimelineTrack,
};

use crate::Error;
use crate::settings::{check, in_range};

/// What a player practises with.
///
/// With bars, a count-in or repeats, the part of the song that is played (that of `bars`, else of
/// [`RenderSettings::from`](crate::RenderSettings::from) and `to`) begins fresh: programs, controllers and pitch bends stand
/// as all events before it leave them, and notes that began before it are not heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Practice {
    /// So many bars of clicks before the music, 0 to 64, in the meter and at the tempo with which it begins.
    pub count_in: u32,
    /// A click on every beat of the music, too.
    pub click: bool,
    /// Level of the highest sample of a bar's first click, −100 to 0 dBFS; the other clicks are 4 dB softer. The gain does
    /// not change it, normalisation does.
    pub click_level: Decibels,
    /// Only these bars are played; not together with `from` and `to`.
    pub bars: Option<BarRange>,
    /// How often the music is played: the part that was chosen; else what lies between the song's loop points (see
    /// [`LoopPoints`](crate::midi::LoopPoints)), with what comes before and after it played once; else the whole song.
    pub repeat: Option<Repeat>,
}

impl Default for Practice {
    fn default() -> Self {
        Practice { count_in: 0, click: false, click_level: Decibels(-12.0), bars: None, repeat: None }
    }
}

/// Bars of a song, counted from 1; see [`BarMap`](crate::midi::BarMap) for what counts as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarRange {
    /// The first.
    pub first: u64,
    /// The last, which is played, too; `None` is the song's last.
    pub last: Option<u64>,
}

/// How often something is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// So often, 1 to 10 000.
    Times(u32),
    /// As often as fits into [`RenderSettings::max_duration`](crate::RenderSettings::max_duration) and five million events.
    Endless,
}

impl Practice {
    /// Most bars that are counted in.
    pub const MAX_COUNT_IN: u32 = 64;

    /// The most times that [`Repeat::Times`] takes.
    pub const MAX_TIMES: u32 = 10_000;

    pub(crate) fn validate(&self) -> Result<(), Error> {
        let (count_in, most) = (self.count_in, Practice::MAX_COUNT_IN);
        check(count_in <= most, || format!("count-in is {count_in} bars; choose 0 to {most}"))?;
        in_range("click level", self.click_level.0, -100.0, 0.0, "dBFS")?;
        if let Some(BarRange { first, last }) = self.bars {
            check(first > 0, || "bars begin with 0; they are counted from 1".into())?;
            check(last.is_none_or(|last| last >= first), || format!("bars end before they begin, with {first}"))?;
        }
        if let Some(Repeat::Times(times)) = self.repeat {
            let most = Practice::MAX_TIMES;
            check((1..=most).contains(&times), || format!("loop is {times} times; choose 1 to {most}, or inf"))?;
        }
        Ok(())
    }

    /// Whether the part that is played begins fresh.
    fn begins_fresh(&self) -> bool {
        self.count_in > 0 || self.bars.is_some() || self.repeat.is_some()
    }
}

impl FromStr for BarRange {
    type Err = Error;

    /// `5`, `5-8`, or `5-` up to the end.
    fn from_str(text: &str) -> Result<BarRange, Error> {
        let number = |text: &str| {
            let number = text.parse().ok().filter(|&bar: &u64| bar > 0 && text.bytes().all(|b| b.is_ascii_digit()));
            number.ok_or_else(|| Error::settings(format!("'{text}' is no bar; write 5, 5-8 or 5-, counted from 1")))
        };
        Ok(match text.split_once('-') {
            None => BarRange { first: number(text)?, last: Some(number(text)?) },
            Some((first, "")) => BarRange { first: number(first)?, last: None },
            Some((first, last)) => BarRange { first: number(first)?, last: Some(number(last)?) },
        })
    }
}

impl FromStr for Repeat {
    type Err = Error;

    /// A number of times, or `inf`.
    fn from_str(text: &str) -> Result<Repeat, Error> {
        match text {
            "inf" => Ok(Repeat::Endless),
            _ => text.parse().map(Repeat::Times).map_err(|_| {
                Error::settings(format!("loop is '{text}'; choose 1 to {} times, or inf", Practice::MAX_TIMES))
            }),
        }
    }
}
