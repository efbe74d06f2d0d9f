//! Damaged zones, generators, modulators and sample headers are skipped or repaired, each with a warning.

use crate::raw::{Raw, named, sample, words};
use rae_soundfont::{Destination, Generator, SampleKind, SoundFont, WARNING_LIMIT, Warning, WarningKind, Zone};

fn parse(raw: &Raw) -> SoundFont {
    SoundFont::from_bytes(raw.bytes(), "hand.sf2").unwrap()
}

/// Opens the bank, which must give exactly these warnings: kind, chunk, offset in the chunk, part of the text.
#[track_caller]
fn open(raw: &Raw, expected: &[(WarningKind, &str, u64, &str)]) -> SoundFont {
    let bank = parse(raw);
    assert_eq!(bank.warnings().len(), expected.len(), "{:#?}", bank.warnings());
    for (warning, (kind, chunk, offset, text)) in bank.warnings().iter().zip(expected) {
        assert!(warning.what.contains(text), "{warning} lacks '{text}'");
        assert_eq!((warning.kind, warning.offset), (*kind, raw.offset(chunk) + offset), "{warning}");
    }
    bank
}

fn zones(bank: &SoundFont) -> &[Zone] {
    &bank.model().instruments[0].zones
}

#[test]
fn a_zone_whose_target_does_not_exist_is_left_out() {
    let bank = open(
        &Raw::valid().put("igen", 10, 7),
        &[(WarningKind::Zone, "ibag", 4, "'Strings': a zone names a sample that does not exist (7)")],
    );
    assert!(zones(&bank).is_empty() && bank.model().instruments[0].global.is_some());
    let bank = open(
        &Raw::valid().put("pgen", 2, 1),
        &[(WarningKind::Zone, "pbag", 0, "names an instrument that does not exist (1)")],
    );
    assert!(bank.model().presets[0].zones.is_empty());
    // Nothing is left to play: the number is free for a fallback.
    assert_eq!(bank.preset(0, 0), None);
}

#[test]
fn only_the_first_zone_may_be_global() {
    let raw = Raw::valid()
        .put("inst", 42, 3)
        .with("ibag", words(&[0, 0, 1, 0, 2, 0, 4, 0]))
        .with("igen", words(&[17, 100, 17, 200, 43, 0x7f00, 53, 0, 0, 0]));
    let bank = open(&raw, &[(WarningKind::Zone, "ibag", 4, "names no target and is ignored")]);
    assert_eq!(bank.model().instruments[0].global.as_ref().unwrap().generators.get(Generator::Pan), Some(100));
    assert_eq!((zones(&bank).len(), zones(&bank)[0].generators.get(Generator::Pan)), (1, None));
}

#[test]
fn an_empty_global_zone_is_none() {
    let raw = Raw::valid().with("ibag", words(&[0, 0, 0, 0, 3, 0]));
    let bank = open(&raw, &[(WarningKind::Generator, "igen", 4, "not at the start")]);
    assert_eq!(bank.model().instruments[0].global, None);
    assert_eq!(zones(&bank).len(), 1);
}

#[test]
fn ranges_out_of_place_are_used_and_empty_ones_silence() {
    let raw = Raw::valid().with_instrument_zone(&[17, 5, 44, 0x4020, 43, 0xff3c, 53, 0], &[]);
    let text = "not at the start of its zone";
    let expected = [(WarningKind::Generator, "igen", 4, text), (WarningKind::Generator, "igen", 8, text)];
    let bank = open(&raw, &expected);
    assert_eq!((zones(&bank)[0].velocities.clone(), zones(&bank)[0].keys.clone()), (Some(32..=64), Some(60..=127)));
    let raw = Raw::valid().with_instrument_zone(&[43, 0x203c, 53, 0], &[]);
    let bank = open(&raw, &[(WarningKind::Zone, "ibag", 0, "has an empty key or velocity range")]);
    assert!(zones(&bank).is_empty());
    let raw = Raw::valid().with_instrument_zone(&[43, 0xff80, 17, 5], &[]);
    let bank = open(&raw, &[(WarningKind::Zone, "ibag", 0, "which is ignored")]);
    assert_eq!(bank.model().instruments[0].global.as_ref().unwrap().keys, None);
}

