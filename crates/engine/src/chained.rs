//! Sound on its way through a chain of effects.

use std::sync::Arc;

use rae_codec::{AudioSource, CodecError};
use rae_dsp::AudioBuffer;
use rae_effects::chain::{Chain, Prepared, Reduction, Setup, Tail};
use rae_units::{Frames, SampleRate, Seconds};

use crate::settings::in_range;
use crate::{Error, ResponseFolder};

/// For whole sounds, with files by their paths.
pub(crate) fn setup(rate: SampleRate, channels: usize) -> Setup {
    Setup { files: Arc::new(ResponseFolder::new("")), ..Setup::new(rate, channels) }
}

/// What follows the end of a sound that a chain of effects lets ring.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum EffectTail {
    /// Whatever rings, until it is 100 dB down.
    #[default]
    Keep,
    /// Nothing: the sound is as long as before.
    Trim,
    /// Exactly this long.
    Seconds(Seconds),
}

impl EffectTail {
    pub(crate) fn validate(self) -> Result<(), Error> {
        match self {
            EffectTail::Seconds(Seconds(tail)) => in_range("tail", tail, 0.0, 3600.0, "s"),
            EffectTail::Keep | EffectTail::Trim => Ok(()),
        }
    }

    /// In frames, behind this chain.
    pub(crate) fn frames(self, prepared: &Prepared, rate: SampleRate) -> Frames {
        match self {
            EffectTail::Keep => prepared.tail(),
            EffectTail::Trim => Frames(0),
            EffectTail::Seconds(tail) => tail.frames(rate),
        }
    }

    /// For whole recordings.
    pub(crate) fn whole(self, rate: SampleRate) -> Tail {
        match self {
            EffectTail::Keep => Tail::Keep,
            EffectTail::Trim => Tail::Cut,
            EffectTail::Seconds(tail) => Tail::Frames(tail.frames(rate)),
        }
    }
}

/// A source behind a chain, whose latency is taken away again.
pub(crate) struct Chained {
    source: Box<dyn AudioSource>,
    work: Work,
    block: AudioBuffer,
}

enum Work {
    /// Block by block.
    Blocks {
        prepared: Box<Prepared>,
        tail: Frames,
        /// Frames that come out before the sound and are still to be left out.
        early: usize,
        /// Frames of silence that are still to follow the source.
        after: u64,
        ended: bool,
    },
    /// Made already, and how much of it was handed out.
    Whole { sound: AudioBuffer, given: usize },
}

/// Frames that are handed out at once.
const PIECE: usize = 4096;
/// What a chain that needs whole recordings takes into memory: 2 GiB, 50 minutes of stereo at 88.2 kHz.
const MOST_SAMPLES: usize = 1 << 29;

impl Chained {
    /// Reads all of the source at once if the chain needs whole recordings.
    pub(crate) fn new(mut source: Box<dyn AudioSource>, chain: &Chain, tail: EffectTail) -> Result<Chained, Error> {
        let setup = setup(source.rate(), source.channels());
        let work = if chain.needs_whole() {
            let sound = whole(&mut *source)?;
            Work::Whole { sound: chain.process(&sound, &setup, tail.whole(setup.rate))?, given: 0 }
        } else {
            let prepared = Box::new(chain.prepare_for(&setup)?);
            let (tail, latency) = (tail.frames(&prepared, setup.rate), prepared.latency().0);
            Work::Blocks { prepared, tail, early: latency as usize, after: latency + tail.0, ended: false }
        };
        Ok(Chained { source, work, block: AudioBuffer::default() })
    }

    /// The deepest gain reductions so far, and how many samples were no numbers.
    pub(crate) fn effects(&mut self) -> (Vec<Reduction>, u64) {
        match &mut self.work {
            Work::Blocks { prepared, .. } => (prepared.reductions(), prepared.non_finite()),
            Work::Whole { .. } => (Vec::new(), 0),
        }
    }
}

/// All of a source.
fn whole(source: &mut dyn AudioSource) -> Result<AudioBuffer, Error> {
    let most = MOST_SAMPLES / source.channels();
    let mut planes = vec![Vec::new(); source.channels()];
    while let Some(block) = source.read()? {
        planes.iter_mut().enumerate().for_each(|(channel, plane)| plane.extend_from_slice(block.channel(channel)));
        if planes[0].len() > most {
            return Err(Error::settings(format!(
                "the chain needs the whole recording, and this one has more than {most} frames; take a part of it, or \
                 leave fade, trim, time_stretch and pitch_shift out"
            )));
        }
    }
    Ok(AudioBuffer::from_planar(planes.concat(), planes.len()).unwrap_or_default())
}

/// Puts the next sound that goes in into the block; `false` at the end.
fn fill(
    source: &mut dyn AudioSource,
    ended: &mut bool,
    after: &mut u64,
    block: &mut AudioBuffer,
) -> Result<bool, CodecError> {
    if !*ended {
        if let Some(read) = source.read()? {
            block.reshape(read.channels(), read.frames());
            block.planar_mut().copy_from_slice(read.planar());
            return Ok(true);
        }
        *ended = true;
    }
    let frames = (*after).min(PIECE as u64);
    *after -= frames;
    block.reshape(source.channels(), frames as usize);
    block.planar_mut().fill(0.0);
    Ok(frames > 0)
}

impl AudioSource for Chained {
    fn rate(&self) -> SampleRate {
        self.source.rate()
    }

    fn channels(&self) -> usize {
        self.source.channels()
    }

    fn frames(&self) -> Option<Frames> {
        match &self.work {
            Work::Whole { sound, .. } => Some(sound.len()),
            Work::Blocks { tail, .. } => self.source.frames().map(|frames| Frames(frames.0.saturating_add(tail.0))),
        }
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        match &mut self.work {
            Work::Whole { sound, given } => {
                let frames = (sound.frames() - *given).min(PIECE);
                self.block.reshape(sound.channels(), frames);
                for channel in 0..sound.channels() {
                    self.block.channel_mut(channel).copy_from_slice(&sound.channel(channel)[*given..*given + frames]);
                }
                *given += frames;
                Ok((frames > 0).then_some(&self.block))
            }
            Work::Blocks { prepared, early, after, ended, .. } => {
                while fill(&mut *self.source, ended, after, &mut self.block)? {
                    let frames = self.block.frames();
                    let mut channels: Vec<&mut [f32]> = self.block.planar_mut().chunks_exact_mut(frames).collect();
                    prepared.process(&mut channels);
                    let skipped = (*early).min(frames);
                    *early -= skipped;
                    self.block.keep(skipped..frames);
                    if !self.block.is_empty() {
                        return Ok(Some(&self.block));
                    }
                }
                Ok(None)
            }
        }
    }

    fn warnings(&self) -> &[String] {
        self.source.warnings()
    }
}
