//! What a render made, and how.

use serde::{Deserialize, Serialize};

/// What a render made, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Seconds of audio: frames ÷ rate.
    pub duration: f64,
    /// Frames handed on.
    pub frames: u64,
    /// Frames per second.
    pub sample_rate: u32,
    /// Always 2.
    pub channels: u16,
    /// Level of the highest sample, dBFS; `None` for silence.
    pub peak_dbfs: Option<f64>,
    /// Gain that was applied, dB; normalisation included.
    pub gain_db: f64,
    /// The most that the safety limiter took away, dB; 0 if it was not needed.
    pub limiter_reduction_db: f64,
    /// Notes played.
    pub notes: u64,
    /// The most voices that sounded at once.
    pub voices_peak: u64,
    /// What did the work.
    pub device: String,
    /// Threads that did it.
    pub threads: usize,
    /// Path of the SoundFont, or `builtin`; of several, all with their offsets.
    pub soundfont: String,
    /// Format of the file and its choices, such as `FLAC, 16 bit, level 5`; `None` where no file was written.
    pub encoding: Option<String>,
    /// Size of the file; `None` where none was written.
    pub bytes: Option<u64>,
    /// Seconds that the render took.
    pub wall_seconds: f64,
    /// `duration` ÷ `wall_seconds`.
    pub times_real_time: f64,
    /// What was odd in the song or the render, and what was done about it; the SoundFont's own are in
    /// [`SoundFontReport`].
    pub warnings: Vec<String>,
}

impl Report {
    /// Puts what was odd before the render, such as the warnings of [`read_midi`](crate::read_midi), before its own;
    /// a long list is cut.
    pub fn add_earlier_warnings<T: ToString>(&mut self, warnings: &[T]) {
        self.warnings.splice(..0, bounded(warnings, warnings.len()));
    }
}

/// Which SoundFont is played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SoundFontReport {
    /// Path, or `builtin`; of several, all with their offsets.
    pub source: String,
    /// Its own name.
    pub name: String,
    /// What was odd in it, and what was done about it.
    pub warnings: Vec<String>,
}

/// How many warnings of each kind are shown.
const SHOWN: usize = 50;

/// As many warnings as a [`Report`] shows, and how many more there are: `count` is the number of all.
pub fn bounded<T: ToString>(warnings: &[T], count: usize) -> Vec<String> {
    let mut texts: Vec<String> = warnings.iter().take(SHOWN).map(ToString::to_string).collect();
    if count > texts.len() {
        texts.push(format!("and {} more warnings", count - texts.len()));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_of_warnings_are_cut() {
        assert_eq!(bounded(&["a", "b"], 2), ["a", "b"]);
        let many = bounded(&vec!["x"; 60], 1000);
        assert_eq!((many.len(), many[50].as_str()), (51, "and 950 more warnings"));
    }
}
