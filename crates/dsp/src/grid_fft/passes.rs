//! Transforms of sixteen columns of complex numbers, pass by pass.
//!
//! On the way there decimation in frequency (W. M. Gentleman, G. Sande, "Fast Fourier transforms: for fun and profit",
//! AFIPS 1966) leaves the bins in the order of their reversed digits; on the way back decimation in time (J. W. Cooley,
//! J. W. Tukey, Math. Comp. 19, 1965) takes them in that order. Nothing is ever put into order.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use crate::vectors::{Complex16, Vectors};

/// Complex numbers in registers.
pub(super) struct Value<V: Vectors> {
    pub(super) re: V::Singles,
    pub(super) im: V::Singles,
}

impl<V: Vectors> Clone for Value<V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<V: Vectors> Copy for Value<V> {}

impl<V: Vectors> Value<V> {
    #[inline(always)]
    pub(super) fn zero(v: V) -> Value<V> {
        Value { re: v.splat(0.0), im: v.splat(0.0) }
    }

    #[inline(always)]
    pub(super) fn load(v: V, from: &Complex16, part: usize) -> Value<V> {
        Value { re: v.load(&from.re.0, part), im: v.load(&from.im.0, part) }
    }

    #[inline(always)]
    pub(super) fn store(self, v: V, to: &mut Complex16, part: usize) {
        v.store(self.re, &mut to.re.0, part);
        v.store(self.im, &mut to.im.0, part);
    }

    #[inline(always)]
    pub(super) fn times(self, v: V, by: Value<V>) -> Value<V> {
        Value {
            re: v.sub(v.mul(self.re, by.re), v.mul(self.im, by.im)),
            im: v.add(v.mul(self.re, by.im), v.mul(self.im, by.re)),
        }
    }

    #[inline(always)]
    pub(super) fn plus(self, v: V, other: Value<V>) -> Value<V> {
        Value { re: v.add(self.re, other.re), im: v.add(self.im, other.im) }
    }

    #[inline(always)]
    fn minus(self, v: V, other: Value<V>) -> Value<V> {
        Value { re: v.sub(self.re, other.re), im: v.sub(self.im, other.im) }
    }

    /// self − i·other
    #[inline(always)]
    fn plus_behind(self, v: V, other: Value<V>) -> Value<V> {
        Value { re: v.add(self.re, other.im), im: v.sub(self.im, other.re) }
    }

    /// self + i·other
    #[inline(always)]
    fn plus_ahead(self, v: V, other: Value<V>) -> Value<V> {
        Value { re: v.sub(self.re, other.im), im: v.add(self.im, other.re) }
    }

    #[inline(always)]
    fn turned(self, v: V, [re, im]: [f32; 2]) -> Value<V> {
        self.times(v, Value { re: v.splat(re), im: v.splat(im) })
    }
}

/// Where a pass reads what it works on.
pub(super) trait Source<V: Vectors> {
    fn read(&self, v: V, place: usize, part: usize) -> Value<V>;
}

/// Where a pass writes what it made.
pub(super) trait Sink<V: Vectors> {
    fn write(&mut self, v: V, place: usize, part: usize, value: Value<V>);
}

/// The transform of four.
#[inline(always)]
fn four<V: Vectors>(v: V, [a, b, c, d]: [Value<V>; 4]) -> [Value<V>; 4] {
    let (even, odd) = (a.plus(v, c), b.plus(v, d));
    let (even_less, odd_less) = (a.minus(v, c), b.minus(v, d));
    [even.plus(v, odd), even_less.plus_behind(v, odd_less), even.minus(v, odd), even_less.plus_ahead(v, odd_less)]
}

/// The transform of eight.
#[inline(always)]
fn eight<V: Vectors>(v: V, x: [Value<V>; 8]) -> [Value<V>; 8] {
    let root = FRAC_1_SQRT_2 as f32;
    let (up, down) = (v.splat(root), v.splat(-root));
    let even = four(v, [x[0].plus(v, x[4]), x[1].plus(v, x[5]), x[2].plus(v, x[6]), x[3].plus(v, x[7])]);
    let (first, third) = (x[1].minus(v, x[5]), x[3].minus(v, x[7]));
    let odd = four(
        v,
        [
            x[0].minus(v, x[4]),
            Value { re: v.mul(up, v.add(first.re, first.im)), im: v.mul(up, v.sub(first.im, first.re)) },
            Value { re: v.sub(x[2].im, x[6].im), im: v.sub(x[6].re, x[2].re) },
            Value { re: v.mul(up, v.sub(third.im, third.re)), im: v.mul(down, v.add(third.re, third.im)) },
        ],
    );
    [even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]]
}

