//! `rust_audio_engine._core`: the engine for the Python package beside it. It converts values and releases the GIL;
//! everything else is in the package or in the engine.

mod assess;
mod convert;
mod doctor;
mod effects;
mod engine;
mod errors;
mod follow;
mod measure;
mod midi;
mod options;
mod pianoroll;
mod picture;
mod report;
mod song;
mod sound;
mod spectrogram;
mod stream;
mod watch;
mod wav;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod _core {
    use super::*;

    #[pymodule_export]
    use super::assess::{Assessed, assess, check_report};
    #[pymodule_export]
    use super::convert::{convert_batch, convert_file, read, write};
    #[pymodule_export]
    use super::doctor::examine;
    #[pymodule_export]
    use super::effects::{
        Processor, chain_from_file, chain_from_preset, chain_from_text, chain_to_toml, chain_with_response,
        master_batch, master_file, presets, process_array, process_batch, process_file,
    };
    #[pymodule_export]
    use super::engine::{Engine, resolve_soundfont, timeline};
    #[pymodule_export]
    use super::follow::Follower;
    #[pymodule_export]
    use super::measure::{measure, measure_batch};
    #[pymodule_export]
    use super::midi::Midi;
    #[pymodule_export]
    use super::pianoroll::pianoroll;
    #[pymodule_export]
    use super::picture::{peaks, waveform};
    #[pymodule_export]
    use super::spectrogram::spectrogram;
    #[pymodule_export]
    use super::stream::Stream;
    #[pymodule_export]
    use super::wav::WavBuffer;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
