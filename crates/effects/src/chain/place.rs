use std::fmt;

/// Where in a chain an effect stands, such as `effects[2].branches[0].effects[1]`; numbers count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// The element `index` of the list `name` at this place.
    pub(crate) fn item(&self, name: &str, index: usize) -> Place {
        let dot = if self.0.is_empty() { "" } else { "." };
        Place(format!("{}{dot}{name}[{index}]", self.0))
    }

    /// The same place with the effect's type.
    pub(crate) fn named(&self, kind: &str) -> Place {
        Place(format!("{} ({kind})", self.0))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
