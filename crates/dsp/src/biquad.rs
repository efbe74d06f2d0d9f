//! Second-order filters: coefficients, and cascades of them, eight frames at a time.
//!
//! Eight outputs are the sum of twelve columns: one for each of the eight inputs and for the last two inputs and outputs before
//! them, which are the filter's answers to a 1 there. Only two of the twelve wait for the eight before. All in double
//! precision, from the first section to the last.

use std::f64::consts::TAU;

use crate::lanes::{LANES, LaneKernel, Lanes, run_lanes};

/// Frames computed at once. Groups begin at multiples of it, counted from the filter's first frame, whatever the blocks.
const GROUP: usize = LANES;
/// Frames that pass all sections before the next ones do, on a grid of their own: while a section works on the last of them,
/// the processor can begin the next section with the first.
const SPAN: usize = 64;
/// What filters remember below −600 dBFS is silence: it would become subnormal numbers.
const LEAST: f64 = 1e-30;

/// H(z) = (b₀ + b₁z⁻¹ + b₂z⁻²)/(1 + a₁z⁻¹ + a₂z⁻²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Biquad {
    /// b₀, b₁, b₂.
    pub b: [f64; 3],
    /// a₁, a₂; the poles lie within the unit circle.
    pub a: [f64; 2],
}

impl Biquad {
    /// Passes everything.
    pub const IDENTITY: Biquad = Biquad { b: [1.0, 0.0, 0.0], a: [0.0, 0.0] };

    /// A first-order high-pass, −3 dB at `cycles` per frame (0 to ½), by the bilinear transform.
    pub fn high_pass_1(cycles: f64) -> Biquad {
        let t = (TAU * cycles / 2.0).tan();
        let g = 1.0 / (1.0 + t);
        Biquad { b: [g, -g, 0.0], a: [(t - 1.0) * g, 0.0] }
    }

    /// A second-order low-pass with this quality, by the bilinear transform, exact at `cycles` per frame (0 to ½).
    pub fn low_pass(cycles: f64, q: f64) -> Biquad {
        let (t, g) = bilinear(cycles, q);
        Biquad { b: [t * t * g, 2.0 * t * t * g, t * t * g], a: poles(t, q, g) }
    }

    /// A second-order high-pass with this quality, by the bilinear transform, exact at `cycles` per frame (0 to ½).
    pub fn high_pass(cycles: f64, q: f64) -> Biquad {
        let (t, g) = bilinear(cycles, q);
        Biquad { b: [g, -2.0 * g, g], a: poles(t, q, g) }
    }

    /// The second-order all-pass with the poles of [`Biquad::low_pass`].
    pub fn all_pass(cycles: f64, q: f64) -> Biquad {
        let (t, g) = bilinear(cycles, q);
        let [a1, a2] = poles(t, q, g);
        Biquad { b: [a2, a1, 1.0], a: [a1, a2] }
    }

    /// Real and imaginary part of H at `cycles` per frame.
    pub fn response(&self, cycles: f64) -> [f64; 2] {
        let at = |c: [f64; 3]| {
            let (s1, c1) = (TAU * cycles).sin_cos();
            let (s2, c2) = (2.0 * TAU * cycles).sin_cos();
            [c[0] + c[1] * c1 + c[2] * c2, -c[1] * s1 - c[2] * s2]
        };
        let ([nr, ni], [dr, di]) = (at(self.b), at([1.0, self.a[0], self.a[1]]));
        let norm = dr * dr + di * di;
        [(nr * dr + ni * di) / norm, (ni * dr - nr * di) / norm]
    }

    /// |H| at `cycles` per frame.
    pub fn magnitude(&self, cycles: f64) -> f64 {
        let [re, im] = self.response(cycles);
        re.hypot(im)
    }

