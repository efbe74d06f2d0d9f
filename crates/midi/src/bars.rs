//! Bars and beats in ticks, from the time signatures.
//!
//! Bars count from 1 at tick 0, as in sequencers; before the first time signature the meter is 4/4. A time signature that
//! is not on a bar line cuts the bar short and begins a new one. A pickup has no mark of its own in a MIDI file: written,
//! as is usual, as a short first bar with its own time signature, it is bar 1.

use crate::{Division, TempoMap, TimeSignature};

/// Parts that a tick is divided into, so that the beats of every meter down to 1/1024 lie on whole parts.
pub(crate) const PARTS_PER_TICK: u128 = 1 << (FINEST_POWER - 2);

/// The shortest beat that a time signature may have, as a power of two.
const FINEST_POWER: u32 = 10;

/// How the beats of a bar lie.
///
/// A beat is the note that the time signature's denominator names, or three of them: in compound meters, which are those
/// of 6, 9, 12 … eighths or shorter notes. Where the file's metronome clicks once per note or once per three notes, that
/// decides which of the two it is, so that 3/8 can be counted in one and 6/8 in six. Other clicks are not looked at:
/// most writers say 24 clocks whatever the meter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meter {
    /// What the file says.
    pub signature: TimeSignature,
    /// Beats in a bar, at least 1.
    pub beats: u32,
    /// Length of a beat in parts of a tick.
    beat: u64,
}

impl Meter {
    /// The meter of a signature, with so many ticks to a quarter note; `None` where the signature makes no sense: no beats
    /// in a bar, or beats shorter than 1/1024. Notated 32nd notes per quarter other than 8 are not looked at.
    pub fn new(signature: TimeSignature, ticks_per_quarter: u16) -> Option<Meter> {
        let power = u32::from(signature.denominator_power);
        if signature.numerator == 0 || power > FINEST_POWER {
            return None;
        }
        let note = (u64::from(ticks_per_quarter.max(1)) << FINEST_POWER) >> power;
        let notes = u32::from(signature.numerator);
        let together = if is_compound(signature) { 3 } else { 1 };
        Some(Meter { signature, beats: notes / together, beat: note * u64::from(together) })
    }

    /// Length of a beat in quarter notes.
    pub fn quarters_per_beat(self) -> f64 {
        let notes = f64::from(self.signature.numerator) / f64::from(self.beats);
        4.0 * notes / f64::from(1u32 << self.signature.denominator_power)
    }

    /// Length of a beat in parts of a tick.
    pub(crate) fn beat_parts(self) -> u128 {
        u128::from(self.beat)
    }

    fn bar(self) -> u128 {
        self.beat_parts() * u128::from(self.beats)
    }
}

/// Whether three notes of the denominator make a beat.
fn is_compound(signature: TimeSignature) -> bool {
    if !signature.numerator.is_multiple_of(3) {
        return false;
    }
    let clocks_per_note = 96.0 / f64::from(1u32 << signature.denominator_power);
    let click = f64::from(signature.clocks_per_click);
    if click == 3.0 * clocks_per_note {
        return true;
    }
    click != clocks_per_note && signature.numerator > 3 && signature.denominator_power >= 3
}

/// A place in the music.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarPosition {
    /// The bar, from 1.
    pub bar: u64,
    /// The beat in the bar, from 1.
    pub beat: u32,
    /// How far into the beat, as an exact fraction below 1: numerator and denominator.
    pub fraction: (u64, u64),
}

/// Where the bars and beats of tracks lie that share a tempo map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarMap {
    /// Never empty; the first begins at 0.
    stretches: Vec<Stretch>,
}

/// Bars of one meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    /// Where it begins, in parts of a tick.
    start: u128,
    /// Bars before it.
    bars_before: u64,
    meter: Meter,
}

/// A beat, in parts of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BeatPart {
    pub(crate) part: u128,
    /// From 1.
    pub(crate) bar: u64,
    /// From 1.
    pub(crate) beat: u32,
    pub(crate) meter: Meter,
}

impl BarMap {
    /// The bars of the time signatures of a tempo map; `None` where ticks are absolute time, which knows no quarter notes.
    /// Signatures that make no sense are not there.
    pub fn new(division: Division, map: &TempoMap) -> Option<BarMap> {
        let Division::TicksPerQuarter(ticks_per_quarter) = division else { return None };
        let meter = Meter::new(TimeSignature::new(4, 2), ticks_per_quarter)?;
        let mut stretches = vec![Stretch { start: 0, bars_before: 0, meter }];
        for change in map.time_signatures() {
            let Some(meter) = Meter::new(change.signature, ticks_per_quarter) else { continue };
            let start = u128::from(change.tick) * PARTS_PER_TICK;
            let last = stretches[stretches.len() - 1];
            let bars = (start - last.start).div_ceil(last.meter.bar());
            if bars == 0 {
                stretches.pop();
            }
            let bars_before = last.bars_before.saturating_add(u64::try_from(bars).unwrap_or(u64::MAX));
            stretches.push(Stretch { start, bars_before, meter });
        }
        Some(BarMap { stretches })
    }

