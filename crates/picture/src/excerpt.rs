use std::ops::Range;

use rae_units::{SampleRate, Seconds};

use crate::PictureError;

/// A sound that passes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sound {
    /// How many channels it has.
    pub channels: usize,
    /// Frames per second.
    pub rate: SampleRate,
    /// How long it is said to be, if anything is said.
    pub frames: Option<u64>,
}

/// Which part of a sound is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Excerpt {
    /// Where it begins.
    pub start: Seconds,
    /// Where it ends, if that is not the end of the sound.
    pub end: Option<Seconds>,
}

impl Excerpt {
    /// The frames of a sound that it says, the last being `u64::MAX` where it says no end.
    ///
    /// # Errors
    /// [`PictureError::Excerpt`] for times that are none, or of which nothing is there.
    pub fn frames(self, sound: Sound) -> Result<Range<u64>, PictureError> {
        let window = Window::new(self, sound)?;
        Ok(window.start..window.end.unwrap_or(u64::MAX))
    }

    /// # Errors
    /// [`PictureError::Excerpt`] for times that are none, or nothing between them.
    pub(crate) fn check(self) -> Result<(), PictureError> {
        let Excerpt { start, end } = self;
        if !(start.0 >= 0.0 && start.0.is_finite()) {
            return Err(PictureError::Excerpt(format!("start is {} s; choose 0 or more", start.0)));
        }
        if let Some(end) = end.filter(|end| end.0.is_nan() || end.0 <= start.0) {
            let what = format!("end is {} s; choose more than the start, {} s", end.0, start.0);
            return Err(PictureError::Excerpt(what));
        }
        Ok(())
    }
}

/// An excerpt in frames, while the sound passes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) start: u64,
    pub(crate) rate: SampleRate,
    end: Option<u64>,
    sound: Option<u64>,
    position: u64,
}

impl Window {
    /// # Errors
    /// [`PictureError::Excerpt`] for times that are none, or of which nothing is there.
    pub(crate) fn new(excerpt: Excerpt, sound: Sound) -> Result<Window, PictureError> {
        excerpt.check()?;
        let Excerpt { start, end } = excerpt;
        let (start, end) = (start.frames(sound.rate).0, end.map(|end| end.frames(sound.rate).0));
        // Of a time shorter than a frame one frame is shown.
        let end = end.map(|end| end.max(start.saturating_add(1)));
        let window = Window { start, rate: sound.rate, end, sound: sound.frames, position: 0 };
        if let Some(frames) = sound.frames {
            window.check(frames)?
        }
        Ok(window)
    }

    /// Refuses to show nothing of a sound of so many frames.
    pub(crate) fn check(&self, frames: u64) -> Result<(), PictureError> {
        if self.start == 0 || self.start < frames {
            return Ok(());
        }
        let seconds = |frames: u64| frames as f64 / f64::from(self.rate.hz());
        let what = format!("start is {:.3} s, but the sound ends at {:.3} s", seconds(self.start), seconds(frames));
        Err(PictureError::Excerpt(what))
    }

    /// How many frames are shown, if that is known.
    pub(crate) fn frames(&self) -> Option<u64> {
        let end = match (self.sound, self.end) {
            (Some(sound), Some(end)) => sound.min(end),
            (Some(one), None) => one,
            (None, _) => return None,
        };
        Some(end.saturating_sub(self.start))
    }

    /// The first frame that is not shown, if the excerpt says one.
    pub(crate) fn end(&self) -> Option<u64> {
        self.end
    }

    /// Shows so many frames at most.
    pub(crate) fn shorten(&mut self, frames: u64) {
        let end = self.start.saturating_add(frames);
        self.end = Some(self.end.map_or(end, |before| before.min(end)));
    }

    /// How many frames have passed by.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// What of the next block is shown.
    pub(crate) fn cut<'a>(&mut self, block: &[&'a [f32]]) -> Vec<&'a [f32]> {
        let shown = self.next(block.first().map_or(0, |channel| channel.len()));
        block.iter().map(|channel| &channel[shown.clone()]).collect()
    }

    /// Which of the next `frames` are shown.
    pub(crate) fn next(&mut self, frames: usize) -> Range<usize> {
        let here = |frame: u64| frame.saturating_sub(self.position).min(frames as u64) as usize;
        let range = here(self.start)..self.end.map_or(frames, here);
        self.position += frames as u64;
        range
    }

    /// Nothing that comes later is shown.
    pub(crate) fn is_over(&self) -> bool {
        self.end.is_some_and(|end| self.position >= end)
    }

    /// When the excerpt begins.
    pub(crate) fn begin(&self) -> Seconds {
        rae_units::Frames(self.start).seconds(self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: Sound = Sound { channels: 1, rate: SampleRate::new(1000).unwrap(), frames: Some(10_000) };

    fn window(start: f64, end: Option<f64>, sound: Sound) -> Result<Window, PictureError> {
        Window::new(Excerpt { start: Seconds(start), end: end.map(Seconds) }, sound)
    }

    #[test]
    fn blocks_are_cut_where_the_excerpt_begins_and_ends() {
        let mut part = window(1.5, Some(4.0), SOUND).unwrap();
        assert_eq!(part.frames(), Some(2500));
        let cut: Vec<Range<usize>> = [1000, 1000, 1500, 1000].map(|frames| part.next(frames)).into();
        assert_eq!(cut, [1000..1000, 500..1000, 0..1500, 0..500]);
        assert!(part.is_over());
        assert_eq!(window(9.0, Some(20.0), SOUND).unwrap().frames(), Some(1000));
        assert_eq!(window(9.0, None, Sound { frames: None, ..SOUND }).unwrap().frames(), None);
    }

    #[test]
    fn times_of_which_nothing_is_there_are_refused() {
        for (start, end) in [(-1.0, None), (f64::NAN, None), (2.0, Some(1.0)), (2.0, Some(2.0)), (10.0, None)] {
            assert!(matches!(window(start, end, SOUND), Err(PictureError::Excerpt(_))), "{start} {end:?}");
        }
        let later = window(20.0, None, Sound { frames: None, ..SOUND }).unwrap();
        assert!(later.check(10_000).is_err() && later.check(20_001).is_ok());
        assert!(window(0.0, None, Sound { frames: Some(0), ..SOUND }).is_ok());
    }
}
