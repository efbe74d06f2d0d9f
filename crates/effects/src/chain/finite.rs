use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A value whose numbers are finite. [`Value`] itself takes infinity and NaN, which TOML has, for null: what is left out.
pub(super) struct Finite(pub(super) Value);

impl<'de> Deserialize<'de> for Finite {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Finite, D::Error> {
        deserializer.deserialize_any(FiniteVisitor)
    }
}

struct FiniteVisitor;

impl<'de> Visitor<'de> for FiniteVisitor {
    type Value = Finite;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a finite number, true or false, a list or a table")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Finite, E> {
        Ok(Finite(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Finite, E> {
        Ok(Finite(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Finite, E> {
        Ok(Finite(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Finite, E> {
        if value.is_finite() {
            Ok(Finite(value.into()))
        } else {
            Err(E::custom(format_args!("{value} is not a finite number")))
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Finite, E> {
        Ok(Finite(value.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Finite, E> {
        Ok(Finite(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Finite, A::Error> {
        let mut list = Vec::new();
        while let Some(Finite(value)) = items.next_element()? {
            list.push(value);
        }
        Ok(Finite(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Finite, A::Error> {
        let mut map = Map::new();
        while let Some((name, Finite(value))) = entries.next_entry()? {
            map.insert(name, value);
        }
        Ok(Finite(Value::Object(map)))
    }
}
