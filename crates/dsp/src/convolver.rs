//! The offline convolver: overlap-save on a fixed grid, stereo packed as one complex signal.
//!
//! The stream is cut into windows whose hop depends only on the impulse responses, the first starting at frame 0.
//! How the caller cuts its blocks therefore never reaches the arithmetic: **the output bits are the same for every
//! chunking**. The price is latency: a frame comes out when its hop is complete, or at [`Convolver::finish`].
//!
//! With Z the transform of L + iR, and Zc\[k\] = conj Z\[N−k\], the pair hL, hR is applied in one product:
//! L·HL + iR·HR = Z·(HL + HR)/2 + Zc·(HL − HR)/2. A mono send s through gL, gR adds S·(GL + iGR).
//! All products are summed before one inverse transform.

use std::ops::Range;
use std::sync::Arc;

use crate::fft::{Complex32, Fft};
use crate::{AudioBuffer, StereoQueue};

/// One term of the convolver's sum.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// The stereo input times a gain, added in the time domain: a gain of 1 keeps its bits.
    Direct(f32),
    /// The stereo input through a stereo impulse response (left on left, right on right), times a gain.
    Stereo(&'a AudioBuffer, f32),
    /// The mono send through a stereo impulse response, times a gain.
    MonoSend(&'a AudioBuffer, f32),
}

/// Prepared parts: spectra and transform plan. Immutable, so that many streams can share it.
#[derive(Debug)]
pub struct Kernel {
    direct: f32,
    tail: usize,
    spectra: Option<Spectra>,
}

#[derive(Debug)]
struct Spectra {
    fft: Fft,
    /// New frames per window.
    hop: usize,
    stereo: Option<StereoSpectrum>,
    send: Option<SendSpectrum>,
}

/// (HL + HR)/2 and (HL − HR)/2, scaled by 1/N.
#[derive(Debug)]
struct StereoSpectrum {
    half_sum: Vec<Complex32>,
    half_difference: Vec<Complex32>,
    taps: usize,
}

/// GL + iGR, scaled by 1/N.
#[derive(Debug)]
struct SendSpectrum {
    packed: Vec<Complex32>,
    taps: usize,
}

impl Kernel {
    /// Prepares the sum of `parts`; parts of a kind add up, a gain of 0 or an empty response leaves a part out.
    ///
    /// # Panics
    /// When an impulse response has fewer than two channels.
    pub fn new(parts: &[Part]) -> Kernel {
        let mut direct = 0.0;
        let (mut stereo, mut send) = (Vec::new(), Vec::new());
        for part in parts {
            match *part {
                Part::Direct(gain) => direct += gain,
                Part::Stereo(response, gain) if gain != 0.0 && !response.is_empty() => stereo.push((response, gain)),
                Part::MonoSend(response, gain) if gain != 0.0 && !response.is_empty() => send.push((response, gain)),
                Part::Stereo(..) | Part::MonoSend(..) => {}
            }
        }
        let taps = longest(&stereo).max(longest(&send));
        let spectra = (taps > 0).then(|| Spectra::new(taps, &stereo, &send));
        Kernel { direct, tail: taps.saturating_sub(1), spectra }
    }

    /// Frames by which the output can outlast the input: the longest impulse response less one.
    pub fn tail(&self) -> usize {
        self.tail
    }

    /// The most frames the output can lie behind the input; 0 when there is nothing to convolve.
    pub fn latency(&self) -> usize {
        self.spectra.as_ref().map_or(0, |spectra| spectra.hop)
    }
}

impl Spectra {
    fn new(taps: usize, stereo: &[(&AudioBuffer, f32)], send: &[(&AudioBuffer, f32)]) -> Spectra {
        let fft = Fft::new(transform_points(taps));
        let hop = fft.points() - (taps - 1);
        let stereo = (!stereo.is_empty()).then(|| StereoSpectrum {
            half_sum: spectrum(&fft, stereo, |left, right| Complex32::new((left + right) / 2.0, 0.0)),
            half_difference: spectrum(&fft, stereo, |left, right| Complex32::new((left - right) / 2.0, 0.0)),
            taps: longest(stereo),
        });
        let send = (!send.is_empty())
            .then(|| SendSpectrum { packed: spectrum(&fft, send, Complex32::new), taps: longest(send) });
        Spectra { fft, hop, stereo, send }
    }
}

fn longest(responses: &[(&AudioBuffer, f32)]) -> usize {
    responses.iter().map(|(response, _)| response.frames()).max().unwrap_or(0)
}

/// The power of two with the least work per output frame, by the measured speed of transforms: about
/// 57 GFLOP/s at 2^11 points, falling by 3.4 per doubling as the data outgrow the caches.
fn transform_points(taps: usize) -> usize {
    let cost = |log2: u32| {
        let points = (1u64 << log2) as f64;
        let speed = (57.0 - 3.4 * (f64::from(log2) - 11.0)).max(15.0);
        points * f64::from(log2) / speed / (points - (taps - 1) as f64)
    };
    let least = taps.next_power_of_two().trailing_zeros().max(9) + 1;
    // A larger transform must earn its latency and memory by a sixth of the work.
    let best = (least..least + 4).fold(least, |best, log2| if cost(log2) < 0.84 * cost(best) { log2 } else { best });
    1 << best
}

/// Transform of the summed responses, each frame packed by `pack`, scaled by 1/N for the unscaled inverse.
fn spectrum(fft: &Fft, responses: &[(&AudioBuffer, f32)], pack: impl Fn(f32, f32) -> Complex32) -> Vec<Complex32> {
    let scale = 1.0 / fft.points() as f32;
    let mut data = vec![Complex32::default(); fft.points()];
    for (response, gain) in responses {
        for (value, (&left, &right)) in data.iter_mut().zip(response.channel(0).iter().zip(response.channel(1))) {
            *value += pack(left, right) * (gain * scale);
        }
    }
    fft.forward(&mut data, &mut fft.scratch());
    data
}

/// One stream through a [`Kernel`]: push blocks of any length, pull what is ready, finish.
#[derive(Debug)]
pub struct Convolver {
    kernel: Arc<Kernel>,
    window: Option<Window>,
    ready: StereoQueue,
}

impl Convolver {
    /// A stream that starts at frame 0 with silence before it.
    pub fn new(kernel: Arc<Kernel>) -> Convolver {
        let window = kernel.spectra.as_ref().map(Window::new);
        Convolver { kernel, window, ready: StereoQueue::new() }
    }

    /// Feeds a block. `left` and `right` must have one length; `send` too, or be empty, which means silence.
    pub fn push(&mut self, left: &[f32], right: &[f32], send: &[f32]) {
        assert_eq!(left.len(), right.len(), "left and right differ in length");
        assert!(send.is_empty() || send.len() == left.len(), "the send differs in length");
        let direct = self.kernel.direct;
        let (Some(window), Some(spectra)) = (&mut self.window, &self.kernel.spectra) else {
            let (out_left, out_right) = self.ready.grow(left.len());
            scale(out_left, left, direct);
            scale(out_right, right, direct);
            return;
        };
        let mut at = 0;
        while at < left.len() {
            let block = at..left.len().min(at + window.room());
            at = block.end;
            window.fill(&left[block.clone()], &right[block.clone()], send.get(block).unwrap_or(&[]));
            if window.room() == 0 {
                window.process(spectra, direct, &mut self.ready);
                window.slide();
            }
        }
    }

    /// Frames ready to be pulled.
    pub fn available(&self) -> usize {
        self.ready.len()
    }

    /// Fills the outputs as far as frames are ready; returns how many were written.
    pub fn pull(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        self.ready.pull(left, right)
    }

    /// Ends the input with `tail` frames of silence (see [`Kernel::tail`]) and makes everything ready: as many frames
    /// as were pushed, plus `tail`. Nothing may be pushed afterwards.
    pub fn finish(&mut self, tail: usize) {
        let silence = [0.0; 4096];
        let mut left = tail;
        while left > 0 {
            let block = &silence[..left.min(silence.len())];
            self.push(block, block, &[]);
            left -= block.len();
        }
        if let (Some(window), Some(spectra)) = (&mut self.window, &self.kernel.spectra) {
            window.process(spectra, self.kernel.direct, &mut self.ready);
        }
    }
}

/// The input of one transform: `history` old frames, then new ones up to the transform's length.
#[derive(Debug)]
struct Window {
    left: Vec<f32>,
    right: Vec<f32>,
    send: Vec<f32>,
    history: usize,
    filled: usize,
    dry: Vec<Complex32>,
    mix: Vec<Complex32>,
    scratch: Vec<Complex32>,
    out_left: Vec<f32>,
    out_right: Vec<f32>,
}

impl Window {
    fn new(spectra: &Spectra) -> Window {
        let points = spectra.fft.points();
        let complex = || vec![Complex32::default(); points];
        Window {
            left: vec![0.0; points],
            right: vec![0.0; points],
            send: if spectra.send.is_some() { vec![0.0; points] } else { Vec::new() },
            history: points - spectra.hop,
            filled: points - spectra.hop,
            dry: if spectra.stereo.is_some() { complex() } else { Vec::new() },
            mix: complex(),
            scratch: spectra.fft.scratch(),
            out_left: vec![0.0; spectra.hop],
            out_right: vec![0.0; spectra.hop],
        }
    }

    fn room(&self) -> usize {
        self.left.len() - self.filled
    }

    fn fill(&mut self, left: &[f32], right: &[f32], send: &[f32]) {
        let block = self.filled..self.filled + left.len();
        self.filled = block.end;
        self.left[block.clone()].copy_from_slice(left);
        self.right[block.clone()].copy_from_slice(right);
        if let Some(space) = self.send.get_mut(block) {
            if send.is_empty() { space.fill(0.0) } else { space.copy_from_slice(send) }
        }
    }

    /// Convolves the window and appends the frames filled so far to `ready`.
    fn process(&mut self, spectra: &Spectra, direct: f32, ready: &mut StereoQueue) {
        self.clear_unfilled();
        let sounding = self.convolve(spectra);
        let frames = self.filled - self.history;
        let (left, right) = (&mut self.out_left[..frames], &mut self.out_right[..frames]);
        scale(left, &self.left[self.history..], direct);
        scale(right, &self.right[self.history..], direct);
        let end = sounding.end.clamp(self.history, self.filled) - self.history;
        let start = (sounding.start.max(self.history) - self.history).min(end);
        let wet = &self.mix[self.history + start..];
        for ((wet, left), right) in wet.iter().zip(&mut left[start..end]).zip(&mut right[start..end]) {
            *left += wet.re;
            *right += wet.im;
        }
        ready.push(left, right);
    }

    fn clear_unfilled(&mut self) {
        self.left[self.filled..].fill(0.0);
        self.right[self.filled..].fill(0.0);
        if let Some(space) = self.send.get_mut(self.filled..) {
            space.fill(0.0);
        }
    }

    /// Leaves the convolved window in `mix` and returns the frames where it can be other than 0. Outside them a
    /// transform would leave only its rounding noise, and silence shall stay silence.
    fn convolve(&mut self, spectra: &Spectra) -> Range<usize> {
        let send = spectra.send.as_ref().and_then(|send| Some((send, sounding(&[&self.send])?)));
        let stereo = spectra.stereo.as_ref().and_then(|stereo| Some((stereo, sounding(&[&self.left, &self.right])?)));
        let reach = hull([
            send.as_ref().map(|(send, span)| span.start..span.end + send.taps - 1),
            stereo.as_ref().map(|(stereo, span)| span.start..span.end + stereo.taps - 1),
        ]);
        if let Some((send, _)) = &send {
            for (value, &sample) in self.mix.iter_mut().zip(&self.send) {
                *value = Complex32::new(sample, 0.0);
            }
            spectra.fft.forward(&mut self.mix, &mut self.scratch);
            for (value, factor) in self.mix.iter_mut().zip(&send.packed) {
                *value *= factor;
            }
        } else if stereo.is_some() {
            self.mix.fill(Complex32::default());
        }
        if let Some((stereo, _)) = &stereo {
            for (value, (&left, &right)) in self.dry.iter_mut().zip(self.left.iter().zip(&self.right)) {
                *value = Complex32::new(left, right);
            }
            spectra.fft.forward(&mut self.dry, &mut self.scratch);
            add_stereo(&mut self.mix, &self.dry, stereo);
        }
        if !reach.is_empty() {
            spectra.fft.inverse(&mut self.mix, &mut self.scratch);
        }
        reach
    }

    /// Keeps the newest frames as the history of the next window.
    fn slide(&mut self) {
        let hop = self.left.len() - self.history;
        for channel in [&mut self.left, &mut self.right, &mut self.send] {
            if !channel.is_empty() {
                channel.copy_within(hop.., 0);
            }
        }
        self.filled = self.history;
    }
}

fn scale(out: &mut [f32], samples: &[f32], gain: f32) {
    for (out, sample) in out.iter_mut().zip(samples) {
        *out = sample * gain;
    }
}

/// mix += Z·(HL + HR)/2 + Zc·(HL − HR)/2.
fn add_stereo(mix: &mut [Complex32], dry: &[Complex32], stereo: &StereoSpectrum) {
    mix[0] += dry[0] * stereo.half_sum[0] + dry[0].conj() * stereo.half_difference[0];
    let mirrored = dry[1..].iter().rev();
    let factors = stereo.half_sum[1..].iter().zip(&stereo.half_difference[1..]);
    for (((value, z), mirror), (sum, difference)) in mix[1..].iter_mut().zip(&dry[1..]).zip(mirrored).zip(factors) {
        *value += z * sum + mirror.conj() * difference;
    }
}

/// From the first to the last frame in which any channel is not 0.
fn sounding(channels: &[&[f32]]) -> Option<Range<usize>> {
    let first = channels.iter().filter_map(|channel| channel.iter().position(|&x| x != 0.0)).min()?;
    let last = channels.iter().filter_map(|channel| channel.iter().rposition(|&x| x != 0.0)).max()?;
    Some(first..last + 1)
}

/// The smallest range around all that there are, or an empty one.
fn hull(ranges: [Option<Range<usize>>; 2]) -> Range<usize> {
    let around = |a: Range<usize>, b: Range<usize>| a.start.min(b.start)..a.end.max(b.end);
    ranges.into_iter().flatten().reduce(around).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transform_sizes_are_those_measured_best() {
        assert!([1 << 14, 1 << 15].contains(&transform_points(4410)));
        assert_eq!(transform_points(44_100), 1 << 17);
        assert_eq!(transform_points(441_000), 1 << 20);
        assert!(transform_points(1) >= 1 << 9);
    }
}
