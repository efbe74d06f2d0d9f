//! What stays and what goes.

use proptest::prelude::*;
use rae_midi::edit::{Scope, Strip, keep, remove, strip};
use rae_midi::{Event, Meta, TextKind, TrackEvent};

use super::{any_song, assert_valid, note, onsets, played, song};
use crate::common::meta;

fn text(kind: TextKind) -> TrackEvent {
    meta(0, Meta::Text { kind, bytes: b"x".into() })
}

#[test]
fn removed_tracks_leave_tempo_and_metre() {
    let conductor = vec![text(TextKind::TrackName), meta(0, Meta::Tempo(400_000))];
    let mixed = [vec![meta(5, Meta::Tempo(300_000))], note(1, 61, 5, 9).to_vec()].concat();
    let sequence = song([conductor, mixed, note(0, 60, 0, 9).to_vec()]);
    let only_last = keep(sequence.clone(), &Scope::tracks([2]));
    let mut expected =
        song([vec![meta(0, Meta::Tempo(400_000))], vec![meta(5, Meta::Tempo(300_000))], note(0, 60, 0, 9).to_vec()]);
    expected.tracks[1].events.last_mut().unwrap().tick = 9;
    assert_eq!(only_last, expected);
    assert_eq!(remove(sequence.clone(), &Scope::tracks([0, 1])), expected);
    assert_eq!(remove(sequence, &Scope::tracks([2])).tracks.len(), 2);
}

#[test]
fn messages_for_the_whole_instrument_stay_with_their_port() {
    let sysex = |data: &[u8]| TrackEvent { tick: 0, event: Event::SysEx(data.into()) };
    let first = vec![meta(0, Meta::Port(1)), sysex(&[0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7]), text(TextKind::Text)];
    let sequence = song([
        [first.clone(), note(0, 60, 0, 9).to_vec()].concat(),
        vec![meta(0, Meta::Port(2))],
        note(1, 61, 0, 9).to_vec(),
    ]);
    let kept = keep(sequence.clone(), &Scope::tracks([2]));
    let mut expected = song([first[..2].to_vec(), note(1, 61, 0, 9).to_vec()]);
    expected.tracks[0].events.last_mut().unwrap().tick = 9;
    assert_eq!(kept, expected);
    assert_eq!(remove(sequence, &Scope::tracks([0, 1])), expected);
}

#[test]
fn channels_go_from_their_tracks_only() {
    let both = [note(0, 60, 0, 9), note(1, 61, 9, 9)].concat();
    let sequence = song([both.clone(), both]);
    assert_eq!(onsets(&remove(sequence.clone(), &Scope::channels([0]))).len(), 2);
    let scope = Scope { channels: Some([0].into()), ..Scope::tracks([1]) };
    assert_eq!(
        remove(sequence, &scope),
        song([[note(0, 60, 0, 9), note(1, 61, 9, 9)].concat(), note(1, 61, 9, 9).to_vec()])
    );
}

#[test]
fn stripping_takes_what_is_named() {
    let sysex = TrackEvent { tick: 0, event: Event::SysEx([0xF7].into()) };
    let escape = TrackEvent { tick: 0, event: Event::Escape([0xF8].into()) };
    let private = meta(0, Meta::SequencerSpecific([1].into()));
    let name = text(TextKind::TrackName);
    let all = [vec![name.clone(), text(TextKind::Lyric), sysex, escape, private], note(0, 60, 0, 9).to_vec()].concat();
    let sequence = song([all, vec![], vec![text(TextKind::Marker)]]);
    assert_eq!(strip(sequence.clone(), &Strip::default()), sequence);
    assert_eq!(strip(sequence.clone(), &Strip { empty_tracks: true, ..Strip::default() }).tracks.len(), 2);
    let bare = Strip { sysex: true, text: true, private: true, empty_tracks: true };
    assert_eq!(strip(sequence, &bare), song([[vec![name], note(0, 60, 0, 9).to_vec()].concat()]));
}

proptest! {
    #[test]
    fn what_is_kept_and_what_is_removed_are_the_whole(sequence in any_song(), channels in any::<u16>()) {
        let scope = Scope::channels((0..4096).filter(|channel| channels >> (channel % 16) & 1 == 1));
        let (kept, rest) = (keep(sequence.clone(), &scope), remove(sequence.clone(), &scope));
        assert_valid(&kept);
        assert_valid(&rest);
        prop_assert_eq!(onsets(&kept).len() + onsets(&rest).len(), onsets(&sequence).len());
        let of = |sequence| played(sequence).into_iter().filter(|(_, action)| match action {
            rae_midi::Action::Channel { channel, .. } => scope.has_channel(*channel),
            rae_midi::Action::SysEx { .. } => false,
        }).collect::<Vec<_>>();
        prop_assert_eq!(of(&kept), of(&sequence));
    }
}
