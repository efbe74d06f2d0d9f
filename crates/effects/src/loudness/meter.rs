use std::ops::Range;

use rae_dsp::biquad::Cascade;
use rae_dsp::true_peak::{DELAY, TruePeak};
use rae_dsp::wide::{WideKernel, largest, run_wide};
use rae_units::{Decibels, SampleRate};
use serde::Serialize;

use super::blocks::{HOPS_PER_SECOND, Histogram, Latest, MOMENTARY_HOPS, SHORT_TERM_HOPS, lufs};
use super::weighting::{channel_weights, filters};
use crate::EffectsError;
use crate::chain::{MAX_CHANNELS, MAX_RATE, MIN_RATE};

/// Frames worked on at once.
const CHUNK: usize = 512;
/// Gating blocks begin every tenth of a second.
const HOPS_PER_GATING_BLOCK: u64 = 10;

/// Loudness of a stream as it passes: push blocks of any length, ask at any time.
#[derive(Clone, Debug)]
pub struct LoudnessMeter {
    rate: u64,
    weights: Vec<f64>,
    cascade: Cascade,
    peaks: Vec<TruePeak>,
    true_peaks: Vec<f32>,
    work: [Vec<f32>; 2],
    /// Frames that came, and hops that are complete.
    frames: u64,
    hops: u64,
    /// The present hop of each channel.
    energies: Vec<Energy>,
    latest: Latest,
    momentary_blocks: Histogram,
    short_term_blocks: Histogram,
    max_momentary_power: f64,
    max_short_term_power: f64,
}

/// What [`LoudnessMeter::report`] says. Silence has −∞.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Loudness {
    /// Loudness of the whole, gated, in LUFS.
    pub integrated_lufs: f64,
    /// Loudness range in LU.
    pub range_lu: f64,
    /// The loudest 0.4 seconds, in LUFS.
    pub max_momentary_lufs: f64,
    /// The loudest 3 seconds, in LUFS.
    pub max_short_term_lufs: f64,
    /// The largest peak between samples of any channel, in dBTP.
    pub true_peak_db: f64,
}

impl LoudnessMeter {
    /// A meter for channels in the order of WAV files.
    ///
    /// # Errors
    /// A rate or number of channels that chains are not made for either.
    pub fn new(rate: SampleRate, channels: usize) -> Result<LoudnessMeter, EffectsError> {
        if !(MIN_RATE..=MAX_RATE).contains(&rate) {
            return Err(EffectsError::ChainRate(rate));
        }
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(EffectsError::Channels(channels));
        }
        Ok(LoudnessMeter {
            rate: u64::from(rate.hz()),
            weights: channel_weights(channels),
            cascade: Cascade::new(&filters(f64::from(rate.hz())), channels),
            peaks: vec![TruePeak::new(); channels],
            true_peaks: vec![0.0; channels],
            work: [vec![0.0; CHUNK], vec![0.0; CHUNK]],
            frames: 0,
            hops: 0,
            energies: vec![Energy::default(); channels],
            latest: Latest::default(),
            momentary_blocks: Histogram::default(),
            short_term_blocks: Histogram::default(),
            max_momentary_power: 0.0,
            max_short_term_power: 0.0,
        })
    }

    /// The same without true peaks, for half the work: what is said of them is −∞.
    ///
    /// # Errors
    /// As [`LoudnessMeter::new`].
    pub fn without_peaks(rate: SampleRate, channels: usize) -> Result<LoudnessMeter, EffectsError> {
        let mut meter = LoudnessMeter::new(rate, channels)?;
        (meter.peaks, meter.true_peaks) = (Vec::new(), Vec::new());
        Ok(meter)
    }

    /// Takes in a block: one slice per channel, all of one length, finite samples.
    ///
    /// # Panics
    /// When the number of channels is another one, or lengths differ.
    pub fn push(&mut self, block: &[&[f32]]) {
        assert_eq!(block.len(), self.weights.len(), "number of channels");
        let frames = block[0].len();
        assert!(block.iter().all(|samples| samples.len() == frames), "channels differ in length");
        let mut at = 0;
        while at < frames {
            let end = at + (frames - at).min(CHUNK).min((self.hop_end() - self.frames) as usize);
            self.hear_peaks(block, at..end);
            self.hear(block, at..end);
            self.frames += (end - at) as u64;
            at = end;
            if self.frames == self.hop_end() {
                self.end_hop();
            }
        }
    }

    /// The first frame after the present hop, by an absolute formula.
    fn hop_end(&self) -> u64 {
        (self.hops + 1) * self.rate / HOPS_PER_SECOND
    }

    fn hear_peaks(&mut self, block: &[&[f32]], frames: Range<usize>) {
        let work = &mut self.work[0][..frames.len()];
        for ((samples, detector), peak) in block.iter().zip(&mut self.peaks).zip(&mut self.true_peaks) {
            work.fill(0.0);
            detector.raise(&samples[frames.clone()], work, *peak);
            *peak = peak.max(largest(work));
        }
    }

    fn hear(&mut self, block: &[&[f32]], frames: Range<usize>) {
        if let [left, right] = block {
            let [left_work, right_work] = self.work.each_mut().map(|work| &mut work[..frames.len()]);
            left_work.copy_from_slice(&left[frames.clone()]);
            right_work.copy_from_slice(&right[frames.clone()]);
            self.cascade.process_pair(0, [&mut *left_work, &mut *right_work]);
            self.energies[0].add(left_work);
            self.energies[1].add(right_work);
            return;
        }
        for (channel, samples) in block.iter().enumerate().filter(|(channel, _)| self.weights[*channel] > 0.0) {
            let work = &mut self.work[0][..frames.len()];
            work.copy_from_slice(&samples[frames.clone()]);
            self.cascade.process(channel, work);
            self.energies[channel].add(work);
        }
    }

    fn end_hop(&mut self) {
        let begin = self.hops * self.rate / HOPS_PER_SECOND;
        let sum = self.energies.iter().zip(&self.weights).map(|(energy, weight)| weight * energy.sum()).sum();
        self.latest.push(sum, self.frames - begin);
        self.energies.fill(Energy::default());
        self.hops += 1;
        let (momentary, short_term) = (self.latest.power(MOMENTARY_HOPS), self.latest.power(SHORT_TERM_HOPS));
        self.max_momentary_power = self.max_momentary_power.max(momentary);
        self.max_short_term_power = self.max_short_term_power.max(short_term);
        if self.hops.is_multiple_of(HOPS_PER_GATING_BLOCK) {
            if self.latest.is_full(MOMENTARY_HOPS) {
                self.momentary_blocks.push(momentary);
            }
            if self.latest.is_full(SHORT_TERM_HOPS) {
                self.short_term_blocks.push(short_term);
            }
        }
    }

    /// Loudness of the latest 0.4 seconds in LUFS, every hundredth of a second.
    pub fn momentary_lufs(&self) -> f64 {
        lufs(self.latest.power(MOMENTARY_HOPS))
    }

    /// Loudness of the latest 3 seconds in LUFS, every hundredth of a second.
    pub fn short_term_lufs(&self) -> f64 {
        lufs(self.latest.power(SHORT_TERM_HOPS))
    }

    /// The largest true peak of each channel so far, in dBTP.
    pub fn true_peaks(&self) -> Vec<Decibels> {
        // What the detectors still hold back is heard with silence after it.
        let held = self.peaks.iter().map(|detector| {
            let mut rest = [0.0; 2 * DELAY];
            detector.clone().process(&mut rest);
            largest(&rest)
        });
        let peaks = held.zip(&self.true_peaks).map(|(held, seen)| held.max(*seen));
        peaks.map(|peak| Decibels::from_amplitude(f64::from(peak))).collect()
    }

    /// What there is to say about everything so far.
    pub fn report(&self) -> Loudness {
        Loudness {
            integrated_lufs: self.momentary_blocks.integrated(),
            range_lu: self.short_term_blocks.range(),
            max_momentary_lufs: lufs(self.max_momentary_power),
            max_short_term_lufs: lufs(self.max_short_term_power),
            true_peak_db: self.true_peaks().iter().fold(f64::NEG_INFINITY, |most, peak| most.max(peak.0)),
        }
    }
}

