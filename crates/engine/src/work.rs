//! Running a stream to its end under the eyes of an observer.

use std::ops::ControlFlow;
use std::time::Instant;

use crate::voices::BLOCK;
use crate::{Error, Observer, Progress, RenderSettings, Stream};

/// One or two passes over a song.
pub(crate) struct Work<'a, 'b> {
    observer: &'a mut Observer<'b>,
    passes: f64,
    done: f64,
    started: Instant,
}

impl<'a, 'b> Work<'a, 'b> {
    pub(crate) fn new(settings: &RenderSettings, observer: &'a mut Observer<'b>) -> Work<'a, 'b> {
        let passes = if settings.normalize.is_some() { 2.0 } else { 1.0 };
        Work { observer, passes, done: 0.0, started: Instant::now() }
    }

    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// Hands every block of a pass to `sink`.
    pub(crate) fn run(
        &mut self,
        stream: &mut Stream,
        mut sink: impl FnMut(&[f32], &[f32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
        loop {
            let frames = stream.read(&mut left, &mut right);
            sink(&left[..frames], &right[..frames])?;
            self.tell(stream.progress())?;
            if frames < BLOCK {
                self.done += 1.0;
                return Ok(());
            }
        }
    }

    fn tell(&mut self, progress: Progress) -> Result<(), Error> {
        let fraction = (self.done + progress.fraction) / self.passes;
        match (self.observer)(Progress { fraction, ..progress }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }
}
