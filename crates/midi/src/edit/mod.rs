//! Changes to a [`Sequence`](crate::Sequence): every function takes one and gives another.
//!
//! What an edit does not concern stays as it is: unknown events, the order of tracks and of events at one tick, the ends
//! of tracks, the division. Channels count as in [`Note`](crate::Note): 16 · port + channel within the port, from 0.
//!
//! | functions | what they change |
//! |---|---|
//! | [`transpose()`], [`velocity()`], [`quantise()`], [`humanise()`] | notes |
//! | [`scale_tempo`], [`set_tempo`], [`set_resolution`] | time |
//! | [`map_channels`], [`map_programs`] | instruments |
//! | [`keep`], [`remove`], [`strip`], [`trim`], [`cut`] | what is there at all |
//! | [`convert`], [`concatenate`], [`merge`], [`split_tracks`], [`split_channels`], [`split_at`] | tracks and files |
//!
//! ```
//! # use rae_midi::Sequence;
//! # use rae_midi::edit::{Scope, Transpose, transpose};
//! # fn example(bytes: &[u8]) -> Result<Vec<u8>, rae_midi::Error> {
//! let song = Sequence::parse(bytes)?.sequence;
//! let higher = transpose(song, &Transpose { semitones: 2, ..Transpose::default() }, &Scope::ALL)?;
//! Ok(higher.to_bytes())
//! # }
//! ```

mod chase;
mod convert;
mod drums;
mod humanise;
mod join;
mod maps;
mod ports;
mod quantise;
pub(crate) mod reset;
mod resolution;
mod retime;
mod scope;
mod section;
mod select;
mod split;
mod tempo;
mod transpose;
mod velocity;

pub use convert::convert;
pub use drums::drum_channels;
pub use humanise::{Humanise, humanise};
pub use join::{Seam, concatenate, has_same_tempo, merge};
pub use maps::{map_channels, map_programs};
pub use quantise::{Ends, Grid, Quantise, quantise};
pub use resolution::set_resolution;
pub use scope::Scope;
pub use section::{Held, Section, cut, trim};
pub use select::{Strip, keep, remove, strip};
pub use split::{Parts, bar_ticks, marker_ticks, split_at, split_channels, split_tracks};
pub use tempo::{scale_tempo, set_tempo};
pub use transpose::{OutOfRange, Transpose, transpose};
pub use velocity::{Velocity, velocity};

use crate::{Event, Meta, Track, TrackEvent};

impl Event {
    /// As much as how many events of a channel it is: one, and one more for every 16 bytes of data.
    fn weight(&self) -> usize {
        let data: &[u8] = match self {
            Event::SysEx(data) | Event::Escape(data) | Event::Meta(Meta::SequencerSpecific(data)) => data,
            Event::Meta(Meta::Text { bytes, .. }) => bytes,
            Event::Meta(Meta::Unknown { data, .. }) => data,
            _ => &[],
        };
        1 + data.len() / 16
    }
}

/// Puts a meta event at the start of a track, behind the meta events that are there already.
fn insert_at_start(track: &mut Track, meta: Meta) {
    let is_leading =
        |event: &TrackEvent| event.tick == 0 && matches!(&event.event, Event::Meta(meta) if *meta != Meta::EndOfTrack);
    let at = track.events.iter().position(|event| !is_leading(event)).unwrap_or(track.events.len());
    track.events.insert(at, TrackEvent { tick: 0, event: Event::Meta(meta) });
}
