//! Spectra of real signals, cut into rows of bins whose real and imaginary parts lie apart: what vector units like.

/// Bins in a row.
pub(super) const ROW: usize = 64;

/// A row of neighbouring bins.
///
/// The first row of a spectrum holds in lane 0 two real values instead: 0 Hz as `re`, half the sample rate as `im`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bins {
    pub(super) re: [f32; ROW],
    pub(super) im: [f32; ROW],
}

impl Bins {
    pub(super) const ZERO: Bins = Bins { re: [0.0; ROW], im: [0.0; ROW] };

    /// self += a·b, bin by bin.
    #[inline]
    pub(super) fn add_product(&mut self, a: &Bins, b: &Bins) {
        for lane in 0..ROW {
            self.re[lane] += a.re[lane] * b.re[lane] - a.im[lane] * b.im[lane];
            self.im[lane] += a.re[lane] * b.im[lane] + a.im[lane] * b.re[lane];
        }
    }

    /// As [`Bins::add_product`], for a first row.
    #[inline]
    pub(super) fn add_first_product(&mut self, a: &Bins, b: &Bins) {
        let ends = (self.re[0] + a.re[0] * b.re[0], self.im[0] + a.im[0] * b.im[0]);
        self.add_product(a, b);
        (self.re[0], self.im[0]) = ends;
    }
}
