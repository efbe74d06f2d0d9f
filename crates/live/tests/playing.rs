//! Songs played live, without a device.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rae_effects::chain::{Profile, Setup};
use rae_effects::convolution::NoFiles;
use rae_effects::{BusBlock, PreparedBus, ReverbKind, ReverbSend};
use rae_live::{
    BusSettings, Chain, ChannelSet, Click, Console, Error, Instrument, Keyboard, Metronome, NullSink, Part,
    PlaySettings, Sends, Settings, Song, open,
};
use rae_midi::{Action, Division, Event, Format, Message, Meta, Performance, Sequence, Track, TrackEvent};
use rae_soundfont::SoundFont;
use rae_synth::{Buses, Renderer};
use rae_testkit::{BankBuilder, sine};
use rae_units::{Decibels, Frames, SampleRate, Seconds};

const RATE: usize = 44_100;

/// Silence before a song that is played live.
const LEAD: usize = RATE / 20;

/// Ticks are frames: 441 to the quarter note of 10 ms.
fn song(messages: &[(u64, Message)], end: u64) -> Performance {
    let tempo = TrackEvent { tick: 0, event: Event::Meta(Meta::Tempo(10_000)) };
    let mut events = vec![tempo];
    let channel = |&(tick, message): &_| TrackEvent { tick, event: Event::Channel { channel: 0, message } };
    events.extend(messages.iter().map(channel));
    events.push(TrackEvent { tick: end, event: Event::Meta(Meta::EndOfTrack) });
    let division = Division::TicksPerQuarter(441);
    Performance::new(&Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events }] })
}

fn tune() -> Performance {
    let on = |key| Message::NoteOn { key, velocity: 100 };
    let off = |key| Message::NoteOff { key, velocity: 64 };
    let volume = Message::ControlChange { controller: 7, value: 64 };
    song(&[(0, volume), (0, on(60)), (9_000, off(60)), (20_000, on(64)), (26_000, off(64))], 30_000)
}

fn font() -> Arc<SoundFont> {
    Arc::new(BankBuilder::one_sample(&sine(441.0, 44_100, 1000), Some(0..100)).build())
}

fn instrument(effects: BusSettings) -> (Console, Instrument) {
    with_metronome(effects, None)
}

fn with_metronome(effects: BusSettings, metronome: Option<Metronome>) -> (Console, Instrument) {
    let synthesis = Settings { max_voices: 32, ..Settings::default() };
    let gain = Decibels(0.0);
    let moved_filters = ChannelSet::default();
    open(
        font(),
        &PlaySettings { synthesis, effects, gain, channels: 16, moved_filters, metronome, ..through(Chain::default()) },
    )
    .expect("an instrument")
}

/// Settings of an instrument behind which there is a chain.
fn through(chain: Chain) -> PlaySettings {
    PlaySettings {
        synthesis: Settings { max_voices: 32, ..Settings::default() },
        effects: BusSettings::DRY,
        gain: Decibels(0.0),
        chain,
        files: Arc::new(NoFiles),
        channels: 16,
        moved_filters: ChannelSet::default(),
        metronome: None,
    }
}

/// What the song sounds like on the left, pulled frame by frame.
fn played(part: Part, effects: BusSettings, frames: usize) -> Vec<f32> {
    let (mut console, mut instrument) = instrument(effects);
    let mut song = Song::new(&tune(), part, SampleRate::CD).expect("a song");
    (0..frames)
        .map(|frame| {
            if frame % 4410 == 0 {
                song.feed(&mut console);
            }
            instrument.frame()[0]
        })
        .collect()
}

fn rendered() -> Buses {
    let mut buses = Buses::new(40_000);
    Renderer::new(font(), &tune(), &Settings::default()).render(&mut buses);
    buses
}

#[test]
fn a_song_sounds_as_its_file_after_a_short_silence() {
    let live = played(Part::default(), BusSettings::DRY, LEAD + 40_000);
    assert!(live[..LEAD].iter().all(|&x| x == 0.0));
    let file = rendered().left;
    assert!(file.iter().any(|x| x.abs() > 0.05));
    let differs = file.iter().zip(&live[LEAD..]).position(|(a, b)| (a - b).abs() > 1e-6);
    assert_eq!(differs, None);
}

