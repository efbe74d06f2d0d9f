//! What cannot be written is said, with what to do.

use std::io::{self, Write};

use rae_codec::{
    AudioSpec, AudioWriter, CodecError, Encoding, EncodingOptions, FileFormat, Mp3Rate, SampleFormat, TagKey, Tags,
};

use crate::common::{music, spec};

const FLAC: Encoding = Encoding::Flac { samples: SampleFormat::S16, level: 5 };
const OPUS: Encoding = Encoding::Opus { bitrate: 128 };
const MP3: Encoding = Encoding::Mp3(Mp3Rate::Constant(128));

fn refused(spec: &AudioSpec, encoding: Encoding) -> String {
    match AudioWriter::streaming(Vec::new(), "-", spec, encoding) {
        Ok(_) => panic!("{encoding:?} was taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn formats_name_their_limits() {
    for (channels, rate, encoding, expected) in [
        (0, 44_100, FLAC, "FLAC cannot hold 0 channels: use 1 to 8"),
        (9, 44_100, FLAC, "FLAC cannot hold 9 channels: use 1 to 8, or WAV"),
        (3, 48_000, OPUS, "Opus cannot hold 3 channels: use 1 to 2, or WAV"),
        (0, 48_000, MP3, "MP3 cannot hold 0 channels: use 1 to 2, or WAV"),
        (2, 100_001, FLAC, "FLAC cannot have a sample rate of 100001 Hz: use 1 to 65534 Hz"),
        (2, 65_535, FLAC, "FLAC cannot have a sample rate of 65535 Hz: use 1 to 65534 Hz"),
        (
            2,
            655_350,
            FLAC,
            "FLAC cannot have a sample rate of 655350 Hz: use 1 to 65534 Hz, or multiples of 10 to 655340",
        ),
        (2, 44_100, OPUS, "Opus cannot have a sample rate of 44100 Hz: use 48000 Hz"),
        (2, 96_000, MP3, "MP3 cannot have a sample rate of 96000 Hz: use 44100 or 48000 Hz"),
        (1, 48_000, Encoding::Opus { bitrate: 300 }, "Opus with bitrate 300: use 6 to 256 kbit/s for 1 channel"),
        (2, 48_000, Encoding::Opus { bitrate: 5 }, "Opus with bitrate 5: use 6 to 512"),
        (2, 44_100, Encoding::Flac { samples: SampleFormat::S16, level: 9 }, "FLAC with level 9: use 0"),
        (
            2,
            44_100,
            Encoding::Flac { samples: SampleFormat::F32, level: 5 },
            "FLAC with sample format f32: use s16 or s24",
        ),
        (2, 44_100, Encoding::Mp3(Mp3Rate::Constant(100)), "MP3 with bitrate 100: use one of 32, 40, "),
        (2, 16_000, Encoding::Mp3(Mp3Rate::Constant(320)), "MP3 with bitrate 320: use one of 8, 16, "),
        (2, 44_100, Encoding::Mp3(Mp3Rate::Variable(10)), "MP3 with quality 10: use 0 (best) to 9"),
    ] {
        let error = refused(&spec(channels, rate), encoding);
        assert!(error.starts_with(expected), "{error}");
    }
}

#[cfg(not(feature = "mp3"))]
#[test]
fn without_lame_the_error_says_how_to_get_it() {
    let error = refused(&spec(2, 44_100), MP3);
    assert!(error.contains("feature `mp3`"), "{error}");
}

#[test]
fn choices_that_do_not_fit_the_format_are_named() {
    let options = EncodingOptions { level: Some(3), ..EncodingOptions::default() };
    let error = options.encoding(FileFormat::Mp3).unwrap_err().to_string();
    assert_eq!(error, "level does not fit MP3: it is a choice for FLAC");
    let options = EncodingOptions { bitrate: Some(128), ..EncodingOptions::default() };
    let error = options.encoding(FileFormat::Wav).unwrap_err().to_string();
    assert_eq!(error, "bitrate does not fit WAV: it is a choice for MP3 and Opus");
    let options = EncodingOptions { quality: Some(2), bitrate: Some(128), ..EncodingOptions::default() };
    assert!(matches!(options.encoding(FileFormat::Mp3), Err(CodecError::BitrateAndQuality)));
    assert_eq!(EncodingOptions::default().encoding(FileFormat::Opus).unwrap(), OPUS);
    let options = EncodingOptions { sample_format: Some(SampleFormat::S24), ..EncodingOptions::default() };
    let expected = Encoding::Flac { samples: SampleFormat::S24, level: 5 };
    assert_eq!(options.encoding(FileFormat::Flac).unwrap(), expected);
}

#[test]
fn tags_that_no_header_has_room_for_are_refused() {
    let mut long = spec(1, 44_100);
    long.tags.push(TagKey::Comment, "x".repeat(17 << 20));
    for encoding in [Encoding::default(), FLAC, OPUS] {
        let error = encoding.check(&long).unwrap_err();
        assert!(matches!(error, CodecError::TagsTooLong) && error.is_choice(), "{error}");
    }
    let mut tags = Tags::default();
    tags.push(TagKey::Title, "one\0two");
    assert_eq!(tags.get(TagKey::Title), Some("one two"));
}

/// Takes so many bytes and then says that the disk is full.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_told_with_the_name_whenever_it_happens() {
    let buffer = music(2, 20_000, 48_000);
    let channels = [buffer.channel(0), buffer.channel(1)];
    let encodings = [Encoding::default(), FLAC, OPUS];
    for encoding in encodings.into_iter().chain(cfg!(feature = "mp3").then_some(MP3)) {
        let write = |room| -> Result<u64, CodecError> {
            let mut writer = AudioWriter::streaming(Full(room), "song.x", &spec(2, 48_000), encoding)?;
            writer.write(&channels)?;
            Ok(writer.finish()?.1.bytes)
        };
        let size = write(usize::MAX).unwrap() as usize;
        for room in [0, 10, size / 2, size - 1] {
            let error = write(room).unwrap_err();
            assert_eq!(error.io_kind(), Some(io::ErrorKind::StorageFull), "{encoding:?} {error}");
            assert!(error.to_string().contains("song.x"), "{error}");
        }
    }
}

#[test]
fn what_is_no_number_becomes_zero_in_every_format_and_is_counted() {
    let mut broken = music(2, 20_000, 48_000);
    broken.channel_mut(1)[7] = f32::NAN;
    broken.channel_mut(0)[9_999] = f32::INFINITY;
    broken.channel_mut(0)[10_000] = 1.5;
    let mut mended = broken.clone();
    mended.channel_mut(1)[7] = 0.0;
    mended.channel_mut(0)[9_999] = 0.0;
    let encodings = [FLAC, OPUS];
    for encoding in encodings.into_iter().chain(cfg!(feature = "mp3").then_some(MP3)) {
        let write = |buffer: &rae_dsp::AudioBuffer| {
            let mut writer = AudioWriter::streaming(Vec::new(), "-", &spec(2, 48_000), encoding).unwrap();
            writer.write(&[buffer.channel(0), buffer.channel(1)]).unwrap();
            writer.finish().unwrap()
        };
        let ((bytes, summary), (expected, _)) = (write(&broken), write(&mended));
        assert!(bytes == expected, "{encoding:?}");
        assert_eq!((summary.non_finite, summary.clipped), (2, 1), "{encoding:?}");
    }
}
