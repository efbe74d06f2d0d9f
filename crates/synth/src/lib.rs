//! The SoundFont 2.04 synthesizer: a performance and a bank become dry, reverb and chorus buses.
//!
//! Three steps, each of which knows nothing of the next: the *conductor* turns events into births, releases and kills of
//! voices; *control* turns every voice and quantum into plain records; an *executor* turns records into audio.

#![deny(unsafe_code)]
#![allow(clippy::vec_box, reason = "voices and buckets change hands, by their addresses")]

mod bucket;
mod buses;
mod conductor;
mod control;
mod executor;
mod live;
mod pool;
mod prefetch;
mod presets;
mod program;
mod renderer;
mod score;
mod send_plan;
mod settings;
mod voices;
mod warning;

pub use buses::Buses;
pub use conductor::AskedSends;
pub use executor::{BUCKETS, Block, CpuExecutor, Executor, InstructionSet, LowPass, QUANTUM, Segment, VoiceBlock};
pub use live::{Console, LiveError, LiveSettings, Synthesizer, moved_filters, synthesizer};
pub use presets::presets_used;
pub use program::SampleSource;
pub use renderer::{Renderer, Statistics};
pub use score::Score;
pub use send_plan::{SendPace, SendPlan};
pub use settings::{ChannelSet, Heard, Interpolation, MAX_VOICES, Settings};
pub use warning::Warning;
