//! Signal processing kernels: plain functions and small state machines on `f32` blocks.

#![forbid(unsafe_code)]

mod buffer;

pub use buffer::AudioBuffer;
