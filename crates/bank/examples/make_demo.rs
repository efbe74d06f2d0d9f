//! Writes the demonstration piece: an arrangement of Johann Pachelbel's Canon in D (about 1690) for piano, strings,
//! winds, harp, guitar, basses, horns, choir, bells and drums.
//!
//! `cargo run -p rae-bank --example make_demo -- test_data/demo.mid`

use std::path::Path;
use std::process::ExitCode;

use rae_midi::{
    Division, Event, Format, KeySignature, Message, Meta, Sequence, TextKind, TimeSignature, Track, TrackEvent,
};

const TICKS: f64 = 480.0;
/// Beats of one round of the ground bass.
const ROUND: f64 = 16.0;
const ENDING: f64 = 6.0 * ROUND;
const GROUND: [u8; 8] = [50, 45, 47, 42, 43, 38, 43, 45];
const CHORDS: [[u8; 3]; 8] =
    [[62, 66, 69], [61, 64, 69], [62, 66, 71], [61, 66, 69], [62, 67, 71], [62, 66, 69], [62, 67, 71], [61, 64, 69]];
/// The canon's voices: half notes, quarters, quarters again, then sixteenths as (key, sixteenths).
const DESCENT: [u8; 8] = [78, 76, 74, 73, 71, 69, 71, 73];
const THIRDS: [u8; 8] = [74, 73, 71, 69, 67, 66, 67, 64];
const WALK: [u8; 16] = [74, 78, 81, 79, 78, 74, 78, 76, 74, 71, 74, 81, 79, 83, 81, 79];
const LEAPS: [u8; 16] = [78, 74, 76, 73, 74, 78, 81, 69, 71, 67, 69, 66, 62, 74, 74, 73];
const RUNS: [(u8, u8); 52] = [
    (81, 2),
    (78, 1),
    (79, 1),
    (81, 2),
    (78, 1),
    (79, 1),
    (81, 1),
    (69, 1),
    (71, 1),
    (73, 1),
    (74, 1),
    (76, 1),
    (78, 1),
    (79, 1),
    (78, 2),
    (74, 1),
    (76, 1),
    (78, 2),
    (66, 1),
    (67, 1),
    (69, 1),
    (71, 1),
    (69, 1),
    (67, 1),
    (69, 1),
    (66, 1),
    (67, 1),
    (69, 1),
    (67, 2),
    (71, 1),
    (69, 1),
    (67, 2),
    (66, 1),
    (64, 1),
    (66, 1),
    (64, 1),
    (62, 1),
    (64, 1),
    (66, 1),
    (67, 1),
    (69, 1),
    (71, 1),
    (67, 2),
    (71, 1),
    (69, 1),
    (71, 2),
    (73, 1),
    (74, 1),
    (69, 1),
    (71, 1),
    (73, 1),
    (74, 1),
];

/// One player: a track and its channel.
struct Part {
    channel: u8,
    events: Vec<(u64, u8, Event)>,
    chance: u64,
}

fn tick(beat: f64) -> u64 {
    (beat * TICKS).round().max(0.0) as u64
}

impl Part {
    /// A player with a program, a volume, a place from 0 (left) to 127 and a reverb send.
    fn new(name: &str, channel: u8, program: u8, volume: u8, pan: u8, reverb: u8) -> Part {
        let title = Meta::Text { kind: TextKind::TrackName, bytes: name.into() };
        let mut part = Part { channel, events: vec![(0, 0, Event::Meta(title))], chance: u64::from(channel) + 11 };
        part.send(0.0, 1, Message::ProgramChange { program });
        for (controller, value) in [(7, volume), (10, pan), (91, reverb), (11, 100)] {
            part.control(0.0, controller, value);
        }
        part
    }

    fn send(&mut self, beat: f64, order: u8, message: Message) {
        self.events.push((tick(beat), order, Event::Channel { channel: self.channel, message }));
    }

    fn control(&mut self, beat: f64, controller: u8, value: u8) {
        self.send(beat, 2, Message::ControlChange { controller, value });
    }

