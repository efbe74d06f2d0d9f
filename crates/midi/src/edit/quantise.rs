//! Notes onto a grid.

use std::str::FromStr;

use crate::edit::Scope;
use crate::edit::retime::{Span, retime};
use crate::tempo::tracks_of_patterns;
use crate::{BarMap, Error, Sequence, TempoMap};

/// The distance of the lines of a grid: a fraction of a whole note. Written `1/16`, with a `t` for triplets (two thirds)
/// and a dot for dotted notes (three halves): `1/8t`, `1/4.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    numerator: u32,
    denominator: u32,
}

impl Grid {
    /// `numerator`/`denominator` of a whole note; `None` unless both are 1 to 4096.
    pub const fn new(numerator: u32, denominator: u32) -> Option<Grid> {
        const MOST: u32 = 4096;
        let valid = numerator > 0 && numerator <= MOST && denominator > 0 && denominator <= MOST;
        if valid { Some(Grid { numerator, denominator }) } else { None }
    }
}

impl FromStr for Grid {
    type Err = Error;

    fn from_str(text: &str) -> Result<Grid, Error> {
        let (value, numerator, denominator) = match (text.strip_suffix('t'), text.strip_suffix('.')) {
            (Some(value), _) => (value, 2, 3),
            (_, Some(value)) => (value, 3, 2),
            _ => (text, 1, 1),
        };
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number <= 1024);
        let fraction = value.split_once('/').and_then(|(above, below)| Some((number(above)?, number(below)?)));
        let grid = fraction.and_then(|(above, below)| Grid::new(above * numerator, below * denominator));
        grid.ok_or_else(|| Error::Setting {
            what: format!("'{text}' is no note value; write 1/4, 1/16, 1/8t for triplets or 1/4. for dotted notes"),
        })
    }
}

/// How to quantise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantise {
    /// The lines; they begin anew in each bar.
    pub grid: Grid,
    /// How far notes move towards the nearest line: 0 (not at all) to 1 (onto it).
    pub strength: f64,
    /// Where every second line lies between its neighbours: 0.5 (in the middle) to 0.75; two thirds are triplets.
    pub swing: f64,
    /// What becomes of the ends of notes.
    pub ends: Ends,
}

impl Quantise {
    /// Fully onto an even grid; notes keep their length.
    pub fn new(grid: Grid) -> Quantise {
        Quantise { grid, strength: 1.0, swing: 0.5, ends: Ends::Follow }
    }
}

/// What becomes of the ends of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Ends {
    /// They move as the onsets do, so that notes keep their length.
    #[default]
    Follow,
    /// They stay.
    Stay,
    /// They are quantised, too, and no note becomes shorter than to the next line.
    Snap,
}

/// Moves notes onto a grid. Program changes stay between the same notes of their track and channel, and notes of one key
/// keep their order; other events stay where they are.
///
/// # Errors
/// [`Error::AbsoluteTime`] where ticks know no beats, and [`Error::Setting`] where a number makes no sense.
pub fn quantise(mut sequence: Sequence, options: &Quantise, scope: &Scope) -> Result<Sequence, Error> {
    options.check()?;
    for tracks in tracks_of_patterns(&sequence) {
        let map = TempoMap::new(sequence.division, &sequence.tracks[tracks.clone()]);
        let bars = BarMap::new(sequence.division, &map).ok_or(Error::AbsoluteTime)?;
        let lines = Lines::new(options, crate::edit::tempo::demand_beats(&sequence)?, bars);
        for index in tracks.filter(|&index| scope.has_track(index)) {
            let track = &mut sequence.tracks[index];
            let notes = track.notes();
            let span = |note: &crate::Note| {
                let stays = Span { tick: note.tick, end: note.end };
                if scope.has_channel(note.channel) { options.moved(stays, &lines) } else { stays }
            };
            let spans = notes.iter().map(span).collect();
            retime(track, &notes, spans);
        }
    }
    Ok(sequence)
}

impl Quantise {
    fn check(&self) -> Result<(), Error> {
        let what = if !(0.0..=1.0).contains(&self.strength) {
            format!("strength is {}; choose 0 to 1", self.strength)
        } else if !(0.5..=0.75).contains(&self.swing) {
            format!("swing is {}; choose 0.5 (even) to 0.75", self.swing)
        } else {
            return Ok(());
        };
        Err(Error::Setting { what })
    }

    fn moved(&self, note: Span, lines: &Lines) -> Span {
        let line = lines.nearest(note.tick);
        let tick = self.towards(note.tick, line);
        let end = match self.ends {
            Ends::Follow => tick.saturating_add(note.end - note.tick),
            Ends::Stay => note.end,
            Ends::Snap => {
                let snapped = lines.nearest(note.end);
                self.towards(note.end, if snapped > line { snapped } else { lines.after(line) })
            }
        };
        Span { tick, end }
    }

    fn towards(&self, tick: u64, line: u64) -> u64 {
        let distance = line as f64 - tick as f64;
        tick.saturating_add_signed((self.strength * distance).round() as i64)
    }
}

/// The lines of a grid in ticks.
struct Lines {
    bars: BarMap,
    /// From every line that is not swung to the next, in parts of a tick.
    pair: u128,
    /// From there to the swung line between them.
    swung: u128,
    parts_per_tick: u128,
}

impl Lines {
    fn new(options: &Quantise, ticks_per_quarter: u16, bars: BarMap) -> Lines {
        const SWING_PARTS: u32 = 1_000_000;
        let grid = options.grid;
        let pair = 8 * u128::from(ticks_per_quarter) * u128::from(grid.numerator);
        Lines {
            bars,
            pair: pair * u128::from(SWING_PARTS),
            swung: pair * (options.swing * f64::from(SWING_PARTS)).round() as u128,
            parts_per_tick: u128::from(grid.denominator) * u128::from(SWING_PARTS),
        }
    }

    /// The line nearest to a tick, the later of two.
    fn nearest(&self, tick: u64) -> u64 {
        let bar = self.bars.position(tick).bar;
        let (start, next) = (self.bars.bar_start(bar), self.bars.bar_start(bar.saturating_add(1)));
        let here = u128::from(tick.saturating_sub(start)) * self.parts_per_tick;
        let limit = u128::from(next.saturating_sub(start)) * self.parts_per_tick;
        let first = here / self.pair * self.pair;
        let lines = [first, first + self.swung, first + self.pair, limit];
        let nearest = lines.into_iter().filter(|&line| line <= limit).min_by_key(|&line| {
            let distance = line.abs_diff(here);
            (distance, line < here)
        });
        let ticks = (2 * nearest.unwrap_or(here) + self.parts_per_tick) / (2 * self.parts_per_tick);
        start.saturating_add(ticks as u64)
    }

    /// The line after a line.
    fn after(&self, line: u64) -> u64 {
        let half = (self.pair / 2).div_ceil(self.parts_per_tick);
        self.nearest(line.saturating_add(half as u64)).max(line.saturating_add(1))
    }
}
