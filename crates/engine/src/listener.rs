//! Who hears the sound of a render beside the one it is for.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rae_units::SampleRate;

/// What hears a block: its rate, left and right.
type Hear = dyn FnMut(SampleRate, &[f32], &[f32]) + Send;

/// Hears every block of the finished sound of a render, left and right with their rate, on the thread that renders. A clone
/// is the same listener.
#[derive(Clone)]
pub struct Listener(Arc<Mutex<Hear>>);

impl Listener {
    /// A listener that is this function.
    pub fn new(hear: impl FnMut(SampleRate, &[f32], &[f32]) + Send + 'static) -> Listener {
        Listener(Arc::new(Mutex::new(hear)))
    }

    pub(crate) fn hear(&self, rate: SampleRate, left: &[f32], right: &[f32]) {
        (self.0.lock().unwrap_or_else(PoisonError::into_inner))(rate, left, right);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}
