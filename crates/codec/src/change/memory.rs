//! Sound that is in memory already.

use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};

use super::AudioSource;
use crate::CodecError;

/// Frames of a block.
const BLOCK: usize = 1 << 16;

/// Samples in memory, handed out in blocks.
pub struct InMemory<'a> {
    channels: Vec<&'a [f32]>,
    rate: SampleRate,
    position: usize,
    block: AudioBuffer,
}

impl<'a> InMemory<'a> {
    /// One slice for each of at least one channel, all of one length.
    ///
    /// # Panics
    /// Without a channel, or when the lengths differ.
    pub fn new(channels: Vec<&'a [f32]>, rate: SampleRate) -> InMemory<'a> {
        assert!(channels.iter().all(|channel| channel.len() == channels[0].len()), "channels differ in length");
        assert!(!channels.is_empty(), "no channels");
        InMemory { channels, rate, position: 0, block: AudioBuffer::default() }
    }
}

impl AudioSource for InMemory<'_> {
    fn rate(&self) -> SampleRate {
        self.rate
    }

    fn channels(&self) -> usize {
        self.channels.len()
    }

    fn frames(&self) -> Option<Frames> {
        Some(Frames(self.channels[0].len() as u64))
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        let frames = self.position..self.channels[0].len().min(self.position + BLOCK);
        self.position = frames.end;
        self.block.reshape(self.channels.len(), frames.len());
        for (channel, samples) in self.channels.iter().enumerate() {
            self.block.channel_mut(channel).copy_from_slice(&samples[frames.clone()]);
        }
        Ok((!frames.is_empty()).then_some(&self.block))
    }

    fn warnings(&self) -> &[String] {
        &[]
    }
}
