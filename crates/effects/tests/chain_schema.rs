//! The published schema against what chains accept and write.

use std::collections::BTreeSet;

use rae_effects::chain::Chain;
use serde_json::{Value, json};

/// One of every effect for blocks, and of those for whole recordings.
const ALL: [&str; 2] = [include_str!("data/all.toml"), include_str!("data/whole.toml")];

/// The effects of both, as they are written.
fn written() -> Vec<Value> {
    let effects = |text: &str| {
        let chain: Value = serde_json::from_str(&Chain::from_toml(text).unwrap().to_json()).unwrap();
        chain["effects"].as_array().unwrap().clone()
    };
    ALL.into_iter().flat_map(effects).collect()
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../schemas/chain.schema.json")).unwrap()
}

/// Whether a value fits, by as much of JSON Schema as the schema uses.
fn fits(value: &Value, schema: &Value, root: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(value, root.pointer(&reference[1..]).unwrap(), root);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return choices.iter().filter(|choice| fits(value, choice, root)).count() == 1;
    }
    let kind = match value {
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Null => "null",
    };
    let is = |wanted: &str| wanted == kind || (wanted == "number" && kind == "integer");
    let listed = |key: &str| schema[key].as_array().is_none_or(|values| values.contains(value));
    let number = value.as_f64().unwrap_or_default();
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let length = items.len() as u64;
    schema["type"].as_str().is_none_or(is)
        && listed("enum")
        && (schema["const"].is_null() || schema["const"] == *value)
        && schema["minimum"].as_f64().is_none_or(|least| number >= least)
        && schema["maximum"].as_f64().is_none_or(|most| number <= most)
        && schema["minItems"].as_u64().is_none_or(|least| length >= least)
        && schema["maxItems"].as_u64().is_none_or(|most| length <= most)
        && items.iter().all(|item| fits(item, &schema["items"], root))
        && value.as_object().is_none_or(|object| {
            let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
            required.iter().all(|key| object.contains_key(key.as_str().unwrap()))
                && object.iter().all(|(key, item)| {
                    let property = &schema["properties"][key];
                    !property.is_null() && fits(item, property, root)
                })
        })
}

#[test]
fn what_chains_write_fits_the_schema() {
    for effect in written() {
        assert!(fits(&effect, &schema()["$defs"]["effect"], &schema()), "{effect}");
    }
    for text in ALL {
        let chain: Value = serde_json::from_str(&Chain::from_toml(text).unwrap().to_json()).unwrap();
        assert!(fits(&chain, &schema(), &schema()));
    }
}

#[test]
fn the_schema_knows_every_effect_and_parameter_with_its_default() {
    let schema = schema();
    let effects = written();
    let types: BTreeSet<&str> = effects.iter().map(|effect| effect["type"].as_str().unwrap()).collect();
    let choices = schema["$defs"]["effect"]["oneOf"].as_array().unwrap();
    let known: BTreeSet<&str> =
        choices.iter().map(|choice| choice["$ref"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    assert_eq!(types, known, "tests/data has one of each");
    for kind in known {
        let properties = schema["$defs"][kind]["properties"].as_object().unwrap();
        if kind == "parallel" {
            continue;
        }
        let text = json!({ "effects": [{ "type": kind }] }).to_string();
        let written: Value = serde_json::from_str(&Chain::from_json(&text).unwrap().to_json()).unwrap();
        let effect = written["effects"][0].as_object().unwrap();
        for (key, value) in effect {
            let default = &properties[key]["default"];
            let same = default.is_null() || default == value || default.as_f64() == value.as_f64();
            assert!(same, "{kind}.{key}: {value}, and {default} in the schema");
        }
        for key in properties.keys().filter(|key| !["type", "mix", "bypass"].contains(&key.as_str())) {
            let known = effect.contains_key(key) || takes(kind, key, &properties[key]);
            assert!(known, "{kind}.{key} is not a parameter");
        }
    }
}

/// Whether an effect takes a parameter that is not written where it is not given.
fn takes(kind: &str, key: &str, property: &Value) -> bool {
    let text = json!({ "effects": [{ "type": kind, key: property["minimum"] }] }).to_string();
    Chain::from_json(&text).is_ok()
}

#[test]
fn what_the_schema_refuses_chains_refuse() {
    for text in [
        r#"{ "effects": [{ "type": "gain", "gain": 1 }] }"#,
        r#"{ "effects": [{ "gain_db": 1 }] }"#,
        r#"{ "effects": [{ "type": "compressor", "detector": "mean" }] }"#,
        r#"{ "effects": [{ "type": "equalizer", "bands": [{ "type": "peak", "gain_db": 3 }] }] }"#,
        r#"{ "effects": [{ "type": "parallel" }] }"#,
        r#"{ "chain": [] }"#,
    ] {
        assert!(!fits(&serde_json::from_str(text).unwrap(), &schema(), &schema()), "{text}");
        assert!(Chain::from_json(text).is_err(), "{text}");
    }
}
