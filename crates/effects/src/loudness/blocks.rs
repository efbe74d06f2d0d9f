//! Loudness of blocks: the latest ones, and all of them as a histogram.

use rae_dsp::wide::{WideKernel, run_wide};

/// Blocks begin every hundredth of a second.
pub(super) const HOPS_PER_SECOND: u64 = 100;
/// 0.4 s.
pub(super) const MOMENTARY_HOPS: usize = 40;
/// 3 s.
pub(super) const SHORT_TERM_HOPS: usize = 300;

/// The level below which blocks never count.
const SILENCE_LUFS: f64 = -70.0;
const LOUDEST_LUFS: f64 = 70.0;
const BINS_PER_UNIT: f64 = 100.0;
const BINS: usize = ((LOUDEST_LUFS - SILENCE_LUFS) * BINS_PER_UNIT) as usize;

/// Loudness of a weighted mean power, in LUFS.
pub(super) fn lufs(power: f64) -> f64 {
    -0.691 + 10.0 * power.log10()
}

/// The bin of a loudness in LUFS; the last one has all that is louder.
fn bin(loudness: f64) -> usize {
    (((loudness - SILENCE_LUFS) * BINS_PER_UNIT).max(0.0) as usize).min(BINS - 1)
}

/// Sums of weighted squares of the latest hops, and how many frames they had.
#[derive(Clone, Debug, Default)]
pub(super) struct Latest {
    /// The latest at the end; what lies before them is thrown away now and then.
    sums: Vec<f64>,
    frames: Vec<u64>,
}

impl Latest {
    pub(super) fn push(&mut self, sum: f64, frames: u64) {
        if self.sums.len() == 2 * SHORT_TERM_HOPS {
            self.sums.drain(..SHORT_TERM_HOPS);
            self.frames.drain(..SHORT_TERM_HOPS);
        }
        self.sums.push(sum);
        self.frames.push(frames);
    }

    /// The mean power of the latest `hops`, before which there was silence.
    pub(super) fn power(&self, hops: usize) -> f64 {
        let first = self.sums.len().saturating_sub(hops);
        let (sum, frames) = run_wide(Total { sums: &self.sums[first..], frames: &self.frames[first..] });
        let missing = (hops - (self.sums.len() - first)) as f64 / hops as f64;
        if frames == 0 { 0.0 } else { sum / frames as f64 * (1.0 - missing) }
    }

    pub(super) fn is_full(&self, hops: usize) -> bool {
        self.sums.len() >= hops
    }
}

/// The sum of both, in lanes by the number of the hop.
struct Total<'a> {
    sums: &'a [f64],
    frames: &'a [u64],
}

impl WideKernel for Total<'_> {
    type Output = (f64, u64);

    #[inline(always)]
    fn run(self) -> (f64, u64) {
        const LANES: usize = 16;
        let (groups, rest) = self.sums.as_chunks::<LANES>();
        let mut lanes = [0.0; LANES];
        for group in groups {
            for (lane, sum) in lanes.iter_mut().zip(group) {
                *lane += sum;
            }
        }
        (lanes.iter().chain(rest).sum(), self.frames.iter().sum())
    }
}

/// How many blocks had which loudness, by hundredths of a unit, with their powers: means are exact, and gates lie within a
/// hundredth.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    powers: Vec<f64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { counts: vec![0; BINS], powers: vec![0.0; BINS] }
    }
}

impl Histogram {
    /// Takes a block in, unless it lies below the absolute gate.
    pub(super) fn push(&mut self, power: f64) {
        if lufs(power) >= SILENCE_LUFS {
            let bin = bin(lufs(power));
            self.counts[bin] += 1;
            self.powers[bin] += power;
        }
    }

    /// Takes in all blocks of another one.
    pub(super) fn add(&mut self, other: &Histogram) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(sum, count)| *sum += count);
        self.powers.iter_mut().zip(&other.powers).for_each(|(sum, power)| *sum += power);
    }

    /// The mean power from a bin on, unless there are no blocks.
    fn mean_from(&self, bin: usize) -> Option<f64> {
        let count: u64 = self.counts[bin..].iter().sum();
        (count > 0).then(|| self.powers[bin..].iter().sum::<f64>() / count as f64)
    }

    /// The bin of the relative gate, `below` units under the mean of all blocks.
    fn gate(&self, below: f64) -> Option<usize> {
        let mean = lufs(self.mean_from(0)?);
        Some(bin(mean - below))
    }

    /// Integrated loudness in LUFS (BS.1770-5, annex 1): −∞ where all was silent.
    pub(super) fn integrated(&self) -> f64 {
        self.gate(10.0).and_then(|bin| self.mean_from(bin)).map_or(f64::NEG_INFINITY, lufs)
    }

    /// Loudness range in LU (EBU Tech 3342): between a tenth and 95 hundredths of the blocks.
    pub(super) fn range(&self) -> f64 {
        let Some(gate) = self.gate(20.0) else { return 0.0 };
        let counts = &self.counts[gate..];
        let last = counts.iter().sum::<u64>().saturating_sub(1) as f64;
        let at = |share: f64| {
            let rank = (share * last).round() as u64;
            let mut seen = 0;
            counts.iter().position(|count| {
                seen += count;
                seen > rank
            })
        };
        match (at(0.1), at(0.95)) {
            (Some(low), Some(high)) => (high - low) as f64 / BINS_PER_UNIT,
            _ => 0.0,
        }
    }
}
