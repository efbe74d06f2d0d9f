//! What is written is read back equal, whatever the model.

use std::ops::RangeInclusive;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rae_soundfont::{
    Controller, Curve, Destination, Error, Generator, Generators, Info, Instrument, Model, Modulator, Pcm, Preset,
    Sample, SampleKind, SoundFont, Source, Storage, Transform, Zone, write,
};
use rae_testkit::{BankBuilder, noise, zone};

fn name() -> impl Strategy<Value = String> {
    "[!-~]([ -~]{0,17}[!-~é])?".prop_filter("20 bytes", |name| name.len() <= 20)
}

fn text() -> impl Strategy<Value = Option<String>> {
    option::of("[!-~]([ -~\n]{0,200}[!-~ü])?")
}

prop_compose! {
    fn info(version: (u16, u16))(
        name in name(), engine in name(), date in text(), author in text(), product in text(), copyright in text(),
        comment in text(), software in text(),
    ) -> Info {
        Info { version, name, engine, date, author, product, copyright, comment, software }
    }
}

fn range() -> impl Strategy<Value = Option<RangeInclusive<u8>>> {
    option::of((0..=127u8, 0..=127u8).prop_map(|(a, b)| a.min(b)..=a.max(b)))
}

fn generators(in_preset: bool) -> impl Strategy<Value = Generators> {
    use Generator::{Instrument, KeyRange, SampleId, VelRange};
    let has_field = |generator: &Generator| matches!(generator, Instrument | KeyRange | SampleId | VelRange);
    let allowed = Generator::ALL.iter().copied().filter(|generator| !has_field(generator));
    let allowed = allowed.filter(move |generator| !in_preset || !generator.is_instrument_only());
    btree_map(select(allowed.collect::<Vec<_>>()), any::<i16>(), 0..8).prop_map(|map| map.into_iter().collect())
}

fn source() -> impl Strategy<Value = Source> {
    use Controller::*;
    let controllers = select(vec![
        None,
        Velocity,
        Key,
        PolyPressure,
        ChannelPressure,
        PitchWheel,
        PitchWheelSensitivity,
        Midi(1),
        Midi(64),
        Midi(119),
    ]);
    let curves = select(vec![Curve::Linear, Curve::Concave, Curve::Convex, Curve::Switch]);
    (controllers, any::<bool>(), any::<bool>(), curves).prop_map(|(controller, descending, bipolar, curve)| Source {
        controller,
        descending,
        bipolar,
        curve,
    })
}

/// Modulators of one zone: with different destinations, some of them chained by links.
fn modulators() -> impl Strategy<Value = Vec<Modulator>> {
    let destinations = vec![Generator::InitialFilterFc, Generator::Pan, Generator::FineTune, Generator::ModLfoToPitch];
    let transform = any::<bool>().prop_map(|linear| if linear { Transform::Linear } else { Transform::Absolute });
    let rest = (source(), source(), any::<i16>(), transform, any::<bool>());
    btree_map(select(destinations), rest, 0..4).prop_map(|map| {
        let mut list: Vec<Modulator> = Vec::new();
        for (generator, (source, amount_source, amount, transform, linked)) in map {
            let destination = Destination::Generator(generator);
            list.push(Modulator { source, destination, amount, amount_source, transform });
            if linked {
                let target = list.len() as u16 - 1;
                list[usize::from(target)].source.controller = Controller::Link;
                let destination = Destination::Modulator(target);
                list.push(Modulator { source, destination, amount, amount_source, transform });
            }
        }
        list
    })
}

prop_compose! {
    fn zone_of(in_preset: bool, targets: Option<usize>)(
        keys in range(), velocities in range(), generators in generators(in_preset), modulators in modulators(),
        target in 0..targets.unwrap_or(1),
    ) -> Zone {
        Zone { keys, velocities, generators, modulators, target: targets.map(|_| target) }
    }
}

fn global(in_preset: bool) -> impl Strategy<Value = Option<Zone>> {
    option::of(zone_of(in_preset, None)).prop_map(|zone| zone.filter(|zone| *zone != Zone::default()))
}

prop_compose! {
    fn preset(instruments: usize)(
        name in name(), bank in 0..=128u16, program in 0..=127u16, global in global(true),
        zones in vec(zone_of(true, Some(instruments)), 0..3),
    ) -> Preset {
        Preset { name, bank, program, global, zones }
    }
}

prop_compose! {
    fn instrument(samples: usize)(
        name in name(), global in global(false), zones in vec(zone_of(false, Some(samples)), 0..4),
    ) -> Instrument {
        Instrument { name, global, zones }
    }
}

prop_compose! {
    fn sample(points: u32, samples: u16)(
        name in name(), a in 0..points, b in 0..points, c in 0..=points, d in 0..=points, rate in 400..=768_000u32,
        root_key in select(vec![0, 60, 127, 255]), correction in any::<i8>(), link in 0..samples,
        kind in select(vec![SampleKind::Mono, SampleKind::Right, SampleKind::Left, SampleKind::Linked]),
    ) -> Sample {
        let (start, end) = (a.min(b), a.max(b) + 1);
        let (loop_start, loop_end) = (c.min(d).clamp(start, end), c.max(d).clamp(start, end));
        Sample { name, start, end, loop_start, loop_end, rate, root_key, correction, kind, link }
    }
}

