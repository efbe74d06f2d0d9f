//! Chains: effects as values, written as TOML or JSON, and prepared for one sample rate and number of channels.

mod change;
mod culprit;
mod delay;
mod effect;
mod finite;
mod levels;
mod limits;
mod parallel;
mod place;
mod planes;
mod prepared;
mod processor;
mod setup;
mod slot;
mod strip;
mod text;
mod whole;

pub use change::{Change, Spent, Updates};
pub use effect::Effect;
pub use levels::{DcFilter, Gain, Pan, Width};
pub use limits::{MAX_CHANNELS, MAX_RATE, MIN_RATE};
pub use parallel::{Branch, Parallel};
pub use place::Place;
pub use prepared::{Prepared, Reduction, Tail};
pub use setup::{Profile, Setup};
pub use slot::GLIDE;
pub use whole::{Processed, Whole};

pub(crate) use delay::Delay;
pub(crate) use limits::{MAX_BYTES, within};
pub(crate) use planes::{CHUNK, Planes};
pub(crate) use processor::{Processor, Stage, alike};
pub(crate) use whole::{GoOn, poll};

use std::path::{Path, PathBuf};

use rae_units::SampleRate;
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use effect::each_file;

/// Effects that sound passes one after the other.
///
/// ```
/// use rae_effects::chain::Chain;
/// use rae_units::SampleRate;
///
/// let chain = Chain::from_toml(
///     r#"
///     [[effects]]
///     type = "gain"
///     gain_db = -6
///
///     [[effects]]
///     type = "width"
///     width = 1.2
///     mix = 0.5
///     "#,
/// )?;
/// let mut prepared = chain.prepare(SampleRate::CD, 2)?;
/// let (mut left, mut right) = ([0.5; 100], [0.25; 100]);
/// prepared.process(&mut [&mut left, &mut right]);
/// # Ok::<(), rae_effects::EffectsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// What the chain is for, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The effects in order; none at all leaves sound as it is.
    #[serde(default)]
    pub effects: Vec<Slot>,
}

/// A place in a chain: an effect, and how much of it is heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The effect.
    pub effect: Effect,
    /// Share of the effect's output, 0 to 1; the rest is its input, delayed by the effect's latency.
    pub mix: f64,
    /// Passes the input on, delayed by the effect's latency.
    pub bypass: bool,
}

impl Slot {
    /// The share of the effect's output that is heard.
    pub(crate) fn share(&self) -> f32 {
        if self.bypass { 0.0 } else { self.mix as f32 }
    }
}

impl From<Effect> for Slot {
    /// As much of it is heard as [`Effect::default_mix`] says.
    fn from(effect: Effect) -> Slot {
        Slot { mix: effect.default_mix(), effect, bypass: false }
    }
}

impl<E: Into<Effect>, const N: usize> From<[E; N]> for Chain {
    fn from(effects: [E; N]) -> Chain {
        Chain { description: String::new(), effects: effects.map(|effect| Slot::from(effect.into())).into() }
    }
}

impl Chain {
    /// Checks every parameter and file, without making anything ready.
    ///
    /// # Errors
    /// As [`Chain::prepare_for`].
    pub fn check(&self, setup: &Setup) -> Result<(), EffectsError> {
        Prepared::checked(self, setup).map(drop)
    }

    /// Whether an effect listens to a sidechain, which it then has to be prepared for: see [`Setup::sidechain`].
    pub fn is_keyed(&self) -> bool {
        self.effects.iter().any(|slot| slot.effect.is_keyed())
    }

    /// The chain with its files relative to `folder`; absolute paths stay.
    pub fn files_in(mut self, folder: &Path) -> Chain {
        each_file(&mut self.effects, &mut |path| *path = folder.join(&*path).display().to_string());
        self
    }

    /// The files that it names, as they are written.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        each_file(&mut self.effects.clone(), &mut |path| files.push(PathBuf::from(&*path)));
        files
    }

    /// Checks every parameter and makes the chain ready to process sound.
    ///
    /// # Errors
    /// A parameter that is out of range, with the effect's place; a rate or number of channels out of range.
    pub fn prepare(&self, rate: SampleRate, channels: usize) -> Result<Prepared, EffectsError> {
        self.prepare_for(&Setup::new(rate, channels))
    }

    /// As [`Chain::prepare`], with a profile and with files.
    ///
    /// # Errors
    /// As [`Chain::prepare`]; a file that the chain names and that cannot be used.
    pub fn prepare_for(&self, setup: &Setup) -> Result<Prepared, EffectsError> {
        Prepared::new(self, setup)
    }
}
