//! Chains as text: TOML for people, JSON for programs.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::finite::Finite;
use super::{Chain, Effect, Slot};
use crate::EffectsError;

impl Chain {
    /// Reads a chain from TOML.
    ///
    /// # Errors
    /// Text that is no chain, with line and column.
    pub fn from_toml(text: &str) -> Result<Chain, EffectsError> {
        toml::from_str(text).map_err(|error| EffectsError::Text(error.to_string().trim_end().to_owned()))
    }

    /// Reads a chain from JSON.
    ///
    /// # Errors
    /// Text that is no chain, with line and column.
    pub fn from_json(text: &str) -> Result<Chain, EffectsError> {
        serde_json::from_str(text).map_err(|error| EffectsError::Text(error.to_string()))
    }

    /// Writes the chain as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a chain has only tables, texts, numbers and lists")
    }

    /// Writes the chain as JSON, indented.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a chain has only objects, texts, numbers and lists")
    }
}

/// What every effect has, and the rest, which is the effect's own.
#[derive(Deserialize)]
struct Fields {
    #[serde(default = "whole")]
    mix: f64,
    #[serde(default)]
    bypass: bool,
    #[serde(flatten)]
    effect: BTreeMap<String, Finite>,
}

fn whole() -> f64 {
    1.0
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Slot, D::Error> {
        let Fields { mix, bypass, effect } = Fields::deserialize(deserializer)?;
        let effect: Map<String, Value> = effect.into_iter().map(|(name, Finite(value))| (name, value)).collect();
        let name = effect.get("type").and_then(Value::as_str).unwrap_or("effect").to_owned();
        let effect = Effect::deserialize(Value::Object(effect))
            .map_err(|error| D::Error::custom(format_args!("{name}: {error}")))?;
        Ok(Slot { effect, mix, bypass })
    }
}
