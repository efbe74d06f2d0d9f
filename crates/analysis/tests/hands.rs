//! One hand of a piece for piano.

use rae_analysis::{Expected, Hand, HandError, Part, PlayedNote, SPLIT, Settings, Status, assess, played_notes};
use rae_midi::{Division, Event, Format, Message, Meta, Sequence, TextKind, TimeSignature, Track, TrackEvent};

/// Keys one after another, a second each, on a channel.
fn track(name: &str, channel: u16, keys: &[u8]) -> Track {
    let name = Event::Meta(Meta::Text { kind: TextKind::TrackName, bytes: name.into() });
    let mut events = vec![TrackEvent { tick: 0, event: name }];
    for (second, &key) in (0..).zip(keys) {
        let on = Event::Channel { channel: channel as u8, message: Message::NoteOn { key, velocity: 80 } };
        let off = Event::Channel { channel: channel as u8, message: Message::NoteOff { key, velocity: 0 } };
        events.push(TrackEvent { tick: second * 960, event: on });
        events.push(TrackEvent { tick: second * 960 + 900, event: off });
    }
    events.push(TrackEvent { tick: keys.len() as u64 * 960, event: Event::Meta(Meta::EndOfTrack) });
    Track { events }
}

fn song(tracks: Vec<Track>) -> Sequence {
    Sequence { format: Format::Simultaneous, division: Division::TicksPerQuarter(480), tracks }
}

fn keys(song: &Sequence, part: Part, hand: Hand) -> Vec<u8> {
    let part = part.of_hand(song, hand, SPLIT).unwrap();
    Expected::new(song, &part).notes().iter().map(|note| note.pitch).collect()
}

const HIGH: [u8; 3] = [72, 74, 76];
const LOW: [u8; 3] = [48, 50, 52];

fn both(song: &Sequence) -> (Vec<u8>, Vec<u8>) {
    (keys(song, Part::default(), Hand::Right), keys(song, Part::default(), Hand::Left))
}

#[test]
fn names_come_first_then_pitch() {
    // Crossed hands: the name counts, not the pitch.
    let named = song(vec![track("Left hand", 0, &HIGH), track("R.H.", 1, &LOW)]);
    assert_eq!(both(&named), (LOW.to_vec(), HIGH.to_vec()));
    let one_named = song(vec![track("linke Hand", 0, &HIGH), track("", 0, &LOW)]);
    assert_eq!(both(&one_named), (LOW.to_vec(), HIGH.to_vec()));
    for tracks in [[&LOW, &HIGH], [&HIGH, &LOW]] {
        let unnamed =
            song(vec![track("Conductor", 0, &[]), track("Piano", 0, tracks[0]), track("Piano", 0, tracks[1])]);
        assert_eq!(both(&unnamed), (HIGH.to_vec(), LOW.to_vec()));
    }
    let four =
        song(vec![track("RH", 0, &HIGH), track("LH", 0, &LOW), track("RH 2", 1, &[80]), track("Violin", 2, &[90])]);
    assert_eq!(both(&four), (vec![72, 80, 74, 76], LOW.to_vec()));
}

#[test]
fn one_track_is_parted_by_channel_or_by_key() {
    let mut channels = track("Piano", 0, &LOW);
    channels.events.splice(1..1, track("", 1, &HIGH).events.drain(1..7));
    channels.events.sort_by_key(|event| event.tick);
    let end = channels.events.iter().position(|event| event.event == Event::Meta(Meta::EndOfTrack)).unwrap();
    let end = channels.events.remove(end);
    channels.events.push(end);
    assert_eq!(both(&song(vec![channels])), (HIGH.to_vec(), LOW.to_vec()));
    let one = song(vec![track("Piano", 0, &[48, 59, 60, 72])]);
    assert_eq!(both(&one), (vec![60, 72], vec![48, 59]));
    let part = Part::default().of_hand(&one, Hand::Left, 49).unwrap();
    assert_eq!(Expected::new(&one, &part).notes().len(), 1);
}

#[test]
fn what_is_written_is_split_and_only_the_chosen_tracks_count() {
    let three = song(vec![track("Flute", 3, &[90]), track("Piano", 0, &HIGH), track("Piano", 0, &LOW)]);
    let piano = Part { tracks: vec![2, 3], transpose: 12, ..Part::default() };
    assert_eq!(keys(&three, piano, Hand::Left), [60, 62, 64]);
    let unclear = Part::default().of_hand(&three, Hand::Left, SPLIT);
    assert_eq!(unclear, Err(HandError::Unclear { what: "tracks", count: 3 }));
    assert!(unclear.unwrap_err().to_string().contains("3 tracks"));
    let right = song(vec![track("RH 1", 0, &HIGH), track("RH 2", 0, &LOW)]);
    assert_eq!(Part::default().of_hand(&right, Hand::Left, SPLIT), Err(HandError::OtherHand { count: 2 }));
    assert_eq!(keys(&right, Part::default(), Hand::Right).len(), 6);
    assert_eq!(both(&song(vec![track("", 9, &HIGH)])), (vec![], vec![]));
}

