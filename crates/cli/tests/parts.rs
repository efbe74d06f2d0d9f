//! `rae analyze --bars --hand` with recordings of more than that: truth is how the performances were made.

use std::path::{Path, PathBuf};
use std::process::Command;

use rust_audio_engine::midi::{Division, Event, Format, Message, Meta, Sequence, TextKind, Track, TrackEvent};
use serde_json::Value;

/// Ticks of a quarter note, half a second; four of them are a bar.
const QUARTER: f64 = 480.0;

/// The right hand's quarters; bars 5 to 7 sound as bars 1 to 3 do.
const RIGHT: [u8; 32] = [
    72, 74, 76, 77, 79, 77, 76, 74, 72, 76, 79, 84, 83, 79, 77, 74, 72, 74, 76, 77, 79, 77, 76, 74, 72, 76, 79, 84, 81,
    77, 74, 72,
];
/// The left hand's.
const LEFT: [u8; 32] = [
    48, 55, 52, 55, 43, 50, 47, 50, 48, 55, 52, 55, 43, 50, 47, 50, 48, 55, 52, 55, 43, 50, 47, 50, 48, 55, 52, 55, 41,
    53, 43, 48,
];

/// Beats and keys.
type Strokes = Vec<(f64, u8)>;

fn hand(keys: &[u8]) -> Strokes {
    (0..).zip(keys).map(|(beat, &key)| (f64::from(beat), key)).collect()
}

fn track(name: &str, strokes: &Strokes) -> Track {
    let name = Event::Meta(Meta::Text { kind: TextKind::TrackName, bytes: name.into() });
    let mut events = vec![TrackEvent { tick: 0, event: name }];
    for &(beat, key) in strokes {
        let channel = |message| Event::Channel { channel: 0, message };
        let [from, to] = [beat, beat + 0.8].map(|beat| (beat * QUARTER) as u64);
        events.push(TrackEvent { tick: from, event: channel(Message::NoteOn { key, velocity: 90 }) });
        events.push(TrackEvent { tick: to, event: channel(Message::NoteOff { key, velocity: 64 }) });
    }
    events.sort_by_key(|event| event.tick);
    let end = events.last().map_or(0, |event| event.tick);
    events.push(TrackEvent { tick: end, event: Event::Meta(Meta::EndOfTrack) });
    Track { events }
}

fn written(folder: &Path, name: &str, tracks: Vec<Track>) -> PathBuf {
    let division = Division::TicksPerQuarter(QUARTER as u16);
    let path = folder.join(name);
    std::fs::write(&path, Sequence { format: Format::Simultaneous, division, tracks }.to_bytes()).unwrap();
    path
}

fn piece(folder: &Path) -> PathBuf {
    written(folder, "piece.mid", vec![track("RH", &hand(&RIGHT)), track("LH", &hand(&LEFT))])
}

