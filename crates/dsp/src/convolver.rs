//! The offline convolver: overlap-save on a fixed grid, stereo packed as one complex signal.
//!
//! The stream is cut into windows whose hop depends only on the impulse responses, the first starting at frame 0.
//! How the caller cuts its blocks therefore never reaches the arithmetic: **the output bits are the same for every
//! chunking**. The price is latency: a frame comes out when its hop is complete, or at [`Convolver::finish`].
//!
//! Responses longer than a hop are cut into partitions of a hop each. The spectra of the latest windows are kept, and
//! every partition multiplies that of the window as many hops ago; all products are summed before one inverse transform.
//! Left and right go through one complex transform, and so do two windows of a send: with one, two hops are done at once.

use std::ops::Range;
use std::sync::Arc;

use crate::grid_fft::{Grid, GridFft, HalfSpectrum, Term};
use crate::vectors::{Sixteen, WIDTH, flat, flat_mut};
use crate::{AudioBuffer, StereoQueue};

/// Transforms are between 2^10 and 2^16 points: a hop stays within a second and a half. With responses of more than three
/// seconds they go to 2^18, since otherwise spectra that come from memory take most of the time.
const LEAST_LOG2: u32 = 10;
const MOST_LOG2: u32 = 16;
const LONG_TAPS: usize = 1 << 17;
const MOST_LOG2_LONG: u32 = 18;

/// Windows of a send that share a transform.
const SEND_WINDOWS: usize = 2;

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
    fft: GridFft,
    /// New frames per window.
    hop: usize,
    /// Windows that are done at once.
    windows: usize,
    stereo: Option<StereoSpectra>,
    send: Option<ResponseSpectra>,
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
            ([single], []) => Some(single.each_ref()),
            _ => None,
        }
    }
}

/// Spectra of a stereo response's partitions, divided by 2N, since transforms double them.
#[derive(Debug)]
struct ResponseSpectra {
    partitions: Vec<[HalfSpectrum; 2]>,
    taps: usize,
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
        self.spectra.as_ref().map_or(0, |spectra| spectra.windows * spectra.hop)
    }

    /// [`Kernel::latency`] of stereo responses of at most `taps` frames.
    pub fn latency_of(taps: usize) -> usize {
        if taps == 0 { 0 } else { hop(transform_points(taps), taps) }
    }
}

impl Spectra {
    fn new(taps: usize, [straight, crossed]: [&[(&AudioBuffer, f32)]; 2], send: &[(&AudioBuffer, f32)]) -> Spectra {
        let points = transform_points(taps);
        let fft = GridFft::new(points);
        let hop = hop(points, taps);
        let spectra = |responses: &[_]| ResponseSpectra::new(&fft, hop, responses);
        let any_stereo = !straight.is_empty() || !crossed.is_empty();
        let stereo = any_stereo.then(|| StereoSpectra { straight: spectra(straight), crossed: spectra(crossed) });
        let send = (!send.is_empty()).then(|| spectra(send));
        Spectra { windows: if send.is_some() { SEND_WINDOWS } else { 1 }, fft, hop, stereo, send }
    }
}

impl Spectra {
    /// The samples of a window.
    fn window<'a>(&self, plane: &'a [Sixteen], window: usize) -> &'a [Sixteen] {
        &plane[window * self.hop / WIDTH..][..self.fft.points() / WIDTH]
    }
}

impl ResponseSpectra {
    fn new(fft: &GridFft, hop: usize, responses: &[(&AudioBuffer, f32)]) -> ResponseSpectra {
        let points = fft.points();
        let taps = longest(responses);
        // Both spectra of a product are twice as large as they are.
        let scale = 0.25 / points as f32;
        let mut grid = fft.grid();
        let partition = |first: usize| {
            let mut sides = [vec![Sixteen::default(); points / WIDTH], vec![Sixteen::default(); points / WIDTH]];
            for (response, gain) in responses {
                let frames = first.min(response.frames())..response.frames().min(first + hop);
                for (channel, side) in sides.iter_mut().enumerate() {
                    let taps = &response.channel(channel)[frames.clone()];
                    flat_mut(side).iter_mut().zip(taps).for_each(|(sum, tap)| *sum += tap * (gain * scale));
                }
            }
            let mut spectra = [HalfSpectrum::new(points), HalfSpectrum::new(points)];
            fft.pair([&sides[0], &sides[1]], &mut grid, spectra.each_mut());
            spectra
        };
        ResponseSpectra { partitions: (0..taps).step_by(hop).map(partition).collect(), taps }
    }
}

