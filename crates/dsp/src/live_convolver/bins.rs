//! Spectra of real signals, cut into rows of bins whose real and imaginary parts lie apart: what vector units like.

/// Bins in a row.
pub(super) const ROW: usize = 64;

/// Lanes worked on side by side.
const LANES: usize = 16;

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

    /// The sums of products of two of each of some pairs: left and right.
    ///
    /// A few lanes at a time, so that the sums stay in registers. In a first row lane 0 holds two real values.
    #[inline(always)]
    pub(super) fn sums<'a>(row: usize, terms: impl Iterator<Item = [(&'a Bins, &'a Bins); 2]> + Clone) -> [Bins; 2] {
        let mut sums = [Bins::ZERO; 2];
        for at in (0..ROW).step_by(LANES) {
            let mut parts = [[[0.0; LANES]; 2]; 2];
            for pairs in terms.clone() {
                for ([re, im], (a, b)) in parts.iter_mut().zip(pairs) {
                    let lanes = |values: &'a [f32; ROW]| &values[at..at + LANES];
                    let (a_re, a_im, b_re, b_im) = (lanes(&a.re), lanes(&a.im), lanes(&b.re), lanes(&b.im));
                    for lane in 0..LANES {
                        re[lane] += a_re[lane] * b_re[lane] - a_im[lane] * b_im[lane];
                        im[lane] += a_re[lane] * b_im[lane] + a_im[lane] * b_re[lane];
                    }
                }
            }
            for (sum, [re, im]) in sums.iter_mut().zip(&parts) {
                sum.re[at..at + LANES].copy_from_slice(re);
                sum.im[at..at + LANES].copy_from_slice(im);
            }
        }
        if row == 0 {
            let mut ends = [[0.0; 2]; 2];
            for pairs in terms {
                for (end, (a, b)) in ends.iter_mut().zip(pairs) {
                    end[0] += a.re[0] * b.re[0];
                    end[1] += a.im[0] * b.im[0];
                }
            }
            for (sum, [re, im]) in sums.iter_mut().zip(ends) {
                (sum.re[0], sum.im[0]) = (re, im);
            }
        }
        sums
    }
}
