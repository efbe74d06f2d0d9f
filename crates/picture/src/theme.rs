use std::str::FromStr;

use crate::{Color, PictureError};

/// Colours and sizes of a picture. Lengths are in logical pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Behind everything; may be transparent.
    pub background: Color,
    /// Between the lowest and the highest sample.
    pub wave: Color,
    /// Within the RMS level, on top of `wave`.
    pub core: Color,
    /// As `wave`, where it has been played.
    pub played_wave: Color,
    /// As `core`, where it has been played.
    pub played_core: Color,
    /// Lines behind the picture: the middle of a waveform, a grid.
    pub grid: Color,
    /// Ticks and the edges of axes.
    pub axis: Color,
    /// Labels.
    pub text: Color,
    /// Things that are told apart by colour, such as tracks; used in turn.
    pub series: [Color; 8],
    /// Height of the letters of labels, as CSS counts it.
    pub font_size: f32,
    /// Width of lines.
    pub line_width: f32,
}

impl Theme {
    /// For white pages.
    pub fn light() -> Theme {
        Theme {
            background: Color::hex(0xff_ffff),
            wave: Color::hex(0x7d_a7d9),
            core: Color::hex(0x2f_6cb3),
            played_wave: Color::hex(0xf3_b27a),
            played_core: Color::hex(0xd9_6a1d),
            grid: Color::hex(0xe3_e7ec),
            axis: Color::hex(0xa9_b2bd),
            text: Color::hex(0x4a_5361),
            series: SERIES,
            font_size: 11.0,
            line_width: 1.0,
        }
    }

    /// For dark pages.
    pub fn dark() -> Theme {
        Theme {
            background: Color::hex(0x14_181f),
            wave: Color::hex(0x35_6394),
            core: Color::hex(0x74_b3f2),
            played_wave: Color::hex(0x96_5a24),
            played_core: Color::hex(0xff_a758),
            grid: Color::hex(0x28_2f3a),
            axis: Color::hex(0x55_5f6e),
            text: Color::hex(0xb4_bdc9),
            ..Theme::light()
        }
    }

    /// For pages of any colour.
    pub fn transparent() -> Theme {
        Theme {
            background: Color::TRANSPARENT,
            grid: Color::hex(0x80_8a98).with_alpha(80),
            axis: Color::hex(0x80_8a98),
            text: Color::hex(0x7a_8492),
            ..Theme::light()
        }
    }

    /// The same theme with a waveform of this colour; `core` is the colour itself, `wave` lies between it and what is
    /// behind it.
    #[must_use]
    pub fn with_color(self, color: Color) -> Theme {
        Theme { wave: self.faint(color), core: color, ..self }
    }

    /// As [`Theme::with_color`], for the part that has been played.
    #[must_use]
    pub fn with_played_color(self, color: Color) -> Theme {
        Theme { played_wave: self.faint(color), played_core: color, ..self }
    }

    fn faint(&self, color: Color) -> Color {
        let behind = if self.background.alpha == 255 { self.background } else { color.with_alpha(0) };
        color.mixed(behind, 0.45)
    }
}

impl Default for Theme {
    fn default() -> Theme {
        Theme::light()
    }
}

/// `light`, `dark` or `transparent`.
impl FromStr for Theme {
    type Err = PictureError;

    fn from_str(name: &str) -> Result<Theme, PictureError> {
        match name {
            "light" => Ok(Theme::light()),
            "dark" => Ok(Theme::dark()),
            "transparent" => Ok(Theme::transparent()),
            _ => Err(PictureError::Theme(name.to_owned())),
        }
    }
}

/// Of similar lightness, legible on white and on dark, and told apart by colour-blind eyes (after M. Okabe, K. Ito,
/// "Color universal design", 2008).
const SERIES: [Color; 8] = [
    Color::hex(0x3b_7dd8),
    Color::hex(0xe0_8a1e),
    Color::hex(0x1f_9e77),
    Color::hex(0xc9_5fa0),
    Color::hex(0x56_b4e9),
    Color::hex(0xd5_5e3a),
    Color::hex(0x9a_8c2f),
    Color::hex(0x8d_6fd1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_have_names() {
        assert_eq!("dark".parse(), Ok(Theme::dark()));
        assert_eq!("blue".parse::<Theme>(), Err(PictureError::Theme("blue".into())));
    }

    #[test]
    fn a_colour_of_ones_own_is_paler_towards_what_is_behind_it() {
        let red = Color::hex(0xff_0000);
        let light = Theme::light().with_color(red);
        assert!(light.core == red && light.wave.green > 100 && light.wave.red == 255);
        let dark = Theme::dark().with_color(red);
        assert!(dark.core == red && dark.wave.red < 200);
        let transparent = Theme::transparent().with_color(red);
        assert!(transparent.wave == red.with_alpha(140));
    }
}
