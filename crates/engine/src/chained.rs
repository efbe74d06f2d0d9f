//! Sound on its way through a chain of effects.

use std::path::Path;
use std::sync::Arc;

use rae_codec::{AudioReader, AudioSource, CodecError, changed};
use rae_dsp::AudioBuffer;
use rae_effects::chain::{Chain, Prepared, Processed, Reduction, Setup, Tail, Whole};
use rae_units::{Frames, SampleRate, Seconds};

use crate::convert::GoOn;
use crate::output::is_no_file;
use crate::settings::{check, in_range};
use crate::{Error, ResponseFolder};

/// For whole sounds, with files by their paths.
pub(crate) fn setup(rate: SampleRate, channels: usize, sidechain: usize) -> Setup {
    Setup { sidechain, files: Arc::new(ResponseFolder::new("")), ..Setup::new(rate, channels) }
}

/// What sound is taken through.
pub(crate) struct Effects<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) tail: EffectTail,
    /// The file of the sidechain.
    pub(crate) sidechain: Option<&'a Path>,
}

impl Effects<'_> {
    /// Refuses a sidechain that nothing listens to, or that could be read only once.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_sidechain(self.chain, self.sidechain.is_some())?;
        check(!self.sidechain.is_some_and(is_no_file), || {
            "the sidechain is not a file; a pipe cannot be read again, so save it first".into()
        })
    }
}

/// Names a file of a chain that is missing as any other missing input is named.
pub(crate) fn check_files(chain: &Chain) -> Result<(), Error> {
    chain.files().into_iter().try_for_each(|path| match path.metadata() {
        Ok(_) => Ok(()),
        Err(source) => Err(CodecError::Read { path, source }.into()),
    })
}

/// Refuses a sidechain that nothing listens to.
pub(crate) fn check_sidechain(chain: &Chain, is_given: bool) -> Result<(), Error> {
    check(!is_given || chain.is_keyed(), || {
        "no effect listens to the sidechain: write sidechain = \"external\" into a compressor, a gate or a band of the chain, \
         or name no sidechain"
            .into()
    })
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
    /// Of the source, then of the sidechain.
    warnings: Vec<String>,
}

enum Work {
    /// Block by block.
    Blocks {
        prepared: Box<Prepared>,
        sidechain: Option<Alongside>,
        tail: Frames,
        /// Frames that come out before the sound and are still to be left out.
        early: usize,
        /// Frames of silence that are still to follow the source.
        after: u64,
        ended: bool,
    },
    /// Made already, and how much of it was handed out.
    Whole { made: Processed, given: usize },
}

/// Frames that are handed out at once.
const PIECE: usize = 4096;
/// The longest recording that is taken into memory whole: 2 GiB, 50 minutes of stereo at 88.2 kHz. What its effects make of it
/// takes as much again, and more where they make it longer.
const MOST_SAMPLES: usize = 1 << 29;

impl Chained {
    /// Reads all of the source and does all the work at once if the chain needs whole recordings.
    pub(crate) fn new(
        mut source: Box<dyn AudioSource>,
        effects: &Effects<'_>,
        go_on: &mut GoOn<'_>,
    ) -> Result<Chained, Error> {
        let Effects { chain, tail, sidechain } = *effects;
        check_files(chain)?;
        let rate = source.rate();
        let mut sidechain = sidechain.map(|path| key(path, rate)).transpose()?;
        let setup = setup(rate, source.channels(), sidechain.as_ref().map_or(0, |said| said.channels()));
        let mut warnings = Vec::new();
        let work = if chain.needs_whole() {
            // What cannot be made is refused before the recording is read.
            chain.check(&setup)?;
            let sound = whole(&mut *source, go_on)?;
            let said = sidechain.as_deref_mut().map(|said| whole(said, go_on)).transpose()?;
            warnings = all_warnings(&*source, sidechain.as_deref());
            let whole = Whole { sound, sidechain: said.as_ref(), tail: tail.whole(rate) };
            Work::Whole { made: chain.process_with(whole, &setup, go_on)?, given: 0 }
        } else {
            let prepared = Box::new(chain.prepare_for(&setup)?);
            let (tail, latency) = (tail.frames(&prepared, rate), prepared.latency().0);
            let sidechain = sidechain.map(Alongside::new);
            Work::Blocks { prepared, sidechain, tail, early: latency as usize, after: latency + tail.0, ended: false }
        };
        Ok(Chained { source, work, block: AudioBuffer::default(), warnings })
    }

