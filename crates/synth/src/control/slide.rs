//! A voice's pitch on its way from one key to another: portamento, and notes that go on at another key.

use std::ops::Range;

/// Where a voice comes from that begins with a slide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) key: u8,
    /// That key's tuning, cents.
    pub(crate) tuning: f32,
    /// Frames per cent.
    pub(crate) pace: f64,
}

/// Voices go on at another key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transfer {
    /// Serials of the voices.
    pub(crate) voices: Range<u64>,
    pub(crate) key: u8,
    /// That key's tuning, cents.
    pub(crate) tuning: f32,
    /// Frames per cent; 0 is at once.
    pub(crate) pace: f64,
}

/// Cents that are added to a voice's pitch: linear in time, then constant.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slide {
    start: u64,
    end: u64,
    from: f64,
    to: f64,
    per_frame: f64,
}

impl Slide {
    /// From one offset to another, at `pace` frames per cent.
    pub(crate) fn new(start: u64, from: f64, to: f64, pace: f64) -> Slide {
        let frames = ((to - from).abs() * pace).round();
        Slide { start, end: start.saturating_add(frames as u64), from, to, per_frame: (to - from) / frames.max(1.0) }
    }

    /// The first frame at which it has arrived.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Cents at `frame`, which may lie between two frames but not before the start.
    pub(crate) fn offset(&self, frame: f64) -> f64 {
        if frame >= self.end as f64 { self.to } else { self.from + (frame - self.start as f64) * self.per_frame }
    }
}
