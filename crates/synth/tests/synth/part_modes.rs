//! What makes a part play drums or melodies, and which drums.

use rae_testkit::{assert_db, db};

use crate::parts::{gs_part, level, sign, sum_of_signs, xg, xg_part};
use crate::piece::Piece;

fn xg_on() -> Piece {
    Piece::new().sysex(0, &xg([0, 0, 0x7e], &[0]))
}

/// Bank select and program change.
fn select(piece: Piece, frame: u64, channel: u8, msb: u8) -> Piece {
    piece.cc(frame, channel, 0, msb).cc(frame, channel, 32, 0).program(frame, channel, 5)
}

#[test]
fn the_part_mode_of_xg_holds_where_the_bank_does_not_say() {
    // A part plays what its mode says in bank 0, drums in bank 127 whatever its mode, and then what its mode says again.
    for (part, mode, usual) in [(9, 0, (0, 5)), (3, 2, (128, 5)), (3, 0, (0, 5)), (9, 2, (128, 5))] {
        let piece = xg_on().sysex(10, &xg_part(part, 7, &[mode]));
        let usual = sign(usual);
        assert_eq!(sum_of_signs(select(piece.clone(), 20, part, 0), part), usual, "part {part}, mode {mode}");
        let drums = select(piece, 20, part, 127);
        assert_eq!(sum_of_signs(drums.clone(), part), sign((128, 5)));
        assert_eq!(sum_of_signs(select(drums, 30, part, 0), part), usual);
    }
    // Nobody has said anything.
    assert_eq!(sum_of_signs(select(xg_on(), 20, 9, 0), 9), sign((128, 5)));
    assert_eq!(sum_of_signs(select(xg_on(), 20, 3, 0), 3), sign((0, 5)));
}

#[test]
fn a_mode_that_a_part_has_keeps_its_program() {
    for same in [gs_part(9, 0x15, &[1]), gs_part(9, 0x15, &[2]), xg_part(9, 7, &[2])] {
        assert_eq!(sum_of_signs(Piece::new().program(0, 9, 5).sysex(10, &same), 9), sign((128, 5)));
    }
    assert_eq!(sum_of_signs(Piece::new().program(0, 3, 5).sysex(10, &gs_part(3, 0x15, &[0])), 3), sign((0, 5)));
    // The other mode begins with the first program that there is.
    assert_eq!(sum_of_signs(Piece::new().program(0, 3, 5).sysex(10, &gs_part(3, 0x15, &[1])), 3), sign((128, 0)));
}

#[test]
fn drums_that_cannot_be_edited_have_no_setup() {
    let soft = |mode: u8| {
        let mode = xg_part(9, 7, &[mode]);
        let edit = |setup: u8| xg([0x30 + setup, 40, 2], &[20]);
        let plain = level(std::slice::from_ref(&mode), 9, 40, 127);
        (0..4).map(|setup| db(level(&[mode.clone(), edit(setup)], 9, 40, 127) / plain)).collect::<Vec<f64>>()
    };
    let edited = 40.0 * (20.0f64 / 127.0).log10();
    for mode in 1..=5 {
        for (setup, change) in (0..4).zip(soft(mode)) {
            assert_db(change, if mode == setup + 2 { edited } else { 0.0 }, 0.01);
        }
    }
}
