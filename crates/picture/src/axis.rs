//! Ticks at round values, and labels that do not run into each other.

use crate::{Anchor, Area, Canvas, Label, Theme, text_width};

/// Steps of a time axis in seconds, each with the parts that short ticks divide it into. Below a second and above a day
/// the steps are 1, 2 and 5 times a power of ten.
const TIME_STEPS: [(f64, u32); 16] = [
    (1.0, 5),
    (2.0, 4),
    (5.0, 5),
    (10.0, 5),
    (15.0, 3),
    (30.0, 3),
    (60.0, 6),
    (120.0, 4),
    (300.0, 5),
    (600.0, 5),
    (900.0, 3),
    (1800.0, 3),
    (3600.0, 6),
    (7200.0, 4),
    (21_600.0, 6),
    (43_200.0, 6),
];

/// Most ticks that anything is asked for.
const MAX_TICKS: f64 = 10_000.0;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value it stands at.
    pub value: f64,
    /// What is written there; nothing at short ticks.
    pub label: Option<String>,
}

/// Round values between `low` and `high` (both included), 1, 2 or 5 times a power of ten apart, no more than `most`.
pub fn round_values(low: f64, high: f64, most: usize) -> Vec<f64> {
    let fits = high > low && (high - low).is_finite() && most > 0;
    if fits { multiples(low, high, round_step((high - low) / most as f64)) } else { Vec::new() }
}

/// Ticks of a time axis from `start` to `end` seconds that is `width` pixels wide, at a font size: labels as close as they
/// fit, short ticks between them.
pub fn time_ticks(start: f64, end: f64, width: f32, font_size: f32) -> Vec<Tick> {
    let per_pixel = (end - start) / f64::from(width);
    if !(per_pixel > 0.0 && per_pixel.is_finite() && start.is_finite()) {
        return Vec::new();
    }
    // A longer step may have shorter labels, and a shorter one longer labels: each is measured with its own.
    let mut step = time_step(per_pixel * f64::from(font_size));
    let room = |step: f64| text_width(&time_label(end, end, step), font_size) + 2.0 * font_size;
    while step.0 < per_pixel * f64::from(room(step.0)) {
        step = time_step(step.0 * 1.01);
    }
    let (step, parts) = step;
    let short = step / f64::from(parts);
    multiples(start, end, short)
        .into_iter()
        .map(|value| {
            let whole = ((value / step).round() - value / step).abs() < 1e-6;
            Tick { value, label: whole.then(|| time_label(value, end, step)) }
        })
        .collect()
}

/// Draws a time axis below the line at `area.top`, where `area.left` and `area.right` are `start` and `end` seconds: ticks,
/// and labels that stay within the picture and apart from each other.
pub fn draw_time_axis(canvas: &mut dyn Canvas, theme: &Theme, area: Area, start: f64, end: f64) {
    let (line, size) = (theme.line_width, theme.font_size);
    canvas.rectangle(Area { bottom: area.top + line, ..area }, theme.axis);
    let picture = canvas.size().area();
    let edge = 0.25 * size;
    let mut free = f32::NEG_INFINITY;
    for Tick { value, label } in time_ticks(start, end, area.width(), size) {
        let share = ((value - start) / (end - start)) as f32;
        let x = area.left + share * (area.width() - line);
        let length = size * if label.is_some() { 0.45 } else { 0.25 };
        canvas.rectangle(Area { left: x, top: area.top, right: x + line, bottom: area.top + length }, theme.axis);
        let Some(text) = label else { continue };
        let width = text_width(&text, size);
        let left = (x + (line - width) / 2.0).min(picture.right - edge - width).max(picture.left + edge);
        if left > free && left + width <= picture.right {
            let baseline = area.top + 1.45 * size;
            canvas.text(&Label { text: &text, x: left, baseline, anchor: Anchor::Start, size, color: theme.text });
            free = left + width + 0.5 * size;
        }
    }
}

/// How high a time axis is, its labels included.
pub fn time_axis_height(theme: &Theme) -> f32 {
    (1.75 * theme.font_size).ceil()
}

/// A time as a label: `0:05`, `1:00:00`, or with as many decimals as the distance to the next label asks for. Hours are
/// shown where the axis has any; within a minute and between whole seconds, seconds are enough.
fn time_label(time: f64, end: f64, step: f64) -> String {
    let decimals = if step < 1.0 { (-step.log10() - 1e-9).ceil().max(1.0) as usize } else { 0 };
    if decimals > 0 && end < 60.0 {
        return format!("{time:.decimals$} s");
    }
    let unit = 10f64.powi(decimals as i32);
    let units = (time * unit).round();
    let seconds = units / unit;
    let (hours, minutes) = ((seconds / 3600.0).floor(), (seconds / 60.0).floor() % 60.0);
    let rest = ((units - (hours * 60.0 + minutes) * 60.0 * unit) / unit).max(0.0);
    let width = if decimals > 0 { 3 + decimals } else { 2 };
    if end >= 3600.0 {
        format!("{hours}:{minutes:02}:{rest:0width$.decimals$}")
    } else {
        format!("{minutes}:{rest:0width$.decimals$}")
    }
}

