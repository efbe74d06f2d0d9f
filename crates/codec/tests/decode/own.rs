//! What this crate writes is read back bit for bit.

use std::io::Cursor;

use proptest::prelude::*;
use rae_codec::{
    AudioReader, AudioSpec, AudioWriter, CodecError, DecodeLimits, Encoding, EncodingOptions, FileFormat, SampleFormat,
    Samples, Skipped, TagKey, Tags, read_all, wav_bytes,
};
use rae_dsp::AudioBuffer;
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

#[test]
fn names_in_wav_files_come_back() {
    let all: Tags = TagKey::ALL.into_iter().map(|key| (key, format!("{key} é"))).collect();
    let audio = rounded(music(1, 1000, 48_000), 16);
    for max_frames in [None, Some(Frames(1000))] {
        let spec = AudioSpec { rate: RATE, channels: 1, max_frames, tags: all.clone() };
        let encoding = Encoding::Wav(SampleFormat::S16);
        let mut file = AudioWriter::seekable(Cursor::new(Vec::new()), "memory", &spec, encoding).unwrap();
        let mut stream = AudioWriter::streaming(Vec::new(), "-", &spec, encoding).unwrap();
        file.write(&[audio.channel(0)]).unwrap();
        stream.write(&[audio.channel(0)]).unwrap();
        for bytes in [file.finish().unwrap().0.into_inner(), stream.finish().unwrap().0] {
            let mut reader = open(bytes);
            for key in TagKey::ALL {
                let kept = !matches!(key, TagKey::AlbumArtist | TagKey::Disc | TagKey::Isrc);
                assert_eq!(reader.info().tags.get(key).map(str::to_owned), kept.then(|| format!("{key} é")));
            }
            assert!(decode(&mut reader) == audio);
        }
    }
}

#[test]
fn files_without_a_frame_come_back_empty() {
    for format in FileFormat::ALL.into_iter().filter(|format| cfg!(feature = "mp3") || *format != FileFormat::Mp3) {
        let encoding = EncodingOptions::default().encoding(format).unwrap();
        for max_frames in [None, Some(Frames(0))] {
            let spec = AudioSpec { rate: RATE, channels: 2, max_frames, tags: Tags::default() };
            let writer = AudioWriter::seekable(Cursor::new(Vec::new()), "memory", &spec, encoding).unwrap();
            let bytes = writer.finish().unwrap().0.into_inner();
            let opened = AudioReader::from_bytes(bytes, "memory", &DecodeLimits::default());
            let mut reader = opened.unwrap_or_else(|error| panic!("{encoding:?}: {error}"));
            assert_eq!((reader.info().rate, reader.info().channels), (RATE, 2), "{encoding:?}");
            assert!(reader.read().unwrap().is_none() && reader.warnings().is_empty(), "{encoding:?}");
        }
    }
}