/// The transform of as many as there are, four or eight.
#[inline(always)]
fn butterfly<V: Vectors, const RADIX: usize>(v: V, x: [Value<V>; RADIX]) -> [Value<V>; RADIX] {
    let mut y = x;
    if RADIX == 4 {
        y[..4].copy_from_slice(&four(v, [x[0], x[1], x[2], x[3]]));
    } else {
        y[..8].copy_from_slice(&eight(v, [x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]]));
    }
    y
}

/// Butterflies of one size over blocks as long as all their turns together.
#[derive(Debug)]
pub(super) struct Pass {
    pub(super) radix: usize,
    /// e^(−2πi·jq/L) for a block's j-th butterfly and its q-th value, L being the block's length.
    turns: Vec<[[f32; 2]; 8]>,
}

impl Pass {
    fn new(radix: usize, block: usize) -> Pass {
        let turn = |j: usize, q: usize| {
            let (sin, cos) = (-TAU * (j * q % block) as f64 / block as f64).sin_cos();
            [cos as f32, sin as f32]
        };
        Pass { radix, turns: (0..block / radix).map(|j| std::array::from_fn(|q| turn(j, q))).collect() }
    }

    /// The passes of a transform of so many points, a power of two from 16 on.
    pub(super) fn plan(points: usize) -> Vec<Pass> {
        let log2 = points.trailing_zeros() as usize;
        // Eights as long as fours can make up the rest.
        let fours = [0, 2, 1][log2 % 3];
        let mut block = points;
        let radices = std::iter::repeat_n(8, (log2 - 2 * fours) / 3).chain(std::iter::repeat_n(4, fours));
        radices
            .map(|radix| {
                let pass = Pass::new(radix, block);
                block /= radix;
                pass
            })
            .collect()
    }

    /// In place, towards the spectrum.
    #[inline(always)]
    pub(super) fn there<V: Vectors>(&self, v: V, data: &mut [Complex16]) {
        match self.radix {
            4 => there::<V, 4>(v, data, &self.turns),
            _ => there::<V, 8>(v, data, &self.turns),
        }
    }

    /// In place, back from the spectrum.
    #[inline(always)]
    pub(super) fn back<V: Vectors>(&self, v: V, data: &mut [Complex16]) {
        match self.radix {
            4 => back::<V, 4>(v, data, &self.turns),
            _ => back::<V, 8>(v, data, &self.turns),
        }
    }

    /// [`Pass::there`] of the first pass, which reads what it works on.
    #[inline(always)]
    pub(super) fn there_from<V: Vectors>(&self, v: V, read: &impl Source<V>, data: &mut [Complex16]) {
        match self.radix {
            4 => there_from::<V, 4>(v, read, data, &self.turns),
            _ => there_from::<V, 8>(v, read, data, &self.turns),
        }
    }

    /// [`Pass::there`] of the last pass, which writes elsewhere.
    #[inline(always)]
    pub(super) fn there_to<V: Vectors>(&self, v: V, data: &[Complex16], write: &mut impl Sink<V>) {
        match self.radix {
            4 => there_to::<V, 4>(v, data, write),
            _ => there_to::<V, 8>(v, data, write),
        }
    }

    /// [`Pass::back`] of the last pass, which comes first on the way back and reads what it works on.
    #[inline(always)]
    pub(super) fn back_from<V: Vectors>(&self, v: V, read: &impl Source<V>, data: &mut [Complex16]) {
        match self.radix {
            4 => back_from::<V, 4>(v, read, data),
            _ => back_from::<V, 8>(v, read, data),
        }
    }

    /// [`Pass::back`] of the first pass, which comes last on the way back and writes elsewhere.
    #[inline(always)]
    pub(super) fn back_to<V: Vectors>(&self, v: V, data: &[Complex16], write: &mut impl Sink<V>) {
        match self.radix {
            4 => back_to::<V, 4>(v, data, write, &self.turns),
            _ => back_to::<V, 8>(v, data, write, &self.turns),
        }
    }
}

