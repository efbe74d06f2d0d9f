//! Resets of a whole instrument: of all that system exclusive can set, nothing is left.

use rae_midi::Message;
use rae_soundfont::Generator;
use rae_testkit::zone;

use crate::parts::{gs, gs_part, xg, xg_part};
use crate::piece::{Piece, tone_in};

#[test]
fn resets_take_everything_back() {
    let gm2 = |sub: &[u8]| [&[0x7f, 0x7f][..], sub].concat();
    let mut all = vec![
        gs_part(0, 0x13, &[0]),
        gs_part(0, 0x16, &[71]),
        gs_part(0, 0x17, &[0x0f, 0x08]),
        gs_part(0, 0x1a, &[20]),
        gs_part(0, 0x1c, &[0]),
        gs_part(0, 0x1d, &[100]),
        gs_part(0, 0x30, &[30, 90, 40, 90, 90, 90, 90, 90]),
        gs_part(0, 0x40, &[20; 12]),
        gs_part(0, 0x15, &[1]),
        gs_part(5, 2, &[0]),
        gs_part(9, 0x15, &[0]),
        gs([0x40, 0x21, 0x10], &[64 + 9]),
        gs([0x40, 0x21, 0x40], &[70, 30, 90, 0, 20, 20, 20]),
        gs([0x40, 0x21, 0x04], &[0]),
        gs([0x40, 0x21, 0x24], &[90]),
        gs([0x41, 0x02, 60], &[3]),
        gs([0x40, 0, 0], &[0, 7, 0, 0]),
        gs([0x40, 0, 4], &[10]),
        gs([0x40, 0, 5], &[70]),
        gs([0x40, 0, 6], &[127]),
        xg_part(0, 0x67, &[1, 90]),
        gm2(&[9, 3, 0, 7, 0, 50]),
        gm2(&[4, 3, 0, 0x20]),
        gm2(&[4, 4, 0, 70]),
        gm2(&[0x0a, 1, 9, 60, 0x5b, 1, 0x0a, 0, 0x78, 3]),
        gm2(&[8, 8, 3, 0x7f, 0x7f, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30]),
    ];
    // Whatever of it can be heard: a filter, a vibrato, an envelope, wheel, pressure, bend and drums.
    let shaped = zone(0)
        .set(Generator::InitialFilterFc, 8_000)
        .set(Generator::VibLfoToPitch, 20)
        .set(Generator::AttackVolEnv, -7_000)
        .set(Generator::DecayVolEnv, -2_000)
        .set(Generator::SustainVolEnv, 300)
        .set(Generator::ReleaseVolEnv, -3_000);
    let bank = tone_in(shaped).preset(128, 0, [zone(0).set(Generator::FineTune, 30)]);
    let play = |piece: Piece| {
        let piece = piece.on(1_000, 0, 60, 100).on(1_500, 0, 67, 90).on(1_600, 9, 60, 100).cc(2_000, 0, 1, 90);
        let piece = piece.cc(2_200, 0, 16, 80).cc(2_500, 0, 7, 90).bend(3_000, 0, 4_000).off(5_000, 0, 67);
        let pressed = piece.send(4_000, 0, Message::ChannelPressure { pressure: 70 });
        pressed.render(&bank, 7_000)
    };
    let plain = play(Piece::new());
    // Each would be heard, and the chosen controller with a destination of its own.
    for message in &all {
        assert!(play(Piece::new().sysex(0, message)) != plain, "{message:x?}");
    }
    all.push(gs_part(0, 0x1f, &[7]));
    for reset in [
        vec![0x7e, 0x7f, 9, 1],
        vec![0x7e, 0x7f, 9, 3],
        gs([0x40, 0, 0x7f], &[0]),
        gs([0, 0, 0x7f], &[0]),
        xg([0, 0, 0x7e], &[0]),
        xg([0, 0, 0x7f], &[0]),
    ] {
        let piece = all.iter().fold(Piece::new(), |piece, message| piece.sysex(0, message));
        assert!(play(piece.sysex(500, &reset)) == plain, "{reset:x?}");
    }
}
