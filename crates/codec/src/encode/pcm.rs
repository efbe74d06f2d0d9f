//! From planar samples to interleaved bytes.

use rae_dsp::quantize::{to_i16_dithered, to_i24};
use rae_dsp::wide::{WideKernel, run_wide};

use super::SampleFormat;

/// Samples quantized before they are interleaved: a loop without strides becomes vectors.
const RUN: usize = 64;

/// Appends the samples as they stand in WAV files. `first_frame` is where the block begins in the file, which decides
/// about the dither.
pub(super) fn interleaved(channels: &[&[f32]], format: SampleFormat, first_frame: u64, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    let size = channels.iter().map(|channel| channel.len() * format.bytes() as usize).sum::<usize>();
    bytes.resize(start + size, 0);
    run_wide(Interleave { format, channels, first_frame, bytes: &mut bytes[start..] });
}

struct Interleave<'a> {
    format: SampleFormat,
    channels: &'a [&'a [f32]],
    first_frame: u64,
    /// Room for exactly the samples.
    bytes: &'a mut [u8],
}

impl WideKernel for Interleave<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (channel, samples) in self.channels.iter().enumerate() {
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
    }
}

/// Writes the bytes of one channel's samples into its places.
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
            *out = encode(sample, at + step);
        }
        let places = slots[at * channels + channel..].iter_mut().step_by(channels);
        places.zip(&encoded[..run.len()]).for_each(|(place, out)| *place = *out);
    }
}

/// Counts samples that are not finite, and finite ones beyond full scale, of fewer than 2^32.
pub(super) struct Misfits<'a>(pub(super) &'a [f32]);

/// How many there are.
pub(super) struct MisfitCounts {
    pub(super) non_finite: u64,
    pub(super) beyond: u64,
}

impl WideKernel for Misfits<'_> {
    type Output = MisfitCounts;

    #[inline(always)]
    fn run(self) -> MisfitCounts {
        let (mut bad, mut beyond) = (0u32, 0u32);
        for sample in self.0 {
            bad += u32::from(!sample.is_finite());
            beyond += u32::from(sample.is_finite() && sample.abs() > 1.0);
        }
        MisfitCounts { non_finite: bad.into(), beyond: beyond.into() }
    }
}
