//! A bank and songs whose sound is known beforehand.

#![allow(dead_code, unreachable_pub, reason = "every test file uses some of these")]

use std::sync::Arc;

use rae_testkit::{BankBuilder, sine, zone};
use rust_audio_engine::midi::{Division, Event, Format, Message, Meta, Parsed, Sequence, Track, TrackEvent};
use rust_audio_engine::soundfont::Generator;
use rust_audio_engine::{AudioBuffer, Engine, RenderSettings, Rendering, Stream, Tail, unobserved};

/// 500 ticks per quarter note at the standard 120 beats per minute.
pub const TICKS_PER_SECOND: f64 = 1000.0;

/// A looped sine of 441 Hz at key 60, centre, whose volume falls silent in `release` seconds.
pub fn engine(release: f64) -> Engine {
    let timecents = (1200.0 * release.log2()) as i16;
    let bank = BankBuilder::new()
        .sample(&sine(441.0, 44_100, 1000), Some(0..100))
        .instrument([zone(0).set(Generator::SampleModes, 1).set(Generator::ReleaseVolEnv, timecents)])
        .preset(0, 0, [zone(0)])
        .build();
    Engine::with_font(Arc::new(bank))
}

/// Notes (channel, key, seconds from, seconds to) at velocity 127 and volume 127; the song ends with the last of them
/// or `end`.
pub fn song(notes: &[(u8, u8, f64, f64)], end: f64) -> Sequence {
    let tick = |seconds: f64| (seconds * TICKS_PER_SECOND).round() as u64;
    let channel = |channel, message| Event::Channel { channel, message };
    let mut events = Vec::new();
    for number in 0..16 {
        let message = Message::ControlChange { controller: 7, value: 127 };
        events.push(TrackEvent { tick: 0, event: channel(number, message) });
    }
    let mut last = tick(end);
    for &(number, key, from, to) in notes {
        let on = Message::NoteOn { key, velocity: 127 };
        let off = Message::NoteOff { key, velocity: 64 };
        events.push(TrackEvent { tick: tick(from), event: channel(number, on) });
        events.push(TrackEvent { tick: tick(to), event: channel(number, off) });
        last = last.max(tick(to));
    }
    events.sort_by_key(|event| event.tick);
    events.push(TrackEvent { tick: last, event: Event::Meta(Meta::EndOfTrack) });
    Sequence { format: Format::SingleTrack, division: Division::TicksPerQuarter(500), tracks: vec![Track { events }] }
}

/// A second of a chord, a pause, another note.
pub fn tune() -> Sequence {
    song(&[(0, 60, 0.0, 1.0), (0, 64, 0.0, 1.0), (1, 67, 0.1, 0.9), (0, 72, 1.5, 2.0)], 2.25)
}

/// Without effects and tail.
pub fn dry() -> RenderSettings {
    RenderSettings { reverb: None, sends: false, tail: Tail::None, ..Default::default() }
}

pub fn render(engine: &Engine, song: &Sequence, settings: &RenderSettings) -> Rendering {
    engine.render(Parsed::from(song.clone()), settings, &mut unobserved).unwrap()
}

/// Frames `from..to` of both channels.
pub fn part(audio: &AudioBuffer, from: usize, to: usize) -> Vec<f32> {
    [&audio.channel(0)[from..to], &audio.channel(1)[from..to]].concat()
}

/// All that is left of a stream, left and right, asked for in blocks of so many frames.
pub fn read_out(stream: &mut Stream, block: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        let (mut l, mut r) = (vec![0.0; block], vec![0.0; block]);
        let frames = stream.read(&mut l, &mut r);
        left.extend_from_slice(&l[..frames]);
        right.extend_from_slice(&r[..frames]);
        if frames < block {
            break;
        }
    }
    (left, right)
}