fn rae(arguments: &[&str]) -> Vec<u8> {
    let done = Command::new(env!("CARGO_BIN_EXE_rae")).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

fn analyzed(recording: &Path, expected: &Path, options: &[&str]) -> Value {
    let files = [recording.to_str().unwrap(), expected.to_str().unwrap()];
    serde_json::from_slice(&rae(&[&["analyze", files[0], files[1], "--json"], options].concat())).unwrap()
}

/// A performance as MIDI, and as sound of the built-in piano, slower.
fn recordings(folder: &Path, name: &str, strokes: &Strokes) -> [PathBuf; 2] {
    let midi = written(folder, &format!("{name}.mid"), vec![track("", strokes)]);
    let sound = folder.join(format!("{name}.wav"));
    let [from, to] = [&midi, &sound].map(|path| path.to_str().unwrap());
    rae(&["render", from, "-o", to, "--soundfont", "builtin", "--tempo", "0.9", "--quiet"]);
    [midi, sound]
}

/// Both hands: the right one plays beat 6 wrong and leaves out 19, the left one leaves out 9 and plays 21 wrong; added are
/// a note of the right hand in bar 3 and one of the left in bar 6.
fn with_mistakes() -> Strokes {
    let (mut right, mut left) = (hand(&RIGHT), hand(&LEFT));
    (right[6].1, left[21].1) = (75, 49);
    right.remove(19);
    left.remove(9);
    let mut both = [right, left].concat();
    both.extend([(10.5, 81), (22.5, 45)]);
    both
}

/// Beats of notes that are not right, with their pitches and what they are, and added keys that are there rather than not.
fn mistakes(assessment: &Value) -> (Vec<(u64, u64, &str)>, Vec<u64>) {
    let notes = assessment["notes"].as_array().unwrap().iter();
    let wrong = notes.filter(|note| note["status"] != "correct").map(|note| {
        let beat = (2.0 * note["expected_onset_s"].as_f64().unwrap()).round() as u64;
        (beat, note["pitch"].as_u64().unwrap(), note["status"].as_str().unwrap())
    });
    let extras = assessment["extra_notes"].as_array().unwrap().iter();
    let extras = extras.filter(|extra| extra["confidence"].as_f64().unwrap() > 0.5);
    (wrong.collect(), extras.map(|extra| extra["pitch"].as_u64().unwrap()).collect())
}

/// Mistakes in these notes, and these added; in a recording of sound one more is doubtful at most.
fn assert_mistakes(assessment: &Value, recording: &Path, notes: &[(u64, u64, &str)], added: &[u64]) {
    assert_eq!(mistakes(assessment), (notes.to_vec(), added.to_vec()), "{}", recording.display());
    let doubtful = assessment["extra_notes"].as_array().unwrap().len() - added.len();
    let is_sound = recording.extension().is_some_and(|extension| extension == "wav");
    assert!(doubtful <= usize::from(is_sound), "{}: {}", recording.display(), assessment["extra_notes"]);
}

#[test]
fn bars_are_judged_alike_in_recordings_of_them_and_of_the_whole_piece() {
    let folder = tempfile::tempdir().unwrap();
    let piece = piece(folder.path());
    let whole = with_mistakes();
    for (number, (bars, wrong, extras)) in [
        ("1-3", vec![(6, 76, "wrong_pitch"), (9, 55, "missed")], vec![81]),
        ("5-7", vec![(19, 77, "missed"), (21, 50, "wrong_pitch")], vec![45]),
        ("3", vec![(9, 55, "missed")], vec![81]),
        ("8", vec![], vec![]),
    ]
    .into_iter()
    .enumerate()
    {
        let numbers: Vec<f64> = bars.split('-').map(|bar| bar.parse().unwrap()).collect();
        let (from, to) = (4.0 * (numbers[0] - 1.0), 4.0 * numbers[numbers.len() - 1]);
        let alone = whole.iter().filter(|stroke| (from..to).contains(&stroke.0));
        let alone: Strokes = alone.map(|&(beat, key)| (beat - from, key)).collect();
        let all = recordings(folder.path(), &format!("whole{number}"), &whole);
        let alone = recordings(folder.path(), &format!("alone{number}"), &alone);
        for recording in all.iter().chain(&alone) {
            let found = analyzed(recording, &piece, &["--bars", bars]);
            assert_mistakes(&found, recording, &wrong, &extras);
            assert_eq!((&found["restarts"], &found["reason"]), (&Value::Array(vec![]), &Value::Null), "{bars}");
            assert!(found["rhythm_accuracy"].as_f64().unwrap() > 0.98, "{bars}: {}", found["rhythm_accuracy"]);
        }
    }
}

#[test]
fn each_hand_answers_for_its_own_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let piece = piece(folder.path());
    let (right, left) = ([(6, 76, "wrong_pitch"), (19, 77, "missed")], [(9, 55, "missed"), (21, 50, "wrong_pitch")]);
    for recording in recordings(folder.path(), "both", &with_mistakes()) {
        let [of_right, of_left, bar] =
            [&["--hand", "right"][..], &["--hand", "left"], &["--hand", "right", "--bars", "6-"]]
                .map(|options| analyzed(&recording, &piece, options));
        assert_mistakes(&of_right, &recording, &right, &[81]);
        assert_mistakes(&of_left, &recording, &left, &[45]);
        assert_mistakes(&bar, &recording, &[], &[]);
    }
    // A hand alone answers for all that is heard.
    let mut alone = hand(&RIGHT);
    alone[6].1 = 75;
    alone.push((22.5, 45));
    for recording in recordings(folder.path(), "right", &alone) {
        let found = analyzed(&recording, &piece, &["--hand", "right"]);
        assert_eq!(mistakes(&found), (vec![(6, 76, "wrong_pitch")], vec![45]), "{}", recording.display());
    }
}

