//! A song as it is to be played: what the settings make of it.

use std::ops::Range;

use rae_effects::{Click, Metronome};
use rae_midi::{Arrangement, Beats, LoopPoints, Performance, PerformanceEvent, Performing, Sequence, Speed, Time};
use rae_units::{Frames, Seconds};

use super::{BarRange, Repeat};
use crate::{Error, RenderSettings};

/// Clicks closer together than this are not heard as several.
const CLOSEST_CLICKS: Seconds = Seconds(0.02);

/// The most times that an endless repeat comes, however short it is.
const MOST_TIMES: u32 = 100_000;

/// A song, arranged as settings ask for it, with the beats for a metronome.
#[derive(Clone, Debug)]
pub struct Arranged {
    /// What instruments are told.
    pub performance: Performance,
    /// Where the result begins, in its own time; what comes before is not heard.
    pub from: Seconds,
    /// Where it ends early, in its own time.
    pub to: Option<Seconds>,
    pub(crate) arrangement: Arrangement,
    pub(crate) beats: Option<Beats>,
    speed: Speed,
}

impl Arranged {
    /// Arranges a song. Fails if bars or a metronome are asked for where there are none, if the part that is to be played
    /// lies beyond the end, or if repeats make too much of it.
    pub fn new(song: &Sequence, settings: &RenderSettings) -> Result<Arranged, Error> {
        let (mut arranged, events) = Arranged::performing(song, settings)?;
        arranged.performance.events = events.collect();
        Ok(arranged)
    }

    /// As [`Arranged::new`], but the events come one after the other, and the performance has none. Those of a song that is
    /// played as it is written lie in no list.
    pub(crate) fn performing<'a>(
        song: &'a Sequence,
        settings: &RenderSettings,
    ) -> Result<(Arranged, Events<'a>), Error> {
        let (practice, speed) = (&settings.practice, settings.speed()?);
        let (outline, events) = Performance::performing(song);
        let beats = Beats::new(song);
        let section = section(&outline, beats.as_ref(), settings)?;
        if (practice.click || practice.count_in > 0) && beats.is_none() {
            return Err(no_beats("a click"));
        }
        let (from, to) = if section.is_some() { (Seconds(0.0), None) } else { (settings.from, settings.to) };
        let plan = Plan { song, outline, events, beats: beats.as_ref(), section, count_in: practice.count_in };
        let (arrangement, performance, events) = match practice.repeat {
            None => plan.perform(1)?,
            Some(Repeat::Times(times)) => plan.perform(times)?,
            Some(Repeat::Endless) => plan.perform_until(Seconds(settings.max_duration.0 * speed.factor()))?,
        };
        Ok((Arranged { performance, from, to, arrangement, beats, speed }, events))
    }

    /// The clicks that settings ask for, in frames of the result's own time.
    pub fn clicks(&self, settings: &RenderSettings) -> Vec<Click> {
        let Some(beats) = &self.beats else { return Vec::new() };
        let practice = &settings.practice;
        let clock = self.performance.clock(settings.rate, self.speed);
        let last = self.to.unwrap_or(settings.max_duration).0.min(settings.max_duration.0);
        let last = Seconds(last).frames(settings.rate);
        let heard =
            self.arrangement.beats(beats, self.closest()).take_while(|beat| practice.click || beat.bar.is_none());
        let clicks = heard.map(|beat| Click { frame: clock.frame(beat.time), accent: beat.beat == 1 });
        clicks.take_while(|click| click.frame < last).collect()
    }

    /// A metronome for its clicks, if there are any. They can be moved by `place` first.
    pub fn metronome(&self, settings: &RenderSettings, place: impl Fn(Frames) -> Option<Frames>) -> Option<Metronome> {
        let clicks = self.clicks(settings);
        let clicks: Vec<Click> =
            clicks.iter().filter_map(|click| Some(Click { frame: place(click.frame)?, ..*click })).collect();
        metronome(&clicks, settings)
    }

    /// Beats of the arrangement that lie closer together than this are not told apart.
    pub(crate) fn closest(&self) -> Time {
        written(&self.performance, CLOSEST_CLICKS, self.speed)
    }

    /// A time of the arrangement in seconds of the result.
    pub(crate) fn seconds(&self, time: Time) -> f64 {
        self.performance.seconds(time).0 / self.speed.factor()
    }
}

/// A metronome for these clicks, if there are any.
pub(crate) fn metronome(clicks: &[Click], settings: &RenderSettings) -> Option<Metronome> {
    (!clicks.is_empty()).then(|| Metronome::new(clicks, settings.practice.click_level, settings.rate))
}

/// A time of the result as the song's own, without the tempo factor.
fn written(performance: &Performance, Seconds(time): Seconds, speed: Speed) -> Time {
    performance.time(Seconds(time * speed.factor()))
}

