//! What this crate writes is read back bit for bit.

use std::io::Cursor;

use proptest::prelude::*;
use rae_codec::{AudioReader, AudioSpec, AudioWriter, DecodeLimits, Encoding, SampleFormat, Samples, Tags, wav_bytes};
use rae_units::{Frames, SampleRate};

use crate::common::{decode, music, open, rounded};

const RATE: SampleRate = SampleRate::new(48_000).unwrap();

#[test]
fn a_wav_file_comes_back_as_it_went() {
    let whole = music(2, 30_000, 48_000);
    let files = [
        (SampleFormat::F32, whole.clone(), Samples::Float { bits: 32 }),
        (SampleFormat::S16, rounded(whole.clone(), 16), Samples::Integer { bits: 16 }),
        (SampleFormat::S24, rounded(whole, 24), Samples::Integer { bits: 24 }),
    ];
    for (format, audio, samples) in files {
        let mut reader = open(wav_bytes(&audio, RATE, format).unwrap());
        let info = reader.info();
        assert_eq!((info.rate, info.channels, info.frames), (RATE, 2, Some(Frames(30_000))));
        assert_eq!((info.format.to_string().as_str(), info.samples), ("WAV/PCM", samples));
        assert!(decode(&mut reader) == audio);
        assert!(reader.warnings().is_empty());
        assert!(reader.read().unwrap().is_none());
    }
}

#[test]
fn a_pipe_is_read_to_its_end() {
    let audio = music(2, 30_000, 48_000);
    let spec = AudioSpec { rate: RATE, channels: 2, max_frames: None, tags: Tags::default() };
    let mut writer = AudioWriter::streaming(Vec::new(), "-", &spec, Encoding::Wav(SampleFormat::F32)).unwrap();
    writer.write(&[audio.channel(0), audio.channel(1)]).unwrap();
    let bytes = writer.finish().unwrap().0;
    let mut reader = AudioReader::from_pipe(Cursor::new(bytes), "-", &DecodeLimits::default()).unwrap();
    assert_eq!(reader.info().frames, None);
    assert!(decode(&mut reader) == audio);
    assert_eq!(reader.warnings(), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn skipping_gives_what_follows(from in 0u64..12_000, between in 0u64..9000) {
        let audio = music(1, 10_000, 48_000);
        let mut reader = open(wav_bytes(&audio, RATE, SampleFormat::F32).unwrap());
        reader.skip_to(Frames(from));
        let rest = audio.channel(0).get(from as usize..).unwrap_or_default();
        let taken = reader.read().unwrap().map_or(0, |block| {
            assert!(rest.starts_with(block.channel(0)));
            block.frames()
        });
        prop_assert_eq!(taken == 0, rest.is_empty());
        let next = from + taken as u64 + between;
        reader.skip_to(Frames(next));
        let rest = audio.channel(0).get(next as usize..).unwrap_or_default();
        prop_assert!(decode(&mut reader).channel(0) == rest);
    }
}
