//! Timelines, against seconds computed from ticks by hand, and against the rendered sound.

mod common;

use common::{dry, engine, render};
use rust_audio_engine::midi::{
    Division, Event, Format, Message, Meta, Sequence, TextKind, TimeSignature, Track, TrackEvent,
};
use rust_audio_engine::{BarRange, Practice, RenderSettings, Repeat, SampleFormat, Seconds, Timeline};
use serde_json::Value;

fn event(tick: u64, channel: u8, message: Message) -> TrackEvent {
    TrackEvent { tick, event: Event::Channel { channel, message } }
}

fn meta(tick: u64, meta: Meta) -> TrackEvent {
    TrackEvent { tick, event: Event::Meta(meta) }
}

fn text(tick: u64, kind: TextKind, text: &str) -> TrackEvent {
    meta(tick, Meta::Text { kind, bytes: text.into() })
}

fn note(tick: u64, end: u64, channel: u8, key: u8) -> [TrackEvent; 2] {
    [
        event(tick, channel, Message::NoteOn { key, velocity: 100 }),
        event(end, channel, Message::NoteOff { key, velocity: 64 }),
    ]
}

/// 100 ticks a quarter. A bar of 3/4 at 120, then 6/8 at 60 from tick 300 on; three bars end at tick 900.
fn song() -> Sequence {
    let conductor = vec![
        text(0, TextKind::TrackName, "Song"),
        meta(0, Meta::TimeSignature(TimeSignature::new(3, 2))),
        text(100, TextKind::Marker, "verse"),
        meta(300, Meta::TimeSignature(TimeSignature { clocks_per_click: 36, ..TimeSignature::new(6, 3) })),
        meta(300, Meta::Tempo(1_000_000)),
        text(450, TextKind::Lyric, "la "),
        meta(900, Meta::EndOfTrack),
    ];
    let mut notes = vec![text(0, TextKind::TrackName, "Notes")];
    notes.extend(note(50, 400, 0, 60));
    notes.extend(note(450, 500, 9, 38));
    notes.extend(note(700, 750, 1, 64));
    notes.push(event(725, 1, Message::NoteOn { key: 64, velocity: 50 }));
    notes.sort_by_key(|event| event.tick);
    let tracks = vec![Track { events: conductor }, Track { events: notes }];
    Sequence { format: Format::Simultaneous, division: Division::TicksPerQuarter(100), tracks }
}

fn timeline(settings: &RenderSettings) -> Value {
    let value = serde_json::to_value(Timeline::new(&song(), settings).unwrap()).unwrap();
    check(&value, &schema(), &schema(), "timeline");
    value
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../schemas/timeline.schema.json")).unwrap()
}

/// As much of JSON Schema as the schema uses.
fn check(value: &Value, schema: &Value, root: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(value, root.pointer(&reference[1..]).unwrap(), root, place);
    }
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |kind: &Value| kind == name || (kind == "number" && name == "integer");
    let kinds = &schema["type"];
    assert!(kinds.as_array().map_or(is(kinds), |kinds| kinds.iter().any(is)), "{place}: {value} is not {kinds}");
    assert!(schema["const"].is_null() || schema["const"] == *value, "{place}: {value}");
    if let Some(number) = value.as_f64() {
        let limit = |key: &str| schema[key].as_f64();
        assert!(limit("minimum").is_none_or(|least| number >= least), "{place}: {number}");
        assert!(limit("exclusiveMinimum").is_none_or(|least| number > least), "{place}: {number}");
        assert!(limit("maximum").is_none_or(|most| number <= most), "{place}: {number}");
    }
    for item in value.as_array().into_iter().flatten() {
        check(item, &schema["items"], root, place);
    }
    if let Some(object) = value.as_object() {
        let required = schema["required"].as_array().unwrap();
        assert!(required.iter().all(|key| object.contains_key(key.as_str().unwrap())), "{place}");
        for (key, item) in object {
            assert!(!schema["properties"][key].is_null(), "{place}.{key} is not in the schema");
            check(item, &schema["properties"][key], root, &format!("{place}.{key}"));
        }
    }
}

