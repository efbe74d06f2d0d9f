//! Values that no sane bank has: the output stays finite, every render ends.

use std::sync::Arc;

use proptest::prelude::*;
use rae_midi::Message;
use rae_soundfont::{Controller, Curve, Destination, Generator, Modulator, SoundFont, Source, Transform};
use rae_synth::{Buses, Renderer};
use rae_testkit::{BankBuilder, ZoneBuilder, noise, sine, zone};
use rae_units::SampleRate;

use crate::piece::{Piece, finite_peak, render, render_to_end};

/// Longest times: 20 s each of delay and hold, 101 s of release, and a sample that may play 2^10 times slower than one
/// of 64 points.
const LONGEST_SECONDS: usize = 150;

/// A bank that need not be in order.
fn open(bank: &BankBuilder) -> Arc<SoundFont> {
    Arc::new(SoundFont::from_bytes(bank.bytes(), "extreme").expect("a bank that can be read"))
}

fn bank_of(instrument: ZoneBuilder, preset: ZoneBuilder) -> BankBuilder {
    BankBuilder::new().sample(&sine(2205.0, 44_100, 64), Some(20..40)).instrument([instrument]).preset(0, 0, [preset])
}

/// A piece that uses everything for a while.
fn restless(rate: u32) -> Piece {
    let second = u64::from(rate);
    let mut piece = Piece::at_rate(rate).on(0, 0, 60, 127).on(10, 0, 0, 1).on(20, 0, 127, 127);
    for (i, controller) in [1, 2, 7, 10, 11, 74, 91, 93].into_iter().enumerate() {
        let frame = second / 20 + 37 * i as u64;
        piece = piece.cc(frame, 0, controller, 127).cc(frame + second / 20, 0, controller, 0);
    }
    piece
        .bend(second / 25, 0, 8191)
        .send(second / 22, 0, Message::ChannelPressure { pressure: 127 })
        .send(second / 21, 0, Message::PolyPressure { key: 60, pressure: 127 })
        .bend(second / 18, 0, -8192)
        .rpn(second / 17, 0, 0, 127, 127)
        .off(second / 10, 0, 0)
        .off(second / 9, 0, 127)
}

/// Renders a tenth of a second beyond the end; the peak.
fn beyond_the_end(font: &Arc<SoundFont>, piece: &Piece, rate: u32) -> f32 {
    let end = rate as usize / 8;
    finite_peak(&render(font, &piece.performance(end as u64), &piece.settings(), 2 * end).buses)
}

#[test]
fn every_generator_at_its_extremes() {
    let piece = restless(8_000);
    for &generator in Generator::ALL {
        if matches!(generator, Generator::SampleId | Generator::Instrument | Generator::KeyRange | Generator::VelRange)
        {
            continue;
        }
        for value in [i16::MIN, -12_001, -12_000, -1, 1, 8_001, 20_000, i16::MAX] {
            for (instrument, preset) in [(Some(value), None), (None, Some(value)), (Some(value), Some(value))] {
                if preset.is_some() && generator.is_instrument_only() {
                    continue;
                }
                let set = |zone: ZoneBuilder, value: Option<i16>| match value {
                    Some(value) => zone.set(generator, value),
                    None => zone,
                };
                let mode = zone(0).set(Generator::SampleModes, 1);
                let bank = bank_of(set(mode, instrument), set(zone(0), preset));
                let peak = beyond_the_end(&open(&bank), &piece, 8_000);
                assert!(peak < 1e6, "{generator:?} {instrument:?} {preset:?}: {peak}");
            }
        }
    }
}

#[test]
fn times_at_their_extremes_end() {
    use Generator::*;
    let times = [DelayVolEnv, AttackVolEnv, HoldVolEnv, DecayVolEnv, ReleaseVolEnv];
    for (instrument, preset) in
        [(-12_000, 0), (8_000, 0), (i16::MAX, i16::MAX), (i16::MIN, i16::MIN), (-32_000, 32_000)]
    {
        for keynum in [i16::MIN, 0, i16::MAX] {
            let tracked = zone(0)
                .set(SampleModes, 1)
                .set(KeynumToVolEnvHold, keynum)
                .set(KeynumToVolEnvDecay, keynum)
                .set(KeynumToModEnvDecay, keynum);
            let inner = times.into_iter().fold(tracked, |zone, time| zone.set(time, instrument));
            let outer = times.into_iter().fold(zone(0), |zone, time| zone.set(time, preset));
            let piece = restless(8_000);
            let font = open(&bank_of(inner, outer));
            let mut renderer = Renderer::new(font, &piece.performance(4_000), &piece.settings());
            render_to_end(&mut renderer, LONGEST_SECONDS * 8_000);
        }
    }
}

