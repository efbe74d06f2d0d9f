//! The live bus and chains prepared for live playing allocate nothing once they have started: a binary of its own, since the allocator counts for all.
#![allow(unsafe_code, reason = "a counting allocator implements GlobalAlloc")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use rae_dsp::hash::noise;
use rae_effects::chain::{Chain, Profile, Setup};
use rae_effects::{BusBlock, BusSettings, LiveBus, PreparedLiveBus, ReverbKind, ReverbSend, ReverbSettings, Sends};
use rae_units::{Decibels, Frames, SampleRate, Seconds};

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; the counter is a plain cell without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn nothing_is_allocated_while_playing() {
    let before = CALLS.get();
    drop(std::hint::black_box(vec![1.0; 100]));
    assert_eq!(CALLS.get() - before, 2, "the counter counts");
    let long = ReverbSettings { wet: Some(0.3), time: Seconds(4.0), hall: true };
    for settings in
        [BusSettings::default(), BusSettings { reverb: long, chorus: true, ..BusSettings::default() }, BusSettings::DRY]
    {
        let mut bus = PreparedLiveBus::new(&settings, SampleRate::CD).unwrap().start();
        let input: Vec<f32> = (0..4 * LiveBus::BLOCK as u64).map(|n| noise(1, n) as f32).collect();
        let (mut left, mut right) = (input.clone(), input.clone());
        let before = CALLS.get();
        for call in 0..1500 {
            let frames = LiveBus::BLOCK * (call % 4 + 1);
            // Sound, then silence, then sound: all ways through the code.
            let send = if (500..900).contains(&call) { &[][..] } else { &input[..frames] };
            let block = BusBlock { left: &input[..frames], right: &input[..frames], reverb: send, chorus: send };
            bus.process(&block, &mut left[..frames], &mut right[..frames]);
            if call % 100 == 0 {
                bus.set_gain(Decibels(-(call as f64) / 100.0)).unwrap();
            }
        }
        assert_eq!(CALLS.get() - before, 0, "{settings:?}");
    }
}

#[test]
fn other_effects_allocate_nothing_where_they_are_played() {
    let mut prepared = PreparedLiveBus::new(&BusSettings::default(), SampleRate::CD).unwrap();
    let mut bus = prepared.start();
    let kinds = [ReverbKind::Room, ReverbKind::Plate, ReverbKind::Off, ReverbKind::Hall];
    let mut changes: Vec<_> = (0..40)
        .filter_map(|i| {
            let reverb = ReverbSend { kind: kinds[i % 4], time: Seconds(0.3), ..Sends::DEFAULT.reverb };
            prepared.change(&Sends { reverb, ..Sends::DEFAULT })
        })
        .collect();
    changes.reverse();
    assert_eq!(changes.len(), 40);
    let mut back = Vec::with_capacity(100);
    let input: Vec<f32> = (0..LiveBus::BLOCK as u64).map(|n| noise(1, n) as f32).collect();
    let (mut left, mut right) = (input.clone(), input.clone());
    let block = BusBlock { left: &input, right: &input, reverb: &input, chorus: &input };
    let before = CALLS.get();
    for call in 0..4000u64 {
        // Slowly enough at first, then more quickly than they fade.
        if call % (if call < 3000 { 200 } else { 4 }) == 3
            && let Some(change) = changes.pop()
        {
            back.extend(bus.change(change, Frames(64 * call + 5)));
        }
        bus.process(&block, &mut left, &mut right);
        while let Some(old) = bus.take_over() {
            back.push(old);
        }
    }
    assert_eq!(CALLS.get() - before, 0);
    assert!(back.len() >= 30, "{} have come back", back.len());
}

#[test]
fn chains_prepared_for_live_playing_allocate_nothing() {
    let chain = Chain::from_toml(include_str!("data/all.toml")).unwrap();
    let setup = Setup { profile: Profile::Live, ..Setup::new(SampleRate::CD, 2) };
    let mut prepared = chain.prepare_for(&setup).unwrap();
    let input: Vec<f32> = (0..512).map(|n| noise(1, n) as f32).collect();
    let (mut left, mut right) = (input.clone(), input.clone());
    let before = CALLS.get();
    for call in 0..400 {
        let frames = [64, 512, 37, 480][call % 4];
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        if (100..300).contains(&call) {
            left.fill(0.0);
            right.fill(0.0);
        } else {
            left.copy_from_slice(&input[..frames]);
            right.copy_from_slice(&input[..frames]);
        }
        prepared.process(&mut [left, right]);
    }
    assert_eq!(CALLS.get() - before, 0);
}

#[test]
fn chains_take_over_changes_without_allocating() {
    let all = Chain::from_toml(include_str!("data/all.toml")).unwrap();
    let mut other = all.clone();
    for (index, slot) in other.effects.iter_mut().enumerate() {
        slot.bypass = index % 4 == 0;
        slot.mix = 0.5;
    }
    let text = include_str!("data/all.toml").replace("time_s = 0.2", "time_s = 0.3").replace("ratio = 3", "ratio = 5");
    let text = text
        .replace("time_s = 0.4", "time_s = 0.7")
        .replace("gain_db = -3.5", "gain_db = 1")
        .replace("drive_db = 9", "drive_db = 3");
    let third =
        Chain::from_toml(&text.replace("beats = 0.25", "beats = 0.5").replace("hold_ms = 15", "hold_ms = 5")).unwrap();
    let setup = Setup { profile: Profile::Live, ..Setup::new(SampleRate::CD, 2) };
    let mut prepared = all.prepare_for(&setup).unwrap();
    let mut updates = prepared.updates();
    // As another thread would make them, meanwhile.
    let mut changes: Vec<_> = (0..30).map(|n| updates.change([&other, &third, &all][n % 3]).unwrap()).collect();
    changes.reverse();
    let mut back = Vec::with_capacity(2000);
    let input: Vec<f32> = (0..512).map(|n| noise(1, n) as f32).collect();
    let (mut left, mut right) = (input.clone(), input.clone());
    let before = CALLS.get();
    for call in 0..1500 {
        let frames = [64, 512, 37, 480][call % 4];
        // Slowly enough at first, then more quickly than they fade.
        if call % (if call < 1000 { 70 } else { 2 }) == 1
            && let Some(change) = changes.pop()
        {
            back.push(prepared.apply(change).unwrap());
        }
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        left.copy_from_slice(&input[..frames]);
        right.copy_from_slice(&input[..frames]);
        prepared.process(&mut [left, right]);
        while let Some(spent) = prepared.take_back() {
            back.push(spent);
        }
    }
    assert_eq!(CALLS.get() - before, 0);
    assert!(changes.is_empty() && back.len() > 100, "{} have come back", back.len());
}
