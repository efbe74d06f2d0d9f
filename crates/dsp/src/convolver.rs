//! The offline convolver: overlap-save on a fixed grid, stereo packed as one complex signal.
//!
//! The stream is cut into windows whose hop depends only on the impulse responses, the first starting at frame 0.
//! How the caller cuts its blocks therefore never reaches the arithmetic: **the output bits are the same for every
//! chunking**. The price is latency: a frame comes out when its hop is complete, or at [`Convolver::finish`].
//!
//! Responses longer than a hop are cut into partitions of a hop each. The spectra of the latest windows are kept, and
//! every partition multiplies that of the window as many hops ago; all products are summed before one inverse transform.
//! Left and right go through one complex transform, the send, being one real signal, through one of half the length.

use std::ops::Range;
use std::sync::Arc;

use crate::fft::{Complex32, Fft};
use crate::half_spectrum::{HalfSpectrum, RealFft, filter, join, split};
use crate::{AudioBuffer, StereoQueue};

/// Transforms are between 2^10 and 2^16 points: a hop stays within a second and a half. With responses of more than three
/// seconds they go to 2^18, since otherwise spectra that come from memory take most of the time.
const LEAST_LOG2: u32 = 10;
const MOST_LOG2: u32 = 16;
const LONG_TAPS: usize = 1 << 17;
const MOST_LOG2_LONG: u32 = 18;

