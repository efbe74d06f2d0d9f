//! What a caller chooses.

use rae_midi::{Action, PerformanceEvent, Speed};
use rae_units::{SampleRate, Seconds};

use crate::InstructionSet;

/// How sample points are turned into a signal at another pitch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// Windowed sinc, 16 taps and more when transposing up, so that nothing aliases.
    #[default]
    Sinc,
    /// Catmull–Rom cubic through 4 points.
    Cubic,
    /// Straight line between 2 points.
    Linear,
}

/// Most voices that [`Settings::max_voices`] allows: playing live, all of them get memory at once.
pub const MAX_VOICES: usize = 65_536;

/// A set of channels; port *p* adds 16·*p* to the channel number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelSet {
    listed: Vec<u16>,
    inverted: bool,
}

impl ChannelSet {
    /// Every channel except these.
    pub fn all_but(channels: impl IntoIterator<Item = u16>) -> ChannelSet {
        ChannelSet { listed: channels.into_iter().collect(), inverted: true }
    }

    /// Adds a channel.
    pub fn insert(&mut self, channel: u16) {
        if self.inverted {
            self.listed.retain(|&c| c != channel);
        } else if !self.listed.contains(&channel) {
            self.listed.push(channel);
        }
    }

    /// Whether `channel` is in the set.
    pub fn contains(&self, channel: u16) -> bool {
        self.listed.contains(&channel) != self.inverted
    }
}

impl FromIterator<u16> for ChannelSet {
    fn from_iter<I: IntoIterator<Item = u16>>(channels: I) -> ChannelSet {
        ChannelSet { listed: channels.into_iter().collect(), inverted: false }
    }
}

/// Whose notes are heard. The others sound, too, with all that this means for voices that give way, but on no bus: so the
/// sounds of all channels, or of all tracks, add up to that of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Heard {
    /// All.
    #[default]
    All,
    /// Those of a channel; port *p* adds 16·*p* to the channel number.
    Channel(u16),
    /// Those that a track strikes, counted from 0.
    Track(u32),
}

impl Heard {
    /// Whether notes of this event are heard.
    pub fn includes(self, event: &PerformanceEvent) -> bool {
        match (self, &event.action) {
            (Heard::All, _) => true,
            (Heard::Channel(heard), Action::Channel { channel, .. }) => heard == *channel,
            (Heard::Channel(_), Action::SysEx { .. }) => false,
            (Heard::Track(heard), _) => heard == event.track,
        }
    }
}

/// Settings of a [`crate::Renderer`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// Frames per second of the output.
    pub rate: SampleRate,
    /// Kernel that reads the samples.
    pub interpolation: Interpolation,
    /// Kernels that render the voices; must be available.
    pub instructions: InstructionSet,
    /// Threads that render voices, the caller's included. The bits do not depend on it.
    pub threads: usize,
    /// Voices that may sound at once, 1 to [`MAX_VOICES`]; beyond it the least audible one gives way. What lies outside
    /// counts as the nearer of the two.
    pub max_voices: usize,
    /// Fill the buses that feed reverb and chorus; they stay silent otherwise.
    pub sends: bool,
    /// Tempo factor.
    pub speed: Speed,
    /// Semitones added to every key, drum channels excepted.
    pub transpose: i8,
    /// Channels whose notes are not played.
    pub muted: ChannelSet,
    /// Whose notes are heard; not live.
    pub heard: Heard,
    /// Ends the piece here, in time of the result, as if its tracks ended.
    pub end: Option<Seconds>,
}

impl Settings {
    /// Voices that may sound at once.
    pub(crate) fn voice_limit(&self) -> usize {
        self.max_voices.clamp(1, MAX_VOICES)
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            rate: SampleRate::CD,
            interpolation: Interpolation::Sinc,
            instructions: InstructionSet::fastest(),
            threads: 1,
            max_voices: 4096,
            sends: true,
            speed: Speed::NORMAL,
            transpose: 0,
            muted: ChannelSet::default(),
            heard: Heard::All,
            end: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_list_or_exclude() {
        let mut muted: ChannelSet = [3, 9].into_iter().collect();
        muted.insert(4);
        assert!(muted.contains(3) && muted.contains(4) && !muted.contains(0));
        let mut solo = ChannelSet::all_but([3]);
        assert!(!solo.contains(3) && solo.contains(0));
        solo.insert(3);
        assert!(solo.contains(3));
    }
}
