//! Higher and lower.

use crate::edit::Scope;
use crate::{Error, Event, KeySignature, Message, Meta, Sequence};

/// How to transpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Transpose {
    /// Semitones up, or down where negative.
    pub semitones: i8,
    /// What becomes of notes that would leave the keys 0 to 127.
    pub out_of_range: OutOfRange,
}

/// What becomes of notes that would leave the keys 0 to 127.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OutOfRange {
    /// They are transposed by as many octaves less as needed. Where two notes that sound together come to one key, the first
    /// release ends the first struck of them, as on a keyboard that knows only keys.
    #[default]
    Octave,
    /// They are left out.
    Drop,
    /// The first one is an error.
    Refuse,
}

/// Transposes notes and the pressure on their keys; drums only where the scope names their channel. Key signatures follow
/// where the scope is everything.
///
/// # Errors
/// [`Error::KeyOutOfRange`] with [`OutOfRange::Refuse`].
pub fn transpose(mut sequence: Sequence, options: &Transpose, scope: &Scope) -> Result<Sequence, Error> {
    let pitched = scope.pitched(&sequence);
    for (index, track) in sequence.tracks.iter_mut().enumerate() {
        let channels: Vec<Option<u16>> = track.channels().collect();
        let mut dropped = Vec::new();
        for (at, (event, channel)) in track.events.iter_mut().zip(channels).enumerate() {
            match (&mut event.event, channel) {
                (Event::Channel { message, .. }, Some(channel)) if pitched.has(index, channel) => {
                    let Some(key) = message.key_mut() else { continue };
                    match moved(*key, options) {
                        Some(moved) => *key = moved,
                        None if options.out_of_range == OutOfRange::Drop => dropped.push(at),
                        None => {
                            let (track, tick, key) = (index, event.tick, *key);
                            return Err(Error::KeyOutOfRange { track, tick, key, semitones: options.semitones });
                        }
                    }
                }
                (Event::Meta(Meta::KeySignature(signature)), _) if *scope == Scope::ALL => {
                    *signature = transposed_signature(*signature, options.semitones);
                }
                _ => {}
            }
        }
        let mut dropped = dropped.into_iter().peekable();
        let mut at = 0..;
        track.events.retain(|_| dropped.next_if_eq(&at.next().unwrap_or(usize::MAX)).is_none());
    }
    Ok(sequence)
}

impl Message {
    fn key_mut(&mut self) -> Option<&mut u8> {
        match self {
            Message::NoteOn { key, .. } | Message::NoteOff { key, .. } | Message::PolyPressure { key, .. } => Some(key),
            _ => None,
        }
    }
}

fn moved(key: u8, options: &Transpose) -> Option<u8> {
    let moved = i16::from(key) + i16::from(options.semitones);
    let folded = match options.out_of_range {
        // 120 to 127 are eight keys of an octave that ends beyond the last: others of it lie an octave below.
        OutOfRange::Octave if moved > 127 => 116 + (moved - 116) % 12,
        OutOfRange::Octave if moved < 0 => moved.rem_euclid(12),
        _ => moved,
    };
    u8::try_from(folded).ok().filter(|&key| key <= 127)
}

/// The key with the fewest sharps or flats; six sharps rather than six flats.
fn transposed_signature(signature: KeySignature, semitones: i8) -> KeySignature {
    if semitones % 12 == 0 {
        return signature;
    }
    // A semitone is seven fifths, and twelve fifths are no change.
    let fifths = i16::from(signature.sharps) + 7 * i16::from(semitones);
    KeySignature { sharps: ((fifths + 5).rem_euclid(12) - 5) as i8, ..signature }
}
