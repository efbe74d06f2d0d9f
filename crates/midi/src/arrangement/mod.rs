//! A song played otherwise than once from start to end: a part of it, parts repeated, a count-in before it.

mod chase;
mod perform;

use std::ops::Range;

use crate::{Beats, LoopPoints, Meter, Performance, Time};

/// Stretches of a song in the order in which they are played, after a count-in if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    count_in: Option<CountIn>,
    passages: Vec<Passage>,
}

/// A stretch of a song at its place in an arrangement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Which part of the song.
    pub song: Range<Time>,
    /// When it begins in the arrangement.
    pub at: Time,
    /// How instruments come to it.
    pub(crate) entry: Entry,
}

/// How instruments come to a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// From the passage before it, whose notes go on sounding where the song has nothing in between, and whose controllers
    /// stay as they are.
    Onward,
    /// Fresh, told what all events before the passage, notes excepted, would have told them.
    Fresh,
    /// After the same passage: what it moved goes back to where it stood.
    Again,
}

/// Bars that are counted before the music.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CountIn {
    bars: u32,
    meter: Meter,
    beat: Time,
}

/// A beat of an arrangement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArrangedBeat {
    /// When, since the start of the arrangement.
    pub time: Time,
    /// The bar's number in the song; `None` in the count-in.
    pub bar: Option<u64>,
    /// Which beat of the bar, from 1.
    pub beat: u32,
    /// The meter of the bar.
    pub meter: Meter,
}

impl Arrangement {
    /// The song once from start to end.
    pub fn song(performance: &Performance) -> Arrangement {
        Arrangement::from_passages([(Time::ZERO..performance.end, Entry::Onward)])
    }

    /// A part of the song, `times` times. It begins fresh each time: programs, controllers and pitch bends as all events
    /// before it leave them, without the notes that began before it.
    pub fn section(song: Range<Time>, times: u32) -> Arrangement {
        let entry = |pass| if pass == 0 { Entry::Fresh } else { Entry::Again };
        Arrangement::from_passages((0..times.max(1)).map(|pass| (song.clone(), entry(pass))))
    }

    /// The song with the part between its loop points played `times` times. At the loop's end the notes that sound are
    /// released; controllers stay as they are, as in the games that such songs are made for.
    pub fn looped(performance: &Performance, points: LoopPoints, times: u32) -> Arrangement {
        let LoopPoints { start, end } = points;
        let repeats = std::iter::repeat_n(start..end, times.max(1) as usize);
        let parts = std::iter::once(Time::ZERO..start).chain(repeats).chain([end..performance.end]);
        Arrangement::from_passages(parts.filter(|part| part.start < part.end).map(|part| (part, Entry::Onward)))
    }

    fn from_passages(parts: impl IntoIterator<Item = (Range<Time>, Entry)>) -> Arrangement {
        let mut at = Time::ZERO;
        let passages = parts.into_iter().map(|(song, entry)| {
            let passage = Passage { song, at, entry };
            at = passage.end();
            passage
        });
        Arrangement { count_in: None, passages: passages.collect() }
    }

    /// Counts so many bars before the music, in the meter and at the tempo with which it begins.
    #[must_use]
    pub fn after_count_in(mut self, bars: u32, beats: &Beats) -> Arrangement {
        let start = self.passages.first().map_or(Time::ZERO, |passage| passage.song.start);
        if let Some((meter, beat)) = beats.meter(start) {
            let before = self.music_start();
            self.count_in = (bars > 0).then_some(CountIn { bars, meter, beat });
            let now = self.music_start();
            for passage in &mut self.passages {
                passage.at = Time(passage.at.0 - before.0 + now.0);
            }
        }
        self
    }

    /// When the music begins: after the count-in.
    pub fn music_start(&self) -> Time {
        self.count_in.map_or(Time::ZERO, |count_in| Time(u128::from(count_in.beats()) * count_in.beat.0))
    }

    /// When the last passage ends.
    pub fn end(&self) -> Time {
        self.passages.last().map_or(self.music_start(), Passage::end)
    }

    /// The passages in the order in which they are played.
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The beats of count-in and music in order. Beats that follow another by less than `closest` are left out.
    pub fn beats<'a>(&'a self, beats: &'a Beats, closest: Time) -> impl Iterator<Item = ArrangedBeat> + 'a {
        let closest = closest.0.max(1);
        let counted = self.count_in.into_iter().flat_map(CountIn::arranged);
        let played = self.passages.iter().flat_map(move |passage| {
            let next = move |time| beats.next(time).filter(|beat| beat.time < passage.song.end);
            let all = std::iter::successors(next(passage.song.start), move |beat| {
                next(Time(beat.time.0.saturating_add(closest)))
            });
            all.map(|beat| ArrangedBeat {
                time: passage.arranged(beat.time),
                bar: Some(beat.bar),
                beat: beat.beat,
                meter: beat.meter,
            })
        });
        let mut earliest = Time::ZERO;
        counted.chain(played).filter(move |beat| {
            let stays = beat.time >= earliest;
            if stays {
                earliest = Time(beat.time.0.saturating_add(closest));
            }
            stays
        })
    }
}

impl Passage {
    /// When it ends in the arrangement.
    pub fn end(&self) -> Time {
        self.arranged(self.song.end)
    }

    /// When a time of the song, which lies in this passage, comes in the arrangement.
    pub fn arranged(&self, time: Time) -> Time {
        Time(self.at.0.saturating_add(time.0.saturating_sub(self.song.start.0)))
    }
}

impl CountIn {
    fn beats(self) -> u32 {
        self.bars.saturating_mul(self.meter.beats)
    }

    fn arranged(self) -> impl Iterator<Item = ArrangedBeat> {
        (0..self.beats()).map(move |beat| ArrangedBeat {
            time: Time(u128::from(beat) * self.beat.0),
            bar: None,
            beat: beat % self.meter.beats + 1,
            meter: self.meter,
        })
    }
}
