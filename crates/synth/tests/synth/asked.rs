//! What songs ask of reverb and chorus.

use rae_dsp::sends::{ReverbKind, Sends};
use rae_midi::{Performance, Speed};
use rae_synth::SendPlan;
use rae_testkit::assert_close;
use rae_units::{Frames, SampleRate};

use crate::parts::{gs, xg};
use crate::piece::Piece;

/// What a performance asks for from a frame on: at first, and later.
fn played_from(performance: &Performance, frame: u64) -> (Sends, Vec<(u64, Sends)>) {
    let clock = performance.clock(SampleRate::CD, Speed::NORMAL);
    let events = performance.events.iter().map(|event| (clock.frame(event.time), &event.action));
    let (sends, changes) = SendPlan::new(performance.channels, SampleRate::CD, events).played_from(Frames(frame));
    (sends, changes.into_iter().map(|(Frames(frame), sends)| (frame, sends)).collect())
}

/// What is asked for before the first note.
fn asked(messages: &[Vec<u8>]) -> Sends {
    let piece = messages.iter().fold(Piece::new(), |piece, message| piece.sysex(0, message));
    let (sends, changes) = played_from(&piece.on(100, 0, 60, 100).performance(200), 0);
    assert!(changes.is_empty());
    sends
}

/// The reverb time of General MIDI 2 (CA-024): value = ln(seconds)/0.025 + 40.
fn seconds(value: f64) -> f64 {
    ((value - 40.0) * 0.025).exp()
}

fn global(slot: u8, pairs: &[u8]) -> Vec<u8> {
    [&[0x7f, 0x7f, 4, 5, 1, 1, 1, 1, slot][..], pairs].concat()
}

fn patch(low: u8, value: u8) -> Vec<u8> {
    gs([0x40, 1, low], &[value])
}

#[track_caller]
fn assert_reverb(messages: &[Vec<u8>], kind: ReverbKind, time: f64) {
    let reverb = asked(messages).reverb;
    assert_eq!(reverb.kind, kind);
    assert_close(reverb.time.0, time, 1e-6);
}

#[test]
fn a_song_that_says_nothing_has_the_usual_effects() {
    assert_eq!(asked(&[]), Sends::default());
    assert_eq!(asked(&[gs([0x40, 0, 0x7f], &[0]), vec![0x7e, 0x7f, 9, 3]]), Sends::default());
}

#[test]
fn global_parameters_set_types_and_units() {
    for (number, kind, value) in [
        (0, ReverbKind::Room, 44.0),
        (1, ReverbKind::Room, 50.0),
        (2, ReverbKind::Room, 56.0),
        (3, ReverbKind::Hall, 64.0),
        (4, ReverbKind::Hall, 64.0),
        (8, ReverbKind::Plate, 50.0),
    ] {
        assert_reverb(&[global(1, &[0, number])], kind, seconds(value));
        assert_reverb(&[global(1, &[0, number, 1, 80])], kind, seconds(80.0));
    }
    // 0.122 Hz a step; (value + 1)/3.2 ms from end to end.
    let chorus = asked(&[global(2, &[1, 10, 2, 31])]).chorus;
    assert_close(chorus.rate, 1.22, 1e-9);
    assert_close(chorus.sway.0, 0.005, 1e-9);
    let chorus = asked(&[global(2, &[0, 4])]).chorus;
    assert_close(chorus.rate, 0.244, 1e-9);
    assert_close(chorus.sway.0, 25.0 / 6400.0, 1e-9);
}

#[test]
fn macros_of_gs_are_types_with_their_own_defaults() {
    let types = [
        (ReverbKind::Room, 44.0),
        (ReverbKind::Room, 50.0),
        (ReverbKind::Room, 56.0),
        (ReverbKind::Hall, 64.0),
        (ReverbKind::Hall, 64.0),
        (ReverbKind::Plate, 50.0),
    ];
    let defaults = [80.0, 56.0, 64.0, 72.0, 64.0, 88.0];
    for (number, (kind, value)) in types.into_iter().enumerate() {
        let chosen = patch(0x30, number as u8);
        assert_reverb(std::slice::from_ref(&chosen), kind, seconds(value));
        assert_reverb(&[chosen, patch(0x34, 100)], kind, seconds(value + 100.0 - defaults[number]));
    }
    let delay = asked(&[patch(0x30, 6), patch(0x34, 50), patch(0x35, 64)]).reverb;
    assert_eq!((delay.kind, delay.feedback), (ReverbKind::Delay, 0.5));
    assert_close(delay.time.0, 0.2, 1e-9);
    assert_eq!(asked(&[patch(0x30, 7)]).reverb.kind, ReverbKind::PanningDelay);
    assert_eq!(asked(&[patch(0x33, 96), patch(0x3a, 32)]).reverb.level, 1.5);
    assert_eq!(asked(&[patch(0x33, 96), patch(0x3a, 32)]).chorus.level, 0.5);
    let chorus = asked(&[patch(0x38, 3), patch(0x3d, 20)]).chorus;
    assert_close(chorus.rate, 2.44, 1e-9);
    assert_close(chorus.sway.0, 17.0 / 6400.0, 1e-9);
}

