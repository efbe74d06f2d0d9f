//! Running a stream to its end under the eyes of an observer.

use std::ops::ControlFlow;
use std::time::Instant;

use rae_dsp::AudioBuffer;

use crate::voices::BLOCK;
use crate::{Error, Observer, Progress, RenderSettings, Stream};

/// Stereo sound that is kept in memory.
#[derive(Default)]
pub(crate) struct Kept {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Kept {
    pub(crate) fn push(&mut self, left: &[f32], right: &[f32]) {
        self.left.extend_from_slice(left);
        self.right.extend_from_slice(right);
    }

    pub(crate) fn into_audio(mut self) -> AudioBuffer {
        self.left.reserve_exact(self.right.len());
        self.left.append(&mut self.right);
        AudioBuffer::from_planar(self.left, 2).unwrap_or_default()
    }
}

/// Some passes over a song.
pub(crate) struct Work<'a, 'b> {
    observer: &'a mut Observer<'b>,
    passes: f64,
    done: f64,
    started: Instant,
}

impl<'a, 'b> Work<'a, 'b> {
    pub(crate) fn new(settings: &RenderSettings, observer: &'a mut Observer<'b>) -> Work<'a, 'b> {
        Work::and_more(settings, 0, observer)
    }

    /// So many passes after those for the song itself.
    pub(crate) fn and_more(settings: &RenderSettings, more: usize, observer: &'a mut Observer<'b>) -> Work<'a, 'b> {
        let passes = if settings.normalize.is_some() { 2 } else { 1 } + more;
        Work { observer, passes: passes as f64, done: 0.0, started: Instant::now() }
    }

    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// Hands every block of a pass to `sink`.
    pub(crate) fn run(
        &mut self,
        stream: &mut Stream,
        sink: impl FnMut(&[f32], &[f32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.run_up_to(stream, u64::MAX, sink)
    }

    /// Hands so many frames of a pass, or as many as there are, to `sink`.
    pub(crate) fn run_up_to(
        &mut self,
        stream: &mut Stream,
        mut left_over: u64,
        mut sink: impl FnMut(&[f32], &[f32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        stream.work_ahead();
        let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
        loop {
            let wanted = left_over.min(BLOCK as u64) as usize;
            let frames = stream.read(&mut left[..wanted], &mut right[..wanted]);
            sink(&left[..frames], &right[..frames])?;
            self.tell(stream.progress())?;
            left_over -= frames as u64;
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