/// One term of the convolver's sum.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// The stereo input times a gain, added in the time domain: a gain of 1 keeps its bits.
    Direct(f32),
    /// The stereo input through a stereo impulse response (left on left, right on right), times a gain.
    Stereo(&'a AudioBuffer, f32),
    /// The stereo input crosswise through a stereo impulse response, times a gain: right through the first channel to the
    /// left, left through the second to the right. Together with [`Part::Stereo`], true stereo.
    Crossed(&'a AudioBuffer, f32),
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
    stereo: Option<StereoSpectra>,
    send: Option<SendSpectra>,
}

/// What the stereo input goes through; either may have no partitions.
#[derive(Debug)]
struct StereoSpectra {
    straight: ResponseSpectra,
    crossed: ResponseSpectra,
}

impl StereoSpectra {
    /// Windows that are needed at once.
    fn windows(&self) -> usize {
        self.straight.partitions.len().max(self.crossed.partitions.len())
    }

    fn taps(&self) -> usize {
        self.straight.taps.max(self.crossed.taps)
    }

    /// The only partition, if there is no more than one.
    fn single(&self) -> Option<[&HalfSpectrum; 2]> {
        match (&self.straight.partitions[..], &self.crossed.partitions[..]) {
            ([[left, right]], []) => Some([left, right]),
            _ => None,
        }
    }
}

/// Spectra of a stereo response's partitions, scaled by 1/N.
#[derive(Debug)]
struct ResponseSpectra {
    partitions: Vec<[HalfSpectrum; 2]>,
    taps: usize,
}

#[derive(Debug)]
struct SendSpectra {
    response: ResponseSpectra,
    fft: RealFft,
}

impl Kernel {
    /// Prepares the sum of `parts`; parts of a kind add up, a gain of 0 or an empty response leaves a part out.
    ///
    /// # Panics
    /// When an impulse response has fewer than two channels.
    pub fn new(parts: &[Part]) -> Kernel {
        let mut direct = 0.0;
        let (mut stereo, mut crossed, mut send) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            match *part {
                Part::Direct(gain) => direct += gain,
                Part::Stereo(response, gain) | Part::Crossed(response, gain) | Part::MonoSend(response, gain)
                    if gain == 0.0 || response.is_empty() => {}
                Part::Stereo(response, gain) => stereo.push((response, gain)),
                Part::Crossed(response, gain) => crossed.push((response, gain)),
                Part::MonoSend(response, gain) => send.push((response, gain)),
            }
        }
        let taps = longest(&stereo).max(longest(&crossed)).max(longest(&send));
        let spectra = (taps > 0).then(|| Spectra::new(taps, [&stereo, &crossed], &send));
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

    /// [`Kernel::latency`] of responses of at most `taps` frames.
    pub fn latency_of(taps: usize) -> usize {
        if taps == 0 { 0 } else { hop(transform_points(taps), taps) }
    }
}

impl Spectra {
    fn new(taps: usize, [straight, crossed]: [&[(&AudioBuffer, f32)]; 2], send: &[(&AudioBuffer, f32)]) -> Spectra {
        let points = transform_points(taps);
        let fft = Fft::new(points);
        let hop = hop(points, taps);
        let spectra = |responses: &[_]| ResponseSpectra::new(&fft, hop, responses);
        let any_stereo = !straight.is_empty() || !crossed.is_empty();
        let stereo = any_stereo.then(|| StereoSpectra { straight: spectra(straight), crossed: spectra(crossed) });
        let send = (!send.is_empty()).then(|| SendSpectra { response: spectra(send), fft: RealFft::new(points) });
        Spectra { fft, hop, stereo, send }
    }
}

impl ResponseSpectra {
    fn new(fft: &Fft, hop: usize, responses: &[(&AudioBuffer, f32)]) -> ResponseSpectra {
        let points = fft.points();
        let taps = longest(responses);
        let scale = 1.0 / points as f32;
        let mut scratch = fft.scratch();
        let partition = |first: usize| {
            let mut data = vec![Complex32::default(); points];
            for (response, gain) in responses {
                let frames = first.min(response.frames())..response.frames().min(first + hop);
                let (left, right) = (&response.channel(0)[frames.clone()], &response.channel(1)[frames]);
                for (value, (&left, &right)) in data.iter_mut().zip(left.iter().zip(right)) {
                    *value += Complex32::new(left, right) * (gain * scale);
                }
            }
            fft.forward(&mut data, &mut scratch);
            let mut sides = [HalfSpectrum::new(points), HalfSpectrum::new(points)];
            let [left, right] = &mut sides;
            split(&data, left, right);
            sides
        };
        ResponseSpectra { partitions: (0..taps).step_by(hop).map(partition).collect(), taps }
    }
}

fn longest(responses: &[(&AudioBuffer, f32)]) -> usize {
    responses.iter().map(|(response, _)| response.frames()).max().unwrap_or(0)
}

/// New frames per window: all that one transform leaves room for where the response fits into it, half of it otherwise.
fn hop(points: usize, taps: usize) -> usize {
    (points / 2).max((points + 1).saturating_sub(taps))
}

/// The power of two with the least work per output frame, by measured speeds: transforms at about 45 GFLOP/s, and half
/// a nanosecond for each point of a partition, whose spectra come from memory.
fn transform_points(taps: usize) -> usize {
    let cost = |log2: u32| {
        let points = 1usize << log2;
        let hop = hop(points, taps);
        let transforms = 0.28 * f64::from(log2);
        (transforms + 0.5 * taps.div_ceil(hop) as f64) * points as f64 / hop as f64
    };
    // A larger transform must earn its latency and memory by a sixth of the work.
    let better = |best, log2| if cost(log2) < 0.84 * cost(best) { log2 } else { best };
    let most = if taps > LONG_TAPS { MOST_LOG2_LONG } else { MOST_LOG2 };
    1 << (LEAST_LOG2 + 1..=most).fold(LEAST_LOG2, better)
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
    stereo_line: Line<[HalfSpectrum; 2]>,
    send_line: Line<HalfSpectrum>,
    sum: [HalfSpectrum; 2],
    mix: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

/// The spectra of the latest windows, and how far their sound reaches.
#[derive(Debug)]
struct Line<T> {
    /// A ring; `false` marks a window that was silent.
    windows: Vec<(T, bool)>,
    latest: usize,
    /// Frames from the start of the present hop on in which earlier hops are still heard.
    reach: usize,
}

impl<T: Clone> Line<T> {
    fn new(windows: usize, empty: T) -> Line<T> {
        Line { windows: vec![(empty, false); windows], latest: 0, reach: 0 }
    }

    /// Steps on by one window, to be filled.
    fn step(&mut self, sounds: bool) -> &mut T {
        self.latest = (self.latest + 1) % self.windows.len();
        let window = &mut self.windows[self.latest];
        window.1 = sounds;
        &mut window.0
    }

    /// The window `back` hops ago, unless it was silent.
    fn sounding(&self, back: usize) -> Option<&T> {
        let count = self.windows.len();
        let (window, sounds) = &self.windows[(self.latest + count - back) % count];
        sounds.then_some(window)
    }

    /// The frames of the present hop in which anything can be heard, when `sound` is where its new frames are not 0.
    fn heard(&mut self, sound: Option<Range<usize>>, taps: usize, hop: usize) -> Range<usize> {
        let end = sound.as_ref().map_or(0, |sound| sound.end + taps - 1).max(self.reach);
        let start = if self.reach > 0 { 0 } else { sound.map_or(end, |sound| sound.start) };
        self.reach = end.saturating_sub(hop);
        start..end
    }
}

impl Window {
    fn new(spectra: &Spectra) -> Window {
        let points = spectra.fft.points();
        let half = HalfSpectrum::new(points);
        let pair = [half.clone(), half.clone()];
        let mut scratch = spectra.fft.scratch();
        if let Some(send) = &spectra.send {
            scratch.resize(scratch.len().max(send.fft.scratch_len()), Complex32::default());
        }
        let send_windows = spectra.send.as_ref().map_or(0, |send| send.response.partitions.len());
        Window {
            left: vec![0.0; points],
            right: vec![0.0; points],
            send: if send_windows > 0 { vec![0.0; points] } else { Vec::new() },
            history: points - spectra.hop,
            filled: points - spectra.hop,
            stereo_line: Line::new(spectra.stereo.as_ref().map_or(0, StereoSpectra::windows), pair.clone()),
            send_line: Line::new(send_windows, half),
            sum: pair,
            mix: vec![Complex32::default(); points],
            scratch,
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
        let heard = self.convolve(spectra);
        let frames = self.filled - self.history;
        let (left, right) = ready.grow(frames);
        scale(left, &self.left[self.history..], direct);
        scale(right, &self.right[self.history..], direct);
        let heard = heard.start.min(frames)..heard.end.min(frames);
        let wet = &self.mix[self.history + heard.start..];
        for ((wet, left), right) in wet.iter().zip(&mut left[heard.clone()]).zip(&mut right[heard]) {
            *left += wet.re;
            *right += wet.im;
        }
    }

    fn clear_unfilled(&mut self) {
        self.left[self.filled..].fill(0.0);
        self.right[self.filled..].fill(0.0);
        if let Some(space) = self.send.get_mut(self.filled..) {
            space.fill(0.0);
        }
    }

    /// Leaves the convolved window in `mix` and returns the frames of the hop where it can be other than 0. Outside them
    /// a transform would leave only its rounding noise, and silence shall stay silence.
    fn convolve(&mut self, spectra: &Spectra) -> Range<usize> {
        if let (Some(stereo), None) = (&spectra.stereo, &spectra.send)
            && let Some(response) = stereo.single()
        {
            return self.convolve_at_once(stereo, response, spectra);
        }
        let mut heard = 0..0;
        if let Some(send) = &spectra.send {
            heard = hull(heard, self.take_send(send, spectra.hop));
        }
        if let Some(stereo) = &spectra.stereo {
            heard = hull(heard, self.take_stereo(stereo, spectra));
        }
        if heard.is_empty() {
            return heard;
        }
        self.sum.iter_mut().for_each(HalfSpectrum::clear);
        for bins in HalfSpectrum::ranges(spectra.fft.points()) {
            self.multiply(spectra, &bins);
        }
        let [left, right] = &self.sum;
        join(left, right, &mut self.mix);
        spectra.fft.inverse(&mut self.mix, &mut self.scratch);
        heard
    }

    /// Adds up the products of all partitions in some bins.
    fn multiply(&mut self, spectra: &Spectra, bins: &Range<usize>) {
        let [left, right] = &mut self.sum;
        for (back, [h_left, h_right]) in spectra.send.iter().flat_map(|send| &send.response.partitions).enumerate() {
            if let Some(send) = self.send_line.sounding(back) {
                left.add_product(bins, send, h_left);
                right.add_product(bins, send, h_right);
            }
        }
        let Some(stereo) = &spectra.stereo else { return };
        for (back, [h_left, h_right]) in stereo.straight.partitions.iter().enumerate() {
            if let Some([x_left, x_right]) = self.stereo_line.sounding(back) {
                left.add_product(bins, x_left, h_left);
                right.add_product(bins, x_right, h_right);
            }
        }
        for (back, [h_left, h_right]) in stereo.crossed.partitions.iter().enumerate() {
            if let Some([x_left, x_right]) = self.stereo_line.sounding(back) {
                left.add_product(bins, x_right, h_left);
                right.add_product(bins, x_left, h_right);
            }
        }
    }

    /// [`Window::convolve`] of a stereo response that fits into one window: nothing has to be remembered.
    fn convolve_at_once(
        &mut self,
        stereo: &StereoSpectra,
        response: [&HalfSpectrum; 2],
        spectra: &Spectra,
    ) -> Range<usize> {
        let sound = sounding(&[&self.left[self.history..], &self.right[self.history..]]);
        let heard = self.stereo_line.heard(sound, stereo.taps(), spectra.hop);
        if !heard.is_empty() {
            self.transform(spectra);
            filter(&mut self.mix, response);
            spectra.fft.inverse(&mut self.mix, &mut self.scratch);
        }
        heard
    }

    /// Leaves the transform of left + i·right in `mix`.
    fn transform(&mut self, spectra: &Spectra) {
        for (value, (&left, &right)) in self.mix.iter_mut().zip(self.left.iter().zip(&self.right)) {
            *value = Complex32::new(left, right);
        }
        spectra.fft.forward(&mut self.mix, &mut self.scratch);
    }

    /// Takes the send's window into its line; returns where the send is heard.
    fn take_send(&mut self, send: &SendSpectra, hop: usize) -> Range<usize> {
        let sounds = sounding(&[&self.send]).is_some();
        let window = self.send_line.step(sounds);
        if sounds {
            let work = &mut self.mix[..self.send.len() / 2];
            send.fft.forward(&self.send, work, &mut self.scratch, window);
        }
        let sound = sounding(&[&self.send[self.history..]]);
        self.send_line.heard(sound, send.response.taps, hop)
    }

    /// Takes the stereo window into its line; returns where it is heard.
    fn take_stereo(&mut self, stereo: &StereoSpectra, spectra: &Spectra) -> Range<usize> {
        let sounds = sounding(&[&self.left, &self.right]).is_some();
        if sounds {
            self.transform(spectra);
        }
        let [left, right] = self.stereo_line.step(sounds);
        if sounds {
            split(&self.mix, left, right);
        }
        let sound = sounding(&[&self.left[self.history..], &self.right[self.history..]]);
        self.stereo_line.heard(sound, stereo.taps(), spectra.hop)
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

/// From the first to the last frame in which any channel is not 0.
fn sounding(channels: &[&[f32]]) -> Option<Range<usize>> {
    let first = channels.iter().filter_map(|channel| channel.iter().position(|&x| x != 0.0)).min()?;
    let last = channels.iter().filter_map(|channel| channel.iter().rposition(|&x| x != 0.0)).max()?;
    Some(first..last + 1)
}

/// The smallest range around both, of which an empty one does not count.
fn hull(a: Range<usize>, b: Range<usize>) -> Range<usize> {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b,
        (_, true) => a,
        _ => a.start.min(b.start)..a.end.max(b.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_response_is_covered_by_partitions_of_a_bounded_transform() {
        for taps in [1, 2, 511, 512, 4410, 8193, 32_768, 32_769, 44_100, 882_000] {
            let points = transform_points(taps);
            let most = if taps > LONG_TAPS { MOST_LOG2_LONG } else { MOST_LOG2 };
            assert!((1 << LEAST_LOG2..=1 << most).contains(&points));
            let hop = hop(points, taps);
            // A window holds its hop and, before that, all that a partition reaches back to.
            assert!(hop >= points / 2 && hop + taps.min(hop) <= points + 1, "{taps} taps");
        }
    }
}
