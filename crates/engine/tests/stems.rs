//! Stems: they add up to the mix, whatever happens to the voices.

mod common;

use std::fs;
use std::ops::ControlFlow;

use common::{TICKS_PER_SECOND, dry, render};
use rae_testkit::{BankBuilder, noise, sine, zone};
use rust_audio_engine::midi::{Division, Event, Format, Message, Meta, Parsed, Sequence, TextKind, Track, TrackEvent};
use rust_audio_engine::soundfont::Generator;
use rust_audio_engine::{
    AudioBuffer, Decibels, Engine, Error, Practice, Progress, RenderSettings, SampleFormat, Stem, StemsBy, Tail,
    unobserved,
};

/// A looped sine as program 0, and noise of an exclusive class as program 1.
fn engine() -> Engine {
    let bank = BankBuilder::new()
        .sample(&sine(441.0, 44_100, 1000), Some(0..100))
        .sample(&noise(3, 20_000), None)
        .instrument([zone(0)
            .set(Generator::SampleModes, 1)
            .set(Generator::ReleaseVolEnv, 0)
            .set(Generator::ReverbEffectsSend, 300)])
        .instrument([zone(1).set(Generator::ExclusiveClass, 1).set(Generator::ChorusEffectsSend, 300)])
        .preset(0, 0, [zone(0)])
        .preset(0, 1, [zone(1)])
        .build();
    Engine::with_font(std::sync::Arc::new(bank))
}

fn at(seconds: f64, channel: u8, message: Message) -> TrackEvent {
    TrackEvent { tick: (seconds * TICKS_PER_SECOND) as u64, event: Event::Channel { channel, message } }
}

fn note(from: f64, to: f64, channel: u8, key: u8) -> [TrackEvent; 2] {
    [at(from, channel, Message::NoteOn { key, velocity: 100 }), at(to, channel, Message::NoteOff { key, velocity: 64 })]
}

fn name(text: &str) -> TrackEvent {
    TrackEvent { tick: 0, event: Event::Meta(Meta::Text { kind: TextKind::TrackName, bytes: text.into() }) }
}

/// Chords on channels 1 and 2, the latter in two tracks, drums on channel 3, a channel without notes.
fn song() -> Sequence {
    let control =
        |seconds, channel, controller, value| at(seconds, channel, Message::ControlChange { controller, value });
    let mut piano = vec![name("Piano/left"), control(0.0, 0, 64, 127), control(1.2, 0, 64, 0)];
    piano.extend((0..8).flat_map(|n| note(0.1 * f64::from(n), 0.1 * f64::from(n) + 0.05, 0, 48 + 3 * n as u8)));
    let mut strings = vec![control(0.0, 1, 10, 20), control(0.6, 1, 7, 60), control(0.0, 7, 7, 60)];
    strings.extend((0..4).flat_map(|n| note(0.2, 1.4, 1, 60 + 4 * n)));
    let mut others = vec![name("Others"), at(0.0, 2, Message::ProgramChange { program: 1 })];
    others.extend((0..10).flat_map(|n| note(0.15 * f64::from(n), 0.15 * f64::from(n) + 0.1, 2, 60 + n as u8 % 3)));
    others.extend(note(0.7, 1.0, 1, 72));
    let tracks = [piano, strings, others].map(|mut events| {
        events.sort_by_key(|event| event.tick);
        events.push(TrackEvent { tick: 1600, event: Event::Meta(Meta::EndOfTrack) });
        Track { events }
    });
    Sequence { format: Format::Simultaneous, division: Division::TicksPerQuarter(500), tracks: tracks.into() }
}

fn stems(by: StemsBy, settings: &RenderSettings) -> Vec<Stem> {
    engine().stems(&song().into(), by, settings, &mut unobserved).unwrap().1
}

/// The largest difference between the sum of the stems and the mix, and the highest sample of the mix.
fn difference(stems: &[Stem], mix: &AudioBuffer) -> (f32, f32) {
    assert!(stems.iter().all(|stem| stem.audio.frames() == mix.frames()));
    let sum = |index: usize| stems.iter().map(|stem| stem.audio.planar()[index]).sum::<f32>();
    let differences = mix.planar().iter().enumerate().map(|(index, sample)| (sum(index) - sample).abs());
    (differences.fold(0.0, f32::max), mix.planar().iter().fold(0.0, |peak, x| x.abs().max(peak)))
}

fn float() -> RenderSettings {
    RenderSettings { encoding: SampleFormat::F32.into(), ..dry() }
}

