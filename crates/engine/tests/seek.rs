//! Streams that go on elsewhere, with all effects.

mod common;

use common::{engine, song, tune};
use rust_audio_engine::midi::{Event, Message, Parsed, Sequence};
use rust_audio_engine::{Engine, RenderSettings, SampleFormat, Seconds, Stream, Tail};

const SECOND: usize = 44_100;

/// Everything that is left, both channels.
fn rest(stream: &mut Stream, block: usize) -> [Vec<f32>; 2] {
    let mut all = [Vec::new(), Vec::new()];
    loop {
        let (mut left, mut right) = (vec![0.0; block], vec![0.0; block]);
        let frames = stream.read(&mut left, &mut right);
        all[0].extend_from_slice(&left[..frames]);
        all[1].extend_from_slice(&right[..frames]);
        if frames < block {
            return all;
        }
    }
}

/// The tune with some of both sends, in every way of writing.
fn settings() -> Vec<RenderSettings> {
    let loud = RenderSettings { gain: rust_audio_engine::Decibels(3.0), ..RenderSettings::default() };
    let float = RenderSettings { encoding: SampleFormat::F32.into(), threads: Some(2), ..RenderSettings::default() };
    let short = RenderSettings { tail: Tail::Seconds(Seconds(0.3)), from: Seconds(0.2), tempo: 1.25, ..float.clone() };
    vec![loud, float, short]
}

fn chorused() -> Sequence {
    let mut song = tune();
    for event in &mut song.tracks[0].events {
        if let Event::Channel { message: Message::ControlChange { controller: 7, .. }, channel } = event.event {
            let message = Message::ControlChange { controller: if channel < 8 { 93 } else { 91 }, value: 120 };
            event.event = Event::Channel { channel: channel % 8, message };
        }
    }
    song
}

/// The song without the notes that begin before `tick`.
fn without_notes_before(mut song: Sequence, tick: u64) -> Sequence {
    let starts = |event: &Event| matches!(event, Event::Channel { message: Message::NoteOn { .. }, .. });
    song.tracks[0].events.retain(|event| event.tick >= tick || !starts(&event.event));
    song
}

#[test]
fn frames_are_those_without_the_earlier_notes() {
    let engine = engine(0.3);
    for settings in settings() {
        let mut stream = engine.stream(Parsed::from(chorused()), &settings).unwrap();
        // In time of the song; the tempo factor shortens it.
        for at in [1.4, 0.75, 0.0, 1.4] {
            let time = Seconds(at / settings.tempo);
            stream.seek(time);
            assert!((stream.position().0 - time.0).abs() < 1e-4);
            let sought = rest(&mut stream, 1_000);
            let song = without_notes_before(chorused(), (at * common::TICKS_PER_SECOND) as u64);
            let whole = RenderSettings { from: Seconds(0.0), ..settings.clone() };
            let expected = rest(&mut engine.stream(Parsed::from(song.clone()), &whole).unwrap(), 4_096);
            let skipped = time.frames(settings.rate).0 as usize;
            for (sought, expected) in sought.iter().zip(&expected) {
                assert_eq!(sought.len(), expected.len() - skipped, "{at} s");
                assert!(*sought == expected[skipped..], "{at} s, {settings:?}");
                assert!(sought.iter().any(|x| x.abs() > 1e-3));
            }
        }
    }
}

#[test]
fn the_middle_of_a_read_may_be_left_at_any_time() {
    let engine = engine(0.3);
    let settings = RenderSettings::default();
    let mut stream = engine.stream(Parsed::from(tune()), &settings).unwrap();
    let whole = rest(&mut engine.stream(Parsed::from(tune()), &settings).unwrap(), SECOND);
    let (mut left, mut right) = (vec![0.0; 777], vec![0.0; 777]);
    for _ in 0..5 {
        stream.seek(Seconds(0.0));
        for block in 0..4 {
            assert_eq!(stream.read(&mut left, &mut right), 777);
            assert!(left == whole[0][block * 777..][..777] && right == whole[1][block * 777..][..777]);
        }
    }
    stream.seek(Seconds(0.0));
    assert!(rest(&mut stream, 4_096) == whole);
    assert!((stream.position().0 - whole[0].len() as f64 / SECOND as f64).abs() < 1e-9);
}

#[test]
fn the_end_is_the_last_place() {
    let engine: Engine = engine(0.3);
    let mut stream = engine.stream(Parsed::from(song(&[(0, 60, 0.0, 1.0)], 1.0)), &RenderSettings::default()).unwrap();
    for _ in 0..2 {
        stream.seek(Seconds(1e9));
        assert_eq!(stream.position(), Seconds(1.0));
        assert!(rest(&mut stream, 100)[0].is_empty());
    }
    stream.seek(Seconds(-1.0));
    assert_eq!(stream.position(), Seconds(0.0));
    assert!(rest(&mut stream, 100)[0].len() > SECOND);
}