#[test]
fn restarts_count_where_chosen_bars_are_played_again() {
    let folder = tempfile::tempdir().unwrap();
    let piece = piece(folder.path());
    // As far as bar 4, again from bar 2 on.
    let both = [hand(&RIGHT), hand(&LEFT)].concat();
    let mut played: Strokes = both.iter().filter(|stroke| stroke.0 < 14.0).copied().collect();
    played.extend(both.iter().filter(|stroke| stroke.0 >= 4.0).map(|&(beat, key)| (beat + 11.0, key)));
    let [midi, _] = recordings(folder.path(), "again", &played);
    for (bars, bar) in [("1-8", Some(2)), ("3", Some(3)), ("3-4", Some(3)), ("1", None), ("5-8", None)] {
        let found = analyzed(&midi, &piece, &["--bars", bars]);
        assert_eq!(mistakes(&found), (vec![], vec![]), "{bars}");
        let restarts: Vec<_> = found["restarts"].as_array().unwrap().iter().map(|jump| jump["bar"].as_u64()).collect();
        assert_eq!(restarts, Vec::from_iter(bar.map(Some)), "{bars}");
        assert_eq!(found["abandoned"].as_array().unwrap().len(), usize::from(bar.is_some()), "{bars}");
    }
}

#[test]
fn what_was_not_recorded_of_the_piece_is_missed_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let piece = piece(folder.path());
    let start = |keys: &[u8]| hand(keys).into_iter().filter(|stroke| stroke.0 < 12.0).collect::<Strokes>();
    for recording in recordings(folder.path(), "start", &[start(&RIGHT), start(&LEFT)].concat()) {
        let found = analyzed(&recording, &piece, &["--bars", "8"]);
        assert_eq!((found["counts"]["missed"].as_u64(), found["counts"]["extra"].as_u64()), (Some(8), Some(0)));
        assert_eq!((found["pitch_accuracy"].as_f64(), found["completion"].as_f64()), (Some(0.0), Some(0.0)));
        assert!(found["notices"][0].as_str().unwrap().contains("other notes"), "{}", found["notices"]);
    }
}

fn counts(assessment: &Value) -> [u64; 4] {
    ["correct", "wrong_pitch", "missed", "extra"].map(|name| assessment["counts"][name].as_u64().unwrap())
}

#[test]
fn bars_with_mistakes_are_not_taken_for_others_that_sound_like_them() {
    let folder = tempfile::tempdir().unwrap();
    let piece = piece(folder.path());
    // Bars 1 to 4 with the ending of bar 8: as a whole they are what bars 5 to 8 ask for.
    let played = |keys: &[u8; 32]| hand(&[&keys[..12], &keys[28..]].concat());
    for recording in recordings(folder.path(), "ending", &[played(&RIGHT), played(&LEFT)].concat()) {
        // Two keys of the ending may be taken for the same ones of bar 4, a beat later.
        for (options, right) in [(&["--bars", "1-4"][..], 24), (&["--bars", "1-4", "--hand", "right"], 12)] {
            let found = analyzed(&recording, &piece, options);
            let statuses = found["notes"].as_array().unwrap().iter().map(|note| &note["status"]);
            let correct: Vec<usize> =
                (0..).zip(statuses).filter(|(_, status)| *status == "correct").map(|(n, _)| n).collect();
            assert_eq!(correct[..right], (0..right).collect::<Vec<_>>(), "{options:?} {}", recording.display());
            assert!(correct.len() < found["notes"].as_array().unwrap().len(), "{options:?} {}", recording.display());
        }
        assert_eq!(counts(&analyzed(&recording, &piece, &["--bars", "5-8"])), [32, 0, 0, 0], "{}", recording.display());
    }
}

