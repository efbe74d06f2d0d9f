//! Other channels, other programs.

use std::collections::{BTreeMap, BTreeSet};

use crate::edit::Scope;
use crate::{Error, Event, Format, Message, Meta, Sequence, TrackEvent};

/// Moves channels (0 to 15) of every port, with the channel prefixes of their meta events. Channels that the map does not
/// name stay; several may become one.
///
/// # Errors
/// [`Error::Setting`] for a channel above 15.
pub fn map_channels(mut sequence: Sequence, map: &BTreeMap<u8, u8>) -> Result<Sequence, Error> {
    if let Some(channel) = map.iter().flat_map(|(from, to)| [from, to]).find(|&&channel| channel > 15) {
        return Err(Error::Setting { what: format!("channel {} is mapped; choose 1 to 16", u16::from(*channel) + 1) });
    }
    for event in sequence.tracks.iter_mut().flat_map(|track| &mut track.events) {
        if let Event::Channel { channel, .. } | Event::Meta(Meta::ChannelPrefix(channel)) = &mut event.event {
            *channel = *map.get(channel).unwrap_or(channel);
        }
    }
    Ok(sequence)
}

/// Exchanges programs (0 to 127); those of drums only where the scope names their channel. If the map names program 0,
/// channels that play a note before they choose a program, which sound with program 0, choose theirs at the start.
///
/// # Errors
/// [`Error::Setting`] for a program above 127.
pub fn map_programs(mut sequence: Sequence, map: &BTreeMap<u8, u8>, scope: &Scope) -> Result<Sequence, Error> {
    if let Some(program) = map.iter().flat_map(|(from, to)| [from, to]).find(|&&program| program > 127) {
        return Err(Error::Setting { what: format!("program {program} is mapped; choose 0 to 127") });
    }
    let pitched = scope.pitched(&sequence);
    pitched.for_each_message(&mut sequence, |message| {
        if let Message::ProgramChange { program } = message {
            *program = *map.get(program).unwrap_or(program);
        }
    });
    if let Some(&program) = map.get(&0) {
        choose_at_start(&mut sequence, program, &pitched);
    }
    Ok(sequence)
}

/// Puts a program change before the first note of every channel that has none there. Patterns of format 2 go on with the
/// programs of those before.
fn choose_at_start(sequence: &mut Sequence, program: u8, scope: &Scope) {
    let is_independent = sequence.format == Format::Independent;
    // Of all tracks the earliest: (pattern, tick, track, place in it, is a note).
    let mut first: BTreeMap<u16, (usize, u64, usize, usize, bool)> = BTreeMap::new();
    for (index, track) in sequence.tracks.iter().enumerate() {
        let mut seen = BTreeSet::new();
        for (at, (event, channel)) in track.events.iter().zip(track.channels()).enumerate() {
            let (Some(channel), Event::Channel { message, .. }) = (channel, &event.event) else { continue };
            let is_note = matches!(message, Message::NoteOn { velocity: 1.., .. });
            if (is_note || matches!(message, Message::ProgramChange { .. })) && seen.insert(channel) {
                let pattern = if is_independent { index } else { 0 };
                let candidate = (pattern, event.tick, index, at, is_note);
                first.entry(channel).and_modify(|earliest| *earliest = candidate.min(*earliest)).or_insert(candidate);
            }
        }
    }
    let mut wanted: Vec<(usize, usize, u16)> = first
        .into_iter()
        .filter(|(channel, (_, _, index, _, is_note))| *is_note && scope.has(*index, *channel))
        .map(|(channel, (_, _, index, at, _))| (index, at, channel))
        .collect();
    // From the back, so that places stay right.
    wanted.sort_unstable_by(|one, other| other.cmp(one));
    for (index, at, channel) in wanted {
        let events = &mut sequence.tracks[index].events;
        let message = Message::ProgramChange { program };
        let event = Event::Channel { channel: (channel % 16) as u8, message };
        events.insert(at, TrackEvent { tick: events[at].tick, event });
    }
}
