//! Playing live: the same sound as from a file, whatever the blocks.

use std::sync::Arc;

use rae_midi::{Action, Message, Performance, Speed};
use rae_soundfont::SoundFont;
use rae_synth::{
    Buses, Console, LiveError, LiveSettings, Renderer, Settings, Synthesizer, Warning, moved_filters, synthesizer,
};
use rae_testkit::{BankBuilder, sine, zone};
use rae_units::{Frames, SampleRate};

use crate::bits::{busy_bank, busy_piece};
use crate::parts::{gs, xg};
use crate::piece::{Piece, append};

const FRAMES: usize = 66_150;

fn events(performance: &Performance) -> Vec<(u64, Action)> {
    let clock = performance.clock(SampleRate::CD, Speed::NORMAL);
    performance.events.iter().map(|event| (clock.frame(event.time).0, event.action.clone())).collect()
}

fn offline(font: &Arc<SoundFont>, performance: &Performance, settings: &Settings) -> (Buses, u64) {
    let mut renderer = Renderer::new(font.clone(), performance, settings);
    let mut buses = Buses::new(FRAMES);
    renderer.render(&mut buses);
    (buses, renderer.end().0)
}

/// Renders so many frames in blocks; events are sent just before the block that they fall into.
pub(crate) fn live(
    font: &Arc<SoundFont>,
    performance: &Performance,
    end: u64,
    settings: &LiveSettings,
    (frames, block): (usize, usize),
) -> Buses {
    let (mut console, mut synthesizer) = synthesizer(font.clone(), settings);
    let latency = synthesizer.latency().0 as usize;
    let mut events = events(performance).into_iter().peekable();
    let mut all = Buses::default();
    let mut let_go = false;
    while all.left.len() < frames + latency {
        let until = (all.left.len() + block) as u64;
        while let Some((frame, action)) = events.next_if(|(frame, _)| *frame < until) {
            console.send(Frames(frame), action).expect("room in the queue");
        }
        if !let_go && end < until {
            console.let_go(Frames(end)).expect("room in the queue");
            let_go = true;
        }
        let mut buses = Buses::new(block);
        buses.right.fill(3.0);
        synthesizer.render(&mut buses);
        append(&mut all, &buses);
    }
    assert_eq!(console.position().0 as usize, all.left.len());
    for bus in [&mut all.left, &mut all.right, &mut all.reverb, &mut all.chorus] {
        assert!(bus[..latency].iter().all(|&x| x == 0.0));
        bus.drain(..latency);
        bus.truncate(frames);
    }
    all
}

fn assert_same_bits(font: SoundFont, piece: &Piece, max_voices: usize) {
    let font = Arc::new(font);
    let performance = piece.performance(0);
    let synthesis = Settings { max_voices, ..Settings::default() };
    let (wanted, end) = offline(&font, &performance, &synthesis);
    assert!(wanted.left.iter().any(|x| x.abs() > 0.01));
    let moved_filters = moved_filters(&performance);
    for (block, whole_quanta) in [(1, false), (64, false), (64, true), (100, false), (1024, true), (1024, false)] {
        let settings = LiveSettings {
            synthesis: synthesis.clone(),
            whole_quanta,
            moved_filters: moved_filters.clone(),
            channels: 16,
        };
        let played = live(&font, &performance, end, &settings, (FRAMES, block));
        let differs = wanted.left.iter().zip(&played.left).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(differs, None, "blocks of {block}, {max_voices} voices");
        assert!(wanted == played, "blocks of {block}, {max_voices} voices");
    }
}

#[test]
fn live_has_the_bits_of_a_file() {
    assert_same_bits(busy_bank().build(), &busy_piece(), 128);
}

#[test]
fn live_has_the_bits_of_a_file_while_voices_give_way() {
    assert_same_bits(busy_bank().build(), &busy_piece(), 9);
}

/// Floods within one fade drop voices where they stand, also those that nothing had happened to for some quanta.
#[test]
fn live_has_the_bits_of_a_file_while_floods_drop_voices() {
    let mut piece = Piece::new();
    for wave in 0..8u64 {
        let at = 500 + wave * 5_000;
        for held in 0..6 {
            piece = piece.on(at + held * 700, 0, 50 + held as u8, 100);
        }
        for flood in 0..30 {
            let (start, key) = (at + 4_300 + flood * 7, 60 + (flood % 20) as u8);
            piece = piece.on(start, 1, key, 90).off(start + 2_000, 1, key);
        }
    }
    assert_same_bits(busy_bank().build(), &piece, 7);
}