#[test]
fn stems_add_up_to_the_mix_while_voices_give_way() {
    for max_voices in [4096, 6] {
        let settings = RenderSettings { max_voices, tail: Tail::default(), ..float() };
        let mix = render(&engine(), &song(), &settings);
        for (by, count) in [(StemsBy::Channel, 3), (StemsBy::Track, 3)] {
            let stems = stems(by, &settings);
            let (difference, peak) = difference(&stems, &mix.audio);
            assert!(stems.len() == count && peak > 0.1, "{} stems, peak {peak}", stems.len());
            assert!(difference <= 1e-6, "{by:?}, {max_voices} voices: {difference}");
            let heard = |stem: &Stem| stem.audio.planar().iter().any(|x| x.abs() > 0.001);
            assert!(stems.iter().all(heard));
        }
    }
}

#[test]
fn few_voices_change_the_mix_so_that_giving_way_is_really_tried() {
    let mixes = [4096, 6].map(|max_voices| render(&engine(), &song(), &RenderSettings { max_voices, ..float() }).audio);
    assert_ne!(mixes[0].planar(), mixes[1].planar());
}

#[test]
fn stems_with_reverb_chorus_click_and_normalisation_add_up_too() {
    let practice = Practice { count_in: 1, click: true, ..Practice::default() };
    let settings = RenderSettings {
        encoding: SampleFormat::F32.into(),
        normalize: Some(Decibels(-6.0)),
        mute: vec![2],
        practice,
        ..RenderSettings::default()
    };
    let mix = render(&engine(), &song(), &settings);
    let stems = stems(StemsBy::Channel, &settings);
    let names: Vec<&str> = stems.iter().map(|stem| stem.name.as_str()).collect();
    assert_eq!((names.len(), names[2]), (3, "click"));
    let (difference, peak) = difference(&stems, &mix.audio);
    assert!((f64::from(peak) - 10f64.powf(-6.0 / 20.0)).abs() < 1e-4);
    assert!(difference < 5e-6, "{difference}");
    // Nothing but clicks in the bar of 4/4 before the music.
    let silent = |stem: &Stem| stem.audio.channel(0)[..2 * 44_100].iter().all(|&x| x == 0.0);
    assert_eq!(stems.iter().map(silent).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn a_stem_sounds_as_its_channel_alone_while_there_are_enough_voices() {
    let stems = stems(StemsBy::Channel, &float());
    for (stem, channel) in stems.iter().zip([1, 2, 3]) {
        let alone = render(&engine(), &song(), &RenderSettings { solo: vec![channel], ..float() }).audio;
        let difference = stem.audio.planar().iter().zip(alone.planar()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(difference < 1e-6, "channel {channel}: {difference}");
    }
}

#[test]
fn files_are_named_after_tracks_or_presets_and_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let parsed = Parsed { sequence: song(), warnings: vec![], rmid: None };
    let make = |by, settings: &RenderSettings| {
        engine().render_stems(&parsed, folder.path().join("stems"), by, settings, &mut unobserved)
    };
    let (report, files) = make(StemsBy::Track, &float()).unwrap();
    let names: Vec<&str> = files.iter().map(|file| file.path.file_name().unwrap().to_str().unwrap()).collect();
    assert!(names[0] == "01 Piano_left.wav" && names[2] == "03 Others.wav", "{names:?}");
    let preset = engine().font().model().presets[0].name.clone();
    assert_eq!(names[1], format!("02 {}.wav", preset.replace(':', "_")));
    for file in &files {
        assert_eq!(u64::from(hound::WavReader::open(&file.path).unwrap().duration()), report.frames);
    }
    let error = make(StemsBy::Track, &float()).unwrap_err();
    assert_eq!(error.unwritable_output().unwrap().1, std::io::ErrorKind::AlreadyExists);
    let loud = RenderSettings { overwrite: true, gain: Decibels(20.0), ..dry() };
    let (report, _) = make(StemsBy::Track, &loud).unwrap();
    assert!(report.warnings.iter().any(|warning| warning.contains("exceed full scale")), "{:?}", report.warnings);
}

#[test]
fn files_appear_together_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let parsed = Parsed { sequence: song(), warnings: vec![], rmid: None };
    let given_up = |at: f64, stems: &str| {
        let mut observer = |progress: Progress| {
            if progress.fraction > at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let settings = RenderSettings { overwrite: true, ..float() };
        let made = engine().render_stems(&parsed, folder.path().join(stems), StemsBy::Track, &settings, &mut observer);
        assert!(matches!(made, Err(Error::Cancelled)));
    };
    for at in [0.0, 0.8] {
        given_up(at, "outer/stems");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
    fs::create_dir(folder.path().join("stems")).unwrap();
    fs::write(folder.path().join("stems/01 Piano_left.wav"), "mine").unwrap();
    given_up(0.8, "stems");
    assert_eq!(folder.path().join("stems").read_dir().unwrap().count(), 1);
    assert_eq!(fs::read(folder.path().join("stems/01 Piano_left.wav")).unwrap(), b"mine");
}
