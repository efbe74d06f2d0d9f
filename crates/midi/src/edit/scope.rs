//! Which events an edit concerns.

use std::collections::BTreeSet;

use crate::edit::drum_channels;
use crate::notes::channel_on;
use crate::{Event, Message, Sequence};

/// The last channel of the last port.
const MAX_CHANNEL: u16 = 16 * 256 - 1;

/// Which tracks and channels an edit concerns: those that both sets hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Tracks from 0; `None` is all.
    pub tracks: Option<BTreeSet<usize>>,
    /// Channels, 16 · port + channel within the port, from 0; `None` is all.
    pub channels: Option<BTreeSet<u16>>,
}

impl Scope {
    /// Everything.
    pub const ALL: Scope = Scope { tracks: None, channels: None };

    /// Some tracks, with all their channels.
    pub fn tracks(tracks: impl IntoIterator<Item = usize>) -> Scope {
        Scope { tracks: Some(tracks.into_iter().collect()), channels: None }
    }

    /// Some channels, on all tracks.
    pub fn channels(channels: impl IntoIterator<Item = u16>) -> Scope {
        Scope { tracks: None, channels: Some(channels.into_iter().collect()) }
    }

    /// Whether it holds this track.
    pub fn has_track(&self, track: usize) -> bool {
        self.tracks.as_ref().is_none_or(|tracks| tracks.contains(&track))
    }

    /// Whether it holds this channel.
    pub fn has_channel(&self, channel: u16) -> bool {
        self.channels.as_ref().is_none_or(|channels| channels.contains(&channel))
    }

    /// Whether it holds this channel on this track.
    pub fn has(&self, track: usize, channel: u16) -> bool {
        self.has_track(track) && self.has_channel(channel)
    }

    /// The same without drums, where keys are not pitches and programs are kits, unless channels were named.
    pub(crate) fn pitched(&self, sequence: &Sequence) -> Scope {
        let channels = self.channels.clone().unwrap_or_else(|| {
            let drums = drum_channels(sequence);
            (0..=MAX_CHANNEL).filter(|channel| !drums.contains(channel)).collect()
        });
        Scope { tracks: self.tracks.clone(), channels: Some(channels) }
    }

    /// Lets `change` look at every channel message within.
    pub(crate) fn for_each_message(&self, sequence: &mut Sequence, mut change: impl FnMut(&mut Message)) {
        for (index, track) in sequence.tracks.iter_mut().enumerate() {
            let mut port = 0;
            for event in &mut track.events {
                let channel = channel_on(&mut port, &event.event);
                if let (Some(channel), Event::Channel { message, .. }) = (channel, &mut event.event)
                    && self.has(index, channel)
                {
                    change(message);
                }
            }
        }
    }
}