#[test]
fn types_and_returns_of_xg() {
    assert_reverb(&[xg([2, 1, 0], &[1, 0])], ReverbKind::Hall, seconds(64.0));
    assert_reverb(&[xg([2, 1, 0], &[2, 1])], ReverbKind::Room, seconds(50.0));
    // 0.3 s and on in tenths, from 5 s in halves, from 10 s in whole ones.
    for (value, time) in [(0, 0.3), (47, 5.0), (48, 5.5), (57, 10.0), (58, 11.0), (67, 20.0), (69, 30.0)] {
        assert_reverb(&[xg([2, 1, 0], &[4, 0, value])], ReverbKind::Plate, time);
    }
    assert_eq!(asked(&[xg([2, 1, 0], &[0, 0])]).reverb.kind, ReverbKind::Off);
    assert_eq!(asked(&[xg([2, 1, 0x0c], &[127])]).reverb.level, 127.0 / 64.0);
    assert_eq!(asked(&[xg([2, 1, 0x20], &[0, 0])]).chorus.level, 0.0);
    assert_eq!(asked(&[xg([2, 1, 0x2c], &[16])]).chorus.level, 0.25);
}

#[test]
fn silence_and_cuts_of_the_reverb() {
    let xg_reverb = |messages: &[Vec<u8>]| asked(messages).reverb;
    let plate = xg([2, 1, 0], &[4, 0]);
    // Initial delay from 0.1 ms in steps of 1.58; frequencies of 20 steps a decade: 34 is 1 kHz, 0 and 60 are open.
    let told = xg_reverb(&[plate.clone(), xg([2, 1, 4], &[10, 14, 34])]);
    assert_close(told.pre_delay.0, 0.0159, 1e-6);
    assert_close(told.low_cut.unwrap(), 100.0, 0.5);
    assert_close(told.high_cut.unwrap(), 1000.0, 5.0);
    let open = xg_reverb(&[plate.clone(), xg([2, 1, 4], &[10, 0, 60])]);
    assert_eq!((open.low_cut, open.high_cut), (None, None));
    // A type begins with its own.
    let again = xg_reverb(&[xg([2, 1, 4], &[10, 14, 34]), plate]);
    assert_eq!((again.pre_delay.0, again.low_cut, again.high_cut), (0.0, None, None));
    // GS: milliseconds, and steps from the type's own on, of which a room has three.
    assert_close(asked(&[patch(0x30, 0), patch(0x37, 50)]).reverb.pre_delay.0, 0.05, 1e-9);
    assert_eq!(asked(&[patch(0x30, 0), patch(0x32, 3)]).reverb.high_cut, None);
    assert_close(asked(&[patch(0x30, 0), patch(0x32, 6)]).reverb.high_cut.unwrap(), 4000.0, 1e-6);
    assert_close(asked(&[patch(0x30, 5), patch(0x32, 3)]).reverb.high_cut.unwrap(), 4000.0, 1e-6);
}

#[test]
fn later_wishes_have_their_frames_and_resets_take_them_back() {
    let performance = |piece: Piece| piece.performance(80_000);
    let kinds = |piece: Piece, frame| {
        let (first, later) = played_from(&performance(piece), frame);
        (first.reverb.kind, later.into_iter().map(|(frame, sends)| (frame, sends.reverb.kind)).collect::<Vec<_>>())
    };
    use ReverbKind::{Hall, Plate, Room};
    let first = Piece::new().sysex(0, &patch(0x30, 5)).on(100, 0, 60, 100);
    assert_eq!(kinds(first.clone().sysex(500, &patch(0x30, 0)), 0), (Plate, vec![(500, Room)]));
    assert_eq!(kinds(first.clone().sysex(500, &patch(0x30, 5)), 0), (Plate, vec![]));
    assert_eq!(kinds(first.clone().sysex(500, &[0x7e, 0x7f, 9, 1]), 0), (Plate, vec![(500, Hall)]));
    let reset = Piece::new().sysex(0, &patch(0x30, 5)).sysex(10, &[0x7e, 0x7f, 9, 1]).on(100, 0, 60, 100);
    assert_eq!(played_from(&performance(reset), 0), (Sends::default(), vec![]));
    // A quarter of a second is 11025 frames; of what comes sooner the last counts.
    let hasty = first.clone().sysex(500, &patch(0x30, 0)).sysex(600, &patch(0x30, 3)).sysex(700, &patch(0x30, 5));
    assert_eq!(kinds(hasty.clone(), 0), (Plate, vec![(500, Room), (500 + 11_025, Plate)]));
    assert_eq!(kinds(hasty.sysex(20_000, &patch(0x30, 0)), 0).1, [(500, Room), (11_525, Plate), (22_550, Room)]);
    // From elsewhere on what holds at the first note there holds; without one, what holds at the end.
    let moving = first.sysex(30_000, &patch(0x30, 0)).on(50_000, 0, 60, 100).sysex(70_000, &patch(0x30, 3));
    assert_eq!(kinds(moving.clone(), 100), (Plate, vec![(30_000, Room), (70_000, Hall)]));
    assert_eq!(kinds(moving.clone(), 101), (Room, vec![(70_000, Hall)]));
    assert_eq!(kinds(moving, 50_001), (Hall, vec![]));
}
