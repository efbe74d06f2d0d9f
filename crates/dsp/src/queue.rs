//! A queue of stereo frames between two block sizes.

use std::collections::VecDeque;

/// First in, first out, for stereo frames.
#[derive(Clone, Debug, Default)]
pub struct StereoQueue {
    left: VecDeque<f32>,
    right: VecDeque<f32>,
}

impl StereoQueue {
    /// An empty queue.
    pub fn new() -> StereoQueue {
        StereoQueue::default()
    }

    /// Frames waiting.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// No frames waiting.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Appends a block; both slices must have one length.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        assert_eq!(left.len(), right.len(), "left and right differ in length");
        self.left.extend(left);
        self.right.extend(right);
    }

    /// Appends a block times `gain`.
    pub fn push_scaled(&mut self, left: &[f32], right: &[f32], gain: f32) {
        assert_eq!(left.len(), right.len(), "left and right differ in length");
        self.left.extend(left.iter().map(|sample| sample * gain));
        self.right.extend(right.iter().map(|sample| sample * gain));
    }

    /// Appends one frame.
    #[inline]
    pub fn push_frame(&mut self, left: f32, right: f32) {
        self.left.push_back(left);
        self.right.push_back(right);
    }

    /// Takes the oldest frame.
    #[inline]
    pub fn pop_frame(&mut self) -> Option<(f32, f32)> {
        Some((self.left.pop_front()?, self.right.pop_front()?))
    }

    /// Fills the outputs with the oldest frames as far as there are any; returns how many were written.
    pub fn pull(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        let frames = self.len().min(left.len()).min(right.len());
        take(&mut self.left, &mut left[..frames]);
        take(&mut self.right, &mut right[..frames]);
        frames
    }

    /// Moves the `frames` oldest frames to the end of `other`.
    pub fn transfer(&mut self, frames: usize, other: &mut StereoQueue) {
        other.left.extend(self.left.drain(..frames));
        other.right.extend(self.right.drain(..frames));
    }
}

fn take(queue: &mut VecDeque<f32>, out: &mut [f32]) {
    let (front, back) = queue.as_slices();
    let split = front.len().min(out.len());
    let rest = out.len() - split;
    out[..split].copy_from_slice(&front[..split]);
    out[split..].copy_from_slice(&back[..rest]);
    queue.drain(..out.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_across_block_sizes() {
        let mut queue = StereoQueue::new();
        let mut seen = Vec::new();
        let mut out = ([0.0; 7], [0.0; 7]);
        for block in 0..50 {
            let left: Vec<f32> = (0..5).map(|i| (block * 5 + i) as f32).collect();
            let right: Vec<f32> = left.iter().map(|x| -x).collect();
            queue.push(&left, &right);
            let frames = queue.pull(&mut out.0, &mut out.1);
            assert!(out.0[..frames].iter().zip(&out.1).all(|(l, r)| *l == -r));
            seen.extend_from_slice(&out.0[..frames]);
        }
        assert!(queue.is_empty());
        assert_eq!(seen, (0..250).map(|i| i as f32).collect::<Vec<_>>());
    }
}