    /// A whole number from −`reach` to `reach` (a linear congruential generator, Knuth's MMIX constants).
    fn human(&mut self, reach: i64) -> i64 {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) as i64 % (2 * reach + 1) - reach
    }

    /// A note, a little early or late, a little softer or louder than asked. `dynamic` is 40 for piano, 60 for mezzo
    /// forte, 90 for fortissimo.
    fn note(&mut self, beat: f64, beats: f64, key: u8, dynamic: i64) {
        let start = (beat + self.human(5) as f64 / TICKS).max(0.0);
        let velocity = (40 + dynamic * 3 / 4 + self.human(3)).clamp(1, 127) as u8;
        self.send(start, 4, Message::NoteOn { key, velocity });
        self.send(start + beats - 0.02, 3, Message::NoteOff { key, velocity: 64 });
    }

    /// Notes of equal length, stressed on the beats that open a chord.
    fn line(&mut self, beat: f64, beats: f64, keys: &[u8], shift: i16, dynamic: i64) {
        for (i, &key) in keys.iter().enumerate() {
            let at = beat + i as f64 * beats;
            let stress = if (at % 2.0) < 0.01 { 5 } else { 0 };
            self.note(at, beats, (i16::from(key) + shift) as u8, dynamic + stress);
        }
    }

    /// The sixteenths of the fifth round, which end with a run up to the octave.
    fn runs(&mut self, beat: f64, shift: i16, dynamic: i64) {
        let mut at = beat;
        for (key, sixteenths) in RUNS.into_iter().chain([(76, 1), (78, 1), (79, 1), (81, 1)]) {
            let beats = f64::from(sixteenths) / 4.0;
            self.note(at, beats, (i16::from(key) + shift) as u8, dynamic + if sixteenths == 2 { 6 } else { 0 });
            at += beats;
        }
    }

    /// Sustained chords, one per half bar.
    fn chords(&mut self, beat: f64, shift: i16, dynamic: i64) {
        for (i, chord) in CHORDS.iter().enumerate() {
            for &key in chord {
                self.note(beat + 2.0 * i as f64, 2.0, (i16::from(key) + shift) as u8, dynamic);
            }
        }
    }

    /// Expression from one value to another.
    fn swell(&mut self, from: f64, to: f64, start: f64, end: f64) {
        let steps = ((to - from) * 4.0) as usize;
        for i in 0..=steps {
            let way = i as f64 / steps as f64;
            self.control(from + (to - from) * way, 11, (start + (end - start) * way).round() as u8);
        }
    }

    /// Up and down again over one round.
    fn phrase(&mut self, beat: f64, low: f64, high: f64) {
        self.swell(beat, beat + 9.0, low, high);
        self.swell(beat + 9.25, beat + ROUND, high, low);
    }

    fn track(mut self) -> Track {
        self.events.sort_by_key(|&(tick, order, _)| (tick, order));
        let end = tick(ENDING + 9.0);
        let events = self.events.into_iter().map(|(tick, _, event)| TrackEvent { tick: tick.min(end), event });
        let mut events: Vec<TrackEvent> = events.collect();
        events.push(TrackEvent { tick: end, event: Event::Meta(Meta::EndOfTrack) });
        Track { events }
    }
}

/// The piece.
pub(crate) fn piece() -> Sequence {
    let parts =
        [piano(), violins(), cello(), flute(), oboe(), harp(), guitar(), bass(), horns(), choir(), bells(), drums()];
    let tracks = std::iter::once(conductor()).chain(parts.into_iter().map(Part::track)).collect();
    Sequence { format: Format::Simultaneous, division: Division::TicksPerQuarter(TICKS as u16), tracks }
}

