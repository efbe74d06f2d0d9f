//! Linkwitz and Riley's crossovers of fourth order, whose bands sum to an all-pass.

use rae_dsp::biquad::{Biquad, Cascade};

use crate::chain::{Planes, Stage};

const FLAT: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// Splits sound at ascending frequencies. Each split is Butterworth's low- and high-pass twice; what is below passes the
/// all-passes of the splits above, so that all bands have the same phase.
#[derive(Clone, Debug)]
pub(super) struct Crossover {
    splits: Vec<Split>,
}

#[derive(Clone, Debug)]
struct Split {
    below: Cascade,
    above: Cascade,
}

impl Crossover {
    pub(super) fn new(crossovers_hz: &[f64], stage: &Stage) -> Crossover {
        let filters = filters(crossovers_hz, stage);
        let cascade = |filters: &Vec<Biquad>| Cascade::new(filters, stage.channels);
        Crossover {
            splits: filters
                .iter()
                .map(|[below, above]| Split { below: cascade(below), above: cascade(above) })
                .collect(),
        }
    }

    /// Goes on from as many splits at other frequencies. Allocates nothing.
    pub(super) fn go_on_from(&mut self, old: &Crossover) {
        for (split, old) in self.splits.iter_mut().zip(&old.splits) {
            split.below.go_on_from(&old.below);
            split.above.go_on_from(&old.above);
        }
    }

    /// Splits a block into its bands, the lowest first.
    pub(super) fn split(&mut self, block: &Planes, bands: &mut [Planes]) {
        bands[0].copy_from(block);
        for (index, split) in self.splits.iter_mut().enumerate() {
            let (lower, higher) = bands.split_at_mut(index + 1);
            let (below, above) = (&mut lower[index], &mut higher[0]);
            above.copy_from(below);
            for (channel, samples) in below.each_mut().enumerate() {
                split.below.process(channel, samples);
            }
            for (channel, samples) in above.each_mut().enumerate() {
                split.above.process(channel, samples);
            }
        }
    }

    pub(super) fn tail(&self) -> usize {
        self.splits.iter().map(|split| split.below.tail().max(split.above.tail())).sum()
    }
}

fn filters(crossovers_hz: &[f64], stage: &Stage) -> Vec<[Vec<Biquad>; 2]> {
    let cycles: Vec<f64> = crossovers_hz.iter().map(|hz| hz / stage.hz()).collect();
    let split = |index: usize| {
        let at = cycles[index];
        let all_passes = cycles[index + 1..].iter().map(|&at| Biquad::all_pass(at, FLAT));
        let below = [Biquad::low_pass(at, FLAT); 2].into_iter().chain(all_passes).collect();
        [below, vec![Biquad::high_pass(at, FLAT); 2]]
    };
    (0..cycles.len()).map(split).collect()
}
