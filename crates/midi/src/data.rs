//! The bytes that some events carry.

use std::fmt;
use std::ops::Deref;

/// Bytes of an event, behind a single pointer: most events have none, and are small for it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Data(Box<Box<[u8]>>);

impl Deref for Data {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Vec<u8>> for Data {
    fn from(bytes: Vec<u8>) -> Data {
        Data(Box::new(bytes.into()))
    }
}

impl From<&[u8]> for Data {
    fn from(bytes: &[u8]) -> Data {
        Data(Box::new(bytes.into()))
    }
}

impl<const N: usize> From<[u8; N]> for Data {
    fn from(bytes: [u8; N]) -> Data {
        bytes.as_slice().into()
    }
}

impl<const N: usize> From<&[u8; N]> for Data {
    fn from(bytes: &[u8; N]) -> Data {
        bytes.as_slice().into()
    }
}

impl From<&str> for Data {
    fn from(words: &str) -> Data {
        words.as_bytes().into()
    }
}

impl FromIterator<u8> for Data {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Data {
        Data(Box::new(bytes.into_iter().collect()))
    }
}