#[test]
fn bars_begin_where_they_are_written_not_at_their_first_note() {
    // 4/4 at 120: a bar lasts two seconds; the first has a rest of a second, the third is empty.
    let mut notes = track("", 0, &[60, 62, 64, 65, 67, 69, 71]);
    notes.events.retain(|event| !matches!(event.tick, 0 | 900 | 3840..=5700) || matches!(event.event, Event::Meta(_)));
    let expected = Expected::new(&song(vec![notes]), &Part::default());
    let onsets: Vec<f64> = expected.notes().iter().map(|note| note.onset).collect();
    assert_eq!(onsets, [1.0, 2.0, 3.0, 6.0]);
    assert_eq!(expected.bar_starts(), [(1, 0.0), (2, 2.0), (3, 4.0), (4, 6.0), (5, 7.0)]);
}

#[test]
fn beats_last_until_the_next_one_begins() {
    // 3/4 at 120, then 6/8, of whose two beats the second is three times slower.
    let mut notes = track("", 0, &[60, 62, 64, 65, 67, 69]);
    let meta = |tick, meta| TrackEvent { tick, event: Event::Meta(meta) };
    let three_four = Meta::TimeSignature(TimeSignature::new(3, 2));
    let six_eight = Meta::TimeSignature(TimeSignature { clocks_per_click: 36, ..TimeSignature::new(6, 3) });
    notes.events.extend([meta(0, three_four), meta(1440, six_eight), meta(2160, Meta::Tempo(1_500_000))]);
    notes.events.sort_by_key(|event| event.tick);
    let expected = Expected::new(&song(vec![notes]), &Part { bars: Some(1..=2), ..Part::default() });
    for (time, bar, beat) in
        [(0.25, 1, 1.5), (1.25, 1, 3.5), (1.5, 2, 1.0), (1.875, 2, 1.5), (2.25, 2, 2.0), (3.375, 2, 2.5)]
    {
        assert_eq!(expected.beat_at(time), Some((bar, beat)), "{time} s");
    }
    let last = expected.beat_at(4.5).unwrap();
    assert!(last.0 == 2 && (2.99..3.0).contains(&last.1), "a bar of two beats has no third: {last:?}");
    assert_eq!(expected.beat_at(4.6), None);
}

#[test]
fn what_the_other_hand_plays_is_not_held_against_this_one() {
    let right: Vec<u8> = (0..24).map(|n| 72 + [0, 2, 4, 5, 7, 4][n % 6]).collect();
    let left: Vec<u8> = (0..24).map(|n| 48 + [0, 7, 4, 7, 5, 9][n % 6]).collect();
    let piece = song(vec![track("RH", 0, &right), track("LH", 0, &left)]);
    let part = Part::default().of_hand(&piece, Hand::Right, SPLIT).unwrap();
    let expected = Expected::new(&piece, &part);
    let alone = played_notes(&song(vec![track("", 0, &right)]));
    let both: Vec<PlayedNote> = played_notes(&piece);
    for heard in [&alone, &both] {
        let assessment = assess(&expected, heard, &Settings::default());
        assert_eq!((assessment.pitch_accuracy, assessment.counts.correct), (Some(1.0), 24));
    }
    // A missed note is not covered up by the other hand's, and what nobody plays is still added.
    let mut faulty: Vec<PlayedNote> =
        both.iter().copied().filter(|note| note.onset != 10.0 || note.pitch < 60).collect();
    faulty.push(PlayedNote { onset: 15.5, pitch: 90, ..both[0] });
    let assessment = assess(&expected, &faulty, &Settings::default());
    assert_eq!(assessment.notes[10].status, Status::Missed);
    assert_eq!((assessment.counts.missed, assessment.counts.wrong_pitch, assessment.counts.extra), (1, 0, 1));
}

#[test]
fn what_is_played_before_and_after_chosen_bars_is_not_held_against_the_player() {
    let right: Vec<u8> = (0..48usize).map(|n| 72 + (n * n * n % 23) as u8).collect();
    let left: Vec<u8> = (0..48).map(|n| 48 + [0, 7, 4, 7, 5, 9][n % 6]).collect();
    let piece = song(vec![track("RH", 0, &right), track("LH", 0, &left)]);
    let part = Part { bars: Some(9..=16), ..Part::default() }.of_hand(&piece, Hand::Right, SPLIT).unwrap();
    // Slower and slower, so that nothing can be told of notes that are far away.
    let slowing = |note: &PlayedNote| PlayedNote { onset: note.onset * (1.0 + 0.003 * note.onset), ..*note };
    let mut heard: Vec<PlayedNote> = played_notes(&piece).iter().map(slowing).collect();
    let assessment = assess(&Expected::new(&piece, &part), &heard, &Settings::default());
    assert_eq!((assessment.reason, assessment.pitch_accuracy), (None, Some(1.0)));
    heard.push(PlayedNote { onset: heard[48].onset + 0.4, pitch: 100, ..heard[48] });
    let assessment = assess(&Expected::new(&piece, &part), &heard, &Settings::default());
    assert_eq!(assessment.counts.extra, 1, "within them it is");
}

#[test]
fn of_a_key_struck_twice_the_first_stroke_is_released_first() {
    let mut notes = track("", 0, &[60, 60]);
    notes.events[2].tick = 1200; // Released after the second stroke at 960.
    notes.events.sort_by_key(|event| event.tick);
    let expected = Expected::new(&song(vec![notes]), &Part::default());
    let lengths: Vec<f64> = expected.notes().iter().map(|note| (note.duration * 1e6).round() / 1e6).collect();
    assert_eq!(lengths, [1.25, 0.9375]);
}
