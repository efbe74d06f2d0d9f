//! An audio thread must not wait: rendering live allocates and frees nothing.

#![allow(unsafe_code, reason = "an allocator that counts has to be one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use rae_midi::{Action, Message};
use rae_soundfont::Generator;
use rae_synth::{Buses, InstructionSet, Interpolation, LiveSettings, Settings, synthesizer};
use rae_testkit::{BankBuilder, Random, noise, sine, zone};
use rae_units::Frames;

thread_local! {
    /// Calls of the allocator by this thread while it is being watched.
    static CALLS: Cell<Option<usize>> = const { Cell::new(None) };
}

struct Counting;

fn count() {
    // While a thread ends there is nothing left to count in.
    let _ = CALLS.try_with(|calls| calls.set(calls.get().map(|calls| calls + 1)));
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the promises that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count();
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Calls of the allocator that `act` makes.
fn calls(act: impl FnOnce()) -> usize {
    CALLS.set(Some(0));
    act();
    CALLS.take().expect("the count")
}

fn bank() -> BankBuilder {
    use Generator::*;
    let moving = |sample| {
        zone(sample)
            .set(SampleModes, 1)
            .set(InitialFilterFc, 7_000)
            .set(ModLfoToFilterFc, 2_400)
            .set(ModEnvToPitch, 300)
            .set(ReleaseVolEnv, -1_000)
            .set(ReverbEffectsSend, 300)
    };
    let hat = zone(1).set(ExclusiveClass, 3).set(ReleaseVolEnv, 0);
    let mut bank = BankBuilder::new_24_bit()
        .sample(&sine(441.0, 44_100, 700), Some(100..500))
        .sample(&noise(1, 9_000), None)
        .instrument([moving(0).set(Pan, -200), moving(0).set(FineTune, 7), moving(1)])
        .instrument([hat])
        .instrument([moving(1), moving(0).set(CoarseTune, 30)])
        .preset(128, 0, [zone(1)]);
    for program in 0..128 {
        bank = bank.preset(0, program, [zone(if program % 3 == 0 { 2 } else { 0 })]);
    }
    bank
}

/// Something of everything, mostly notes.
fn random_action(random: &mut Random) -> Action {
    let channel = random.below(16) as u16;
    let seven = |random: &mut Random| random.below(128) as u8;
    let message = match random.below(20) {
        0 => Message::ProgramChange { program: seven(random) },
        1 => Message::PitchBend { value: random.below(16_384) as i16 - 8192 },
        2 => Message::ChannelPressure { pressure: seven(random) },
        3 => Message::PolyPressure { key: seven(random), pressure: seven(random) },
        4..7 => {
            let controllers = [
                0, 1, 5, 6, 7, 10, 11, 16, 32, 38, 64, 65, 66, 67, 68, 71, 72, 73, 74, 75, 76, 77, 78, 84, 91, 93, 96,
                98, 99, 100, 101, 120, 121, 123, 126, 127,
            ];
            let controller = controllers[random.below(controllers.len())];
            let value = if controller == 99 { [1, 120, 0x18, 0x1a, 0x1c][random.below(5)] } else { seven(random) };
            Message::ControlChange { controller, value }
        }
        7 => return sysex(random),
        8..11 => Message::NoteOff { key: seven(random), velocity: 0 },
        _ => Message::NoteOn { key: seven(random), velocity: 1 + random.below(127) as u8 },
    };
    Action::Channel { channel, message }
}

fn sysex(random: &mut Random) -> Action {
    let seven = random.below(128) as u8;
    let mut bulk = vec![0x7e, 0x7f, 8, 1, seven];
    bulk.extend([0x20; 16]);
    bulk.extend([seven; 384]);
    let octave = [&[0x7e, 0x7f, 8, 8, 3, 0x7f, 0x7f][..], &[seven; 12]].concat();
    let data = match random.below(40) {
        0 => vec![0x7e, 0x7f, 9, 1],
        1 => vec![0x43, 0x10, 0x4c, 0, 0, 0x7e, 0],
        2..8 => bulk,
        8..16 => octave,
        16..22 => vec![0x7f, 0x7f, 4, 3, 0, seven],
        22..30 => makers_setting(random),
        _ => vec![0x7f, 0x7f, 4, 1, 0, 64 | seven],
    };
    Action::SysEx { port: 0, data: data.into() }
}

/// Something that GS or XG sets: parts, drum setups, masters.
fn makers_setting(random: &mut Random) -> Vec<u8> {
    let seven = random.below(128) as u8;
    let part = random.below(16) as u8;
    let address = match random.below(5) {
        0 => [0x40, 0, [0, 4, 5, 6][random.below(4)]],
        2 => [0x40, 0x20 | part, random.below(0x60) as u8],
        1 => [0x41, random.below(32) as u8, seven],
        _ => [0x40, 0x10 | part, random.below(0x50) as u8],
    };
    if random.below(2) == 0 {
        return vec![0x43, 0x10, 0x4c, 8, part, random.below(0x70) as u8, seven, seven];
    }
    let sum = address.iter().map(|&byte| usize::from(byte)).sum::<usize>() + 2 * usize::from(seven);
    [&[0x41, 0x10, 0x42, 0x12][..], &address, &[seven, seven, ((128 - sum % 128) % 128) as u8]].concat()
}

fn assert_no_calls(synthesis: Settings, events_per_block: usize) {
    let settings = LiveSettings { synthesis, ..LiveSettings::default() };
    let (mut console, mut synthesizer) = synthesizer(Arc::new(bank().build()), &settings);
    let mut random = Random::new(5);
    for block in 0..3_000u64 {
        for event in 0..random.below(2 * events_per_block) as u64 {
            console.send(Frames(block * 64 + event % 64), random_action(&mut random)).expect("room in the queue");
        }
        let mut buses = Buses::new(64);
        let calls = calls(|| synthesizer.render(&mut buses));
        assert_eq!(calls, 0, "block {block}, {} voices", console.voices());
    }
    let statistics = synthesizer.statistics();
    assert!(statistics.stolen > 1000 && statistics.notes > 3000, "{statistics:?}");
}

#[test]
fn dense_music_makes_no_allocation() {
    assert_no_calls(Settings { max_voices: 64, ..Settings::default() }, 6);
}

#[test]
fn floods_make_no_allocation() {
    assert_no_calls(Settings { max_voices: 24, ..Settings::default() }, 300);
}

#[test]
fn the_twin_makes_no_allocation() {
    let settings = Settings { max_voices: 16, instructions: InstructionSet::Scalar, ..Settings::default() };
    assert_no_calls(settings.clone(), 4);
    assert_no_calls(Settings { interpolation: Interpolation::Cubic, ..settings }, 4);
}

#[test]
fn the_counter_counts() {
    assert_eq!(calls(|| drop(std::hint::black_box(Box::new(1)))), 2);
}
