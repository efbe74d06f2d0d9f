//! Several SoundFonts at once: which one sounds is measured by its pitch.

mod common;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use common::{dry, render, song};
use rae_testkit::{BankBuilder, SINE_OGG, amplitude_at, mutations, rmid, sine, zone};
use rust_audio_engine::midi::{Event, Message, Parsed, Sequence, TrackEvent};
use rust_audio_engine::soundfont::Generator;
use rust_audio_engine::{
    AudioBuffer, BankName, Decibels, Engine, Error, RenderSettings, SampleRate, SoundFontChoice, StemsBy, check_output,
    read_midi, unobserved,
};

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
fn heard(engine: &Engine, song: &Parsed, settings: &RenderSettings) -> (Option<f64>, Vec<String>) {
    let rendering = engine.render(song, settings, &mut unobserved).unwrap();
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
        let (hz, warnings) = heard(&engine, &asking(channel, bank, program).into(), &dry());
        (hz.unwrap(), warnings.len())
    };
    assert_eq!([plays(0, 0, 0), plays(0, 0, 5)], [(LOW, 0); 2]);
    assert_eq!([plays(0, 1, 5), plays(0, 4, 0)], [(HIGH, 0); 2], "moved by one");
    assert_eq!([plays(9, 0, 0), plays(9, 0, 8)], [(LOW, 0), (HIGH, 0)], "drums do not move");
    // What no bank has is replaced with a warning, from the top: the same program of bank 0, drum kit 0.
    assert_eq!([plays(0, 3, 0), plays(0, 7, 5), plays(9, 0, 9)], [(LOW, 1); 3]);
    let over = Engine::open(SoundFontChoice::from_names([name(&low, 0), name(&high, 0)])).unwrap();
    assert_eq!(heard(&over, &asking(0, 0, 5).into(), &dry()), (Some(HIGH), vec![]));
    assert_eq!(heard(&over, &asking(0, 9, 5).into(), &dry()).0, Some(HIGH), "substitutes come from the top, too");

    let source = format!("{} + {}@1", low.display(), high.display());
    assert_eq!((engine.soundfont().source, engine.soundfont().name.as_str()), (source, "testkit + testkit"));
    assert_eq!(engine.font().files().collect::<Vec<_>>(), [&high, &low], "from the top");
    let again = Engine::with_font(Arc::clone(engine.font()));
    let song = Sequence::parse(&asking(0, 0, 0).to_bytes()).unwrap();
    for (engine, bank) in [(&engine, &low), (&engine, &high), (&again, &low), (&again, &high)] {
        let error = engine.render_file(&song, bank, &RenderSettings { overwrite: true, ..dry() }, &mut unobserved);
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
    assert_eq!(heard(&engine, &asking(0, 0, 40).into(), &dry()), (Some(HIGH), vec![]));
    let below = render(&engine, &asking(0, 0, 73), &dry()).audio;
    let alone = render(&Engine::open(SoundFontChoice::Builtin).unwrap(), &asking(0, 0, 73), &dry()).audio;
    assert!(below.channel(0) == alone.channel(0), "what the upper bank lacks has the bits of the lower one alone");
    let missing = Engine::open(SoundFontChoice::from_names([name(&high, 0), name(Path::new("no.sf2"), 0)]));
    assert_eq!(missing.unwrap_err().unreadable_input().unwrap().0, Path::new("no.sf2"));
}

/// An RMID file as it is read.
fn song_with(bank: &[u8], offset: Option<u16>, song: &Sequence) -> Parsed {
    Sequence::parse(&rmid(&song.to_bytes(), Some(bank), offset)).unwrap()
}

#[test]
fn a_song_plays_with_the_bank_that_it_brings() {
    let engine = Engine::with_font(Arc::new(tone(LOW, &[(0, 0), (0, 5), (1, 5), (128, 0)]).build()));
    let own = tone(HIGH, &[(0, 5), (128, 0)]).bytes();
    let plays = |offset, settings: &RenderSettings, (channel, bank, program)| {
        let song = song_with(&own, offset, &asking(channel, bank, program));
        heard(&engine, &song, settings)
    };
    let asked = [(0, 0, 5), (0, 1, 5), (0, 0, 0), (9, 0, 0)];
    let all = |offset, settings: &RenderSettings| {
        asked.map(|asked| {
            let (hz, warnings) = plays(offset, settings, asked);
            assert_eq!(warnings, Vec::<String>::new());
            hz.unwrap()
        })
    };
    assert_eq!(all(Some(0), &dry()), [HIGH, LOW, LOW, HIGH]);
    assert_eq!(all(Some(1), &dry()), [LOW, HIGH, LOW, HIGH]);
    assert_eq!(all(None, &dry()), [LOW, HIGH, LOW, HIGH], "without DBNK the offset is 1");
    assert_eq!(all(Some(0), &RenderSettings { embedded_bank: false, ..dry() }), [LOW; 4]);
    // What neither has comes from the song's bank first.
    assert_eq!(plays(Some(0), &dry(), (0, 7, 5)).0, Some(HIGH));
}