#[test]
fn generators_out_of_place_are_ignored_and_the_last_of_equals_counts() {
    let raw = Raw::valid().with_instrument_zone(&[17, 1, 17, 2, 14, 9, 41, 0, 99, 9, 53, 0, 48, 7, 49, 7], &[]);
    let kind = WarningKind::Generator;
    let expected = [
        (kind, "igen", 8, "generator 14 has no meaning"),
        (kind, "igen", 12, "generator 41 has no meaning"),
        (kind, "igen", 16, "generator 99 has no meaning"),
        (kind, "igen", 20, "2 generators after the target"),
    ];
    let bank = open(&raw, &expected);
    assert_eq!(zones(&bank)[0].generators.iter().collect::<Vec<_>>(), [(Generator::Pan, 2)]);

    let mut raw = Raw::valid().with("pbag", words(&[0, 0, 3, 0])).with("pgen", words(&[46, 60, 53, 0, 41, 0, 0, 0]));
    raw.chunk("pgen").truncate(16);
    let expected = [(kind, "pgen", 0, "generator 46"), (kind, "pgen", 4, "generator 53")];
    assert_eq!(open(&raw, &expected).model().presets[0].zones[0].generators.iter().count(), 0);
}

/// Velocity to attenuation, and the same with one field changed.
const GOOD: [u16; 5] = [0x0502, 48, 960, 0, 0];

#[test]
fn modulators_that_the_standard_ignores_are_ignored() {
    let with = |field: usize, value: u16| {
        let mut record = GOOD;
        record[field] = value;
        record
    };
    let ignored = [
        (with(0, 1), "source is unknown"),
        (with(0, 0x80 | 6), "source is unknown"),
        (with(0, 0x80 | 33), "source is unknown"),
        (with(0, 0x1002), "source is unknown"),
        (with(1, 43), "destination cannot be modulated"),
        (with(1, 53), "destination cannot be modulated"),
        (with(1, 100), "destination cannot be modulated"),
        (with(3, 127), "amount source is a link"),
        (with(3, 0x80 | 120), "amount source is unknown"),
        (with(4, 1), "transform is unknown"),
        (with(0, 127), "nothing is linked to it"),
        (with(1, 0x8009), "link leads nowhere"),
        // A link to a modulator that does not listen.
        (with(1, 0x8001), "link leads nowhere"),
    ];
    for (bad, reason) in ignored {
        let raw = Raw::valid().with_instrument_zone(&[53, 0], &[bad, GOOD]);
        let bank = open(&raw, &[(WarningKind::Modulator, "imod", 0, reason)]);
        assert_eq!(zones(&bank)[0].modulators.len(), 1, "{bad:x?}");
    }
    // The same amount apart: the first is replaced.
    let raw = Raw::valid().with_instrument_zone(&[53, 0], &[GOOD, with(2, 5)]);
    let bank = open(&raw, &[(WarningKind::Modulator, "imod", 0, "a later one in its zone")]);
    assert_eq!(zones(&bank)[0].modulators[0].amount, 5);
}

fn link_to(index: u16, source: u16) -> [u16; 5] {
    [source, 0x8000 | index, 100, 0, 0]
}

#[test]
fn links_survive_and_are_renumbered() {
    let bad = [1, 48, 0, 0, 0];
    let end = [127, 8, 50, 0, 0];
    let raw = Raw::valid().with_instrument_zone(&[53, 0], &[bad, link_to(3, 2), link_to(3, 3), link_to(4, 127), end]);
    let bank = open(&raw, &[(WarningKind::Modulator, "imod", 0, "source is unknown")]);
    let destinations: Vec<_> = zones(&bank)[0].modulators.iter().map(|modulator| modulator.destination).collect();
    let link = Destination::Modulator;
    assert_eq!(destinations, [link(2), link(2), link(3), Destination::Generator(Generator::InitialFilterFc)]);
}

#[test]
fn circular_links_go_and_what_hangs_on_them() {
    // 0 and 1 feed each other, 2 feeds 0, 4 waits for the circle; 3 is sound.
    let records = [link_to(1, 127), link_to(0, 127), link_to(0, 2), GOOD, link_to(4, 127), [127, 8, 50, 0, 0]];
    let raw = Raw::valid().with_instrument_zone(&[53, 0], &records);
    let bank = parse(&raw);
    assert_eq!(zones(&bank)[0].modulators.len(), 1);
    assert_eq!(zones(&bank)[0].modulators[0].amount, 960);
    assert_eq!(bank.warnings().iter().filter(|warning| warning.what.contains("circular")).count(), 3);
    assert_eq!(bank.warnings().len(), 5);
}

#[test]
fn a_long_chain_without_a_beginning_falls_quickly() {
    let records: Vec<_> = (0..30_000).map(|index| link_to(index + 1, 127)).chain([[127, 8, 50, 0, 0]]).collect();
    let bank = parse(&Raw::valid().with_instrument_zone(&[53, 0], &records));
    assert!(zones(&bank)[0].modulators.is_empty());
    assert_eq!((bank.warnings().len(), bank.warning_count()), (WARNING_LIMIT, 30_001));
}

