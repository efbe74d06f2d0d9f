//! Without LAME.

use super::super::{AudioSpec, Encoder, Mp3Rate};
use crate::CodecError;

pub(super) fn checked_encoder(_: &AudioSpec, _: Mp3Rate, _: bool) -> Result<Box<dyn Encoder>, CodecError> {
    Err(CodecError::NoMp3)
}
