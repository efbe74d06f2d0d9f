//! Chains as text: TOML for people, JSON for programs.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::culprit::{culprit, placed};
use super::finite::Finite;
use super::{Chain, Effect, Slot};
use crate::EffectsError;

impl Chain {
    /// Reads a chain from TOML.
    ///
    /// # Errors
    /// Text that is no chain, with line and column of the effect's parameter that is wrong.
    pub fn from_toml(text: &str) -> Result<Chain, EffectsError> {
        toml::from_str(text).map_err(|error| {
            EffectsError::Text(match culprit(text) {
                Some((message, place)) => placed(text, &message, place),
                None => error.to_string().trim_end().to_owned(),
            })
        })
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
    mix: Option<f64>,
    #[serde(default)]
    bypass: bool,
    #[serde(flatten)]
    effect: BTreeMap<String, Finite>,
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Slot, D::Error> {
        let Fields { mix, bypass, effect } = Fields::deserialize(deserializer)?;
        let effect: Map<String, Value> = effect.into_iter().map(|(name, Finite(value))| (name, value)).collect();
        let name = effect.get("type").and_then(Value::as_str).unwrap_or("effect").to_owned();
        let effect = Effect::deserialize(Value::Object(effect))
            .map_err(|error| D::Error::custom(format_args!("{name}: {error}")))?;
        Ok(Slot { mix: mix.unwrap_or(effect.default_mix()), effect, bypass })
    }
}

/// The same, as it is written: without what has its default.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    effect: &'a Effect,
    #[serde(skip_serializing_if = "Option::is_none")]
    mix: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bypass: bool,
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Slot { effect, mix, bypass } = self;
        let mix = (*mix != effect.default_mix()).then_some(*mix);
        Written { effect, mix, bypass: *bypass }.serialize(serializer)
    }
}