    /// The distance of the outer pole from the origin.
    pub fn pole_radius(&self) -> f64 {
        let [a1, a2] = self.a;
        let discriminant = a1 * a1 / 4.0 - a2;
        if discriminant < 0.0 { a2.sqrt() } else { a1.abs() / 2.0 + discriminant.sqrt() }
    }
}

/// tan(ω/2), and the factor that makes a₀ 1.
fn bilinear(cycles: f64, q: f64) -> (f64, f64) {
    let t = (TAU * cycles / 2.0).tan();
    (t, 1.0 / (1.0 + t / q + t * t))
}

fn poles(t: f64, q: f64, g: f64) -> [f64; 2] {
    [2.0 * (t * t - 1.0) * g, (1.0 - t / q + t * t) * g]
}

/// Filters one after the other, for a number of channels that know nothing of each other.
#[derive(Clone, Debug)]
pub struct Cascade {
    filters: Vec<Biquad>,
    sections: Vec<Section>,
    channels: Vec<Channel>,
}

type Group = [f64; GROUP];

/// A filter's answers within a group.
#[derive(Clone, Debug)]
struct Section {
    /// To a 1 in each of the inputs.
    inputs: [Group; GROUP],
    /// To a 1 in the last input before the group, and in the one before that.
    inputs_before: [Group; 2],
    /// To a 1 in the last output before the group, and in the one before that.
    outputs_before: [Group; 2],
}

#[derive(Clone, Debug)]
struct Channel {
    states: Vec<State>,
    /// Frames since the last multiple of [`SPAN`].
    at: usize,
}

/// What one filter remembers of one channel.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// The last two inputs and outputs before the present group, the latest first.
    before: Before,
    /// The inputs of the present group so far.
    group: Group,
}

#[derive(Clone, Copy, Debug, Default)]
struct Before {
    x: [f64; 2],
    y: [f64; 2],
}

impl Section {
    fn new(filter: &Biquad) -> Section {
        let [a1, a2] = filter.a;
        let [b0, b1, b2] = filter.b;
        // What the poles make of a start.
        let ring = |start: [f64; 3]| {
            let mut out = [0.0; GROUP];
            out[..3].copy_from_slice(&start);
            for n in 1..GROUP {
                out[n] -= a1 * out[n - 1] + if n > 1 { a2 * out[n - 2] } else { 0.0 };
            }
            out
        };
        let impulse = ring([b0, b1, b2]);
        let mut inputs = [[0.0; GROUP]; GROUP];
        for (n, column) in inputs.iter_mut().enumerate() {
            column[n..].copy_from_slice(&impulse[..GROUP - n]);
        }
        Section {
            inputs,
            inputs_before: [ring([b1, b2, 0.0]), ring([b2, 0.0, 0.0])],
            outputs_before: [ring([-a1, -a2, 0.0]), ring([-a2, 0.0, 0.0])],
        }
    }
}

/// A section's columns, loaded.
struct Columns<L: Lanes> {
    inputs: [L::Doubles; GROUP],
    inputs_before: [L::Doubles; 2],
    outputs_before: [L::Doubles; 2],
}

impl<L: Lanes> Columns<L> {
    #[inline(always)]
    fn new(lanes: L, section: &Section) -> Columns<L> {
        Columns {
            inputs: section.inputs.each_ref().map(|column| lanes.load(column)),
            inputs_before: section.inputs_before.each_ref().map(|column| lanes.load(column)),
            outputs_before: section.outputs_before.each_ref().map(|column| lanes.load(column)),
        }
    }

    /// The outputs of a group, after the last two inputs and eight times each of the last two outputs.
    #[inline(always)]
    fn group(&self, lanes: L, x: &Group, x_before: [f64; 2], y_before: [L::Doubles; 2]) -> L::Doubles {
        let scaled = |column, by| lanes.mul(column, lanes.splat(by));
        // Two sums side by side, and last what is known last.
        let mut even = scaled(self.inputs_before[0], x_before[0]);
        let mut odd = scaled(self.inputs_before[1], x_before[1]);
        for pair in 0..GROUP / 2 {
            even = lanes.add(even, scaled(self.inputs[2 * pair], x[2 * pair]));
            odd = lanes.add(odd, scaled(self.inputs[2 * pair + 1], x[2 * pair + 1]));
        }
        let known = lanes.add(lanes.add(even, odd), lanes.mul(self.outputs_before[1], y_before[1]));
        lanes.add(known, lanes.mul(self.outputs_before[0], y_before[0]))
    }
}

