//! Channel and program maps.

use std::collections::BTreeMap;

use rae_midi::edit::{Scope, map_channels, map_programs};
use rae_midi::{Error, Format, Message, Meta, Sequence, TrackEvent};

use super::{note, song};
use crate::common::{channel, meta, note_on};

fn program(tick: u64, channel_number: u8, program: u8) -> TrackEvent {
    channel(tick, channel_number, Message::ProgramChange { program })
}

#[test]
fn channels_move_with_their_prefixes() {
    let track = |prefix, one, other| {
        let port = meta(0, Meta::Port(1));
        vec![meta(0, Meta::ChannelPrefix(prefix)), note_on(0, one, 60, 1), port, note_on(1, other, 61, 1)]
    };
    let map = BTreeMap::from([(0, 4), (4, 0)]);
    assert_eq!(map_channels(song([track(4, 0, 4)]), &map).unwrap(), song([track(0, 4, 0)]));
    assert_eq!(map_channels(song([track(7, 2, 3)]), &map).unwrap(), song([track(7, 2, 3)]));
    assert!(matches!(map_channels(song([]), &BTreeMap::from([(0, 16)])), Err(Error::Setting { .. })));
}

#[test]
fn programs_are_exchanged_drum_kits_stay() {
    let track = |lead, kit| vec![program(0, 0, lead), program(0, 9, kit)];
    let map = BTreeMap::from([(5, 6), (6, 5)]);
    assert_eq!(map_programs(song([track(5, 5)]), &map, &Scope::ALL).unwrap(), song([track(6, 5)]));
    assert_eq!(map_programs(song([track(6, 6)]), &map, &Scope::channels([9])).unwrap(), song([track(6, 5)]));
    let wrong = BTreeMap::from([(128, 0)]);
    assert!(matches!(map_programs(song([]), &wrong, &Scope::ALL), Err(Error::Setting { .. })));
}

#[test]
fn a_piano_that_nobody_chose_is_exchanged_too() {
    let map = BTreeMap::from([(0, 19)]);
    let late = [&note(0, 60, 10, 20)[..], &[program(30, 0, 0)], &note(0, 62, 40, 50)].concat();
    let expected =
        [&[program(10, 0, 19)], &note(0, 60, 10, 20)[..], &[program(30, 0, 19)], &note(0, 62, 40, 50)].concat();
    assert_eq!(map_programs(song([late]), &map, &Scope::ALL).unwrap(), song([expected]));
    // The program may be chosen on another track.
    let elsewhere = song([vec![program(5, 0, 3)], note(0, 60, 10, 20).to_vec(), note(9, 35, 0, 20).to_vec()]);
    assert_eq!(map_programs(elsewhere.clone(), &map, &Scope::ALL).unwrap(), elsewhere);
    // Of independent patterns the first in turn counts, not the one with the earliest tick.
    let patterns = |first: Vec<TrackEvent>| {
        let second = [vec![program(0, 0, 3)], note(0, 62, 0, 9).to_vec()].concat();
        Sequence { format: Format::Independent, ..song([first, second]) }
    };
    let first = note(0, 60, 10, 20).to_vec();
    let chosen = [vec![program(10, 0, 19)], first.clone()].concat();
    assert_eq!(map_programs(patterns(first), &map, &Scope::ALL).unwrap(), patterns(chosen));
    // Not outside the scope.
    let other = song([note(0, 60, 10, 20).to_vec()]);
    assert_eq!(map_programs(other.clone(), &map, &Scope::channels([1])).unwrap(), other);
}
