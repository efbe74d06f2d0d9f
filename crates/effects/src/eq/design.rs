//! Digital filters with the magnitude of their analogue prototypes, up to the end of the band.
//!
//! On the unit circle the squared magnitude of a second-order polynomial is linear in three numbers: with φ = sin²(ω/2)
//! it is P₀ + P₁φ + P₂φ², and the polynomial of minimum phase follows from them (M. Vicanek, "Matched second order digital
//! filters", 2016). His poles, the prototype's by impulse invariance, are where a search begins for the numbers of numerator
//! and denominator with the least largest error in dB:
//! Levenberg and Marquardt's steps, weighted anew after each by the errors (Lawson). The bilinear transform would squeeze
//! all that lies near half the rate; this stays within a tenth of a decibel for what is narrow.

use std::f64::consts::{PI, TAU};

use rae_dsp::biquad::Biquad;

use super::analogue::Prototype;

/// Up to here (16.5 kHz at 44.1 kHz) the error counts fully, in cycles per frame; above an eighth as much.
const EXACT: f64 = 0.374;
/// The end of what is looked at.
const TOP: f64 = 0.442;
const LENIENCE: f64 = 0.12;
const STEPS: usize = 24;
/// Steps before the weights follow the errors.
const PLAIN_STEPS: usize = 4;
/// Power below which a prototype need not be followed: −80 dB.
const FLOOR: f64 = 1e-8;

/// P₀, P₁, P₂.
type Power = [f64; 3];

/// The filter closest to `prototype` at a sample rate.
pub(super) fn matched(prototype: &Prototype, rate: f64) -> Biquad {
    if prototype.numerator == prototype.denominator {
        return Biquad::IDENTITY;
    }
    let mut search = Search::new(prototype, rate);
    search.run();
    filter(search.best.numerator, search.best.denominator)
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    numerator: Power,
    denominator: Power,
}

/// One frequency that is looked at.
#[derive(Clone, Copy, Debug)]
struct Point {
    phi: Power,
    /// The prototype's log power.
    target: f64,
    leniency: f64,
    weight: f64,
}

struct Search {
    points: Vec<Point>,
    /// Directions in which the numerator may move.
    directions: Vec<Power>,
    present: Candidate,
    best: Candidate,
    least: f64,
}

/// Parameters at most: two of the numerator, two of the denominator.
const MOST: usize = 4;

impl Search {
    fn new(prototype: &Prototype, rate: f64) -> Search {
        let centre = TAU * prototype.hz / rate;
        let denominator = power_of(digital(prototype.denominator, centre));
        let points = points(prototype, rate);
        let (numerator, directions) = numerator(prototype, centre, denominator, &points);
        let present = Candidate { numerator, denominator };
        let mut search = Search { points, directions, present, best: present, least: f64::INFINITY };
        search.least = search.largest(&present);
        search
    }

    fn run(&mut self) {
        let mut damping = 1e-3;
        for step in 0..STEPS {
            if step >= PLAIN_STEPS {
                self.reweight();
            }
            let Some(next) = self.step(&mut damping) else { continue };
            self.present = next;
            let largest = self.largest(&next);
            if largest < self.least {
                (self.best, self.least) = (next, largest);
            }
        }
    }

    /// A better candidate nearby, if there is one.
    fn step(&self, damping: &mut f64) -> Option<Candidate> {
        let count = self.directions.len() + 2;
        let mut normal = [[0.0; MOST]; MOST];
        let mut gradient = [0.0; MOST];
        for point in &self.points {
            let row = self.slopes(point);
            let error = error(&self.present, point);
            for i in 0..count {
                gradient[i] += point.weight * row[i] * error;
                for j in 0..count {
                    normal[i][j] += point.weight * row[i] * row[j];
                }
            }
        }
        let scale: [f64; MOST] = std::array::from_fn(|i| normal[i][i].sqrt().max(f64::MIN_POSITIVE));
        let now = self.cost(&self.present);
        for _ in 0..8 {
            let mut matrix = [[0.0; MOST]; MOST];
            let mut right = [0.0; MOST];
            for i in 0..count {
                right[i] = -gradient[i] / scale[i];
                for j in 0..count {
                    matrix[i][j] = normal[i][j] / (scale[i] * scale[j]) + if i == j { *damping } else { 0.0 };
                }
            }
            if let Some(solution) = solve(matrix, right, count) {
                let moved = self.moved(&std::array::from_fn(|i| solution[i] / scale[i]));
                if self.is_filter(&moved) && self.cost(&moved) < now {
                    *damping = (*damping / 8.0).max(1e-9);
                    return Some(moved);
                }
            }
            *damping *= 6.0;
        }
        None
    }

