//! Banks on top of each other.

use std::ffi::OsStr;
use std::path::Path;

use rae_soundfont::{BankName, Generator, SampleKind, SoundFont, subset};
use rae_testkit::{BankBuilder, SINE_OGG, constant, noise, zone};

/// A bank whose presets, all with an instrument and a sample of their own, are these; sample `i` is the constant
/// `value + i/100`.
fn bank(value: f64, presets: &[(u16, u16)]) -> BankBuilder {
    presets.iter().enumerate().fold(BankBuilder::new(), |bank, (i, &(number, program))| {
        bank.sample(&constant(value + i as f64 / 100.0, 100), Some(10..90))
            .instrument([zone(i).set(Generator::SampleModes, 1)])
            .preset(number, program, [zone(i)])
    })
}

/// The first point of what a preset plays, if there is the preset.
fn plays(font: &SoundFont, number: u16, program: u16) -> Option<f64> {
    let model = font.model();
    let preset = &model.presets[font.preset(number, program)?];
    assert_eq!((preset.bank, preset.program), (number, program));
    let instrument = &model.instruments[preset.zones[0].target?];
    let sample = instrument.zones[0].target?;
    let word = font.pcm(sample).words[model.samples[sample].start as usize];
    assert!(font.points(sample) >= model.samples[sample].end as usize);
    Some((f64::from(i16::from_le_bytes(word)) / 32_768.0 * 100.0).round() / 100.0)
}

#[test]
fn the_last_bank_plays_what_it_has_and_those_below_the_rest() {
    let low = bank(0.1, &[(0, 0), (0, 5), (128, 0)]).build();
    let high = bank(0.5, &[(0, 5), (1, 7)]).build();
    let stack = SoundFont::stack(&[(&low, 0), (&high, 0)]);
    let all = [(0, 0), (0, 5), (128, 0), (1, 7)].map(|(bank, program)| plays(&stack, bank, program));
    assert_eq!(all, [Some(0.1), Some(0.5), Some(0.12), Some(0.51)]);
    assert_eq!(stack.model().presets.len(), 4, "what is covered is not there");
    assert_eq!(plays(&SoundFont::stack(&[(&high, 0), (&low, 0)]), 0, 5), Some(0.11));
    assert_eq!((stack.source(), stack.model().info.name.as_str()), ("testkit + testkit", "testkit + testkit"));
    assert_eq!(stack.file_len(), low.file_len() + high.file_len());
}

#[test]
fn an_offset_moves_all_banks_but_the_drums() {
    let low = bank(0.1, &[(0, 0), (1, 0), (128, 0)]).build();
    let high = bank(0.5, &[(0, 0), (126, 0), (64, 3), (128, 0), (128, 8)]).build();
    let stack = SoundFont::stack(&[(&low, 0), (&high, 1)]);
    let moved = [(0, 0), (1, 0), (2, 0), (127, 0), (65, 3), (128, 0), (128, 8)];
    let all = moved.map(|(bank, program)| plays(&stack, bank, program));
    assert_eq!(all, [Some(0.1), Some(0.5), None, Some(0.51), Some(0.52), Some(0.53), Some(0.54)]);
    assert_eq!(stack.source(), "testkit + testkit@1");
    // What leaves the banks that can be selected does not become a drum kit.
    let far = SoundFont::stack(&[(&high, 64)]);
    assert_eq!([plays(&far, 64, 0), plays(&far, 128, 3), plays(&far, 128, 0)], [Some(0.5), None, Some(0.53)]);
    assert_eq!(far.model().presets.len(), 3);
}

#[test]
fn samples_keep_their_points_and_partners() {
    let paired = |seed| {
        BankBuilder::new()
            .sample(&noise(seed, 300), None)
            .adjust(|sample| (sample.kind, sample.link) = (SampleKind::Left, 1))
            .sample(&noise(seed + 1, 300), None)
            .adjust(|sample| (sample.kind, sample.link) = (SampleKind::Right, 0))
            .instrument([zone(0), zone(1)])
            .preset(0, seed as u16, [zone(0)])
    };
    let (low, high) = (paired(1).build(), paired(3).build());
    let stack = SoundFont::stack(&[(&low, 0), (&high, 0)]);
    let links: Vec<_> = stack.model().samples.iter().map(|sample| (sample.kind, sample.link)).collect();
    let (left, right) = (SampleKind::Left, SampleKind::Right);
    assert_eq!(links, [(left, 1), (right, 0), (left, 3), (right, 2)]);
    for (number, font, own) in [(0, &high, 0), (1, &high, 1), (2, &low, 0), (3, &low, 1)] {
        assert_eq!(stack.pcm(number).words.as_ptr(), font.pcm(own).words.as_ptr(), "points are shared, not copied");
        assert_eq!(stack.model().samples[number].start, font.model().samples[own].start);
    }
}

