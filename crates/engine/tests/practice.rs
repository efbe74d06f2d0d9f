//! Count-in, click, bars and loops: rendered sound against places computed from ticks, tempos and meters alone.

mod common;

use common::{dry, engine, part, render, song};
use rust_audio_engine::midi::{
    Division, Event, Format, Message, Meta, Parsed, Sequence, TextKind, TimeSignature, Track, TrackEvent,
};
use rust_audio_engine::{
    AudioBuffer, BarRange, Decibels, Practice, RenderSettings, Repeat, SampleFormat, SampleRate, Seconds, Tail,
    unobserved,
};

const TICKS_PER_QUARTER: u64 = 480;

/// Ticks and microseconds per quarter from there on.
const TEMPOS: [(u64, u128); 4] = [(0, 517_241), (1920, 428_571), (2640, 789_473), (4000, 333_333)];

/// Four quarters of 4/4, three of 3/4, 6/8 in dotted quarters, and 5/4 that cuts its second bar short; until tick 8000.
const BEATS: [(u64, bool); 14] = [
    (0, true),
    (480, false),
    (960, false),
    (1440, false),
    (1920, true),
    (2400, false),
    (2880, false),
    (3360, true),
    (4080, false),
    (4800, true),
    (5280, true),
    (5760, false),
    (6240, false),
    (6720, false),
];

fn meta(tick: u64, meta: Meta) -> TrackEvent {
    TrackEvent { tick, event: Event::Meta(meta) }
}

fn signature(tick: u64, numerator: u8, denominator_power: u8) -> TrackEvent {
    let signature = TimeSignature { clocks_per_click: 24, ..TimeSignature::new(numerator, denominator_power) };
    meta(tick, Meta::TimeSignature(signature))
}

fn control(tick: u64, controller: u8, value: u8) -> TrackEvent {
    TrackEvent { tick, event: Event::Channel { channel: 0, message: Message::ControlChange { controller, value } } }
}

fn note(tick: u64, length: u64, key: u8) -> [TrackEvent; 2] {
    let event = |tick, message| TrackEvent { tick, event: Event::Channel { channel: 0, message } };
    [event(tick, Message::NoteOn { key, velocity: 127 }), event(tick + length, Message::NoteOff { key, velocity: 64 })]
}

fn sequence(mut events: Vec<TrackEvent>) -> Sequence {
    events.sort_by_key(|event| event.tick);
    let division = Division::TicksPerQuarter(TICKS_PER_QUARTER as u16);
    Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events }] }
}

/// The meters and tempos above, with a note.
fn metered() -> Sequence {
    let mut events = vec![signature(0, 4, 2), signature(1920, 3, 2), signature(3360, 6, 3), signature(5280, 5, 2)];
    events.extend(TEMPOS.iter().map(|&(tick, tempo)| meta(tick, Meta::Tempo(tempo as u32))));
    events.extend(note(700, 5000, 64));
    events.push(meta(7100, Meta::EndOfTrack));
    sequence(events)
}

/// Microseconds · 480 from the start to a tick.
fn time(tick: u64) -> u128 {
    let ends = TEMPOS.iter().skip(1).map(|tempo| tempo.0).chain([u64::MAX]);
    TEMPOS.iter().zip(ends).map(|(&(from, tempo), to)| u128::from(tick.clamp(from, to) - from) * tempo).sum()
}

/// The frame nearest to so many microseconds · 480 at a tempo factor in thousandths, halves rounded up.
fn frame(time: u128, rate: u32, thousandths: u128) -> usize {
    let divisor = u128::from(TICKS_PER_QUARTER) * 1_000_000 * thousandths;
    ((2 * time * u128::from(rate) * 1000 + divisor) / (2 * divisor)) as usize
}

/// The frames at which something begins after silence, and how loud it begins.
fn onsets(sound: &[f32]) -> Vec<(usize, f32)> {
    let mut found: Vec<(usize, f32)> = Vec::new();
    let mut silent = 1000;
    for (frame, &sample) in sound.iter().enumerate() {
        if sample.abs() > 1e-6 {
            if silent > 100 {
                found.push((frame, sample));
            }
            silent = 0;
        } else {
            silent += 1;
        }
    }
    found
}

/// What the practice settings add to the sound.
fn added(audio: &AudioBuffer, without: &AudioBuffer) -> Vec<f32> {
    let side = |channel| audio.channel(channel).iter().zip(without.channel(channel)).map(|(a, b)| a - b).collect();
    let [left, right]: [Vec<f32>; 2] = [side(0), side(1)];
    assert_eq!(left, right, "the click is in the middle");
    left
}

fn float() -> RenderSettings {
    RenderSettings { encoding: SampleFormat::F32.into(), ..dry() }
}