    /// How the log power at a point changes with each parameter.
    fn slopes(&self, point: &Point) -> [f64; MOST] {
        let (numerator, denominator) =
            (dot(&self.present.numerator, &point.phi), dot(&self.present.denominator, &point.phi));
        let mut slopes = [0.0; MOST];
        for (slope, direction) in slopes.iter_mut().zip(&self.directions) {
            *slope = dot(direction, &point.phi) / numerator;
        }
        let at = self.directions.len();
        slopes[at] = -point.phi[1] / denominator;
        slopes[at + 1] = -point.phi[2] / denominator;
        slopes
    }

    fn moved(&self, by: &[f64; MOST]) -> Candidate {
        let mut moved = self.present;
        for (direction, by) in self.directions.iter().zip(by) {
            moved.numerator.iter_mut().zip(direction).for_each(|(value, part)| *value += by * part);
        }
        let at = self.directions.len();
        moved.denominator[1] += by[at];
        moved.denominator[2] += by[at + 1];
        moved
    }

    fn is_filter(&self, candidate: &Candidate) -> bool {
        let positive = |point: &Point| {
            dot(&candidate.numerator, &point.phi) > 0.0 && dot(&candidate.denominator, &point.phi) > 0.0
        };
        sum(&candidate.denominator) > 0.0 && sum(&candidate.numerator) >= 0.0 && self.points.iter().all(positive)
    }

    fn cost(&self, candidate: &Candidate) -> f64 {
        self.points.iter().map(|point| point.weight * error(candidate, point).powi(2)).sum()
    }

    fn largest(&self, candidate: &Candidate) -> f64 {
        self.points.iter().map(|point| error(candidate, point).abs() * point.leniency).fold(0.0, f64::max)
    }

    /// Lawson's step from the least squares towards the least maximum.
    fn reweight(&mut self) {
        let present = self.present;
        let largest = self.largest(&present).max(f64::MIN_POSITIVE);
        let mut sum = 0.0;
        for point in &mut self.points {
            point.weight *= error(&present, point).abs() * point.leniency / largest + 0.02;
            sum += point.weight;
        }
        let mean = sum / self.points.len() as f64;
        self.points.iter_mut().for_each(|point| point.weight /= mean);
    }
}

/// The frequencies at which filter and prototype are compared.
fn points(prototype: &Prototype, rate: f64) -> Vec<Point> {
    let (centre, top) = (prototype.hz / rate, TOP);
    let least = (centre / 20.0).min(top / 20.0);
    let geometric = (0..60).map(|n| least * (top / least).powf(f64::from(n) / 59.0));
    let even = (0..30).map(|n| top * (0.3 + 0.7 * f64::from(n) / 29.0));
    let around = [prototype.numerator, prototype.denominator].into_iter().flat_map(|roots| around(roots, centre));
    let floor = if prototype.numerator[1] == 0.0 && prototype.numerator[2] != 0.0 && prototype.numerator[0] != 0.0 {
        // Near a notch what matters is where it lies, which is exact anyway.
        1e-4
    } else {
        FLOOR
    };
    let cycles = geometric.chain(even).chain(around).filter(|&cycles| cycles < 0.49);
    let point = |cycles: f64| {
        let power = prototype.power(cycles * rate);
        let exact = cycles <= EXACT;
        let (leniency, weight) = if exact { (1.0, 1.0) } else { (LENIENCE, 0.03) };
        (power > floor).then(|| Point { phi: phi(TAU * cycles), target: power.ln(), leniency, weight })
    };
    cycles.filter_map(point).collect()
}

/// Frequencies around those of a pair of roots, as far apart as the pair is broad.
fn around([c2, c1, c0]: [f64; 3], centre: f64) -> impl Iterator<Item = f64> {
    let pair = (c2 != 0.0 && c0 != 0.0).then(|| ((c0 / c2).sqrt() * centre, (c1 / (c0 * c2).sqrt()).clamp(0.01, 1.0)));
    let steps = [-2.0, -1.4, -0.9, -0.5, -0.25, 0.0, 0.25, 0.5, 0.9, 1.4, 2.0f64];
    pair.into_iter().flat_map(move |(at, width)| steps.map(|step| at * (step * width / 2.0).exp()))
}

/// Where the numerator begins, and the directions in which it may move from there.
fn numerator(prototype: &Prototype, centre: f64, denominator: Power, points: &[Point]) -> (Power, Vec<Power>) {
    const FREE: [Power; 2] = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    match prototype.numerator {
        [_, 0.0, 0.0] => {
            let double_zero = [0.0, 0.0, 1.0];
            let start = least_squares(&[double_zero], [0.0; 3], denominator, points);
            (start, vec![double_zero])
        }
        [n2, 0.0, n0] if n2 != 0.0 => {
            let unit = power_of([1.0, -2.0 * centre.cos(), 1.0]);
            let scale = (n0 / prototype.denominator[2]).powi(2) * denominator[0] / unit[0];
            (unit.map(|value| value * scale), Vec::new())
        }
        [n2, n1, n0] => {
            let at_zero = [(n0 / prototype.denominator[2]).powi(2) * denominator[0], 0.0, 0.0];
            let fitted = least_squares(&FREE, at_zero, denominator, points);
            if sum(&fitted) >= 0.0 && points.iter().all(|point| dot(&fitted, &point.phi) > 0.0) {
                return (fitted, FREE.to_vec());
            }
            let matched = power_of(digital([n2, n1, n0], centre));
            (matched.map(|value| value * at_zero[0] / matched[0]), FREE.to_vec())
        }
    }
}