/// The latest two of a group, the last one first.
#[inline(always)]
fn last_two(group: &Group) -> [f64; 2] {
    [group[GROUP - 1], group[GROUP - 2]]
}

impl Before {
    /// Of silence nothing would remain but ever smaller numbers.
    #[inline(always)]
    fn settle(&mut self) {
        if self.x.iter().chain(&self.y).all(|value| value.abs() < LEAST) {
            *self = Before::default();
        }
    }
}

impl Cascade {
    /// Filters at rest.
    pub fn new(filters: &[Biquad], channels: usize) -> Cascade {
        let channel = Channel { states: vec![State::default(); filters.len()], at: 0 };
        Cascade {
            filters: filters.to_vec(),
            sections: filters.iter().map(Section::new).collect(),
            channels: vec![channel; channels],
        }
    }

    /// Takes over what other filters remember, one by one as far as both go, with nothing for what is beyond. Allocates nothing.
    pub fn go_on_from(&mut self, old: &Cascade) {
        for (channel, old) in self.channels.iter_mut().zip(&old.channels) {
            let both = channel.states.len().min(old.states.len());
            channel.states[..both].clone_from_slice(&old.states[..both]);
            channel.states[both..].fill(State::default());
            channel.at = old.at;
        }
    }

    /// What it was made of.
    pub fn filters(&self) -> &[Biquad] {
        &self.filters
    }

    /// Filters the next frames of one channel in place.
    pub fn process(&mut self, channel: usize, samples: &mut [f32]) {
        let Cascade { sections, channels, .. } = self;
        run_lanes(Run { sections, channels: [&mut channels[channel]], samples: [samples] });
    }

    /// The same of a channel and the next one, for less than twice the work.
    ///
    /// # Panics
    /// When there is no next one, or lengths differ.
    pub fn process_pair(&mut self, channel: usize, samples: [&mut [f32]; 2]) {
        assert_eq!(samples[0].len(), samples[1].len(), "channels differ in length");
        let Cascade { sections, channels, .. } = self;
        let [first, second] = &mut channels[channel..channel + 2] else { unreachable!("two channels") };
        if first.at == second.at {
            run_lanes(Run { sections, channels: [first, second], samples });
        } else {
            let [one, other] = samples;
            run_lanes(Run { sections, channels: [first], samples: [one] });
            run_lanes(Run { sections, channels: [second], samples: [other] });
        }
    }

    /// Frames until what rings after the end of a sound is 100 dB down, at most about two minutes.
    pub fn tail(&self) -> usize {
        let frames = |filter: &Biquad| match filter.pole_radius() {
            radius if radius > 0.0 => (1e-5f64.ln() / radius.ln()).ceil() as usize + 2,
            _ => 2,
        };
        self.filters.iter().map(frames).fold(0, usize::saturating_add).min(1 << 22)
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.states.fill(State::default());
            channel.at = 0;
        }
    }
}

/// Channels at the same place of their spans, and as many samples of each.
struct Run<'a, const CHANNELS: usize> {
    sections: &'a [Section],
    channels: [&'a mut Channel; CHANNELS],
    samples: [&'a mut [f32]; CHANNELS],
}

impl<const CHANNELS: usize> LaneKernel for Run<'_, CHANNELS> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Run { sections, mut channels, mut samples } = self;
        let frames = samples[0].len();
        let head = frames.min((SPAN - channels[0].at) % SPAN);
        let whole = (frames - head) / SPAN * SPAN;
        for (channel, samples) in channels.iter_mut().zip(&mut samples) {
            part_of_span(lanes, sections, channel, &mut samples[..head]);
        }
        for at in (head..head + whole).step_by(SPAN) {
            whole_span(lanes, sections, &mut channels, &mut samples, at);
        }
        for (channel, samples) in channels.iter_mut().zip(&mut samples) {
            part_of_span(lanes, sections, channel, &mut samples[head + whole..]);
        }
    }
}