/// Title, metre, and the tempo: steady, a breath before the fifth round, slower and slower at the end.
fn conductor() -> Track {
    let text = |kind, text: &str| Meta::Text { kind, bytes: text.into() };
    let mut events = vec![
        (0.0, text(TextKind::TrackName, "Canon in D (Johann Pachelbel)")),
        (0.0, text(TextKind::Copyright, "Public domain; this arrangement MIT OR Apache-2.0")),
        (0.0, Meta::TimeSignature(TimeSignature::new(4, 2))),
        (0.0, Meta::KeySignature(KeySignature { sharps: 2, minor: false })),
    ];
    let tempi =
        [(0.0, 72.0), (8.0, 74.0), (ROUND, 76.0), (3.0 * ROUND, 78.0), (63.0, 75.0), (63.5, 71.0), (64.0, 79.0)];
    let slower = (0..24).map(|i| (84.0 + f64::from(i) * 0.5, 76.0 - 1.1 * f64::from(i)));
    for (beat, tempo) in tempi.into_iter().chain([(80.0, 76.0)]).chain(slower).chain([(ENDING, 54.0)]) {
        events.push((beat, Meta::Tempo((60e6 / tempo) as u32)));
    }
    events.push((ENDING + 9.0, Meta::EndOfTrack));
    let event = |(beat, meta)| TrackEvent { tick: tick(beat), event: Event::Meta(meta) };
    Track { events: events.into_iter().map(event).collect() }
}

fn piano() -> Part {
    let mut part = Part::new("Piano", 0, 0, 124, 60, 45);
    for round in 0..6 {
        let start = f64::from(round) * ROUND;
        let dynamic = [64, 56, 52, 56, 66, 52][round as usize];
        for (i, chord) in CHORDS.iter().enumerate() {
            let beat = start + 2.0 * i as f64;
            part.control(beat + 0.05, 64, 127);
            part.control(beat + 1.96, 64, 0);
            part.note(beat, 1.9, GROUND[i], dynamic + 6);
            part.note(beat, 1.9, GROUND[i] - 12, dynamic - 4);
            for (step, &key) in [chord[0], chord[1], chord[2]].iter().enumerate() {
                part.note(beat + 0.5 * (step + 1) as f64, 0.5, key - 12 * u8::from(step == 0), dynamic - 6);
            }
        }
        match round {
            0 => part.line(start, 2.0, &DESCENT, 0, 82),
            4 => part.line(start, 2.0, &DESCENT, 12, 64),
            _ => {}
        }
    }
    part.control(ENDING + 0.05, 64, 127);
    for (i, key) in [26, 38, 50, 57, 62, 66, 69, 74].into_iter().enumerate() {
        part.note(ENDING + 0.07 * i as f64, 7.0, key, 54);
    }
    part.control(ENDING + 7.5, 64, 0);
    part
}

fn violins() -> Part {
    let mut part = Part::new("Strings", 1, 48, 116, 50, 60);
    for (round, low, high) in [(1, 86.0, 106.0), (2, 87.0, 104.0), (3, 90.0, 108.0), (4, 104.0, 120.0), (5, 81.0, 98.0)]
    {
        part.phrase(f64::from(round) * ROUND, low, high);
    }
    part.line(ROUND, 2.0, &DESCENT, 0, 74);
    part.line(2.0 * ROUND, 2.0, &DESCENT, 0, 68);
    part.line(2.0 * ROUND, 2.0, &THIRDS, 0, 68);
    part.chords(3.0 * ROUND, 0, 66);
    part.runs(4.0 * ROUND, 0, 88);
    part.line(4.0 * ROUND, 2.0, &THIRDS, -12, 70);
    part.chords(5.0 * ROUND, 0, 58);
    for key in [62, 69, 74, 78] {
        part.note(ENDING, 6.0, key, 66);
    }
    part.swell(ENDING, ENDING + 2.0, 87.0, 99.0);
    part.swell(ENDING + 2.5, ENDING + 6.0, 99.0, 20.0);
    part
}

fn cello() -> Part {
    let mut part = Part::new("Cello", 2, 42, 112, 82, 50);
    for round in [1, 2, 3, 4, 5] {
        let start = f64::from(round) * ROUND;
        part.phrase(start, 93.0, 108.0);
        part.line(start, 2.0, &GROUND, 0, if round == 4 { 84 } else { 70 });
    }
    part.note(ENDING, 6.0, 50, 66);
    part.swell(ENDING + 1.0, ENDING + 6.0, 99.0, 25.0);
    part
}

