//! MP3 by LAME, where the feature `mp3` is on.

#[cfg(any(test, not(feature = "mp3")))]
mod disabled;
#[cfg(feature = "mp3")]
mod enabled;
#[cfg(feature = "mp3")]
mod id3;

#[cfg(not(feature = "mp3"))]
use disabled::checked_encoder;
#[cfg(feature = "mp3")]
use enabled::checked_encoder;

use super::{AudioSpec, Encoder, Mp3Rate};
use crate::{CodecError, FileFormat};

/// The sample rates of MPEG-1, MPEG-2 and MPEG-2.5 with their constant rates in kbit/s (ISO/IEC 11172-3, 13818-3; 2.5 is
/// the extension that all decoders know). 144 kbit/s is left out, as the encoder does.
const TABLES: [([u32; 3], &[u16]); 3] = [
    ([32_000, 44_100, 48_000], &[32, 40, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]),
    ([16_000, 22_050, 24_000], &[8, 16, 24, 32, 40, 48, 64, 80, 96, 112, 128, 160]),
    ([8_000, 11_025, 12_000], &[8, 16, 24, 32, 40, 48, 64]),
];

pub(super) fn encoder(spec: &AudioSpec, rate: Mp3Rate, rewindable: bool) -> Result<Box<dyn Encoder>, CodecError> {
    check(spec, rate)?;
    checked_encoder(spec, rate, rewindable)
}

/// Refuses what MP3 files cannot hold.
fn check(spec: &AudioSpec, rate: Mp3Rate) -> Result<(), CodecError> {
    let format = FileFormat::Mp3;
    if !(1..=format.max_channels()).contains(&spec.channels) {
        return Err(CodecError::channels(spec.channels.into(), format));
    }
    let hz = spec.rate.hz();
    let Some((_, bitrates)) = TABLES.iter().find(|(rates, _)| rates.contains(&hz)) else {
        let possible = "44100 or 48000 Hz, or 8000, 11025, 12000, 16000, 22050, 24000 or 32000 Hz";
        return Err(CodecError::Rate { format, rate: spec.rate, possible });
    };
    let (option, value, possible) = match rate {
        Mp3Rate::Constant(bitrate) if !bitrates.contains(&bitrate) => {
            let list = bitrates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            ("bitrate", bitrate.to_string(), format!("one of {list} kbit/s at {hz} Hz"))
        }
        Mp3Rate::Variable(quality) if quality > 9 => ("quality", quality.to_string(), "0 (best) to 9".to_owned()),
        _ => return Ok(()),
    };
    Err(CodecError::Choice { format, option, value, possible })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tags;
    use rae_units::SampleRate;

    #[test]
    fn without_lame_there_is_an_error_that_says_so() {
        let spec = AudioSpec { rate: SampleRate::CD, channels: 2, max_frames: None, tags: Tags::default() };
        let error = disabled::checked_encoder(&spec, Mp3Rate::Variable(2), true).map(drop).unwrap_err();
        assert!(matches!(error, CodecError::NoMp3) && error.is_choice());
        assert!(error.to_string().contains("feature `mp3`"), "{error}");
        assert_eq!(encoder(&spec, Mp3Rate::Variable(2), true).is_ok(), cfg!(feature = "mp3"));
    }
}
