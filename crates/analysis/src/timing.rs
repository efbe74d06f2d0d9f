//! How the player's time runs against the score's: robust local lines.
//!
//! Weights: tricube over distance (Cleveland 1979, doi:10.1080/01621459.1979.10481038) times Tukey's biweight over
//! residuals (Mosteller and Tukey 1977), whose scale is the median absolute deviation.

/// A point of the tempo map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Anchor {
    /// Score time, seconds.
    pub(crate) score: f64,
    /// Recording time, seconds.
    pub(crate) played: f64,
    /// How much it counts.
    pub(crate) weight: f64,
}

/// How a line is fitted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    /// Half the width of the window at first, seconds of the score.
    half: f64,
    /// Points that the window must hold, or it grows.
    least: usize,
    growth: f64,
    widest: f64,
    /// Weight of points at the window's edge.
    edge: f64,
    /// Least scale of residuals, seconds.
    least_scale: f64,
    /// Residuals beyond so many scales do not count.
    cutoff: f64,
    slopes: (f64, f64),
    rounds: usize,
}

/// The line from which timing deviations count; part of their definition.
pub(crate) const DEVIATION: Fit = Fit {
    half: 3.0,
    least: 5,
    growth: 1.5,
    widest: 60.0,
    edge: 1e-6,
    least_scale: 0.01,
    cutoff: 4.685,
    slopes: (0.25, 4.0),
    rounds: 4,
};

/// The line that says where notes are looked for.
pub(crate) const PREDICTION: Fit = Fit {
    half: 2.5,
    least: 6,
    growth: 1.4,
    widest: 80.0,
    edge: 1e-4,
    least_scale: 0.012,
    cutoff: 5.0,
    slopes: (0.3, 3.5),
    rounds: 5,
};

/// Onsets of the score count in so many steps a second; where more notes were played than anybody plays, in larger ones.
const STEPS: f64 = 1e4;
const COARSE_STEPS: f64 = 1e2;
const MANY: usize = 20_000;

/// Consistency of the median absolute deviation with the standard deviation of a normal distribution.
pub(crate) const MAD: f64 = 1.4826;

/// A line through the neighbourhood of a score time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    /// Recording time there, seconds.
    pub(crate) played: f64,
    /// Seconds of the recording per second of the score.
    pub(crate) slope: f64,
}

impl Fit {
    /// The line at `score` through anchors, of which there is at least one, sorted by score time.
    pub(crate) fn line(&self, anchors: &[Anchor], score: f64) -> Line {
        let near = self.window(anchors, score);
        let half = near.half;
        let points: Vec<(f64, f64, f64)> = near
            .anchors
            .iter()
            .map(|anchor| {
                let x = anchor.score - score;
                let tricube = (1.0 - (x.abs() / half).powi(3)).max(0.0).powi(3);
                (x, anchor.played, anchor.weight * (tricube + self.edge))
            })
            .collect();
        let mut line = Line { played: median(points.iter().map(|(x, y, _)| y - x).collect()), slope: 1.0 };
        for round in 0..self.rounds {
            let residual = |x: f64, y: f64| y - line.played - line.slope * x;
            let scale =
                (MAD * median(points.iter().map(|&(x, y, _)| residual(x, y).abs()).collect())).max(self.least_scale);
            let weighted: Vec<_> = points
                .iter()
                .map(|&(x, y, weight)| {
                    let far = residual(x, y) / (self.cutoff * scale);
                    let biweight = if round == 0 { 1.0 } else { (1.0 - far * far).max(0.0).powi(2) + 1e-9 };
                    (x, y, weight * biweight)
                })
                .collect();
            line = self.least_squares(&weighted, line.slope);
        }
        line
    }

    fn least_squares(&self, points: &[(f64, f64, f64)], slope_before: f64) -> Line {
        let sum = |of: &dyn Fn(f64, f64) -> f64| points.iter().map(|&(x, y, w)| w * of(x, y)).sum::<f64>();
        let weight = sum(&|_, _| 1.0);
        let (x_mean, y_mean) = (sum(&|x, _| x) / weight, sum(&|_, y| y) / weight);
        let spread = sum(&|x, _| (x - x_mean).powi(2));
        let slope = if spread > 1e-9 { sum(&|x, y| (x - x_mean) * (y - y_mean)) / spread } else { slope_before };
        let slope = slope.clamp(self.slopes.0, self.slopes.1);
        Line { played: y_mean - slope * x_mean, slope }
    }

    fn window<'a>(&self, anchors: &'a [Anchor], score: f64) -> Window<'a> {
        let mut half = self.half;
        loop {
            let first = anchors.partition_point(|anchor| anchor.score - score <= -half);
            let end = anchors.partition_point(|anchor| anchor.score - score < half);
            if end - first >= self.least.min(anchors.len()) {
                return Window { anchors: &anchors[first..end], half };
            }
            if half > self.widest && first < end {
                return Window { anchors: &anchors[first..end], half };
            }
            half *= self.growth;
        }
    }
}

struct Window<'a> {
    anchors: &'a [Anchor],
    half: f64,
}

