//! Sound devices and MIDI ports, where they are built in.

#[cfg(not(feature = "devices"))]
mod disabled;
#[cfg(feature = "devices")]
mod enabled;

#[cfg(not(feature = "devices"))]
pub use disabled::{Input, Output, inputs, outputs};
#[cfg(feature = "devices")]
pub use enabled::{Input, Output, inputs, outputs};
