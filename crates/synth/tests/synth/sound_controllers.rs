//! Sound controllers (CC 71 to 78, GS and XG NRPN), soft pedal and modulation depth against their formulas.

use rae_soundfont::{Controller, Destination, Generator, Modulator, Source, Transform};
use rae_testkit::{BankBuilder, amplitude_at, assert_close, assert_db, db, noise, zone};

use crate::piece::{
    Piece, TONE_HZ, cents, constant_bank, finite_peak, looped_constant, pitches, tone_bank, tone_db, tone_in,
};

/// The level of the half-scale tone at velocity 127, CC 7 at 127.
const FULL_DB: f64 = -6.0206;

const SOFT: u8 = 67;
const RESONANCE: u8 = 71;
const RELEASE: u8 = 72;
const ATTACK: u8 = 73;
const BRIGHTNESS: u8 = 74;
const DECAY: u8 = 75;
const VIBRATO_RATE: u8 = 76;
const VIBRATO_DEPTH: u8 = 77;
const VIBRATO_DELAY: u8 = 78;

/// NRPN LSB of each under MSB 1 (GS and XG).
const NRPN: [(u8, u8); 8] = [
    (RESONANCE, 0x21),
    (RELEASE, 0x66),
    (ATTACK, 0x63),
    (BRIGHTNESS, 0x20),
    (DECAY, 0x64),
    (VIBRATO_RATE, 0x08),
    (VIBRATO_DEPTH, 0x09),
    (VIBRATO_DELAY, 0x0a),
];

fn nrpn(piece: Piece, frame: u64, lsb: u8, value: u8) -> Piece {
    piece.cc(frame, 0, 99, 1).cc(frame, 0, 98, lsb).cc(frame, 0, 6, value)
}

fn loud() -> Piece {
    Piece::new().cc(0, 0, 7, 127)
}

/// The level of a 441 Hz tone behind a flat two-pole filter at this cutoff in cents.
fn filtered_db(cutoff: f64) -> f64 {
    let ratio = TONE_HZ / (8.175_798_9 * (cutoff / 1200.0).exp2());
    FULL_DB - 10.0 * (1.0 + ratio.powi(4)).log10()
}

fn held_level(before: impl Fn(Piece) -> Piece, bank: &BankBuilder) -> f64 {
    tone_db(&before(loud()).on(100, 0, 60, 127).render(bank, 22_000).left[4_000..])
}

#[test]
fn brightness_moves_the_cutoff_by_semitones() {
    let dark = tone_in(zone(0).set(Generator::InitialFilterFc, 6_000));
    for value in [30u8, 52, 64, 70, 100] {
        let cutoff = 6_000.0 + 100.0 * (f64::from(value) - 64.0);
        assert_db(held_level(|piece| piece.cc(0, 0, BRIGHTNESS, value), &dark), filtered_db(cutoff), 0.1);
    }
}

#[test]
fn brightness_and_resonance_move_sounding_notes() {
    let left = loud().on(0, 0, 60, 127).cc(20_000, 0, BRIGHTNESS, 0).render(&tone_bank(), 42_000).left;
    assert_db(tone_db(&left[4_000..19_000]), FULL_DB, 0.05);
    assert_db(tone_db(&left[22_000..]), filtered_db(13_500.0 - 6_400.0), 0.1);
    // Noise through a filter at 7000 cents: 0.4 dB of resonance a step, half of it off the level below the cutoff.
    let points: Vec<f64> = noise(5, 40_000).iter().map(|x| x / 8.0).collect();
    let zones = [zone(0).set(Generator::InitialFilterFc, 7_000).set(Generator::Pan, -500)];
    let bank = BankBuilder::new().sample(&points, None).instrument(zones).preset(0, 0, [zone(0)]);
    let play = || loud().on(0, 0, 60, 127);
    let flat = play().render(&bank, 39_000).left;
    let resonant = play().cc(10, 0, RESONANCE, 64 + 50).render(&bank, 39_000).left;
    let cutoff = 8.175_798_9 * (7_000.0f64 / 1200.0).exp2();
    let gain =
        |hz: f64| db(amplitude_at(&resonant[4_000..], hz, 44_100)) - db(amplitude_at(&flat[4_000..], hz, 44_100));
    assert_db(gain(cutoff / 16.0), -10.0, 0.3);
    assert_db(gain(cutoff), 10.0, 0.5);
}