#[test]
fn a_long_delay_ends_with_the_tracks() {
    // 5000 timecents are 18 s; the note is let go long before it would be heard.
    let bank = bank_of(zone(0).set(Generator::SampleModes, 1).set(Generator::DelayVolEnv, 5000), zone(0));
    let piece = Piece::new().on(0, 0, 60, 127);
    let mut renderer = Renderer::new(open(&bank), &piece.performance(44_100), &piece.settings());
    let (frames, peak) = render_to_end(&mut renderer, 3 * 44_100);
    assert!(peak == 0.0 && frames < 44_100 + 3 * 4096);
}

#[test]
fn odd_rates_and_tiny_samples() {
    for rate in [400u32, 8_000, 768_000] {
        for points in [1usize, 2, 3, 50] {
            for mode in [0, 1, 3] {
                let bank = BankBuilder::new()
                    .sample(&noise(rate.into(), points), Some(0..points as u32))
                    .adjust(|sample| sample.rate = rate)
                    .instrument([zone(0).set(Generator::SampleModes, mode).set(Generator::ScaleTuning, 1200)])
                    .preset(0, 0, [zone(0)]);
                let font = open(&bank);
                for out in [8_000u32, 192_000] {
                    let peak = beyond_the_end(&font, &restless(out), out);
                    // Three voices of at most full scale, interpolated with some overshoot.
                    assert!(peak < 5.0, "{rate} Hz, {points} points, to {out} Hz: {peak}");
                    let piece = Piece::at_rate(out).on(0, 0, 0, 127).on(0, 0, 127, 127);
                    let mut renderer = Renderer::new(font.clone(), &piece.performance(1_000), &piece.settings());
                    render_to_end(&mut renderer, out as usize);
                }
            }
        }
    }
}

#[test]
fn any_output_rate_is_survived() {
    let bank = bank_of(zone(0).set(Generator::SampleModes, 1).set(Generator::InitialFilterFc, 3_000), zone(0));
    let font = open(&bank);
    for rate in [1u32, 2, 7, 100, 1_000, 10_000_000, u32::MAX] {
        let settings =
            rae_synth::Settings { rate: SampleRate::new(rate).expect("a rate"), ..rae_synth::Settings::default() };
        let mut renderer = Renderer::new(font.clone(), &restless(44_100).performance(10), &settings);
        let mut buses = Buses::new(5_000);
        renderer.render(&mut buses);
        finite_peak(&buses);
    }
}

#[test]
fn a_wild_filter_stays_finite() {
    use Generator::*;
    for rate in [8_000u32, 44_100, 192_000] {
        for (cutoff, depth, speed) in [(7_500, 12_000, 4_500), (13_500, -12_000, 4_500), (1_500, 12_000, 3_000)] {
            let wild = zone(0)
                .set(SampleModes, 1)
                .set(InitialFilterFc, cutoff)
                .set(InitialFilterQ, 960)
                .set(ModLfoToFilterFc, depth)
                .set(FreqModLfo, speed)
                .set(ModEnvToFilterFc, -depth)
                .set(DecayModEnv, -4_000);
            let font = open(&bank_of(wild, zone(0)));
            let mut piece = Piece::at_rate(rate).on(0, 0, 60, 127);
            // And the cutoff is moved by hand as fast as it goes.
            for i in 0..400u64 {
                piece = piece.nrpn(i * 41, 0, InitialFilterFc, if i % 2 == 0 { -6_000 } else { 6_000 });
            }
            let frames = rate as usize;
            let buses = render(&font, &piece.performance(frames as u64), &piece.settings(), 2 * frames).buses;
            // Its resonance lifts by 48 dB at most, over a loop of full scale.
            let peak = finite_peak(&buses);
            assert!(peak < 1e5, "{rate} Hz, {cutoff}: {peak}");
        }
    }
}