#[test]
fn a_part_begins_with_controllers_as_they_stand_and_no_earlier_notes() {
    let from = 15_000;
    let part = Part { from: Seconds(from as f64 / RATE as f64), to: Some(Seconds(0.6)), ..Part::default() };
    let live = played(part, BusSettings::DRY, LEAD + 20_000);
    let silence = LEAD + 20_000 - from;
    assert!(live[..silence].iter().all(|&x| x == 0.0));
    // The volume of the song's first frame holds; at its default of 100 the note would be 2.4 times as loud.
    let file = rendered().left;
    let peak = |samples: &[f32]| samples.iter().fold(0f32, |peak, x| peak.max(x.abs()));
    let (file, live) = (peak(&file[20_000..26_000]), peak(&live[silence..silence + 6_000]));
    assert!((file - live).abs() < 1e-3 * file, "{file} {live}");
    let late = Song::new(&tune(), Part { from: Seconds(3.0), ..Part::default() }, SampleRate::CD);
    assert!(matches!(late, Err(Error::BeyondEnd { .. })));
}

#[test]
fn a_metronome_clicks_where_the_song_is() {
    let from = 15_000;
    let part = Part { from: Seconds(from as f64 / RATE as f64), ..Part::default() };
    let song = Song::new(&tune(), part, SampleRate::CD).expect("a song");
    let clicks: Vec<Click> = [14_999, 15_000, 22_050, 29_999, 30_000]
        .iter()
        .filter_map(|&frame| Some(Click { frame: song.place(Frames(frame))?, accent: true }))
        .collect();
    assert_eq!(clicks.len(), 3);
    let metronome = Metronome::new(&clicks, Decibels(-12.0), SampleRate::CD);
    let (_console, mut instrument) = with_metronome(BusSettings::DRY, Some(metronome));
    let sound: Vec<f32> = (0..LEAD + 20_000).map(|_| instrument.frame()[0]).collect();
    let height = 10f32.powf(-12.0 / 20.0);
    let places: Vec<usize> = (0..sound.len()).filter(|&frame| (sound[frame] - height).abs() < 1e-4).collect();
    assert_eq!(places, [LEAD, LEAD + 22_050 - from, LEAD + 29_999 - from]);
}

#[test]
fn the_sound_passes_a_chain_and_clicks_stay_with_it() {
    let text = "effects = [{ type = \"saturation\", drive_db = 12 }, { type = \"delay\", time_s = 0.1, mix = 0.4 }, \
        { type = \"convolution_reverb\" }]";
    let chain = Chain::from_toml(text).unwrap();
    let clicks = [20, 9_000].map(|frame| Click { frame: Frames(frame), accent: true });
    let metronome = Some(Metronome::new(&clicks, Decibels(-12.0), SampleRate::CD));
    let play = |settings: &PlaySettings, frames: usize| {
        let (mut console, mut instrument) = open(font(), settings).unwrap();
        Song::new(&tune(), Part::default(), SampleRate::CD).unwrap().feed(&mut console);
        (console, (0..frames).map(|_| instrument.frame()[0]).collect::<Vec<f32>>())
    };
    let (_, dry) = play(&through(Chain::default()), 40_000);
    let (console, wet) = play(&through(chain.clone()), 40_000);
    // As the same chain does it elsewhere, in one block.
    let setup = Setup { profile: Profile::Live, ..Setup::new(SampleRate::CD, 2) };
    let mut prepared = chain.prepare_for(&setup).unwrap();
    let late = prepared.latency().0 as usize;
    assert!(late > 64 && console.tail() >= prepared.latency() + prepared.tail());
    let (mut left, mut right) = (dry.clone(), dry.clone());
    prepared.process(&mut [&mut left, &mut right]);
    let apart = left.iter().zip(&wet).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-6 && wet != dry, "{apart}");
    // Clicks do not pass it, but wait for its latency.
    let (_, clicked) = play(&PlaySettings { metronome, ..through(chain) }, 40_000);
    let places: Vec<usize> = (0..40_000).filter(|&n| clicked[n] - wet[n] > 0.24).collect();
    assert_eq!(places, [20 + late, 9_000 + late]);

    let whole = Chain::from_toml("effects = [{ type = \"fade\", in_s = 1 }]").unwrap();
    assert!(matches!(open(font(), &through(whole)), Err(Error::Effects(_))));
}

