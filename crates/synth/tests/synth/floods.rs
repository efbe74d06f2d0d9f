//! Files made to exhaust: what they ask for is bounded in time and memory. No test here measures time: without its
//! bound, each would go on for minutes or for ever.

use std::sync::Arc;

use rae_midi::{Division, Event, Format, Message, Meta, Performance, Sequence, Track, TrackEvent};
use rae_soundfont::{Controller, Curve, Destination, Generator, Modulator, SoundFont, Source, Transform};
use rae_synth::{Buses, Renderer, Settings};
use rae_testkit::{BankBuilder, zone};
use rae_units::{SampleRate, Seconds};

use crate::piece::{Piece, constant_bank, finite_peak, render_to_end};

fn note_on(tick: u64, key: u8) -> TrackEvent {
    let message = Message::NoteOn { key, velocity: 127 };
    TrackEvent { tick, event: Event::Channel { channel: 0, message } }
}

/// A note at the start and one at the end of ticks that no one lives to hear.
fn endless(division: Division) -> Performance {
    let last = u64::from(u32::MAX) << 20;
    let tempo = TrackEvent { tick: 0, event: Event::Meta(Meta::Tempo(0xff_ffff)) };
    let end = TrackEvent { tick: last, event: Event::Meta(Meta::EndOfTrack) };
    let events = vec![tempo, note_on(0, 60), note_on(last - 1, 72), end];
    Performance::new(&Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events }] })
}

#[test]
fn events_at_the_end_of_time_cost_nothing() {
    let font = Arc::new(constant_bank(0.5).build());
    for division in [Division::TicksPerQuarter(1), Division::TicksPerQuarter(0x7fff)] {
        for rate in [8_000, 44_100, 1_000_000] {
            let rate = SampleRate::new(rate).expect("a rate");
            let settings = Settings { rate, ..Settings::default() };
            {
                let mut renderer = Renderer::new(font.clone(), &endless(division), &settings);
                let mut buses = Buses::new(88_200);
                renderer.render(&mut buses);
                assert!(finite_peak(&buses) > 0.0 && !renderer.is_finished());
                assert_eq!(renderer.statistics().notes, 1);
            }
            let settings = Settings { end: Some(Seconds(0.5 * 8_000.0 / f64::from(rate.hz()))), ..settings };
            {
                let mut renderer = Renderer::new(font.clone(), &endless(division), &settings);
                assert_eq!(renderer.end().0, 4_000);
                render_to_end(&mut renderer, 50_000_000);
            }
        }
    }
}

#[test]
fn floods_in_mono_mode_are_bounded() {
    let mut events = vec![TrackEvent { tick: 0, event: Event::Meta(Meta::Tempo(10_000)) }];
    let mono = Message::ControlChange { controller: 126, value: 1 };
    events.push(TrackEvent { tick: 0, event: Event::Channel { channel: 0, message: mono } });
    // Keys that are never lifted, all at one frame, then lifts that each strike the key before.
    events.extend((0..300_000u32).map(|i| note_on(100, (i % 128) as u8)));
    events.extend((0..128u8).rev().map(|key| {
        let message = Message::NoteOff { key, velocity: 64 };
        TrackEvent { tick: 200, event: Event::Channel { channel: 0, message } }
    }));
    events.push(TrackEvent { tick: 1_000, event: Event::Meta(Meta::EndOfTrack) });
    let division = Division::TicksPerQuarter(441);
    let piece = Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events }] };
    let font = Arc::new(constant_bank(0.5).build());
    let mut renderer = Renderer::new(font, &Performance::new(&piece), &Settings::default());
    render_to_end(&mut renderer, 44_100);
    assert_eq!(renderer.statistics().notes, 300_000);
}

#[test]
fn odd_ends_are_survived() {
    let font = Arc::new(constant_bank(0.5).build());
    for end in [f64::NAN, -1.0, 0.0, f64::MIN_POSITIVE, 1e300, f64::INFINITY] {
        let settings = Settings { end: Some(Seconds(end)), ..Settings::default() };
        let piece = Piece::new().on(0, 0, 60, 127);
        let mut renderer = Renderer::new(font.clone(), &piece.performance(1000), &settings);
        render_to_end(&mut renderer, 44_100);
    }
}

#[test]
fn an_empty_piece_is_finished_at_once() {
    let piece = Piece::new();
    let font = Arc::new(constant_bank(0.5).build());
    let mut renderer = Renderer::new(font, &piece.performance(0), &piece.settings());
    let (frames, peak) = render_to_end(&mut renderer, 4096);
    assert!(frames <= 4096 && peak == 0.0);
    // And the renderer goes on giving silence to whoever asks.
    let mut buses = Buses::new(1000);
    buses.left.fill(1.0);
    renderer.render(&mut buses);
    assert_eq!(finite_peak(&buses), 0.0);
    renderer.render(&mut Buses::new(0));
}

