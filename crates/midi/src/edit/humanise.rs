//! Small deviations, as players have them.

use rae_units::Seconds;

use crate::edit::Scope;
use crate::edit::retime::{Span, retime};
use crate::tempo::tracks_of_patterns;
use crate::{Error, Event, Message, Sequence, TempoMap};

/// How far notes may stray. Deviations are spread triangularly: small ones are likely, the largest never quite reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Humanise {
    /// How much earlier or later a note may begin, at most 10 s. It keeps its length.
    pub timing: Seconds,
    /// How much softer or louder it may be, at most 127.
    pub velocity: u8,
    /// The same seed gives the same deviations, another one others.
    pub seed: u64,
}

/// Lets notes stray. Program changes stay between the same notes of their track and channel, and notes of one key keep their
/// order; other events stay where they are.
///
/// The note with number n, counted from 0 through all tracks whatever the scope is, takes the numbers 4n to 4n + 3 of the
/// generator SplitMix64 (Steele, Lea and Flood: *Fast splittable pseudorandom number generators*, OOPSLA 2014); as
/// fractions of 1 (their upper 53 bits), the first two less 1 are its deviation in time, the others in velocity.
///
/// # Errors
/// [`Error::Setting`] where a number makes no sense.
pub fn humanise(mut sequence: Sequence, options: &Humanise, scope: &Scope) -> Result<Sequence, Error> {
    options.check()?;
    let mut number = 0u64;
    for tracks in tracks_of_patterns(&sequence) {
        let map = TempoMap::new(sequence.division, &sequence.tracks[tracks.clone()]);
        for index in tracks {
            let track = &mut sequence.tracks[index];
            let notes = track.notes();
            let mut spans = Vec::with_capacity(notes.len());
            for note in &notes {
                let mut span = Span { tick: note.tick, end: note.end };
                if scope.has(index, note.channel) {
                    let later = options.timing.0 * triangular(options.seed, 4 * number);
                    span.tick = map.moved(note.tick, Seconds(later));
                    span.end = span.tick.saturating_add(note.end - note.tick);
                    options.strike(&mut track.events[note.on].event, triangular(options.seed, 4 * number + 2));
                }
                spans.push(span);
                number += 1;
            }
            retime(track, &notes, spans);
        }
    }
    Ok(sequence)
}

impl Humanise {
    fn check(&self) -> Result<(), Error> {
        let what = if !(0.0..=10.0).contains(&self.timing.0) {
            format!("timing deviates by {} s; choose 0 to 10 s", self.timing.0)
        } else if self.velocity > 127 {
            format!("velocity deviates by {}; choose 0 to 127", self.velocity)
        } else {
            return Ok(());
        };
        Err(Error::Setting { what })
    }

    fn strike(&self, event: &mut Event, deviation: f64) {
        if let Event::Channel { message: Message::NoteOn { velocity, .. }, .. } = event {
            let struck = f64::from(*velocity) + (f64::from(self.velocity) * deviation).round();
            *velocity = struck.clamp(1.0, 127.0) as u8;
        }
    }
}

/// From −1 to 1, most often near 0.
fn triangular(seed: u64, number: u64) -> f64 {
    let fraction = |number| (split_mix(seed, number) >> 11) as f64 * f64::exp2(-53.0);
    fraction(number) + fraction(number + 1) - 1.0
}

/// A number of the sequence that SplitMix64 gives, from 0.
fn split_mix(seed: u64, number: u64) -> u64 {
    let z = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}