#[test]
fn clicks_are_on_the_beat_through_tempos_and_meters() {
    let engine = engine(0.1);
    for (rate, tempo) in [(44_100, 1.0), (48_000, 1.0), (44_100, 0.93), (48_000, 1.5)] {
        let plain = RenderSettings { rate: SampleRate::new(rate).unwrap(), tempo, ..float() };
        let practice = Practice { click: true, click_level: Decibels(-20.0), ..Practice::default() };
        let clicking = RenderSettings { practice, ..plain.clone() };
        let audio = render(&engine, &metered(), &clicking).audio;
        let found = onsets(&added(&audio, &render(&engine, &metered(), &plain).audio));
        let thousandths = (tempo * 1000.0) as u128;
        let expected: Vec<usize> = BEATS.iter().map(|&(tick, _)| frame(time(tick), rate, thousandths)).collect();
        assert_eq!(found.iter().map(|onset| onset.0).collect::<Vec<_>>(), expected, "{rate} Hz, tempo {tempo}");
        for ((_, height), (tick, accent)) in found.iter().zip(BEATS) {
            let level = Decibels::from_amplitude(f64::from(*height)).0;
            let wanted = if accent { -20.0 } else { -24.0 };
            assert!((level - wanted).abs() < 0.01, "tick {tick}: {level} dB");
        }
    }
}

#[test]
fn a_count_in_comes_before_the_music_in_its_meter_and_tempo() {
    let engine = engine(0.1);
    for rate in [44_100, 48_000] {
        let plain = RenderSettings { rate: SampleRate::new(rate).unwrap(), ..float() };
        let with = |practice| RenderSettings { practice, ..plain.clone() };
        // Two bars of 4/4 at the first tempo.
        let counted = render(&engine, &metered(), &with(Practice { count_in: 2, ..Practice::default() })).audio;
        let beat = time(480);
        let found: Vec<usize> =
            onsets(&counted.channel(0)[..frame(8 * beat, rate, 1000)]).iter().map(|on| on.0).collect();
        assert_eq!(found, (0..8).map(|n| frame(n * beat, rate, 1000)).collect::<Vec<_>>());
        let music = onsets(&counted.channel(0)[frame(8 * beat, rate, 1000) + 100..]);
        let expected = frame(8 * beat + time(700), rate, 1000);
        assert!(music[0].0.abs_diff(expected - frame(8 * beat, rate, 1000) - 100) <= 45, "after the attack of 1 ms");

        // A bar of 6/8 at 76 quarters a minute: the bar at 3360 begins at that tempo.
        let bars = Some(BarRange { first: 3, last: Some(3) });
        let section = render(&engine, &metered(), &with(Practice { count_in: 1, bars, ..Practice::default() })).audio;
        let beat = 720 * 789_473;
        let found: Vec<usize> = onsets(section.channel(0)).iter().map(|on| on.0).collect();
        assert_eq!(found, [0, frame(beat, rate, 1000)]);
        assert_eq!(section.frames(), frame(2 * beat + time(4800) - time(3360), rate, 1000));
    }
}

#[test]
fn count_in_and_clicks_go_with_the_section() {
    let practice = Practice {
        click: true,
        count_in: 1,
        bars: Some(BarRange { first: 2, last: Some(2) }),
        repeat: Some(Repeat::Times(2)),
        ..Practice::default()
    };
    let settings = RenderSettings { practice, mute: vec![1], ..float() };
    let audio = render(&engine(0.1), &metered(), &settings).audio;
    // Bar 2 of 3/4 begins at 428 571 µs a quarter and slows down after a quarter and a half.
    let (beat, bar) = (480 * 428_571, time(3360) - time(1920));
    let beats = [0, time(2400) - time(1920), time(2880) - time(1920)];
    let mut expected: Vec<u128> = (0..3).map(|n| n * beat).collect();
    expected.extend(beats.iter().map(|time| 3 * beat + time));
    expected.extend(beats.iter().map(|time| 3 * beat + bar + time));
    let expected: Vec<usize> = expected.iter().map(|&time| frame(time, 44_100, 1000)).collect();
    assert_eq!(onsets(audio.channel(0)).iter().map(|on| on.0).collect::<Vec<_>>(), expected);
    assert_eq!(audio.frames(), frame(3 * beat + 2 * bar, 44_100, 1000));
}

