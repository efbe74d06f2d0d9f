//! The latest input, for levels of all sizes.

use super::schedule::Input;
use super::{BLOCK, resident};
use crate::fft::Complex32;

/// A ring of frames; blocks lie whole in it.
#[derive(Debug)]
pub(super) struct History {
    left: Vec<f32>,
    right: Vec<f32>,
    send: Vec<f32>,
    /// The frame after the last block that was not silent.
    stereo_end: u64,
    send_end: u64,
}

impl History {
    /// Room for `frames` frames, a power of two and a multiple of [`BLOCK`].
    pub(super) fn new(frames: usize) -> History {
        let silence = || resident(0.0, frames);
        History { left: silence(), right: silence(), send: silence(), stereo_end: 0, send_end: 0 }
    }

    /// Takes the block that begins at `frame`, a multiple of its length, which is one of [`BLOCK`]; an empty send is silence.
    pub(super) fn push(&mut self, frame: u64, left: &[f32], right: &[f32], send: &[f32]) {
        let (at, length) = (self.place(frame), left.len());
        let sounds = |samples: &[f32]| samples.iter().any(|&sample| sample != 0.0);
        self.left[at..at + length].copy_from_slice(left);
        self.right[at..at + length].copy_from_slice(right);
        let space = &mut self.send[at..at + length];
        if send.is_empty() {
            space.fill(0.0)
        } else {
            space.copy_from_slice(send)
        }
        if sounds(left) || sounds(right) {
            self.stereo_end = frame + length as u64;
        }
        if sounds(send) {
            self.send_end = frame + length as u64;
        }
    }

    /// Anything but silence has come in at `frame` or later.
    pub(super) fn sounds_since(&self, input: Input, frame: u64) -> bool {
        frame < if input == Input::Stereo { self.stereo_end } else { self.send_end }
    }

    /// Copies whole blocks from `start` on; frames before the first are silence.
    #[inline(always)]
    pub(super) fn load(&self, input: Input, start: u64, out: &mut [Complex32]) {
        for (block, out) in out.chunks_exact_mut(BLOCK).enumerate() {
            let at = self.place(start.wrapping_add((block * BLOCK) as u64));
            match input {
                Input::Stereo => {
                    let samples = self.left[at..at + BLOCK].iter().zip(&self.right[at..at + BLOCK]);
                    out.iter_mut().zip(samples).for_each(|(out, (&left, &right))| *out = Complex32::new(left, right));
                }
                Input::Send => {
                    let samples = &self.send[at..at + BLOCK];
                    out.iter_mut().zip(samples).for_each(|(out, &sample)| *out = Complex32::new(sample, 0.0));
                }
            }
        }
    }

    fn place(&self, frame: u64) -> usize {
        frame as usize & (self.left.len() - 1)
    }
}