#[test]
fn controllers_in_one_frame_end_soon() {
    let mut piece = (0..64).fold(Piece::new(), |piece, i| piece.on(0, 0, 30 + i, 127));
    for i in 0..200_000u32 {
        piece = piece.cc(1000 + u64::from(i % 3), 0, [1, 7, 10, 11][i as usize % 4], (i % 128) as u8);
    }
    finite_peak_of(&piece, &constant_bank(1.0 / 64.0), 4000);
}

#[test]
fn bends_in_every_frame_end_soon() {
    let mut piece = (0..32).fold(Piece::new(), |piece, i| piece.on(0, 0, 40 + i, 127));
    for i in 0..20_000u32 {
        piece = piece.bend(u64::from(i), 0, (i * 7919 % 16_384) as i16 - 8192);
    }
    finite_peak_of(&piece, &constant_bank(1.0 / 64.0), 20_000);
}

#[test]
fn pedals_and_retriggers_in_one_frame_end_soon() {
    let mut piece = Piece::new().cc(0, 0, 64, 127);
    for i in 0..60_000u32 {
        piece = piece.on(500, 0, (i % 128) as u8, 100).cc(500, 0, 66, (i % 2 * 127) as u8);
    }
    finite_peak_of(&piece, &constant_bank(1.0 / 4096.0), 2000);
}

#[test]
fn tuning_messages_for_all_ports_end_soon() {
    // One byte of a port makes 4096 channels; every message may concern all of them.
    let mut piece = Piece::new().event(0, Event::Meta(Meta::Port(255))).on(0, 15, 60, 127);
    for i in 0..600u32 {
        piece = piece.sysex(100, &[0x7f, 0x7f, 4, 3, (i % 128) as u8, 0x40]);
    }
    finite_peak_of(&piece, &constant_bank(0.5), 1000);
    assert!(peak_memory_mb() < 1000, "{} MB", peak_memory_mb());
}

fn finite_peak_of(piece: &Piece, bank: &BankBuilder, frames: usize) {
    finite_peak(&piece.render(bank, frames));
}

/// The most memory this process has had, where the system tells.
fn peak_memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kb| kb / 1024)
}

#[test]
fn a_zone_of_thousands_of_modulators_ends_soon() {
    let modulators = (0..3_000u16).map(|i| Modulator {
        source: source(i),
        destination: Destination::Generator(Generator::FineTune),
        amount: 1,
        amount_source: source(i / 300),
        transform: Transform::Linear,
    });
    let many = modulators.fold(zone(0).set(Generator::SampleModes, 1), |zone, modulator| zone.modulate(modulator));
    let bank = BankBuilder::new().sample(&[0.5; 64], Some(8..56)).instrument([many]).preset(0, 0, [zone(0)]);
    let font = Arc::new(SoundFont::from_bytes(bank.bytes(), "modulators").expect("a bank that can be read"));
    let piece = Piece::new().on(0, 0, 60, 127);
    {
        let mut renderer = Renderer::new(font, &piece.performance(1000), &piece.settings());
        render_to_end(&mut renderer, 44_100);
    }
}

/// One of some hundred different sources.
fn source(i: u16) -> Source {
    const CURVES: [Curve; 4] = [Curve::Linear, Curve::Concave, Curve::Convex, Curve::Switch];
    let number = 64 + (i / 16 % 32) as u8;
    Source {
        controller: Controller::Midi(number),
        descending: i & 1 != 0,
        bipolar: i & 2 != 0,
        curve: CURVES[usize::from(i / 4 % 4)],
    }
}

#[test]
fn zones_times_zones_are_bounded() {
    // 2000 preset zones, each of an instrument of 2000 zones: 4 million layers from 40 kB.
    let zones = |count: usize| (0..count).map(|_| zone(0));
    let bank = BankBuilder::new().sample(&[0.5; 64], Some(8..56)).instrument(zones(2000)).preset(0, 0, zones(2000));
    let font = Arc::new(SoundFont::from_bytes(bank.bytes(), "zones").expect("a bank that can be read"));
    let piece = Piece::new().on(0, 0, 60, 127);
    {
        let mut renderer = Renderer::new(font, &piece.performance(100), &piece.settings());
        render_to_end(&mut renderer, 44_100);
    }
    assert!(peak_memory_mb() < 1000, "{} MB", peak_memory_mb());
}