fn no_beats(what: &str) -> Error {
    Error::settings(format!("the song counts time in seconds and has no beats; {what} needs them"))
}

impl BarRange {
    /// When these bars of a song are.
    pub(crate) fn section(self, performance: &Performance, beats: Option<&Beats>) -> Result<Range<Time>, Error> {
        let BarRange { first, last } = self;
        let beats = beats.ok_or_else(|| no_beats("a choice of bars"))?;
        let bars = beats.bars();
        if first > bars {
            return Err(Error::settings(format!("bars begin with {first}, but the song has {bars}")));
        }
        let end = last.map_or(performance.end, |last| beats.bar_start(last.saturating_add(1)));
        Ok(beats.bar_start(first)..end)
    }
}

/// The part of the song that is to begin fresh, if one is asked for.
fn section(
    performance: &Performance,
    beats: Option<&Beats>,
    settings: &RenderSettings,
) -> Result<Option<Range<Time>>, Error> {
    let practice = &settings.practice;
    if let Some(bars) = practice.bars {
        return bars.section(performance, beats).map(Some);
    }
    if !practice.begins_fresh() || (settings.from.0 == 0.0 && settings.to.is_none()) {
        return Ok(None);
    }
    let speed = settings.speed()?;
    let start = written(performance, settings.from, speed);
    let end = settings.to.map_or(performance.end, |to| written(performance, to, speed).min(performance.end));
    if start >= end {
        let Seconds(length) = performance.seconds(performance.end);
        let length = length / speed.factor();
        return Err(Error::settings(format!("from is {} s, but the song ends at {length:.3} s", settings.from.0)));
    }
    Ok(Some(start..end))
}

struct Plan<'song, 'a> {
    song: &'song Sequence,
    /// The song's performance without its events, and these.
    outline: Performance,
    events: Performing<'song>,
    beats: Option<&'a Beats>,
    section: Option<Range<Time>>,
    count_in: u32,
}

/// The events of a performance, one after the other.
pub(crate) type Events<'a> = Box<dyn Iterator<Item = PerformanceEvent> + 'a>;

/// An arrangement, its performance without the events, and these.
type Performed<'a> = (Arrangement, Performance, Events<'a>);

impl<'song> Plan<'song, '_> {
    fn perform(mut self, times: u32) -> Result<Performed<'song>, Error> {
        let arrangement = self.arrangement(times);
        if arrangement == Arrangement::song(&self.outline) {
            return Ok((arrangement, self.outline, Box::new(self.events)));
        }
        match arrangement.perform(self.performance()) {
            Ok(performance) => Ok(performed(arrangement, performance)),
            Err(error) => Err(Error::settings(error.to_string())),
        }
    }

    /// As often as it takes to last until `limit`, or as the number of events allows.
    fn perform_until(mut self, limit: Seconds) -> Result<Performed<'song>, Error> {
        let [once, twice] = [1, 2].map(|times| self.outline.seconds(self.arrangement(times).end()).0);
        // A part that takes no time makes this infinite or not a number, which a cast brings back.
        let more = ((limit.0 - once) / (twice - once)).ceil() as u32;
        let mut times = more.saturating_add(1).min(MOST_TIMES);
        let song = self.performance();
        loop {
            let arrangement = self.arrangement(times);
            match arrangement.perform(song.clone()) {
                Ok(performance) => return Ok(performed(arrangement, performance)),
                Err(rae_midi::Error::TooManyRepeats { events }) if times > 1 => {
                    let fitting = u64::from(times) * rae_midi::Error::MAX_EVENTS as u64 / events as u64;
                    times = (fitting as u32).clamp(1, times - 1);
                }
                Err(error) => return Err(Error::settings(error.to_string())),
            }
        }
    }

    /// With its events, which can be had once.
    fn performance(&mut self) -> Performance {
        let mut performance = self.outline.clone();
        performance.events.extend(&mut self.events);
        performance
    }

    fn arrangement(&self, times: u32) -> Arrangement {
        let arrangement = match &self.section {
            Some(section) => Arrangement::section(section.clone(), times),
            None if times == 1 => Arrangement::song(&self.outline),
            None => match LoopPoints::find(self.song) {
                Some(points) => Arrangement::looped(&self.outline, points, times),
                None => Arrangement::section(Time::ZERO..self.outline.end, times),
            },
        };
        match self.beats {
            Some(beats) => arrangement.after_count_in(self.count_in, beats),
            None => arrangement,
        }
    }
}

fn performed<'a>(arrangement: Arrangement, mut performance: Performance) -> Performed<'a> {
    let events = std::mem::take(&mut performance.events);
    (arrangement, performance, Box::new(events.into_iter()))
}
