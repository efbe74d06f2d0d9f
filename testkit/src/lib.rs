//! Helpers for tests of the other crates: tiny SoundFonts made by code, signals, measures, tolerances, damage.
//!
//! ```
//! use rae_soundfont::Generator;
//! use rae_testkit::{BankBuilder, sine, zone};
//!
//! let bank = BankBuilder::new()
//!     .sample(&sine(441.0, 44_100, 1000), Some(0..100))
//!     .instrument([zone(0).set(Generator::SampleModes, 1)])
//!     .preset(0, 40, [zone(0).keys(0..=59), zone(0).keys(60..=127).set(Generator::Pan, 250)])
//!     .build();
//! assert_eq!(bank.preset(0, 40), Some(0));
//! ```

#![forbid(unsafe_code)]

mod bank;
mod measure;
mod mutate;
mod random;
mod rmid;
mod sf3;
mod signal;
mod tolerance;

pub use bank::{BankBuilder, ZoneBuilder, global, zone};
pub use measure::{amplitude_at, db, peak, rms};
pub use mutate::{flip_bits, mutations, truncations};
pub use random::Random;
pub use rmid::rmid;
pub use sf3::{SINE_OGG, STEREO_OGG, SWEEP_OGG, reseal};
pub use signal::{constant, impulse, noise, sine};
pub use tolerance::{assert_close, assert_db, assert_same_signal};