#[test]
fn hands_answer_for_their_own_mistakes_in_any_octave() {
    let folder = tempfile::tempdir().unwrap();
    let piece = piece(folder.path());
    let [midi, _] = recordings(folder.path(), "octaves", &with_mistakes());
    for (hand, wrong, added) in [("right", 76, 81), ("left", 50, 45)] {
        let found = analyzed(&midi, &piece, &["--hand", hand, "--any-octave"]);
        let (notes, extras) = mistakes(&found);
        assert_eq!(notes.iter().map(|note| note.1).filter(|pitch| *pitch == wrong).count(), 1, "{hand}: {notes:?}");
        assert_eq!((notes.len(), extras), (2, vec![added]), "{hand}: {notes:?}");
    }
}

#[test]
fn keys_tried_before_and_after_count_for_no_bar() {
    let folder = tempfile::tempdir().unwrap();
    let piece = piece(folder.path());
    let later = |strokes: &[(f64, u8)], beats: f64| strokes.iter().map(|&(beat, key)| (beat + beats, key)).collect();
    let mut whole: Strokes = later(&with_mistakes(), 8.0);
    whole.extend([(0.0, 61), (1.0, 66), (47.0, 61), (48.0, 66)]);
    let [midi, _] = recordings(folder.path(), "tried", &whole);
    for (bars, wrong) in [("1-2", vec![(6, 76, "wrong_pitch")]), ("7-8", vec![])] {
        assert_eq!(mistakes(&analyzed(&midi, &piece, &["--bars", bars])), (wrong, vec![]), "{bars}");
    }
    let both = [hand(&RIGHT), hand(&LEFT)].concat().into_iter().filter(|stroke| stroke.0 >= 16.0);
    let mut both: Strokes = later(&both.collect::<Strokes>(), -16.0);
    both.extend([(22.0, 85), (23.0, 82)]);
    let [midi, _] = recordings(folder.path(), "tried after", &both);
    let found = analyzed(&midi, &piece, &["--hand", "right", "--bars", "5-8"]);
    assert_eq!(mistakes(&found), (vec![], vec![]));
}

#[test]
fn what_is_added_while_a_hand_holds_a_long_note_is_the_nearer_hand_s() {
    let folder = tempfile::tempdir().unwrap();
    let right: Strokes = (0..).zip([79, 81, 77, 76]).map(|(number, key)| (8.0 * f64::from(number), key)).collect();
    let tracks = vec![track("RH", &right), track("LH", &hand(&LEFT))];
    let piece = written(folder.path(), "long.mid", tracks);
    let played = [right, hand(&LEFT), vec![(4.5, 84), (20.5, 45)]].concat();
    let [midi, _] = recordings(folder.path(), "held", &played);
    for (hand, extras) in [("right", vec![84]), ("left", vec![45])] {
        assert_eq!(mistakes(&analyzed(&midi, &piece, &["--hand", hand])), (vec![], extras), "{hand}");
    }
}

#[test]
fn a_bar_may_be_one_chord() {
    let folder = tempfile::tempdir().unwrap();
    let chord = |beat| vec![(beat, 48), (beat, 64), (beat, 72)];
    let piece = written(folder.path(), "closing.mid", vec![track("", &[hand(&RIGHT), chord(32.0)].concat())]);
    let wrong = [chord(0.0), vec![(0.0, 66)]].concat();
    for (name, played, extras) in [("right", chord(0.0), 0), ("wrong", wrong, 1)] {
        let [midi, _] = recordings(folder.path(), name, &played);
        let found = analyzed(&midi, &piece, &["--bars", "9"]);
        assert_eq!((counts(&found), &found["reason"]), ([3, 0, 0, extras], &Value::Null), "{name}");
    }
}
