//! What stays and what goes.

use std::collections::BTreeSet;

use crate::edit::Scope;
use crate::{Event, Format, Meta, Sequence, TextKind, Track, TrackEvent};

/// What to take out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strip {
    /// System exclusive messages and escapes.
    pub sysex: bool,
    /// Words of all kinds but the names of tracks: text, copyright, lyrics, markers, cue points and others.
    pub text: bool,
    /// Events for one maker's sequencers and of unknown types.
    pub private: bool,
    /// Tracks that say nothing but where they end.
    pub empty_tracks: bool,
}

/// Takes events and tracks out.
pub fn strip(mut sequence: Sequence, what: &Strip) -> Sequence {
    for track in &mut sequence.tracks {
        track.events.retain(|event| match &event.event {
            Event::SysEx(_) | Event::Escape(_) => !what.sysex,
            Event::Meta(Meta::Text { kind, .. }) => !what.text || *kind == TextKind::TrackName,
            Event::Meta(Meta::SequencerSpecific(_) | Meta::Unknown { .. }) => !what.private,
            _ => true,
        });
    }
    if what.empty_tracks {
        sequence.tracks.retain(|track| track.events.len() > 1);
    }
    sequence
}

/// Keeps the tracks and channels of the scope. Of other tracks tempo and metre stay, because the whole sequence goes by
/// them, and system exclusive messages, which are for the whole instrument; words stay with their track.
pub fn keep(sequence: Sequence, scope: &Scope) -> Sequence {
    select(sequence, &|track| scope.has_track(track), &|_, channel| scope.has_channel(channel))
}

/// Removes the tracks and channels of the scope: whole tracks if it names no channels, else its channels on its tracks.
/// Tempo, metre and system exclusive messages stay, as with [`keep`]; [`strip`] takes those out.
pub fn remove(sequence: Sequence, scope: &Scope) -> Sequence {
    let whole = scope.channels.is_none();
    select(sequence, &|track| !(whole && scope.has_track(track)), &|track, channel| !scope.has(track, channel))
}

fn select(
    mut sequence: Sequence,
    keeps_track: &dyn Fn(usize) -> bool,
    keeps_channel: &dyn Fn(usize, u16) -> bool,
) -> Sequence {
    let independent = sequence.format == Format::Independent;
    let mut gone = BTreeSet::new();
    for (index, track) in sequence.tracks.iter_mut().enumerate() {
        if keeps_track(index) {
            keep_channels(track, &|channel| keeps_channel(index, channel));
        } else {
            track.events = shared(track);
            if track.events.len() <= 1 || independent {
                gone.insert(index);
            }
        }
    }
    let mut index = 0..;
    sequence.tracks.retain(|_| index.next().is_none_or(|index| !gone.contains(&index)));
    sequence
}

/// What of a track is for the whole sequence or instrument, and its end.
pub(crate) fn shared(track: &Track) -> Vec<TrackEvent> {
    let is_sent = |event: &TrackEvent| matches!(event.event, Event::SysEx(_) | Event::Escape(_));
    let sends = track.events.iter().any(is_sent);
    let stays = |event: &&TrackEvent| match event.event {
        Event::Meta(Meta::Tempo(_) | Meta::TimeSignature(_) | Meta::SmpteOffset(_) | Meta::EndOfTrack) => true,
        Event::Meta(Meta::Port(_)) => sends,
        _ => is_sent(event),
    };
    track.events.iter().filter(stays).cloned().collect()
}

fn keep_channels(track: &mut Track, keeps: &dyn Fn(u16) -> bool) {
    let stays: Vec<bool> = track.channels().map(|channel| channel.is_none_or(keeps)).collect();
    let mut stays = stays.into_iter();
    track.events.retain(|_| stays.next().unwrap_or(true));
}
