//! From sound to the levels of semitone bands over time.

use rae_dsp::wide::{WideKernel, run_wide};
use rae_dsp::window::{kaiser, sinc};

use super::bands::{BANDS, Filterbank, LOWEST};
use super::dot::dot;
use super::spectra::Spectra;

/// Rate that is listened at, hertz.
pub(crate) const RATE: u32 = 16_000;

/// Samples between frames: 10 ms.
pub(super) const HOP: usize = 160;

/// Seconds between frames.
pub(crate) const FRAME: f64 = HOP as f64 / RATE as f64;

/// Transform for high pitches: 128 ms.
const SHORT: usize = 2048;

/// Low pitches are listened to at a lower rate, where a transform of 256 ms is short.
const DECIMATION: usize = 4;

/// Rate at which they are, hertz.
pub(crate) const LOW_RATE: u32 = RATE / DECIMATION as u32;
const LONG: usize = 1024;

/// Pitches below the first have the long transform alone, above the second the short one.
const LONG_BELOW: f64 = 55.0;
const SHORT_ABOVE: f64 = 67.0;

/// Levels reach from 0 to 1 over so many decibels below loud frames.
const RANGE_DB: f32 = 70.0;

/// Share of frames that are not louder than the reference.
const LOUD: f64 = 0.98;

/// Decibels are kept from the first on, so many steps each.
const LOWEST_DB: f32 = -160.0;
const STEPS_PER_DB: f32 = 200.0;

/// Levels are kept in steps of this.
const LEVEL_STEP: f32 = 1.0 / 32_768.0;

/// Levels of semitone bands, frame by frame.
pub(crate) struct Levels {
    /// Frame after frame, [`BANDS`] levels each: 1 is as loud as loud frames, 0 is 70 dB below or less. In 16 bits, since
    /// recordings may be long.
    levels: Vec<u16>,
    /// Semitones above A = 440 Hz.
    pub(crate) tuning: f64,
}

impl Levels {
    /// Of audio at [`RATE`] by an instrument that is tuned so many semitones higher than A = 440 Hz. `low` is the same,
    /// [`decimate`]d.
    pub(crate) fn of(audio: &[f32], low: &[f32], tuning: f64) -> Levels {
        let frames = 1 + audio.len() / HOP;
        let mut long = Spectra::new(LONG, HOP / DECIMATION);
        let mut short = Spectra::new(SHORT, HOP);
        let long_bank = Filterbank::new(LONG, f64::from(LOW_RATE), tuning);
        let short_bank = Filterbank::new(SHORT, f64::from(RATE), tuning);
        let mix: Vec<f32> = (0..BANDS).map(share_of_short).collect();
        let mut levels: Vec<u16> = Vec::with_capacity(frames * BANDS);
        let mut loudest = Vec::with_capacity(frames);
        let mut powers: [Vec<f32>; 4] = Default::default();
        for first in (0..frames).step_by(2) {
            let [long_a, long_b, short_a, short_b] = &mut powers;
            long.powers(low, first, first + 1, [long_a, long_b]);
            short.powers(audio, first, first + 1, [short_a, short_b]);
            for (long, short) in [(long_a, short_a), (long_b, short_b)].into_iter().take(frames - first) {
                let mut frame = [0.0; BANDS];
                let banks = [&long_bank, &short_bank];
                run_wide(Mix { banks, powers: [long, short], mix: &mix, frame: &mut frame });
                let kept = frame.map(|power| kept_decibels(10.0 * (power + 1e-24).log10()));
                loudest.push(kept.into_iter().max().unwrap_or(0));
                levels.extend(kept);
            }
        }
        let reference = f32::from(loud(&mut loudest));
        let level = |kept: u16| 1.0 + (f32::from(kept) - reference) / (STEPS_PER_DB * RANGE_DB);
        levels.iter_mut().for_each(|kept| *kept = (level(*kept) / LEVEL_STEP + 0.5) as u16);
        Levels { levels, tuning }
    }

    /// How many frames there are.
    pub(crate) fn frames(&self) -> usize {
        self.levels.len() / BANDS
    }

    /// The levels of a frame.
    #[inline]
    pub(crate) fn frame(&self, frame: usize) -> [f32; BANDS] {
        let mut levels = [0.0; BANDS];
        levels.iter_mut().zip(&self.levels[frame * BANDS..]).for_each(|(level, &kept)| *level = stretched(kept));
        levels
    }

