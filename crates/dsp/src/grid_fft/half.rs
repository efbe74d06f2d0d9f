//! Spectra of real signals, as the grid leaves them, and their products.

use super::passes::Value;
use crate::vectors::{Complex16, Vectors};

/// Bins 0 to N/2 of the spectrum of N real samples, in the order that the grid leaves them in; the others are their mirror.
/// The last shares a place with the first, since both are real.
#[derive(Clone, Debug)]
pub(crate) struct HalfSpectrum(Vec<Complex16>);

impl HalfSpectrum {
    /// The spectrum of `points` silent samples.
    pub(crate) fn new(points: usize) -> HalfSpectrum {
        HalfSpectrum(vec![Complex16::default(); points / 2 / crate::vectors::WIDTH])
    }

    pub(super) fn slot(&self, slot: usize, columns: usize) -> &[Complex16] {
        &self.0[slot * columns..]
    }

    pub(super) fn slot_mut(&mut self, slot: usize, columns: usize) -> &mut [Complex16] {
        &mut self.0[slot * columns..]
    }
}

/// What both sides are a sum of: the product of a signal's and a response's spectrum, for left and right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term<'a> {
    pub(crate) signals: [&'a HalfSpectrum; 2],
    pub(crate) responses: [&'a HalfSpectrum; 2],
}

/// Twice the spectra of left and right in a bin with the value `a` whose mirror has `b`.
#[inline(always)]
pub(super) fn mirrored<V: Vectors>(v: V, a: Value<V>, b: Value<V>) -> [Value<V>; 2] {
    let left = Value { re: v.add(a.re, b.re), im: v.sub(a.im, b.im) };
    [left, Value { re: v.add(a.im, b.im), im: v.sub(b.re, a.re) }]
}

/// The reverse of [`mirrored`] but for a factor of two, real and imaginary parts exchanged.
#[inline(always)]
pub(super) fn back<V: Vectors>(v: V, l: Value<V>, r: Value<V>, near: &mut Complex16, far: &mut Complex16, part: usize) {
    Value { re: v.add(l.im, r.re), im: v.sub(l.re, r.im) }.store(v, near, part);
    Value { re: v.sub(r.re, l.im), im: v.add(l.re, r.im) }.store(v, far, part);
}

/// The sums for left and right.
#[inline(always)]
pub(super) fn add_products<V: Vectors>(v: V, terms: &[Term], at: usize, part: usize) -> [Value<V>; 2] {
    let mut sums = [Value::zero(v); 2];
    for term in terms {
        for (sum, (signal, response)) in sums.iter_mut().zip(term.signals.iter().zip(&term.responses)) {
            let signal = Value::load(v, &signal.0[at], part);
            *sum = sum.plus(v, signal.times(v, Value::load(v, &response.0[at], part)));
        }
    }
    sums
}

/// A product in the first lane: of two real bins side by side, or of a complex one.
pub(super) fn special_product(x: [f32; 2], h: [f32; 2], both_real: bool) -> [f32; 2] {
    if both_real { [x[0] * h[0], x[1] * h[1]] } else { [x[0] * h[0] - x[1] * h[1], x[0] * h[1] + x[1] * h[0]] }
}

/// [`add_products`] in the first lane.
pub(super) fn special_products(terms: &[Term], entry: usize, both_real: bool) -> [[f32; 2]; 2] {
    let first = |spectrum: &HalfSpectrum| [spectrum.0[entry].re.0[0], spectrum.0[entry].im.0[0]];
    std::array::from_fn(|side| {
        terms.iter().fold([0.0; 2], |sum: [f32; 2], term| {
            let product = special_product(first(term.signals[side]), first(term.responses[side]), both_real);
            [sum[0] + product[0], sum[1] + product[1]]
        })
    })
}