#[test]
fn bars_are_rendered_as_if_the_song_were_only_them() {
    // A held note, a softer channel, then a note in bar 2; against a song that has the controller at its start.
    let mut events = vec![control(100, 7, 60), meta(5760, Meta::EndOfTrack)];
    events.extend(note(0, 3000, 50));
    events.extend(note(1920 + 480, 240, 64));
    events.extend(note(3840, 480, 70));
    let bars = Some(BarRange { first: 2, last: Some(2) });
    let practice = Practice { bars, ..Practice::default() };
    let section = render(&engine(0.1), &sequence(events), &RenderSettings { practice, ..dry() }).audio;
    let mut alone = vec![control(0, 7, 60), meta(1920, Meta::EndOfTrack)];
    alone.extend(note(480, 240, 64));
    let alone = render(&engine(0.1), &sequence(alone), &dry()).audio;
    assert_eq!(section.planar(), alone.planar());
    assert_eq!(section.frames(), 2 * 44_100);
}

#[test]
fn from_and_to_begin_fresh_where_something_is_repeated() {
    let song = song(&[(0, 60, 0.0, 1.8), (0, 64, 1.25, 1.5)], 3.0);
    let settings = |repeat| RenderSettings {
        from: Seconds(1.0),
        to: Some(Seconds(2.0)),
        practice: Practice { repeat, ..Practice::default() },
        ..float()
    };
    let exact = render(&engine(0.1), &song, &settings(None)).audio;
    let fresh = render(&engine(0.1), &song, &settings(Some(Repeat::Times(1)))).audio;
    assert!(onsets(exact.channel(0))[0].0 < 10 && (onsets(fresh.channel(0))[0].0 as f64 - 11_025.0).abs() < 45.0);
    assert_eq!((exact.frames(), fresh.frames()), (44_100, 44_100));
}

