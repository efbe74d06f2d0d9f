//! From planar samples to interleaved bytes.

use std::ops::Range;

use rae_dsp::quantize::{to_i16_dithered, to_i24};
use rae_dsp::wide::WideKernel;

use crate::SampleFormat;

/// Samples quantized before they are interleaved: a loop without strides becomes vectors.
const RUN: usize = 64;

/// Encodes `piece` of all channels into `bytes`, which have room for exactly that; returns how many samples were not
/// finite and how many were beyond full scale.
pub(crate) struct Encode<'a> {
    pub(crate) format: SampleFormat,
    pub(crate) channels: &'a [&'a [f32]],
    pub(crate) piece: Range<usize>,
    /// The frame of the file at which the piece begins.
    pub(crate) first_frame: u64,
    pub(crate) bytes: &'a mut [u8],
}

impl WideKernel for Encode<'_> {
    type Output = (u64, u64);

    #[inline(always)]
    fn run(self) -> (u64, u64) {
        let (mut non_finite, mut clipped) = (0, 0);
        for (channel, samples) in self.channels.iter().enumerate() {
            let samples = &samples[self.piece.clone()];
            let (bad, beyond) = misfits(samples);
            non_finite += bad;
            clipped += beyond;
            let (count, first) = (self.channels.len(), self.first_frame);
            match self.format {
                SampleFormat::S16 => interleave(samples, self.bytes, channel, count, |sample, at| {
                    to_i16_dithered(sample, first + at as u64, channel as u32).to_le_bytes()
                }),
                SampleFormat::S24 => interleave(samples, self.bytes, channel, count, |sample, _| {
                    let [low, middle, high, _] = to_i24(sample).to_le_bytes();
                    [low, middle, high]
                }),
                SampleFormat::F32 => {
                    interleave(samples, self.bytes, channel, count, |sample, _| sample.to_le_bytes());
                }
            }
        }
        (non_finite, clipped)
    }
}

/// Writes the bytes of one channel's samples into its places; what is not finite counts as 0.
#[inline(always)]
fn interleave<const BYTES: usize>(
    samples: &[f32],
    bytes: &mut [u8],
    channel: usize,
    channels: usize,
    encode: impl Fn(f32, usize) -> [u8; BYTES],
) {
    let (slots, _) = bytes.as_chunks_mut::<BYTES>();
    let mut encoded = [[0; BYTES]; RUN];
    for (index, run) in samples.chunks(RUN).enumerate() {
        let at = index * RUN;
        for (step, (out, &sample)) in encoded.iter_mut().zip(run).enumerate() {
            *out = encode(if sample.is_finite() { sample } else { 0.0 }, at + step);
        }
        let places = slots[at * channels + channel..].iter_mut().step_by(channels);
        places.zip(&encoded[..run.len()]).for_each(|(place, out)| *place = *out);
    }
}

/// Samples that are not finite, and finite ones beyond full scale, of fewer than 2^32.
#[inline(always)]
fn misfits(samples: &[f32]) -> (u64, u64) {
    let (mut bad, mut beyond) = (0u32, 0u32);
    for sample in samples {
        bad += u32::from(!sample.is_finite());
        beyond += u32::from(sample.is_finite() && sample.abs() > 1.0);
    }
    (bad.into(), beyond.into())
}