fn two_programs() -> BankBuilder {
    BankBuilder::new()
        .sample(&sine(441.0, 44_100, 700), Some(100..500))
        .sample(&sine(882.0, 44_100, 700), Some(100..500))
        .instrument([zone(0).set(rae_soundfont::Generator::SampleModes, 1)])
        .instrument([zone(1).set(rae_soundfont::Generator::SampleModes, 1)])
        .preset(0, 0, [zone(0)])
        .preset(3, 7, [zone(1)])
}

#[test]
fn banks_programs_resets_and_tuning_are_those_of_a_file() {
    let mut piece = Piece::new();
    for round in 0..6u64 {
        let at = round * 9_000;
        piece = piece.cc(at, 1, 0, 3).send(at + 10, 1, Message::ProgramChange { program: 7 });
        piece = piece.on(at + 100, 1, 60, 100).on(at + 101, 0, 64, 90).off(at + 4_000, 1, 60);
        piece = piece.sysex(at + 2_000, &[0x7f, 0x7f, 4, 3, 0, 0x50]);
        piece = piece.sysex(at + 5_000, &[0x7e, 0x7f, 9, 3]).on(at + 5_100, 1, 67, 80);
        piece = piece.sysex(at + 8_000, &[0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7f, 0, 0x41]);
    }
    assert_same_bits(two_programs().build(), &piece, 64);
}

#[test]
fn sound_controllers_are_those_of_a_file() {
    let mut piece = Piece::new().on(0, 0, 60, 100).on(0, 1, 64, 100);
    for step in 0..20u8 {
        let at = 2_000 + 2_000 * u64::from(step);
        piece = piece.cc(at, 0, 71 + step % 8, 30 + 3 * step).cc(at + 50, 0, 67, 20 * (step % 7));
        piece = piece.cc(at + 70, 1, 99, 1).cc(at + 70, 1, 98, 0x20 + step % 2).cc(at + 80, 1, 6, 100 - 3 * step);
        piece = piece.rpn(at + 90, 1, 5, step % 3, 9).cc(at + 90, 1, 1, 6 * step).on(at + 100, 0, 50 + step, 90);
    }
    assert_same_bits(two_programs().build(), &piece, 64);
}

#[test]
fn parts_and_drums_are_those_of_a_file() {
    let mut piece = Piece::new();
    for round in 0..5u8 {
        let at = 12_000 * u64::from(round);
        // Drums on the second channel, whose fourth part joins in with a program of its own.
        piece = piece.sysex(at, &gs([0x40, 0x12, 0x15], &[round % 2])).sysex(at, &gs([0x40, 0x14, 0], &[3, 7, 1]));
        piece = piece.sysex(at, &gs([0x41, 0x02, 60], &[90 - round])).sysex(at, &gs([0x41, 0x04, 60], &[0]));
        piece = piece.on(at + 100, 1, 60, 100).on(at + 2_000, 0, 64, 90).off(at + 4_000, 1, 60);
        piece = piece.sysex(at + 5_000, &xg([8, 1, 4], &[0x7f])).on(at + 5_100, 1, 67, 80);
        piece = piece.sysex(at + 9_000, &xg([0, 0, 0x7e], &[0])).sysex(at + 9_100, &xg([8, 0, 1], &[0, 3, 7]));
        piece = piece.on(at + 9_200, 0, 60, 90).sysex(at + 9_300, &gs([0x40, 0x21, 0x41], &[30]));
        piece = piece.sysex(at + 9_400, &xg([8, 0, 0x18], &[40])).cc(at + 10_000, 0, 16, 100);
    }
    let bank = two_programs().preset(128, 0, [zone(1)]).preset(128, 7, [zone(0)]);
    assert_same_bits(bank.build(), &piece, 64);
}

#[test]
fn filters_that_move_by_nrpn_are_those_of_a_file() {
    let mut piece = Piece::new().on(0, 0, 60, 100);
    for step in 0..20u8 {
        let at = 2_000 + 1_000 * u64::from(step);
        piece = piece.cc(at, 0, 99, 120).cc(at, 0, 98, 8).cc(at, 0, 38, 0).cc(at, 0, 6, 60 - step);
    }
    assert_same_bits(two_programs().build(), &piece, 64);
}

