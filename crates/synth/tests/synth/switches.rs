//! What parts of GS and XG are told not to hear, and the velocities that they play.

use rae_midi::Message;
use rae_testkit::{assert_close, assert_db, db};

use crate::parts::{bank, gs_part, level, xg_part};
use crate::piece::{Piece, cents, tone_bank};

/// GS and XG: a switch of part 1 by its place.
fn off(place: u8) -> [Vec<u8>; 2] {
    [gs_part(0, 0x03 + place, &[0]), xg_part(0, 0x30 + place, &[0])]
}

/// The level of a note on channel 1 before which and after whose beginning something is told.
fn sound(messages: &[Vec<u8>], tell: impl Fn(Piece) -> Piece) -> f64 {
    let piece = messages.iter().fold(Piece::new(), |piece, message| piece.sysex(0, message));
    f64::from(tell(piece.on(10, 0, 60, 127)).render(&bank(), 4000).left[3999])
}

fn bent(messages: &[Vec<u8>], tell: impl Fn(Piece) -> Piece) -> f64 {
    let piece = messages.iter().fold(Piece::new(), |piece, message| piece.sysex(0, message));
    cents(&tell(piece).on(10, 0, 60, 127).render(&tone_bank(), 22_050).left[2000..])
}

#[test]
fn controllers_are_heard_unless_their_switch_or_that_of_all_is_off() {
    let usual = sound(&[], |piece| piece);
    for (place, controller) in [(9, 7), (11, 11)] {
        let quiet = |piece: Piece| piece.cc(20, 0, controller, 64);
        assert!(sound(&[], quiet) < 0.5 * usual);
        for maker in 0..2 {
            for switch in [place, 3] {
                assert_close(sound(&[off(switch)[maker].clone()], quiet), usual, 1e-6);
            }
            // Another's switch is another's, and what is on again is heard.
            assert!(sound(&[off(8)[maker].clone()], quiet) < 0.5 * usual);
            let mut on = off(place)[maker].clone();
            on = if maker == 0 {
                gs_part(0, 0x03 + place, &[1])
            } else {
                on[..on.len() - 1].iter().copied().chain([1]).collect()
            };
            assert!(sound(&[off(place)[maker].clone(), on], quiet) < 0.5 * usual);
        }
    }
    let panned = |piece: Piece| piece.cc(20, 0, 10, 127);
    assert!(sound(&[], panned) < usual);
    assert_close(sound(&[off(10)[1].clone()], panned), usual, 1e-6);
}

#[test]
fn notes_bends_programs_and_parameters_have_switches() {
    for maker in 0..2 {
        let without = |place: u8| [off(place)[maker].clone()];
        assert_eq!(sound(&without(5), |piece| piece), 0.0);
        let bend = |piece: Piece| piece.bend(5, 0, 4096);
        assert_close(bent(&[], bend), 100.0, 0.05);
        assert_close(bent(&without(0), bend), 0.0, 0.05);
        // RPN 2: a semitone up. RPN 1 is chosen before, which the data must not reach.
        let tune = |piece: Piece| piece.rpn(1, 0, 2, 65, 0);
        assert_close(bent(&[], tune), 100.0, 0.05);
        assert_close(bent(&without(6), tune), 0.0, 0.05);
        assert_close(bent(&without(7), tune), 100.0, 0.05);
        let other = |piece: Piece| piece.rpn(1, 0, 2, 64, 0).cc(2, 0, 99, 1).cc(2, 0, 98, 8).cc(2, 0, 6, 100);
        assert_close(bent(&without(7), other), 0.0, 0.05);
    }
    // A pedal that is down can go up, and so can keys.
    let held = |messages: &[Vec<u8>]| {
        let piece = Piece::new().cc(0, 0, 64, 127).on(10, 0, 60, 127).off(500, 0, 60);
        let piece = messages.iter().fold(piece, |piece, message| piece.sysex(1000, message));
        piece.cc(1500, 0, 64, 0).render(&bank(), 4000).left[3999]
    };
    assert_eq!(held(&off(12)), 0.0);
    let pressed = Piece::new().on(10, 0, 60, 127).sysex(500, &off(5)[1]);
    let lifted = pressed.send(1000, 0, Message::NoteOn { key: 60, velocity: 0 });
    assert_eq!(lifted.render(&bank(), 4000).left[3999], 0.0);
}

#[test]
fn velocities_beyond_the_limits_of_xg_are_not_played() {
    let limits = [xg_part(0, 0x6d, &[50]), xg_part(0, 0x6e, &[90])];
    for (velocity, sounds) in [(49, false), (50, true), (90, true), (91, false)] {
        let limited = level(&limits, 0, 60, velocity);
        if sounds {
            assert_db(db(limited), db(level(&[], 0, 60, velocity)), 1e-6);
        } else {
            assert_eq!(limited, 0.0, "{velocity}");
        }
        assert!(level(&limits, 1, 60, velocity) > 0.0);
    }
}
