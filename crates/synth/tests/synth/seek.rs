//! Going on elsewhere in a piece.

use std::sync::Arc;

use rae_soundfont::{Generator, SoundFont};
use rae_synth::{Buses, Renderer, Settings};
use rae_units::Frames;

use crate::bits::{busy_bank, busy_piece};
use crate::parts::gs;
use crate::piece::{KILL, Piece, cents, constant_bank, finite_peak, render_to_end, tone_bank};

/// Where the piece ends.
const END: usize = 62_000;

/// A busy piece whose channels have had everything set by its middle that can be set.
fn piece() -> Piece {
    busy_piece()
        .sysex(9_000, &[0x7f, 0x7f, 4, 1, 0, 0x50])
        .sysex(9_500, &[0x7f, 0x7f, 4, 3, 0, 0x48])
        .rpn(10_000, 1, 2, 66, 0)
        .rpn(10_001, 1, 1, 70, 3)
        .nrpn(11_000, 0, Generator::InitialFilterFc, -900)
        .cc(11_500, 0, 67, 127)
        .cc(11_500, 1, 74, 40)
        .cc(11_500, 1, 5, 40)
        .cc(11_500, 1, 65, 127)
        .cc(11_500, 0, 126, 1)
        .cc(29_000, 1, 84, 70)
        .cc(11_500, 1, 73, 80)
        .rpn(11_600, 1, 5, 1, 9)
        .sysex(11_500, &gs([0x40, 0x12, 0x15], &[1]))
        .sysex(11_600, &gs([0x41, 0x04, 60], &[0]))
        .sysex(11_700, &gs([0x40, 0x11, 0x1c], &[0]))
        .sysex(11_800, &gs([0x40, 0x13, 2], &[0]))
        .cc(12_000, 1, 64, 127)
        .cc(12_000, 0, 101, 0)
        .cc(12_000, 0, 100, 0)
        .cc(29_000, 0, 6, 7)
}

/// The next frames of all buses, one bus after the other.
fn next(renderer: &mut Renderer, frames: usize) -> Vec<u32> {
    let mut buses = Buses::new(frames);
    renderer.render(&mut buses);
    [buses.left, buses.right, buses.reverb, buses.chorus].concat().iter().map(|x| x.to_bits()).collect()
}

fn renderer(font: &Arc<SoundFont>, piece: &Piece, settings: &Settings) -> Renderer {
    Renderer::new(font.clone(), &piece.performance(END as u64), settings)
}

#[test]
fn a_seek_is_a_render_without_the_earlier_notes() {
    let font = Arc::new(busy_bank().build());
    for (max_voices, threads) in [(4096, 1), (4096, 3), (9, 1), (9, 3)] {
        let settings = Settings { max_voices, threads, ..Settings::default() };
        let mut seeking = renderer(&font, &piece(), &settings);
        // Forwards, backwards, twice to one place, onto the grid and beside it, to the start.
        for frame in [20_000u64, 30_016, 30_017, 5_001, 30_017, 61_000, 0, 12_000] {
            seeking.seek(Frames(frame));
            assert_eq!(seeking.position(), Frames(frame));
            let count = (END - frame as usize).min(8_000);
            let mut whole = renderer(&font, &piece().without_notes_before(frame), &settings);
            let mut before = Buses::new(frame as usize);
            whole.render(&mut before);
            assert_eq!(finite_peak(&before), 0.0);
            let (sought, expected) = (next(&mut seeking, count), next(&mut whole, count));
            assert!(sought == expected, "frame {frame}, {max_voices} voices, {threads} threads");
            assert!(frame > 50_000 || expected.iter().any(|&bits| bits != 0), "silence proves nothing");
        }
    }
}

#[test]
fn portamento_control_goes_with_its_note() {
    let font = Arc::new(tone_bank().build());
    let piece =
        |control: u64| Piece::new().cc(0, 0, 5, 64).cc(control, 0, 84, 36).on(1_000, 0, 60, 127).off(2_000, 0, 60);
    let heard = |control: u64, seek: u64| {
        let piece = piece(control).on(10_000, 0, 60, 127);
        let mut renderer = Renderer::new(font.clone(), &piece.performance(END as u64), &Settings::default());
        renderer.seek(Frames(seek));
        let mut buses = Buses::new(16_000 - seek as usize);
        renderer.render(&mut buses);
        cents(&buses.left[12_000 - seek as usize..])
    };
    // Skipped while chasing, and within the first quantum.
    for seek in [5_000, 1_001] {
        assert!(heard(500, seek).abs() < 0.05);
    }
    // One that comes after the skipped note is for the next.
    assert!(heard(3_000, 5_000) < -1000.0);
}

#[test]
fn a_pedal_counts_and_the_notes_it_holds_do_not() {
    let piece = Piece::new().cc(0, 0, 64, 127).on(100, 0, 60, 127).on(5_000, 0, 62, 127).off(5_500, 0, 62);
    let font = Arc::new(constant_bank(0.5).build());
    let mut renderer = Renderer::new(font, &piece.performance(10_000), &Settings::default());
    renderer.seek(Frames(4_000));
    let mut buses = Buses::new(5_000);
    renderer.render(&mut buses);
    assert_eq!(buses.left[999], 0.0);
    // One note, held by the pedal after its key is up.
    let one = 0.5 * (100.0f32 / 127.0).powi(2);
    assert!((buses.left[4_999] - one).abs() < 1e-3, "{}", buses.left[4_999]);
}

#[test]
fn beyond_the_end_there_is_silence_and_a_way_back() {
    let font = Arc::new(busy_bank().build());
    let mut renderer = renderer(&font, &piece(), &Settings::default());
    let first = next(&mut renderer, 10_000);
    render_to_end(&mut renderer, 10 * END + KILL);
    renderer.seek(Frames(u64::MAX));
    assert_eq!(renderer.position(), renderer.end());
    let (_, peak) = render_to_end(&mut renderer, 4096);
    assert_eq!(peak, 0.0);
    renderer.seek(Frames(0));
    assert!(next(&mut renderer, 10_000) == first);
}

#[test]
fn chasing_a_flood_of_tunings_keeps_none_of_them() {
    let bends = (0..200_000u64).fold(Piece::new(), |piece, i| piece.rpn(i, 0, 2, 60 + (i % 8) as u8, 0));
    let font = Arc::new(constant_bank(0.5).build());
    let mut renderer = Renderer::new(font, &bends.performance(200_000), &Settings::default());
    renderer.seek(Frames(199_999));
    assert_eq!(renderer.position(), Frames(199_999));
}