#[test]
fn only_channels_that_close_their_filters_get_some() {
    let render = |before: &dyn Fn(Piece) -> Piece| before(loud()).on(100, 0, 60, 127).render(&tone_bank(), 5_000).left;
    let plain = render(&|piece| piece);
    for (channel, controller, value) in [(0, 74, 64), (0, 74, 127), (0, 71, 30), (0, 71, 64), (1, 74, 3), (1, 71, 90)] {
        assert!(render(&|piece| piece.cc(0, channel, controller, value)) == plain, "CC {controller} = {value}");
    }
    assert!(render(&|piece| piece.cc(4_999, 0, 74, 63)) != plain);
}

/// Amplitude of a constant of 1 on the left, at seconds after the key goes down at 0.
fn amplitude(piece: &Piece, bank: &BankBuilder, seconds: f64) -> f64 {
    let frame = (seconds * 44_100.0) as usize;
    f64::from(piece.render(bank, frame + 1).left[frame])
}

#[test]
fn attack_doubles_in_twelve_steps() {
    // Timecents −3600 are an eighth of a second, during which the amplitude rises linearly.
    let slow = looped_constant(1.0, zone(0).set(Generator::Pan, -500).set(Generator::AttackVolEnv, -3_600));
    for (value, seconds) in [(64u8, 0.125), (76, 0.25), (52, 0.0625), (88, 0.5)] {
        let piece = loud().cc(0, 0, ATTACK, value).on(0, 0, 60, 127);
        assert_close(amplitude(&piece, &slow, 0.4 * seconds), 0.4, 2e-3);
    }
    // No attack at all counts as a thirty-second of a second when it is prolonged, and cannot be shortened.
    let piece = loud().cc(0, 0, ATTACK, 64 + 24).on(0, 0, 60, 127);
    assert_close(amplitude(&piece, &constant_bank(1.0), 0.1), 0.8, 2e-3);
    let piece = loud().cc(0, 0, ATTACK, 0).on(0, 0, 60, 127);
    assert_close(amplitude(&piece, &constant_bank(1.0), 0.0005), 0.5, 0.02);
}

#[test]
fn decay_and_release_double_in_twelve_steps() {
    // 100 dB in a second.
    let decaying = zone(0).set(Generator::DecayVolEnv, 0).set(Generator::SustainVolEnv, 1_000);
    let falling = looped_constant(1.0, decaying.set(Generator::ReleaseVolEnv, 0).set(Generator::Pan, -500));
    for (value, rate) in [(64u8, 100.0), (76, 50.0), (40, 400.0)] {
        let piece = loud().cc(0, 0, DECAY, value).on(0, 0, 60, 127);
        assert_db(db(amplitude(&piece, &falling, 0.151)), -0.15 * rate, 0.05);
    }
    let ringing = zone(0).set(Generator::ReleaseVolEnv, 0).set(Generator::Pan, -500);
    let ringing = looped_constant(1.0, ringing);
    for (value, rate) in [(64u8, 100.0), (88, 25.0), (52, 200.0)] {
        let piece = loud().cc(0, 0, RELEASE, value).on(0, 0, 60, 127).off(4_410, 0, 60);
        assert_db(db(amplitude(&piece, &ringing, 0.3)), -0.2 * rate, 0.05);
    }
    // It acts on a release under way.
    let piece = loud().on(0, 0, 60, 127).off(4_410, 0, 60).cc(8_820, 0, RELEASE, 76);
    assert_db(db(amplitude(&piece, &ringing, 0.4)), -10.0 - 10.0, 0.05);
}

/// Deviations in cents over the frames of a vibrato that begins with the note.
fn vibrato(before: impl Fn(Piece) -> Piece, bank: &BankBuilder) -> Vec<(f64, f64)> {
    pitches(&before(loud()).on(0, 0, 60, 127).render(bank, 44_100).left[50..])
}

/// The depth of a triangle from its mean magnitude, which is half of its peak.
fn depth(deviations: &[(f64, f64)]) -> f64 {
    let settled = deviations.iter().skip(20).map(|(_, cents)| cents.abs());
    2.0 * settled.clone().sum::<f64>() / settled.count() as f64
}

/// Cycles per second, from the rising zeros of the deviation.
fn rate(deviations: &[(f64, f64)]) -> f64 {
    let rising = deviations.windows(2).filter(|pair| pair[0].1 < 0.0 && pair[1].1 >= 0.0);
    let zeros: Vec<f64> = rising.map(|p| p[0].0 + (p[1].0 - p[0].0) * p[0].1 / (p[0].1 - p[1].1)).collect();
    (zeros.len() - 1) as f64 * 44_100.0 / (zeros[zeros.len() - 1] - zeros[0])
}

