use std::fmt;
use std::str::FromStr;

use crate::PictureError;

/// An sRGB colour with straight alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
    /// 0 is transparent, 255 opaque.
    pub alpha: u8,
}

impl Color {
    /// Nothing at all.
    pub const TRANSPARENT: Color = Color { red: 0, green: 0, blue: 0, alpha: 0 };

    /// The opaque colour `0xrrggbb`.
    pub const fn hex(rgb: u32) -> Color {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Color { red, green, blue, alpha: 255 }
    }

    /// The same colour with another alpha.
    #[must_use]
    pub const fn with_alpha(self, alpha: u8) -> Color {
        Color { alpha, ..self }
    }

    /// The colour `share` (0 to 1) of the way to `other`, alpha included.
    #[must_use]
    pub fn mixed(self, other: Color, share: f32) -> Color {
        let mix = |from: u8, to: u8| (f32::from(from) + (f32::from(to) - f32::from(from)) * share).round() as u8;
        Color {
            red: mix(self.red, other.red),
            green: mix(self.green, other.green),
            blue: mix(self.blue, other.blue),
            alpha: mix(self.alpha, other.alpha),
        }
    }

    /// Colour channels multiplied by alpha, as pixels are blended.
    pub(crate) fn premultiplied(self) -> [u8; 4] {
        let times = |value: u8| ((u16::from(value) * u16::from(self.alpha) + 127) / 255) as u8;
        [times(self.red), times(self.green), times(self.blue), self.alpha]
    }
}

/// Any CSS colour: hexadecimal with or without `#`, `rgb()`, `hsl()`, names.
impl FromStr for Color {
    type Err = PictureError;

    fn from_str(text: &str) -> Result<Color, PictureError> {
        let color = csscolorparser::parse(text).map_err(|_| PictureError::Color(text.to_owned()))?;
        let [red, green, blue, alpha] = color.to_rgba8();
        Ok(Color { red, green, blue, alpha })
    }
}

/// `#rrggbb`, or `#rrggbbaa` where it is not opaque.
impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Color { red, green, blue, alpha } = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")?;
        if *alpha < 255 { write!(f, "{alpha:02x}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_in_css_and_as_they_are_shown() {
        for (text, shown) in [
            ("#3b6ea5", "#3b6ea5"),
            ("3B6EA580", "#3b6ea580"),
            ("#fff", "#ffffff"),
            ("steelblue", "#4682b4"),
            ("rgb(59 110 165 / 50%)", "#3b6ea580"),
            ("hsl(120, 100%, 50%)", "#00ff00"),
            ("transparent", "#00000000"),
        ] {
            let color: Color = text.parse().unwrap();
            assert_eq!(color.to_string(), shown, "{text}");
            assert_eq!(color.to_string().parse(), Ok(color));
        }
        for text in ["", "#12", "blurple", "rgb(1,2)", "#gggggg"] {
            assert_eq!(text.parse::<Color>(), Err(PictureError::Color(text.into())));
        }
    }

    #[test]
    fn mixing_goes_from_one_colour_to_the_other() {
        let (black, white) = (Color::hex(0), Color::hex(0xff_ffff));
        assert_eq!(black.mixed(white, 0.0), black);
        assert_eq!(black.mixed(white, 1.0), white);
        assert_eq!(black.mixed(white, 0.5), Color::hex(0x80_8080));
    }
}
