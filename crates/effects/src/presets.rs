//! Presets: chains that come with the engine, as files that can be read and copied.

use crate::chain::Chain;

/// A chain with a name. All are for music of usual level (about −30 to −10 LUFS), for sample rates from 22 050 Hz on, and
/// end with a true-peak limiter at −1 dBTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What it is asked for by: lower case, words joined by hyphens.
    pub name: &'static str,
    /// The chain file.
    pub toml: &'static str,
}

macro_rules! presets {
    ($($name:literal),*) => {
        &[$(Preset { name: $name, toml: include_str!(concat!("../presets/", $name, ".toml")) }),*]
    };
}

const PRESETS: &[Preset] = presets!(
    "acoustic",
    "classical",
    "concert-hall",
    "electronic",
    "hip-hop",
    "jazz",
    "lo-fi",
    "night",
    "piano",
    "pop",
    "practice-room",
    "rock",
    "speech"
);

impl Preset {
    /// All presets, in the order of their names.
    pub fn all() -> &'static [Preset] {
        PRESETS
    }

    /// The preset with this name; case does not matter, and spaces and underscores are hyphens.
    ///
    /// ```
    /// use rae_effects::presets::Preset;
    ///
    /// let chain = Preset::named("Practice Room").unwrap().chain();
    /// assert!(!chain.effects.is_empty());
    /// ```
    pub fn named(name: &str) -> Option<&'static Preset> {
        let name = name.trim().to_lowercase().replace([' ', '_'], "-");
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The chain itself.
    pub fn chain(&self) -> Chain {
        Chain::from_toml(self.toml).expect("a test reads every preset")
    }
}