/// The values of these keys in a list, numbers to the microsecond.
fn column(timeline: &Value, list: &str, keys: &[&str]) -> Vec<String> {
    let word = |value: &Value| match value.as_f64() {
        Some(number) => format!("{}", (number * 1e6).round() / 1e6),
        None => value.as_str().unwrap_or("none").to_owned(),
    };
    let row = |item: &Value| keys.iter().map(|key| word(&item[*key])).collect::<Vec<_>>().join(" ");
    timeline[list].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn a_whole_song_is_told_in_seconds() {
    let timeline = timeline(&RenderSettings::default());
    // 300 ticks of 5 ms and 600 of 10 ms.
    assert_eq!((timeline["duration"].as_f64(), timeline["music_start"].as_f64()), (Some(7.5), Some(0.0)));
    assert_eq!(column(&timeline, "bars", &["seconds", "bar", "beats"]), ["0 1 3", "1.5 2 2", "4.5 3 2"]);
    let beats = ["0 1 1", "0.5 1 2", "1 1 3", "1.5 2 1", "3 2 2", "4.5 3 1", "6 3 2"];
    assert_eq!(column(&timeline, "beats", &["seconds", "bar", "beat"]), beats);
    assert_eq!(column(&timeline, "tempos", &["seconds", "bpm"]), ["0 120", "1.5 60"]);
    assert_eq!(column(&timeline, "meters", &["seconds", "numerator", "denominator"]), ["0 3 4", "1.5 6 8"]);
    assert_eq!(column(&timeline, "tracks", &["name"]), ["Song", "Notes"]);
    let keys = ["seconds", "duration", "pitch", "velocity", "channel", "track"];
    // The last note is struck again, and held to the end.
    let notes = ["0.25 2.25 60 100 1 2", "3 0.5 38 100 10 2", "5.5 0.25 64 100 2 2", "5.75 0.25 64 50 2 2"];
    assert_eq!(column(&timeline, "notes", &keys), notes);
    assert_eq!(column(&timeline, "markers", &["seconds", "text"]), ["0.5 verse"]);
    assert_eq!(column(&timeline, "lyrics", &["seconds", "text"]), ["3 la "]);
}

#[test]
fn count_in_section_repeats_tempo_and_transposition_count() {
    let practice = Practice {
        count_in: 1,
        bars: Some(BarRange { first: 2, last: Some(2) }),
        repeat: Some(Repeat::Times(2)),
        ..Practice::default()
    };
    let settings = RenderSettings { tempo: 2.0, transpose: -3, mute: vec![2], practice, ..RenderSettings::default() };
    let timeline = timeline(&settings);
    // Bar 2 lasts 3 s as written, 1.5 s here: once for the count-in, twice for itself.
    assert_eq!((timeline["duration"].as_f64(), timeline["music_start"].as_f64()), (Some(4.5), Some(1.5)));
    assert_eq!(column(&timeline, "bars", &["seconds", "bar"]), ["0 none", "1.5 2", "3 2"]);
    let beats = ["0 1", "0.75 2", "1.5 1", "2.25 2", "3 1", "3.75 2"];
    assert_eq!(column(&timeline, "beats", &["seconds", "beat"]), beats);
    assert_eq!(column(&timeline, "tempos", &["seconds", "bpm"]), ["0 120"]);
    assert_eq!(column(&timeline, "meters", &["seconds", "numerator", "beats"]), ["0 6 2"]);
    // The note that began before the bar is not there; drums are not transposed.
    assert_eq!(column(&timeline, "notes", &["seconds", "duration", "pitch"]), ["2.25 0.25 38", "3.75 0.25 38"]);
    assert_eq!(column(&timeline, "lyrics", &["seconds"]), ["2.25", "3.75"]);
}

#[test]
fn from_and_to_move_the_clock() {
    let settings =
        RenderSettings { from: Seconds(1.0), to: Some(Seconds(5.75)), transpose: 2, ..RenderSettings::default() };
    let timeline = timeline(&settings);
    assert_eq!(timeline["duration"].as_f64(), Some(4.75));
    assert_eq!(column(&timeline, "beats", &["seconds", "bar"]), ["0 1", "0.5 2", "2 2", "3.5 3"]);
    assert_eq!(column(&timeline, "tempos", &["seconds", "bpm"]), ["0 120", "0.5 60"]);
    assert_eq!(column(&timeline, "meters", &["seconds", "numerator"]), ["0 3", "0.5 6"]);
    // The first note rings on at the start and lasts 1.5 s more.
    let notes = ["0 1.5 62", "2 0.5 38", "4.5 0.25 66"];
    assert_eq!(column(&timeline, "notes", &["seconds", "duration", "pitch"]), notes);
    assert_eq!(column(&timeline, "markers", &["seconds"]), [""; 0]);
}

#[test]
fn the_timeline_is_right_against_the_sound() {
    let practice = Practice { count_in: 1, repeat: Some(Repeat::Times(2)), ..Practice::default() };
    let settings = RenderSettings { practice, encoding: SampleFormat::F32.into(), solo: vec![2], tempo: 1.25, ..dry() };
    let timeline = timeline(&settings);
    let audio = render(&engine(0.001), &song(), &settings).audio;
    assert_eq!(audio.frames(), (timeline["duration"].as_f64().unwrap() * 44_100.0).round() as usize);
    let starts: Vec<f64> =
        timeline["notes"].as_array().unwrap().iter().map(|note| note["seconds"].as_f64().unwrap()).collect();
    assert_eq!(starts.len(), 4);
    let loudest = |from: usize, to: usize| audio.channel(0)[from..to].iter().fold(0.0f32, |peak, x| x.abs().max(peak));
    for start in [starts[0], starts[2]] {
        let frame = (start * 44_100.0).round() as usize;
        assert!(loudest(frame - 400, frame) == 0.0 && loudest(frame, frame + 400) > 0.01, "{start}");
    }
}