/// A chunk of RIFF with the byte that fills up an odd one.
fn chunk(id: &str, body: &[u8]) -> Vec<u8> {
    let mut chunk = [id.as_bytes(), (body.len() as u32).to_le_bytes().as_slice(), body].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

#[test]
fn odd_chunks_around_the_sound_are_passed_by() {
    let audio = rounded(music(1, 100, 48_000), 16);
    let plain = wav_bytes(&audio, RATE, SampleFormat::S16).unwrap();
    let (format, data) = (&plain[12..36], &plain[plain.len() - 208..]);
    assert!(format.starts_with(b"fmt ") && data.starts_with(b"data"));
    let odd = [chunk("bext", &[7; 603]), chunk("id3 ", &[8; 21])].concat();
    let title = chunk("LIST", b"INFOINAM\x03\0\0\0Sea\0");
    let body = [b"WAVE".as_slice(), &odd, format, &odd, data, &odd, &title].concat();
    let file = [b"RIFF".as_slice(), (body.len() as u32).to_le_bytes().as_slice(), &body].concat();
    let mut reader = open(file.clone());
    assert_eq!(reader.info().tags.get(TagKey::Title), Some("Sea"));
    assert!(decode(&mut reader) == audio && reader.warnings().is_empty());
    let mut pipe = AudioReader::from_pipe(Cursor::new(file), "-", &DecodeLimits::default()).unwrap();
    assert!(decode(&mut pipe) == audio);
}

/// A file of RF64, which the library does not know, with a chunk of names in front.
fn behind(names: usize) -> (AudioBuffer, Vec<u8>) {
    let audio = rounded(music(1, 100, 48_000), 16);
    let plain = wav_bytes(&audio, RATE, SampleFormat::S16).unwrap();
    let mut sizes = [0; 28];
    sizes[8] = 200;
    let format = &plain[12..36];
    let data = [b"data\xff\xff\xff\xff", &plain[44..]].concat();
    let body = [b"WAVE".as_slice(), &chunk("ds64", &sizes), &chunk("bext", &vec![7; names]), format, &data].concat();
    (audio, [b"RF64\xff\xff\xff\xff".as_slice(), &body].concat())
}

#[test]
fn the_format_may_stand_behind_long_chunks() {
    for names in [10, 4070, 5001, 1 << 20] {
        let (audio, file) = behind(names);
        let mut reader = open(file.clone());
        assert_eq!(reader.info().frames, Some(Frames(100)), "{names}");
        assert!(decode(&mut reader) == audio && reader.warnings().is_empty(), "{names}");
        let mut pipe = AudioReader::from_pipe(Cursor::new(file.clone()), "-", &DecodeLimits::default()).unwrap();
        assert!(decode(&mut pipe) == audio, "{names} through a pipe");
        let tagged = [b"ID3\x04\0\0\0\0\x02\0".as_slice(), &[0; 256], &file].concat();
        let mut pipe = AudioReader::from_pipe(Cursor::new(tagged), "-", &DecodeLimits::default()).unwrap();
        assert!(decode(&mut pipe) == audio, "{names} behind ID3 through a pipe");
    }
}

#[test]
fn a_file_of_nothing_but_empty_chunks_is_refused() {
    let chunks = b"JUNK\0\0\0\0".repeat(100_000);
    let file = [b"RIFF\0\0\0\0WAVE".as_slice(), &chunks, b"fmt "].concat();
    let opened = AudioReader::from_bytes(file, "junk", &DecodeLimits::default());
    assert!(opened.is_err());
}

#[test]
fn a_whole_file_in_memory_has_its_limits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.wav");
    // Mono of 8 bits, in a file with nothing on the disk.
    let frames = (1u32 << 30) + 2;
    let mut header = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x44\xac\0\0\x01\0\x08\0data".to_vec();
    header.extend(frames.to_le_bytes());
    std::fs::write(&path, &header).unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(header.len() as u64 + u64::from(frames)).unwrap();
    let error = read_all(&path).map(drop).unwrap_err();
    assert!(matches!(error, CodecError::Limit { .. }), "{error}");
}

#[test]
fn claims_beyond_the_limit_are_not_believed() {
    let audio = music(1, 100, 48_000);
    let limits = DecodeLimits { max_frames: Frames(99), ..DecodeLimits::default() };
    let reader = AudioReader::from_bytes(wav_bytes(&audio, RATE, SampleFormat::F32).unwrap(), "long", &limits);
    assert_eq!(reader.unwrap().info().frames, None);
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

    #[test]
    fn what_is_left_out_may_be_decoded_piece_by_piece(from in 0u64..12_000, again in 0u64..12_000) {
        let audio = music(1, 10_000, 48_000);
        let encoding = Encoding::Flac { samples: SampleFormat::S16, level: 0 };
        let spec = AudioSpec { rate: RATE, channels: 1, max_frames: None, tags: Tags::default() };
        let mut writer = AudioWriter::seekable(Cursor::new(Vec::new()), "memory", &spec, encoding).unwrap();
        let audio = rounded(audio, 16);
        writer.write(&[audio.channel(0)]).unwrap();
        let mut reader = open(writer.finish().unwrap().0.into_inner());
        let mut pieces = 0;
        reader.skip_to(Frames(from));
        let found = loop {
            match reader.skip_some().unwrap() {
                Skipped::More => pieces += 1,
                found => break found,
            }
        };
        let expected = if from < 10_000 { Skipped::All } else { Skipped::End };
        prop_assert_eq!(found, expected);
        prop_assert!(pieces >= from.min(10_000) / 4096);
        let next = from.max(again);
        reader.skip_to(Frames(next));
        let rest = audio.channel(0).get(next as usize..).unwrap_or_default();
        prop_assert!(decode(&mut reader).channel(0) == rest);
    }
}