#[test]
fn every_way_of_rendering_a_file_takes_its_bank() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::with_font(Arc::new(tone(LOW, &[(0, 0)]).build()));
    let path = folder.path().join("song.rmi");
    let own = tone(HIGH, &[(0, 0)]).bytes();
    fs::write(&path, rmid(&asking(0, 0, 0).to_bytes(), Some(&own), Some(0))).unwrap();
    let song = read_midi(&path).unwrap();
    let settings = RenderSettings { normalize: Some(Decibels(-1.0)), ..dry() };
    let (wav, report) = engine.render_bytes(&song, &settings, &mut unobserved).unwrap();
    let source = format!("testkit + {} (bank at byte ", path.display());
    assert!(report.soundfont.starts_with(&source), "{}", report.soundfont);
    let alone = Engine::with_font(Arc::new(tone(HIGH, &[(0, 0)]).build()));
    let plain = Parsed { rmid: None, ..song.clone() };
    // The file's own names are in the header.
    let sound = |wav: &[u8]| wav[wav.windows(4).position(|id| id == b"data").unwrap()..].to_vec();
    let of_bank = alone.render_bytes(&plain, &settings, &mut unobserved).unwrap().0;
    assert!(sound(&of_bank) == sound(&wav), "the bits of that bank alone");
    engine.render_file(&song, folder.path().join("file.wav"), &settings, &mut unobserved).unwrap();
    let mut piped = Vec::new();
    engine.render_to(&song, &mut piped, &settings, &mut unobserved).unwrap();
    engine
        .render_batch(&[path], folder.path().join("batch"), &settings, None, &mut |_| ControlFlow::Continue(()))
        .unwrap();
    assert!(fs::read(folder.path().join("file.wav")).unwrap() == wav);
    assert!(fs::read(folder.path().join("batch/song.wav")).unwrap() == wav);
    assert!(piped[piped.len() - 1000..] == wav[wav.len() - 1000..]);
    let bits = |audio: &AudioBuffer| audio.channel(0).to_vec();
    let alone = bits(&alone.render(&plain, &settings, &mut unobserved).unwrap().audio);
    assert!(bits(&engine.render(&song, &settings, &mut unobserved).unwrap().audio) == alone);
    let stems = engine.stems(&song, StemsBy::Channel, &settings, &mut unobserved).unwrap().1;
    assert!(stems.len() == 1 && bits(&stems[0].audio) == alone);
    let (mut left, mut right) = (vec![0.0; alone.len()], vec![0.0; alone.len()]);
    engine.stream(&song, &settings).unwrap().read(&mut left, &mut right);
    assert!(left == alone);
    let other =
        engine.render_bytes(&song, &RenderSettings { embedded_bank: false, ..settings }, &mut unobserved).unwrap();
    assert!(other.0 != wav && other.1.soundfont == "testkit");
}

#[test]
fn a_damaged_bank_is_an_error_unless_it_is_ignored_and_an_odd_one_a_warning() {
    let engine = Engine::with_font(Arc::new(tone(LOW, &[(0, 0)]).build()));
    let own = tone(HIGH, &[(0, 0)]).bytes();
    let song = song_with(&own[..own.len() - 30], Some(0), &asking(0, 0, 0));
    let error = engine.render_bytes(&song, &dry(), &mut unobserved).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::EmbeddedBank(_)), "{text}");
    assert!(text.contains("RMID (bank at byte ") && text.contains("ignore its own bank"), "{text}");
    engine.render_bytes(&song, &RenderSettings { embedded_bank: false, ..dry() }, &mut unobserved).unwrap();

    let mut odd = own;
    let headers = odd.windows(4).position(|window| window == b"shdr").unwrap() + 8;
    odd[headers + 40] = 200;
    let song = song_with(&odd, Some(0), &asking(0, 0, 0));
    let (_, report) = engine.render_bytes(&song, &dry(), &mut unobserved).unwrap();
    assert!(report.warnings[0].contains("has the root key 200; 60 is used"), "{:?}", report.warnings);
}

#[test]
fn the_own_bank_may_be_an_sf3() {
    let engine = Engine::with_font(Arc::new(tone(LOW, &[(0, 0)]).build()));
    // 441 Hz at 44.1 kHz: a period of 100 points.
    let own = BankBuilder::one_sample(&sine(441.0, 44_100, 3_000), Some(0..3_000)).sf3_bytes(&[SINE_OGG]);
    let song = song_with(&own, Some(0), &asking(0, 0, 0));
    let audio = engine.render(&song, &dry(), &mut unobserved).unwrap().audio;
    let [own, low] = [441.0, LOW].map(|hz| amplitude_at(&audio.channel(0)[..40_000], hz, 44_100));
    assert!(own > 0.05 && low < own / 100.0, "{own} {low}");
}

#[test]
fn damaged_files_with_banks_are_survived() {
    let engine = Engine::with_font(Arc::new(tone(LOW, &[(0, 0)]).build()));
    let settings = RenderSettings { rate: SampleRate::new(8_000).unwrap(), threads: Some(1), ..dry() };
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/rmid");
    let (mut refused, mut played) = (0, 0);
    for seed in fs::read_dir(seeds).unwrap() {
        let bytes = fs::read(seed.unwrap().path()).unwrap();
        for bytes in mutations(&bytes, 300, 11).chain([bytes.clone()]) {
            let Ok(song) = Sequence::parse(&bytes) else { continue };
            let Ok(mut stream) = engine.stream(&song, &settings) else {
                refused += 1;
                continue;
            };
            let (mut left, mut right) = ([0.0; 2_000], [0.0; 2_000]);
            let count = stream.read(&mut left, &mut right);
            assert!(left[..count].iter().chain(&right[..count]).all(|x| x.is_finite()));
            played += usize::from(song.rmid.is_some_and(|rmid| rmid.bank.is_some()));
        }
    }
    assert!(refused > 50 && played > 50, "{refused} refused, {played} played");
}
