use super::*;
use crate::hash::noise;
use crate::vectors::Plain;

/// A real signal, and what it is in sixteens.
fn signal(seed: u64, points: usize, frames: usize) -> (Vec<f32>, Vec<Sixteen>) {
    let flat: Vec<f32> = (0..points).map(|n| if n < frames { noise(seed, n as u64) as f32 } else { 0.0 }).collect();
    let sixteens = flat.as_chunks().0.iter().map(|sixteen| Sixteen(*sixteen)).collect();
    (flat, sixteens)
}

/// The sum that defines a circular convolution, in `f64`.
fn convolved(x: &[f32], h: &[f32], at: usize) -> f64 {
    let reversed = (0..x.len()).map(|n| f64::from(x[(at + x.len() - n) % x.len()]));
    reversed.zip(h).map(|(x, h)| x * f64::from(*h)).sum()
}

#[test]
fn filters_by_the_sum_that_defines_convolution() {
    for points in [1 << 10, 1 << 11, 1 << 13, 1 << 14, 1 << 17] {
        let fft = GridFft::new(points);
        let mut grid = fft.grid();
        let taps = points.min(3000);
        let [(l, left), (r, right)] = [1, 2].map(|seed| signal(seed, points, points));
        let [(h, mut h_left), (g, mut h_right)] = [3, 4].map(|seed| signal(seed, points, taps));
        // Spectra come out twice as large as they are.
        let scale = 1.0 / (4.0 * points as f32);
        [&mut h_left, &mut h_right].into_iter().flatten().for_each(|x| x.0 = x.0.map(|x| x * scale));
        let mut responses = [HalfSpectrum::new(points), HalfSpectrum::new(points)];
        let [first, second] = &mut responses;
        fft.pair([&h_left, &h_right], &mut grid, [first, second]);
        let mut out = [left.clone(), right.clone()];
        let [out_left, out_right] = &mut out;
        fft.filter([&left, &right], responses.each_ref(), &mut grid, [out_left, out_right]);
        // The same the long way.
        let mut spectra = [HalfSpectrum::new(points), HalfSpectrum::new(points)];
        let [one, two] = &mut spectra;
        fft.pair([&left, &right], &mut grid, [one, two]);
        let term = Term { signals: spectra.each_ref(), responses: responses.each_ref() };
        let mut summed = [left.clone(), right.clone()];
        let [sum_left, sum_right] = &mut summed;
        fft.sum(&[term], &mut grid, [sum_left, sum_right]);
        // One signal to both sides.
        let term = Term { signals: [&spectra[0], &spectra[0]], responses: responses.each_ref() };
        let mut sent = [left.clone(), right.clone()];
        let [sent_left, sent_right] = &mut sent;
        fft.sum(&[term], &mut grid, [sent_left, sent_right]);
        for at in (0..points).step_by(points / 61).chain([1, points - 1]) {
            let (lane, at_16) = (at % WIDTH, at / WIDTH);
            let (expected, cross) = ([convolved(&l, &h, at), convolved(&r, &g, at)], convolved(&l, &g, at));
            for side in 0..2 {
                for found in [&out[side], &summed[side]] {
                    let error = f64::from(found[at_16].0[lane]) - expected[side];
                    assert!(error.abs() < 4e-5, "{points} points: {error:e} at {at}, side {side}");
                }
            }
            let errors = [sent[0][at_16].0[lane] as f64 - expected[0], sent[1][at_16].0[lane] as f64 - cross];
            assert!(errors.iter().all(|error| error.abs() < 4e-5), "{points} points: {errors:?} at {at}");
        }
    }
}

#[test]
fn vectors_have_the_bits_of_the_scalar_twin() {
    let points = 1 << 13;
    let fft = GridFft::new(points);
    let [(_, left), (_, right)] = [1, 2].map(|seed| signal(seed, points, points));
    let mut grid = fft.grid();
    let mut responses = [HalfSpectrum::new(points), HalfSpectrum::new(points)];
    let [first, second] = &mut responses;
    fft.pair([&left, &right], &mut grid, [first, second]);
    let mut out = [left.clone(), right.clone()];
    let [out_left, out_right] = &mut out;
    fft.filter([&left, &right], responses.each_ref(), &mut grid, [out_left, out_right]);
    let mut twin = [left.clone(), right.clone()];
    let [twin_left, twin_right] = &mut twin;
    ColumnsThere { fft: &fft, signals: [&left, &right], grid: &mut grid }.run(Plain);
    Filter { fft: &fft, grid: &mut grid, responses: responses.each_ref() }.run(Plain);
    ColumnsBack { fft: &fft, grid: &mut grid, out: [twin_left, twin_right] }.run(Plain);
    assert!(out == twin);
}

#[test]
fn a_shorter_output_gets_the_last_samples() {
    let points = 1 << 11;
    let fft = GridFft::new(points);
    let mut grid = fft.grid();
    let [(_, left), (_, right)] = [1, 2].map(|seed| signal(seed, points, points));
    let mut responses = [HalfSpectrum::new(points), HalfSpectrum::new(points)];
    fft.pair([&left, &right], &mut grid, responses.each_mut());
    let mut filtered = |length: usize| {
        let mut out = [vec![Sixteen::default(); length], vec![Sixteen::default(); length]];
        let [first, second] = &mut out;
        fft.filter([&left, &right], responses.each_ref(), &mut grid, [first, second]);
        out
    };
    let whole = filtered(points / WIDTH);
    for length in [1, 50, 64, 100] {
        let last = filtered(length);
        (0..2).for_each(|side| assert!(last[side] == whole[side][points / WIDTH - length..], "{length} sixteens"));
    }
}
