//! Controller numbers with a meaning of their own (MIDI 1.0, table III).

#![allow(missing_docs, reason = "the names are those of the standard")]

use std::ops::RangeInclusive;

pub const BANK_MSB: u8 = 0;
pub const PORTAMENTO_TIME: u8 = 5;
pub const DATA_MSB: u8 = 6;
pub const VOLUME: u8 = 7;
pub const PAN: u8 = 10;
pub const EXPRESSION: u8 = 11;
pub const BANK_LSB: u8 = 32;
pub const PORTAMENTO_FINE: u8 = 37;
pub const DATA_LSB: u8 = 38;
pub const SUSTAIN: u8 = 64;
pub const PORTAMENTO: u8 = 65;
pub const SOSTENUTO: u8 = 66;
pub const SOFT: u8 = 67;
pub const LEGATO: u8 = 68;
pub const PORTAMENTO_CONTROL: u8 = 84;
pub const REVERB: u8 = 91;
pub const CHORUS: u8 = 93;
/// Send to the variation effect of XG or the delay of GS.
pub const VARIATION: u8 = 94;
pub const INCREMENT: u8 = 96;
pub const DECREMENT: u8 = 97;
pub const NRPN_LSB: u8 = 98;
pub const NRPN_MSB: u8 = 99;
pub const RPN_LSB: u8 = 100;
pub const RPN_MSB: u8 = 101;
pub const ALL_SOUND_OFF: u8 = 120;
pub const RESET_CONTROLLERS: u8 = 121;
pub const ALL_NOTES_OFF: u8 = 123;
pub const MONO_MODE: u8 = 126;
pub const POLY_MODE: u8 = 127;
/// Sound controllers, whose middle is their default.
pub const SOUND: RangeInclusive<usize> = 70..=79;
