//! Which frames of a render are handed on: what lies before the start is dropped, the tail is ended.

use rae_units::{Frames, SampleRate, Seconds};

use crate::Tail;

/// This much sound below the threshold ends a tail, so that no more than this is ever held back.
const LONGEST_PAUSE: Seconds = Seconds(10.0);

/// A window over a render. Frames are pushed in order; those that are surely part of the result can be taken.
/// What is taken depends on the frames alone, not on how they were grouped.
pub(crate) struct Window {
    left: Vec<f32>,
    right: Vec<f32>,
    /// Frames at the front of the queue that were taken already.
    taken: usize,
    /// Frames at the front of the queue that belong to the result; the rest is held back.
    committed: usize,
    position: u64,
    /// The frame that is taken next.
    next: u64,
    from: u64,
    end: u64,
    last: u64,
    threshold: Option<f32>,
    longest_pause: usize,
    closed: bool,
    /// A fixed tail does not fit below the limit.
    too_long: bool,
}

impl Window {
    /// A window that opens at `from`, whose tail begins at `end`, and that is cut at `limit`.
    pub(crate) fn new(rate: SampleRate, from: Frames, end: Frames, limit: Frames, tail: Tail) -> Window {
        let (last, threshold) = match tail {
            Tail::None => (end.0, None),
            Tail::Seconds(tail) => (end.0.saturating_add(tail.frames(rate).0), None),
            Tail::Silence(threshold) => (u64::MAX, Some(threshold.amplitude() as f32)),
        };
        Window {
            left: Vec::new(),
            right: Vec::new(),
            taken: 0,
            committed: 0,
            position: 0,
            next: from.0,
            from: from.0,
            end: end.0.min(limit.0),
            last: last.min(limit.0),
            threshold,
            longest_pause: LONGEST_PAUSE.frames(rate).0 as usize,
            closed: last.min(limit.0) == 0,
            too_long: matches!(tail, Tail::Seconds(_)) && last > limit.0,
        }
    }

    /// Goes on with frames from `position` on, of which those before `from` are dropped.
    pub(crate) fn restart(&mut self, position: Frames, from: Frames) {
        self.left.clear();
        self.right.clear();
        (self.taken, self.committed) = (0, 0);
        (self.position, self.next, self.from) = (position.0, from.0, from.0);
        self.closed = self.position >= self.last;
    }

    /// Nothing pushed from now on would be part of the result.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// A tail that could still be heard, or whose length was asked for, was cut at the limit.
    pub(crate) fn was_cut(&self) -> bool {
        let still_heard = self.threshold.is_some() && self.position >= self.last && self.position > self.end;
        still_heard || self.too_long
    }

    /// Frames pushed so far.
    pub(crate) fn position(&self) -> Frames {
        Frames(self.position)
    }

    /// The frame that is taken next.
    pub(crate) fn next(&self) -> Frames {
        Frames(self.next)
    }

    /// Frames that can be taken now.
    pub(crate) fn ready(&self) -> usize {
        self.committed - self.taken
    }

    /// The next frames of the render.
    pub(crate) fn push(&mut self, left: &[f32], right: &[f32]) {
        let mut at = self.skip(left.len());
        while at < left.len() && !self.closed {
            let stop = if self.position < self.end { self.end } else { self.last };
            let count = usize::try_from(stop - self.position).map_or(left.len() - at, |n| n.min(left.len() - at));
            let (left, right) = (&left[at..][..count], &right[at..][..count]);
            match self.threshold {
                Some(threshold) if self.position >= self.end => self.hold(left, right, threshold),
                _ => self.commit(left, right),
            }
            at += count;
            self.position += count as u64;
            self.closed |= self.position >= self.last;
        }
    }

    /// The render has ended: what is missing of a fixed length is silence, what is held back was silence. Adds some of it;
    /// to be called until the window is closed.
    pub(crate) fn finish(&mut self) {
        const SILENCE: [f32; 4096] = [0.0; 4096];
        let fixed = if self.threshold.is_some() { self.end } else { self.last };
        if !self.closed && self.position < fixed {
            let count = (fixed - self.position).min(SILENCE.len() as u64) as usize;
            self.push(&SILENCE[..count], &SILENCE[..count]);
        }
        if self.closed || self.position >= fixed {
            self.close();
        }
    }

    /// Moves ready frames into both slices, which are equally long; returns how many.
    pub(crate) fn take(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        let count = self.ready().min(left.len());
        left[..count].copy_from_slice(&self.left[self.taken..][..count]);
        right[..count].copy_from_slice(&self.right[self.taken..][..count]);
        self.taken += count;
        self.next += count as u64;
        count
    }

    /// Steps over frames before the window; returns how many of `count` those are.
    fn skip(&mut self, count: usize) -> usize {
        let before = self.from.saturating_sub(self.position).min(count as u64);
        self.position += before;
        self.closed |= self.position >= self.last;
        before as usize
    }

    fn commit(&mut self, left: &[f32], right: &[f32]) {
        self.enqueue(left, right);
        self.committed = self.left.len();
    }

