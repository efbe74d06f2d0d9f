//! Banks whose samples are Ogg Vorbis streams. The streams were made by libvorbis from formulas.

use std::f64::consts::TAU;
use std::fs;
use std::ops::Range;
use std::path::Path;

use rae_soundfont::{SoundFont, WarningKind};
use rae_testkit::{BankBuilder, SINE_OGG, STEREO_OGG, SWEEP_OGG, mutations, reseal, zone};

/// What the codec changes at most, root mean square.
const LOSS: f64 = 0.006;

fn sine(n: usize) -> f64 {
    0.5 * (TAU * n as f64 / 100.0).sin()
}

fn sweep(n: usize) -> f64 {
    let n = n as f64;
    0.4 * (TAU * (n / 200.0 + n * n / 3_000_000.0)).sin()
}

/// A bank with these streams as samples of one instrument, each with its loop.
fn bank(streams: &[(&[u8], Option<Range<u32>>)]) -> Vec<u8> {
    let mut builder = BankBuilder::new();
    for (_, looped) in streams {
        // The points only give place to the stream; the loop has to fit in.
        builder = builder.sample(&[0.0; 3001], looped.clone());
    }
    let builder = builder.instrument((0..streams.len()).map(zone)).preset(0, 0, [zone(0)]);
    builder.sf3_bytes(&streams.iter().map(|(stream, _)| *stream).collect::<Vec<_>>())
}

fn open(bytes: Vec<u8>) -> SoundFont {
    SoundFont::from_bytes(bytes, "test.sf3").unwrap()
}

fn values(bank: &SoundFont, sample: usize) -> Vec<f64> {
    bank.pcm(sample).words.iter().map(|word| f64::from(i16::from_le_bytes(*word)) / 32_768.0).collect()
}

/// Root of the mean square of the difference.
fn error(values: &[f64], formula: impl Fn(usize) -> f64) -> f64 {
    let energy: f64 = values.iter().enumerate().map(|(n, value)| (value - formula(n)).powi(2)).sum();
    (energy / values.len() as f64).sqrt()
}

#[test]
fn streams_are_decoded_to_their_exact_length_and_place() {
    let bank = open(bank(&[(SINE_OGG, Some(100..2900)), (SWEEP_OGG, None)]));
    assert!(bank.warnings().is_empty(), "{:?}", bank.warnings());
    assert_eq!(bank.model().info.version, (3, 1));
    let (first, second) = (&bank.model().samples[0], &bank.model().samples[1]);
    assert_eq!((first.start, first.end, first.loop_start, first.loop_end), (0, 3001, 100, 2900));
    assert_eq!((second.start, second.end, bank.points(0), bank.points(1)), (0, 30_007, 3001, 30_007));
    assert_eq!(bank.decoded_bytes(), 0, "nothing is decoded before it is asked for");
    let (a, b) = (values(&bank, 0), values(&bank, 1));
    assert_eq!((a.len(), b.len()), (3001, 30_007));
    // The codec's loss; a frame too early or too late would be 0.02 already.
    assert!(error(&a, sine) < LOSS, "{}", error(&a, sine));
    assert!(error(&b, sweep) < LOSS, "{}", error(&b, sweep));
    assert!(bank.pcm(0).low_bytes.is_empty() && bank.decoding_warnings().is_empty());
    assert_eq!(bank.decoded_bytes(), 2 * (3001 + 30_007));
}

#[test]
fn samples_without_the_flag_are_plain_points() {
    let mut bytes = BankBuilder::one_sample(&[0.25; 100], None).bytes();
    let version = bytes.windows(4).position(|window| window == b"ifil").unwrap();
    bytes[version + 8] = 3;
    let bank = open(bytes);
    assert_eq!((bank.points(0), bank.pcm(0).words[0]), (146, [0, 0x20]));
}

#[test]
fn renders_share_what_is_decoded_and_it_goes_when_they_do() {
    let bank = open(bank(&[(SINE_OGG, None), (SWEEP_OGG, None)]));
    bank.set_decoded_limit(10_000);
    let (one, two) = (bank.for_render(), bank.for_render());
    assert_eq!(one.pcm(0).words.as_ptr(), two.pcm(0).words.as_ptr());
    let first = one.pcm(1).words.to_vec();
    assert_eq!(bank.decoded_bytes(), 2 * (3001 + 30_007), "what is held stays");
    drop((one, two));
    let third = bank.for_render();
    third.pcm(0);
    bank.set_decoded_limit(10_000);
    assert_eq!(bank.decoded_bytes(), 2 * 3001);
    assert_eq!(third.pcm(1).words, first, "decoded anew, the same");
}

#[test]
fn a_damaged_stream_is_silence_with_a_warning_that_names_the_sample() {
    let mut damaged = SWEEP_OGG.to_vec();
    damaged[4600] ^= 0x20;
    let bank = open(bank(&[(&damaged, Some(10..2000)), (SINE_OGG, None), (STEREO_OGG, None)]));
    assert!(bank.warnings().is_empty());
    assert!(values(&bank, 0).iter().all(|value| *value == 0.0));
    assert_eq!((bank.points(0), bank.pcm(0).words.len()), (30_007, 30_007));
    assert!(error(&values(&bank, 1), sine) < LOSS, "its neighbours play");
    bank.pcm(2);
    let warnings = bank.decoding_warnings();
    assert_eq!(warnings.len(), 2);
    let what = &warnings[0].what;
    assert!(what.starts_with("sample 0 'sample 0' cannot be decoded and stays silent") && what.contains("checksum"));
    assert_eq!(warnings[0].kind, WarningKind::Sample);
    assert!(warnings[0].offset > 0);
    assert!(warnings[1].what.contains("not mono"), "{}", warnings[1]);
    assert!(bank.for_render().decoding_warnings().is_empty(), "who did not play it need not hear of it");
}