/// Loudness of several recordings as if they were one, as of an album: the blocks of all are gated together.
#[derive(Clone, Debug)]
pub struct AlbumLoudness {
    momentary_blocks: Histogram,
    short_term_blocks: Histogram,
    loudest: Loudness,
}

impl Default for AlbumLoudness {
    fn default() -> AlbumLoudness {
        let silent = f64::NEG_INFINITY;
        AlbumLoudness {
            momentary_blocks: Histogram::default(),
            short_term_blocks: Histogram::default(),
            loudest: Loudness {
                integrated_lufs: silent,
                range_lu: 0.0,
                max_momentary_lufs: silent,
                max_short_term_lufs: silent,
                true_peak_db: silent,
            },
        }
    }
}

impl AlbumLoudness {
    /// Takes in a recording that was measured; the order does not matter but for rounding.
    pub fn add(&mut self, recording: &LoudnessMeter) {
        self.momentary_blocks.add(&recording.momentary_blocks);
        self.short_term_blocks.add(&recording.short_term_blocks);
        let (found, loudest) = (recording.report(), &mut self.loudest);
        loudest.max_momentary_lufs = loudest.max_momentary_lufs.max(found.max_momentary_lufs);
        loudest.max_short_term_lufs = loudest.max_short_term_lufs.max(found.max_short_term_lufs);
        loudest.true_peak_db = loudest.true_peak_db.max(found.true_peak_db);
    }

    /// What there is to say about all of them.
    pub fn report(&self) -> Loudness {
        Loudness {
            integrated_lufs: self.momentary_blocks.integrated(),
            range_lu: self.short_term_blocks.range(),
            ..self.loudest
        }
    }
}

/// Sums of squares side by side, by position in the hop: they do not depend on how it is cut into blocks.
#[derive(Clone, Copy, Debug, Default)]
struct Energy {
    sums: [f64; LANES],
    /// Where the next sample goes.
    lane: usize,
}

const LANES: usize = 16;

impl Energy {
    fn add(&mut self, samples: &[f32]) {
        let (head, rest) = samples.split_at(samples.len().min((LANES - self.lane) % LANES));
        self.add_part(head);
        let (groups, rest) = rest.as_chunks::<LANES>();
        run_wide(Squares { groups, sums: &mut self.sums });
        self.add_part(rest);
    }

    /// Samples up to the last lane at most.
    fn add_part(&mut self, samples: &[f32]) {
        for (sum, x) in self.sums[self.lane..].iter_mut().zip(samples) {
            *sum += f64::from(*x) * f64::from(*x);
        }
        self.lane = (self.lane + samples.len()) % LANES;
    }

    fn sum(&self) -> f64 {
        self.sums.iter().sum()
    }
}

struct Squares<'a> {
    groups: &'a [[f32; LANES]],
    sums: &'a mut [f64; LANES],
}

impl WideKernel for Squares<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut sums = *self.sums;
        for group in self.groups {
            for (sum, x) in sums.iter_mut().zip(group) {
                *sum += f64::from(*x) * f64::from(*x);
            }
        }
        *self.sums = sums;
    }
}
