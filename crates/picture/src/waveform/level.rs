use rae_units::Decibels;

use crate::axis::round_values;
use crate::text_width;

/// What the height of a waveform means.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Amplitude {
    /// The amplitude itself.
    #[default]
    Linear,
    /// Its level; what is below `floor` (negative) has no height. Quiet passages are seen.
    Decibels {
        /// The level of the middle line.
        floor: Decibels,
    },
}

impl Amplitude {
    /// Levels down to −60 dB.
    pub const DECIBELS: Amplitude = Amplitude::Decibels { floor: Decibels(-60.0) };
}

/// From samples to heights of −1 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    amplitude: Amplitude,
    /// The sample that reaches the full height.
    full: f32,
}

/// A value at the side of a lane.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    /// Height, −1 to 1.
    pub(super) level: f32,
    pub(super) label: String,
}

impl Scale {
    pub(super) fn new(amplitude: Amplitude, full: f32) -> Scale {
        Scale { amplitude, full }
    }

    /// The height of a sample. Mirrored samples have mirrored heights.
    pub(super) fn level(&self, sample: f32) -> f32 {
        let share = sample / self.full;
        match self.amplitude {
            Amplitude::Linear => share.clamp(-1.0, 1.0),
            Amplitude::Decibels { floor } => {
                let level = Decibels::from_amplitude(f64::from(share)).0;
                ((1.0 - level / floor.0).clamp(0.0, 1.0) as f32).copysign(share)
            }
        }
    }

    /// Round values, mirrored, in a lane that is so many font sizes high.
    pub(super) fn marks(&self, height: f32) -> Vec<Mark> {
        let least = if height < 6.0 { 1.0 } else { 2.0 };
        let most = |room: f32| (height / 2.0 / room).max(least) as usize;
        let full = f64::from(self.full);
        let (values, unit): (Vec<f64>, &str) = match self.amplitude {
            Amplitude::Linear => (round_values(0.0, full, most(2.4)), ""),
            Amplitude::Decibels { floor } => {
                let highest = Decibels::from_amplitude(full).0;
                let lowest = floor.0 + highest;
                let values = round_values(lowest, highest, most(1.2));
                (values.into_iter().filter(|value| *value > lowest).collect(), " dB")
            }
        };
        let mark = |value: f64, side: f32| {
            let (sample, shown) = match self.amplitude {
                Amplitude::Linear => (value, value * f64::from(side)),
                Amplitude::Decibels { .. } => (Decibels(value).amplitude(), value),
            };
            let level = self.level(sample as f32) * side;
            Mark { level, label: format!("{}{unit}", number(shown)) }
        };
        let below =
            values.iter().rev().filter(|value| **value != 0.0 || !unit.is_empty()).map(|value| mark(*value, -1.0));
        below.chain(values.iter().map(|value| mark(*value, 1.0))).collect()
    }
}

/// How wide labels are at most.
pub(super) fn widest_label(amplitude: Amplitude, font_size: f32) -> f32 {
    match amplitude {
        Amplitude::Linear => text_width("−0.00", font_size),
        Amplitude::Decibels { .. } => text_width("−00 dB", font_size),
    }
}

/// With a minus sign that is one, and no more decimals than it has.
fn number(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6 + 0.0;
    rounded.to_string().replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_follow_their_definition() {
        let linear = Scale::new(Amplitude::Linear, 0.5);
        assert_eq!([0.0, 0.25, -0.5, 2.0].map(|x| linear.level(x)), [0.0, 0.5, -1.0, 1.0]);
        let decibels = Scale::new(Amplitude::DECIBELS, 1.0);
        let near = |sample: f32, level: f32| assert!((decibels.level(sample) - level).abs() < 1e-6, "{sample}");
        near(1.0, 1.0);
        near(0.1, 1.0 - 20.0 / 60.0);
        near(-0.01, -1.0 + 40.0 / 60.0);
        near(1e-4, 0.0);
        near(0.0, 0.0);
        near(-7.0, -1.0);
    }

    #[test]
    fn marks_are_round_and_mirrored() {
        let labels = |scale: Scale, height| scale.marks(height).into_iter().map(|mark| mark.label).collect::<Vec<_>>();
        assert_eq!(labels(Scale::new(Amplitude::Linear, 1.0), 10.0), ["−1", "−0.5", "0", "0.5", "1"]);
        assert_eq!(labels(Scale::new(Amplitude::Linear, 0.3), 10.0), ["−0.2", "0", "0.2"]);
        assert_eq!(
            labels(Scale::new(Amplitude::DECIBELS, 1.0), 9.0),
            ["0 dB", "−20 dB", "−40 dB", "−40 dB", "−20 dB", "0 dB"]
        );
    }
}
