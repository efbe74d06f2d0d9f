//! One way to draw a picture, whatever it is written as.

mod raster;
mod svg;

pub use raster::Raster;
pub use svg::{Escaped, Svg};

use crate::{Color, PictureError};

/// Longest side of a picture, in device pixels.
pub(crate) const MAX_SIDE: u64 = 32_767;
/// Most device pixels of a picture: 256 MiB of memory.
pub(crate) const MAX_PIXELS: u64 = 64 << 20;
pub(crate) const MIN_SCALE: f32 = 0.1;
pub(crate) const MAX_SCALE: f32 = 16.0;

/// How large a picture is: logical pixels, in which everything is placed, and how many device pixels one of them has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    width: u32,
    height: u32,
    scale: f32,
}

impl Size {
    /// `width` × `height` logical pixels at `scale` device pixels each (2 for most sharp screens).
    ///
    /// # Errors
    /// [`PictureError::Scale`] outside 0.1 to 16, [`PictureError::Size`] without pixels or with more than 64 megapixels.
    pub fn new(width: u32, height: u32, scale: f32) -> Result<Size, PictureError> {
        if !(MIN_SCALE..=MAX_SCALE).contains(&scale) {
            return Err(PictureError::Scale(scale));
        }
        let size = Size { width, height, scale };
        let (across, down) = (device(width, scale), device(height, scale));
        let fits = width > 0 && height > 0 && across.max(down) <= MAX_SIDE && across * down <= MAX_PIXELS;
        if fits { Ok(size) } else { Err(PictureError::Size { width: across, height: down }) }
    }

    /// Logical pixels.
    pub fn width(self) -> f32 {
        self.width as f32
    }

    /// Logical pixels.
    pub fn height(self) -> f32 {
        self.height as f32
    }

    /// Device pixels for each logical one.
    pub fn scale(self) -> f32 {
        self.scale
    }

    /// Width and height in device pixels, at least 1 each.
    pub fn device(self) -> (usize, usize) {
        (device(self.width, self.scale).max(1) as usize, device(self.height, self.scale).max(1) as usize)
    }

    /// The whole picture.
    pub fn area(self) -> Area {
        Area { left: 0.0, top: 0.0, right: self.width(), bottom: self.height() }
    }

    /// The nearest edge between device pixels, in logical pixels: what is placed there is sharp.
    pub fn snapped(self, position: f32) -> f32 {
        (position * self.scale).round() / self.scale
    }
}

fn device(logical: u32, scale: f32) -> u64 {
    (f64::from(logical) * f64::from(scale)).round() as u64
}

/// A rectangle in logical pixels; y points down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Smallest x.
    pub left: f32,
    /// Smallest y.
    pub top: f32,
    /// Largest x.
    pub right: f32,
    /// Largest y.
    pub bottom: f32,
}

impl Area {
    /// Logical pixels.
    pub fn width(self) -> f32 {
        self.right - self.left
    }

    /// Logical pixels.
    pub fn height(self) -> f32 {
        self.bottom - self.top
    }

    /// The area without so much at each side.
    pub(crate) fn inset(self, by: f32) -> Area {
        Area { left: self.left + by, top: self.top + by, right: self.right - by, bottom: self.bottom - by }
    }
}

/// x and y in logical pixels; y points down.
pub type Point = (f32, f32);

/// How far a column of a waveform reaches from its middle, in logical pixels; one of them is negative where the column
/// lies on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reach {
    /// Upwards.
    pub up: f32,
    /// Downwards.
    pub down: f32,
}

/// Which point of a text lies at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// A line of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label<'a> {
    /// What it says. Control characters are left out.
    pub text: &'a str,
    /// Where its anchor is.
    pub x: f32,
    /// Where its letters stand.
    pub baseline: f32,
    /// Which point of it lies at `x`.
    pub anchor: Anchor,
    /// Font size, as CSS counts it.
    pub size: f32,
    /// Its colour.
    pub color: Color,
}

/// Something to draw on, in logical pixels; what comes later lies on top. What reaches outside is cut off; what is no
/// number, or has no size, is not drawn.
pub trait Canvas {
    /// How large the picture is.
    fn size(&self) -> Size;

    /// Fills a rectangle. Its edges move to the nearest device pixels, so it is sharp, and it is never thinner than one.
    fn rectangle(&mut self, area: Area, color: Color);

    /// Fills a rectangle whose corners are rounded, as far as its sides allow it; its edges stay where they are.
    fn rounded(&mut self, area: Area, radius: f32, color: Color);

    /// Fills a shape.
    fn polygon(&mut self, points: &[Point], color: Color);

    /// Draws a line through the points.
    fn polyline(&mut self, points: &[Point], width: f32, color: Color);

    /// Fills columns, one device pixel wide each, that reach up and down from the line at `middle`; the first begins at
    /// `left`. Mirrored columns are mirrored pixel by pixel where `middle` is an edge or a centre of device pixels.
    fn columns(&mut self, left: f32, middle: f32, columns: &[Reach], color: Color);

    /// Writes a text.
    fn text(&mut self, label: &Label<'_>);

    /// What is drawn until [`Canvas::end_group`] belongs together, is of a class (CSS names, separated by spaces) and is
    /// explained by a title, unless that is empty. Pictures of shapes keep that, for style sheets, for screen readers and
    /// for pointers that rest there; pixels cannot.
    fn begin_group(&mut self, _class: &str, _title: &str) {}

    /// Ends the group that was begun last.
    fn end_group(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_limits() {
        assert_eq!(Size::new(1, 1, 1.0).unwrap().device(), (1, 1));
        assert_eq!(Size::new(1, 1, 0.1).unwrap().device(), (1, 1));
        assert_eq!(Size::new(1000, 200, 2.0).unwrap().device(), (2000, 400));
        assert_eq!(Size::new(0, 200, 1.0), Err(PictureError::Size { width: 0, height: 200 }));
        assert_eq!(Size::new(32_768, 1, 1.0), Err(PictureError::Size { width: 32_768, height: 1 }));
        assert!(matches!(Size::new(u32::MAX, u32::MAX, 16.0), Err(PictureError::Size { .. })));
        assert!(matches!(Size::new(30_000, 30_000, 1.0), Err(PictureError::Size { .. })));
        assert_eq!(Size::new(10, 10, 17.0), Err(PictureError::Scale(17.0)));
        assert!(matches!(Size::new(10, 10, f32::NAN), Err(PictureError::Scale(_))));
    }
}
