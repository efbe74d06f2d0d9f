//! A player who is followed.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use numpy::PyReadonlyArray2;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_audio_engine::analysis::{FollowedNote, Status};
use rust_audio_engine::{follow_performance, read_midi};

use crate::{errors, options};

/// Seconds of the recording and of the score, bar, beat, tempo, confidence, whether anybody plays.
type Place = (f64, f64, u64, Option<f64>, f64, f64, bool);

/// Verdict and onset.
type Note = (Option<&'static str>, Option<f64>);

/// Follows a player.
#[pyclass(frozen, module = "rust_audio_engine._core")]
pub(crate) struct Follower {
    follower: Mutex<rust_audio_engine::analysis::Follower>,
}

impl Follower {
    fn lock(&self) -> MutexGuard<'_, rust_audio_engine::analysis::Follower> {
        self.follower.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Follower {
    #[new]
    fn new(py: Python<'_>, expected: PathBuf, sample_rate: u32, options: &Bound<'_, PyDict>) -> PyResult<Follower> {
        let settings = options::assessment(options)?;
        let follower = py.detach(|| follow_performance(&read_midi(&expected)?, sample_rate, &settings));
        Ok(Follower { follower: Mutex::new(follower.map_err(|error| errors::raise(py, &error))?) })
    }

    /// The next block, channels by frames, which are mixed.
    fn push(&self, py: Python<'_>, block: PyReadonlyArray2<'_, f32>) {
        let view = block.as_array();
        let channels = view.nrows() as f32;
        let mono: Vec<f32> = view.columns().into_iter().map(|frame| frame.sum() / channels).collect();
        py.detach(|| self.lock().push(&mono));
    }

    fn position(&self, py: Python<'_>) -> Option<Place> {
        let place = py.detach(|| self.lock().position())?;
        Some((place.recording_s, place.score_s, place.bar, place.beat, place.tempo, place.confidence, place.playing))
    }

    fn verdicts(&self, py: Python<'_>) -> Vec<Note> {
        py.detach(|| named(self.lock().notes()))
    }

    fn finish(&self, py: Python<'_>) -> Vec<Note> {
        py.detach(|| named(self.lock().finish()))
    }
}

fn named(notes: &[FollowedNote]) -> Vec<Note> {
    let name = |status| match status {
        Status::Correct => "correct",
        Status::WrongPitch => "wrong_pitch",
        Status::Missed => "missed",
    };
    notes.iter().map(|note| (note.status.map(name), note.played_onset_s)).collect()
}
