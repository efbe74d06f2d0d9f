/// The most gain beyond what would do without a limiter, dB: with more of it, little but distortion becomes louder.
pub const MAX_DRIVE_DB: f64 = 12.0;

/// What [`crate::chain::Gain`] takes.
const MIN_GAIN_DB: f64 = -120.0;
const MAX_GAIN_DB: f64 = 60.0;
/// As near as that is there, LU.
const CLOSE_LU: f64 = 0.03;
/// So often is measured at most.
const MAX_TAKES: usize = 6;

/// What a recording measures behind a gain and a limiter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Take {
    /// The gain, dB.
    pub gain_db: f64,
    /// Integrated loudness behind the limiter, LUFS.
    pub lufs: f64,
    /// The deepest that the limiter turned down, dB.
    pub reduction_db: f64,
}

/// Finds the gain before a limiter that gives a loudness: as long as the limiter does not act, decibels are loudness units;
/// from there on by secants.
///
/// ```
/// use rae_effects::mastering::{LoudnessSearch, Take};
///
/// // A limiter that takes half of whatever is above 2 dB of gain.
/// let lufs = |gain_db: f64| -20.0 + gain_db - 0.5 * (gain_db - 2.0).max(0.0);
/// let mut search = LoudnessSearch::new(-14.0, 6.0);
/// while let Some(gain_db) = search.next() {
///     search.take(Take { gain_db, lufs: lufs(gain_db), reduction_db: 0.5 * (gain_db - 2.0).max(0.0) });
/// }
/// assert!((lufs(search.best_gain_db()) + 14.0).abs() < 0.1);
/// ```
#[derive(Clone, Debug)]
pub struct LoudnessSearch {
    target: f64,
    first: f64,
    takes: Vec<Take>,
}

impl LoudnessSearch {
    /// Towards a loudness in LUFS, with the gain in dB that would give it without a limiter, as far as is known.
    pub fn new(target_lufs: f64, gain_db: f64) -> LoudnessSearch {
        LoudnessSearch { target: target_lufs, first: gain_db.clamp(MIN_GAIN_DB, MAX_GAIN_DB), takes: Vec::new() }
    }

    /// The gain to measure with next, in dB, −120 to 60; nothing more to find out: `None`.
    pub fn next(&self) -> Option<f64> {
        let Some(last) = self.takes.last() else { return Some(self.first) };
        let missing = self.target - last.lufs;
        if missing.abs() <= CLOSE_LU || self.takes.len() >= MAX_TAKES || !missing.is_finite() {
            return None;
        }
        let wanted =
            (last.gain_db + missing / self.slope()).min(self.first + MAX_DRIVE_DB).clamp(MIN_GAIN_DB, MAX_GAIN_DB);
        let is_new = self.takes.iter().all(|take| (wanted - take.gain_db).abs() > 0.005);
        is_new.then_some(wanted)
    }

    /// Loudness units per decibel of gain, by the last two measurements.
    fn slope(&self) -> f64 {
        let [.., one, two] = self.takes.as_slice() else { return 1.0 };
        let slope = (two.lufs - one.lufs) / (two.gain_db - one.gain_db);
        if slope.is_finite() { slope.clamp(0.1, 1.0) } else { 1.0 }
    }

    /// Hears what was measured.
    pub fn take(&mut self, take: Take) {
        self.takes.push(take);
    }

    /// The gain that came nearest, dB.
    pub fn best_gain_db(&self) -> f64 {
        let near = |take: &&Take| (take.lufs - self.target).abs();
        self.takes.iter().min_by(|a, b| near(a).total_cmp(&near(b))).map_or(self.first, |take| take.gain_db)
    }

    /// How often was measured.
    pub fn takes(&self) -> usize {
        self.takes.len()
    }
}
