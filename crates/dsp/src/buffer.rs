//! Planar audio in one allocation.

use rae_units::Frames;

/// Planar `f32` audio: channel after channel in one allocation, so that it can be handed to another language whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioBuffer {
    samples: Vec<f32>,
    channels: usize,
    frames: usize,
}

impl AudioBuffer {
    /// Silence of `channels` × `frames`.
    pub fn new(channels: usize, frames: usize) -> AudioBuffer {
        AudioBuffer { samples: vec![0.0; channels * frames], channels, frames }
    }

    /// Takes channel-after-channel samples; `None` if the length is not a multiple of `channels`.
    pub fn from_planar(samples: Vec<f32>, channels: usize) -> Option<AudioBuffer> {
        let frames = samples.len().checked_div(channels)?;
        (frames * channels == samples.len()).then_some(AudioBuffer { samples, channels, frames })
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Number of frames, as a unit.
    pub fn len(&self) -> Frames {
        Frames(self.frames as u64)
    }

    /// No frames at all.
    pub fn is_empty(&self) -> bool {
        self.frames == 0
    }

    /// Samples of one channel.
    pub fn channel(&self, channel: usize) -> &[f32] {
        &self.samples[channel * self.frames..][..self.frames]
    }

    /// Samples of one channel, to write.
    pub fn channel_mut(&mut self, channel: usize) -> &mut [f32] {
        &mut self.samples[channel * self.frames..][..self.frames]
    }

    /// The first two channels, to write; panics on a mono buffer.
    pub fn stereo_mut(&mut self) -> (&mut [f32], &mut [f32]) {
        let (left, right) = self.samples.split_at_mut(self.frames);
        (left, &mut right[..self.frames])
    }

    /// All samples, channel after channel.
    pub fn planar(&self) -> &[f32] {
        &self.samples
    }

    /// Gives up the allocation, channel after channel.
    pub fn into_planar(self) -> Vec<f32> {
        self.samples
    }
}