/// A span of every channel. Their filters know nothing of each other: while one waits for what it made last, the processor works
/// on the other.
#[inline(always)]
fn whole_span<L: Lanes, const CHANNELS: usize>(
    lanes: L,
    sections: &[Section],
    channels: &mut [&mut Channel; CHANNELS],
    samples: &mut [&mut [f32]; CHANNELS],
    at: usize,
) {
    let mut work = [[0.0; SPAN]; CHANNELS];
    for (work, samples) in work.iter_mut().zip(&*samples) {
        for (wide, sample) in work.iter_mut().zip(&samples[at..at + SPAN]) {
            *wide = f64::from(*sample);
        }
    }
    for (number, section) in sections.iter().enumerate() {
        let columns = Columns::new(lanes, section);
        let mut x_before = [[0.0; 2]; CHANNELS];
        // What the next group waits for never leaves its register.
        let mut y_before = [[lanes.splat(0.0); 2]; CHANNELS];
        for channel in 0..CHANNELS {
            let Before { x, y } = channels[channel].states[number].before;
            (x_before[channel], y_before[channel]) = (x, [lanes.splat(y[0]), lanes.splat(y[1])]);
        }
        for first in (0..SPAN).step_by(GROUP) {
            for channel in 0..CHANNELS {
                let group = work[channel][first..].first_chunk_mut().expect("spans of whole groups");
                let x = last_two(group);
                let y = columns.group(lanes, group, x_before[channel], y_before[channel]);
                lanes.store(y, group);
                (x_before[channel], y_before[channel]) = (x, lanes.last_two(y));
            }
        }
        for channel in 0..CHANNELS {
            let mut before = Before { x: x_before[channel], y: [work[channel][SPAN - 1], work[channel][SPAN - 2]] };
            before.settle();
            channels[channel].states[number].before = before;
        }
    }
    for (work, samples) in work.iter().zip(samples) {
        for (sample, wide) in samples[at..at + SPAN].iter_mut().zip(work) {
            *sample = *wide as f32;
        }
    }
}

/// Frames within one span. A group that is not complete is computed as far as it is known, since no output depends on later
/// inputs, and computed anew when more of it comes.
#[inline(always)]
fn part_of_span<L: Lanes>(lanes: L, sections: &[Section], channel: &mut Channel, mut samples: &mut [f32]) {
    while !samples.is_empty() {
        let filled = channel.at % GROUP;
        let (now, later) = samples.split_at_mut(samples.len().min(GROUP - filled));
        let end = filled + now.len();
        channel.at = (channel.at + now.len()) % SPAN;
        let mut work: Group = [0.0; GROUP];
        work[filled..end].iter_mut().zip(&*now).for_each(|(wide, sample)| *wide = f64::from(*sample));
        for (section, state) in sections.iter().zip(&mut channel.states) {
            state.group[filled..end].copy_from_slice(&work[filled..end]);
            state.group[end..].fill(0.0);
            let Before { x, y } = state.before;
            let y = [lanes.splat(y[0]), lanes.splat(y[1])];
            lanes.store(Columns::new(lanes, section).group(lanes, &state.group, x, y), &mut work);
            if end == GROUP {
                state.before = Before { x: last_two(&state.group), y: last_two(&work) };
                if channel.at == 0 {
                    state.before.settle();
                }
            }
        }
        now.iter_mut().zip(&work[filled..end]).for_each(|(sample, wide)| *sample = *wide as f32);
        samples = later;
    }
}
