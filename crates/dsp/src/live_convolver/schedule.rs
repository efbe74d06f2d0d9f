//! The work of one period of a level as a list of short steps, cut into slices of equal weight.

use std::ops::Range;

use super::bins::{Bins, ROW};
use super::sliced_fft::SlicedFft;

/// Frames loaded, or butterflies done, in one step.
const RUN: usize = 512;

/// Which input is transformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Left + i·right.
    Stereo,
    Send,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Copies frames of the window.
    Load(Input, Range<usize>),
    ForwardPass(Input, usize, Range<usize>),
    ForwardPart(Input, usize),
    /// Files a row of the newest spectrum.
    Unpack(Input, usize),
    /// Sums the products of all partitions in a row.
    Multiply(usize),
    InversePart(usize),
    InversePass(usize, Range<usize>),
}

/// Numbers of partitions that take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Partitions {
    pub(super) stereo: usize,
    pub(super) send: usize,
}

/// What a step takes, in nanoseconds as measured on one machine; only the proportions matter.
fn weight(step: &Step, fft: &SlicedFft, partitions: Partitions) -> f64 {
    let butterflies = |range: &Range<usize>| 2.5 * range.len() as f64;
    let part = || {
        let points = fft.part_points() as f64;
        0.17 * points * points.log2()
    };
    // Products wait for memory where factors and spectra do not stay in a core's own cache.
    let bytes = 2 * size_of::<Bins>() * fft.rows() * (2 * partitions.stereo + partitions.send);
    let product = if bytes > 1 << 20 { 1.2 } else { 0.6 };
    match step {
        Step::Load(_, frames) => 0.4 * frames.len() as f64,
        Step::ForwardPass(_, _, range) | Step::InversePass(_, range) => butterflies(range),
        Step::ForwardPart(..) | Step::InversePart(_) => part(),
        Step::Unpack(..) => 0.5 * ROW as f64,
        Step::Multiply(_) => ROW as f64 * (0.5 + product * (partitions.stereo + partitions.send) as f64),
    }
}

#[derive(Debug)]
pub(super) struct Schedule {
    steps: Vec<Step>,
    slices: Vec<Range<usize>>,
}

impl Schedule {
    /// Spreads the work of a period evenly over `slices`.
    pub(super) fn new(fft: &SlicedFft, partitions: Partitions, slices: usize) -> Schedule {
        let steps = steps(fft, partitions);
        let mut sum = 0.0;
        let ends: Vec<f64> = steps
            .iter()
            .map(|step| {
                sum += weight(step, fft, partitions);
                sum
            })
            .collect();
        let cut = |slice: usize| ends.partition_point(|&end| end <= sum * slice as f64 / slices as f64 + 1e-6);
        let slices = (0..slices).map(|slice| cut(slice)..cut(slice + 1)).collect();
        Schedule { steps, slices }
    }

    /// The steps of a slice, in order.
    pub(super) fn slice(&self, slice: usize) -> &[Step] {
        &self.steps[self.slices[slice].clone()]
    }
}

/// The weight of a period, without making its steps.
pub(super) fn period_weight(fft: &SlicedFft, partitions: Partitions) -> f64 {
    steps(fft, partitions).iter().map(|step| weight(step, fft, partitions)).sum()
}

fn steps(fft: &SlicedFft, partitions: Partitions) -> Vec<Step> {
    let runs = |end: usize| (0..end).step_by(RUN).map(move |start| start..end.min(start + RUN));
    let mut steps = Vec::new();
    for (input, count) in [(Input::Stereo, partitions.stereo), (Input::Send, partitions.send)] {
        if count > 0 {
            steps.extend(runs(fft.points()).map(|frames| Step::Load(input, frames)));
            for pass in 0..fft.passes() {
                steps.extend(runs(fft.points() / 4).map(|range| Step::ForwardPass(input, pass, range)));
            }
            steps.extend((0..fft.parts()).map(|part| Step::ForwardPart(input, part)));
            steps.extend((0..fft.rows()).map(|row| Step::Unpack(input, row)));
        }
    }
    steps.extend((0..fft.rows()).map(Step::Multiply));
    steps.extend((0..fft.parts()).map(Step::InversePart));
    for pass in (0..fft.passes()).rev() {
        steps.extend(runs(fft.points() / 4).map(|range| Step::InversePass(pass, range)));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Additions and multiplications of a step, counted independently of the weights.
    fn operations(step: &Step, fft: &SlicedFft, partitions: Partitions) -> usize {
        match step {
            Step::Load(_, frames) => frames.len(),
            Step::ForwardPass(_, _, range) | Step::InversePass(_, range) => 34 * range.len(),
            Step::ForwardPart(..) | Step::InversePart(_) => 5 * fft.part_points() * fft.part_points().ilog2() as usize,
            Step::Unpack(..) => 8 * ROW,
            Step::Multiply(_) => ROW * (4 + 16 * (partitions.stereo + partitions.send)),
        }
    }

    /// Sizes and numbers of partitions as in the default hall and reverb, and in responses of 10 and 20 s.
    const CASES: [(usize, usize, usize); 8] = [
        (512, 7, 14),
        (512, 14, 14),
        (512, 0, 1),
        (4096, 0, 11),
        (4096, 14, 11),
        (4096, 106, 11),
        (32_768, 12, 0),
        (32_768, 26, 26),
    ];

    #[test]
    fn no_slice_has_much_more_work_than_another() {
        for (size, stereo, send) in CASES {
            let (fft, partitions) = (SlicedFft::new(2 * size), Partitions { stereo, send });
            let slices = size / 64;
            let schedule = Schedule::new(&fft, partitions, slices);
            let work = |steps: &[Step]| steps.iter().map(|step| operations(step, &fft, partitions)).sum::<usize>();
            let total: usize = (0..slices).map(|slice| work(schedule.slice(slice))).sum();
            let most = (0..slices).map(|slice| work(schedule.slice(slice))).max().unwrap();
            // A short transform is indivisible; 140,000 operations are some 5 µs.
            let bound = 2 * total / slices + 140_000;
            assert!(most <= bound, "{size} frames, {stereo} + {send}: {most} of {total} in one of {slices} slices");
        }
    }

    #[test]
    fn every_step_is_done_once_and_in_order() {
        for (size, stereo, send) in CASES {
            let (fft, partitions) = (SlicedFft::new(2 * size), Partitions { stereo, send });
            let schedule = Schedule::new(&fft, partitions, size / 64);
            let cut: Vec<Step> = (0..size / 64).flat_map(|slice| schedule.slice(slice)).cloned().collect();
            assert_eq!(cut, steps(&fft, partitions));
            let multiplied: Vec<Step> = cut.into_iter().filter(|step| matches!(step, Step::Multiply(_))).collect();
            assert_eq!(multiplied, (0..size / ROW).map(Step::Multiply).collect::<Vec<_>>());
        }
    }
}