#[test]
fn a_chain_changes_while_it_plays() {
    let gain =
        |gain_db: f64| Chain::from_toml(&format!("effects = [{{ type = \"gain\", gain_db = {gain_db} }}]")).unwrap();
    let (mut console, mut instrument) = open(font(), &through(gain(0.0))).unwrap();
    Song::new(&tune(), Part::default(), SampleRate::CD).unwrap().feed(&mut console);
    let (mut dry_console, mut dry) = open(font(), &through(Chain::default())).unwrap();
    Song::new(&tune(), Part::default(), SampleRate::CD).unwrap().feed(&mut dry_console);
    let mut peaks = |frames: usize| {
        let mut peaks = [0.0f32; 2];
        for _ in 0..frames {
            let now = [instrument.frame()[0], dry.frame()[0]];
            peaks.iter_mut().zip(now).for_each(|(peak, now)| *peak = peak.max(now.abs()));
        }
        peaks
    };
    let [same, expected] = peaks(LEAD + 1000);
    assert!(expected > 0.05 && (same - expected).abs() < 1e-6);
    console.change_chain(&gain(-20.0)).unwrap();
    peaks(1000);
    let [softer, expected] = peaks(1000);
    assert!(expected > 0.05 && (softer - 0.1 * expected).abs() < 1e-5, "{softer} beside {expected}");
    // More than are taken over; what is refused changes nothing.
    let mut sent = 0;
    while console.change_chain(&gain(-f64::from(sent))).is_ok() {
        sent += 1;
    }
    assert!((10..100).contains(&sent) && matches!(console.change_chain(&gain(0.0)), Err(Error::Busy)));
    peaks(2500);
    let [last, expected] = peaks(200);
    assert!(expected > 0.05 && (last - expected * 10f32.powf((1 - sent) as f32 / 20.0)).abs() < 1e-4);
    let two = Chain::from_toml("effects = [{ type = \"gain\" }, { type = \"gain\" }]").unwrap();
    assert!(matches!(console.change_chain(&two), Err(Error::Effects(_))));
    assert!(matches!(dry_console.change_chain(&two), Err(Error::NoChain)));
    dry_console.change_chain(&Chain::default()).unwrap();
}

#[test]
fn effects_ring_on() {
    let all = LEAD + 44_100;
    let dry = played(Part::default(), BusSettings::DRY, all);
    let wet = played(Part::default(), BusSettings::default(), all);
    let energy = |samples: &[f32]| samples.iter().map(|x| f64::from(x * x)).sum::<f64>();
    let rest = LEAD + 40_000..all;
    assert!(energy(&wet[rest.clone()]) > 1e-6 && energy(&wet[rest.clone()]) > 100.0 * energy(&dry[rest]));
}

#[test]
fn the_null_sink_plays_and_counts() {
    let (mut console, instrument) = instrument(BusSettings::default());
    let mut song = Song::new(&tune(), Part::default(), SampleRate::CD).expect("a song");
    song.feed(&mut console);
    let sink = NullSink::start(instrument, SampleRate::CD).expect("a thread");
    // However slow the machine is, some time the song is over.
    while !song.feed(&mut console) || console.position() < song.end() || console.voices() > 0 {
        thread::sleep(Duration::from_millis(5));
    }
    let load = sink.stop();
    assert_eq!(load.blocks, console.position().0 / 64);
    assert!(console.position() > Frames(30_000) && console.most_voices() >= 1);
    assert!(load.median > 0.0 && load.median <= load.percentile_99_9 && load.percentile_99_9 <= load.most);
}

#[cfg(not(feature = "devices"))]
#[test]
fn without_devices_one_is_told_what_to_do() {
    let Err(error) = rae_live::Output::find(None) else { panic!("a device where none is built in") };
    assert!(error.to_string().contains("--features live") && error.to_string().contains("--sink null"), "{error}");
}

/// XG reverb types: a plate that decays in 0.8 s, and none.
const PLATE: [u8; 9] = [0x43, 0x10, 0x4c, 2, 1, 0, 4, 0, 5];
const NO_REVERB: [u8; 8] = [0x43, 0x10, 0x4c, 2, 1, 0, 0, 0];

/// A note each 0.4 s, all of it sent to the reverb, which is another from frame 30 000 on and none from 60 000 on.
fn changing() -> Performance {
    let on = Message::NoteOn { key: 60, velocity: 100 };
    let off = Message::NoteOff { key: 60, velocity: 64 };
    let mut events = vec![
        TrackEvent { tick: 0, event: Event::Meta(Meta::Tempo(10_000)) },
        TrackEvent {
            tick: 0,
            event: Event::Channel { channel: 0, message: Message::ControlChange { controller: 91, value: 127 } },
        },
    ];
    for note in 0..5 {
        let message = |tick, message| TrackEvent { tick, event: Event::Channel { channel: 0, message } };
        events.extend([message(17_640 * note, on), message(17_640 * note + 9_000, off)]);
    }
    for (tick, told) in [(30_001, &PLATE[..]), (60_000, &NO_REVERB[..])] {
        events.push(TrackEvent { tick, event: Event::SysEx([told, &[0xf7]].concat().into()) });
    }
    events.sort_by_key(|event| event.tick);
    events.push(TrackEvent { tick: 88_200, event: Event::Meta(Meta::EndOfTrack) });
    let division = Division::TicksPerQuarter(441);
    Performance::new(&Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events }] })
}

