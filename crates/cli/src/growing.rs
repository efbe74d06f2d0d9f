//! A picture that is there while its sound is still made, and grows with it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rust_audio_engine::pictures::WaveformBuilder;
use rust_audio_engine::{OutputFile, Unfinished};

/// How often a picture is drawn anew.
const INTERVAL: Duration = Duration::from_secs(1);

/// A PNG file of what there is so far. It replaces nothing but itself, and is gone when its sound is given up.
pub(crate) struct Growing {
    path: PathBuf,
    interval: Duration,
    drawn: Instant,
    picture: Option<Unfinished>,
}

impl Growing {
    /// None for what is no new PNG file.
    pub(crate) fn new(path: &Path) -> Option<Growing> {
        Growing::every(INTERVAL, path)
    }

    fn every(interval: Duration, path: &Path) -> Option<Growing> {
        let is_png = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
        (is_png && path.symlink_metadata().is_err()).then(|| Growing {
            path: path.to_owned(),
            interval,
            drawn: Instant::now(),
            picture: None,
        })
    }

    /// Draws what there is, if that was not done just now. Where it cannot be written, neither can the whole picture, which
    /// will say so.
    pub(crate) fn update(&mut self, builder: &WaveformBuilder) {
        if self.drawn.elapsed() < self.interval {
            return;
        }
        if let Ok(picture) = builder.png_so_far() {
            self.write(&picture);
        }
        self.drawn = Instant::now();
    }

    fn write(&mut self, picture: &[u8]) -> Option<()> {
        let mut file = OutputFile::create(&self.path, self.picture.is_some()).ok()?;
        file.write_all(picture).ok()?;
        file.commit().ok()?;
        self.picture.get_or_insert_with(|| Unfinished::new(&self.path));
        Some(())
    }

    /// Whether there is a file, for the whole picture to replace.
    pub(crate) fn is_there(&self) -> bool {
        self.picture.is_some()
    }

    /// Leaves the file, which is the whole picture by now.
    pub(crate) fn keep(self) {
        self.picture.into_iter().for_each(Unfinished::keep);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rust_audio_engine::SampleRate;
    use rust_audio_engine::pictures::{Sound, WaveformSettings};

    use super::*;

    fn builder(level: f32) -> WaveformBuilder {
        let sound = Sound { channels: 1, rate: SampleRate::CD, frames: None };
        let mut builder = WaveformBuilder::new(WaveformSettings::default(), sound).unwrap();
        builder.push(&[&[level; 5000]]);
        builder
    }

    #[test]
    fn a_picture_is_there_while_its_sound_is_made_and_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wave.PNG");
        let mut growing = Growing::every(Duration::ZERO, &path).unwrap();
        growing.update(&builder(0.5));
        let first = fs::read(&path).unwrap();
        growing.update(&builder(0.9));
        assert!(first.starts_with(b"\x89PNG") && fs::read(&path).unwrap() != first);
        drop(growing);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_there_already_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wave.png");
        let mut late = Growing::every(Duration::ZERO, &path).unwrap();
        fs::write(&path, "mine").unwrap();
        late.update(&builder(0.5));
        assert!(!late.is_there() && Growing::new(&path).is_none());
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert!(Growing::new(&folder.path().join("wave.svg")).is_none());
    }
}