#[test]
fn what_is_no_stream_is_found_when_the_bank_is_opened() {
    let said = |stream: &[u8], expected: &str| {
        let bank = open(bank(&[(stream, None), (SINE_OGG, None)]));
        assert!(bank.warnings()[0].what.contains(expected), "{:?}", bank.warnings());
        assert!(bank.model().instruments[0].zones.iter().all(|zone| zone.target == Some(1)));
    };
    said(&[1, 2, 3, 4], "is no whole Ogg Vorbis stream");
    said(&SINE_OGG[..SINE_OGG.len() - 1], "is no whole Ogg Vorbis stream");
    said(&[], "has no stream");
    // The last page claims a length of 2³¹ points: more than 16 times the size of the file and than 2²⁷.
    let mut long = SINE_OGG.to_vec();
    let page = long.windows(4).rposition(|window| window == b"OggS").unwrap();
    long[page + 6..page + 14].copy_from_slice(&(1_u64 << 31).to_le_bytes());
    said(&long, "too many for a file of this length");
}

#[test]
fn many_headers_over_the_same_bytes_are_not_searched_without_end() {
    // A page at every fifth byte, none of which ends where the stream does: each header asks for all of them again.
    let pages = b"OggS\0".repeat(13_000);
    let count = 10_000;
    let mut builder = BankBuilder::new();
    for _ in 0..count {
        builder = builder.sample(&[0.0], None);
    }
    let mut streams = vec![&[][..]; count];
    (streams[0], streams[count - 1]) = (&pages, SINE_OGG);
    let mut bytes = builder.instrument([zone(0), zone(count - 1)]).preset(0, 0, [zone(0)]).sf3_bytes(&streams);
    let headers = bytes.windows(4).position(|window| window == b"shdr").unwrap() + 8;
    for header in 0..count - 1 {
        let end = (pages.len() - header % 5_000) as u32;
        let record = &mut bytes[headers + 46 * header..];
        record[20..24].fill(0);
        record[24..28].copy_from_slice(&end.to_le_bytes());
    }
    let bank = open(bytes);
    let said = |what: &str| bank.warnings().iter().any(|warning| warning.what.contains(what));
    assert!(said("is no whole Ogg Vorbis stream") && said("is not read: too many samples share"));
}

#[test]
fn a_stream_that_is_shorter_than_it_says_is_damaged() {
    let mut long = SINE_OGG.to_vec();
    let page = long.windows(4).rposition(|window| window == b"OggS").unwrap();
    long[page + 6..page + 14].copy_from_slice(&100_000_u64.to_le_bytes());
    reseal(&mut long);
    let bank = open(bank(&[(&long, None)]));
    assert!(bank.pcm(0).words.iter().all(|word| *word == [0; 2]));
    assert!(bank.decoding_warnings()[0].what.contains("of 100000 points"), "{:?}", bank.decoding_warnings());
}

#[test]
fn damage_behind_right_checksums_is_survived() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/sf3");
    let mut silent = 0;
    for seed in fs::read_dir(seeds).unwrap() {
        silent += silent_mutations(&fs::read(seed.unwrap().path()).unwrap());
    }
    assert!(silent > 100, "{silent} samples were damaged");
}

fn silent_mutations(bytes: &[u8]) -> usize {
    let mut silent = 0;
    for mut bytes in mutations(bytes, 800, 5) {
        reseal(&mut bytes);
        let Ok(bank) = SoundFont::from_bytes(bytes, "hostile.sf3") else { continue };
        for zone in bank.model().instruments.iter().flat_map(|instrument| &instrument.zones) {
            let sample = zone.target.unwrap();
            let header = &bank.model().samples[sample];
            assert!(header.end as usize <= bank.points(sample) && header.loop_end <= header.end);
            assert_eq!(bank.pcm(sample).words.len(), bank.points(sample));
        }
        silent += bank.decoding_warnings().len();
    }
    silent
}

#[test]
fn floor_points_that_coincide_are_refused_before_they_are_divided_by() {
    // The floors lie in the last 200 bytes of the setup header, which ends with its page. Clearing bits brings some point
    // to 0, where one is already.
    let setup = SINE_OGG.windows(7).position(|window| window == b"\x05vorbis").unwrap();
    let end = setup + SINE_OGG[setup..].windows(4).position(|window| window == b"OggS").unwrap();
    let mut refused = 0;
    for bit in 8 * (end - 200)..8 * end - 8 {
        let mut stream = SINE_OGG.to_vec();
        (bit..bit + 8).for_each(|bit| stream[bit / 8] &= !(1 << (bit % 8)));
        reseal(&mut stream);
        let bank = open(bank(&[(&stream, None)]));
        bank.pcm(0);
        let warnings = bank.decoding_warnings();
        let said = |what: &str| warnings.iter().any(|warning| warning.what.contains(what));
        assert!(!said("the decoder failed"), "bit {bit}: {warnings:?}");
        refused += usize::from(said("two points of a Vorbis floor are the same"));
    }
    assert!(refused > 0);
}

#[test]
fn damage_to_the_streams_themselves_is_survived() {
    let count = std::env::var("RAE_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let silent = mutations(SINE_OGG, count, 9).filter(|stream| {
        let mut stream = stream.clone();
        reseal(&mut stream);
        let bank = open(bank(&[(&stream, None), (SINE_OGG, None)]));
        bank.points(0) < 1 << 20 && bank.pcm(0).words.len() == bank.points(0) && !bank.decoding_warnings().is_empty()
    });
    assert!(silent.count() > 100);
}
