//! Whether a sound is overdriven, seen at its own rate: other rates round its corners.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rae_codec::{AudioSource, CodecError};
use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};

/// So many samples in a row at full scale are clipped, and so many such rows are no accident.
const ROW: usize = 3;
const ROWS: usize = 5;

/// Full scale, up to rounding.
const FULL: f32 = 0.999;

/// A sound that passes by.
pub(crate) struct Watched<'a> {
    source: Box<dyn AudioSource + 'a>,
    rows: Arc<AtomicUsize>,
}

/// What was seen of it.
pub(crate) struct Seen(Arc<AtomicUsize>);

impl<'a> Watched<'a> {
    pub(crate) fn new(source: Box<dyn AudioSource + 'a>) -> (Watched<'a>, Seen) {
        let rows = Arc::new(AtomicUsize::new(0));
        (Watched { source, rows: Arc::clone(&rows) }, Seen(rows))
    }
}

impl Seen {
    /// Whether it was overdriven so far.
    pub(crate) fn is_clipped(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= ROWS
    }
}

impl AudioSource for Watched<'_> {
    fn rate(&self) -> SampleRate {
        self.source.rate()
    }

    fn channels(&self) -> usize {
        self.source.channels()
    }

    fn frames(&self) -> Option<Frames> {
        self.source.frames()
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        let block = self.source.read()?;
        if let Some(block) = block {
            let rows = (0..block.channels()).map(|channel| rows(block.channel(channel))).sum();
            self.rows.fetch_add(rows, Ordering::Relaxed);
        }
        Ok(block)
    }

    fn warnings(&self) -> &[String] {
        self.source.warnings()
    }
}

/// How many rows of samples are at full scale.
fn rows(samples: &[f32]) -> usize {
    let mut length = 0;
    let ends = samples.iter().filter(|sample| {
        length = if sample.abs() >= FULL { length + 1 } else { 0 };
        length == ROW
    });
    ends.count()
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn peaks_are_no_rows() {
        assert_eq!(rows(&[0.0, 1.0, 1.0, 0.2, -1.0, 1.0, 1.0, 1.0, 0.9]), 1);
        assert_eq!(rows(&[0.5, 0.999, 0.5, 1.0, 1.0, f32::NAN, 1.0]), 0);
        assert_eq!(rows(&[]), 0);
    }
}