#[test]
fn vibrato_depth_rate_and_delay() {
    let still = tone_bank();
    let shaking = tone_in(zone(0).set(Generator::VibLfoToPitch, 30));
    for (bank, value, cents) in
        [(&still, 64 + 50, 50.0), (&shaking, 64, 30.0), (&shaking, 64 - 20, 10.0), (&shaking, 64 - 40, 0.0)]
    {
        assert_close(depth(&vibrato(|piece| piece.cc(0, 0, VIBRATO_DEPTH, value), bank)), cents, 0.02 * cents + 0.3);
    }
    // The default rate is that of 0 absolute cents; 48 steps double it.
    for (value, hz) in [(64, 8.176), (64 + 24, 11.562), (16, 4.088)] {
        let found = rate(&vibrato(|piece| piece.cc(0, 0, VIBRATO_RATE, value), &shaking));
        assert_close(found, hz, 0.01 * hz);
    }
    // Two octaves above a thirty-second of a second.
    let late = vibrato(|piece| piece.cc(0, 0, VIBRATO_DELAY, 64 + 24), &shaking);
    let first = late.iter().find(|(_, cents)| cents.abs() > 1.0).expect("vibrato").0;
    assert_close(first / 44_100.0, 0.125, 0.004);
}

#[test]
fn nrpn_of_gs_and_xg_are_other_names_of_the_controllers() {
    let bank = tone_in(
        zone(0)
            .set(Generator::InitialFilterFc, 6_500)
            .set(Generator::VibLfoToPitch, 20)
            .set(Generator::AttackVolEnv, -4_000)
            .set(Generator::DecayVolEnv, -2_000)
            .set(Generator::SustainVolEnv, 300)
            .set(Generator::ReleaseVolEnv, -2_000),
    );
    let render = |change: &dyn Fn(Piece) -> Piece| {
        change(loud()).on(100, 0, 60, 127).off(12_000, 0, 60).render(&bank, 16_000).left
    };
    let plain = render(&|piece| piece);
    for (controller, lsb) in NRPN {
        let by_controller = render(&|piece| piece.cc(10, 0, controller, 90));
        assert!(by_controller != plain, "CC {controller}");
        assert!(render(&|piece| nrpn(piece, 10, lsb, 90)) == by_controller, "NRPN 1 {lsb:02x}");
        // One value: the last one counts, whatever its name.
        assert!(render(&|piece| nrpn(piece.cc(5, 0, controller, 20), 10, lsb, 90)) == by_controller);
        assert!(render(&|piece| nrpn(piece, 5, lsb, 20).cc(10, 0, controller, 90)) == by_controller);
        // LSB before MSB, and the value in steps.
        let reversed = |piece: Piece| piece.cc(9, 0, 98, lsb).cc(9, 0, 99, 1).cc(10, 0, 6, 90);
        assert!(render(&reversed) == by_controller);
        let steps = |piece: Piece| nrpn(piece, 9, lsb, 89).cc(10, 0, 96, 0);
        assert!(render(&steps) == by_controller, "steps of NRPN 1 {lsb:02x}");
    }
}

#[test]
fn gs_parameters_end_at_fifty_steps() {
    let dark = tone_in(zone(0).set(Generator::InitialFilterFc, 8_500));
    assert_db(held_level(|piece| nrpn(piece, 0, 0x20, 0), &dark), filtered_db(8_500.0 - 5_000.0), 0.1);
    let xg = |piece: Piece| piece.sysex(0, &[0x43, 0x10, 0x4c, 0, 0, 0x7e, 0]).cc(1, 0, 7, 127);
    assert_db(held_level(|piece| nrpn(xg(piece), 2, 0x20, 0), &dark), filtered_db(8_500.0 - 6_400.0), 0.1);
}

fn follow(controller: u8, generator: Generator, amount: i16) -> Modulator {
    let source = Source { bipolar: true, ..Source::linear(Controller::Midi(controller)) };
    let destination = Destination::Generator(generator);
    Modulator { source, destination, amount, amount_source: Source::ONE, transform: Transform::Linear }
}

