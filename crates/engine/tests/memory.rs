//! Memory of renders: a binary of its own, since its allocator counts for all threads.
#![allow(unsafe_code, reason = "a counting allocator implements GlobalAlloc")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use common::{TICKS_PER_SECOND, dry, engine, song};
use rae_testkit::{BankBuilder, noise, zone};
use rust_audio_engine::midi::{Event, Message, Sequence, TrackEvent};
use rust_audio_engine::soundfont::Generator;
use rust_audio_engine::{Engine, RenderSettings};

const MIB: usize = 1 << 20;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

struct Counting;

fn count(more: usize, less: usize) {
    let now = NOW.fetch_add(more.wrapping_sub(less), Relaxed).wrapping_add(more.wrapping_sub(less));
    MOST.fetch_max(now, Relaxed);
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the promises that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `act` gives, the bytes that are then allocated beyond those before, and the most there were meanwhile.
fn measured<T>(act: impl FnOnce() -> T) -> (T, isize, usize) {
    let before = NOW.load(Relaxed);
    MOST.store(before, Relaxed);
    let made = act();
    (made, NOW.load(Relaxed) as isize - before as isize, MOST.load(Relaxed) - before)
}

/// One test, since what others allocate meanwhile would count.
#[test]
fn memory_is_bounded() {
    songs_with_many_events();
    many_voices_whose_filters_move();
}

fn songs_with_many_events() {
    // Lists grow by doubling: just under a power of two, the room that they leave unused does not count.
    const EVENTS: usize = 1_048_000;
    let (engine, warm) = (engine(0.1), song(&[(0, 60, 0.0, 0.5)], 0.5));
    common::render(&engine, &warm, &dry());
    let bytes = {
        let mut song = song(&[], 1.1 * EVENTS as f64 / TICKS_PER_SECOND);
        let told = |n: usize| {
            let (key, velocity) = ((n / 2 % 88) as u8 + 21, if n.is_multiple_of(2) { 100 } else { 0 });
            let event = Event::Channel { channel: 3, message: Message::NoteOn { key, velocity } };
            TrackEvent { tick: 2000 + n as u64, event }
        };
        let events = &mut song.tracks[0].events;
        let end = events.pop();
        events.extend((events.len()..EVENTS - 1).map(told));
        events.extend(end);
        song.to_bytes()
    };
    let (parsed, held, _) = measured(|| Sequence::parse(&bytes).unwrap());
    assert!(held <= (24 * EVENTS + MIB) as isize, "{held} bytes for {EVENTS} events");
    let (mut stream, held, most) = measured(|| engine.stream(parsed, &dry()).unwrap());
    let freed = 24 * EVENTS as isize;
    assert!(held + freed <= (8 * EVENTS + MIB) as isize, "{} bytes for {EVENTS} events", held + freed);
    assert!(most <= 8 * EVENTS + MIB, "{most} bytes beside the song of {EVENTS} events");
    let (mut left, mut right) = (vec![0.0; 44_100], vec![0.0; 44_100]);
    let (frames, _, most) = measured(|| stream.read(&mut left, &mut right));
    assert_eq!((frames, stream.report().notes), (left.len(), 0));
    assert!(most <= 4 * MIB, "{most} bytes for a second");
}

fn many_voices_whose_filters_move() {
    let moving = zone(0).set(Generator::SampleModes, 1).set(Generator::InitialFilterFc, 6000);
    let bank = BankBuilder::new()
        .sample(&noise(1, 20_000), Some(0..20_000))
        .instrument(vec![moving.set(Generator::ModLfoToFilterFc, 6000).set(Generator::FreqModLfo, 3000); 4])
        .preset(0, 0, [zone(0)])
        .build();
    let engine = Engine::with_font(Arc::new(bank));
    // A hundred keys of fifteen channels, none of them struck twice, with four voices for each.
    let place = |n: usize| ((n % 15 + n % 15 / 9) as u8, (20 + n / 15) as u8);
    let notes: Vec<_> = (0..1500).map(|n| (place(n).0, place(n).1, n as f64 / 5000.0, 0.5)).collect();
    let song = song(&notes, 0.5);
    let settings = RenderSettings { threads: Some(2), max_voices: 4096, ..dry() };
    let (rendering, _, most) = measured(|| common::render(&engine, &song, &settings));
    assert!(rendering.report.voices_peak >= 4096);
    assert!(most <= 32 * MIB, "{most} bytes for 4096 voices");
}