fn flute() -> Part {
    let mut part = Part::new("Flute", 3, 73, 112, 72, 60);
    part.phrase(2.0 * ROUND, 99.0, 116.0);
    part.line(2.0 * ROUND, 1.0, &WALK, 0, 76);
    part.phrase(4.0 * ROUND, 101.0, 113.0);
    part.runs(4.0 * ROUND, 12, 70);
    part.phrase(5.0 * ROUND, 93.0, 106.0);
    part.line(5.0 * ROUND, 2.0, &DESCENT, 0, 66);
    part.swell(ENDING, ENDING + 5.5, 101.0, 24.0);
    part.note(ENDING, 5.5, 74, 62);
    part
}

fn oboe() -> Part {
    let mut part = Part::new("Oboe", 4, 68, 104, 56, 55);
    part.phrase(3.0 * ROUND, 100.0, 116.0);
    part.line(3.0 * ROUND, 1.0, &LEAPS, 0, 76);
    part
}

fn harp() -> Part {
    let mut part = Part::new("Harp", 5, 46, 112, 92, 60);
    for start in [2.0 * ROUND, 5.0 * ROUND] {
        for (i, chord) in CHORDS.iter().enumerate() {
            let beat = start + 2.0 * i as f64;
            let up = [chord[0], chord[1], chord[2], chord[0] + 12, chord[1] + 12, chord[0] + 12, chord[2], chord[1]];
            for (step, key) in up.into_iter().enumerate() {
                part.note(beat + 0.25 * step as f64, 0.6, key, 52 + if step == 0 { 8 } else { 0 });
            }
        }
    }
    // A sweep up into the fifth round and one into the last chord.
    let scale = [62, 64, 66, 67, 69, 71, 73, 74, 76, 78, 79, 81, 83, 85];
    for (i, key) in scale.into_iter().enumerate() {
        part.note(4.0 * ROUND - 1.0 + i as f64 / 14.0, 0.5, key, 56 + i as i64 * 2);
    }
    for (i, key) in [50, 57, 62, 66, 69, 74, 78, 81, 86, 90, 93].into_iter().enumerate() {
        part.note(ENDING + 0.1 * i as f64, 4.0, key, 60 - i as i64);
    }
    part
}

fn guitar() -> Part {
    let mut part = Part::new("Guitar", 6, 25, 108, 34, 40);
    for (start, dynamic) in [(3.0 * ROUND, 64), (4.0 * ROUND, 68)] {
        for (i, chord) in CHORDS.iter().enumerate() {
            let beat = start + 2.0 * i as f64;
            let pattern = [GROUND[i], chord[0], chord[1], chord[2]];
            for (step, key) in pattern.into_iter().enumerate() {
                part.note(beat + 0.5 * step as f64, 0.9, key, dynamic + if step == 0 { 8 } else { -4 });
            }
            for (string, &key) in chord.iter().enumerate() {
                part.note(beat + 1.5 + 0.03 * string as f64, 0.5, key, dynamic - 12);
            }
        }
    }
    part
}

fn bass() -> Part {
    let mut part = Part::new("Bass", 7, 32, 120, 62, 16);
    for round in 2..5 {
        for (i, &key) in GROUND.iter().enumerate() {
            let beat = f64::from(round) * ROUND + 2.0 * i as f64;
            let key = if key > 45 { key - 12 } else { key };
            let dynamic = 74 + 4 * i64::from(round - 2);
            part.note(beat, if round == 2 { 1.8 } else { 1.3 }, key, dynamic);
            if round > 2 {
                part.note(beat + 1.5, 0.45, key, dynamic - 14);
            }
        }
    }
    part.note(ENDING, 6.0, 38, 66);
    part
}