#[test]
fn loops_have_the_length_and_period_that_their_points_say() {
    let marker = |tick, word: &str| meta(tick, Meta::Text { kind: TextKind::Marker, bytes: word.into() });
    let mut events = vec![marker(480, "loopStart"), marker(1440, "loopEnd"), meta(2400, Meta::EndOfTrack)];
    events.extend([0, 480, 960, 1440].into_iter().flat_map(|tick| note(tick, 120, 60)));
    let looped = sequence(events);
    let settings = |repeat| RenderSettings { practice: Practice { repeat, ..Practice::default() }, ..float() };
    let once = render(&engine(0.05), &looped, &settings(None)).audio;
    let thrice = render(&engine(0.05), &looped, &settings(Some(Repeat::Times(3)))).audio;
    // Half a second a quarter: two more passes of a second each.
    assert_eq!(thrice.frames(), once.frames() + 2 * 44_100);
    let starts: Vec<usize> = onsets(thrice.channel(0)).iter().map(|on| (on.0 + 11_025) / 22_050).collect();
    assert_eq!(starts, [0, 1, 2, 3, 4, 5, 6, 7]);
    let quarter = 22_050;
    let pass = |n: usize| part(&thrice, (2 * n + 1) * quarter, (2 * n + 3) * quarter);
    assert_eq!(part(&thrice, 0, 3 * quarter), part(&once, 0, 3 * quarter));
    for n in 1..3 {
        let difference = pass(0).iter().zip(pass(n)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // The grid on which envelopes are drawn does not begin with the loop.
        assert!(difference < 1e-3, "pass {n}: {difference}");
    }

    let endless = RenderSettings { max_duration: Seconds(60.0), ..settings(Some(Repeat::Endless)) };
    let endless = render(&engine(0.05), &looped, &endless);
    assert_eq!((endless.audio.frames(), endless.report.warnings), (60 * 44_100, vec![]));
    assert!(onsets(&endless.audio.channel(0)[59 * 44_100..]).len() >= 2);
}

#[test]
fn a_song_without_loop_points_is_looped_whole() {
    let mut events = vec![control(0, 7, 127), control(960, 7, 20), meta(1920, Meta::EndOfTrack)];
    events.extend(note(0, 480, 60));
    let settings = |repeat| RenderSettings { practice: Practice { repeat, ..Practice::default() }, ..float() };
    let song = sequence(events);
    let once = render(&engine(0.05), &song, &settings(None)).audio;
    let twice = render(&engine(0.05), &song, &settings(Some(Repeat::Times(2)))).audio;
    let length = once.frames();
    assert_eq!(twice.frames(), 2 * length);
    assert_eq!(part(&twice, 0, length), part(&once, 0, length));
    let level = |audio: &AudioBuffer, from: usize| part(audio, from, from + 4410).iter().fold(0.0f32, |a, b| a.max(*b));
    assert!((level(&twice, length + 4410) / level(&once, 4410) - 1.0).abs() < 0.01);
}

#[test]
fn practice_has_the_same_bits_for_every_block_size_and_after_a_seek() {
    let practice = Practice { click: true, count_in: 1, repeat: Some(Repeat::Times(2)), ..Practice::default() };
    let settings = RenderSettings { practice, rate: SampleRate::new(8000).unwrap(), ..RenderSettings::default() };
    let engine = engine(0.1);
    let whole = render(&engine, &metered(), &settings).audio;
    for block in [777, 64] {
        let mut stream = engine.stream(Parsed::from(metered()), &settings).unwrap();
        let (mut left, mut right) = (vec![0.0; block], vec![0.0; block]);
        let mut all = Vec::new();
        loop {
            let count = stream.read(&mut left, &mut right);
            all.extend_from_slice(&left[..count]);
            if count < block {
                break;
            }
        }
        assert_eq!(all, whole.channel(0));
    }
    let click = RenderSettings { practice: Practice { click: true, ..Practice::default() }, mute: vec![1], ..float() };
    let clicks = render(&engine, &metered(), &click).audio;
    let mut stream = engine.stream(Parsed::from(metered()), &click).unwrap();
    stream.seek(Seconds(1.0));
    let (mut left, mut right) = (vec![0.0; 44_100], vec![0.0; 44_100]);
    assert_eq!(stream.read(&mut left, &mut right), 44_100);
    assert_eq!(left, &clicks.channel(0)[44_100..88_200]);
}

#[test]
fn a_normalised_click_is_normalised_and_an_integer_one_limited() {
    let practice = Practice { click: true, click_level: Decibels(0.0), ..Practice::default() };
    let click = RenderSettings { practice, mute: vec![1], ..dry() };
    let limited = render(&engine(0.1), &metered(), &click).report;
    assert!(limited.peak_dbfs.unwrap() <= -0.999 && limited.limiter_reduction_db > 0.9);
    let normalize = Some(Decibels(-20.0));
    let normalised = render(&engine(0.1), &metered(), &RenderSettings { normalize, ..click }).report;
    assert!((normalised.peak_dbfs.unwrap() + 20.0).abs() < 0.01);
}

#[test]
fn the_last_click_rings_out_after_the_end() {
    let song = sequence(vec![meta(500, Meta::EndOfTrack)]);
    let practice = Practice { click: true, ..Practice::default() };
    let settings = RenderSettings { practice, tail: Tail::default(), ..float() };
    let audio = render(&engine(0.1), &song, &settings).audio;
    // The second beat is 20 ticks before the end, and audible for some 40 ms.
    assert!(audio.frames() > 22_050 + 1500, "{}", audio.frames());
}

#[test]
fn what_cannot_be_practised_is_said() {
    let engine = engine(0.1);
    let complaint = |song: &Sequence, settings: RenderSettings| {
        engine.render(Parsed::from(song.clone()), &settings, &mut unobserved).unwrap_err().to_string()
    };
    let with = |practice| RenderSettings { practice, ..dry() };
    let bars = |first, last| with(Practice { bars: Some(BarRange { first, last }), ..Practice::default() });
    assert_eq!(complaint(&metered(), bars(6, None)), "bars begin with 6, but the song has 5");
    let late = RenderSettings { from: Seconds(99.0), ..with(Practice { count_in: 1, ..Practice::default() }) };
    assert!(complaint(&metered(), late).starts_with("from is 99 s, but the song ends at"));

    let rate = rust_audio_engine::midi::SmpteRate::Fps25;
    let division = Division::Smpte { rate, ticks_per_frame: 40 };
    let seconds = Sequence { division, ..metered() };
    let click = with(Practice { click: true, ..Practice::default() });
    assert!(complaint(&seconds, click).contains("a click needs them"));
    assert!(complaint(&seconds, bars(1, None)).contains("a choice of bars needs them"));

    let many = sequence((0..2000).flat_map(|n| note(n, 1, 60)).collect());
    let often = with(Practice { repeat: Some(Repeat::Times(10_000)), ..Practice::default() });
    assert!(complaint(&many, often).contains("repeat less often"));
}

#[test]
fn ranges_and_repeats_are_read_as_they_are_written() {
    let range = |first, last| BarRange { first, last };
    for (text, bars) in [("5", range(5, Some(5))), ("5-8", range(5, Some(8))), ("5-", range(5, None))] {
        assert_eq!(text.parse::<BarRange>().unwrap(), bars);
    }
    for text in ["", "0", "-", "-5", "a", "5-b", "1.5", "+5"] {
        assert!(text.parse::<BarRange>().is_err(), "{text}");
    }
    assert_eq!("inf".parse::<Repeat>().unwrap(), Repeat::Endless);
    assert_eq!("3".parse::<Repeat>().unwrap(), Repeat::Times(3));
    assert!("x".parse::<Repeat>().is_err() && "-1".parse::<Repeat>().is_err());
}
