//! How the pitch of a single tone moves: its contour, and the vibrato in it.
//!
//! The key is known, so one partial is followed with a window moved along it: the phase that it turns from one place to the
//! next is its frequency. A wave of constant rate fitted to the contour is the vibrato.

use std::f64::consts::TAU;

/// Seconds between places, and the least length of the window; it spans at least so many periods, so that the
/// neighbouring partials fall on its zeros or beyond.
const HOP: f64 = 0.008;
const WINDOW: f64 = 0.05;
const PERIODS: f64 = 4.0;

/// Where the partial that is followed is looked for, hertz; the first one is taken if all are higher.
const LOWEST: f64 = 280.0;
const HIGHEST: f64 = 1_300.0;

/// Quieter places than the loudest by this, as a ratio of amplitudes, do not count, nor do pitches further away, cents.
const AUDIBLE: f64 = 0.1;
const FARTHEST: f64 = 110.0;

/// Fewest places of a contour: 0.15 s.
const LEAST: usize = 19;

/// Rates of vibrato, hertz, how finely they are tried, the least extent and the least share of the contour's variance.
const RATES: (f64, f64) = (3.5, 9.0);
const RATE_STEP: f64 = 0.05;
const LEAST_EXTENT: f64 = 6.0;
const LEAST_SHARE: f64 = 0.6;

/// Least length of a tone with vibrato, periods.
const LEAST_PERIODS: f64 = 2.2;

/// A regular movement of pitch.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Vibrato {
    /// How often a second, hertz.
    pub rate_hz: f64,
    /// How far up and down from the middle, cents.
    pub extent_cents: f64,
}

/// The pitch of a tone over time.
pub(crate) struct Contour {
    /// Seconds from the first place, and cents above the nominal frequency.
    points: Vec<(f64, f64)>,
    window: f64,
}

impl Contour {
    /// Of a tone of about `nominal` hertz in `audio`, which is all of it, at `rate` hertz. `None` where too little is heard.
    pub(crate) fn of(audio: &[f32], rate: f64, nominal: f64) -> Option<Contour> {
        let window = WINDOW.max(PERIODS / nominal);
        let partials = 1..=((HIGHEST / nominal) as u32).max(1);
        let usable = |partial: &u32| f64::from(*partial) * nominal < 0.42 * rate;
        let in_range =
            |partial: &u32| f64::from(*partial) * nominal >= LOWEST.min(nominal * f64::from(*partials.end()));
        let middle = audio.len() as f64 / (2.0 * rate) - 0.5 * window;
        let loudness = |partial: u32| Probe::new(rate, nominal * f64::from(partial), window).at(audio, middle).norm();
        let partial = partials
            .clone()
            .filter(|partial| usable(partial) && in_range(partial))
            .max_by(|&a, &b| loudness(a).total_cmp(&loudness(b)))?;
        let centre = nominal * f64::from(partial);
        let probe = Probe::new(rate, centre, window);
        let count = ((audio.len() as f64 / rate - window) / HOP).floor().max(0.0) as usize;
        let places: Vec<Phasor> = (0..count).map(|place| probe.at(audio, HOP * place as f64)).collect();
        let loudest = places.iter().map(|place| place.norm()).fold(0.0, f64::max);
        let point = |(place, pair): (usize, &[Phasor])| {
            let turned = pair[1].angle_from(pair[0], TAU * centre * HOP);
            let cents = 1200.0 * (1.0 + turned / (TAU * HOP * centre)).log2();
            let heard = pair.iter().all(|place| place.norm() > AUDIBLE * loudest);
            (heard && cents.abs() < FARTHEST).then_some((HOP * (place as f64 + 0.5), cents))
        };
        let points: Vec<(f64, f64)> = places.windows(2).enumerate().filter_map(point).collect();
        (points.len() >= LEAST && 2 * points.len() > count).then_some(Contour { points, window })
    }

