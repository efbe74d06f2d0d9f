//! The embedded font: Inter, cut down to Latin, Greek and Cyrillic (see `font/README.md`).

use std::sync::LazyLock;

use tiny_skia::{Path, PathBuilder};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

static FACE: LazyLock<Face<'static>> = LazyLock::new(|| {
    Face::parse(include_bytes!("../font/Inter-subset.ttf"), 0).expect("the embedded font is tested and never changes")
});

/// What an SVG asks for; the widths of the others are near enough to Inter's.
pub const FAMILIES: &str = "Inter, 'Helvetica Neue', Arial, sans-serif";

/// How wide `text` is at a font size, in the unit of `size`.
pub fn text_width(text: &str, size: f32) -> f32 {
    let units: u32 = text.chars().map(|letter| u32::from(advance(glyph(letter)))).sum();
    units as f32 * size / f32::from(FACE.units_per_em())
}

/// The outline of `text` from (`x`, `baseline`) on, in pixels; `None` where nothing is to be seen.
pub(crate) fn outline(text: &str, size: f32, x: f32, baseline: f32) -> Option<Path> {
    let scale = size / f32::from(FACE.units_per_em());
    let mut pen = Pen { path: PathBuilder::new(), scale, x, baseline };
    for letter in text.chars() {
        let glyph = glyph(letter);
        FACE.outline_glyph(glyph, &mut pen);
        pen.x += f32::from(advance(glyph)) * scale;
    }
    pen.path.finish()
}

/// The glyph of a letter, or the box that stands for what the font lacks.
fn glyph(letter: char) -> GlyphId {
    FACE.glyph_index(letter).unwrap_or(GlyphId(0))
}

fn advance(glyph: GlyphId) -> u16 {
    FACE.glyph_hor_advance(glyph).unwrap_or(0)
}

/// Draws outlines, whose y axis points up, into a path, whose y axis points down.
struct Pen {
    path: PathBuilder,
    scale: f32,
    x: f32,
    baseline: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.baseline - y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_what_labels_need() {
        for letter in "AZaz09:.,−–—'°µ∞äÉñőŁßЖяΩλ".chars() {
            assert!(FACE.glyph_index(letter).is_some(), "{letter}");
        }
    }

    #[test]
    fn widths_add_up_and_scale() {
        let width = text_width("1:23", 10.0);
        assert!(width > 15.0 && width < 30.0, "{width}");
        assert!((text_width("1:231:23", 20.0) - 4.0 * width).abs() < 1e-4);
        assert_eq!(text_width("", 10.0), 0.0);
    }

    #[test]
    fn outlines_stand_on_the_baseline() {
        let bounds = outline("Hx", 100.0, 50.0, 200.0).unwrap().bounds();
        assert!((bounds.bottom() - 200.0).abs() < 0.1 && bounds.left() > 50.0, "{bounds:?}");
        assert!((bounds.top() - 127.0).abs() < 2.0, "capitals are 0.727 em high: {bounds:?}");
        assert!(outline(" ", 10.0, 0.0, 0.0).is_none());
    }
}
