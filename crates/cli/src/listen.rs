//! What is made of a sound while it is rendered.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use rust_audio_engine::pictures::{
    PeakDataBuilder, PeakSettings, PictureError, Sound, WaveformBuilder, WaveformSettings,
};
use rust_audio_engine::{Error, Listener, SampleRate};

use crate::exit::Failure;
use crate::growing::Growing;
use crate::output::write_anywhere;
use crate::peaks::DataFormat;
use crate::waveform::PictureFormat;

/// Pictures and data of the sound, beside it.
#[derive(Args)]
pub(crate) struct ListenOptions {
    /// Draw the waveform of the sound to this file, too, .png or .svg; `rae waveform` draws it in other ways. A new PNG file is
    /// drawn every second while the sound is made
    #[arg(long, value_name = "OUT", requires = "output")]
    waveform: Option<PathBuf>,
    /// Write the peaks of the sound to this file, too, .json or .dat; see `rae peaks`
    #[arg(long, value_name = "OUT", requires = "output")]
    peaks: Option<PathBuf>,
}

/// What takes in the sound, from its first block on.
#[derive(Default)]
struct Builders {
    waveform: Option<WaveformBuilder>,
    peaks: Option<PeakDataBuilder>,
    growing: Option<Growing>,
    failed: Option<PictureError>,
}

/// The sound while it is heard.
pub(crate) struct Heard(Arc<Mutex<Builders>>);

impl ListenOptions {
    /// The files that will be made.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &PathBuf> {
        self.waveform.iter().chain(&self.peaks)
    }

    /// Refuses names of unknown kinds, before the work.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        PictureFormat::choose(None, self.waveform.as_deref())?;
        DataFormat::choose(None, self.peaks.as_deref())?;
        Ok(())
    }

    /// Who is to listen, if anything is to be made.
    pub(crate) fn listener(&self) -> Option<(Listener, Heard)> {
        self.outputs().next()?;
        let growing = self.waveform.as_deref().and_then(Growing::new);
        let heard = Arc::new(Mutex::new(Builders { growing, ..Builders::default() }));
        let (hears, wanted) = (Arc::clone(&heard), (self.waveform.is_some(), self.peaks.is_some()));
        let listener = Listener::new(move |rate, left, right| {
            let mut builders = hears.lock().unwrap_or_else(PoisonError::into_inner);
            if builders.failed.is_none() {
                builders.failed = builders.hear(wanted, rate, &[left, right]).err();
            }
        });
        Some((listener, Heard(heard)))
    }

    /// Writes what was made of the sound.
    pub(crate) fn write(&self, heard: Heard, overwrite: bool) -> Result<(), Failure> {
        let builders = std::mem::take(&mut *heard.0.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(failed) = builders.failed {
            return Err(Error::from(failed).into());
        }
        if let (Some(path), Some(builder)) = (&self.waveform, builders.waveform) {
            let picture = match PictureFormat::choose(None, Some(path))? {
                PictureFormat::Png => builder.finish_png(),
                PictureFormat::Svg => builder.finish_svg().map(String::into_bytes),
            };
            let picture = picture.map_err(Error::from)?;
            let is_there = builders.growing.as_ref().is_some_and(Growing::is_there);
            write_whole(path, overwrite || is_there, &picture)?;
            builders.growing.into_iter().for_each(Growing::keep);
        }
        if let (Some(path), Some(builder)) = (&self.peaks, builders.peaks) {
            let data = builder.finish().map_err(Error::from)?;
            let format = DataFormat::choose(None, Some(path))?;
            write_anywhere(path, overwrite, |out| format.write(&data, out))?;
        }
        Ok(())
    }
}

fn write_whole(path: &Path, overwrite: bool, bytes: &[u8]) -> Result<(), Failure> {
    write_anywhere(path, overwrite, |out| out.write_all(bytes))
}

impl Builders {
    fn hear(&mut self, wanted: (bool, bool), rate: SampleRate, block: &[&[f32]]) -> Result<(), PictureError> {
        let sound = Sound { channels: block.len(), rate, frames: None };
        if wanted.0 && self.waveform.is_none() {
            self.waveform = Some(WaveformBuilder::new(WaveformSettings::default(), sound)?);
        }
        if wanted.1 && self.peaks.is_none() {
            self.peaks = Some(PeakDataBuilder::new(PeakSettings::default(), sound)?);
        }
        if let Some(builder) = &mut self.waveform {
            builder.push(block);
            self.growing.iter_mut().for_each(|growing| growing.update(builder));
        }
        self.peaks.as_mut().map_or(Ok(()), |builder| builder.push(block))
    }
}
