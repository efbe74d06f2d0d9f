//! Players of the built-in instruments, in a room, followed: truth is how they were made to play.

use rust_audio_engine::analysis::{FollowedNote, Status};
use rust_audio_engine::midi::{Division, Event, Format, Message, Meta, Parsed, Sequence, Track, TrackEvent};
use rust_audio_engine::{
    AssessmentSettings, Engine, RenderSettings, SampleRate, SoundFontChoice, follow_performance, unobserved,
};

const RATE: u32 = 44_100;

/// Ticks of a quarter note, half a second.
const QUARTER: f64 = 480.0;

/// A quarter note's seconds as written.
const BEAT: f64 = 0.5;

/// Beats, beats long, key.
type Note = (f64, f64, u8);

/// Twelve bars; no two of them are alike.
fn piece(chords: bool) -> Vec<Note> {
    const SCALE: [u8; 10] = [67, 69, 71, 72, 74, 76, 77, 79, 81, 83];
    let mut notes = Vec::new();
    let mut state = 7u32;
    let mut dice = |sides: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % sides
    };
    let (mut at, mut degree) = (0.0, 4u32);
    while at < 48.0 {
        let length = [0.5, 0.5, 1.0, 1.0][dice(4) as usize];
        notes.push((at, length, SCALE[degree as usize]));
        degree = (degree + 1 + dice(9)) % 10;
        if chords && at == f64::floor(at) && (at as u32).is_multiple_of(2) {
            let root = [43, 48, 50, 52][dice(4) as usize];
            notes.extend([root, root + 4, root + 7].map(|key| (at, 1.8, key)));
        }
        at += length;
    }
    notes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
    notes
}

fn song(notes: &[Note], program: u8) -> Parsed {
    let channel = |tick, message| TrackEvent { tick, event: Event::Channel { channel: 0, message } };
    let mut events = vec![channel(0, Message::ProgramChange { program })];
    for &(beat, length, key) in notes {
        events.push(channel((beat * QUARTER) as u64, Message::NoteOn { key, velocity: 85 }));
        events.push(channel(((beat + 0.9 * length) * QUARTER) as u64, Message::NoteOff { key, velocity: 64 }));
    }
    events.sort_by_key(|event| event.tick);
    let tick = events.last().map_or(0, |event| event.tick);
    events.push(TrackEvent { tick, event: Event::Meta(Meta::EndOfTrack) });
    let division = Division::TicksPerQuarter(QUARTER as u16);
    Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events }] }.into()
}

/// A player: when a beat is played, in beats, and which are left out.
struct Player {
    ratio: f64,
    skipped: std::ops::Range<f64>,
}

impl Player {
    /// Begins after two beats; the tempo swings by a fifth, once in 20 beats.
    fn at(&self, beat: f64) -> f64 {
        let swing = std::f64::consts::TAU / 20.0;
        let warped = |beat: f64| self.ratio * (beat - 0.2 / swing * ((swing * beat).cos() - 1.0));
        let skipped = warped(self.skipped.end) - warped(self.skipped.start);
        2.0 + warped(beat) - if beat >= self.skipped.end { skipped } else { 0.0 }
    }

    /// The beat at a time in beats.
    fn beat(&self, time: f64) -> f64 {
        let (mut low, mut high) =
            if time < self.at(self.skipped.start) { (0.0, self.skipped.start) } else { (self.skipped.end, 60.0) };
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if self.at(middle) < time { low = middle } else { high = middle }
        }
        low
    }
}

/// Every eleventh note is wrong, every seventeenth left out.
fn status(index: usize, beat: f64, player: &Player) -> Status {
    if index % 17 == 16 || player.skipped.contains(&beat) {
        Status::Missed
    } else if index % 11 == 10 {
        Status::WrongPitch
    } else {
        Status::Correct
    }
}

/// Looks more than 300 ms of the score away, looks, verdicts that differ, verdicts.
fn follow(program: u8, chords: bool, player: &Player) -> [usize; 4] {
    let notes = piece(chords);
    let played = notes.iter().enumerate().filter_map(|(index, &(beat, length, key))| {
        let (from, to) = (player.at(beat), player.at(beat + 0.9 * length));
        match status(index, beat, player) {
            Status::Correct => Some((from, to - from, key)),
            Status::WrongPitch => Some((from, to - from, key + 1)),
            Status::Missed => None,
        }
    });
    let engine = Engine::open(SoundFontChoice::Builtin).unwrap();
    let settings = RenderSettings { rate: SampleRate::new(RATE).unwrap(), ..Default::default() };
    let rendering = engine.render(song(&played.collect::<Vec<_>>(), program), &settings, &mut unobserved).unwrap();
    let mono: Vec<f32> =
        rendering.audio.channel(0).iter().zip(rendering.audio.channel(1)).map(|(l, r)| 0.5 * (l + r)).collect();
    let mut follower = follow_performance(&song(&notes, program), RATE, &AssessmentSettings::default()).unwrap();
    let (mut late, mut looks) = (0, 0);
    let jumps = player.at(player.skipped.end);
    for (block, samples) in mono.chunks(4410).enumerate() {
        follower.push(samples);
        let time = 0.1 * (block + 1) as f64 / BEAT;
        let settled = time > player.at(0.0) + 6.0 && !(jumps - 1.0..jumps + 8.0).contains(&time);
        if settled && time < player.at(notes[notes.len() - 1].0) {
            looks += 1;
            let score = BEAT * player.beat(time);
            let place = follower.position();
            let near = place.is_some_and(|place| (place.score_s - score).abs() <= 0.3 && place.playing);
            late += usize::from(!near);
            if let Some(place) = place {
                let beats = 4.0 * (place.bar - 1) as f64 + place.beat.unwrap() - 1.0;
                assert!((BEAT * beats - place.score_s).abs() < 1e-6, "{place:?}");
            }
        }
    }
    let verdicts: Vec<FollowedNote> = follower.finish().to_vec();
    let differs = |(index, note): (usize, &FollowedNote)| {
        let wanted = status(index, notes[index].0, player);
        note.status != Some(wanted) && !(wanted == Status::Missed && note.status.is_none())
    };
    [late, looks, verdicts.iter().enumerate().filter(|note| differs(*note)).count(), verdicts.len()]
}

#[test]
fn pianos_violins_and_guitars_are_followed_through_changes_of_tempo_mistakes_and_a_skip() {
    let mut sums = [0; 4];
    for (program, chords) in [(0, true), (40, false), (24, true)] {
        for (ratio, skipped) in [(0.85, 48.0..48.0), (1.3, 20.0..32.0)] {
            let found = follow(program, chords, &Player { ratio, skipped: skipped.clone() });
            println!("program {program}, {ratio} times as long, skips {skipped:?}: {found:?}");
            sums.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
        }
    }
    let [late, looks, different, verdicts] = sums;
    assert!(looks > 500 && late * 20 <= looks, "{late} of {looks} looks");
    assert!(different * 10 <= verdicts, "{different} of {verdicts} verdicts");
}