fn small() -> (Console, Synthesizer) {
    let synthesis = Settings { max_voices: 4, ..Settings::default() };
    synthesizer(Arc::new(two_programs().build()), &LiveSettings { synthesis, ..LiveSettings::default() })
}

#[test]
fn a_full_queue_says_so_and_loses_nothing() {
    let (mut console, mut synthesizer) = small();
    let press = || Action::Channel { channel: 0, message: Message::NoteOn { key: 60, velocity: 9 } };
    let mut sent = 0u64;
    while console.send(Frames(0), press()).is_ok() {
        sent += 1;
    }
    assert!(sent >= 4_000);
    assert_eq!(console.send(Frames(0), press()), Err(LiveError::QueueFull));
    synthesizer.render(&mut Buses::new(64 * 8));
    assert_eq!(synthesizer.statistics().notes, sent);
    assert_eq!(console.send(Frames(0), press()), Ok(()));
    assert!(console.voices() > 0);
}

#[test]
fn late_events_sound_at_once_and_replaced_presets_are_told() {
    let (mut console, mut synthesizer) = small();
    let mut buses = Buses::new(640);
    synthesizer.render(&mut buses);
    let program = Action::Channel { channel: 2, message: Message::ProgramChange { program: 55 } };
    console.send(Frames(5), program).expect("room");
    let press = Action::Channel { channel: 2, message: Message::NoteOn { key: 60, velocity: 127 } };
    console.send(Frames(3), press).expect("room");
    synthesizer.render(&mut buses);
    assert!(buses.left.iter().any(|&x| x != 0.0));
    assert!(matches!(console.take_warnings()[..], [.., Warning::PresetReplaced { program: 55, .. }]));
}

#[test]
fn damaged_messages_are_told() {
    let (mut console, _synthesizer) = small();
    let mut data = gs([0x40, 0x11, 0x19], &[20]);
    *data.last_mut().expect("a checksum") ^= 1;
    for frame in [100, 200] {
        console.send(Frames(frame), Action::SysEx { port: 0, data: data.clone().into() }).expect("room");
    }
    assert_eq!(console.take_warnings(), [Warning::Checksum { frame: 100 }]);
}

fn send_all(console: &mut Console, actions: impl IntoIterator<Item = Action>) {
    for action in actions {
        console.send(Frames(0), action).expect("room");
    }
}

fn selects_filter(channel: u16) -> [Action; 2] {
    [(99, 120), (98, 8)]
        .map(|(controller, value)| Action::Channel { channel, message: Message::ControlChange { controller, value } })
}

#[test]
fn nrpn_of_channels_that_do_not_exist_change_nothing() {
    let play = |before: &[Action]| {
        let (mut console, mut synthesizer) = small();
        send_all(&mut console, before.iter().cloned());
        send_all(&mut console, selects_filter(0));
        send_all(&mut console, [Action::Channel { channel: 0, message: Message::NoteOn { key: 60, velocity: 127 } }]);
        let mut first = Buses::new(640);
        synthesizer.render(&mut first);
        let moves = [(38, 0), (6, 30)].map(|(controller, value)| Message::ControlChange { controller, value });
        send_all(&mut console, moves.map(|message| Action::Channel { channel: 0, message }));
        let mut second = Buses::new(640);
        synthesizer.render(&mut second);
        (first, second)
    };
    assert!(play(&[]) == play(&selects_filter(99)));
}

#[test]
fn only_presets_that_notes_ask_for_are_told() {
    let (mut console, _synthesizer) = small();
    send_all(&mut console, [Action::Channel { channel: 2, message: Message::ProgramChange { program: 55 } }]);
    // Channel 10 has no drums, and channel 3 not its program, but nobody plays them.
    assert_eq!(console.take_warnings(), []);
    let note = |velocity| Action::Channel { channel: 2, message: Message::NoteOn { key: 60, velocity } };
    send_all(&mut console, [note(0)]);
    assert_eq!(console.take_warnings(), []);
    send_all(&mut console, [note(100), note(100)]);
    let replaced = Warning::PresetReplaced { bank: 0, program: 55, used_bank: 0, used_program: 0 };
    assert_eq!(console.take_warnings(), [replaced]);
}