    /// Takes frames of a tail that lasts as long as it can be heard.
    fn hold(&mut self, left: &[f32], right: &[f32], threshold: f32) {
        let mut rest = (left, right);
        loop {
            let pause = self.left.len() - self.committed;
            let loud = rest.0.iter().zip(rest.1).position(|(l, r)| l.abs() >= threshold || r.abs() >= threshold);
            if pause + loud.unwrap_or(rest.0.len()) >= self.longest_pause {
                return self.close();
            }
            let Some(loud) = loud else {
                return self.enqueue(rest.0, rest.1);
            };
            self.commit(&rest.0[..=loud], &rest.1[..=loud]);
            rest = (&rest.0[loud + 1..], &rest.1[loud + 1..]);
        }
    }

    fn close(&mut self) {
        self.left.truncate(self.committed);
        self.right.truncate(self.committed);
        self.closed = true;
    }

    fn enqueue(&mut self, left: &[f32], right: &[f32]) {
        self.left.drain(..self.taken);
        self.right.drain(..self.taken);
        self.committed -= self.taken;
        self.taken = 0;
        self.left.extend_from_slice(left);
        self.right.extend_from_slice(right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rae_units::Decibels;

    const RATE: SampleRate = SampleRate::new(8_000).unwrap();
    const NO_LIMIT: Frames = Frames(u64::MAX);

    /// What is taken when `signal` is pushed in blocks of `block` and taken in blocks of `take`.
    fn through(mut window: Window, signal: &[f32], block: usize, take: usize) -> Vec<f32> {
        let mut result = Vec::new();
        let mut drain = |window: &mut Window| {
            let (mut left, mut right) = (vec![0.0; take], vec![0.0; take]);
            loop {
                let count = window.take(&mut left, &mut right);
                assert!(left[..count].iter().zip(&right).all(|(l, r)| *l == -r));
                result.extend_from_slice(&left[..count]);
                if count < take {
                    return;
                }
            }
        };
        for piece in signal.chunks(block) {
            let mirrored: Vec<f32> = piece.iter().map(|x| -x).collect();
            window.push(piece, &mirrored);
            drain(&mut window);
        }
        loop {
            window.finish();
            drain(&mut window);
            if window.is_closed() {
                return result;
            }
        }
    }

    fn every_way(make: impl Fn() -> Window, signal: &[f32]) -> Vec<f32> {
        let result = through(make(), signal, signal.len(), 4096);
        for (block, take) in [(1, 1), (63, 64), (64, 7), (1000, 3)] {
            assert_eq!(through(make(), signal, block, take), result, "blocks of {block} and {take}");
        }
        result
    }

    fn ramp(count: usize) -> Vec<f32> {
        (1..=count).map(|n| n as f32).collect()
    }

    #[test]
    fn no_tail_is_cut_at_the_end() {
        let signal = ramp(2_000);
        let result = every_way(|| Window::new(RATE, Frames(100), Frames(1_500), NO_LIMIT, Tail::None), &signal);
        assert_eq!(result, signal[100..1_500]);
    }

    #[test]
    fn a_fixed_tail_is_filled_with_silence() {
        let signal = ramp(1_600);
        let tail = Tail::Seconds(Seconds(0.1));
        let result = every_way(|| Window::new(RATE, Frames(0), Frames(1_500), NO_LIMIT, tail), &signal);
        assert_eq!(result.len(), 2_300);
        assert_eq!(result[..1_600], signal);
        assert!(result[1_600..].iter().all(|&x| x == 0.0));
    }

    #[test]
    fn silence_within_the_piece_and_between_echoes_stays() {
        let mut signal = vec![0.0; 3_000];
        (signal[10], signal[1_500], signal[2_200]) = (1.0, 0.5, 0.1);
        let tail = Tail::Silence(Decibels(-20.0));
        let result = every_way(|| Window::new(RATE, Frames(5), Frames(1_000), NO_LIMIT, tail), &signal);
        assert_eq!(result, signal[5..=2_200]);
        let quiet = every_way(|| Window::new(RATE, Frames(5), Frames(2_500), NO_LIMIT, tail), &signal);
        assert_eq!(quiet, signal[5..2_500]);
    }

    #[test]
    fn ten_seconds_of_silence_end_the_tail() {
        let mut signal = vec![0.0; 200_000];
        (signal[1_000], signal[1_000 + 80_000], signal[1_000 + 160_001]) = (1.0, 1.0, 1.0);
        let window = || Window::new(RATE, Frames(0), Frames(500), NO_LIMIT, Tail::default());
        assert_eq!(every_way(window, &signal).len(), 1_001 + 80_000);
    }

    #[test]
    fn the_limit_cuts_piece_and_tail() {
        let signal = ramp(2_000);
        let window = |tail| move || Window::new(RATE, Frames(0), Frames(1_000), Frames(700), tail);
        assert_eq!(every_way(window(Tail::None), &signal), signal[..700]);
        assert_eq!(every_way(window(Tail::default()), &signal), signal[..700]);
        let window = || Window::new(RATE, Frames(0), Frames(1_000), Frames(1_200), Tail::default());
        assert_eq!(every_way(window, &signal), signal[..1_200]);
    }

    #[test]
    fn a_window_beyond_the_sound_is_empty() {
        assert!(
            every_way(|| Window::new(RATE, Frames(900), Frames(500), NO_LIMIT, Tail::None), &ramp(2_000)).is_empty()
        );
    }
}