fn longest(responses: &[(&AudioBuffer, f32)]) -> usize {
    responses.iter().map(|(response, _)| response.frames()).max().unwrap_or(0)
}

/// New frames per window: all that one transform leaves room for where the response fits into it, half of it otherwise, and
/// whole vectors.
fn hop(points: usize, taps: usize) -> usize {
    (points / 2).max((points + 1).saturating_sub(taps)) / WIDTH * WIDTH
}

/// The power of two with the least work per output frame, by measured nanoseconds per frame of a window.
fn transform_points(taps: usize) -> usize {
    let cost = |log2: u32| {
        let points = 1usize << log2;
        let hop = hop(points, taps);
        (0.17 * f64::from(log2) + 0.4 * taps.div_ceil(hop) as f64) * points as f64 / hop as f64
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
    windows: Option<Windows>,
    ready: StereoQueue,
}

impl Convolver {
    /// A stream that starts at frame 0 with silence before it.
    pub fn new(kernel: Arc<Kernel>) -> Convolver {
        let windows = kernel.spectra.as_ref().map(Windows::new);
        Convolver { kernel, windows, ready: StereoQueue::new() }
    }

    /// Feeds a block. `left` and `right` must have one length; `send` too, or be empty, which means silence.
    pub fn push<'a>(&mut self, left: &'a [f32], right: &'a [f32], send: &[f32]) {
        assert_eq!(left.len(), right.len(), "left and right differ in length");
        assert!(send.is_empty() || send.len() == left.len(), "the send differs in length");
        let direct = self.kernel.direct;
        let (Some(windows), Some(spectra)) = (&mut self.windows, &self.kernel.spectra) else {
            let scaled = |samples: &'a [f32]| samples.iter().map(move |sample| sample * direct);
            self.ready.extend(scaled(left), scaled(right));
            return;
        };
        let mut at = 0;
        while at < left.len() {
            let block = at..left.len().min(at + windows.room());
            at = block.end;
            windows.fill(&left[block.clone()], &right[block.clone()], send.get(block).unwrap_or(&[]));
            if windows.room() == 0 {
                windows.process(spectra, direct, &mut self.ready);
                windows.slide();
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
        if let (Some(windows), Some(spectra)) = (&mut self.windows, &self.kernel.spectra) {
            windows.process(spectra, self.kernel.direct, &mut self.ready);
        }
    }
}

/// The input of the windows that are done at once: `history` old frames, then a hop for each of them. Each has as many points as
/// a transform and ends with its hop.
#[derive(Debug)]
struct Windows {
    left: Vec<Sixteen>,
    right: Vec<Sixteen>,
    send: Vec<Sixteen>,
    history: usize,
    filled: usize,
    stereo_line: Line<[HalfSpectrum; 2]>,
    send_line: Line<HalfSpectrum>,
    /// The convolved hop.
    wet: [Vec<Sixteen>; 2],
    grid: Grid,
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

    /// Steps on by two windows, to be filled.
    fn step_twice(&mut self, sound: [bool; 2]) -> [&mut T; 2] {
        let places = [1, 2].map(|ahead| (self.latest + ahead) % self.windows.len());
        self.latest = places[1];
        let mut windows =
            self.windows.get_disjoint_mut(places).expect("a line has room for one window more than are heard");
        windows.iter_mut().zip(sound).for_each(|(window, sounds)| window.1 = sounds);
        windows.map(|window| &mut window.0)
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

impl Windows {
    fn new(spectra: &Spectra) -> Windows {
        let (points, hop) = (spectra.fft.points(), spectra.hop);
        let half = HalfSpectrum::new(points);
        let pair = [half.clone(), half.clone()];
        let plane = vec![Sixteen::default(); (points + (spectra.windows - 1) * hop) / WIDTH];
        let wet = vec![Sixteen::default(); hop / WIDTH];
        // When the first of some windows is heard, the others are known already.
        let sent = spectra.send.as_ref().map_or(0, |send| send.partitions.len() + spectra.windows - 1);
        Windows {
            send: if sent > 0 { plane.clone() } else { Vec::new() },
            history: points - hop,
            filled: points - hop,
            stereo_line: Line::new(spectra.stereo.as_ref().map_or(0, StereoSpectra::windows), pair),
            send_line: Line::new(sent, half),
            wet: [wet.clone(), wet],
            left: plane.clone(),
            right: plane,
            grid: spectra.fft.grid(),
        }
    }

    fn room(&self) -> usize {
        self.left.len() * WIDTH - self.filled
    }

    fn fill(&mut self, left: &[f32], right: &[f32], send: &[f32]) {
        let block = self.filled..self.filled + left.len();
        self.filled = block.end;
        flat_mut(&mut self.left)[block.clone()].copy_from_slice(left);
        flat_mut(&mut self.right)[block.clone()].copy_from_slice(right);
        if let Some(space) = flat_mut(&mut self.send).get_mut(block) {
            if send.is_empty() { space.fill(0.0) } else { space.copy_from_slice(send) }
        }
    }

    /// Convolves the windows and appends the frames filled so far to `ready`.
    fn process(&mut self, spectra: &Spectra, direct: f32, ready: &mut StereoQueue) {
        self.clear_unfilled();
        let sent = self.take_sends(spectra);
        for (window, sent) in sent.into_iter().take(spectra.windows).enumerate() {
            let first = window * spectra.hop;
            let new = self.history + first..self.filled.min(self.history + first + spectra.hop);
            if new.is_empty() {
                return;
            }
            let heard = self.convolve(spectra, window, sent);
            let heard = (new.start + heard.start).min(new.end)..(new.start + heard.end).min(new.end);
            let dry = [flat(&self.left), flat(&self.right)];
            let wet = self.wet.each_ref().map(|wet| flat(wet));
            let side = |side: usize| {
                let scaled = |frames: Range<usize>| dry[side][frames].iter().map(move |sample| sample * direct);
                let wet = &wet[side][heard.start - new.start..heard.end - new.start];
                let both = scaled(heard.clone()).zip(wet).map(|(dry, wet)| dry + wet);
                (scaled(new.start..heard.start), both, scaled(heard.end..new.end))
            };
            let ((left_before, left, left_after), (right_before, right, right_after)) = (side(0), side(1));
            ready.extend(left_before, right_before);
            ready.extend(left, right);
            ready.extend(left_after, right_after);
        }
    }

    fn clear_unfilled(&mut self) {
        for plane in [&mut self.left, &mut self.right, &mut self.send] {
            if let Some(unfilled) = flat_mut(plane).get_mut(self.filled..) {
                unfilled.fill(0.0);
            }
        }
    }

    /// Leaves a window's hop convolved in `wet` and returns the frames where it can be other than 0; `sent` are those where the
    /// send is heard. Outside them a transform would leave only its rounding noise, and silence shall stay silence.
    fn convolve(&mut self, spectra: &Spectra, window: usize, sent: Range<usize>) -> Range<usize> {
        if let (Some(stereo), None) = (&spectra.stereo, &spectra.send)
            && let Some(response) = stereo.single()
        {
            return self.convolve_at_once(stereo, response, spectra);
        }
        let mut heard = sent;
        if let Some(stereo) = &spectra.stereo {
            heard = hull(heard, self.take_stereo(stereo, spectra, window));
        }
        if !heard.is_empty() {
            let terms = terms(spectra, window, &self.stereo_line, &self.send_line);
            let [left, right] = &mut self.wet;
            spectra.fft.sum(&terms, &mut self.grid, [left, right]);
        }
        heard
    }

    /// [`Windows::convolve`] of a stereo response that fits into one window: nothing has to be remembered.
    fn convolve_at_once(
        &mut self,
        stereo: &StereoSpectra,
        response: [&HalfSpectrum; 2],
        spectra: &Spectra,
    ) -> Range<usize> {
        let sound = self.new_sound(0, spectra);
        let heard = self.stereo_line.heard(sound, stereo.taps(), spectra.hop);
        if !heard.is_empty() {
            let [left, right] = &mut self.wet;
            spectra.fft.filter([&self.left, &self.right], response, &mut self.grid, [left, right]);
        }
        heard
    }

    /// Where the stereo input sounds within a window's hop.
    fn new_sound(&self, window: usize, spectra: &Spectra) -> Option<Range<usize>> {
        let hop = self.history + window * spectra.hop..self.history + (window + 1) * spectra.hop;
        sounding(&[&flat(&self.left)[hop.clone()], &flat(&self.right)[hop]])
    }

    /// Takes the send's windows into their line, if there is a send; returns where each is heard.
    fn take_sends(&mut self, spectra: &Spectra) -> [Range<usize>; SEND_WINDOWS] {
        let Some(send) = &spectra.send else { return [0..0, 0..0] };
        let windows = [0, 1].map(|window| spectra.window(&self.send, window));
        let sounds = windows.map(|window| sounding(&[flat(window)]).is_some());
        let lines = self.send_line.step_twice(sounds);
        if sounds.contains(&true) {
            spectra.fft.pair(windows, &mut self.grid, lines);
        }
        [0, 1].map(|window| {
            let hop = self.history + window * spectra.hop..self.history + (window + 1) * spectra.hop;
            let sound = sounding(&[&flat(&self.send)[hop]]);
            self.send_line.heard(sound, send.taps, spectra.hop)
        })
    }

    /// Takes a stereo window into its line; returns where it is heard.
    fn take_stereo(&mut self, stereo: &StereoSpectra, spectra: &Spectra, window: usize) -> Range<usize> {
        let signals = [&self.left, &self.right].map(|plane| spectra.window(plane, window));
        let sounds = sounding(&signals.map(flat)).is_some();
        let spectrum = self.stereo_line.step(sounds);
        if sounds {
            spectra.fft.pair(signals, &mut self.grid, spectrum.each_mut());
        }
        let sound = self.new_sound(window, spectra);
        self.stereo_line.heard(sound, stereo.taps(), spectra.hop)
    }

    /// Keeps the newest frames as the history of the next windows.
    fn slide(&mut self) {
        let old = self.left.len() * WIDTH - self.history;
        for channel in [&mut self.left, &mut self.right, &mut self.send] {
            if !channel.is_empty() {
                flat_mut(channel).copy_within(old.., 0);
            }
        }
        self.filled = self.history;
    }
}

/// The products of which both sides of a window are sums: those of windows that sound.
fn terms<'a>(
    spectra: &'a Spectra,
    window: usize,
    stereo_line: &'a Line<[HalfSpectrum; 2]>,
    send_line: &'a Line<HalfSpectrum>,
) -> Vec<Term<'a>> {
    let mut terms = Vec::new();
    let mut add = |signals: Option<[&'a HalfSpectrum; 2]>, responses: &'a [HalfSpectrum; 2]| {
        terms.extend(signals.map(|signals| Term { signals, responses: responses.each_ref() }));
    };
    for (back, response) in spectra.send.iter().flat_map(|send| &send.partitions).enumerate() {
        let later = spectra.windows - 1 - window;
        add(send_line.sounding(back + later).map(|send| [send, send]), response);
    }
    if let Some(stereo) = &spectra.stereo {
        for (back, response) in stereo.straight.partitions.iter().enumerate() {
            add(stereo_line.sounding(back).map(|window| window.each_ref()), response);
        }
        for (back, response) in stereo.crossed.partitions.iter().enumerate() {
            add(stereo_line.sounding(back).map(|[left, right]| [right, left]), response);
        }
    }
    terms
}

/// From the first to the last frame in which any channel is not 0.
fn sounding(channels: &[&[f32]]) -> Option<Range<usize>> {
    let first = channels.iter().filter_map(|channel| first_sound(channel)).min()?;
    let last = channels.iter().filter_map(|channel| channel.iter().rposition(|&x| x != 0.0)).max()?;
    Some(first..last + 1)
}

/// The first frame that is not 0. Silence is passed by in steps.
fn first_sound(channel: &[f32]) -> Option<usize> {
    const STEP: usize = 64;
    let is_silent = |step: &[f32; STEP]| step.iter().fold(true, |silent, &x| silent & (x == 0.0));
    let silent = channel.as_chunks::<STEP>().0.iter().take_while(|step| is_silent(step)).count() * STEP;
    channel[silent..].iter().position(|&x| x != 0.0).map(|frame| silent + frame)
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
