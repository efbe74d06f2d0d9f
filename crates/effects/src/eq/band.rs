use rae_units::Decibels;
use serde::{Deserialize, Serialize};

use super::analogue::Prototype;
use crate::EffectsError;
use crate::chain::{Place, Stage, within};

/// The most bands of an equalizer.
pub const MAX_BANDS: usize = 128;

/// One band. Frequencies are from 10 Hz to 0.49 of the sample rate, gains from −30 to 30 dB.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Band {
    /// A bell.
    Peak {
        /// Its centre.
        frequency_hz: f64,
        /// The gain there; half of it (in dB) at the edges of its width.
        gain_db: f64,
        /// Centre over width, 0.1 to 50.
        #[serde(default = "flat")]
        q: f64,
    },
    /// More or less of all that is lower.
    LowShelf {
        /// Where half of the gain (in dB) is reached.
        frequency_hz: f64,
        /// The gain far below.
        gain_db: f64,
        /// 0.1 to 2; above 0.7071 the shelf overshoots.
        #[serde(default = "flat")]
        q: f64,
    },
    /// More or less of all that is higher.
    HighShelf {
        /// Where half of the gain (in dB) is reached.
        frequency_hz: f64,
        /// The gain far above.
        gain_db: f64,
        /// 0.1 to 2; above 0.7071 the shelf overshoots.
        #[serde(default = "flat")]
        q: f64,
    },
    /// Butterworth's low-pass.
    LowPass {
        /// −3 dB.
        frequency_hz: f64,
        /// 1 to 8: 6 dB per octave each.
        #[serde(default = "second")]
        order: u32,
    },
    /// Butterworth's high-pass.
    HighPass {
        /// −3 dB.
        frequency_hz: f64,
        /// 1 to 8: 6 dB per octave each.
        #[serde(default = "second")]
        order: u32,
    },
    /// Nothing of one frequency.
    Notch {
        /// The frequency.
        frequency_hz: f64,
        /// Frequency over width at −3 dB, 0.1 to 50.
        #[serde(default = "narrow")]
        q: f64,
    },
    /// Lows against highs, by a slope of first order.
    Tilt {
        /// Where nothing changes.
        frequency_hz: f64,
        /// The gain far above, and with the other sign far below.
        gain_db: f64,
    },
}

fn flat() -> f64 {
    std::f64::consts::FRAC_1_SQRT_2
}

fn narrow() -> f64 {
    10.0
}

fn second() -> u32 {
    2
}

impl Band {
    pub(super) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        use Band::{HighPass, HighShelf, LowPass, LowShelf, Notch, Peak, Tilt};
        let (Peak { frequency_hz, .. }
        | LowShelf { frequency_hz, .. }
        | HighShelf { frequency_hz, .. }
        | LowPass { frequency_hz, .. }
        | HighPass { frequency_hz, .. }
        | Notch { frequency_hz, .. }
        | Tilt { frequency_hz, .. }) = *self;
        within(place, "frequency_hz", frequency_hz, 10.0..=0.49 * stage.hz())?;
        if let Peak { gain_db, .. } | LowShelf { gain_db, .. } | HighShelf { gain_db, .. } | Tilt { gain_db, .. } =
            *self
        {
            within(place, "gain_db", gain_db, -30.0..=30.0)?;
        }
        match *self {
            Peak { q, .. } | Notch { q, .. } => within(place, "q", q, 0.1..=50.0),
            LowShelf { q, .. } | HighShelf { q, .. } => within(place, "q", q, 0.1..=2.0),
            LowPass { order, .. } | HighPass { order, .. } => within(place, "order", f64::from(order), 1.0..=8.0),
            Tilt { .. } => Ok(()),
        }
    }

    /// The analogue filters of second order that the band stands for.
    pub(crate) fn prototypes(&self) -> Vec<Prototype> {
        let gain = |db: f64| Decibels(db).amplitude();
        match *self {
            Band::Peak { frequency_hz, gain_db, q } => vec![Prototype::peak(frequency_hz, gain(gain_db), q)],
            Band::LowShelf { frequency_hz, gain_db, q } => vec![Prototype::low_shelf(frequency_hz, gain(gain_db), q)],
            Band::HighShelf { frequency_hz, gain_db, q } => vec![Prototype::high_shelf(frequency_hz, gain(gain_db), q)],
            Band::LowPass { frequency_hz, order } => Prototype::low_pass(frequency_hz, order),
            Band::HighPass { frequency_hz, order } => Prototype::high_pass(frequency_hz, order),
            Band::Notch { frequency_hz, q } => vec![Prototype::notch(frequency_hz, q)],
            Band::Tilt { frequency_hz, gain_db } => vec![Prototype::tilt(frequency_hz, gain(gain_db))],
        }
    }
}
