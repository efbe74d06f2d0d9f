//! Plain interleaved samples, little-endian, as planes of `f32`.

use rae_dsp::AudioBuffer;
use rae_dsp::wide::WideKernel;

use super::Samples;

/// How a sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    U8,
    S16,
    S24,
    S32,
    F32,
    F64,
}

impl Encoding {
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Encoding::U8 => 1,
            Encoding::S16 => 2,
            Encoding::S24 => 3,
            Encoding::S32 | Encoding::F32 => 4,
            Encoding::F64 => 8,
        }
    }

    pub(crate) const fn samples(self) -> Samples {
        let bits = self.bytes() as u32 * 8;
        match self {
            Encoding::F32 | Encoding::F64 => Samples::Float { bits },
            _ => Samples::Integer { bits },
        }
    }
}

/// Fills `block` with as many frames as it has room for, from bytes that hold exactly those.
pub(crate) struct Interleaved<'a> {
    pub(crate) encoding: Encoding,
    pub(crate) bytes: &'a [u8],
    pub(crate) block: &'a mut AudioBuffer,
}

impl WideKernel for Interleaved<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Interleaved { encoding, bytes, block } = self;
        match encoding {
            Encoding::U8 => spread(bytes, block, |[byte]: [u8; 1]| (f32::from(byte) - 128.0) / 128.0),
            Encoding::S16 => spread(bytes, block, |bytes| f32::from(i16::from_le_bytes(bytes)) / 32_768.0),
            Encoding::S24 => spread(bytes, block, |[low, middle, high]: [u8; 3]| {
                (i32::from_le_bytes([0, low, middle, high]) >> 8) as f32 / 8_388_608.0
            }),
            Encoding::S32 => spread(bytes, block, |bytes| i32::from_le_bytes(bytes) as f32 / 2_147_483_648.0),
            Encoding::F32 => spread(bytes, block, f32::from_le_bytes),
            Encoding::F64 => spread(bytes, block, |bytes| f64::from_le_bytes(bytes) as f32),
        }
    }
}

/// One or two channels go frame by frame, which becomes vectors; more of them channel by channel.
#[inline(always)]
fn spread<const BYTES: usize>(bytes: &[u8], block: &mut AudioBuffer, convert: impl Fn([u8; BYTES]) -> f32) {
    let (samples, _) = bytes.as_chunks::<BYTES>();
    match block.channels() {
        1 => block.channel_mut(0).iter_mut().zip(samples).for_each(|(to, from)| *to = convert(*from)),
        2 => {
            let (left, right) = block.stereo_mut();
            let (pairs, _) = samples.as_chunks::<2>();
            for ((left, right), pair) in left.iter_mut().zip(right).zip(pairs) {
                (*left, *right) = (convert(pair[0]), convert(pair[1]));
            }
        }
        channels => {
            for channel in 0..channels {
                let from = samples.iter().skip(channel).step_by(channels);
                block.channel_mut(channel).iter_mut().zip(from).for_each(|(to, from)| *to = convert(*from));
            }
        }
    }
}
