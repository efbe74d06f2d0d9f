//! Reverb and chorus as songs ask for them.

mod common;

use common::{engine, part, render, song};
use rae_testkit::{db, rms};
use rust_audio_engine::midi::{Event, Message, Sequence, TrackEvent};
use rust_audio_engine::{RenderSettings, SampleFormat, Seconds, Tail};

/// A tenth of a second of these keys, which send all they can, after `messages`; the sound goes on for three seconds.
fn burst(messages: &[&[u8]], keys: &[u8]) -> Sequence {
    let notes: Vec<_> = keys.iter().map(|&key| (0, key, 0.01, 0.11)).collect();
    let mut burst = song(&notes, 3.0);
    let send = Event::Channel { channel: 0, message: Message::ControlChange { controller: 91, value: 127 } };
    let told = messages.iter().map(|message| Event::SysEx([message, &[0xf7][..]].concat())).chain([send]);
    burst.tracks[0].events.splice(0..0, told.map(|event| TrackEvent { tick: 0, event }));
    burst
}

fn settings() -> RenderSettings {
    RenderSettings {
        format: SampleFormat::F32,
        reverb: None,
        tail: Tail::Seconds(Seconds(0.0)),
        ..RenderSettings::default()
    }
}

/// The time for 60 dB, from what is left of many tones in the first and second 0.7 s after they have gone.
fn decay_time(messages: &[&[u8]]) -> f64 {
    let keys: Vec<u8> = (50..80).step_by(2).collect();
    let rendering = render(&engine(0.01), &burst(messages, &keys), &settings());
    assert!(rendering.report.warnings.is_empty(), "{:?}", rendering.report.warnings);
    let level = |from: f64| {
        let from = (from * 44_100.0) as usize;
        db(rms(&part(&rendering.audio, from, from + 30_870)))
    };
    60.0 * 0.7 / (level(0.2) - level(0.9))
}

/// Roland's data set 1 of one byte.
fn gs(low: u8, value: u8) -> Vec<u8> {
    let sum = 0x40 + 0x01 + usize::from(low) + usize::from(value);
    vec![0x41, 0x10, 0x42, 0x12, 0x40, 1, low, value, ((128 - sum % 128) % 128) as u8]
}

#[test]
fn the_hall_decays_in_the_time_that_the_song_asks_for() {
    // The usual hall; General MIDI 2: e^((80 − 40)/40) = 2.72 s; GS room 1: e^(4/40) = 1.11 s; XG plate with 3.0 s.
    let plain = decay_time(&[]);
    assert!((1.1..1.5).contains(&plain), "{plain}");
    for (message, wanted) in [
        (vec![0x7f, 0x7f, 4, 5, 1, 1, 1, 1, 1, 0, 4, 1, 80], 2.72),
        (gs(0x30, 0), 1.11),
        (vec![0x43, 0x10, 0x4c, 2, 1, 0, 4, 0, 27], 3.0),
    ] {
        let time = decay_time(&[&message]);
        assert!((time / wanted - 1.0).abs() < 0.15, "{time} instead of {wanted} s");
    }
}

#[test]
fn a_delay_repeats_the_tone() {
    // GS delay of 100 steps of 4 ms: the tone begins at 10 ms and comes again at 410 ms.
    let rendering = render(&engine(0.01), &burst(&[&gs(0x30, 6), &gs(0x34, 100)], &[60]), &settings());
    let loud = |from: f64, to: f64| rms(&part(&rendering.audio, (from * 44_100.0) as usize, (to * 44_100.0) as usize));
    assert!(loud(0.42, 0.5) > 0.01 * loud(0.02, 0.1));
    assert!(loud(0.2, 0.4) < 1e-4 * loud(0.02, 0.1) && loud(0.6, 0.8) < 1e-4 * loud(0.02, 0.1));
    // 40/128 of the first.
    assert!((loud(0.82, 0.9) / loud(0.42, 0.5) - 40.0 / 128.0).abs() < 0.01);
}

#[test]
fn a_change_in_the_middle_is_told() {
    let mut changing = burst(&[&gs(0x30, 5)], &[60]);
    let change = Event::SysEx([&gs(0x30, 0)[..], &[0xf7]].concat());
    let last = changing.tracks[0].events.len() - 1;
    changing.tracks[0].events.insert(last, TrackEvent { tick: 500, event: change });
    let warnings = render(&engine(0.01), &changing, &settings()).report.warnings;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("changes its reverb"), "{warnings:?}");
    let silent = RenderSettings { sends: false, ..settings() };
    assert!(render(&engine(0.01), &changing, &silent).report.warnings.is_empty());
}
