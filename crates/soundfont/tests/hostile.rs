//! Damaged banks never panic nor hang, and what is read of them keeps its promises.

use std::fs;
use std::path::Path;

use rae_soundfont::{
    Controller, Curve, Destination, Generator, Modulator, SoundFont, Source, Transform, WARNING_LIMIT, Zone,
};
use rae_testkit::{BankBuilder, global, mutations, noise, truncations, zone};

/// A bank with something of everything.
fn rich() -> Vec<u8> {
    let plain = Modulator {
        source: Source { controller: Controller::Velocity, descending: true, bipolar: false, curve: Curve::Concave },
        destination: Destination::Modulator(1),
        amount: 960,
        amount_source: Source::ONE,
        transform: Transform::Linear,
    };
    let linked = Modulator {
        source: Source::linear(Controller::Link),
        destination: Destination::Generator(Generator::InitialAttenuation),
        ..plain
    };
    BankBuilder::new_24_bit()
        .sample(&noise(1, 100), Some(10..90))
        .sample(&noise(2, 60), None)
        .instrument([
            global().set(Generator::Pan, -250).modulate(plain).modulate(linked),
            zone(0).keys(0..=59).velocities(1..=100).set(Generator::SampleModes, 1),
            zone(1).keys(60..=127).modulate(plain).modulate(linked),
        ])
        .instrument([zone(1)])
        .preset(0, 0, [global().set(Generator::FineTune, 5), zone(0).keys(0..=80), zone(1).keys(40..=127)])
        .preset(128, 0, [zone(1)])
        .bytes()
}

/// Opens the bank; where that works, checks everything that players rely on.
fn check(bytes: Vec<u8>) -> bool {
    let Ok(bank) = SoundFont::from_bytes(bytes, "hostile") else { return false };
    let model = bank.model();
    let pcm = bank.pcm(0);
    assert!(pcm.low_bytes.is_empty() || pcm.low_bytes.len() == pcm.words.len());
    assert!(bank.warnings().len() <= WARNING_LIMIT);
    for preset in &model.presets {
        check_zones(preset.global.as_ref(), &preset.zones, model.instruments.len());
    }
    for instrument in &model.instruments {
        check_zones(instrument.global.as_ref(), &instrument.zones, model.samples.len());
        for zone in &instrument.zones {
            let sample = &model.samples[zone.target.unwrap()];
            assert!(sample.start < sample.end && sample.end as usize <= pcm.words.len() && sample.rate > 0);
            let looped = sample.loop_start != sample.loop_end;
            assert!(!looped || sample.start <= sample.loop_start && sample.loop_end <= sample.end);
            assert!(sample.loop_start <= sample.loop_end);
        }
    }
    true
}

fn check_zones(global: Option<&Zone>, zones: &[Zone], targets: usize) {
    assert!(global.is_none_or(|zone| zone.target.is_none()));
    assert!(zones.iter().all(|zone| zone.target.is_some_and(|target| target < targets)));
    for zone in global.into_iter().chain(zones) {
        assert!(zone.keys.iter().chain(&zone.velocities).all(|range| !range.is_empty() && *range.end() < 128));
        for modulator in &zone.modulators {
            if let Destination::Modulator(index) = modulator.destination {
                assert_eq!(zone.modulators[usize::from(index)].source.controller, Controller::Link);
            }
        }
    }
}

#[test]
fn the_rich_bank_is_sound() {
    assert!(check(rich()));
}

#[test]
fn every_truncation_is_refused() {
    let bytes = rich();
    for truncated in truncations(&bytes, bytes.len()) {
        assert!(!check(truncated.to_vec()), "{} of {} bytes", truncated.len(), bytes.len());
    }
}

#[test]
fn every_flipped_bit_is_survived() {
    let bytes = rich();
    let readable = (0..bytes.len() * 8).filter(|bit| {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        check(damaged)
    });
    assert!(readable.count() > bytes.len() * 4);
}

#[test]
fn every_mutation_is_survived() {
    let readable = mutations(&rich(), 20_000, 1).filter(|damaged| check(damaged.clone())).count();
    assert!((1000..19_000).contains(&readable), "{readable} of 20000 mutations were read");
}

#[test]
fn the_fuzz_seeds_are_survived() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/soundfont");
    let mut readable = 0;
    for seed in fs::read_dir(seeds).unwrap() {
        let bytes = fs::read(seed.unwrap().path()).unwrap();
        mutations(&bytes, 500, 2).for_each(|damaged| _ = check(damaged));
        readable += usize::from(check(bytes));
    }
    assert!(readable >= 3);
}