    /// The deepest gain reductions so far, and how many samples were no numbers.
    pub(crate) fn effects(&mut self) -> (Vec<Reduction>, u64) {
        match &mut self.work {
            Work::Blocks { prepared, .. } => (prepared.reductions(), prepared.non_finite()),
            Work::Whole { made, .. } => (made.reductions.clone(), made.non_finite),
        }
    }
}

/// What files have to say, that of the sidechain by its name.
fn all_warnings(source: &dyn AudioSource, sidechain: Option<&dyn AudioSource>) -> Vec<String> {
    let said = sidechain.map_or(&[][..], |said| said.warnings());
    source.warnings().iter().cloned().chain(said.iter().map(|warning| format!("sidechain: {warning}"))).collect()
}

/// All of a source.
fn whole(source: &mut dyn AudioSource, go_on: &mut GoOn<'_>) -> Result<AudioBuffer, Error> {
    let most = MOST_SAMPLES / source.channels();
    let mut planes = vec![Vec::new(); source.channels()];
    while let Some(block) = source.read()? {
        if go_on().is_break() {
            return Err(Error::Cancelled);
        }
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

/// The file of a sidechain, at the sound's rate.
fn key(path: &Path, rate: SampleRate) -> Result<Box<dyn AudioSource>, Error> {
    Ok(changed(Box::new(AudioReader::open(path)?), Some(rate), None)?)
}

/// A source that is read in step with another one.
struct Alongside {
    source: Box<dyn AudioSource>,
    /// What was read, and how much of it was handed out.
    read: AudioBuffer,
    given: usize,
    planes: AudioBuffer,
}

impl Alongside {
    fn new(source: Box<dyn AudioSource>) -> Alongside {
        Alongside { source, read: AudioBuffer::default(), given: 0, planes: AudioBuffer::default() }
    }

    /// The next frames; after the end, silence.
    fn next(&mut self, frames: usize) -> Result<Vec<&[f32]>, CodecError> {
        let channels = self.source.channels();
        self.planes.reshape(channels, frames);
        let mut done = 0;
        while done < frames {
            if self.given == self.read.frames() && !self.refill()? {
                break;
            }
            let run = (frames - done).min(self.read.frames() - self.given);
            for channel in 0..channels {
                let said = &self.read.channel(channel)[self.given..self.given + run];
                self.planes.channel_mut(channel)[done..done + run].copy_from_slice(said);
            }
            (done, self.given) = (done + run, self.given + run);
        }
        for channel in 0..channels {
            self.planes.channel_mut(channel)[done..].fill(0.0);
        }
        Ok((0..channels).map(|channel| self.planes.channel(channel)).collect())
    }

    /// Reads the next block; `false` at the end.
    fn refill(&mut self) -> Result<bool, CodecError> {
        let Some(block) = self.source.read()? else { return Ok(false) };
        self.read.reshape(block.channels(), block.frames());
        self.read.planar_mut().copy_from_slice(block.planar());
        self.given = 0;
        Ok(true)
    }
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
            Work::Whole { made, .. } => Some(made.sound.len()),
            Work::Blocks { tail, .. } => self.source.frames().map(|frames| Frames(frames.0.saturating_add(tail.0))),
        }
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        match &mut self.work {
            Work::Whole { made: Processed { sound, .. }, given } => {
                let frames = (sound.frames() - *given).min(PIECE);
                self.block.reshape(sound.channels(), frames);
                for channel in 0..sound.channels() {
                    self.block.channel_mut(channel).copy_from_slice(&sound.channel(channel)[*given..*given + frames]);
                }
                *given += frames;
                Ok((frames > 0).then_some(&self.block))
            }
            Work::Blocks { prepared, sidechain, early, after, ended, .. } => {
                while fill(&mut *self.source, ended, after, &mut self.block)? {
                    let frames = self.block.frames();
                    let mut channels: Vec<&mut [f32]> = self.block.planar_mut().chunks_exact_mut(frames).collect();
                    match sidechain {
                        Some(sidechain) => prepared.process_with_sidechain(&mut channels, &sidechain.next(frames)?),
                        None => prepared.process(&mut channels),
                    }
                    let skipped = (*early).min(frames);
                    *early -= skipped;
                    self.block.keep(skipped..frames);
                    if !self.block.is_empty() {
                        return Ok(Some(&self.block));
                    }
                }
                self.warnings = all_warnings(&*self.source, sidechain.as_ref().map(|said| &*said.source));
                Ok(None)
            }
        }
    }

    /// All of them at the end.
    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
