//! Several SoundFonts at once: which one sounds is measured by its pitch.

mod common;

use std::fs;
use std::path::Path;

use common::{dry, render, song};
use rae_testkit::{BankBuilder, amplitude_at, sine, zone};
use rust_audio_engine::midi::{Event, Message, Sequence, TrackEvent};
use rust_audio_engine::soundfont::Generator;
use rust_audio_engine::{BankName, Engine, Error, RenderSettings, SoundFontChoice, check_output, unobserved};

/// Pitches of the banks' presets, hertz.
const LOW: f64 = 315.0;
const HIGH: f64 = 735.0;

/// A bank whose presets all play a sine of this pitch at key 60.
fn tone(hz: f64, presets: &[(u16, u16)]) -> BankBuilder {
    let period = (44_100.0 / hz) as u32;
    let bank = BankBuilder::new()
        .sample(&sine(hz, 44_100, 20 * period as usize), Some(0..period))
        .instrument([zone(0).set(Generator::SampleModes, 1)]);
    presets.iter().fold(bank, |bank, &(number, program)| bank.preset(number, program, [zone(0)]))
}

/// A second on this channel with a bank and a program.
fn asking(channel: u8, bank: u8, program: u8) -> Sequence {
    let mut song = song(&[(channel, 60, 0.0, 1.0)], 1.0);
    let select = Message::ControlChange { controller: 0, value: bank };
    let messages = [select, Message::ProgramChange { program }];
    let first = messages.map(|message| TrackEvent { tick: 0, event: Event::Channel { channel, message } });
    song.tracks[0].events.splice(..0, first);
    song
}

/// Which of the pitches sounds, and the warnings.
fn heard(engine: &Engine, song: &Sequence, settings: &RenderSettings) -> (Option<f64>, Vec<String>) {
    let rendering = render(engine, song, settings);
    let sound = rendering.audio.channel(0);
    let loud: Vec<f64> =
        [LOW, HIGH].into_iter().filter(|hz| amplitude_at(&sound[..40_000], *hz, 44_100) > 0.01).collect();
    assert!(loud.len() <= 1, "several sound: {loud:?}");
    (loud.first().copied(), rendering.report.warnings)
}

fn name(path: &Path, offset: u8) -> BankName {
    BankName { path: path.to_owned(), offset }
}

#[test]
fn the_last_bank_that_has_a_preset_plays_it() {
    let folder = tempfile::tempdir().unwrap();
    let [low, high] = ["low.sf2", "high.sf2"].map(|name| folder.path().join(name));
    fs::write(&low, tone(LOW, &[(0, 0), (0, 5), (128, 0)]).bytes()).unwrap();
    fs::write(&high, tone(HIGH, &[(0, 5), (3, 0), (128, 8)]).bytes()).unwrap();
    let engine = Engine::open(SoundFontChoice::from_names([name(&low, 0), name(&high, 1)])).unwrap();
    let plays = |channel, bank, program| {
        let (hz, warnings) = heard(&engine, &asking(channel, bank, program), &dry());
        (hz.unwrap(), warnings.len())
    };
    assert_eq!([plays(0, 0, 0), plays(0, 0, 5)], [(LOW, 0); 2]);
    assert_eq!([plays(0, 1, 5), plays(0, 4, 0)], [(HIGH, 0); 2], "moved by one");
    assert_eq!([plays(9, 0, 0), plays(9, 0, 8)], [(LOW, 0), (HIGH, 0)], "drums do not move");
    // What no bank has is replaced with a warning, from the top: the same program of bank 0, drum kit 0.
    assert_eq!([plays(0, 3, 0), plays(0, 7, 5), plays(9, 0, 9)], [(LOW, 1); 3]);
    let over = Engine::open(SoundFontChoice::from_names([name(&low, 0), name(&high, 0)])).unwrap();
    assert_eq!(heard(&over, &asking(0, 0, 5), &dry()), (Some(HIGH), vec![]));
    assert_eq!(heard(&over, &asking(0, 9, 5), &dry()).0, Some(HIGH), "substitutes come from the top, too");

    let source = format!("{} + {}@1", low.display(), high.display());
    assert_eq!((engine.soundfont().source, engine.soundfont().name.as_str()), (source, "testkit + testkit"));
    assert_eq!(engine.soundfont_files(), [low.clone(), high.clone()]);
    for bank in [&low, &high] {
        let parsed = Sequence::parse(&asking(0, 0, 0).to_bytes()).unwrap();
        let error = engine.render_file(&parsed, bank, &RenderSettings { overwrite: true, ..dry() }, &mut unobserved);
        assert!(matches!(error, Err(Error::OutputIsInput { .. })), "no bank is replaced");
        assert!(check_output(bank, bank).is_err());
    }
}

#[test]
fn the_built_in_bank_can_lie_below() {
    let folder = tempfile::tempdir().unwrap();
    let high = folder.path().join("high.sf2");
    fs::write(&high, tone(HIGH, &[(0, 40)]).bytes()).unwrap();
    let engine = Engine::open(SoundFontChoice::from_names([name(Path::new("builtin"), 0), name(&high, 0)])).unwrap();
    assert_eq!(heard(&engine, &asking(0, 0, 40), &dry()), (Some(HIGH), vec![]));
    let below = render(&engine, &asking(0, 0, 73), &dry()).audio;
    let alone = render(&Engine::open(SoundFontChoice::Builtin).unwrap(), &asking(0, 0, 73), &dry()).audio;
    assert!(below.channel(0) == alone.channel(0), "what the upper bank lacks has the bits of the lower one alone");
    let missing = Engine::open(SoundFontChoice::from_names([name(&high, 0), name(Path::new("no.sf2"), 0)]));
    assert_eq!(missing.unwrap_err().unreadable_input().unwrap().0, Path::new("no.sf2"));
}