/// The shortest step of at least `least` seconds, and its parts.
fn time_step(least: f64) -> (f64, u32) {
    let listed = TIME_STEPS.into_iter().find(|(step, _)| least <= *step);
    match listed {
        Some(listed) if least > 0.5 => listed,
        Some(_) => parted(round_step(least)),
        None => {
            let days = round_step(least / 86_400.0).max(1.0);
            (days * 86_400.0, 4)
        }
    }
}

fn parted(step: f64) -> (f64, u32) {
    let leading = step / 10f64.powf(step.log10().floor() + 1e-9);
    (step, if (1.5..3.0).contains(&leading) { 4 } else { 5 })
}

/// The smallest of 1, 2 or 5 times a power of ten that is at least `least`.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power).find(|step| *step >= least * (1.0 - 1e-9));
    step.unwrap_or(10.0 * power)
}

/// The multiples of `step` from `low` to `high`, as exact as products are.
fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let slack = 1e-9;
    let (first, last) = ((low / step - slack).ceil(), (high / step + slack).floor());
    if !(first.is_finite() && last - first < MAX_TICKS) {
        return Vec::new();
    }
    let count = (last - first + 1.0).max(0.0) as usize;
    (0..count).map(|index| (first + index as f64) * step + 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(start: f64, end: f64, width: f32) -> Vec<String> {
        time_ticks(start, end, width, 11.0).into_iter().filter_map(|tick| tick.label).collect()
    }

    #[test]
    fn times_are_labelled_at_round_values() {
        assert_eq!(labels(0.0, 60.0, 400.0), ["0:00", "0:10", "0:20", "0:30", "0:40", "0:50", "1:00"]);
        assert_eq!(labels(0.0, 10_800.0, 300.0), ["0:00:00", "1:00:00", "2:00:00", "3:00:00"]);
        assert_eq!(labels(0.0, 1.0, 400.0), ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s"]);
        assert_eq!(labels(61.0, 61.5, 300.0), ["1:01.0", "1:01.1", "1:01.2", "1:01.3", "1:01.4", "1:01.5"]);
        assert_eq!(labels(599.0, 605.0, 200.0), ["10:00", "10:02", "10:04"]);
        assert_eq!(labels(0.0, 0.001, 400.0), ["0.0000 s", "0.0002 s", "0.0004 s", "0.0006 s", "0.0008 s", "0.0010 s"]);
    }

    #[test]
    fn labels_never_meet_and_steps_are_even() {
        for width in [40.0, 99.0, 300.0, 1000.0, 4000.0] {
            for end in [1e-4, 0.03, 0.7, 3.3, 59.0, 61.0, 500.0, 3599.0, 3601.0, 1e4, 1e5, 1e6, 1e7] {
                for start in [0.0, end * 0.3] {
                    let ticks = time_ticks(start, end, width, 11.0);
                    let per_pixel = (end - start) / f64::from(width);
                    let major: Vec<&Tick> = ticks.iter().filter(|tick| tick.label.is_some()).collect();
                    for pair in major.windows(2) {
                        let room = ((pair[1].value - pair[0].value) / per_pixel) as f32;
                        let text =
                            pair.iter().map(|tick| text_width(tick.label.as_ref().unwrap(), 11.0)).sum::<f32>() / 2.0;
                        assert!(room > text + 4.0, "{pair:?} of {start}..{end} at {width}");
                        assert_ne!(pair[0].label, pair[1].label);
                    }
                    assert!(ticks.len() < width as usize, "{start}..{end} at {width}");
                    assert!(ticks.iter().all(|tick| tick.value >= start - 1e-6 && tick.value <= end + 1e-6));
                    let least = if width < 200.0 { 0 } else { 2 };
                    assert!(major.len() >= least, "{start}..{end} at {width}: {major:?}");
                }
            }
        }
    }

    #[test]
    fn values_are_round() {
        assert_eq!(round_values(-1.0, 1.0, 4), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(round_values(-60.0, 0.0, 6), [-60.0, -50.0, -40.0, -30.0, -20.0, -10.0, 0.0]);
        assert_eq!(round_values(0.13, 0.19, 3), [0.14, 0.16, 0.18]);
    }

    #[test]
    fn axes_without_length_have_no_ticks() {
        assert!(time_ticks(1.0, 1.0, 100.0, 11.0).is_empty());
        assert!(time_ticks(0.0, f64::INFINITY, 100.0, 11.0).is_empty());
        assert!(time_ticks(0.0, f64::NAN, 100.0, 11.0).is_empty());
        assert!(time_ticks(0.0, 1.0, 0.0, 11.0).is_empty());
        assert!(round_values(1.0, 0.0, 5).is_empty() && round_values(0.0, 1.0, 0).is_empty());
    }
}
