//! Convolutions at work: pairs of channels through one convolver each.

use std::sync::{Arc, Weak};

use rae_dsp::{Convolver, Kernel, LiveConvolver, LiveKernel, Part};
use rae_units::Seconds;

use crate::chain::{CHUNK, Planes, Processor, Profile, Stage};

/// A response that was bypassed has heard at least so much, or all it can, before it is heard again.
const WARM_UP: Seconds = Seconds(0.5);

const BLOCK: usize = LiveConvolver::BLOCK;

/// What responses were prepared to.
#[derive(Clone, Debug)]
pub(crate) enum Spectra {
    Offline(Arc<Kernel>),
    Live(Arc<LiveKernel>),
}

/// The same, while somebody else has it.
#[derive(Clone, Debug)]
pub(super) enum WeakSpectra {
    Offline(Weak<Kernel>),
    Live(Weak<LiveKernel>),
}

impl WeakSpectra {
    pub(super) fn upgrade(&self) -> Option<Spectra> {
        match self {
            WeakSpectra::Offline(kernel) => kernel.upgrade().map(Spectra::Offline),
            WeakSpectra::Live(kernel) => kernel.upgrade().map(Spectra::Live),
        }
    }
}

impl Spectra {
    pub(super) fn downgrade(&self) -> WeakSpectra {
        match self {
            Spectra::Offline(kernel) => WeakSpectra::Offline(Arc::downgrade(kernel)),
            Spectra::Live(kernel) => WeakSpectra::Live(Arc::downgrade(kernel)),
        }
    }

    pub(crate) fn new(parts: &[Part], profile: Profile) -> Spectra {
        match profile {
            Profile::Offline => Spectra::Offline(Arc::new(Kernel::new(parts))),
            Profile::Live => Spectra::Live(Arc::new(LiveKernel::new(parts))),
        }
    }

    fn tail(&self) -> usize {
        match self {
            Spectra::Offline(kernel) => kernel.tail(),
            Spectra::Live(kernel) => kernel.tail(),
        }
    }
}

/// Frames by which the output of a response of `taps` frames will lie behind the input.
pub(crate) fn latency(taps: usize, stage: &Stage) -> usize {
    match stage.profile {
        Profile::Offline => Kernel::latency_of(taps),
        Profile::Live => BLOCK,
    }
}

#[derive(Debug)]
pub(crate) struct Convolved {
    spectra: Spectra,
    pairs: Vec<Pair>,
    /// Frames by which the convolver's output is late, and those of the response before its first moment.
    convolver_latency: usize,
    early: usize,
    warm_up: usize,
    /// Frames still to come out of the convolver's latency as silence.
    lead: usize,
    silence: Vec<f32>,
    unheard: Vec<f32>,
}

#[derive(Debug)]
enum Pair {
    Offline(Box<Convolver>),
    Live(Box<LivePair>),
}

impl Convolved {
    /// `early` frames of the response come before its first moment.
    pub(crate) fn new(spectra: Spectra, early: usize, stage: &Stage) -> Convolved {
        let tail = spectra.tail();
        let latency = latency(tail + 1, stage);
        Convolved {
            pairs: (0..stage.channels.div_ceil(2)).map(|_| Pair::new(&spectra)).collect(),
            convolver_latency: latency,
            early,
            warm_up: latency + tail.min(stage.frames(WARM_UP)),
            lead: latency,
            silence: vec![0.0; CHUNK],
            unheard: vec![0.0; CHUNK],
            spectra,
        }
    }
}

impl Pair {
    fn new(spectra: &Spectra) -> Pair {
        match spectra {
            Spectra::Offline(kernel) => Pair::Offline(Box::new(Convolver::new(Arc::clone(kernel)))),
            Spectra::Live(kernel) => Pair::Live(Box::new(LivePair::new(LiveConvolver::new(Arc::clone(kernel))))),
        }
    }
}

impl Processor for Convolved {
    fn process(&mut self, block: &mut Planes) {
        let frames = block.frames();
        let lead = self.lead.min(frames);
        self.lead -= lead;
        let mut planes = block.each_mut();
        for pair in &mut self.pairs {
            let Some(left) = planes.next() else { break };
            let right = planes.next();
            match pair {
                Pair::Offline(convolver) => {
                    convolver.push(left, right.as_deref().unwrap_or(&self.silence[..frames]), &[]);
                    let right = right.unwrap_or(&mut self.unheard[..frames]);
                    left[..lead].fill(0.0);
                    right[..lead].fill(0.0);
                    convolver.pull(&mut left[lead..], &mut right[lead..]);
                }
                Pair::Live(pair) => {
                    let right = right.unwrap_or_else(|| {
                        let unheard = &mut self.unheard[..frames];
                        unheard.fill(0.0);
                        unheard
                    });
                    pair.process(left, right);
                }
            }
        }
    }

    fn latency(&self) -> usize {
        self.convolver_latency + self.early
    }

    fn tail(&self) -> usize {
        self.spectra.tail() - self.early.min(self.spectra.tail())
    }

    fn warm_up(&self) -> usize {
        self.warm_up
    }

    fn rings_on(&self) -> bool {
        true
    }
}

/// A live convolver that takes blocks of any length, a block of its own behind.
#[derive(Debug)]
struct LivePair {
    convolver: LiveConvolver,
    heard: [[f32; BLOCK]; 2],
    said: [[f32; BLOCK]; 2],
    filled: usize,
}

impl LivePair {
    fn new(convolver: LiveConvolver) -> LivePair {
        LivePair { convolver, heard: [[0.0; BLOCK]; 2], said: [[0.0; BLOCK]; 2], filled: 0 }
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut at = 0;
        while at < left.len() {
            let run = (left.len() - at).min(BLOCK - self.filled);
            let cells = self.filled..self.filled + run;
            for (side, samples) in [&mut *left, &mut *right].into_iter().enumerate() {
                let samples = &mut samples[at..at + run];
                self.heard[side][cells.clone()].copy_from_slice(samples);
                samples.copy_from_slice(&self.said[side][cells.clone()]);
            }
            (at, self.filled) = (at + run, cells.end);
            if self.filled == BLOCK {
                let [heard_left, heard_right] = &self.heard;
                self.convolver.process([heard_left, heard_right, &[]], self.said.each_mut().map(|said| &mut said[..]));
                self.filled = 0;
            }
        }
    }
}
