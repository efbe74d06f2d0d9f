//! Where in a TOML file a mistake lies. Effects are told apart by their `type`, and until that is known their parameters have no
//! places any more; so the mistake is looked for: it lies in the part without which the text says something else.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

use super::Slot;

type Part<'i> = Spanned<DeValue<'i>>;
/// What is wrong with a value, if anything.
type Wrong<'a, 'i> = dyn FnMut(Part<'i>) -> Option<String> + 'a;

/// How often is tried: chains that people write need some tens.
const MOST_TRIES: usize = 300;
/// Larger effects are not searched.
const LONGEST: usize = 1 << 16;

/// What is wrong with the first effect of a chain that is no effect, and its place in the text.
pub(super) fn culprit(text: &str) -> Option<(String, Range<usize>)> {
    let chain = DeTable::parse(text).ok()?;
    let effects = chain.get_ref().get("effects")?.get_ref().as_array()?;
    effects.iter().find_map(|effect| {
        let message = mistake(effect.clone())?;
        let mut search = Search { message: &message, tries: 0 };
        let place = if effect.span().len() > LONGEST { effect.span() } else { search.narrow(effect, &mut mistake) };
        Some((message, place))
    })
}

fn mistake(effect: Part<'_>) -> Option<String> {
    Slot::deserialize(ValueDeserializer::from(effect)).err().map(|error| error.message().to_owned())
}

struct Search<'m> {
    message: &'m str,
    tries: usize,
}

impl Search<'_> {
    /// The least part of a wrong value that makes it wrong.
    fn narrow<'i>(&mut self, value: &Part<'i>, wrong: &mut Wrong<'_, 'i>) -> Range<usize> {
        let within = |inner| Spanned::new(value.span(), inner);
        match value.get_ref() {
            DeValue::Table(table) => {
                let with = |key: &str, part: Option<Part<'i>>| {
                    let others = table.iter().filter(|(name, _)| name.get_ref() != key);
                    let others = others.map(|(name, part)| (name.clone(), part.clone()));
                    let same = table.iter().find(|(name, _)| name.get_ref() == key).map(|(name, _)| name.clone());
                    within(DeValue::Table(others.chain(same.zip(part)).collect()))
                };
                // Without its type nothing is an effect.
                let parameters = table.iter().filter(|(name, _)| name.get_ref() != "type");
                for (name, part) in parameters {
                    if self.is_same(wrong(with(name.get_ref(), None))) {
                        continue;
                    }
                    let place = self.narrow(part, &mut |part| wrong(with(name.get_ref(), Some(part))));
                    // The whole parameter, if not something within it.
                    return if place == part.span() { name.span().start..place.end } else { place };
                }
                let kind = table.iter().find(|(name, _)| name.get_ref() == "type");
                match kind {
                    Some((_, kind)) if self.message.contains("unknown variant") => kind.span(),
                    _ => value.span(),
                }
            }
            DeValue::Array(list) => {
                let alone = |part: Part<'i>| within(DeValue::Array(DeArray::from_iter([part])));
                let found = list.iter().find(|part| self.is_same(wrong(alone((*part).clone()))));
                found.map_or(value.span(), |part| self.narrow(part, &mut |part| wrong(alone(part))))
            }
            _ => value.span(),
        }
    }

    /// Whether a mistake is still there; when it was tried too often nothing is found any more.
    fn is_same(&mut self, mistake: Option<String>) -> bool {
        self.tries += 1;
        self.tries > MOST_TRIES || mistake.as_deref() == Some(self.message)
    }
}

/// A message with its line, and what stands there.
pub(super) fn placed(text: &str, message: &str, place: Range<usize>) -> String {
    let start = place.start.min(text.len());
    let before = &text[..start];
    let (line, begin) = (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |end| end + 1));
    let written = text[begin..].lines().next().unwrap_or_default();
    let column = text[begin..start].chars().count();
    let marked = text[start..place.end.clamp(start, begin + written.len())].chars().count().max(1);
    let number = line.to_string();
    let (gap, indent, marks) = (" ".repeat(number.len()), " ".repeat(column), "^".repeat(marked));
    let column = column + 1;
    format!("line {line}, column {column}: {message}\n{gap} |\n{number} | {written}\n{gap} | {indent}{marks}")
}
