//! The 2-pole low-pass, a vector of outputs at a time.
//!
//! With A(z) = 1 + a₁z + a₂z², 1/A(z) is A(−z) over a polynomial in z². Done again and again, the denominator is one in
//! z⁸ or z¹⁶: every output depends on those one and two vectors before it (scattered look-ahead; Parhi and Messerschmitt
//! 1989, doi:10.1109/29.32286). Where the filter changes, what it remembers enters as an addition to the first values, so
//! that nothing of the longer recursion outlives the change.

use super::lanes::{FILTER_WIDTH, Lanes, MOST_LANES};
use crate::executor::filter::{LowPass, Memory, bounded, is_bounded};
use crate::executor::{QUANTUM, Samples, Segment};

/// 1 + a₁ + a₂ and 1 − a₁ + a₂ from which on, and a₂ up to which, single precision suffices: its error stays below
/// 10⁻⁵ of the peak, measured with noise and tones of all heights. At 44.1 kHz without resonance that is from 0.9 to
/// 19 kHz. Beyond, some of the long recursion's poles come too close to each other or to the unit circle.
const GENTLE: f64 = 0.015;
const DAMPED: f64 = 0.85;

/// What a filter keeps between the segments of a voice.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FilterState {
    pub(in crate::executor) memory: Memory,
    /// The filter that goes on where the last segment has left off: one that has not changed since, in single precision.
    held: Option<LowPass>,
    coefficients: [f32; COEFFICIENTS],
    /// See [`History`].
    history: [[f32; MOST_LANES]; VECTORS],
}

/// Filters the samples of segments that follow one another, all but the last of whole vectors; what lies beyond the last
/// within its last vector is spoilt.
#[inline(always)]
pub(super) fn run<S: Lanes>(lanes: S, segments: &[Segment], state: &mut FilterState, samples: &mut Samples) {
    let (mut rest, mut at) = (segments, 0);
    while let Some(first) = rest.first() {
        let Some(low_pass) = &first.filter else {
            (rest, at) = (&rest[1..], at + first.frames as usize);
            continue;
        };
        let &LowPass { a1, a2, .. } = low_pass;
        let held = state.held.as_ref() == Some(low_pass);
        let done = if held || (1.0 + a2 - a1.abs() >= GENTLE && a2 <= DAMPED) {
            if !held {
                state.begin(low_pass, S::WIDTH);
            }
            go_on(lanes, low_pass, state, rest, &mut samples[at..])
        } else {
            state.held = None;
            let samples = samples[at..].first_chunk_mut().unwrap();
            anew(lanes, low_pass, &mut state.memory, samples, first.frames as usize);
            1
        };
        for segment in &rest[..done] {
            at += segment.frames as usize;
        }
        rest = &rest[done..];
    }
}

impl FilterState {
    /// Prepares single precision from the memory.
    #[inline(always)]
    fn begin(&mut self, low_pass: &LowPass, width: usize) {
        self.coefficients = coefficients(low_pass, width).map(|c| c as f32);
        self.history = [[0.0; MOST_LANES]; VECTORS];
        let (remembered, [x_before, two_before]) = remembered(low_pass, &self.memory);
        self.history[0][..4].copy_from_slice(&remembered.map(|x| x as f32));
        (self.history[1][width - 1], self.history[2][width - 1]) = (x_before as f32, two_before as f32);
    }
}

/// In single precision, while segments have this filter; how many those were, at least one. The filter goes on from segment to
/// segment as if it had not been interrupted, unless its memory has to be brought into bounds.
#[inline(always)]
fn go_on<S: Lanes>(
    lanes: S,
    low_pass: &LowPass,
    state: &mut FilterState,
    segments: &[Segment],
    samples: &mut [f32],
) -> usize {
    let coefficients = state.coefficients.map(|c| lanes.splat(c));
    let mut history = History(state.history.each_ref().map(|vector| lanes.load(vector)));
    let mut memory = state.memory;
    let (mut at, mut done, mut goes_on) = (0, 0, true);
    while goes_on
        && let Some(segment) = segments.get(done).filter(|next| done == 0 || next.filter.as_ref() == Some(low_pass))
    {
        let frames = segment.frames as usize;
        let samples: &mut [f32; QUANTUM] = samples[at..].first_chunk_mut().unwrap();
        let inputs = last_two(samples, frames, memory[0]);
        history.run(Singles(lanes), &coefficients, samples, frames);
        let outputs = last_two(samples, frames, memory[2]);
        memory = [inputs[0], inputs[1], outputs[0], outputs[1]];
        goes_on = frames.is_multiple_of(S::WIDTH) && is_bounded(&memory);
        (at, done) = (at + frames, done + 1);
    }
    for (kept, vector) in state.history.iter_mut().zip(history.0) {
        lanes.store(vector, kept);
    }
    state.memory = bounded(memory);
    state.held = goes_on.then_some(*low_pass);
    done
}

