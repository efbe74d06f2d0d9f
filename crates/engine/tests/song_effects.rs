//! Reverb and chorus as songs ask for them.

mod common;

use common::{engine, part, render, song};
use rae_testkit::{db, rms};
use rust_audio_engine::midi::{Event, Message, Parsed, Sequence, TrackEvent};
use rust_audio_engine::{AudioBuffer, RenderSettings, SampleFormat, Seconds, Tail};

/// A tenth of a second of these keys, which send all they can, after `messages`; the sound goes on for three seconds.
fn burst(messages: &[&[u8]], keys: &[u8]) -> Sequence {
    let notes: Vec<_> = keys.iter().map(|&key| (0, key, 0.01, 0.11)).collect();
    let mut burst = song(&notes, 3.0);
    let send = Event::Channel { channel: 0, message: Message::ControlChange { controller: 91, value: 127 } };
    let told = messages.iter().map(|message| Event::SysEx([message, &[0xf7][..]].concat().into())).chain([send]);
    burst.tracks[0].events.splice(0..0, told.map(|event| TrackEvent { tick: 0, event }));
    burst
}

fn settings() -> RenderSettings {
    RenderSettings {
        encoding: SampleFormat::F32.into(),
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

/// A burst under a plate of 1.5 s, and another, three seconds later, in front of which the song asks for a room of `value`.
fn changing(value: u8) -> Sequence {
    let keys: Vec<u8> = (50..80).step_by(2).collect();
    let notes: Vec<_> = keys.iter().flat_map(|&key| [(0, key, 0.01, 0.11), (0, key, 3.01, 3.11)]).collect();
    let mut song = song(&notes, 6.0);
    let send = Event::Channel { channel: 0, message: Message::ControlChange { controller: 91, value: 127 } };
    let told = |message: Vec<u8>| Event::SysEx([&message[..], &[0xf7]].concat().into());
    let first = [told(gs(0x30, 5)), told(gs(0x34, 94)), send].map(|event| TrackEvent { tick: 0, event });
    let later = [told(gs(0x30, 0)), told(gs(0x34, value))].map(|event| TrackEvent { tick: 2900, event });
    song.tracks[0].events.splice(0..0, first);
    let at = song.tracks[0].events.iter().position(|event| event.tick > 2900).expect("a later event");
    song.tracks[0].events.splice(at..at, later);
    song
}

#[test]
fn a_change_in_the_middle_is_heard_from_there_on() {
    let at = |seconds: f64| (seconds * 44_100.0) as usize;
    let decay = |audio: &AudioBuffer, from: f64, step: f64| {
        let level = |from: f64| db(rms(&part(audio, at(from), at(from + step))));
        60.0 * step / (level(from) - level(from + step))
    };
    // Of GS the plate begins with e^(10/40) s at 88, and room 1 with e^(4/40) s at 80.
    let rendering = render(&engine(0.01), &changing(64), &settings());
    assert!(rendering.report.warnings.is_empty(), "{:?}", rendering.report.warnings);
    let (plate, room) = (f64::exp((10.0 + 6.0) / 40.0), f64::exp((4.0 - 16.0) / 40.0));
    for (name, time, wanted) in
        [("plate", decay(&rendering.audio, 0.2, 0.7), plate), ("room", decay(&rendering.audio, 3.2, 0.3), room)]
    {
        assert!((time / wanted - 1.0).abs() < 0.15, "{name}: {time} instead of {wanted} s");
    }
    // Up to the change nothing knows of it.
    let other = render(&engine(0.01), &changing(40), &settings());
    let until = at(2.9);
    assert!(part(&rendering.audio, 0, until) == part(&other.audio, 0, until));
    assert!(part(&rendering.audio, until, until + at(1.0)) != part(&other.audio, until, until + at(1.0)));
}

#[test]
fn changes_are_the_same_bits_however_they_are_rendered() {
    let engine = engine(0.01);
    let song = Parsed::from(changing(64));
    let whole = render(&engine, &song.sequence, &settings()).audio;
    let threads = RenderSettings { threads: Some(3), ..settings() };
    assert!(render(&engine, &song.sequence, &threads).audio == whole);
    let mut stream = engine.stream(&song, &settings()).unwrap();
    let mut pulled = AudioBuffer::new(2, whole.frames());
    let (left, right) = pulled.stereo_mut();
    let mut at = 0;
    while at < left.len() {
        let end = left.len().min(at + 1 + at % 1000);
        assert_eq!(stream.read(&mut left[at..end], &mut right[at..end]), end - at);
        at = end;
    }
    assert!(pulled == whole);
    // After the first burst: what holds at the second one holds. The room is there as if it had always been.
    stream.seek(Seconds(2.0));
    let (mut left, mut right) = (vec![0.0; 100_000], vec![0.0; 100_000]);
    stream.read(&mut left, &mut right);
    let mut second = song.clone();
    second.sequence.tracks[0].events.retain(|event| {
        let note = matches!(event.event, Event::Channel { message: Message::NoteOn { .. }, .. });
        !note || event.tick > 2000
    });
    let alone = render(&engine, &second.sequence, &settings()).audio;
    let start = 2 * 44_100;
    assert!(alone.channel(0)[start..start + left.len()] == left[..]);
}

#[test]
fn without_sends_nothing_changes() {
    let silent = RenderSettings { sends: false, ..settings() };
    let rendered = |value| render(&engine(0.01), &changing(value), &silent);
    assert!(rendered(64).audio == rendered(40).audio);
    assert!(rendered(64).report.warnings.is_empty());
}
