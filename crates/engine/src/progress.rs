//! How far a render has come, and how it is stopped.

use std::ops::ControlFlow;

use rae_units::{Frames, SampleRate, Seconds};

/// How far a render has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Sound made so far, the part before [`RenderSettings::from`](crate::RenderSettings::from) included.
    pub position: Seconds,
    /// Length of the song without its tail, or of the sound; 0 where that is not known.
    pub expected: Seconds,
    /// Share of the whole work done, 0 to 1; never falls. Where a length is not known it comes ever closer to 1.
    pub fraction: f64,
}

/// Hears of progress every fraction of a second of sound, on the thread that asked for the render.
/// [`ControlFlow::Break`] stops the render with [`Error::Cancelled`](crate::Error::Cancelled) and leaves no file.
pub type Observer<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// After so long half of the work counts as done where nobody knows how long a sound is.
const UNKNOWN: Seconds = Seconds(60.0);

/// Which share of a sound has passed by at `position`.
pub(crate) fn share(position: u64, expected: Option<u64>, rate: SampleRate) -> f64 {
    match expected {
        Some(expected) => position as f64 / expected.max(position).max(1) as f64,
        None => {
            let Seconds(passed) = Frames(position).seconds(rate);
            passed / (passed + UNKNOWN.0)
        }
    }
}

/// An observer that lets the render run to its end.
pub fn unobserved(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
