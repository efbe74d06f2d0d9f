use rae_dsp::wide::{WideKernel, run_wide};

use crate::chain::MAX_CHANNELS;

/// The most frames that effects are given at once; it does not reach the bits.
pub(crate) const CHUNK: usize = 512;

/// Smaller values are silence (−600 dBFS): they would become subnormal numbers, which processors are slow with.
const LEAST: f32 = 1e-30;
/// Larger values are no sound (180 dBFS): sums of them would overflow.
const MOST: f32 = 1e9;

/// Samples looked at side by side.
const LANES: usize = 32;

/// Up to [`CHUNK`] frames of planar sound.
#[derive(Clone, Debug)]
pub(crate) struct Planes {
    samples: Vec<f32>,
    channels: usize,
    frames: usize,
}

impl Planes {
    pub(crate) fn new(channels: usize) -> Planes {
        debug_assert!(channels <= MAX_CHANNELS);
        Planes { samples: vec![0.0; channels * CHUNK], channels, frames: 0 }
    }

    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    pub(crate) fn set_frames(&mut self, frames: usize) {
        self.frames = frames.min(CHUNK);
    }

    /// Every channel in turn.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[f32]> {
        self.samples.chunks_exact(CHUNK).map(|plane| &plane[..self.frames])
    }

    /// Every channel in turn, to write.
    pub(crate) fn each_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.samples.chunks_exact_mut(CHUNK).map(|plane| &mut plane[..self.frames])
    }

    /// Left and right; `None` unless there are exactly two channels.
    pub(crate) fn stereo_mut(&mut self) -> Option<(&mut [f32], &mut [f32])> {
        if self.channels != 2 {
            return None;
        }
        let (left, right) = self.samples.split_at_mut(CHUNK);
        Some((&mut left[..self.frames], &mut right[..self.frames]))
    }

    pub(crate) fn copy_from(&mut self, other: &Planes) {
        self.frames = other.frames;
        for (to, from) in self.each_mut().zip(other.each()) {
            to.copy_from_slice(from);
        }
    }

    /// Makes silence of what is no number, too large or too small; returns how many were not the latter.
    pub(crate) fn scrub(&mut self) -> u64 {
        self.each_mut().map(scrub).sum()
    }
}

/// Makes silence of what is no number, too large or too small; returns how many were not the latter.
pub(super) fn scrub(samples: &mut [f32]) -> u64 {
    if !run_wide(Unsound(samples)) {
        return 0;
    }
    let mut bad = 0;
    for sample in samples {
        let magnitude = sample.abs();
        if magnitude.is_nan() || magnitude > MOST {
            bad += 1;
            *sample = 0.0;
        } else if magnitude < LEAST {
            *sample = 0.0;
        }
    }
    bad
}

/// Whether any sample has to be made silence.
struct Unsound<'a>(&'a [f32]);

impl WideKernel for Unsound<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        // Magnitudes are in the order of their bits, NaN last; less one, 0 is the largest, or as a signed number the smallest.
        let place = |sample: f32| (sample.to_bits() & 0x7fff_ffff).wrapping_sub(1);
        let (mut least, mut most) = ([u32::MAX; LANES], [i32::MIN; LANES]);
        let (groups, rest) = self.0.as_chunks::<LANES>();
        for group in groups {
            for lane in 0..LANES {
                least[lane] = least[lane].min(place(group[lane]));
                most[lane] = most[lane].max(place(group[lane]) as i32);
            }
        }
        let rest = || rest.iter().map(|sample| place(*sample));
        let least = least.into_iter().chain(rest()).fold(u32::MAX, u32::min);
        let most = most.into_iter().chain(rest().map(|place| place as i32)).fold(i32::MIN, i32::max);
        least < place(LEAST) || most > place(MOST) as i32
    }
}
