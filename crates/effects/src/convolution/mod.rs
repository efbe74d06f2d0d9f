//! The convolution reverb: rooms as impulse responses, made by code or read from files.

mod cache;
mod early;
mod files;
mod preset;
mod response;
mod running;
mod space;

pub use files::{FileResponse, NoFiles, ResponseFiles};
pub use preset::Preset;
pub use space::Space;

pub(crate) use files::{Files, Wanted};
pub(crate) use running::{Convolved, Spectra, latency};

use rae_units::Seconds;
use serde::{Deserialize, Serialize};

use crate::chain::{Place, Processor, Stage, within};
use crate::{EffectsError, MAX_REVERB_TIME};

/// The longest impulse response that is read from a file.
pub const MAX_RESPONSE: Seconds = Seconds(30.0);

/// Sound in a room: y = h ∗ x with the room's impulse response h. What is heard of it is the place's mix, 0.3 unless said
/// otherwise.
///
/// Stereo goes left through the response's left and right through its right channel, or in true stereo each through two;
/// more channels go by pairs, and a single one through the left channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConvolutionReverb {
    /// Where the impulse response comes from.
    pub response: Response,
    /// Silence before it, 0 to 500 ms.
    pub pre_delay_ms: f64,
    /// 0: the same on both sides, 1: as the response is. The power of sides that have nothing in common
    /// stays the same; equal ones get up to 3 dB louder.
    pub width: f64,
}

/// An impulse response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Response {
    /// White noise that decays by 60 dB over its length, as the renderer's own reverb: [`crate::room_response`].
    Decay {
        /// 0.01 to 20 s.
        #[serde(default = "decay_seconds")]
        time_s: f64,
    },
    /// A room by its properties.
    Space(Space),
    /// A room by its name.
    Preset {
        /// Which.
        name: Preset,
    },
    /// A recording of one channel (for both sides), two (left and right) or four (true stereo: left to left, left to right,
    /// right to left, right to right), at most 30 s long.
    File {
        /// The file, as [`ResponseFiles`] knows it: relative to the chain's file.
        path: String,
        /// For true stereo from two files of two channels: what the right input goes through; `path` is for the left one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        right_path: Option<String>,
        /// Brings its louder output to unit energy at 44.1 kHz, as generated responses have; the sides keep their levels beside each
        /// other.
        #[serde(default = "yes")]
        normalize: bool,
    },
}

fn decay_seconds() -> f64 {
    0.1
}

fn yes() -> bool {
    true
}

impl Default for Response {
    /// 100 ms of decaying noise: 4410 frames at 44.1 kHz.
    fn default() -> Response {
        Response::Decay { time_s: decay_seconds() }
    }
}

impl Default for ConvolutionReverb {
    fn default() -> ConvolutionReverb {
        ConvolutionReverb { response: Response::default(), pre_delay_ms: 0.0, width: 1.0 }
    }
}

impl From<Preset> for ConvolutionReverb {
    fn from(name: Preset) -> ConvolutionReverb {
        ConvolutionReverb { response: Response::Preset { name }, ..ConvolutionReverb::default() }
    }
}

impl ConvolutionReverb {
    /// The files that it needs.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let (path, right) = match &self.response {
            Response::File { path, right_path, .. } => (Some(path), right_path.as_ref()),
            _ => (None, None),
        };
        path.into_iter().chain(right).map(String::as_str)
    }

    /// The same, to change their paths.
    pub(crate) fn files_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let (path, right) = match &mut self.response {
            Response::File { path, right_path, .. } => (Some(path), right_path.as_mut()),
            _ => (None, None),
        };
        path.into_iter().chain(right)
    }

    pub(crate) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        let place = &place.named("convolution_reverb");
        within(place, "pre_delay_ms", self.pre_delay_ms, 0.0..=500.0)?;
        within(place, "width", self.width, 0.0..=1.0)?;
        match &self.response {
            Response::Decay { time_s } => within(place, "time_s", *time_s, 0.01..=MAX_REVERB_TIME.0),
            Response::Space(space) => space.check(place),
            Response::Preset { .. } => Ok(()),
            Response::File { path, right_path, .. } => response::check_files(stage, path, right_path.as_deref())
                .map_err(|problem| EffectsError::Structure { place: place.clone(), problem }),
        }
    }

    /// Frames of the response, silence before it included.
    pub(crate) fn taps(&self, stage: &Stage) -> usize {
        let frames = |time: f64| stage.frames(Seconds(time)).max(1);
        let length = match &self.response {
            Response::Decay { time_s } => frames(*time_s),
            Response::Space(space) => frames(space.length().0),
            Response::Preset { name } => frames(name.space().length().0),
            Response::File { path, right_path, .. } => response::file_frames(stage, path, right_path.as_deref()),
        };
        stage.frames(Seconds(self.pre_delay_ms / 1e3)) + length
    }

    pub(crate) fn latency(&self, stage: &Stage) -> usize {
        running::latency(self.taps(stage), stage) + self.lead(stage)
    }

    /// Frames of the response before its first moment.
    fn lead(&self, stage: &Stage) -> usize {
        match &self.response {
            Response::File { path, right_path, .. } => response::file_lead(stage, path, right_path.as_deref()),
            _ => 0,
        }
    }

    /// About the memory of spectra and streams.
    pub(crate) fn bytes(&self, stage: &Stage) -> usize {
        // Each channel's spectra and those of its input, at twice the length; the response itself.
        self.taps(stage).saturating_mul(stage.channels + 4).saturating_mul(6 * size_of::<f32>())
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(Convolved::new(cache::spectra(self, stage), self.lead(stage), stage))
    }
}