/// In double precision, from the memory and back to it.
#[inline(always)]
fn anew<S: Lanes>(lanes: S, low_pass: &LowPass, memory: &mut Memory, samples: &mut [f32; QUANTUM], frames: usize) {
    let [x1, _, y1, _] = *memory;
    let inputs = last_two(samples, frames, x1);
    let coefficients = coefficients(low_pass, FILTER_WIDTH).map(|c| lanes.splat_double(c));
    let ([r0, r1, r2, r3], [x_before, two_before]) = remembered(low_pass, memory);
    let zero = lanes.splat_double(0.0);
    let mut history = History([zero; VECTORS]);
    history.0[0] = lanes.load_doubles(&[r0, r1, r2, r3, 0.0, 0.0, 0.0, 0.0]);
    history.0[1] = lanes.load_doubles(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, x_before]);
    history.0[2] = lanes.load_doubles(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, two_before]);
    history.run(Doubles(lanes), &coefficients, samples, frames);
    let mut outputs = [0.0; 2 * FILTER_WIDTH];
    let [.., last, older] = history.0;
    lanes.store_doubles(older, outputs.first_chunk_mut().unwrap());
    lanes.store_doubles(last, outputs.last_chunk_mut().unwrap());
    let end = outputs.len() - (frames.next_multiple_of(FILTER_WIDTH) - frames);
    *memory = bounded([inputs[0], inputs[1], outputs[end - 1], if frames > 1 { outputs[end - 2] } else { y1 }]);
}

/// The last two of the first `frames`, the latest first; before them came `before`.
#[inline(always)]
fn last_two(samples: &[f32; QUANTUM], frames: usize, before: f64) -> [f64; 2] {
    let older = if frames > 1 { f64::from(samples[frames - 2]) } else { before };
    [f64::from(samples[frames - 1]), older]
}

/// What the memory adds to the first four values after the first factor; the last input and the last sum of two.
#[inline(always)]
fn remembered(low_pass: &LowPass, memory: &Memory) -> ([f64; 4], [f64; 2]) {
    let &LowPass { a1, a2, .. } = low_pass;
    let [x1, x2, y1, y2] = *memory;
    let [first, second] = [-a1 * y1 - a2 * y2, -a2 * y1];
    ([first, second - a1 * first, a2 * first - a1 * second, a2 * second], [x1, x1 + x2])
}

/// For A(−z), which takes in the inputs' gain, one more coefficient; for every further factor of the long recursion
/// 1 + near·zⁿ + far·z²ⁿ its near and its far one.
const COEFFICIENTS: usize = 11;

/// b₀·A(−z), then what does the same to A(z)·A(−z) in z², in z⁴, in z⁸ (where a vector is longer); last the recursion.
#[inline(always)]
fn coefficients(low_pass: &LowPass, width: usize) -> [f64; COEFFICIENTS] {
    let &LowPass { b0, a1, a2 } = low_pass;
    let squared = |[near, far]: [f64; 2]| [2.0 * far - near * near, far * far];
    let a = [a1, a2];
    let b = squared(a);
    let c = squared(b);
    let d = squared(c);
    let poles = if width == 8 { d } else { squared(d) };
    [b0, -b0 * a[0], b0 * a[1], -b[0], b[1], -c[0], c[1], -d[0], d[1], -poles[0], -poles[1]]
}

const VECTORS: usize = 9;

/// What the memory adds after the first factor; the last vector of inputs, of the sums of two, of the sums of those, and after
/// each factor but the last; the last two vectors of outputs, the later first.
struct History<T>([T; VECTORS]);