fn horns() -> Part {
    let mut part = Part::new("Horns", 8, 60, 104, 76, 65);
    part.phrase(4.0 * ROUND, 98.0, 114.0);
    part.line(4.0 * ROUND, 2.0, &DESCENT, -12, 80);
    part.line(4.0 * ROUND, 2.0, &THIRDS, -12, 74);
    part.swell(ENDING, ENDING + 6.0, 93.0, 24.0);
    for key in [50, 57, 66] {
        part.note(ENDING, 6.0, key, 56);
    }
    part
}

fn choir() -> Part {
    let mut part = Part::new("Choir", 10, 52, 94, 64, 75);
    part.phrase(4.0 * ROUND, 93.0, 113.0);
    part.chords(4.0 * ROUND, 0, 76);
    part.phrase(5.0 * ROUND, 80.0, 93.0);
    part.chords(5.0 * ROUND, 0, 58);
    part.swell(ENDING, ENDING + 6.0, 90.0, 18.0);
    for key in [62, 66, 69, 74] {
        part.note(ENDING, 6.0, key, 58);
    }
    part
}

fn bells() -> Part {
    let mut part = Part::new("Glockenspiel", 11, 9, 90, 84, 70);
    part.line(4.0 * ROUND, 2.0, &DESCENT, 12, 62);
    for (i, &key) in DESCENT.iter().enumerate() {
        part.note(5.0 * ROUND + 2.0 * i as f64 + 1.0, 1.0, key + 12, 50);
    }
    part.note(ENDING + 1.2, 4.0, 98, 48);
    part
}

fn drums() -> Part {
    const KICK: u8 = 36;
    const STICK: u8 = 37;
    const SNARE: u8 = 38;
    const HAT: u8 = 42;
    const OPEN_HAT: u8 = 46;
    const CRASH: u8 = 49;
    const RIDE: u8 = 51;
    const TAMBOURINE: u8 = 54;
    let mut part = Part::new("Drums", 9, 0, 112, 64, 30);
    for bar in 8..20i32 {
        let start = 4.0 * f64::from(bar);
        let round = bar / 4;
        for eighth in 0..8 {
            let stress = if eighth % 2 == 0 { 10 } else { 0 };
            let last = bar % 4 == 3 && eighth == 7;
            let (key, dynamic) = match round {
                2 => (RIDE, 40),
                3 if last => (OPEN_HAT, 62),
                3 => (HAT, 52),
                _ => (RIDE, 58),
            };
            part.note(start + 0.5 * f64::from(eighth), 0.25, key, dynamic + stress);
        }
        let (kick, back) = if round == 2 { (56, STICK) } else { (80, SNARE) };
        part.note(start, 0.25, KICK, kick);
        part.note(start + 2.0, 0.25, KICK, kick - 6);
        if round > 2 {
            part.note(start + 2.5, 0.25, KICK, kick - 14);
        }
        for beat in [1.0, 3.0] {
            part.note(start + beat, 0.25, back, if round == 2 { 46 } else { 58 + 4 * i64::from(round) });
            if round == 4 {
                part.note(start + beat, 0.25, TAMBOURINE, 52);
            }
        }
    }
    // A roll on the toms into the fifth round, a cymbal on its first beat.
    for (i, key) in [48, 48, 47, 47, 45, 45, 43, 43].into_iter().enumerate() {
        part.note(4.0 * ROUND - 2.0 + 0.25 * i as f64, 0.25, key, 60 + 4 * i as i64);
    }
    for (beat, dynamic) in [(3.0 * ROUND, 60), (4.0 * ROUND, 86), (4.5 * ROUND, 66), (5.0 * ROUND, 70), (ENDING, 44)] {
        part.note(beat, 1.0, CRASH, dynamic);
    }
    part.note(5.0 * ROUND, 0.5, KICK, 70);
    part
}

#[allow(dead_code, reason = "the test that includes this file calls only piece()")]
fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: make_demo SONG.mid");
        return ExitCode::from(2);
    };
    match piece().write(Path::new(&path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
