//! Parts of banks, written as banks of their own.

use std::collections::BTreeSet;

use rae_soundfont::{Error, Generator, SampleKind, SoundFont, subset};
use rae_testkit::{BankBuilder, SINE_OGG, SWEEP_OGG, constant, noise, zone};

fn part(bank: &SoundFont, presets: &[usize]) -> SoundFont {
    let bytes = subset(bank, &presets.iter().copied().collect()).unwrap();
    let part = SoundFont::from_bytes(bytes, "part").unwrap();
    assert!(part.warnings().is_empty(), "{:?}", part.warnings());
    part
}

fn points(bank: &SoundFont, sample: usize) -> (Vec<[u8; 2]>, Vec<u8>) {
    let header = &bank.model().samples[sample];
    let (pcm, range) = (bank.pcm(sample), header.start as usize..header.end as usize);
    (pcm.words[range.clone()].to_vec(), pcm.low_bytes.get(range).unwrap_or_default().to_vec())
}

/// Four samples; presets 0 (samples 1 and 3), 1 (sample 0) and 2 (sample 3).
fn three_presets(builder: BankBuilder) -> SoundFont {
    builder
        .sample(&noise(1, 500), Some(10..400))
        .sample(&noise(2, 300), Some(20..290))
        .adjust(|sample| (sample.kind, sample.link) = (SampleKind::Left, 3))
        .sample(&noise(3, 999), None)
        .sample(&noise(4, 200), None)
        .adjust(|sample| (sample.kind, sample.link) = (SampleKind::Right, 1))
        .instrument([zone(0).set(Generator::Pan, 100)])
        .instrument([zone(1).keys(0..=59), zone(3).keys(60..=127)])
        .instrument([zone(3)])
        .instrument([zone(2)])
        .preset(0, 5, [zone(1).velocities(1..=64)])
        .preset(0, 6, [zone(0)])
        .preset(128, 0, [zone(2)])
        .build()
}

#[test]
fn what_is_needed_is_kept_bit_for_bit_and_nothing_else() {
    for builder in [BankBuilder::new(), BankBuilder::new_24_bit()] {
        let whole = three_presets(builder);
        let part = part(&whole, &[0]);
        let (all, kept) = (whole.model(), part.model());
        assert_eq!((kept.presets.len(), kept.instruments.len(), kept.samples.len()), (1, 1, 2));
        assert_eq!((&kept.presets[0].name, kept.presets[0].program), (&all.presets[0].name, 5));
        assert_eq!(kept.presets[0].zones[0].velocities, Some(1..=64));
        assert_eq!(kept.instruments[0].name, all.instruments[1].name);
        for (new, old) in [(0, 1), (1, 3)] {
            assert_eq!(points(&part, new), points(&whole, old));
            let (a, b) = (&kept.samples[new], &all.samples[old]);
            assert_eq!((&a.name, a.rate, a.root_key, a.kind), (&b.name, b.rate, b.root_key, b.kind));
            assert_eq!((a.loop_start - a.start, a.loop_end - a.start), (b.loop_start - b.start, b.loop_end - b.start));
        }
        assert_eq!((kept.samples[0].link, kept.samples[1].link), (1, 0), "partners find each other");
        assert_eq!(part.points(0), 300 + 46 + 200 + 46);
        let pcm = part.pcm(0);
        assert!(pcm.words[300..346].iter().chain(&pcm.words[546..]).all(|word| *word == [0; 2]));
        assert_eq!(pcm.low_bytes.len(), whole.pcm(0).low_bytes.len().min(part.points(0)));
    }
}

#[test]
fn a_sample_without_its_partner_is_mono() {
    let part = part(&three_presets(BankBuilder::new()), &[2]);
    assert_eq!((part.model().samples[0].kind, part.model().samples[0].link), (SampleKind::Mono, 0));
}

#[test]
fn all_presets_are_the_bank_without_what_none_of_them_plays() {
    let whole = three_presets(BankBuilder::new());
    let part = part(&whole, &[0, 1, 2]);
    assert_eq!(part.model().presets, whole.model().presets);
    assert_eq!(part.model().samples.len(), 3);
    assert_eq!(points(&part, 0), points(&whole, 0));
}

#[test]
fn points_that_generators_reach_beyond_a_sample_come_along() {
    let whole = BankBuilder::new()
        .sample(&constant(0.5, 100), None)
        .sample(&constant(0.25, 100), None)
        .instrument([zone(0).set(Generator::EndAddrsOffset, 200), zone(1).set(Generator::StartAddrsOffset, -146)])
        .preset(0, 0, [zone(0)])
        .build();
    let part = part(&whole, &[0]);
    // The stretches overlap: they are one, as long as both samples with their silence, and 46 points more.
    assert_eq!(part.model().samples, whole.model().samples);
    assert_eq!(part.pcm(0).words[..292], whole.pcm(0).words[..292]);
}

