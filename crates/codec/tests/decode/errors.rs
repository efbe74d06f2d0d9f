//! What is not sound, or not such sound, is called by its name.

use rae_codec::{AudioReader, CodecError, DecodeLimits, SampleFormat, wav_bytes};
use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};

use crate::common::music;

fn refused(bytes: &[u8]) -> CodecError {
    AudioReader::from_bytes(bytes.to_vec(), "song.mp3", &DecodeLimits::default()).map(drop).unwrap_err()
}

#[test]
fn what_is_no_sound_is_named() {
    let files: [(&[u8], &str); 7] = [
        (b"", "empty"),
        (b"MThd\0\0\0\x06\0\0\0\x01\x01\xe0", "MIDI"),
        (b"RIFF\x30\0\0\0RMIDdata\0\0\0\0", "MIDI"),
        (b"RIFF\x30\0\0\0sfbkLIST\0\0\0\0", "SoundFont"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"<!DOCTYPE html><title>404</title>", "web page"),
        (b"Dear Sir or Madam, this is a letter, which is not to be sung.", "no audio file"),
    ];
    for (bytes, name) in files {
        let error = refused(bytes);
        assert!(matches!(error, CodecError::NotAudio { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(name) && text.contains("song.mp3"), "{text}");
    }
}

#[test]
fn kinds_that_are_not_decoded_are_named() {
    let files: [(&[u8], &str); 3] =
        [(b"wvpk\0\0\0\0", "WavPack"), (b".snd\0\0\0\x18", "Sun AU"), (b"MAC \x96\x0f\0\0", "Monkey")];
    for (bytes, name) in files {
        let error = refused(bytes);
        assert!(matches!(&error, CodecError::Unsupported { found, .. } if found.contains(name)), "{error}");
    }
}

#[test]
fn missing_files_and_folders_are_told_from_damage() {
    let folder = tempfile::tempdir().unwrap();
    let missing = AudioReader::open(folder.path().join("no.wav")).map(drop).unwrap_err();
    assert!(matches!(&missing, CodecError::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound));
    assert!(missing.to_string().contains("no.wav"));
    let is_folder = AudioReader::open(folder.path()).map(drop).unwrap_err();
    assert!(matches!(&is_folder, CodecError::Read { .. }) && is_folder.to_string().contains("folder"));
}

#[test]
fn more_than_the_limits_allow_is_refused() {
    let wav = |channels, rate| {
        let buffer = AudioBuffer::new(channels, 100);
        wav_bytes(&buffer, SampleRate::new(rate).unwrap(), SampleFormat::F32).unwrap()
    };
    let limits = DecodeLimits { max_channels: 8, rates: 8000..=192_000, max_frames: Frames(90) };
    let open = |bytes| AudioReader::from_bytes(bytes, "x", &limits);
    for (bytes, word) in [(wav(9, 44_100), "9 channels"), (wav(1, 7999), "7999 Hz"), (wav(1, 200_000), "200000 Hz")] {
        let error = open(bytes).map(drop).unwrap_err();
        assert!(matches!(&error, CodecError::Limit { .. }) && error.to_string().contains(word), "{error}");
    }
    let mut long = open(wav(8, 8000)).unwrap();
    assert!(matches!(long.read_to_end(Frames(u64::MAX)), Err(CodecError::Limit { .. })));
}

#[test]
fn a_file_cut_short_gives_what_is_there_and_says_so() {
    let audio = music(2, 20_000, 48_000);
    let bytes = wav_bytes(&audio, SampleRate::new(48_000).unwrap(), SampleFormat::F32).unwrap();
    let header = bytes.len() - 160_000;
    // Half a sample of the last frame is there.
    let cut = bytes[..header + 8 * 12_345 + 2].to_vec();
    let mut reader = AudioReader::from_bytes(cut, "x", &DecodeLimits::default()).unwrap();
    let read = reader.read_to_end(Frames(1 << 20)).unwrap();
    assert!(read.channel(1) == &audio.channel(1)[..12_345]);
    assert!(matches!(reader.warnings(), [text] if text.contains("cut short")), "{:?}", reader.warnings());
}
