use png::{BitDepth, ColorType, Compression, Encoder, PixelDimensions, Unit};
use tiny_skia::{FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

use crate::font;
use crate::{Anchor, Area, Canvas, Color, Label, Point, Reach, Size, text_width};

/// Parts of a pixel that columns end at.
const PARTS: i32 = 256;

/// Device pixels of a metre at scale 1: 96 to the inch, as CSS has it.
const DOTS_PER_METRE: f32 = 96.0 / 0.0254;

/// A picture of pixels, for PNG files.
#[derive(Clone, Debug)]
pub struct Raster {
    size: Size,
    pixmap: Pixmap,
}

impl Raster {
    /// A picture that is all `background`.
    pub fn new(size: Size, background: Color) -> Raster {
        let (width, height) = size.device();
        let mut pixmap = Pixmap::new(width as u32, height as u32).expect("sizes are within the limits of pixmaps");
        pixmap.data_mut().chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&background.premultiplied()));
        Raster { size, pixmap }
    }

    /// The pixels of one row of device pixels, to write: red, green and blue multiplied by alpha, then alpha.
    ///
    /// # Panics
    /// Where `row` is not within the picture.
    pub fn row_mut(&mut self, row: usize) -> &mut [[u8; 4]] {
        let width = self.pixmap.width() as usize;
        &mut self.pixmap.data_mut().as_chunks_mut().0[row * width..][..width]
    }

    /// The pixels as they are seen, row after row from the top: red, green, blue and alpha, not multiplied.
    pub fn rgba(&self) -> Vec<u8> {
        let straight = self.pixmap.pixels().iter().map(|pixel| pixel.demultiply());
        straight.flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]).collect()
    }

    /// A PNG file, without an alpha channel where nothing is transparent.
    pub fn png(&self) -> Vec<u8> {
        let opaque = self.pixmap.pixels().iter().all(|pixel| pixel.is_opaque());
        let (color, pixels) = if opaque {
            (
                ColorType::Rgb,
                self.pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
            )
        } else {
            (ColorType::Rgba, self.rgba())
        };
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.pixmap.width(), self.pixmap.height());
        encoder.set_color(color);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Balanced);
        let density = (DOTS_PER_METRE * self.size.scale()).round() as u32;
        encoder.set_pixel_dims(Some(PixelDimensions { xppu: density, yppu: density, unit: Unit::Meter }));
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&pixels)?;
            writer.finish()
        });
        written.expect("memory takes everything, and the pixels are as many as the header says");
        file
    }

    fn fill(&mut self, path: Option<Path>, color: Color) {
        let Some(path) = path else { return };
        self.pixmap.fill_path(&path, &paint(color), FillRule::Winding, self.transform(), None);
    }

    fn transform(&self) -> Transform {
        Transform::from_scale(self.size.scale(), self.size.scale())
    }

    /// Device pixels from the first to before the second, at least one of them.
    fn pixels_between(&self, low: f32, high: f32, most: usize) -> std::ops::Range<usize> {
        let edge = |position: f32| (position * self.size.scale()).round();
        let (low, high) = (edge(low), edge(high).max(edge(low) + 1.0));
        (low.max(0.0) as usize).min(most)..(high.max(0.0) as usize).min(most)
    }
}

impl Canvas for Raster {
    fn size(&self) -> Size {
        self.size
    }

    fn rectangle(&mut self, area: Area, color: Color) {
        if !(area.width() > 0.0 && area.height() > 0.0) {
            return;
        }
        let (width, height) = self.size.device();
        let across = self.pixels_between(area.left, area.right, width);
        let color = color.premultiplied();
        for row in self.pixels_between(area.top, area.bottom, height) {
            self.row_mut(row)[across.clone()].iter_mut().for_each(|pixel| blend(pixel, color, PARTS));
        }
    }

