//! Pieces and players whose mistakes are known.

use rae_analysis::{Expected, ExpectedNote, PlayedNote};

/// Numbers that look random and are always the same (SplitMix64, Steele et al. 2014, doi:10.1145/2714064.2660195).
pub(crate) struct Dice(pub u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }

    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.roll()).sum::<f64>() - 6.0
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[(self.roll() * of.len() as f64) as usize % of.len()]
    }
}

pub(crate) fn note(onset: f64, duration: f64, pitch: u8, bar: u64) -> ExpectedNote {
    let onset = (onset * 1e4).round() / 1e4;
    ExpectedNote { onset, duration, pitch, velocity: 80, channel: 0, track: 0, bar }
}

/// A melody in C major of so many quarters at a tempo, in eighths, quarters and halves.
pub(crate) fn melody(dice: &mut Dice, quarters: f64, bpm: f64) -> Expected {
    const SCALE: [u8; 15] = [60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77, 79, 81, 83, 84];
    let quarter = 60.0 / bpm;
    let (mut at, mut degree, mut notes) = (0.0, 4i32, Vec::new());
    while at < quarters {
        let length = dice.pick(&[0.5, 0.5, 1.0, 1.0, 1.0, 2.0]);
        notes.push(note(at * quarter, 0.9 * length * quarter, SCALE[degree as usize], at as u64 / 4 + 1));
        degree = (degree + dice.pick(&[-3, -2, -1, -1, 1, 1, 2, 3])).clamp(0, 14);
        at += length;
    }
    Expected::from_notes(notes)
}

/// A melody over chords of three notes on each quarter.
pub(crate) fn accompanied(dice: &mut Dice, quarters: f64, bpm: f64) -> Expected {
    let mut notes = melody(dice, quarters, bpm).notes().to_vec();
    let quarter = 60.0 / bpm;
    for beat in 0..quarters as u64 {
        let root = dice.pick(&[36, 41, 43, 45]);
        for pitch in [root, root + 4, root + 7] {
            notes.push(note(beat as f64 * quarter, 0.9 * quarter, pitch, beat / 4 + 1));
        }
    }
    Expected::from_notes(notes)
}

/// How somebody plays.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) wrong: f64,
    pub(crate) missed: f64,
    pub(crate) extra: f64,
    /// Standard deviation of onsets, seconds.
    pub(crate) jitter: f64,
    /// Seconds of the recording per second of the score.
    pub(crate) slope: f64,
    /// By how much the tempo swings.
    pub(crate) drift: f64,
    /// Seconds before the first note.
    pub(crate) lead: f64,
}

pub(crate) const CLEAN: Manner =
    Manner { wrong: 0.0, missed: 0.0, extra: 0.0, jitter: 0.0, slope: 1.0, drift: 0.0, lead: 0.5 };

/// What an expected note has become.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Truth {
    Right(f64),
    Wrong(f64, u8),
    Missed,
}

pub(crate) struct Performance {
    pub(crate) played: Vec<PlayedNote>,
    pub(crate) truth: Vec<Truth>,
    pub(crate) extras: Vec<(f64, u8)>,
}

pub(crate) fn played(onset: f64, pitch: u8) -> PlayedNote {
    PlayedNote { onset, duration: Some(0.2), pitch, velocity: Some(80), log_odds: 8.0 }
}

/// When a moment of the score is played.
pub(crate) fn warp(manner: &Manner, score: f64) -> f64 {
    // The tempo swings once in 16 seconds.
    let swing = std::f64::consts::TAU / 16.0;
    manner.lead + manner.slope * (score - manner.drift / swing * ((swing * score).cos() - 1.0))
}

pub(crate) fn perform(expected: &Expected, manner: &Manner, dice: &mut Dice) -> Performance {
    let notes = expected.notes();
    let mut performance = Performance { played: Vec::new(), truth: Vec::new(), extras: Vec::new() };
    for (index, note) in notes.iter().enumerate() {
        let time = warp(manner, note.onset) + manner.jitter * dice.normal();
        let inner = index > 0 && index + 1 < notes.len();
        let dodge = |dice: &mut Dice| {
            let near = notes.iter().filter(|other| (other.onset - note.onset).abs() < 0.5).map(|other| other.pitch);
            let near: Vec<u8> = near.collect();
            let free = [-2i16, -1, 1, 2].map(|by| (i16::from(note.pitch) + by) as u8);
            let free: Vec<u8> = free.into_iter().filter(|pitch| !near.contains(pitch)).collect();
            (!free.is_empty()).then(|| dice.pick(&free))
        };
        let fate = dice.roll();
        if inner && fate < manner.missed {
            performance.truth.push(Truth::Missed);
        } else if let Some(pitch) = (inner && fate < manner.missed + manner.wrong).then(|| dodge(dice)).flatten() {
            performance.truth.push(Truth::Wrong(time, pitch));
            performance.played.push(played(time, pitch));
        } else {
            performance.truth.push(Truth::Right(time));
            performance.played.push(played(time, note.pitch));
        }
        if inner && dice.roll() < manner.extra {
            let between = 0.5 * (note.onset + notes[index + 1].onset);
            if let Some(pitch) = (between - note.onset > 0.1).then(|| dodge(dice)).flatten() {
                let time = warp(manner, between);
                performance.extras.push((time, pitch));
                performance.played.push(played(time, pitch));
            }
        }
    }
    performance
}
