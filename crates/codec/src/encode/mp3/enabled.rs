//! LAME.

use std::num::NonZeroU32;

use mp3lame_encoder::{
    Bitrate, BuildError, Builder, DualPcm, FlushGap, Mode, MonoPcm, Quality, VbrMode, max_required_buffer_size,
};

use super::super::{AudioSpec, Encoder, Mp3Rate};
use super::id3;
use crate::{CodecError, FileFormat};

/// How hard LAME works with a constant rate: its own default for one.
const EFFORT: Quality = Quality::VeryNice;

struct LameEncoder {
    lame: mp3lame_encoder::Encoder,
    tag: Vec<u8>,
    gain: f32,
    scratch: [Vec<f32>; 2],
}

/// `spec` and `rate` fit the format.
pub(super) fn checked_encoder(
    spec: &AudioSpec,
    rate: Mp3Rate,
    rewindable: bool,
) -> Result<Box<dyn Encoder>, CodecError> {
    let lame = lame(spec, rate, rewindable).map_err(|error| CodecError::failed(FileFormat::Mp3, error))?;
    Ok(Box::new(LameEncoder { lame, tag: id3::bytes(&spec.tags), gain: gain(rate), scratch: Default::default() }))
}

/// Takes back that LAME 3.100 makes the sound softer at constant rates below 256 kbit/s (`abr_switch_map` in its
/// presets.c), so that all rates have one level.
fn gain(rate: Mp3Rate) -> f32 {
    match rate {
        Mp3Rate::Constant(..192) => 1.0 / 0.95,
        Mp3Rate::Constant(192..224) => 1.0 / 0.97,
        Mp3Rate::Constant(224..256) => 1.0 / 0.98,
        _ => 1.0,
    }
}

fn lame(spec: &AudioSpec, rate: Mp3Rate, rewindable: bool) -> Result<mp3lame_encoder::Encoder, BuildError> {
    let builder = Builder::new().ok_or(BuildError::NoMem)?;
    let hz = spec.rate.hz();
    let builder = builder
        .with_sample_rate(hz)?
        .with_output_sample_rate(NonZeroU32::new(hz))?
        .with_num_channels(spec.channels as u8)?
        .with_mode(if spec.channels == 1 { Mode::Mono } else { Mode::JointStereo })?
        // The frame that holds delay, padding and length is filled at the end.
        .with_to_write_vbr_tag(rewindable)?;
    match rate {
        Mp3Rate::Constant(kbps) => builder.with_brate(bitrate(kbps)?)?.with_quality(EFFORT)?,
        Mp3Rate::Variable(quality) => builder.with_vbr_mode(VbrMode::Mtrh)?.with_vbr_quality(vbr(quality))?,
    }
    .build()
}

fn vbr(quality: u8) -> Quality {
    use Quality::*;
    [Best, SecondBest, NearBest, VeryNice, Nice, Good, Decent, Ok, SecondWorst, Worst][usize::from(quality.min(9))]
}

fn bitrate(kbps: u16) -> Result<Bitrate, BuildError> {
    use Bitrate::*;
    let all = [
        Kbps8, Kbps16, Kbps24, Kbps32, Kbps40, Kbps48, Kbps64, Kbps80, Kbps96, Kbps112, Kbps128, Kbps160, Kbps192,
        Kbps224, Kbps256, Kbps320,
    ];
    all.into_iter().find(|&bitrate| bitrate as u16 == kbps).ok_or(BuildError::BadBRate)
}

impl Encoder for LameEncoder {
    fn start(&mut self, bytes: &mut Vec<u8>) {
        bytes.extend(&self.tag);
    }

    fn encode(&mut self, channels: &[&[f32]], bytes: &mut Vec<u8>) -> Result<(), String> {
        bytes.reserve(max_required_buffer_size(channels[0].len()));
        for (scaled, samples) in self.scratch.iter_mut().zip(channels) {
            scaled.clear();
            scaled.extend(samples.iter().map(|sample| sample * self.gain));
        }
        let [left, right] = &self.scratch;
        match channels.len() {
            1 => self.lame.encode_to_vec(MonoPcm(left), bytes),
            _ => self.lame.encode_to_vec(DualPcm { left, right }, bytes),
        }
        .map_err(|error| error.to_string())?;
        Ok(())
    }

    fn finish(&mut self, bytes: &mut Vec<u8>) -> Result<(), String> {
        bytes.reserve(max_required_buffer_size(0));
        self.lame.flush_to_vec::<FlushGap>(bytes).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// The LAME header: first frame of the stream.
    fn corrections(&mut self) -> Result<Option<(u64, Vec<u8>)>, String> {
        let mut bytes = Vec::with_capacity(self.lame.lame_tag_size());
        let found = self.lame.lame_tag_encode_to_vec(&mut bytes);
        Ok(found.map(|_| (self.tag.len() as u64, bytes)))
    }

    fn max_frames(&self) -> u64 {
        u64::MAX
    }
}