    /// Cents above the nominal frequency around which the pitch moves, and its vibrato if it has one.
    pub(crate) fn measure(&self) -> (f64, Option<Vibrato>) {
        let plain = self.fit(None);
        let Some(plain) = plain else { return (self.mean(), None) };
        let span = self.points[self.points.len() - 1].0 - self.points[0].0;
        let steps = ((RATES.1 - RATES.0) / RATE_STEP) as usize;
        let rates = (0..=steps).map(|step| RATES.0 + RATE_STEP * step as f64);
        let fits =
            rates.filter(|rate| rate * span >= LEAST_PERIODS).filter_map(|rate| Some((rate, self.fit(Some(rate))?)));
        let best = fits.min_by(|a, b| a.1.residual.total_cmp(&b.1.residual));
        let Some((rate, wave)) = best else { return (plain.middle, None) };
        let extent = wave.extent / self.seen(rate);
        let regular = wave.residual < (1.0 - LEAST_SHARE) * plain.residual && extent >= LEAST_EXTENT;
        let at_an_end = rate <= RATES.0 || rate >= RATES.1 - 0.5 * RATE_STEP;
        if regular && !at_an_end {
            (wave.middle, Some(Vibrato { rate_hz: rate, extent_cents: extent }))
        } else {
            (plain.middle, None)
        }
    }

    fn mean(&self) -> f64 {
        self.points.iter().map(|point| point.1).sum::<f64>() / self.points.len() as f64
    }

    /// The share of a movement that is seen through the window: the spectrum of Hann's, times that of a difference over a hop.
    fn seen(&self, rate: f64) -> f64 {
        let turns = rate * self.window;
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
        sinc(turns) / (1.0 - turns * turns) * sinc(rate * HOP)
    }

    /// Least squares: a line, and a wave of this rate.
    fn fit(&self, rate: Option<f64>) -> Option<Wave> {
        let centre = 0.5 * (self.points[0].0 + self.points[self.points.len() - 1].0);
        let row = |time: f64| {
            let turn = TAU * rate.unwrap_or(0.0) * (time - centre);
            [
                1.0,
                time - centre,
                if rate.is_some() { turn.cos() } else { 0.0 },
                if rate.is_some() { turn.sin() } else { 0.0 },
            ]
        };
        let size = if rate.is_some() { 4 } else { 2 };
        let mut normal = [[0.0; 5]; 4];
        for &(time, cents) in &self.points {
            let row = row(time);
            for (a, line) in normal.iter_mut().enumerate() {
                row.iter().zip(line.iter_mut()).for_each(|(b, sum)| *sum += row[a] * b);
                line[4] += row[a] * cents;
            }
        }
        let solved = solve(&mut normal, size)?;
        let error = |&(time, cents): &(f64, f64)| {
            let said: f64 = row(time).iter().zip(solved).map(|(x, weight)| x * weight).sum();
            (cents - said).powi(2)
        };
        let residual = self.points.iter().map(error).sum();
        Some(Wave { middle: solved[0], extent: solved[2].hypot(solved[3]), residual })
    }
}

struct Wave {
    middle: f64,
    extent: f64,
    residual: f64,
}

/// Solves the first `size` of linear equations, right sides last, by elimination with pivots.
fn solve(rows: &mut [[f64; 5]; 4], size: usize) -> Option<[f64; 4]> {
    for column in 0..size {
        let pivot = (column..size).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))?;
        rows.swap(column, pivot);
        if rows[column][column].abs() < 1e-9 {
            return None;
        }
        let lead = rows[column];
        for other in (0..size).filter(|&other| other != column) {
            let factor = rows[other][column] / lead[column];
            rows[other].iter_mut().zip(lead).for_each(|(value, lead)| *value -= factor * lead);
        }
    }
    let value = |column: usize| if column < size { rows[column][4] / rows[column][column] } else { 0.0 };
    Some(std::array::from_fn(value))
}

/// Amplitude and phase of one frequency.
#[derive(Clone, Copy)]
struct Phasor {
    re: f64,
    im: f64,
}