/// Opens a bank with this sample header, which must give a warning with this text, or none.
#[track_caller]
fn header(record: Vec<u8>, text: Option<&str>) -> SoundFont {
    let raw = Raw::valid().with("shdr", [record, named("EOS", &[&[0; 26]])].concat());
    let bank = parse(&raw);
    let of_sample: Vec<&Warning> =
        bank.warnings().iter().filter(|warning| warning.kind == WarningKind::Sample).collect();
    assert_eq!(of_sample.len(), usize::from(text.is_some()), "{of_sample:?}");
    for warning in of_sample {
        assert!(warning.what.contains(text.unwrap()), "{warning}");
        assert_eq!(warning.offset, raw.offset("shdr"));
    }
    bank
}

#[test]
fn loops_are_repaired() {
    for (positions, looped, end, text) in [
        ([0, 100, 0, 100], (0, 100), 100, None),
        ([0, 100, 0, 0], (0, 0), 100, None),
        ([0, 100, 90, 10], (10, 90), 100, Some("loops from 90 to 10; 10 to 90 is used")),
        // One point late: the sample grows, the pitch of the loop stays.
        ([0, 100, 50, 101], (50, 101), 101, Some("the end is moved there")),
        ([0, 50, 10, 140], (10, 50), 50, Some("10 to 50 is used")),
        ([50, 100, 10, 90], (50, 90), 100, Some("50 to 90 is used")),
        ([50, 100, 0, 20], (50, 50), 100, Some("the loop is ignored")),
        ([0, 100, 4_000_000_000, 4_100_000_000], (0, 0), 100, Some("the loop is ignored")),
    ] {
        let bank = header(sample("S", positions, 44_100, 60, 0, 1), text);
        let sample = &bank.model().samples[0];
        assert_eq!((sample.loop_start, sample.loop_end, sample.end), (looped.0, looped.1, end), "{positions:?}");
        assert_eq!(zones(&bank).len(), 1);
    }
}

#[test]
fn samples_without_points_are_silent() {
    for (positions, kind, text) in [
        ([0, 0, 0, 0], 1, "has no points"),
        ([100, 50, 0, 0], 1, "has no points"),
        ([146, 200, 0, 0], 1, "has no points"),
        ([0, 100, 0, 0], 0x8001, "ROM"),
    ] {
        let bank = header(sample("S", positions, 44_100, 60, 0, kind), Some(text));
        assert!(zones(&bank).is_empty());
        assert_eq!(bank.warnings()[1].kind, WarningKind::Zone);
    }
    let bank = header(sample("S", [10, 200, 0, 0], 44_100, 60, 0, 1), Some("cut there"));
    assert_eq!(bank.model().samples[0].end, 146);
}

#[test]
fn pitch_and_kind_are_repaired() {
    let positions = [0, 100, 0, 0];
    let first = |bank: SoundFont| bank.model().samples[0].clone();
    assert_eq!(first(header(sample("S", positions, 0, 60, 0, 1), Some("400 Hz is used"))).rate, 400);
    assert_eq!(first(header(sample("S", positions, u32::MAX, 60, 0, 1), Some("768000 Hz"))).rate, 768_000);
    assert_eq!(first(header(sample("S", positions, 96_000, 255, 0, 1), None)).root_key, 255);
    assert_eq!(first(header(sample("S", positions, 96_000, 128, 0, 1), Some("60 is used"))).root_key, 60);
    assert_eq!(
        first(header(sample("S", positions, 96_000, 60, 0, 3), Some("unknown type 0x3"))).kind,
        SampleKind::Mono
    );
    assert_eq!(first(header(sample("S", positions, 96_000, 60, 9, 4), Some("does not exist"))).kind, SampleKind::Mono);
    assert_eq!(first(header(sample("S", positions, 96_000, 60, 0, 4), None)).kind, SampleKind::Left);
}

#[test]
fn the_first_of_equal_presets_with_zones_wins() {
    let header = |name: &str, bag: u16| named(name, &[&words(&[5, 128, bag]), &[0; 12]]);
    let raw = Raw::valid()
        .with("phdr", [header("Empty", 0), header("First", 0), header("Second", 1), header("EOP", 2)].concat());
    let raw = raw.with("pbag", words(&[0, 0, 1, 0, 2, 0])).with("pgen", words(&[41, 0, 41, 0, 0, 0]));
    let bank = open(&raw, &[(WarningKind::Header, "phdr", 0, "preset 0 'Empty' has no zones")]);
    assert_eq!((bank.model().presets.len(), bank.preset(128, 5), bank.preset(0, 0)), (3, Some(1), None));
}
