//! The level contract, the controllers' laws, panning and sends.

use rae_soundfont::{Controller, Destination, Generator, Modulator, Source, Transform};
use rae_synth::{Buses, Settings};
use rae_testkit::{BankBuilder, assert_close, assert_db, db, sine, zone};
use rae_units::SampleRate;

use crate::piece::{Piece, constant_bank, looped_constant};

/// Frames until everything is settled.
const FRAMES: usize = 500;

/// The last frame on each bus: left, right, reverb, chorus.
fn settled(buses: &Buses) -> [f64; 4] {
    [&buses.left, &buses.right, &buses.reverb, &buses.chorus].map(|bus| f64::from(*bus.last().expect("frames")))
}

/// A note at velocity 127 with CC 7 at 127.
fn loud() -> Piece {
    Piece::new().cc(0, 0, 7, 127).cc(0, 0, 11, 127).on(0, 0, 60, 127)
}

#[test]
fn full_scale_hard_panned_reaches_one() {
    let [left, right, ..] = settled(&loud().render(&constant_bank(1.0), FRAMES));
    assert_close(left, 32_767.0 / 32_768.0, 1e-6);
    assert_eq!(right, 0.0);
    let right_bank = looped_constant(1.0, zone(0).set(Generator::Pan, 500));
    let [left, right, ..] = settled(&loud().render(&right_bank, FRAMES));
    assert_eq!(left, 0.0);
    assert_close(right, 32_767.0 / 32_768.0, 1e-6);
}

#[test]
fn a_full_scale_sine_reaches_one_at_other_rates_too() {
    for rate in [8_000u32, 48_000, 96_000, 192_000] {
        let bank = BankBuilder::new()
            .sample(&sine(441.0, 44_100, 200), Some(50..150))
            .instrument([zone(0).set(Generator::SampleModes, 1).set(Generator::Pan, -500)])
            .preset(0, 0, [zone(0)]);
        let piece = Piece::at_rate(rate).cc(0, 0, 7, 127).on(0, 0, 60, 127);
        assert_eq!(piece.settings().rate, SampleRate::new(rate).expect("a rate"));
        let signal = piece.render(&bank, rate as usize / 4).left;
        let settled = &signal[rate as usize / 50..];
        assert_db(db(rae_testkit::rms(settled)), -3.0103, 0.02);
    }
}

#[test]
fn the_pan_law_keeps_the_power() {
    for pan in [-500i16, -400, -250, -100, 0, 33, 250, 499, 500] {
        let bank = looped_constant(1.0, zone(0).set(Generator::Pan, pan));
        let [left, right, ..] = settled(&loud().render(&bank, FRAMES));
        let angle = (f64::from(pan) + 500.0) / 1000.0 * std::f64::consts::FRAC_PI_2;
        assert_close(left, angle.cos(), 1e-4);
        assert_close(right, angle.sin(), 1e-4);
    }
    let [left, right, ..] = settled(&loud().render(&looped_constant(1.0, zone(0)), FRAMES));
    assert_db(db(left), -3.0103, 0.001);
    assert_db(db(right), -3.0103, 0.001);
}

#[test]
fn pan_controller_covers_the_field() {
    let bank = looped_constant(1.0, zone(0));
    for value in [0u8, 1, 32, 64, 96, 127] {
        let [left, right, ..] = settled(&loud().cc(0, 0, 10, value).render(&bank, FRAMES));
        // CC 10, linear and bipolar, ±500 tenths of a percent.
        let angle = f64::from(value) / 128.0 * std::f64::consts::FRAC_PI_2;
        assert_close(left, angle.cos(), 1e-4);
        assert_close(right, angle.sin(), 1e-4);
    }
}

#[test]
fn volume_expression_and_velocity_follow_forty_log() {
    let bank = constant_bank(1.0);
    let law = |value: u8| 40.0 * (f64::from(value) / 127.0).log10();
    for value in [1u8, 20, 64, 100, 126, 127] {
        for controller in [7, 11] {
            let [left, ..] = settled(&loud().cc(0, 0, controller, value).render(&bank, FRAMES));
            assert_db(db(left), law(value).max(-96.0), 0.01);
        }
        let piece = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, value);
        assert_db(db(settled(&piece.render(&bank, FRAMES))[0]), law(value), 0.01);
    }
    // All three add up; a channel that says nothing has volume 100.
    let [left, ..] = settled(&Piece::new().cc(0, 0, 11, 90).on(0, 0, 60, 80).render(&bank, FRAMES));
    assert_db(db(left), law(100) + law(90) + law(80), 0.01);
}

#[test]
fn silence_by_controller_does_not_end_a_note() {
    let signal = loud().cc(400, 0, 7, 0).cc(2000, 0, 7, 127).render(&constant_bank(1.0), 3000).left;
    // CC 7 at 0 attenuates by the full 96 dB.
    assert!(db(f64::from(signal[1900])) <= -95.9);
    assert_close(f64::from(signal[2999]), 1.0, 1e-4);
}