#[test]
fn vorbis_samples_are_decoded_and_damaged_ones_told_with_their_bank() {
    let builder = bank(0.0, &[(0, 0), (0, 1)]);
    let mut damaged = SINE_OGG.to_vec();
    let last = damaged.len() - 20;
    damaged[last] ^= 1;
    let packed = SoundFont::from_bytes(builder.sf3_bytes(&[SINE_OGG, &damaged]), "packed.sf3").unwrap();
    let plain = bank(0.3, &[(0, 0), (0, 2)]).build();
    let stack = SoundFont::stack(&[(&packed, 0), (&plain, 1)]);
    assert_eq!((plays(&stack, 1, 0), plays(&stack, 1, 2)), (Some(0.3), Some(0.31)));
    let sine = stack.pcm(2).words;
    assert_eq!(sine, packed.pcm(0).words);
    assert!(stack.decoding_warnings().is_empty());
    assert!(stack.pcm(3).words.iter().all(|word| *word == [0; 2]));
    let warnings: Vec<String> = stack.decoding_warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.len() == 1 && warnings[0].starts_with("packed.sf3: sample 1 '"), "{warnings:?}");
    assert_eq!(stack.decoded_bytes(), packed.decoded_bytes());
}

#[test]
fn a_stack_can_be_written_as_one_bank() {
    let fine = BankBuilder::new_24_bit()
        .sample(&constant(0.7, 50), None)
        .instrument([zone(0)])
        .preset(0, 9, [zone(0)])
        .build();
    let stack = SoundFont::stack(&[(&fine, 2), (&bank(0.1, &[(0, 0), (0, 1)]).build(), 0)]);
    let all = (0..stack.model().presets.len()).collect();
    let written = SoundFont::from_bytes(subset(&stack, &all).unwrap(), "written").unwrap();
    assert!(written.warnings().is_empty());
    for (number, program) in [(0, 0), (0, 1), (2, 9)] {
        assert!(plays(&stack, number, program).is_some());
        assert_eq!(plays(&written, number, program), plays(&stack, number, program));
    }
    let (last, pcm) = (written.model().samples.last().unwrap(), written.pcm(2));
    let low = pcm.low_bytes[last.start as usize];
    assert_eq!(low, fine.pcm(0).low_bytes[0], "the low bytes of the one bank that has any stay with their words");
    assert_ne!(low, 0);
}

#[test]
fn a_part_of_a_file_is_a_bank() {
    let bytes = bank(0.25, &[(0, 0)]).bytes();
    let whole = [&[1, 2, 3][..], &bytes, &[4; 10]].concat();
    let font = SoundFont::from_part(whole.into(), 3..3 + bytes.len(), "song.rmi").unwrap();
    assert_eq!((plays(&font, 0, 0), font.warnings().len()), (Some(0.25), 0));
    let beyond = SoundFont::from_part(vec![0; 4].into(), 2..90, "song.rmi").unwrap_err().to_string();
    assert!(beyond.contains("song.rmi"), "{beyond}");
}

#[test]
fn names_end_in_an_offset_or_are_those_of_files() {
    let parse = |text: &str| BankName::parse(OsStr::new(text)).map(|name| (name.path, name.offset));
    let is = |text: &str, path: &str, offset| assert_eq!(parse(text).unwrap(), (path.into(), offset), "{text}");
    is("a.sf2", "a.sf2", 0);
    is("a.sf2@3", "a.sf2", 3);
    is("builtin@127", "builtin", 127);
    is("me@home/a.sf2", "me@home/a.sf2", 0);
    is("a@b", "a@b", 0);
    is("@3", "@3", 0);
    let error = parse("a.sf2@128").unwrap_err().to_string();
    assert!(error.contains("a.sf2: the bank offset is 128; choose 0 to 127"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("piano@2");
    let text = file.to_str().unwrap();
    is(text, &text[..text.len() - 2], 2);
    std::fs::write(&file, b"").unwrap();
    is(text, text, 0);
    is(&format!("{text}@0"), text, 0);
    assert_eq!(BankName { path: Path::new("a").into(), offset: 4 }.to_string(), "a@4");
}
