use std::ops::Range;

use super::frequency::FrequencyAxis;

/// From the bins of a spectrum to rows of pixels.
///
/// A row is the maximum of the interpolated spectrum between its lower and its upper edge. So a row that is narrower than
/// a bin has its share of a smooth curve, one that is wider loses no tone, and there is no seam where one kind ends.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    /// One more than rows.
    edges: Vec<Edge>,
    /// The bins between the edges of each row.
    between: Vec<Range<usize>>,
}

/// A place between bins: four of them, and how much each counts.
#[derive(Clone, Copy, Debug)]
struct Edge {
    bins: [usize; 4],
    weights: [f32; 4],
}

impl Rows {
    /// `count` rows, from the lowest frequency up, of spectra with bins 0 to `last`, the last of which is half the sample
    /// rate.
    pub(super) fn new(axis: FrequencyAxis, count: usize, last: usize, sample_rate: u32) -> Rows {
        let bins_per_hz = 2.0 * last as f64 / f64::from(sample_rate);
        let places: Vec<f64> = (0..=count)
            .map(|row| axis.hz(row as f64 / count as f64) * bins_per_hz)
            .map(|bin| bin.min(last as f64))
            .collect();
        let between = places.windows(2).map(|pair| pair[0].ceil() as usize..pair[1].floor() as usize + 1);
        Rows { between: between.collect(), edges: places.iter().map(|place| Edge::at(*place, last)).collect() }
    }

    pub(super) fn count(&self) -> usize {
        self.between.len()
    }

    /// Raises each row to what it is in a spectrum, where that is more.
    pub(super) fn raise(&self, rows: &mut [f32], magnitudes: &[f32]) {
        let mut lower = self.edges[0].value(magnitudes);
        for ((row, edge), between) in rows.iter_mut().zip(&self.edges[1..]).zip(&self.between) {
            let upper = edge.value(magnitudes);
            let most = magnitudes[between.clone()].iter().copied().fold(lower.max(upper), f32::max);
            *row = row.max(most);
            lower = upper;
        }
    }
}

impl Edge {
    /// Cubic interpolation through the four bins around a place (E. Catmull, R. Rom, "A class of local interpolating
    /// splines", 1974). Beyond the ends the spectrum of a real signal is its own mirror image.
    fn at(place: f64, last: usize) -> Edge {
        let bin = place.floor();
        let t = (place - bin) as f32;
        let bins = [-1, 0, 1, 2].map(|offset| {
            let bin = (bin as i64 + offset).unsigned_abs() as usize;
            if bin > last { 2 * last - bin } else { bin }
        });
        let weights = [
            ((2.0 - t) * t - 1.0) * t / 2.0,
            ((3.0 * t - 5.0) * t * t + 2.0) / 2.0,
            ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0,
            (t - 1.0) * t * t / 2.0,
        ];
        Edge { bins, weights }
    }

    fn value(&self, magnitudes: &[f32]) -> f32 {
        self.bins.iter().zip(self.weights).map(|(bin, weight)| magnitudes[*bin] * weight).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::FrequencyScale;
    use super::*;

    fn rows(scale: FrequencyScale, count: usize, last: usize) -> Rows {
        Rows::new(FrequencyAxis::new(scale, None, None, 8000).unwrap(), count, last, 8000)
    }

    #[test]
    fn every_bin_is_seen_in_the_row_that_it_lies_in() {
        let (count, last) = (10, 40);
        let rows = rows(FrequencyScale::Linear, count, last);
        for bin in 0..=last {
            let mut spectrum = vec![0.0; last + 1];
            spectrum[bin] = 1.0;
            let mut seen = vec![0.0; count];
            rows.raise(&mut seen, &spectrum);
            let row = (bin / 4).min(count - 1);
            assert_eq!(seen[row], 1.0, "bin {bin}: {seen:?}");
        }
    }

    #[test]
    fn a_flat_spectrum_stays_flat_however_fine_the_rows_are() {
        for scale in [FrequencyScale::Log, FrequencyScale::Mel, FrequencyScale::Linear] {
            for (count, last) in [(500, 8), (3, 1000), (100, 100), (1, 16)] {
                let mut seen = vec![0.0; count];
                rows(scale, count, last).raise(&mut seen, &vec![0.5; last + 1]);
                assert!(seen.iter().all(|value| (value - 0.5).abs() < 1e-6), "{scale:?} {count} {last}: {seen:?}");
            }
        }
    }
}