#[test]
fn effects_follow_the_song() {
    const FRAMES: usize = 100_000;
    let mut buses = Buses::new(FRAMES);
    Renderer::new(font(), &changing(), &Settings::default()).render(&mut buses);
    let mut effects = PreparedBus::new(&BusSettings::default(), SampleRate::CD).expect("effects").start();
    // What the messages mean, by hand.
    let plate = ReverbSend { kind: ReverbKind::Plate, time: Seconds(0.8), ..Sends::DEFAULT.reverb };
    let none = ReverbSend { kind: ReverbKind::Off, ..plate };
    let mut start = 0;
    for (end, reverb) in [(30_001, Some(plate)), (60_000, Some(none)), (FRAMES, None)] {
        let [left, right, reverb_send, chorus] =
            [&buses.left, &buses.right, &buses.reverb, &buses.chorus].map(|bus| &bus[start..end]);
        effects.push(&BusBlock { left, right, reverb: reverb_send, chorus });
        if let Some(reverb) = reverb {
            effects.change(&Sends { reverb, ..Sends::DEFAULT });
        }
        start = end;
    }
    effects.finish(Frames(0));
    let (mut left, mut right) = (vec![0.0; FRAMES], vec![0.0; FRAMES]);
    assert_eq!(effects.pull(&mut left, &mut right), FRAMES);

    let mut song = Song::new(&changing(), Part::default(), SampleRate::CD).expect("a song");
    let (mut console, mut instrument) = instrument(BusSettings { sends: song.sends(), ..BusSettings::default() });
    let live: Vec<f32> = (0..LEAD + FRAMES)
        .map(|frame| {
            if frame % 4410 == 0 {
                song.feed(&mut console);
            }
            instrument.frame()[0]
        })
        .collect();
    // The lead moves the grid on which voices are cut, and the chorus: the notes send nothing to it.
    let apart = left.iter().zip(&live[LEAD..]).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max);
    assert!(apart < 1e-4, "{apart:e}");
    assert!(left[30_001..60_000].iter().any(|x| x.abs() > 0.01));
}

#[test]
fn effects_follow_the_keyboard() {
    let energy = |reverb: Option<&[u8]>| {
        let (console, mut instrument) = instrument(BusSettings::default());
        let mut keyboard = Keyboard::new(console);
        let key = |message| Action::Channel { channel: 0, message };
        keyboard.play(key(Message::ControlChange { controller: 91, value: 127 }));
        pull(&mut instrument, 6_400);
        if let Some(data) = reverb {
            keyboard.play(Action::SysEx { port: 0, data: data.into() });
        }
        pull(&mut instrument, 6_400);
        keyboard.play(key(Message::NoteOn { key: 60, velocity: 100 }));
        pull(&mut instrument, 6_400);
        keyboard.play(key(Message::NoteOff { key: 60, velocity: 64 }));
        // The note itself, and the reverb of 0.1 s that is no send, are over after a quarter of a second.
        pull(&mut instrument, 11_025);
        (0..11_025).map(|_| f64::from(instrument.frame()[0]).powi(2)).sum::<f64>()
    };
    let (usual, plate, none) = (energy(None), energy(Some(&PLATE)), energy(Some(&NO_REVERB)));
    // e^(−13.8·2·t/T) from 0.25 to 0.5 s: what is left of 1.25 s and of 0.8 s.
    assert!(usual > 1e-3 && plate < 0.7 * usual && plate > 0.05 * usual, "{usual} {plate}");
    assert!(none < 1e-6 * usual, "{none}");
}

fn pull(instrument: &mut Instrument, frames: usize) {
    for _ in 0..frames {
        instrument.frame();
    }
}

#[test]
fn what_a_full_queue_loses_leaves_no_note_hanging() {
    let (console, mut instrument) = instrument(BusSettings::DRY);
    let mut keyboard = Keyboard::new(console);
    let key = |message| Action::Channel { channel: 0, message };
    // The bank's sample is looped: without an end the note would sound for ever.
    while !keyboard.has_lost() {
        keyboard.play(key(Message::NoteOn { key: 60, velocity: 100 }));
    }
    keyboard.play(key(Message::NoteOff { key: 60, velocity: 64 }));
    pull(&mut instrument, 6_400);
    keyboard.catch_up();
    pull(&mut instrument, 44_100);
    assert_eq!(keyboard.console().voices(), 0);
    keyboard.play(key(Message::NoteOn { key: 64, velocity: 100 }));
    pull(&mut instrument, 6_400);
    assert!(keyboard.console().voices() > 0);
}
