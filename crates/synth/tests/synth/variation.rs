//! The variation effect of XG and the dry level, measured on the buses.

use rae_synth::{Buses, Settings, Warning};
use rae_testkit::{assert_close, zone};

use crate::parts::{gs, xg, xg_part};
use crate::piece::{Piece, looped_constant};

/// Type, return, connection and part of the variation effect.
const TYPE: u8 = 0x40;
const RETURN: u8 = 0x56;
const CONNECTION: u8 = 0x5a;
const PART: u8 = 0x5b;

fn variation(low: u8, data: &[u8]) -> Vec<u8> {
    xg([2, 1, low], data)
}

/// A system effect of this type.
fn system(kind: u8) -> Piece {
    Piece::new().cc(0, 0, 7, 127).sysex(1, &variation(TYPE, &[kind, 0])).sysex(1, &variation(CONNECTION, &[1]))
}

/// What a constant of 1 on channel 1 gives to left, reverb and chorus once everything has been told.
fn buses(piece: Piece) -> [f64; 3] {
    let Buses { left, reverb, chorus, .. } = piece.on(100, 0, 60, 127).render(&looped_constant(1.0, zone(0)), 3000);
    [left[2999], reverb[2999], chorus[2999]].map(f64::from)
}

#[track_caller]
fn assert_buses(piece: Piece, expected: [f64; 3]) {
    for (bus, expected) in buses(piece).into_iter().zip(expected) {
        assert_close(bus, expected, 1e-4);
    }
}

/// What CC 91 or 93 sends at this value.
fn sent(value: f64) -> f64 {
    0.2 * value / 128.0
}

const CENTRE: f64 = std::f64::consts::FRAC_1_SQRT_2;

#[test]
fn what_is_sent_to_a_variation_like_reverb_or_chorus_reaches_those() {
    let usual = [CENTRE, sent(40.0), 0.0];
    assert_buses(Piece::new().cc(0, 0, 7, 127).cc(0, 0, 94, 100), usual);
    for reverb in [0x01, 0x02, 0x03, 0x04, 0x10] {
        assert_buses(system(reverb).cc(2, 0, 94, 100), [CENTRE, sent(140.0), 0.0]);
    }
    for chorus in [0x41, 0x42, 0x43, 0x44, 0x48] {
        assert_buses(system(chorus).cc(2, 0, 94, 100), [CENTRE, sent(40.0), sent(100.0)]);
    }
    // By the part's address, before or after the effect is chosen, while a note sounds; the return counts from 64.
    let send = xg_part(0, 0x14, &[50]);
    assert_buses(system(0x41).sysex(2, &send), [CENTRE, sent(40.0), sent(50.0)]);
    assert_buses(system(0x41).sysex(0, &send), [CENTRE, sent(40.0), sent(50.0)]);
    assert_buses(system(0x41).cc(1000, 0, 94, 50), [CENTRE, sent(40.0), sent(50.0)]);
    assert_buses(
        system(0x41).cc(2, 0, 94, 50).sysex(3, &variation(RETURN, &[127])),
        [CENTRE, sent(40.0), sent(50.0 * 127.0 / 64.0)],
    );
    assert_buses(system(0x41).cc(2, 0, 94, 50).sysex(3, &[0x43, 0x10, 0x4c, 0, 0, 0x7e, 0]).cc(4, 0, 7, 127), usual);
}

#[test]
fn an_inserted_variation_hears_its_part_alone() {
    let inserted = |kind: u8, part: u8| {
        let piece = Piece::new().cc(0, 0, 7, 127).sysex(1, &variation(TYPE, &[kind, 0]));
        piece.sysex(1, &variation(PART, &[part]))
    };
    assert_buses(inserted(0x41, 0), [CENTRE, sent(40.0), 64.0 / 127.0]);
    assert_buses(inserted(0x41, 0).sysex(2, &variation(0x54, &[0, 32])), [CENTRE, sent(40.0), 32.0 / 127.0]);
    for (kind, part) in [(0x41, 1), (0x41, 0x7f), (0x40, 0), (0x49, 0)] {
        assert_buses(inserted(kind, part).cc(2, 0, 94, 100), [CENTRE, sent(40.0), 0.0]);
    }
}

#[test]
fn the_dry_level_is_that_of_what_goes_to_no_effect() {
    assert_buses(Piece::new().cc(0, 0, 7, 127).sysex(1, &xg_part(0, 0x11, &[0])), [0.0, sent(40.0), 0.0]);
    let half = Piece::new().cc(0, 0, 7, 127).sysex(1000, &xg_part(0, 0x11, &[64]));
    assert_buses(half.clone(), [CENTRE * 64.0 / 127.0, sent(40.0), 0.0]);
    assert_buses(half.sysex(1001, &xg_part(0, 0x11, &[127])), [CENTRE, sent(40.0), 0.0]);
}

#[test]
fn what_is_not_rendered_is_told_where_it_is_used() {
    let warnings = |piece: Piece, sends: bool| {
        let settings = Settings { sends, ..Settings::default() };
        piece.on(100, 0, 60, 127).render_with(&looped_constant(1.0, zone(0)), 1000, &settings).warnings
    };
    let delay = Warning::Variation { kind: 5, number: 0 };
    assert_eq!(warnings(system(5).cc(2, 0, 94, 10).cc(3, 0, 94, 20), true), [delay]);
    assert_eq!(warnings(system(5).cc(2, 0, 94, 10), false), []);
    assert_eq!(warnings(system(5), true), []);
    assert_eq!(warnings(Piece::new().sysex(1, &variation(PART, &[3])), true), [delay]);
    assert_eq!(warnings(Piece::new().cc(0, 0, 94, 127), true), []);
    assert_eq!(warnings(system(0x42).cc(2, 0, 94, 10), true), []);
    assert!(delay.to_string().contains("05 00 (delay)"), "{delay}");

    // GS: its delay hears CC 94 and what a part is told to send; an insertion effect the parts that go through it.
    let gs_song = || Piece::new().sysex(1, &gs([0x40, 0, 0x7f], &[0]));
    assert_eq!(warnings(gs_song().cc(2, 0, 94, 10), true), [Warning::Delay]);
    assert_eq!(warnings(gs_song().sysex(2, &gs([0x40, 0x11, 0x2c], &[1])), true), [Warning::Delay]);
    assert_eq!(warnings(gs_song().cc(2, 0, 94, 0), true), []);
    let phaser = gs_song().sysex(2, &gs([0x40, 3, 0], &[1, 0x20]));
    assert_eq!(warnings(phaser.clone(), true), []);
    let inserted = phaser.sysex(3, &gs([0x40, 0x41, 0x22], &[1]));
    let warning = Warning::Insertion { kind: 1, number: 0x20 };
    assert_eq!(warnings(inserted, true), [warning]);
    assert!(warning.to_string().contains("01 20"), "{warning}");
    let through = gs_song().sysex(2, &gs([0x40, 0x41, 0x22], &[1])).sysex(3, &gs([0x40, 3, 0], &[0, 0]));
    assert_eq!(warnings(through, true), []);
}