#[test]
fn names_and_texts_that_are_too_long_lose_their_end() {
    let mut bytes = BankBuilder::one_sample(&[0.5; 100], None).bytes();
    // In Latin-1, which takes one byte for what takes two in UTF-8.
    for (chunk, old) in [(b"phdr", "preset 0:0"), (b"inst", "instrument 0"), (b"shdr", "sample 0")] {
        let start = bytes.windows(4).position(|window| window == chunk).unwrap() + 8;
        assert!(bytes[start..].starts_with(old.as_bytes()));
        bytes[start..start + 18].fill(0xE9);
    }
    add_text(&mut bytes, b"ICOP", &[0xE9; 300]);
    add_text(&mut bytes, b"IENG", &[b'x'; 2000]);
    add_text(&mut bytes, b"ICMT", &[0xE9; 60_000]);
    let whole = SoundFont::from_bytes(bytes, "long").unwrap();
    assert_eq!(whole.model().info.copyright.as_ref().unwrap().chars().count(), 300);
    let part = part(&whole, &[0]);
    let (model, name) = (part.model(), "é".repeat(10));
    assert_eq!([&model.presets[0].name, &model.instruments[0].name, &model.samples[0].name], [&name; 3]);
    let info = &model.info;
    assert_eq!(info.copyright, Some("é".repeat(127)));
    assert_eq!(info.author, Some("x".repeat(255)));
    assert_eq!(info.comment, Some("é".repeat(32_767)));
    assert_eq!(info.name, "testkit");
}

/// Appends a text to the INFO list, which comes first in the file.
fn add_text(bytes: &mut Vec<u8>, id: &[u8; 4], text: &[u8]) {
    let chunk = [id, &(text.len() as u32).to_le_bytes()[..], text].concat();
    let length = |at: usize, bytes: &[u8]| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let end = 20 + length(16, bytes) as usize;
    bytes.splice(end..end, chunk.iter().copied());
    for at in [4, 16] {
        let longer = length(at, bytes) + chunk.len() as u32;
        bytes[at..at + 4].copy_from_slice(&longer.to_le_bytes());
    }
}

#[test]
fn a_sample_without_a_loop_has_an_empty_one_at_its_start() {
    let whole = BankBuilder::new()
        .sample(&noise(1, 500), None)
        .sample(&noise(2, 300), None)
        .adjust(|sample| (sample.loop_start, sample.loop_end) = (0, 0))
        .instrument([zone(0)])
        .instrument([zone(1)])
        .preset(0, 0, [zone(0)])
        .preset(0, 1, [zone(1)])
        .build();
    let part = part(&whole, &[1]);
    let sample = &part.model().samples[0];
    assert_eq!((sample.start, sample.end, sample.loop_start, sample.loop_end), (0, 300, 0, 0));
}

#[test]
fn sf3_becomes_sf2() {
    let bytes = BankBuilder::new()
        .sample(&[0.0; 3001], Some(100..2900))
        .sample(&[0.0; 100], None)
        .instrument([zone(0), zone(1)])
        .preset(0, 0, [zone(0)])
        .sf3_bytes(&[SINE_OGG, SWEEP_OGG]);
    let whole = SoundFont::from_bytes(bytes, "test.sf3").unwrap();
    let part = part(&whole, &[0]);
    assert_eq!(part.model().info.version, (2, 1));
    assert_eq!(part.points(0), 3001 + 46 + 30_007 + 46);
    for sample in [0, 1] {
        assert_eq!(points(&part, sample), points(&whole, sample));
    }
    let header = &part.model().samples[0];
    assert_eq!((header.loop_start, header.loop_end), (100, 2900));
}

#[test]
fn what_cannot_be_written_whole_is_an_error() {
    let bank = three_presets(BankBuilder::new());
    let error = |presets: &[usize]| match subset(&bank, &presets.iter().copied().collect::<BTreeSet<_>>()) {
        Err(Error::Write(reason)) => reason,
        other => panic!("{:?}", other.map(|bytes| bytes.len())),
    };
    assert!(error(&[]).contains("needs a preset"));
    assert!(error(&[3]).contains("no preset number 3"));
    let mut damaged = SINE_OGG.to_vec();
    damaged[3500] ^= 1;
    let bytes = BankBuilder::one_sample(&[0.0; 100], None).sf3_bytes(&[&damaged]);
    let bank = SoundFont::from_bytes(bytes, "test.sf3").unwrap();
    assert!(subset(&bank, &BTreeSet::from([0])).unwrap_err().to_string().contains("sample 0"));
}
