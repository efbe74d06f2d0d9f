//! A queue of stereo frames between two block sizes.

/// First in, first out, for stereo frames.
#[derive(Clone, Debug, Default)]
pub struct StereoQueue {
    left: Vec<f32>,
    right: Vec<f32>,
    /// Frames at the front that were taken already.
    taken: usize,
}

impl StereoQueue {
    /// An empty queue.
    pub fn new() -> StereoQueue {
        StereoQueue::default()
    }

    /// Frames waiting.
    pub fn len(&self) -> usize {
        self.left.len() - self.taken
    }

    /// No frames waiting.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The frames waiting, the oldest first.
    pub fn frames(&self) -> [&[f32]; 2] {
        [&self.left[self.taken..], &self.right[self.taken..]]
    }

    /// Appends a block; both slices must have one length.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        self.extend(left.iter().copied(), right.iter().copied());
    }

    /// Appends as many frames as both sides have.
    pub fn extend(&mut self, left: impl ExactSizeIterator<Item = f32>, right: impl ExactSizeIterator<Item = f32>) {
        assert_eq!(left.len(), right.len(), "left and right differ in length");
        // Moving frames only when as many were taken keeps the cost per frame constant.
        if self.taken > self.len() {
            self.left.drain(..self.taken);
            self.right.drain(..self.taken);
            self.taken = 0;
        }
        self.left.extend(left);
        self.right.extend(right);
    }

    /// Fills the outputs with the oldest frames as far as there are any; returns how many were written.
    pub fn pull(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        let frames = self.len().min(left.len()).min(right.len());
        left[..frames].copy_from_slice(&self.left[self.taken..][..frames]);
        right[..frames].copy_from_slice(&self.right[self.taken..][..frames]);
        self.skip(frames);
        frames
    }

    /// Takes the `frames` oldest frames away.
    pub fn skip(&mut self, frames: usize) {
        assert!(frames <= self.len(), "frames that are not there");
        self.taken += frames;
    }
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
