//! Other numbers of channels.

use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};

use super::AudioSource;
use crate::CodecError;

/// For 3 to 8 channels in the order of files, what each gives to the left one of two; the centre and surround channels
/// 3 dB less (ITU-R BS.775-3, table 2), low-frequency effects nothing.
const LEFT: [&[f32]; 6] = [
    &[1.0, 0.0, HALF_POWER],
    &[1.0, 0.0, HALF_POWER, 0.0],
    &[1.0, 0.0, HALF_POWER, HALF_POWER, 0.0],
    &[1.0, 0.0, HALF_POWER, 0.0, HALF_POWER, 0.0],
    &[1.0, 0.0, HALF_POWER, 0.0, 0.5, HALF_POWER, 0.0],
    &[1.0, 0.0, HALF_POWER, 0.0, HALF_POWER, 0.0, HALF_POWER, 0.0],
];
/// The same for the right one.
const RIGHT: [&[f32]; 6] = [
    &[0.0, 1.0, HALF_POWER],
    &[0.0, 1.0, 0.0, HALF_POWER],
    &[0.0, 1.0, HALF_POWER, 0.0, HALF_POWER],
    &[0.0, 1.0, HALF_POWER, 0.0, 0.0, HALF_POWER],
    &[0.0, 1.0, HALF_POWER, 0.0, 0.5, 0.0, HALF_POWER],
    &[0.0, 1.0, HALF_POWER, 0.0, 0.0, HALF_POWER, 0.0, HALF_POWER],
];
const HALF_POWER: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Sound with its channels mixed to others: one becomes two alike; two and more, up to 7.1, become two or one with gains
/// that add up to 1, so that nothing is louder than full scale.
pub struct Mixed<'a> {
    source: Box<dyn AudioSource + 'a>,
    /// For each new channel, the gains of the old ones.
    gains: Vec<Vec<f32>>,
    block: AudioBuffer,
}

impl<'a> Mixed<'a> {
    /// Mixes `source` to 1 or 2 channels. Errors: other numbers, or more than 8 channels, for which there is no custom.
    pub fn new(source: Box<dyn AudioSource + 'a>, channels: usize) -> Result<Mixed<'a>, CodecError> {
        let from = source.channels();
        let gains = gains(from, channels).ok_or(CodecError::Mix { from, to: channels })?;
        Ok(Mixed { source, gains, block: AudioBuffer::default() })
    }
}

fn gains(from: usize, to: usize) -> Option<Vec<Vec<f32>>> {
    let pair = match from {
        1 => vec![vec![1.0], vec![1.0]],
        2 => vec![vec![1.0, 0.0], vec![0.0, 1.0]],
        3..=8 => [LEFT[from - 3], RIGHT[from - 3]]
            .map(|row| row.iter().map(|g| g / row.iter().sum::<f32>()).collect())
            .into(),
        _ => return None,
    };
    match to {
        2 => Some(pair),
        1 => Some(vec![pair[0].iter().zip(&pair[1]).map(|(left, right)| (left + right) / 2.0).collect()]),
        _ => None,
    }
}

impl AudioSource for Mixed<'_> {
    fn rate(&self) -> SampleRate {
        self.source.rate()
    }

    fn channels(&self) -> usize {
        self.gains.len()
    }

    fn frames(&self) -> Option<Frames> {
        self.source.frames()
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        let Some(from) = self.source.read()? else { return Ok(None) };
        self.block.reshape(self.gains.len(), from.frames());
        for (channel, gains) in self.gains.iter().enumerate() {
            let mixed = self.block.channel_mut(channel);
            mixed.fill(0.0);
            for (channel, gain) in gains.iter().enumerate().filter(|(_, gain)| **gain != 0.0) {
                mixed.iter_mut().zip(from.channel(channel)).for_each(|(to, sample)| *to += gain * sample);
            }
        }
        Ok(Some(&self.block))
    }

    fn warnings(&self) -> &[String] {
        self.source.warnings()
    }
}
