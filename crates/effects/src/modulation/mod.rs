//! Effects that move by themselves: chorus, phaser, tremolo. Where they stand depends only on the number of the frame.

mod chorus;
mod oscillator;
mod phaser;
mod tremolo;

pub use chorus::Chorus;
pub use phaser::Phaser;
pub use tremolo::{Shape, Tremolo};

use oscillator::Oscillator;