fn any_source() -> impl Strategy<Value = Source> {
    let controller = prop_oneof![
        Just(Controller::None),
        Just(Controller::Velocity),
        Just(Controller::Key),
        Just(Controller::PolyPressure),
        Just(Controller::ChannelPressure),
        Just(Controller::PitchWheel),
        Just(Controller::PitchWheelSensitivity),
        prop::sample::select(vec![1u8, 2, 7, 10, 11, 74, 91, 93]).prop_map(Controller::Midi),
    ];
    let curve = prop::sample::select(vec![Curve::Linear, Curve::Concave, Curve::Convex, Curve::Switch]);
    (controller, any::<bool>(), any::<bool>(), curve).prop_map(|(controller, descending, bipolar, curve)| Source {
        controller,
        descending,
        bipolar,
        curve,
    })
}

fn any_amount() -> impl Strategy<Value = i16> {
    prop_oneof![Just(i16::MIN), Just(i16::MAX), -12_001i16..=8_001, any::<i16>()]
}

fn any_modulator(preset: bool) -> impl Strategy<Value = Modulator> {
    let movable = Generator::ALL
        .iter()
        .copied()
        .filter(move |g| g.is_modulation_destination() && !(preset && g.is_instrument_only()));
    let destination = prop_oneof![
        8 => prop::sample::select(movable.collect::<Vec<_>>()).prop_map(Destination::Generator),
        1 => (0u16..6).prop_map(Destination::Modulator),
    ];
    let source = prop_oneof![8 => any_source(), 1 => Just(Source::linear(Controller::Link))];
    let transform = prop::sample::select(vec![Transform::Linear, Transform::Absolute]);
    (source, destination, any_amount(), any_source(), transform).prop_map(
        |(source, destination, amount, amount_source, transform)| Modulator {
            source,
            destination,
            amount,
            amount_source,
            transform,
        },
    )
}

fn any_zone(preset: bool) -> impl Strategy<Value = ZoneBuilder> {
    let free = Generator::ALL.iter().copied().filter(move |g| {
        let indexes = [Generator::SampleId, Generator::Instrument, Generator::KeyRange, Generator::VelRange];
        !(indexes.contains(g) || preset && g.is_instrument_only())
    });
    let generators = prop::collection::vec((prop::sample::select(free.collect::<Vec<_>>()), any_amount()), 0..10);
    let modulators = prop::collection::vec(any_modulator(preset), 0..6);
    (generators, modulators).prop_map(|(generators, modulators)| {
        let zone = generators.into_iter().fold(zone(0), |zone, (generator, value)| zone.set(generator, value));
        // A link to a modulator that is not there cannot be written.
        let count = modulators.len() as u16;
        modulators.into_iter().fold(zone, |zone, modulator| match modulator.destination {
            Destination::Modulator(index) => {
                zone.modulate(Modulator { destination: Destination::Modulator(index % count), ..modulator })
            }
            Destination::Generator(_) => zone.modulate(modulator),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn soup_of_generators_and_modulators(
        inner in any_zone(false),
        outer in any_zone(true),
        rate in prop::sample::select(vec![8_000u32, 44_100]),
        sample_rate in prop::sample::select(vec![400u32, 22_050, 768_000]),
    ) {
        let bank = bank_of(inner, outer).adjust(|sample| sample.rate = sample_rate);
        let (font, piece) = (open(&bank), restless(rate));
        let mut renderer = Renderer::new(font, &piece.performance(u64::from(rate) / 8), &piece.settings());
        // The rest of a slow release is long but bounded; a few seconds show that it is sane.
        let mut buses = Buses::new(rate as usize / 2);
        for _ in 0..4 {
            renderer.render(&mut buses);
            finite_peak(&buses);
        }
    }

    #[test]
    fn soup_ends(inner in any_zone(false)) {
        let piece = restless(8_000);
        let mut renderer = Renderer::new(open(&bank_of(inner, zone(0))), &piece.performance(1_000), &piece.settings());
        render_to_end(&mut renderer, LONGEST_SECONDS * 8_000);
    }
}
