//! Planar audio in one allocation.

use std::ops::Range;

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

    /// Makes room for `channels` × `frames` in the same allocation where that suffices. What the samples are is not
    /// said.
    pub fn reshape(&mut self, channels: usize, frames: usize) {
        self.samples.resize(channels * frames, 0.0);
        (self.channels, self.frames) = (channels, frames);
    }

    /// Keeps only these frames; panics if they are not all there.
    pub fn keep(&mut self, frames: Range<usize>) {
        assert!(frames.start <= frames.end && frames.end <= self.frames, "frames {frames:?} of {}", self.frames);
        if frames.len() < self.frames {
            for channel in 0..self.channels {
                let begin = channel * self.frames;
                let kept = begin + frames.start..begin + frames.end;
                self.samples.copy_within(kept, channel * frames.len());
            }
            self.reshape(self.channels, frames.len());
        }
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

    /// All samples, channel after channel, to write.
    pub fn planar_mut(&mut self) -> &mut [f32] {
        &mut self.samples
    }

    /// Gives up the allocation, channel after channel.
    pub fn into_planar(self) -> Vec<f32> {
        self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_kept_of_every_channel() {
        let mut buffer = AudioBuffer::from_planar(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2).unwrap();
        buffer.keep(0..3);
        assert_eq!(buffer.planar(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        buffer.keep(1..3);
        assert_eq!((buffer.channel(0), buffer.channel(1)), ([2.0, 3.0].as_slice(), [5.0, 6.0].as_slice()));
        buffer.keep(0..1);
        assert_eq!(buffer.planar(), [2.0, 5.0]);
        buffer.keep(1..1);
        assert!(buffer.is_empty() && buffer.channels() == 2);
    }
}
