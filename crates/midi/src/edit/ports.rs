//! Events that keep their port when their order changes.

use crate::{Event, Meta, Track, TrackEvent};

/// An event and the port that it goes to.
pub(crate) type Ported = (u8, TrackEvent);

/// The port of each event of a track; a port event counts to the port that it names.
pub(crate) fn ports(track: &Track) -> impl Iterator<Item = u8> + '_ {
    track.events.iter().scan(0, |port, event| {
        if let Event::Meta(Meta::Port(number)) = event.event {
            *port = number;
        }
        Some(*port)
    })
}

/// The events of a track with their ports.
pub(crate) fn ported(track: Track) -> impl Iterator<Item = Ported> {
    let ports: Vec<u8> = ports(&track).collect();
    ports.into_iter().zip(track.events)
}

/// A track of these events in this order. Their port events stay if they still say the right ports, else there are others.
pub(crate) fn track_of(events: Vec<Ported>) -> Track {
    let mut current = 0;
    let right = events.iter().all(|(port, event)| match event.event {
        Event::Meta(Meta::Port(number)) => {
            current = number;
            true
        }
        // Of other events only channel messages and system exclusive ones are sent.
        Event::Meta(_) => true,
        _ => current == *port,
    });
    if right {
        return Track { events: events.into_iter().map(|(_, event)| event).collect() };
    }
    let mut track = Track::default();
    let mut current = 0;
    for (port, event) in events {
        if matches!(event.event, Event::Meta(Meta::Port(_))) {
            continue;
        }
        if port != current && event.event != Event::Meta(Meta::EndOfTrack) {
            track.events.push(TrackEvent { tick: event.tick, event: Event::Meta(Meta::Port(port)) });
            current = port;
        }
        track.events.push(event);
    }
    track
}
