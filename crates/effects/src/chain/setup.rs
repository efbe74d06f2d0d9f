use std::sync::Arc;

use rae_units::SampleRate;

use crate::convolution::{NoFiles, ResponseFiles};

/// What the work of a chain is divided for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// The least work in all, with as much latency as that takes.
    #[default]
    Offline,
    /// Little latency, and no block with much more work than another: convolution reverbs are 64 frames late. Their sound is
    /// that of the other profile within −110 dBFS.
    Live,
}

/// What a chain is prepared for.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Frames per second.
    pub rate: SampleRate,
    /// Channels.
    pub channels: usize,
    /// Channels of the sidechain, another sound that effects can be keyed by; 0 where there is none.
    pub sidechain: usize,
    /// What the work is divided for.
    pub profile: Profile,
    /// Reads the files that the chain names.
    pub files: Arc<dyn ResponseFiles>,
}

impl Setup {
    /// Offline, without files and without a sidechain.
    pub fn new(rate: SampleRate, channels: usize) -> Setup {
        Setup { rate, channels, sidechain: 0, profile: Profile::default(), files: Arc::new(NoFiles) }
    }
}