impl Phasor {
    fn norm(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// By how much its angle is ahead of `before`'s turned by `expected`, −π to π.
    fn angle_from(self, before: Phasor, expected: f64) -> f64 {
        let (re, im) = (self.re * before.re + self.im * before.im, self.im * before.re - self.re * before.im);
        let (sin, cos) = expected.sin_cos();
        (im * cos - re * sin).atan2(re * cos + im * sin)
    }
}

/// Looks at one frequency through Hann's window.
struct Probe {
    rate: f64,
    /// Window times cosine and sine.
    taps: Vec<(f32, f32)>,
}

impl Probe {
    fn new(rate: f64, frequency: f64, window: f64) -> Probe {
        let length = (window * rate).round().max(2.0) as usize;
        let tap = |n: usize| {
            let weight = 0.5 - 0.5 * (TAU * (n as f64 + 0.5) / length as f64).cos();
            let (sin, cos) = (TAU * frequency * n as f64 / rate).sin_cos();
            ((weight * cos) as f32, (-weight * sin) as f32)
        };
        Probe { rate, taps: (0..length).map(tap).collect() }
    }

    /// From so many seconds on. The phase is that at the window's first sample.
    fn at(&self, audio: &[f32], seconds: f64) -> Phasor {
        let start = (seconds * self.rate).round().max(0.0) as usize;
        let piece = audio.get(start..).unwrap_or_default();
        let mut sum = Phasor { re: 0.0, im: 0.0 };
        for (sample, (cos, sin)) in piece.iter().zip(&self.taps) {
            sum.re += f64::from(sample * cos);
            sum.im += f64::from(sample * sin);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone of six partials whose pitch swings.
    fn tone(rate: f64, nominal: f64, cents: f64, vibrato: (f64, f64), seconds: f64) -> Vec<f32> {
        let mut phase = 0.0;
        let sample = |n: usize| {
            let time = n as f64 / rate;
            let swing = cents + vibrato.1 * (TAU * vibrato.0 * time + 0.7).sin();
            phase += TAU * nominal * (swing / 1200.0).exp2() / rate;
            let partial = |k: u32| (f64::from(k) * phase).sin() / f64::from(k);
            let heard = (1..=6).filter(|&k| f64::from(k) * nominal < 0.45 * rate);
            (0.2 * heard.map(partial).sum::<f64>()) as f32
        };
        (0..(seconds * rate) as usize).map(sample).collect()
    }

    #[test]
    fn vibrato_is_measured_where_there_is_one() {
        for nominal in [65.4, 130.8, 261.6, 440.0, 783.9] {
            for (cents, rate, extent) in [(0.0, 5.5, 30.0), (14.0, 6.5, 15.0), (-20.0, 4.5, 50.0)] {
                let audio = tone(4_000.0, nominal, cents, (rate, extent), 0.9);
                let (middle, vibrato) = Contour::of(&audio, 4_000.0, nominal).unwrap().measure();
                let vibrato = vibrato.unwrap_or_else(|| panic!("none at {nominal} Hz of {rate} Hz"));
                assert!((middle - cents).abs() < 2.0, "{nominal} Hz: {middle}, not {cents} cents");
                assert!((vibrato.rate_hz - rate).abs() < 0.2, "{nominal} Hz: {vibrato:?}, not {rate} Hz");
                assert!(
                    (vibrato.extent_cents / extent - 1.0).abs() < 0.1,
                    "{nominal} Hz: {vibrato:?}, not {extent} cents"
                );
            }
        }
    }

    #[test]
    fn a_still_tone_and_noise_have_none() {
        let (middle, vibrato) =
            Contour::of(&tone(4_000.0, 330.0, 7.0, (5.0, 0.0), 0.6), 4_000.0, 330.0).unwrap().measure();
        assert!((middle - 7.0).abs() < 0.5 && vibrato.is_none(), "{middle} {vibrato:?}");
        let noise: Vec<f32> =
            (0..2400u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0 - 0.5).collect();
        assert!(Contour::of(&noise, 4_000.0, 330.0).is_none_or(|contour| contour.measure().1.is_none()));
        assert!(Contour::of(&noise[..300], 4_000.0, 330.0).is_none());
    }
}
