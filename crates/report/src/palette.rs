//! The colours of a report, light and dark: told apart by colour-blind eyes, and never the only thing that tells two things
//! apart.

use rae_picture::{Color, Mark, NoteStyle, Shape, Theme};

use crate::marks::Verdict;

/// Colours by what they mean.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
    pub(crate) theme: Theme,
    correct: Color,
    wrong: Color,
    missed: Color,
    /// Inside of notes that were not played.
    hollow: Color,
    extra: Color,
    /// Arrows of early and late notes.
    pub(crate) arrow: Color,
    /// Behind what was played again later.
    pub(crate) abandoned: Color,
    /// The mark of the weakest bars.
    pub(crate) weak: Color,
    /// Titles and figures.
    pub(crate) strong: Color,
}

impl Palette {
    pub(crate) fn light() -> Palette {
        Palette {
            theme: Theme::light(),
            correct: Color::hex(0x2f_6cb4),
            wrong: Color::hex(0xc8_430a),
            missed: Color::hex(0x85_6404),
            hollow: Color::hex(0xff_f6dc),
            extra: Color::hex(0x98_3b9d),
            arrow: Color::hex(0x14_181e),
            abandoned: Color::hex(0xee_f0f3),
            weak: Color::hex(0xc8_430b),
            strong: Color::hex(0x1d_232c),
        }
    }

    pub(crate) fn dark() -> Palette {
        Palette {
            theme: Theme::dark(),
            correct: Color::hex(0x6f_b0f2),
            wrong: Color::hex(0xff_8650),
            missed: Color::hex(0xe6_c34f),
            hollow: Color::hex(0x33_2d18),
            extra: Color::hex(0xda_90df),
            arrow: Color::hex(0xff_ffff),
            abandoned: Color::hex(0x22_2832),
            weak: Color::hex(0xff_8650),
            strong: Color::hex(0xee_f1f5),
        }
    }

    /// The colour of each part, in an order that all palettes share; no two of the light one's are the same.
    pub(crate) fn colors(&self) -> [Color; 15] {
        let Theme { background, wave, core, grid, axis, text, .. } = self.theme;
        [
            background,
            wave,
            core,
            grid,
            axis,
            text,
            self.correct,
            self.wrong,
            self.missed,
            self.hollow,
            self.extra,
            self.arrow,
            self.abandoned,
            self.weak,
            self.strong,
        ]
    }

    pub(crate) fn color(&self, verdict: Verdict) -> Color {
        match verdict {
            Verdict::Correct => self.correct,
            Verdict::WrongPitch => self.wrong,
            Verdict::Missed => self.missed,
            Verdict::Extra => self.extra,
        }
    }

    /// How what was played is drawn, or what was to be played.
    pub(crate) fn style(&self, verdict: Verdict) -> NoteStyle {
        let fill = self.color(verdict);
        let bar = NoteStyle { shape: Shape::Bar, fill, outline: None, mark: None };
        match verdict {
            Verdict::Correct | Verdict::WrongPitch | Verdict::Extra => bar,
            Verdict::Missed => NoteStyle { mark: Some((Mark::Hatching, fill)), ..self.outlined(fill) },
        }
    }

    /// The place where a wrong pitch should have been.
    pub(crate) fn vacant(&self) -> NoteStyle {
        NoteStyle { fill: self.theme.background, ..self.outlined(self.wrong) }
    }

    fn outlined(&self, color: Color) -> NoteStyle {
        NoteStyle { shape: Shape::Bar, fill: self.hollow, outline: Some(color), mark: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.1).
    fn luminance(color: Color) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    }

    #[test]
    fn every_verdict_stands_out_from_the_page() {
        for palette in [Palette::light(), Palette::dark()] {
            for verdict in Verdict::ALL {
                let (a, b) = (luminance(palette.color(verdict)), luminance(palette.theme.background));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast > 4.5, "{verdict:?}: {contrast}");
            }
            // Columns of bars and the line of the tempo (WCAG 2.1, 1.4.11).
            let (a, b) = (luminance(palette.theme.core), luminance(palette.theme.background));
            assert!((a.max(b) + 0.05) / (a.min(b) + 0.05) > 3.0);
        }
    }

    #[test]
    fn light_colours_can_be_told_apart_by_a_style_sheet() {
        let mut colors: Vec<String> = Palette::light().colors().iter().map(Color::to_string).collect();
        colors.sort();
        colors.dedup();
        assert_eq!(colors.len(), Palette::light().colors().len());
    }
}