type Turns = [[[f32; 2]; 8]];

// No iterators with closures below: what is not inlined is not compiled for the instructions at hand.

#[inline(always)]
fn there<V: Vectors, const RADIX: usize>(v: V, data: &mut [Complex16], turns: &Turns) {
    let step = turns.len();
    for block in data.chunks_exact_mut(RADIX * step) {
        for (j, turns) in turns.iter().enumerate() {
            for part in 0..V::PARTS {
                let mut x = [Value::zero(v); RADIX];
                for (q, x) in x.iter_mut().enumerate() {
                    *x = Value::load(v, &block[j + q * step], part);
                }
                let y = butterfly(v, x);
                y[0].store(v, &mut block[j], part);
                for q in 1..RADIX {
                    let y = if step == 1 { y[q] } else { y[q].turned(v, turns[q]) };
                    y.store(v, &mut block[j + q * step], part);
                }
            }
        }
    }
}

#[inline(always)]
fn back<V: Vectors, const RADIX: usize>(v: V, data: &mut [Complex16], turns: &Turns) {
    let step = turns.len();
    for block in data.chunks_exact_mut(RADIX * step) {
        for (j, turns) in turns.iter().enumerate() {
            for part in 0..V::PARTS {
                let mut x = [Value::load(v, &block[j], part); RADIX];
                for q in 1..RADIX {
                    let value = Value::load(v, &block[j + q * step], part);
                    x[q] = if step == 1 { value } else { value.turned(v, turns[q]) };
                }
                let y = butterfly(v, x);
                for (q, y) in y.into_iter().enumerate() {
                    y.store(v, &mut block[j + q * step], part);
                }
            }
        }
    }
}

#[inline(always)]
fn there_from<V: Vectors, const RADIX: usize>(v: V, read: &impl Source<V>, data: &mut [Complex16], turns: &Turns) {
    let step = turns.len();
    for (j, turns) in turns.iter().enumerate() {
        for part in 0..V::PARTS {
            let mut x = [Value::zero(v); RADIX];
            for (q, x) in x.iter_mut().enumerate() {
                *x = read.read(v, j + q * step, part);
            }
            let y = butterfly(v, x);
            y[0].store(v, &mut data[j], part);
            for q in 1..RADIX {
                y[q].turned(v, turns[q]).store(v, &mut data[j + q * step], part);
            }
        }
    }
}

#[inline(always)]
fn there_to<V: Vectors, const RADIX: usize>(v: V, data: &[Complex16], write: &mut impl Sink<V>) {
    for (number, block) in data.chunks_exact(RADIX).enumerate() {
        for part in 0..V::PARTS {
            let mut x = [Value::zero(v); RADIX];
            for (x, value) in x.iter_mut().zip(block) {
                *x = Value::load(v, value, part);
            }
            let y = butterfly(v, x);
            for (q, y) in y.into_iter().enumerate() {
                write.write(v, number * RADIX + q, part, y);
            }
        }
    }
}

#[inline(always)]
fn back_from<V: Vectors, const RADIX: usize>(v: V, read: &impl Source<V>, data: &mut [Complex16]) {
    for (number, block) in data.chunks_exact_mut(RADIX).enumerate() {
        for part in 0..V::PARTS {
            let mut x = [Value::zero(v); RADIX];
            for (q, x) in x.iter_mut().enumerate() {
                *x = read.read(v, number * RADIX + q, part);
            }
            let y = butterfly(v, x);
            for (y, value) in y.into_iter().zip(block.iter_mut()) {
                y.store(v, value, part);
            }
        }
    }
}

#[inline(always)]
fn back_to<V: Vectors, const RADIX: usize>(v: V, data: &[Complex16], write: &mut impl Sink<V>, turns: &Turns) {
    let step = turns.len();
    for (j, turns) in turns.iter().enumerate() {
        for part in 0..V::PARTS {
            let mut x = [Value::load(v, &data[j], part); RADIX];
            for q in 1..RADIX {
                x[q] = Value::load(v, &data[j + q * step], part).turned(v, turns[q]);
            }
            let y = butterfly(v, x);
            for (q, y) in y.into_iter().enumerate() {
                write.write(v, j + q * step, part, y);
            }
        }
    }
}
