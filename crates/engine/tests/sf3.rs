//! Songs played with an SF3 bank, whose samples are decoded as notes need them.

mod common;

use std::sync::Arc;

use common::{dry, render, song};
use rae_testkit::{BankBuilder, SINE_OGG, SWEEP_OGG, amplitude_at, peak, zone};
use rust_audio_engine::midi::{Event, Message, Meta, TrackEvent};
use rust_audio_engine::soundfont::{Generator, SoundFont, subset};
use rust_audio_engine::{Engine, RenderSettings, SampleFormat};

/// Program 0 loops 2800 points of a sine of 441 Hz; program 1 plays the second stream, program 2 is never asked for.
fn engine(second: &[u8]) -> Engine {
    let bytes = BankBuilder::new()
        .sample(&[0.0; 3001], Some(100..2900))
        .sample(&[0.0; 100], None)
        .sample(&[0.0; 100], None)
        .instrument([zone(0).set(Generator::SampleModes, 1)])
        .instrument([zone(1)])
        .instrument([zone(2)])
        .preset(0, 0, [zone(0)])
        .preset(0, 1, [zone(1)])
        .preset(0, 2, [zone(2)])
        .sf3_bytes(&[SINE_OGG, second, SWEEP_OGG]);
    Engine::with_font(Arc::new(SoundFont::from_bytes(bytes, "test.sf3").unwrap()))
}

fn float() -> RenderSettings {
    RenderSettings { encoding: SampleFormat::F32.into(), gain: rust_audio_engine::Decibels(0.0), ..dry() }
}

#[test]
fn notes_sound_as_the_stream_and_only_what_they_need_is_decoded() {
    let engine = engine(SWEEP_OGG);
    let made = render(&engine, &song(&[(0, 60, 0.0, 1.0)], 1.0), &float());
    let level = amplitude_at(&made.audio.channel(0)[10_000..30_000], 441.0, 44_100);
    assert!((level / (0.5 * 0.5_f64.sqrt()) - 1.0).abs() < 0.02, "{level}");
    assert_eq!(engine.font().decoded_bytes(), 2 * 3001);
    assert!(made.report.warnings.is_empty(), "{:?}", made.report.warnings);
}

#[test]
fn a_song_sounds_the_same_with_a_bank_of_only_what_it_plays() {
    let mut notes = song(&[(0, 60, 0.0, 1.0), (1, 67, 0.2, 1.0), (2, 70, 0.3, 0.6)], 1.0);
    for (channel, program) in [(1, 1), (2, 77)] {
        let event = Event::Channel { channel, message: Message::ProgramChange { program } };
        notes.tracks[0].events.insert(0, TrackEvent { tick: 0, event });
    }
    let whole = engine(SWEEP_OGG);
    let presets = whole.presets_used(&notes);
    assert_eq!(whole.font().decoded_bytes(), 0, "nothing was read for that");
    // Program 77 is not there: 0 plays in its place. Program 2 is not played.
    assert_eq!(presets.iter().copied().collect::<Vec<_>>(), [0, 1]);
    let part = SoundFont::from_bytes(subset(whole.font(), &presets).unwrap(), "part.sf2").unwrap();
    assert_eq!(part.model().samples.len(), 2);
    let part = render(&Engine::with_font(Arc::new(part)), &notes, &float());
    let whole = render(&whole, &notes, &float());
    assert!(peak(&whole.audio.channel(0)[30_000..]) > 0.1);
    assert!(part.audio == whole.audio);
    assert_eq!(part.report.warnings, whole.report.warnings);
}

#[test]
fn the_presets_of_a_song_are_found_however_long_it_lasts() {
    let mut song = song(&[(0, 60, 0.0, 1.0), (1, 60, 0.0, 1.0), (9, 36, 0.5, 1.0)], 1.0);
    let events = &mut song.tracks[0].events;
    let program = |channel, program| Event::Channel { channel, message: Message::ProgramChange { program } };
    events.insert(0, TrackEvent { tick: 0, event: program(1, 1) });
    events.insert(0, TrackEvent { tick: 0, event: program(2, 2) });
    // Millions of hours of silence, then what resets programs, a note, and a program that no note plays.
    let late = 1 << 52;
    events.pop();
    let note = |message| Event::Channel { channel: 3, message };
    events.extend([
        TrackEvent { tick: late, event: program(3, 2) },
        TrackEvent { tick: late, event: Event::SysEx([0x7E, 0x7F, 0x09, 0x01, 0xF7].into()) },
        TrackEvent { tick: late, event: note(Message::NoteOn { key: 60, velocity: 1 }) },
        TrackEvent { tick: late, event: program(3, 2) },
        TrackEvent { tick: late, event: note(Message::NoteOn { key: 60, velocity: 0 }) },
        TrackEvent { tick: 2 * late, event: Event::Meta(Meta::EndOfTrack) },
    ]);
    assert_eq!(engine(SWEEP_OGG).presets_used(&song).into_iter().collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn threads_and_what_others_have_decoded_do_not_change_a_bit() {
    let notes = song(&[(0, 60, 0.0, 1.0), (0, 67, 0.2, 1.0), (0, 72, 0.4, 0.9)], 1.0);
    let warm = engine(SWEEP_OGG);
    let first = render(&warm, &notes, &float()).audio;
    for threads in [1, 2, 3] {
        let settings = RenderSettings { threads: Some(threads), ..float() };
        assert!(render(&warm, &notes, &settings).audio == first);
        assert!(render(&engine(SWEEP_OGG), &notes, &settings).audio == first);
        warm.font().set_decoded_limit(0);
        assert_eq!(warm.font().decoded_bytes(), 0, "no render is left that holds anything");
    }
}

#[test]
fn a_damaged_sample_is_silent_and_named_and_the_rest_plays() {
    let mut damaged = SINE_OGG.to_vec();
    damaged[3500] ^= 4;
    let bank = BankBuilder::new()
        .sample(&[0.0; 100], None)
        .sample(&[0.0; 3001], Some(100..2900))
        .instrument([zone(0).keys(0..=59), zone(1).keys(60..=127).set(Generator::SampleModes, 1)])
        .preset(0, 0, [zone(0)])
        .sf3_bytes(&[&damaged, SINE_OGG]);
    let engine = Engine::with_font(Arc::new(SoundFont::from_bytes(bank, "test.sf3").unwrap()));
    let made = render(&engine, &song(&[(0, 48, 0.0, 0.5), (0, 60, 0.5, 1.0)], 1.0), &float());
    let left = made.audio.channel(0);
    assert_eq!(peak(&left[..22_000]), 0.0);
    assert!(peak(&left[23_000..]) > 0.3);
    let [warning] = &made.report.warnings[..] else { panic!("{:?}", made.report.warnings) };
    assert!(warning.starts_with("sample 0 'sample 0' cannot be decoded and stays silent"), "{warning}");
}
