//! Impulse responses for chains of effects, from files of any kind that can be decoded.

use std::path::{Path, PathBuf};

use rae_codec::{AudioReader, AudioSource, CodecError, DecodeLimits, changed};
use rae_dsp::AudioBuffer;
use rae_effects::convolution::{FileResponse, MAX_RESPONSE, ResponseFiles};
use rae_units::{Frames, SampleRate};

use crate::output::is_no_file;

/// True stereo; no response has more.
const MOST_CHANNELS: usize = 4;

/// Frames that are kept of the ringing ahead of a resampled sound, at the lower rate: a millisecond or two.
const LEAD: u32 = 64;

/// Impulse responses whose paths are relative to a folder, as those of a chain to the folder that its file lies in. Absolute
/// paths and `..` lead out of it: whoever takes chains from strangers checks their paths first.
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
        if is_no_file(&path) {
            return Err(format!("{}: not a file", path.display()));
        }
        let limits = DecodeLimits { max_channels: MOST_CHANNELS, ..DecodeLimits::default() };
        let reader = AudioReader::open_within(&path, &limits).map_err(|error| error.to_string())?;
        match whole(reader, rate).map_err(|error| error.to_string())? {
            Read::All(response) => Ok(response),
            Read::TooLong => Err(format!(
                "{}: longer than an impulse response is, at most {} s: trim it",
                path.display(),
                MAX_RESPONSE.0
            )),
            Read::NotFinite => {
                Err(format!("{}: an impulse response with samples that are no finite numbers", path.display()))
            }
        }
    }
}

/// What a file turned out to be.
enum Read {
    All(FileResponse),
    TooLong,
    NotFinite,
}

/// All of a file at a rate.
fn whole(reader: AudioReader, rate: SampleRate) -> Result<Read, CodecError> {
    let recorded_at = reader.info().rate;
    let mut finite = true;
    // A second is a whole number of frames at any rate.
    let before = if recorded_at == rate { 0 } else { rate.hz() as usize };
    let ahead = Ahead {
        silence: (before > 0).then_some(recorded_at),
        reader,
        block: AudioBuffer::default(),
        finite: &mut finite,
    };
    let mut source = changed(Box::new(ahead), Some(rate), None)?;
    let most = before + MAX_RESPONSE.frames(rate).0 as usize;
    if source.frames().is_some_and(|frames| frames > Frames(most as u64)) {
        return Ok(Read::TooLong);
    }
    let channels = source.channels();
    let mut planes = vec![Vec::new(); channels];
    while let Some(block) = source.read()? {
        for (channel, plane) in planes.iter_mut().enumerate() {
            plane.extend_from_slice(block.channel(channel));
        }
        if planes[0].len() > most {
            return Ok(Read::TooLong);
        }
    }
    drop(source);
    if !finite {
        return Ok(Read::NotFinite);
    }
    let lead = before.min((LEAD * rate.hz().div_ceil(recorded_at.hz().min(rate.hz()))) as usize);
    for plane in &mut planes {
        plane.drain(..(before - lead).min(plane.len()));
        fade_in(&mut plane[..lead]);
    }
    let sound = AudioBuffer::from_planar(planes.concat(), channels).unwrap_or_default();
    Ok(Read::All(FileResponse { sound, recorded_at, lead: Frames(lead as u64) }))
}

/// What is left out before the lead shall not end in a step.
fn fade_in(samples: &mut [f32]) {
    let frames = samples.len() as f32;
    for (frame, sample) in samples.iter_mut().enumerate() {
        *sample *= 0.5 - 0.5 * (std::f32::consts::PI * (frame as f32 + 0.5) / frames).cos();
    }
}

/// A file with a second of silence ahead of it, and whether its samples are numbers: resampling would hide it.
struct Ahead<'a> {
    /// The rate of the silence that is still to come.
    silence: Option<SampleRate>,
    reader: AudioReader,
    block: AudioBuffer,
    finite: &'a mut bool,
}

impl AudioSource for Ahead<'_> {
    fn rate(&self) -> SampleRate {
        self.reader.info().rate
    }

    fn channels(&self) -> usize {
        self.reader.info().channels
    }

    fn frames(&self) -> Option<Frames> {
        let silence = self.silence.map_or(0, |rate| u64::from(rate.hz()));
        self.reader.info().frames.map(|frames| Frames(frames.0 + silence))
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        if let Some(rate) = self.silence.take() {
            self.block = AudioBuffer::new(self.reader.info().channels, rate.hz() as usize);
            return Ok(Some(&self.block));
        }
        let block = self.reader.read()?;
        *self.finite &= block.is_none_or(|block| block.planar().iter().all(|sample| sample.is_finite()));
        Ok(block)
    }

    fn warnings(&self) -> &[String] {
        self.reader.warnings()
    }
}
