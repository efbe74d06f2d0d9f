use std::str::FromStr;

use crate::{Color, PictureError};

/// What colour a level has: from silence to the loudest in even steps of lightness, so that nothing looks like an edge that
/// is none, and that colour-blind eyes and printers see the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorMap {
    /// Black, purple, orange, pale yellow (S. van der Walt and N. Smith, for matplotlib; CC0).
    #[default]
    Magma,
    /// Black, red, yellow (of the same source).
    Inferno,
    /// Dark blue, green, yellow (of the same source).
    Viridis,
    /// White, grey, black: for paper.
    Grey,
}

impl ColorMap {
    /// The colour of a level, from 0 to 1.
    pub fn color(self, level: f64) -> Color {
        let gradient = match self {
            ColorMap::Magma => colorous::MAGMA,
            ColorMap::Inferno => colorous::INFERNO,
            ColorMap::Viridis => colorous::VIRIDIS,
            ColorMap::Grey => {
                let grey = (255.0 * (1.0 - level.clamp(0.0, 1.0))).round() as u8;
                return Color { red: grey, green: grey, blue: grey, alpha: 255 };
            }
        };
        let colorous::Color { r, g, b } = gradient.eval_continuous(level.clamp(0.0, 1.0));
        Color { red: r, green: g, blue: b, alpha: 255 }
    }
}

/// `magma`, `inferno`, `viridis` or `grey`.
impl FromStr for ColorMap {
    type Err = PictureError;

    fn from_str(name: &str) -> Result<ColorMap, PictureError> {
        match name {
            "magma" => Ok(ColorMap::Magma),
            "inferno" => Ok(ColorMap::Inferno),
            "viridis" => Ok(ColorMap::Viridis),
            "grey" => Ok(ColorMap::Grey),
            _ => Err(PictureError::ColorMap(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lightness as the CIE defines it.
    fn lightness(color: Color) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let y = 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
        if y > 216.0 / 24_389.0 { 116.0 * y.cbrt() - 16.0 } else { y * 24_389.0 / 27.0 }
    }

    #[test]
    fn lightness_goes_one_way_in_even_steps() {
        for map in [ColorMap::Magma, ColorMap::Inferno, ColorMap::Viridis, ColorMap::Grey] {
            let lights: Vec<f64> = (0..=16).map(|step| lightness(map.color(f64::from(step) / 16.0))).collect();
            let steps: Vec<f64> = lights.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
            let mean = steps.iter().sum::<f64>() / 16.0;
            assert!(steps.iter().all(|step| (step / mean - 1.0).abs() < 0.6), "{map:?}: {steps:?}");
        }
    }

    #[test]
    fn ends_are_those_of_the_published_maps() {
        assert_eq!(ColorMap::Viridis.color(0.0), Color::hex(0x44_0154));
        assert_eq!(ColorMap::Viridis.color(1.0), Color::hex(0xfd_e725));
        assert_eq!(ColorMap::Magma.color(-1.0), Color::hex(0x00_0004));
        assert_eq!(ColorMap::Inferno.color(2.0), Color::hex(0xfc_ffa4));
        assert_eq!("grey".parse(), Ok(ColorMap::Grey));
        assert!("jet".parse::<ColorMap>().is_err());
    }
}