    /// The level of a band; 0 above the last.
    pub(crate) fn at(&self, frame: usize, band: usize) -> f32 {
        if band < BANDS { stretched(self.levels[frame * BANDS + band]) } else { 0.0 }
    }
}

fn stretched(kept: u16) -> f32 {
    f32::from(kept) * LEVEL_STEP
}

/// Decibels as they are kept; a conversion to whole numbers saturates.
fn kept_decibels(decibels: f32) -> u16 {
    ((decibels - LOWEST_DB) * STEPS_PER_DB) as u16
}

/// How many semitones higher than A = 440 Hz an instrument is tuned, from [`decimate`]d audio.
pub(crate) fn tuning(low: &[f32]) -> f64 {
    let hop = HOP / DECIMATION;
    super::tuning::estimate(&mut Spectra::new(LONG, hop), low, 1 + low.len() / hop, f64::from(LOW_RATE))
}

/// The powers of a frame's bands, from both transforms.
struct Mix<'a> {
    /// Long and short.
    banks: [&'a Filterbank; 2],
    powers: [&'a [f32]; 2],
    /// Share of the short one, by band.
    mix: &'a [f32],
    frame: &'a mut [f32; BANDS],
}

impl WideKernel for Mix<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let ([long_bank, short_bank], [long, short]) = (self.banks, self.powers);
        for (band, (power, &mix)) in self.frame.iter_mut().zip(self.mix).enumerate() {
            let long = if mix < 1.0 { (1.0 - mix) * long_bank.power(band, long) } else { 0.0 };
            let short = if mix > 0.0 { mix * short_bank.power(band, short) } else { 0.0 };
            *power = long + short;
        }
    }
}

fn share_of_short(band: usize) -> f32 {
    (((LOWEST + band) as f64 - LONG_BELOW) / (SHORT_ABOVE - LONG_BELOW)).clamp(0.0, 1.0) as f32
}

/// The loudest band of the frame that is louder than 98 % of all.
fn loud(loudest: &mut [u16]) -> u16 {
    let place = (loudest.len().saturating_sub(1) as f64 * LOUD).round() as usize;
    if loudest.is_empty() { 0 } else { *loudest.select_nth_unstable(place).1 }
}

/// Every fourth sample of what lies below 1.7 kHz; sample n is at the time of sample 4n.
pub(crate) fn decimate(audio: &[f32]) -> Vec<f32> {
    const HALF: usize = 32;
    // Cutoff as a share of the rate; Kaiser's window of 8 stops by 80 dB.
    const CUTOFF: f64 = 1_850.0 / RATE as f64;
    let tap = |n: usize| {
        let at = n as f64 - HALF as f64;
        (2.0 * CUTOFF * sinc(2.0 * CUTOFF * at) * kaiser(at / (HALF as f64 + 1.0), 8.0)) as f32
    };
    let taps: Vec<f32> = (0..=2 * HALF).map(tap).collect();
    let mut low = vec![0.0; audio.len().div_ceil(DECIMATION)];
    // Where the filter reaches beyond an end, a short copy with silence around it is read.
    let whole = |at: usize| at >= HALF && at + HALF < audio.len();
    let first = (0..low.len()).find(|n| whole(n * DECIMATION)).unwrap_or(low.len());
    let last = (first..low.len()).find(|n| !whole(n * DECIMATION)).unwrap_or(low.len());
    for n in (0..first).chain(last..low.len()) {
        let sample = |tap: usize| (n * DECIMATION + tap).checked_sub(HALF).and_then(|at| audio.get(at)).copied();
        let around: [f32; 2 * HALF + 1] = std::array::from_fn(|tap| sample(tap).unwrap_or(0.0));
        low[n] = dot(&taps, &around);
    }
    let from = (first * DECIMATION).saturating_sub(HALF);
    run_wide(Decimate { taps: &taps, audio: audio.get(from..).unwrap_or_default(), low: &mut low[first..last] });
    low
}

struct Decimate<'a> {
    taps: &'a [f32],
    audio: &'a [f32],
    low: &'a mut [f32],
}

impl WideKernel for Decimate<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (sample, piece) in self.low.iter_mut().zip(self.audio.windows(self.taps.len()).step_by(DECIMATION)) {
            *sample = dot(self.taps, piece);
        }
    }
}
