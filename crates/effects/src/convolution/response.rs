//! From settings to impulse responses.

use rae_dsp::AudioBuffer;
use rae_units::{SampleRate, Seconds};

use super::{ConvolutionReverb, FileResponse, Response};
use crate::chain::Stage;
use crate::room_response;

/// What a reverb convolves with: left with left and right with right, and in true stereo right to left and left to right.
#[derive(Debug)]
pub(super) struct Responses {
    pub(super) straight: AudioBuffer,
    pub(super) crossed: Option<AudioBuffer>,
}

pub(super) fn responses(reverb: &ConvolutionReverb, stage: &Stage) -> Responses {
    let silence = stage.frames(Seconds(reverb.pre_delay_ms / 1e3));
    let stereo = |response: AudioBuffer| Responses { straight: response, crossed: None };
    let made = match &reverb.response {
        Response::Decay { time_s } => stereo(room_response(Seconds(*time_s), stage.rate)),
        Response::Space(space) => stereo(space.response(stage.rate)),
        Response::Preset { name } => stereo(name.space().response(stage.rate)),
        Response::File { path, right_path, normalize } => {
            let mut responses = from_files(stage, path, right_path.as_deref());
            if *normalize {
                responses.normalize(stage);
            }
            responses
        }
    };
    made.narrowed(reverb.width).later(silence)
}

/// Checks how many channels the files have together; they were read.
pub(super) fn check_files(stage: &Stage, path: &str, right_path: Option<&str>) -> Result<(), String> {
    let channels = |path: &str| stage.files.get(path).map_or(0, |file| file.sound.channels());
    match right_path {
        Some(right) if channels(path) != 2 || channels(right) != 2 => Err(format!(
            "true stereo from two files takes two channels of each: {path} has {}, {right} has {}",
            channels(path),
            channels(right)
        )),
        _ => Ok(()),
    }
}

/// Frames of the files together, the first ones at one time.
pub(super) fn file_frames(stage: &Stage, path: &str, right_path: Option<&str>) -> usize {
    let after_lead = |path: &str| stage.files.get(path).map_or(1, |file| file.sound.frames() - file.lead());
    file_lead(stage, path, right_path) + after_lead(path).max(right_path.map_or(0, after_lead))
}

/// Frames before the first one of the files.
pub(super) fn file_lead(stage: &Stage, path: &str, right_path: Option<&str>) -> usize {
    let lead = |path: &str| stage.files.get(path).map_or(0, FileResponse::lead);
    lead(path).max(right_path.map_or(0, lead))
}

fn from_files(stage: &Stage, path: &str, right_path: Option<&str>) -> Responses {
    let lead = file_lead(stage, path, right_path);
    let channel = |path: &str, channel: usize| -> Levelled {
        let Some(file) = stage.files.get(path) else { return Levelled { samples: &[], from: 0, gain: 1.0 } };
        Levelled {
            samples: file.sound.channel(channel.min(file.sound.channels() - 1)),
            from: lead - file.lead(),
            gain: f64::from(file.recorded_at.hz()) / stage.hz(),
        }
    };
    let channels = stage.files.get(path).map_or(0, |file| file.sound.channels());
    let (straight, crossed) = match (right_path, channels) {
        (Some(right), _) => ([channel(path, 0), channel(right, 1)], Some([channel(right, 0), channel(path, 1)])),
        (None, 4) => ([channel(path, 0), channel(path, 3)], Some([channel(path, 2), channel(path, 1)])),
        _ => ([channel(path, 0), channel(path, 1)], None),
    };
    Responses { straight: planes(straight), crossed: crossed.map(planes) }
}

/// A channel of a file, where it begins, and the gain by which each frequency has the level that it had at the file's rate.
struct Levelled<'a> {
    samples: &'a [f32],
    from: usize,
    gain: f64,
}

/// Two channels as long as the longer one.
fn planes(channels: [Levelled; 2]) -> AudioBuffer {
    let [left, right] = channels.each_ref().map(|channel| channel.from + channel.samples.len());
    let mut buffer = AudioBuffer::new(2, left.max(right));
    for (index, Levelled { samples, from, gain }) in channels.into_iter().enumerate() {
        for (to, from) in buffer.channel_mut(index)[from..].iter_mut().zip(samples) {
            *to = (f64::from(*from) * gain) as f32;
        }
    }
    buffer
}

impl Responses {
    fn each_mut(&mut self) -> impl Iterator<Item = &mut AudioBuffer> {
        std::iter::once(&mut self.straight).chain(&mut self.crossed)
    }

    /// To unit energy of the louder output at 44.1 kHz; at other rates each frequency is as loud as there.
    fn normalize(&mut self, stage: &Stage) {
        let energy = |side: usize| -> f64 {
            let buffers = self.crossed.iter().chain([&self.straight]);
            buffers.flat_map(|buffer| buffer.channel(side)).map(|sample| f64::from(*sample).powi(2)).sum()
        };
        // Denser samples of a sound as loud at each frequency have less energy.
        let at_cd_rate = energy(0).max(energy(1)) * stage.hz() / f64::from(SampleRate::CD.hz());
        let gain = 1.0 / at_cd_rate.max(1e-60).sqrt();
        for buffer in self.each_mut() {
            buffer.planar_mut().iter_mut().for_each(|sample| *sample = (f64::from(*sample) * gain) as f32);
        }
    }

    /// Mixes each output's two sides by a rotation, which keeps the power of what has nothing in common.
    fn narrowed(mut self, width: f64) -> Responses {
        if width < 1.0 {
            let (sin, cos) = (std::f64::consts::FRAC_PI_4 * (1.0 - width)).sin_cos();
            let (own, other) = (cos as f32, sin as f32);
            let mix = |[a, b]: [f32; 2]| [own * a + other * b, other * a + own * b];
            let Responses { straight, crossed } = &mut self;
            match crossed {
                // Both outputs of one input: left to left and left to right, right to left and right to right.
                Some(crossed) => {
                    for (input, output) in [(0, 1), (1, 0)] {
                        let pairs = straight.channel_mut(input).iter_mut().zip(crossed.channel_mut(output));
                        pairs.for_each(|(a, b)| [*a, *b] = mix([*a, *b]));
                    }
                }
                None => {
                    let (left, right) = straight.stereo_mut();
                    left.iter_mut().zip(right).for_each(|(a, b)| [*a, *b] = mix([*a, *b]));
                }
            }
        }
        self
    }

    fn later(self, silence: usize) -> Responses {
        let later = |buffer: AudioBuffer| {
            let mut longer = AudioBuffer::new(2, silence + buffer.frames());
            (0..2).for_each(|side| longer.channel_mut(side)[silence..].copy_from_slice(buffer.channel(side)));
            longer
        };
        if silence == 0 {
            return self;
        }
        Responses { straight: later(self.straight), crossed: self.crossed.map(later) }
    }
}
