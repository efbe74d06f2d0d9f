use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rae_dsp::AudioBuffer;
use rae_units::{Decibels, Frames};

use super::change::{Change, Spent, Updates};
use super::effect::{check_all, check_count, first_for_whole, wanted};
use super::strip::Strip;
use super::whole::{GoOn, poll};
use super::{CHUNK, Chain, MAX_CHANNELS, MAX_RATE, MIN_RATE, Place, Planes, Setup, Stage};
use crate::EffectsError;
use crate::convolution::{Files, ResponseFiles};

/// A [`Chain`] at work: one stream from frame 0.
///
/// The bits that come out do not depend on the lengths of the blocks. Samples that are not finite become silence and are
/// counted.
#[derive(Debug)]
pub struct Prepared {
    chain: Chain,
    stage: Stage,
    files: Arc<dyn ResponseFiles>,
    strip: Strip,
    work: Planes,
    sidechain: Planes,
    non_finite: u64,
    /// Which stream it is, and how many changes it has seen.
    stream: u64,
    number: u64,
    /// Whether replaced effects wait to be taken back.
    keeps: bool,
}

/// Streams so far.
static STREAMS: AtomicU64 = AtomicU64::new(0);

/// Frames of a whole recording between two questions whether to go on.
const PIECE: usize = 1 << 15;

/// How long the output of [`Prepared::process_whole`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tail {
    /// As long as the input.
    #[default]
    Cut,
    /// Longer by [`Prepared::tail`].
    Keep,
    /// Longer by that many frames.
    Frames(Frames),
}

impl Tail {
    /// Frames behind the input's end.
    pub(super) fn frames(self, prepared: &Prepared) -> usize {
        match self {
            Tail::Cut => 0,
            Tail::Keep => prepared.tail().0 as usize,
            Tail::Frames(frames) => frames.0 as usize,
        }
    }
}

/// The gain reduction of one effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduction {
    /// The effect's place in the chain, and in a multi-band effect the band's.
    pub place: String,
    /// The deepest reduction since the last report, 0 dB or more.
    pub deepest: Decibels,
}

impl Prepared {
    pub(crate) fn new(chain: &Chain, setup: &Setup) -> Result<Prepared, EffectsError> {
        if let Some((place, name)) = first_for_whole(&chain.effects, &Place::default(), false) {
            let problem = format!("{name} needs whole recordings: process one with Chain::process");
            return Err(EffectsError::Structure { place, problem });
        }
        let stage = Prepared::checked(chain, setup)?;
        Ok(Prepared::started(chain.clone(), stage, Arc::clone(&setup.files)))
    }