#[test]
fn attenuation_counts_four_tenths_and_modulators_fully() {
    let bank = |instrument: i16, preset: i16| {
        BankBuilder::new()
            .sample(&[1.0; 64], Some(8..56))
            .instrument([zone(0)
                .set(Generator::SampleModes, 1)
                .set(Generator::Pan, -500)
                .set(Generator::InitialAttenuation, instrument)])
            .preset(0, 0, [zone(0).set(Generator::InitialAttenuation, preset)])
    };
    let level = |bank: &BankBuilder| db(settled(&loud().render(bank, FRAMES))[0]);
    assert_db(level(&bank(200, 0)), -8.0, 0.01);
    assert_db(level(&bank(200, 100)), -12.0, 0.01);
    assert_db(level(&bank(200, -100)), -4.0, 0.01);
    assert_db(level(&bank(0, -100)), 0.0, 0.01);
    let modulator = Modulator {
        source: Source::linear(Controller::Midi(20)),
        destination: Destination::Generator(Generator::InitialAttenuation),
        amount: 128,
        amount_source: Source::ONE,
        transform: Transform::Linear,
    };
    let modulated = looped_constant(1.0, zone(0).set(Generator::Pan, -500).modulate(modulator));
    // 128 cB · 100/128 = 10 dB.
    assert_db(db(settled(&loud().cc(0, 0, 20, 100).render(&modulated, FRAMES))[0]), -10.0, 0.01);
}

#[test]
fn sends_take_their_share_before_panning() {
    let bank = |reverb: i16, chorus: i16| {
        let sends = zone(0).set(Generator::ReverbEffectsSend, reverb).set(Generator::ChorusEffectsSend, chorus);
        looped_constant(1.0, sends.set(Generator::Pan, 123))
    };
    let sends = |piece: Piece, bank: &BankBuilder| {
        let [.., reverb, chorus] = settled(&piece.render(bank, FRAMES));
        [reverb, chorus]
    };
    // A channel that says nothing sends 40/128 of 20 % to the reverb.
    let [reverb, chorus] = sends(loud(), &bank(0, 0));
    assert_close(reverb, 0.2 * 40.0 / 128.0, 1e-5);
    assert_eq!(chorus, 0.0);
    let dry = || loud().cc(0, 0, 91, 0);
    let [reverb, chorus] = sends(dry(), &bank(500, 250));
    assert_close(reverb, 0.5, 1e-4);
    assert_close(chorus, 0.25, 1e-4);
    let [reverb, chorus] = sends(loud().cc(0, 0, 91, 127).cc(0, 0, 93, 64), &bank(500, 0));
    assert_close(reverb, 0.5 + 0.2 * 127.0 / 128.0, 1e-4);
    assert_close(chorus, 0.2 * 0.5, 1e-4);
    // At most everything.
    assert_close(sends(loud().cc(0, 0, 91, 127), &bank(1000, 0))[0], 1.0, 1e-4);
}

#[test]
fn master_volume_and_tremolo() {
    let bank = constant_bank(1.0);
    // Concave over 96 dB, as volume controllers: the square of the 14-bit value.
    let quiet = loud().sysex(0, &[0x7f, 0x7f, 4, 1, 0, 0x40]).render(&bank, FRAMES);
    assert_close(settled(&quiet)[0], (8192.0f64 / 16_383.0).powi(2), 1e-4);
    let moved = loud().sysex(1000, &[0x7f, 0x7f, 4, 1, 0, 0x20]).render(&bank, 2000).left;
    assert_close(f64::from(moved[999]), 1.0, 1e-4);
    assert_close(f64::from(moved[1999]), (4096.0f64 / 16_383.0).powi(2), 1e-4);

    // 6 dB of tremolo at 8.176 Hz · 2^(0/1200): its first quarter rises to +6 dB, its third falls to −6 dB.
    let lfo = zone(0).set(Generator::Pan, -500).set(Generator::ModLfoToVolume, 60);
    let signal = loud().render(&looped_constant(0.25, lfo), 6000).left;
    let quarter = 44_100.0 / 8.175_799 / 4.0;
    let at = |quarters: f64| db(f64::from(signal[(quarters * quarter) as usize]) / 0.25);
    // A corner of the triangle is cut by up to half a quantum of 64 frames: 6 dB · 32/1349.
    assert_db(at(1.0), 6.0, 0.15);
    assert_db(at(2.0), 0.0, 0.05);
    assert_db(at(3.0), -6.0, 0.15);
}

#[test]
fn many_full_voices_add_up_without_a_limit() {
    let piece = (0..16).fold(Piece::new(), |piece, channel| piece.cc(0, channel, 7, 127).on(0, channel, 60, 127));
    let settings = Settings::default();
    let bank = constant_bank(0.5).preset(128, 0, [zone(0)]);
    let buses = piece.render_with(&bank, FRAMES, &settings).buses;
    assert_close(settled(&buses)[0], 8.0, 1e-4);
}