/// `fixed` plus the directions' multiples that come closest to the target, relative to it.
fn least_squares(directions: &[Power], fixed: Power, denominator: Power, points: &[Point]) -> Power {
    let count = directions.len();
    let (mut matrix, mut right) = ([[0.0; MOST]; MOST], [0.0; MOST]);
    for point in points {
        let wanted = point.target.exp() * dot(&denominator, &point.phi);
        let row: Vec<f64> = directions.iter().map(|direction| dot(direction, &point.phi) / wanted).collect();
        let rest = 1.0 - dot(&fixed, &point.phi) / wanted;
        for i in 0..count {
            right[i] += row[i] * rest;
            for j in 0..count {
                matrix[i][j] += row[i] * row[j];
            }
        }
    }
    let mut sum = fixed;
    for (direction, by) in directions.iter().zip(solve(matrix, right, count).unwrap_or_default()) {
        sum.iter_mut().zip(direction).for_each(|(value, part)| *value += by * part);
    }
    sum
}

/// What a candidate's log power is too much.
fn error(candidate: &Candidate, point: &Point) -> f64 {
    (dot(&candidate.numerator, &point.phi) / dot(&candidate.denominator, &point.phi)).ln() - point.target
}

fn dot(a: &Power, b: &Power) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The power at half the sample rate.
fn sum(power: &Power) -> f64 {
    power.iter().sum()
}

/// 1, φ, φ² of an angular frequency.
fn phi(omega: f64) -> Power {
    let phi = (omega / 2.0).sin().powi(2);
    [1.0, phi, phi * phi]
}

/// The monic polynomial in z⁻¹ whose roots are e^root of an analogue one's roots, times `centre` radians per frame.
fn digital([c2, c1, c0]: [f64; 3], centre: f64) -> [f64; 3] {
    if c2 == 0.0 {
        return if c1 == 0.0 { [1.0, 0.0, 0.0] } else { [1.0, -(-centre * c0 / c1).exp(), 0.0] };
    }
    let (damping, square) = (c1 / (2.0 * c2), c0 / c2);
    let radius = (-damping * centre).exp();
    let discriminant = square - damping * damping;
    let middle = if discriminant >= 0.0 {
        (centre * discriminant.sqrt()).min(PI).cos()
    } else {
        (centre * (-discriminant).sqrt()).cosh()
    };
    [1.0, -2.0 * radius * middle, radius * radius]
}

fn power_of([c0, c1, c2]: [f64; 3]) -> Power {
    [(c0 + c1 + c2).powi(2), -4.0 * (c1 * (c0 + c2) + 4.0 * c0 * c2), 16.0 * c0 * c2]
}

/// The polynomial of minimum phase.
fn polynomial(power: Power) -> [f64; 3] {
    let (low, high) = (power[0].max(0.0).sqrt(), sum(&power).max(0.0).sqrt());
    let half = (low + high) / 2.0;
    let c0 = (half + (half * half - power[2] / 4.0).max(0.0).sqrt()) / 2.0;
    [c0, (low - high) / 2.0, power[2] / (16.0 * c0)]
}

fn filter(numerator: Power, denominator: Power) -> Biquad {
    let [a0, a1, a2] = polynomial(denominator);
    Biquad { b: polynomial(numerator).map(|b| b / a0), a: [a1 / a0, a2 / a0] }
}

/// Gauss's elimination of the first `count` unknowns.
fn solve(mut matrix: [[f64; MOST]; MOST], mut right: [f64; MOST], count: usize) -> Option<[f64; MOST]> {
    for column in 0..count {
        let pivot = (column..count).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        if matrix[column][column] == 0.0 || !matrix[column][column].is_finite() {
            return None;
        }
        for row in column + 1..count {
            let above = matrix[column];
            let factor = matrix[row][column] / above[column];
            matrix[row].iter_mut().zip(above).for_each(|(value, above)| *value -= factor * above);
            right[row] -= factor * right[column];
        }
    }
    let mut solution = [0.0; MOST];
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|k| matrix[row][k] * solution[k]).sum();
        solution[row] = (right[row] - known) / matrix[row][row];
    }
    Some(solution)
}