    fn rounded(&mut self, area: Area, radius: f32, color: Color) {
        let Area { left, top, right, bottom } = area;
        let radius = radius.min(area.width() / 2.0).min(area.height() / 2.0);
        if radius.is_nan() || radius <= 0.0 {
            return self.polygon(&[(left, top), (right, top), (right, bottom), (left, bottom)], color);
        }
        // A cubic curve that is a quarter of a circle within 0.03 % has its middle points so far from the corner.
        let corner = radius * (1.0 - 0.552_285);
        let mut path = PathBuilder::new();
        path.move_to(left + radius, top);
        path.line_to(right - radius, top);
        path.cubic_to(right - corner, top, right, top + corner, right, top + radius);
        path.line_to(right, bottom - radius);
        path.cubic_to(right, bottom - corner, right - corner, bottom, right - radius, bottom);
        path.line_to(left + radius, bottom);
        path.cubic_to(left + corner, bottom, left, bottom - corner, left, bottom - radius);
        path.line_to(left, top + radius);
        path.cubic_to(left, top + corner, left + corner, top, left + radius, top);
        path.close();
        self.fill(path.finish(), color);
    }

    fn polygon(&mut self, points: &[Point], color: Color) {
        self.fill(path(points, true), color);
    }

    fn polyline(&mut self, points: &[Point], width: f32, color: Color) {
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        // Filled like any other shape, since what draws thin lines leaves some out at the edge of a picture.
        let outline = path(points, false).and_then(|path| path.stroke(&stroke, self.size.scale()));
        self.fill(outline, color);
    }

    fn columns(&mut self, left: f32, middle: f32, columns: &[Reach], color: Color) {
        let (width, height) = self.size.device();
        let part = |length: f32| (length * self.size.scale() * PARTS as f32).round() as i32;
        let middle = part(middle);
        let first = ((left * self.size.scale()).round().max(0.0) as usize).min(width);
        let count = columns.len().min(width - first);
        let ends: Vec<(i32, i32)> = columns[..count]
            .iter()
            .map(|reach| (middle.saturating_sub(part(reach.up)), middle.saturating_add(part(reach.down))))
            .collect();
        let top = ends.iter().map(|end| end.0).min().unwrap_or(0).div_euclid(PARTS).clamp(0, height as i32);
        let bottom = ends.iter().map(|end| end.1).max().unwrap_or(0).clamp(0, height as i32 * PARTS);
        let color = color.premultiplied();
        for row in top..(bottom + PARTS - 1) / PARTS {
            let (above, below) = (row * PARTS, (row + 1) * PARTS);
            for (pixel, &(top, bottom)) in self.row_mut(row as usize)[first..].iter_mut().zip(&ends) {
                let covered = below.min(bottom) - above.max(top);
                if covered > 0 {
                    blend(pixel, color, covered);
                }
            }
        }
    }

    fn text(&mut self, label: &Label<'_>) {
        let text: String = label.text.chars().filter(|letter| !letter.is_control()).collect();
        let left = match label.anchor {
            Anchor::Start => label.x,
            Anchor::Middle => label.x - text_width(&text, label.size) / 2.0,
            Anchor::End => label.x - text_width(&text, label.size),
        };
        let baseline = self.size.snapped(label.baseline);
        self.fill(font::outline(&text, label.size, self.size.snapped(left), baseline), label.color);
    }
}

/// Lays a premultiplied colour over a pixel of which it covers `parts`.
fn blend(pixel: &mut [u8; 4], color: [u8; 4], parts: i32) {
    if parts >= PARTS && color[3] == 255 {
        *pixel = color;
        return;
    }
    let parts = parts as u32;
    // In 255ths of 256ths, exact until the one rounding at the end.
    let full = 255 * PARTS as u32;
    let seen_through = full - u32::from(color[3]) * parts;
    for (below, above) in pixel.iter_mut().zip(color) {
        let sum = u32::from(above) * parts * 255 + u32::from(*below) * seen_through;
        *below = ((sum + full / 2) / full) as u8;
    }
}

fn paint(color: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(color.red, color.green, color.blue, color.alpha);
    paint
}

fn path(points: &[Point], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::with_capacity(points.len() + 1, points.len());
    for (index, &(x, y)) in points.iter().enumerate() {
        if index == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
    }
    if closed {
        builder.close();
    }
    builder.finish()
}
