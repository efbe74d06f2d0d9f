use std::fmt::{self, Write};

use crate::font::FAMILIES;
use crate::{Anchor, Area, Canvas, Color, Label, Point, Reach, Size};

/// A picture of shapes, for SVG files.
#[derive(Clone, Debug)]
pub struct Svg {
    size: Size,
    body: String,
}

impl Svg {
    /// A picture that is all `background`.
    pub fn new(size: Size, background: Color) -> Svg {
        let mut svg = Svg { size, body: String::new() };
        if background.alpha > 0 {
            svg.rectangle(size.area(), background);
        }
        svg
    }

    /// An SVG file.
    pub fn svg(&self) -> String {
        let (width, height) = (Number(self.size.width()), Number(self.size.height()));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILIES}\">\n{}</svg>\n",
            self.body
        )
    }

    /// The elements alone, to be put into an `svg` element of another document.
    pub fn elements(&self) -> &str {
        &self.body
    }

    /// Adds an element.
    fn add(&mut self, element: fmt::Arguments<'_>) {
        self.body.write_fmt(format_args!("{element}\n")).expect("memory takes everything");
    }
}

impl Canvas for Svg {
    fn size(&self) -> Size {
        self.size
    }

    fn rectangle(&mut self, area: Area, color: Color) {
        if !(area.width() > 0.0 && area.height() > 0.0) {
            return;
        }
        let pixel = 1.0 / self.size.scale();
        let (left, top) = (self.size.snapped(area.left), self.size.snapped(area.top));
        let width = (self.size.snapped(area.right) - left).max(pixel);
        let height = (self.size.snapped(area.bottom) - top).max(pixel);
        self.add(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}/>",
            Number(left),
            Number(top),
            Number(width),
            Number(height),
            Painted("fill", color)
        ));
    }

    fn rounded(&mut self, area: Area, radius: f32, color: Color) {
        let Area { left, top, .. } = area;
        let (width, height) = (area.width(), area.height());
        let drawable = [left, top, width, height].iter().all(|value| value.is_finite());
        if drawable && width > 0.0 && height > 0.0 {
            self.add(format_args!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" {}/>",
                Number(left),
                Number(top),
                Number(width),
                Number(height),
                Number(radius.min(width.min(height) / 2.0)),
                Painted("fill", color)
            ));
        }
    }

    fn polygon(&mut self, points: &[Point], color: Color) {
        if points.len() > 2 && finite(points) {
            self.add(format_args!("<path d=\"{}Z\" {}/>", Through(points), Painted("fill", color)));
        }
    }

    fn polyline(&mut self, points: &[Point], width: f32, color: Color) {
        if points.len() > 1 && finite(points) {
            self.add(format_args!(
                "<path d=\"{}\" fill=\"none\" {} stroke-width=\"{}\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>",
                Through(points),
                Painted("stroke", color),
                Number(width)
            ));
        }
    }

    fn columns(&mut self, left: f32, middle: f32, columns: &[Reach], color: Color) {
        let pixel = 1.0 / self.size.scale();
        let edge = |column: usize| left + column as f32 * pixel;
        let ends = |reach: &Reach| (middle - reach.up, middle + reach.down.max(-reach.up));
        let tops =
            columns.iter().enumerate().flat_map(|(n, reach)| [(edge(n), ends(reach).0), (edge(n + 1), ends(reach).0)]);
        let bottoms =
            columns.iter().enumerate().map(|(n, reach)| [(edge(n + 1), ends(reach).1), (edge(n), ends(reach).1)]);
        let outline: Vec<Point> = tops.chain(bottoms.rev().flatten()).collect();
        self.polygon(&outline, color);
    }

    fn text(&mut self, label: &Label<'_>) {
        let anchor = match label.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.add(format_args!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" font-size=\"{}\" {}>{}</text>",
            Number(label.x),
            Number(label.baseline),
            Number(label.size),
            Painted("fill", label.color),
            Escaped(label.text)
        ));
    }

    fn begin_group(&mut self, class: &str, title: &str) {
        self.body.write_fmt(format_args!("<g class=\"{}\">", Escaped(class))).expect("memory takes everything");
        if !title.is_empty() {
            self.add(format_args!("<title>{}</title>", Escaped(title)));
        }
    }

    fn end_group(&mut self) {
        self.add(format_args!("</g>"));
    }
}

fn finite(points: &[Point]) -> bool {
    points.iter().all(|(x, y)| x.is_finite() && y.is_finite())
}

/// A length with two decimals at most.
struct Number(f32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (f64::from(self.0) * 100.0).round();
        // Adding zero makes of a negative zero a zero.
        write!(f, "{}", hundredths / 100.0 + 0.0)
    }
}

/// The commands of a path, with horizontal and vertical lines in their short form.
struct Through<'a>(&'a [Point]);

impl fmt::Display for Through<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, &(x, y)) in self.0.iter().enumerate() {
            let last = index.checked_sub(1).map(|before| self.0[before]);
            match last {
                None => write!(f, "M{} {}", Number(x), Number(y))?,
                Some(last) if last == (x, y) => {}
                Some((_, above)) if above == y => write!(f, "H{}", Number(x))?,
                Some((beside, _)) if beside == x => write!(f, "V{}", Number(y))?,
                Some(_) => write!(f, "L{} {}", Number(x), Number(y))?,
            }
        }
        Ok(())
    }
}

/// An attribute with a colour, and one for its opacity, since not every reader of SVG knows `#rrggbbaa`.
struct Painted(&'static str, Color);

impl fmt::Display for Painted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Painted(attribute, color) = self;
        write!(f, "{attribute}=\"{}\"", color.with_alpha(255))?;
        if color.alpha == 255 {
            return Ok(());
        }
        write!(f, " {attribute}-opacity=\"{}\"", Number(f32::from(color.alpha) / 255.0))
    }
}

/// A text as it is written between tags and within double quotes of XML and HTML: without what they forbid, and with what
/// they want to be spelt.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\u{fffe}' | '\u{ffff}' => {}
                _ if letter.is_control() => {}
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