#[test]
fn a_bank_that_answers_a_controller_itself_has_the_only_say() {
    let own = zone(0)
        .set(Generator::InitialFilterFc, 6_000)
        .modulate(follow(BRIGHTNESS, Generator::FineTune, 100))
        .modulate(follow(SOFT, Generator::CoarseTune, 1));
    let bank = tone_in(own);
    // Their middle is the default: nothing is moved before anybody sends them.
    let heard = |piece: Piece| {
        let left = piece.on(100, 0, 60, 127).render(&bank, 22_000).left;
        let pitch = cents(&left[2_000..]);
        (pitch, db(amplitude_at(&left[2_000..], TONE_HZ * (pitch / 1200.0).exp2(), 44_100)))
    };
    let (pitch, level) = heard(loud().cc(0, 0, SOFT, 64));
    assert_close(pitch, 0.0, 0.05);
    assert_db(level, filtered_db(6_000.0), 0.1);
    let (pitch, level) = heard(nrpn(loud().cc(0, 0, SOFT, 64), 0, 0x20, 64 - 32));
    assert_close(pitch, -50.0, 0.05);
    assert_db(level, filtered_db(6_050.0), 0.1);
}

#[test]
fn the_soft_pedal_softens_the_notes_that_begin_under_it() {
    let dark = tone_in(zone(0).set(Generator::InitialFilterFc, 7_200));
    let soft = filtered_db(6_000.0) - 3.0;
    assert_db(held_level(|piece| piece.cc(0, 0, SOFT, 64), &dark), soft, 0.1);
    assert_db(held_level(|piece| piece.cc(0, 0, SOFT, 63), &dark), filtered_db(7_200.0), 0.1);
    // Neither does it change notes that sound, nor do others when it is lifted.
    assert_db(held_level(|piece| piece.cc(200, 0, SOFT, 127), &dark), filtered_db(7_200.0), 0.1);
    let lifted = |piece: Piece| piece.cc(0, 0, SOFT, 127).cc(200, 0, SOFT, 0).cc(300, 0, BRIGHTNESS, 70);
    assert_db(held_level(lifted, &dark), filtered_db(6_600.0) - 3.0, 0.1);
    assert_db(held_level(|piece| piece.cc(0, 0, SOFT, 127).cc(50, 0, 121, 0), &dark), filtered_db(7_200.0), 0.1);
}

#[test]
fn the_modulation_depth_range_scales_the_wheel() {
    let wheel = |piece: Piece| piece.cc(0, 0, 1, 127);
    let full = 127.0 / 128.0;
    let bank = tone_bank();
    assert_close(depth(&vibrato(wheel, &bank)), 50.0 * full, 1.0);
    for (msb, lsb, cents) in [(1, 0, 100.0), (0, 32, 25.0), (2, 64, 250.0), (0, 0, 0.0)] {
        let ranged = |piece: Piece| wheel(piece).rpn(0, 0, 5, msb, lsb);
        assert_close(depth(&vibrato(ranged, &bank)), cents * full, 0.02 * cents + 0.3);
    }
    // In steps of 100/128 cents, also for a note that sounds; pressure is not the wheel.
    let steps = |piece: Piece| (0..64).fold(wheel(piece).rpn(0, 0, 5, 0, 64), |piece, _| piece.cc(30, 0, 96, 0));
    assert_close(depth(&vibrato(steps, &bank)), 100.0 * full, 2.3);
    let pressed = |piece: Piece| {
        let pressure = rae_midi::Message::ChannelPressure { pressure: 127 };
        piece.send(0, 0, pressure).rpn(0, 0, 5, 2, 0)
    };
    assert_close(depth(&vibrato(pressed, &bank)), 50.0 * full, 1.0);
}

#[test]
fn a_controller_reset_keeps_sound_controllers_and_a_system_reset_does_not() {
    let dark = tone_in(zone(0).set(Generator::InitialFilterFc, 7_000));
    let darker = |piece: Piece| piece.cc(0, 0, BRIGHTNESS, 52);
    assert_db(held_level(|piece| darker(piece).cc(10, 0, 121, 0), &dark), filtered_db(5_800.0), 0.1);
    let reset = |piece: Piece| darker(piece).sysex(10, &[0x7e, 0x7f, 9, 1]).cc(11, 0, 7, 127);
    assert_db(held_level(reset, &dark), filtered_db(7_000.0), 0.1);
}

#[test]
fn values_beyond_seven_bits_do_no_harm() {
    for value in [128, 200, 255] {
        let all = [5, 37, 65, 67, 68, 71, 72, 73, 74, 75, 76, 77, 78, 84, 126].into_iter();
        let piece = all.fold(loud(), |piece, controller| piece.cc(10, 0, controller, value));
        let piece = nrpn(piece.rpn(20, 0, 5, value, value), 30, 0x20, value).on(100, 0, 60, 127).on(5_000, 0, 200, 127);
        finite_peak(&piece.off(9_000, 0, 200).render(&tone_bank(), 20_000));
    }
}