/// How far each played note is from the local line, seconds; positive is late. `notes` are score and recording times in
/// order of the score; chords count once. Of `breaks` (recording times of restarts, ascending) each side has its own line, and where
/// fewer than three notes were played, none.
pub(crate) fn deviations(notes: &[(f64, f64)], breaks: &[f64]) -> Vec<f64> {
    let mut deviations = vec![0.0; notes.len()];
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); breaks.len() + 1];
    for (index, &(_, played)) in notes.iter().enumerate() {
        parts[part_of(played, breaks)].push(index);
    }
    for members in parts.into_iter().filter(|members| members.len() >= 3) {
        let steps = if members.len() > MANY { COARSE_STEPS } else { STEPS };
        let anchors = chords(&members.iter().map(|&i| notes[i]).collect::<Vec<_>>(), steps);
        let mut known: Option<(f64, f64)> = None;
        for &i in &members {
            let score = (notes[i].0 * steps).round() / steps;
            let (_, line) = match known {
                Some(known) if known.0 == score => known,
                _ => (score, DEVIATION.line(&anchors, score).played),
            };
            known = Some((score, line));
            deviations[i] = notes[i].1 - line;
        }
    }
    deviations
}

/// How many of the ascending `breaks` lie before a time.
pub(crate) fn part_of(time: f64, breaks: &[f64]) -> usize {
    breaks.partition_point(|&at| at < time)
}

/// One anchor for the notes of one onset, rounded to so many steps a second: their median.
fn chords(notes: &[(f64, f64)], steps: f64) -> Vec<Anchor> {
    let mut anchors: Vec<Anchor> = Vec::new();
    let rounded = |score: f64| (score * steps).round() / steps;
    for chord in notes.chunk_by(|a, b| rounded(a.0) == rounded(b.0)) {
        let played = median(chord.iter().map(|note| note.1).collect());
        anchors.push(Anchor { score: rounded(chord[0].0), played, weight: 1.0 });
    }
    anchors
}

/// The median; 0 of nothing.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let even = values.len().is_multiple_of(2);
    let middle = values.len() / 2;
    let (lower, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let below = lower.iter().copied().max_by(f64::total_cmp).filter(|_| even);
    below.map_or(upper, |below| 0.5 * (below + upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds that the definition's own program (Python, in double precision) has for notes at s = 0.5 n + 0.1 (n mod
    /// 3), played at 1 + 1.05 s + 0.05 sin 3n, and 120 ms later still where n mod 7 = 2: with one line, and from the
    /// fifteenth note to the twenty-fourth with a break at 10.5 s.
    const ONE_LINE: [f64; 40] = [
        -0.9466, -4.4990, 88.5792, 2.6438, -42.8278, 17.3455, -51.3962, 34.0280, -51.5449, 157.7615, -60.6432, 37.1665,
        -62.6269, 34.7843, -62.1447, 24.7129, 61.3801, 6.1362, -51.6036, 9.3202, -28.9640, -2.2341, -7.1420, 107.8952,
        2.1636, -32.3907, 14.7134, -43.9813, 30.0222, -47.4737, 157.4138, -59.0585, 35.4215, -63.0299, 36.4444,
        -65.2726, 27.8109, 56.8449, 22.6619, -45.2711,
    ];
    const BROKEN: [f64; 10] =
        [-62.5047, 23.9620, 61.2833, 16.0336, -39.4323, 11.0157, -21.9665, 3.9432, -4.6349, 109.3588];

    fn notes() -> Vec<(f64, f64)> {
        let note = |n: u32| {
            let score = 0.5 * f64::from(n) + 0.1 * f64::from(n % 3);
            let late = if n % 7 == 2 { 0.12 } else { 0.0 };
            (score, 1.0 + 1.05 * score + 0.05 * f64::from(3 * n).sin() + late)
        };
        (0..40).map(note).collect()
    }

    #[test]
    fn deviations_are_those_of_the_definition() {
        for (index, (deviation, wanted)) in deviations(&notes(), &[]).iter().zip(ONE_LINE).enumerate() {
            assert!((1e3 * deviation - wanted).abs() < 1e-3, "note {index}: {deviation}, not {wanted} ms");
        }
        for (index, (deviation, wanted)) in deviations(&notes(), &[10.5])[14..24].iter().zip(BROKEN).enumerate() {
            assert!((1e3 * deviation - wanted).abs() < 1e-3, "note {}: {deviation}, not {wanted} ms", index + 14);
        }
    }

    #[test]
    fn two_notes_have_no_line_and_chords_count_once() {
        assert_eq!(deviations(&[(0.0, 1.0), (1.0, 9.0)], &[]), [0.0, 0.0]);
        let single: Vec<(f64, f64)> = notes();
        let chords: Vec<(f64, f64)> = single.iter().flat_map(|&note| [note; 3]).collect();
        let (one, three) = (deviations(&single, &[]), deviations(&chords, &[]));
        assert!(one.iter().enumerate().all(|(n, d)| three[3 * n..3 * n + 3].iter().all(|other| other == d)));
    }
}