prop_compose! {
    fn model(points: u32, version: (u16, u16))(
        instruments in 1..4usize, samples in 1..4usize,
    )(
        info in info(version), presets in vec(preset(instruments), 1..4),
        instruments in vec(instrument(samples), instruments), samples in vec(sample(points, samples as u16), samples),
    ) -> Model {
        Model { info, presets, instruments, samples }
    }
}

fn round_trip(model: &Model, pcm: Pcm<'_>) {
    let bank = SoundFont::from_bytes(write(model, pcm).unwrap(), "made").unwrap();
    assert_eq!(bank.model(), model);
    assert_eq!((bank.pcm(0).words, bank.pcm(0).low_bytes), (pcm.words, pcm.low_bytes));
    let odd = bank.warnings().iter().find(|warning| !warning.what.contains("has no zones"));
    assert_eq!(odd, None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn models_with_16_bits(model in model(100, (2, 1)), words in vec(any::<[u8; 2]>(), 100)) {
        round_trip(&model, Pcm { words: &words, low_bytes: &[] });
    }

    #[test]
    fn models_with_24_bits(
        model in model(99, (2, 4)), words in vec(any::<[u8; 2]>(), 99), low_bytes in vec(any::<u8>(), 99),
    ) {
        round_trip(&model, Pcm { words: &words, low_bytes: &low_bytes });
    }
}

#[test]
fn mapped_and_copied_files_are_the_same() {
    let builder = BankBuilder::one_sample(&noise(1, 500), Some(20..480));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), builder.bytes()).unwrap();
    for storage in [Storage::Mapped, Storage::Copied] {
        let bank = SoundFont::open(file.path(), storage).unwrap();
        assert_eq!(bank.model().samples, builder.model().samples);
        assert_eq!(bank.pcm(0).words, builder.build().pcm(0).words);
        assert_eq!(bank.source(), file.path().display().to_string());
        assert_eq!(bank.files().collect::<Vec<_>>(), [file.path()]);
    }
    assert_eq!(builder.build().files().count(), 0, "a bank in memory has no file");
}

#[test]
fn files_that_cannot_be_opened_say_why() {
    let directory = tempfile::tempdir().unwrap();
    for storage in [Storage::Mapped, Storage::Copied] {
        let missing = SoundFont::open(&directory.path().join("no.sf2"), storage).unwrap_err();
        assert_eq!(missing.io().unwrap().1.kind(), std::io::ErrorKind::NotFound);
        assert!(
            missing.to_string().starts_with("Failed to load SoundFont: ") && missing.to_string().contains("no.sf2")
        );
        let text = SoundFont::open(directory.path(), storage).unwrap_err().to_string();
        assert!(text.contains("not a regular file"), "{text}");
        let empty = directory.path().join("empty.sf2");
        std::fs::write(&empty, b"").unwrap();
        assert!(SoundFont::open(&empty, storage).unwrap_err().to_string().contains("the file is empty"));
    }
}

#[test]
fn what_the_format_cannot_say_is_refused() {
    let valid = BankBuilder::one_sample(&noise(1, 100), None);
    let words = vec![[0; 2]; 146];
    let refuse = |change: &dyn Fn(&mut Model), reason: &str| {
        let mut model = valid.model().clone();
        change(&mut model);
        let Err(Error::Write(text)) = write(&model, Pcm { words: &words, low_bytes: &[] }) else {
            panic!("written in spite of: {reason}");
        };
        assert!(text.contains(reason), "{text}");
    };
    refuse(&|model| model.presets.clear(), "needs a preset");
    refuse(&|model| model.presets[0].name = "a name of 21 letters!".into(), "more than 20 bytes");
    refuse(&|model| model.presets[0].zones[0].target = Some(1), "target of a zone is Some(1) of 1");
    refuse(&|model| model.instruments[0].zones[0].target = None, "target of a zone is None");
    refuse(&|model| model.instruments[0].global = Some(Zone { target: Some(0), ..Zone::default() }), "global zone");
    refuse(&|model| model.instruments[0].zones[0].keys = Some(0..=128), "ends above 127");
    refuse(&|model| model.presets[0].zones[0].generators.set(Generator::Keynum, 60), "no meaning in a preset");
    refuse(&|model| model.instruments[0].zones[0].generators.set(Generator::KeyRange, 60), "field of the zone");
    refuse(&|model| model.samples[0].end = 147, "points 0 to 147 of 146");
    refuse(&|model| model.info.name = "x".repeat(256), "INAM has more than 255 bytes");
    refuse(
        &|model| model.instruments[0].zones = vec![model.instruments[0].zones[0].clone(); 70_000],
        "more than 65535",
    );
    let lonely = BankBuilder::new().sample(&[0.0], None).instrument([zone(0)]).model().clone();
    assert!(write(&lonely, Pcm { words: &words, low_bytes: &[] }).is_err());
}
