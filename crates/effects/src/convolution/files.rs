//! Where impulse responses from files come from: whoever prepares a chain knows how to read them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};

use super::MAX_RESPONSE;
use crate::EffectsError;
use crate::chain::MAX_BYTES;

/// Reads impulse responses for chains.
pub trait ResponseFiles: Debug + Send + Sync {
    /// The recording at `path`, as the chain spells it, resampled to `rate`; it need not hold more than [`MAX_RESPONSE`].
    ///
    /// # Errors
    /// What was wrong, path included.
    fn read(&self, path: &str, rate: SampleRate) -> Result<FileResponse, String>;
}

/// A recording of an impulse response.
#[derive(Clone, Debug, PartialEq)]
pub struct FileResponse {
    /// The sound, at the rate that was asked for.
    pub sound: AudioBuffer,
    /// The sample rate that it had.
    pub recorded_at: SampleRate,
    /// Frames of `sound` before the recording's first one: what a resampler's filter rings ahead of it. The reverb counts them
    /// as latency.
    pub lead: Frames,
}

impl FileResponse {
    /// Frames before the first one, of which there are none beyond the sound.
    pub(super) fn lead(&self) -> usize {
        usize::try_from(self.lead.0).map_or(self.sound.frames(), |lead| lead.min(self.sound.frames()))
    }
}

/// No files at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl ResponseFiles for NoFiles {
    fn read(&self, path: &str, _rate: SampleRate) -> Result<FileResponse, String> {
        Err(format!("{path}: files of impulse responses cannot be read here"))
    }
}

/// A file that an effect needs.
pub(crate) struct Wanted<'a> {
    pub(crate) path: &'a str,
    pub(crate) place: crate::chain::Place,
}

/// What was read for a chain, by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files(Arc<BTreeMap<String, Arc<FileResponse>>>);

impl Files {
    /// Reads what is wanted and not there yet, and drops what is not wanted; an error as soon as it is too much.
    pub(crate) fn renewed(
        &self,
        wanted: &[Wanted],
        files: &dyn ResponseFiles,
        rate: SampleRate,
    ) -> Result<Files, EffectsError> {
        if wanted.is_empty() {
            return Ok(Files::default());
        }
        let mut responses = BTreeMap::new();
        let mut bytes = 0;
        for Wanted { path, place } in wanted {
            if responses.contains_key(*path) {
                continue;
            }
            let refused = |problem| EffectsError::Structure { place: place.clone(), problem };
            let response = match self.0.get(*path) {
                Some(known) => Arc::clone(known),
                None => Arc::new(checked(path, files.read(path, rate), rate).map_err(refused)?),
            };
            bytes += size_of_val(response.sound.planar());
            if bytes > MAX_BYTES {
                let most = MAX_BYTES >> 20;
                return Err(refused(format!(
                    "{path}: with it the impulse responses take more than {most} MiB: use fewer"
                )));
            }
            responses.insert((*path).to_owned(), response);
        }
        Ok(Files(Arc::new(responses)))
    }

    pub(crate) fn get(&self, path: &str) -> Option<&FileResponse> {
        self.0.get(path).map(|response| &**response)
    }
}

fn checked(path: &str, read: Result<FileResponse, String>, rate: SampleRate) -> Result<FileResponse, String> {
    let response = read?;
    let sound = &response.sound;
    if !matches!(sound.channels(), 1 | 2 | 4) {
        let channels = sound.channels();
        return Err(format!("{path}: an impulse response has 1, 2 or 4 channels, not {channels}"));
    }
    if sound.frames() - response.lead() > MAX_RESPONSE.frames(rate).0 as usize {
        return Err(format!("{path}: an impulse response is at most {} s long: trim it", MAX_RESPONSE.0));
    }
    if !sound.planar().iter().all(|sample| sample.is_finite()) {
        return Err(format!("{path}: an impulse response with samples that are no finite numbers"));
    }
    if sound.planar().iter().all(|sample| *sample == 0.0) {
        return Err(format!("{path}: a silent impulse response"));
    }
    Ok(response)
}
