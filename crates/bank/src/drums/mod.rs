//! Bank 128: the nine drum kits of General MIDI and GS.

mod kits;
mod scenes;
mod sounds;
pub(crate) mod strokes;

use std::collections::BTreeMap;

use rae_soundfont::{Generator, SampleKind, Zone};

use crate::assemble::{Bank, Tone};
use crate::synthesis::{Rng, Sound, Spectral};
use kits::{KITS, Kit, Stroke};

/// What a stroke is made of: one sample, or a left and a right one.
enum Made {
    Mono(Sound),
    Wide([Sound; 2]),
}

impl From<Sound> for Made {
    fn from(sound: Sound) -> Made {
        Made::Mono(sound)
    }
}

/// Strokes that have another sound when played softly, below this velocity.
const SOFT: [(&str, &str); 2] = [("Kick", "Kick Soft"), ("Snare", "Snare Soft")];
const SOFT_BELOW: u8 = 72;

/// Strokes are short: louder than other samples by dB, as far as their peaks allow.
const LOUDER: f32 = 3.0;

/// Where the sides of a wide stroke lie to either side of its place, percent.
const HALF_WIDTH: f32 = 28.0;

/// Builds all kits; `bank` already holds the sounds that kits share with programs.
pub(crate) fn build(bank: &mut Bank, spectral: &mut Spectral) {
    let mut drummer = Drummer { bank, spectral, stored: BTreeMap::new() };
    for kit in &KITS {
        drummer.kit(kit);
    }
}

struct Drummer<'a> {
    bank: &'a mut Bank,
    spectral: &'a mut Spectral,
    /// Samples by name of the sound: one, or left and right.
    stored: BTreeMap<&'static str, Vec<usize>>,
}

impl Drummer<'_> {
    fn kit(&mut self, kit: &Kit) {
        let zones = kit.strokes().iter().flat_map(|stroke| self.stroke(stroke)).collect();
        // Strokes ring out however short the note is; what loops ends with it.
        let tone = Tone::new().release(40.0).touch(1500).sends(kit.reverb, 0);
        let instrument = self.bank.instrument(kit.name, &tone, zones);
        self.bank.preset_in(128, kit.program, kit.name, &[(instrument, Tone::new())]);
    }

    fn stroke(&mut self, stroke: &Stroke) -> Vec<Zone> {
        let soft = SOFT.iter().find(|(loud, _)| *loud == stroke.sound);
        let Some((_, soft)) = soft else { return self.layer(stroke, stroke.sound, None) };
        let mut zones = self.layer(stroke, soft, Some(0..=SOFT_BELOW - 1));
        zones.extend(self.layer(stroke, stroke.sound, Some(SOFT_BELOW..=127)));
        zones
    }

    fn layer(
        &mut self,
        stroke: &Stroke,
        sound: &'static str,
        velocities: Option<std::ops::RangeInclusive<u8>>,
    ) -> Vec<Zone> {
        let samples = self.samples(sound);
        let places: &[f32] = if samples.len() == 2 { &[-HALF_WIDTH, HALF_WIDTH] } else { &[0.0] };
        let softer = stroke.softer + if samples.len() == 2 { 3.0 } else { 0.0 };
        let zone = |(&sample, place): (&usize, &f32)| {
            let mut tone = Tone::new()
                .set(Generator::OverridingRootKey, i16::from(stroke.key))
                .detune(stroke.semitones, 0)
                .softer(softer)
                .pan((stroke.pan + place).clamp(-50.0, 50.0));
            if let Some(class) = kits::class(stroke) {
                tone = tone.set(Generator::ExclusiveClass, class);
            }
            if self.bank.is_looped(sample) {
                tone = tone.set(Generator::SampleModes, 1).release(1.2);
            }
            let mut zone = tone.zone(Some((stroke.key, stroke.key)), Some(sample), &Tone::new());
            zone.velocities = velocities.clone();
            zone
        };
        samples.iter().zip(places).map(zone).collect()
    }

    fn samples(&mut self, sound: &'static str) -> Vec<usize> {
        if let Some(known) = self.stored.get(sound) {
            return known.clone();
        }
        let samples = match self.bank.find(sound) {
            Some(shared) => vec![shared],
            None => self.make(sound),
        };
        self.stored.insert(sound, samples.clone());
        samples
    }

    fn make(&mut self, sound: &'static str) -> Vec<usize> {
        let mut rng = Rng::new(sound.bytes().fold(7, |seed, byte| seed * 31 % 1_000_003 + u64::from(byte)));
        match sounds::sound(sound, self.spectral, &mut rng) {
            Made::Mono(mono) => vec![self.bank.linked_sample(sound, mono, SampleKind::Mono, 0, LOUDER)],
            Made::Wide([left, right]) => {
                let next = self.bank.next_sample();
                let left = self.bank.linked_sample(&format!("{sound} L"), left, SampleKind::Left, next + 1, LOUDER);
                let right = self.bank.linked_sample(&format!("{sound} R"), right, SampleKind::Right, next, LOUDER);
                vec![left, right]
            }
        }
    }
}
