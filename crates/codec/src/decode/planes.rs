//! Blocks of whatever sample type as `f32`, without loss for integers of up to 24 bits.

use std::ops::Range;

use rae_dsp::AudioBuffer;
use symphonia::core::audio::sample::Sample;
use symphonia::core::audio::{Audio, AudioBuffer as Decoded, GenericAudioBufferRef};

/// Appends frames `range` of `decoded` to nothing: `block` becomes exactly those, full scale being 1.
pub(crate) fn copy(decoded: &GenericAudioBufferRef<'_>, range: Range<usize>, block: &mut AudioBuffer) {
    use GenericAudioBufferRef as D;
    match decoded {
        D::U8(samples) => each(samples, range, block, |s| (f32::from(s) - 128.0) / 128.0),
        D::S8(samples) => each(samples, range, block, |s| f32::from(s) / 128.0),
        D::U16(samples) => each(samples, range, block, |s| (f32::from(s) - 32_768.0) / 32_768.0),
        D::S16(samples) => each(samples, range, block, |s| f32::from(s) / 32_768.0),
        D::U24(samples) => each(samples, range, block, |s| (s.inner() as i32 - 8_388_608) as f32 / 8_388_608.0),
        D::S24(samples) => each(samples, range, block, |s| s.inner() as f32 / 8_388_608.0),
        D::U32(samples) => each(samples, range, block, |s| (s ^ 0x8000_0000) as i32 as f32 / 2_147_483_648.0),
        D::S32(samples) => each(samples, range, block, |s| s as f32 / 2_147_483_648.0),
        D::F32(samples) => each(samples, range, block, |s| s),
        D::F64(samples) => each(samples, range, block, |s| s as f32),
    }
}

fn each<S: Sample>(decoded: &Decoded<S>, range: Range<usize>, block: &mut AudioBuffer, convert: impl Fn(S) -> f32) {
    block.reshape(decoded.num_planes(), range.len());
    for (channel, plane) in decoded.iter_planes().enumerate() {
        for (to, from) in block.channel_mut(channel).iter_mut().zip(&plane[range.clone()]) {
            *to = convert(*from);
        }
    }
}
