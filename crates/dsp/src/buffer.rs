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

    /// Makes room for `channels` × `frames` in the same allocation where that suffices. What the samples are is not
    /// said.
    pub fn reshape(&mut self, channels: usize, frames: usize) {
        self.samples.resize(channels * frames, 0.0);
        (self.channels, self.frames) = (channels, frames);
    }

    /// Takes the first `frames` away, or all if there are no more.
    pub fn drop_front(&mut self, frames: usize) {
        let frames = frames.min(self.frames);
        let kept = self.frames - frames;
        if frames > 0 {
            for channel in 0..self.channels {
                let begin = channel * self.frames + frames;
                self.samples.copy_within(begin..begin + kept, channel * kept);
            }
            self.reshape(self.channels, kept);
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

    /// Gives up the allocation, channel after channel.
    pub fn into_planar(self) -> Vec<f32> {
        self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_is_dropped_from_every_channel() {
        let mut buffer = AudioBuffer::from_planar(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2).unwrap();
        buffer.drop_front(0);
        assert_eq!(buffer.planar(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        buffer.drop_front(1);
        assert_eq!((buffer.channel(0), buffer.channel(1)), ([2.0, 3.0].as_slice(), [5.0, 6.0].as_slice()));
        buffer.drop_front(9);
        assert!(buffer.is_empty() && buffer.channels() == 2);
    }
}