impl<T: Copy> History<T> {
    /// Filters whole vectors, as many as `frames` need.
    #[inline(always)]
    fn run<V: Vector<Value = T>>(
        &mut self,
        vector: V,
        coefficients: &[T; COEFFICIENTS],
        samples: &mut [f32; QUANTUM],
        frames: usize,
    ) {
        let [gain, a0, a1, b0, b1, c0, c1, d0, d1, pole0, pole1] = *coefficients;
        let [
            mut remembered,
            mut x_before,
            mut two_before,
            mut fed_before,
            mut a_before,
            mut b_before,
            mut c_before,
            mut last,
            mut older,
        ] = self.0;
        let apply = |near, far, x, x_near, x_far| vector.fma(near, x_near, vector.fma(far, x_far, x));
        for part in samples.chunks_exact_mut(V::WIDTH).take(frames.div_ceil(V::WIDTH)) {
            let x = vector.load(part);
            // x + 2x₁ + x₂, by sums of neighbours twice over.
            let two = vector.add(x, vector.delayed::<1>(x_before, x));
            let fed = vector.add(two, vector.delayed::<1>(two_before, two));
            let a = vector.fma(gain, fed, remembered);
            let a = apply(a0, a1, a, vector.delayed::<1>(fed_before, fed), vector.delayed::<2>(fed_before, fed));
            let b = apply(b0, b1, a, vector.delayed::<2>(a_before, a), vector.delayed::<4>(a_before, a));
            let c = apply(c0, c1, b, vector.delayed::<4>(b_before, b), vector.delayed::<8>(b_before, b));
            let d = match V::WIDTH {
                8 => c,
                _ => apply(d0, d1, c, vector.delayed::<8>(c_before, c), c_before),
            };
            let y = apply(pole0, pole1, d, last, older);
            vector.store(y, part);
            (x_before, two_before, fed_before, a_before, b_before, c_before) = (x, two, fed, a, b, c);
            (older, last, remembered) = (last, y, vector.zero());
        }
        self.0 = [remembered, x_before, two_before, fed_before, a_before, b_before, c_before, last, older];
    }
}

/// Consecutive values of a signal in one precision.
trait Vector: Copy {
    type Value: Copy;

    /// 8 or 16.
    const WIDTH: usize;

    fn zero(self) -> Self::Value;
    fn load(self, from: &[f32]) -> Self::Value;
    fn store(self, x: Self::Value, to: &mut [f32]);
    fn add(self, a: Self::Value, b: Self::Value) -> Self::Value;
    fn fma(self, a: Self::Value, b: Self::Value, c: Self::Value) -> Self::Value;
    /// The signal `N` values earlier; `before` is the vector before `x`.
    fn delayed<const N: usize>(self, before: Self::Value, x: Self::Value) -> Self::Value;
}

#[derive(Clone, Copy)]
struct Singles<S>(S);

impl<S: Lanes> Vector for Singles<S> {
    type Value = S::Floats;

    const WIDTH: usize = S::WIDTH;

    #[inline(always)]
    fn zero(self) -> S::Floats {
        self.0.splat(0.0)
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> S::Floats {
        self.0.load(from)
    }

    #[inline(always)]
    fn store(self, x: S::Floats, to: &mut [f32]) {
        self.0.store(x, to);
    }

    #[inline(always)]
    fn add(self, a: S::Floats, b: S::Floats) -> S::Floats {
        self.0.add(a, b)
    }

    #[inline(always)]
    fn fma(self, a: S::Floats, b: S::Floats, c: S::Floats) -> S::Floats {
        self.0.fma(a, b, c)
    }

    #[inline(always)]
    fn delayed<const N: usize>(self, before: S::Floats, x: S::Floats) -> S::Floats {
        if N == S::WIDTH { before } else { self.0.delayed::<N>(before, x) }
    }
}

#[derive(Clone, Copy)]
struct Doubles<S>(S);

impl<S: Lanes> Vector for Doubles<S> {
    type Value = S::Doubles;

    const WIDTH: usize = FILTER_WIDTH;

    #[inline(always)]
    fn zero(self) -> S::Doubles {
        self.0.splat_double(0.0)
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> S::Doubles {
        self.0.widen(from.first_chunk().unwrap())
    }

    #[inline(always)]
    fn store(self, x: S::Doubles, to: &mut [f32]) {
        self.0.narrow(x, to.first_chunk_mut().unwrap());
    }

    #[inline(always)]
    fn add(self, a: S::Doubles, b: S::Doubles) -> S::Doubles {
        self.0.add_doubles(a, b)
    }

    #[inline(always)]
    fn fma(self, a: S::Doubles, b: S::Doubles, c: S::Doubles) -> S::Doubles {
        self.0.fma_doubles(a, b, c)
    }

    #[inline(always)]
    fn delayed<const N: usize>(self, before: S::Doubles, x: S::Doubles) -> S::Doubles {
        if N == FILTER_WIDTH { before } else { self.0.delayed_doubles::<N>(before, x) }
    }
}
