//! Impulse responses for chains of effects, from files of any kind that can be decoded.

use std::path::{Path, PathBuf};

use rae_codec::{AudioReader, CodecError, changed};
use rae_dsp::AudioBuffer;
use rae_effects::convolution::{FileResponse, MAX_RESPONSE, ResponseFiles};
use rae_units::{Frames, SampleRate};

/// Impulse responses whose paths are relative to a folder, as those of a chain to the folder that its file lies in.
#[derive(Clone, Debug)]
pub struct ResponseFolder(PathBuf);

impl ResponseFolder {
    /// Relative to `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> ResponseFolder {
        ResponseFolder(folder.into())
    }

    /// Relative to where a chain's file lies.
    pub fn of_chain(file: &Path) -> ResponseFolder {
        ResponseFolder(file.parent().unwrap_or(Path::new("")).to_owned())
    }
}

impl ResponseFiles for ResponseFolder {
    fn read(&self, path: &str, rate: SampleRate) -> Result<FileResponse, String> {
        let path = self.0.join(path);
        // Whoever wrote the chain shall not make its user wait for a pipe or a device.
        if path.exists() && !path.is_file() {
            return Err(format!("{}: not a file", path.display()));
        }
        let reader = AudioReader::open(&path).map_err(|error| error.to_string())?;
        let recorded_at = reader.info().rate;
        let sound = whole(reader, rate).map_err(|error| error.to_string())?;
        match sound {
            Some(sound) => Ok(FileResponse { sound, recorded_at }),
            None => Err(format!(
                "{}: longer than an impulse response is, at most {} s: trim it",
                path.display(),
                MAX_RESPONSE.0
            )),
        }
    }
}

/// All of a file at a rate; `None` if that is longer than a response may be.
fn whole(reader: AudioReader, rate: SampleRate) -> Result<Option<AudioBuffer>, CodecError> {
    let mut source = changed(Box::new(reader), Some(rate), None)?;
    let channels = source.channels();
    let most = MAX_RESPONSE.frames(rate);
    if source.frames().is_some_and(|frames| frames > most) {
        return Ok(None);
    }
    let mut planes = vec![Vec::new(); channels];
    while let Some(block) = source.read()? {
        for (channel, plane) in planes.iter_mut().enumerate() {
            plane.extend_from_slice(block.channel(channel));
        }
        if Frames(planes[0].len() as u64) > most {
            return Ok(None);
        }
    }
    Ok(AudioBuffer::from_planar(planes.concat(), channels))
}