    /// Bar, beat and fraction at a tick.
    pub fn position(&self, tick: u64) -> BarPosition {
        let part = u128::from(tick) * PARTS_PER_TICK;
        let stretch = self.stretch_at(part);
        let (since, length) = (part - stretch.start, stretch.meter.beat_parts());
        let BeatPart { bar, beat, .. } = stretch.beat(since / length);
        BarPosition { bar, beat, fraction: reduced((since % length) as u64, stretch.meter.beat) }
    }

    /// The tick nearest to a position, halves rounded up. A beat beyond the bar's last counts on into the next bars, and
    /// bar or beat 0 is taken for 1.
    pub fn tick(&self, position: BarPosition) -> u64 {
        let stretch = self.stretch_of_bar(position.bar);
        let bars = position.bar.saturating_sub(1).saturating_sub(stretch.bars_before);
        let (numerator, denominator) = position.fraction;
        let beat = u128::from(stretch.meter.beat);
        let start = stretch.start + u128::from(bars).saturating_mul(stretch.meter.bar());
        let beats = u128::from(position.beat.saturating_sub(1)) * beat;
        // Twice the part of the beat, so that its half survives the rounding.
        let twice = u128::from(numerator).saturating_mul(2 * beat) / u128::from(denominator.max(1));
        let twice = start.saturating_add(beats).saturating_mul(2).saturating_add(twice);
        u64::try_from(twice.saturating_add(PARTS_PER_TICK) / (2 * PARTS_PER_TICK)).unwrap_or(u64::MAX)
    }

    /// The tick at which a bar, counted from 1, begins.
    pub fn bar_start(&self, bar: u64) -> u64 {
        self.tick(BarPosition { bar, beat: 1, fraction: (0, 1) })
    }

    /// The meter at a tick.
    pub fn meter(&self, tick: u64) -> Meter {
        self.stretch_at(u128::from(tick) * PARTS_PER_TICK).meter
    }

    /// The meters and the bars, counted from 1, with which they begin.
    pub fn meters(&self) -> impl Iterator<Item = (u64, Meter)> + '_ {
        self.stretches.iter().map(|stretch| (stretch.bars_before.saturating_add(1), stretch.meter))
    }

    /// The first beat at a part of a tick or after it.
    pub(crate) fn beat_from(&self, part: u128) -> BeatPart {
        let after = self.stretches.partition_point(|stretch| stretch.start <= part);
        let stretch = &self.stretches[after.saturating_sub(1)];
        let beat = stretch.beat((part - stretch.start).div_ceil(stretch.meter.beat_parts()));
        match self.stretches.get(after) {
            Some(next) if beat.part >= next.start => next.beat(0),
            _ => beat,
        }
    }

    /// Where a bar, counted from 1, begins, in parts of a tick.
    pub(crate) fn bar_part(&self, bar: u64) -> u128 {
        let stretch = self.stretch_of_bar(bar);
        let bars = bar.saturating_sub(1).saturating_sub(stretch.bars_before);
        stretch.start.saturating_add(u128::from(bars).saturating_mul(stretch.meter.bar()))
    }

    fn stretch_at(&self, part: u128) -> &Stretch {
        let after = self.stretches.partition_point(|stretch| stretch.start <= part);
        &self.stretches[after.saturating_sub(1)]
    }

    fn stretch_of_bar(&self, bar: u64) -> &Stretch {
        let after = self.stretches.partition_point(|stretch| stretch.bars_before < bar);
        &self.stretches[after.saturating_sub(1)]
    }
}

impl Stretch {
    fn beat(&self, beats: u128) -> BeatPart {
        let per_bar = u128::from(self.meter.beats);
        let bars = u64::try_from(beats / per_bar).unwrap_or(u64::MAX);
        BeatPart {
            part: self.start + beats * self.meter.beat_parts(),
            bar: self.bars_before.saturating_add(bars).saturating_add(1),
            beat: (beats % per_bar) as u32 + 1,
            meter: self.meter,
        }
    }
}

fn reduced(numerator: u64, denominator: u64) -> (u64, u64) {
    let (mut a, mut b) = (denominator, numerator);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    (numerator / a, denominator / a)
}
