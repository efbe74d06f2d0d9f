//! Signal processing kernels: plain functions and small state machines on `f32` blocks.
//!
//! Everything that takes a stream gives the same bits however the stream is cut into blocks.

#![deny(unsafe_code)]

pub mod biquad;
mod buffer;
pub mod convolver;
pub mod dither;
pub mod fft;
pub mod fractional_delay;
mod grid_fft;
pub mod hash;
pub mod impulse_response;
mod lanes;
pub mod limiter;
mod live_convolver;
pub mod oversampling;
pub mod quantize;
mod queue;
pub mod sends;
pub mod true_peak;
mod vectors;
pub mod wide;
pub mod window;

pub use buffer::AudioBuffer;
pub use convolver::{Convolver, Kernel, Part};
pub use live_convolver::{LiveConvolver, LiveKernel};
pub use queue::StereoQueue;