    /// Checks a chain and reads its files.
    pub(super) fn checked(chain: &Chain, setup: &Setup) -> Result<Stage, EffectsError> {
        let Setup { rate, channels, sidechain, profile, ref files } = *setup;
        if !(MIN_RATE..=MAX_RATE).contains(&rate) {
            return Err(EffectsError::ChainRate(rate));
        }
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(EffectsError::Channels(channels));
        }
        if sidechain > MAX_CHANNELS {
            return Err(EffectsError::Channels(sidechain));
        }
        let mut stage = Stage { rate, channels, sidechain, profile, files: Files::default() };
        stage.files = read(chain, &stage, &**files)?;
        check_all(&chain.effects, &Place::default(), &stage)?;
        Ok(stage)
    }

    /// A checked chain of effects for blocks.
    pub(super) fn started(chain: Chain, stage: Stage, files: Arc<dyn ResponseFiles>) -> Prepared {
        let (strip, work) = (Strip::new(&chain.effects, &stage), Planes::new(stage.channels));
        let sidechain = Planes::new(stage.sidechain);
        let stream = STREAMS.fetch_add(1, Ordering::Relaxed);
        Prepared { chain, stage, files, strip, work, sidechain, non_finite: 0, stream, number: 0, keeps: false }
    }

    /// Processes a block in place: one slice per channel, all of one length. Frame n that comes out belongs to frame
    /// n − [`Prepared::latency`] that went in. The sidechain, if the chain was prepared for one, is silent meanwhile.
    ///
    /// # Panics
    /// When the number of channels is not the prepared one, or lengths differ.
    pub fn process(&mut self, block: &mut [&mut [f32]]) {
        self.process_with_sidechain(block, &[]);
    }

    /// As [`Prepared::process`], with as many frames of the sidechain: one slice per channel of [`Setup::sidechain`], or none at
    /// all for silence. Frame n of the sidechain belongs to frame n of the sound, whatever the latency before the effect that
    /// listens.
    ///
    /// ```
    /// use rae_effects::chain::{Chain, Setup};
    /// use rae_units::SampleRate;
    ///
    /// // Music that makes room for a voice.
    /// let ducking = r#"effects = [{ type = "compressor", sidechain = "external", threshold_db = -30, ratio = 4 }]"#;
    /// let setup = Setup { sidechain: 1, ..Setup::new(SampleRate::CD, 2) };
    /// let mut prepared = Chain::from_toml(ducking)?.prepare_for(&setup)?;
    /// let (mut left, mut right, voice) = ([0.5; 100], [0.25; 100], [0.9; 100]);
    /// prepared.process_with_sidechain(&mut [&mut left, &mut right], &[&voice]);
    /// # Ok::<(), rae_effects::EffectsError>(())
    /// ```
    ///
    /// # Panics
    /// As [`Prepared::process`], and where the sidechain has other channels than prepared or another length.
    pub fn process_with_sidechain(&mut self, block: &mut [&mut [f32]], sidechain: &[&[f32]]) {
        assert_eq!(block.len(), self.stage.channels, "number of channels");
        let frames = block[0].len();
        assert!(block.iter().all(|samples| samples.len() == frames), "channels differ in length");
        assert!(sidechain.is_empty() || sidechain.len() == self.stage.sidechain, "number of the sidechain's channels");
        assert!(sidechain.iter().all(|samples| samples.len() == frames), "the sidechain differs in length");
        let mut at = 0;
        while at < frames {
            let end = at + (frames - at).min(CHUNK).min(self.strip.until_change());
            self.work.set_frames(end - at);
            for (work, samples) in self.work.each_mut().zip(block.iter()) {
                work.copy_from_slice(&samples[at..end]);
            }
            self.non_finite += self.work.scrub();
            self.hear(sidechain, at..end);
            self.strip.process(&mut self.work);
            for (samples, work) in block.iter_mut().zip(self.work.each()) {
                samples[at..end].copy_from_slice(work);
            }
            at = end;
        }
    }

    /// Takes in what the sidechain says in these frames of it.
    fn hear(&mut self, sidechain: &[&[f32]], frames: Range<usize>) {
        if self.stage.sidechain == 0 {
            return;
        }
        self.sidechain.set_frames(frames.len());
        for (channel, samples) in self.sidechain.each_mut().enumerate() {
            match sidechain.get(channel) {
                Some(said) => samples.copy_from_slice(&said[frames.clone()]),
                None => samples.fill(0.0),
            }
        }
        self.non_finite += self.sidechain.scrub();
        self.strip.hear(&self.sidechain);
    }

    /// Processes a whole recording from the state that the chain is in: the output begins with the first frame's sound,
    /// without the latency.
    ///
    /// # Panics
    /// When the number of channels is not the prepared one.
    pub fn process_whole(&mut self, input: &AudioBuffer, tail: Tail) -> AudioBuffer {
        self.process_all(input, None, tail, &mut || ControlFlow::Continue(())).expect("nobody stops it")
    }

    /// As [`Prepared::process_whole`], with the whole sidechain, after whose end there is silence, and piece by piece, as long as
    /// `go_on` does not say otherwise.
    pub(super) fn process_all(
        &mut self,
        input: &AudioBuffer,
        sidechain: Option<&AudioBuffer>,
        tail: Tail,
        go_on: &mut GoOn<'_>,
    ) -> Result<AudioBuffer, EffectsError> {
        let longer = tail.frames(self);
        let latency = self.strip.latency();
        let frames = input.frames() + longer;
        let mut output = AudioBuffer::new(input.channels(), frames);
        let mut piece = AudioBuffer::new(input.channels(), PIECE);
        let mut said = AudioBuffer::new(self.stage.sidechain, PIECE);
        let all = if frames > 0 { frames + latency } else { 0 };
        for start in (0..all).step_by(PIECE) {
            poll(go_on)?;
            let length = PIECE.min(all - start);
            take(input, start, &mut piece);
            let planes = piece.planar_mut().chunks_exact_mut(PIECE);
            let mut block: Vec<&mut [f32]> = planes.map(|samples| &mut samples[..length]).collect();
            match sidechain {
                Some(sidechain) => {
                    take(sidechain, start, &mut said);
                    let said: Vec<&[f32]> =
                        (0..said.channels()).map(|channel| &said.channel(channel)[..length]).collect();
                    self.process_with_sidechain(&mut block, &said);
                }
                None => self.process(&mut block),
            }
            // What comes out first belongs before the recording.
            let early = latency.saturating_sub(start).min(length);
            let to = (start + early).saturating_sub(latency);
            for (channel, samples) in block.iter().enumerate() {
                output.channel_mut(channel)[to..to + length - early].copy_from_slice(&samples[early..]);
            }
        }
        Ok(output)
    }

    /// What the chain was prepared from, or last updated to.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Frames by which the output lies behind the input.
    pub fn latency(&self) -> Frames {
        Frames(self.strip.latency() as u64)
    }

    /// Frames by which the output, latency apart, outlasts the input: until what rings is 100 dB down.
    pub fn tail(&self) -> Frames {
        Frames(self.strip.tail() as u64)
    }

    /// Moves to new parameters without a click, within [`super::GLIDE`] once the new instance of an effect has heard what it
    /// needs; a change that comes during another one begins at its end. Of delays and reverbs the input is faded, and what rings in
    /// them goes on. Effects must keep their number, order, types and latency.
    ///
    /// Everything is made here, which takes time and memory: where sound must not wait, take [`Prepared::updates`].
    ///
    /// # Errors
    /// As [`Chain::prepare_for`], and where the chain would have to be prepared anew; then nothing changes.
    pub fn update(&mut self, chain: &Chain) -> Result<(), EffectsError> {
        let change = self.source().change(chain)?;
        drop(self.apply(change));
        while self.take_back().is_some() {}
        Ok(())
    }

    /// What makes changes for this stream on another thread. From now on effects that were replaced wait for
    /// [`Prepared::take_back`].
    ///
    /// ```
    /// use rae_effects::chain::{Chain, Profile, Setup};
    /// use rae_units::SampleRate;
    ///
    /// let gain = |db: f64| Chain::from_toml(&format!("effects = [{{ type = \"gain\", gain_db = {db} }}]"));
    /// let setup = Setup { profile: Profile::Live, ..Setup::new(SampleRate::CD, 1) };
    /// let mut prepared = gain(0.0)?.prepare_for(&setup)?;
    /// let mut updates = prepared.updates();
    /// // On the thread of the controls:
    /// let change = updates.change(&gain(-6.0)?)?;
    /// // Through a queue to the thread of the sound, and what is not needed any more back the same way:
    /// let spent = prepared.apply(change).expect("the next change of this stream");
    /// prepared.process(&mut [&mut [0.5; 64]]);
    /// let replaced = prepared.take_back();
    /// # drop((spent, replaced));
    /// # Ok::<(), rae_effects::EffectsError>(())
    /// ```
    pub fn updates(&mut self) -> Updates {
        self.keeps = true;
        self.strip.keep_replaced();
        self.source()
    }

    fn source(&self) -> Updates {
        Updates {
            chain: self.chain.clone(),
            stage: self.stage.clone(),
            files: Arc::clone(&self.files),
            stream: self.stream,
            number: self.number,
            keeps: self.keeps,
        }
    }

    /// Starts to move to new parameters, as [`Prepared::update`] does, with what [`Updates::change`] has made ready. It allocates
    /// nothing, frees nothing and takes no lock; neither does [`Prepared::process`] then, if the chain was prepared with
    /// [`super::Profile::Live`] and [`Prepared::take_back`] is asked after every block until there is nothing more. Comes back
    /// with what is to be dropped elsewhere.
    ///
    /// # Errors
    /// The change itself, if it is not the next one of this stream: it is another stream's, one before it was left out, or
    /// [`Prepared::update`] was called meanwhile.
    pub fn apply(&mut self, mut change: Change) -> Result<Spent, Change> {
        if (change.stream, change.number) != (self.stream, self.number + 1) {
            return Err(change);
        }
        self.number = change.number;
        self.strip.change(&mut change.effects);
        std::mem::swap(&mut self.chain, &mut change.chain);
        std::mem::swap(&mut self.stage, &mut change.stage);
        Ok(Spent::change(change))
    }

    /// Gives back an effect that another one has replaced, to be dropped where that may take time.
    pub fn take_back(&mut self) -> Option<Spent> {
        self.strip.take_back().map(Spent::effect)
    }

    /// Back to the state before the first frame, with the latest parameters.
    pub fn reset(&mut self) {
        self.strip = Strip::new(&self.chain.effects, &self.stage);
        if self.keeps {
            self.strip.keep_replaced();
        }
        self.non_finite = 0;
    }

    /// Samples that were not finite, in the input or between effects, and became silence.
    pub fn non_finite(&self) -> u64 {
        self.non_finite + self.strip.non_finite()
    }

    /// The gain reductions since this was last called, of all effects that have one: after every block, they are a trace.
    pub fn reductions(&mut self) -> Vec<Reduction> {
        self.reductions_from(0)
    }

    /// The same where the chain is a part of another one, from the effect with number `first` on.
    pub(super) fn reductions_from(&mut self, first: usize) -> Vec<Reduction> {
        let mut reductions = Vec::new();
        self.strip.reductions(first, &mut |place, deepest| {
            reductions.push(Reduction { place: place.to_owned(), deepest: Decibels(deepest) });
        });
        reductions
    }
}

/// Reads the files that a chain names, but for those that are there.
pub(super) fn read(chain: &Chain, stage: &Stage, files: &dyn ResponseFiles) -> Result<Files, EffectsError> {
    // Nothing is read for a chain that is refused anyway.
    check_count(&chain.effects, &Place::default())?;
    let mut list = Vec::new();
    wanted(&chain.effects, &Place::default(), &mut list);
    stage.files.renewed(&list, files, stage.rate)
}

/// Fills a piece with what a recording says from `start` on, and then with silence.
fn take(sound: &AudioBuffer, start: usize, piece: &mut AudioBuffer) {
    let there = start.min(sound.frames())..(start + PIECE).min(sound.frames());
    for channel in 0..piece.channels() {
        let (said, silent) = piece.channel_mut(channel).split_at_mut(there.len());
        said.copy_from_slice(&sound.channel(channel)[there.clone()]);
        silent.fill(0.0);
    }
}
