//! A MIDI file and a SoundFont become finished sound.
//!
//! An [`Engine`] is a SoundFont, opened once; it renders songs into files, memory or a [`Stream`], from as many threads
//! as you like. [`RenderSettings`] say how it should sound, a [`Report`] says what was made.
//!
//! ```
//! use rust_audio_engine::{Engine, RenderSettings, SoundFontChoice, read_midi, unobserved};
//!
//! # fn example() -> Result<(), rust_audio_engine::Error> {
//! let engine = Engine::open(SoundFontChoice::Builtin)?;
//! let song = read_midi("song.mid")?;
//! let rendering = engine.render(&song, &RenderSettings::default(), &mut unobserved)?;
//! println!("{} s, peak {:?} dBFS", rendering.report.duration, rendering.report.peak_dbfs);
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod assess;
mod batch;
mod chain;
mod chained;
mod clipping;
mod convert;
mod device;
mod doctor;
mod engine;
mod error;
mod font;
mod jobs;
mod listener;
mod master;
mod measure;
mod output;
mod performance;
mod pianoroll;
mod picture;
mod practice;
mod presets;
mod process;
mod progress;
mod report;
mod responses;
mod settings;
mod sound;
mod spectrogram;
mod stems;
mod stream;
mod tags;
mod voices;
mod window;
mod work;
mod writer;

pub use assess::{
    AssessmentSettings, analyze_performance, analyze_sound, assess_recording, assess_sound, follow_performance,
};
pub use batch::{BatchFile, BatchObserver, BatchProgress};
pub use chained::EffectTail;
pub use convert::{
    ConvertInput, ConvertObserver, ConvertOutput, ConvertReport, ConvertSettings, ConvertedFile, FilesObserver,
    LoudnessTags, WorkedFile, convert, convert_files,
};
pub use device::Device;
pub use doctor::{Bank, ConfigFile, Examination, Processor, SelfTest, examine};
pub use engine::{Engine, EngineBuilder, Rendering};
pub use error::Error;
pub use font::SoundFontChoice;
pub use listener::Listener;
pub use master::{MasterReport, MasterSettings, Reference, ReferenceReport, master, master_files};
pub use measure::{MeasureObserver, Measured, MeasuredFile, album_loudness, measure, measure_files};
pub use output::{check_output, read_midi};
pub use performance::{AssessedPerformance, ReportFormat};
pub use pianoroll::piano_roll;
pub use picture::{PictureObserver, columns, open_audio, peaks, sound_of, waveform};
pub use practice::{
    Arranged, BarRange, Practice, Repeat, Timeline, TimelineBar, TimelineBeat, TimelineMeter, TimelineNote,
    TimelineTempo, TimelineText, TimelineTrack,
};
pub use process::{
    ProcessReport, ProcessSettings, ReductionReport, prepare, preset, process, process_audio, process_files,
    read_chain, with_impulse_response,
};
pub use progress::{Observer, Progress, unobserved};
pub use report::{Report, SoundFontReport, bounded};
pub use responses::ResponseFolder;
pub use settings::{MAX_CHANNEL, MAX_THREADS, RenderSettings, Reverb, SAMPLE_RATES, TRANSPOSITIONS, Tail};
pub use sound::{ReadSettings, Recording, WriteSettings, read_audio, write_audio};
pub use spectrogram::spectrogram;
pub use stems::{PreparedStems, Stem, StemFile, StemsBy};
pub use stream::{Stream, instructions};

pub use rae_codec::{
    AudioFormat, AudioInfo, AudioReader, AudioSource, ClosedFile, CodecError, DecodeLimits, Encoding, EncodingOptions,
    FileFormat, InMemory, Level, Mp3Rate, OutputFile, ReplayGain, SampleFormat, Samples, TagKey, Tags, Unfinished,
    read_all, remove_unfinished,
};
pub use rae_dsp::AudioBuffer;
pub use rae_effects::MAX_REVERB_TIME;
pub use rae_effects::loudness::{ChannelLevels, Loudness, Measurement};
pub use rae_report::Heading;
pub use rae_soundfont::{BankName, Storage};
pub use rae_synth::{ChannelSet, InstructionSet, Interpolation, MAX_VOICES};
pub use rae_units::{Decibels, Frames, SampleRate, Seconds};

/// Songs as values: read, look into, write MIDI files.
pub mod midi {
    pub use rae_midi::*;
}

/// Chains of effects as values, and the presets.
pub mod effects {
    pub use rae_effects::EffectsError;
    pub use rae_effects::chain::*;
    pub use rae_effects::convolution::{ConvolutionReverb, Preset as Room, Response, Space};
    pub use rae_effects::dynamics::*;
    pub use rae_effects::eq::*;
    pub use rae_effects::presets::Preset;
}

/// What pictures and peaks are made with.
pub mod pictures {
    pub use rae_picture::*;
}

/// Assessments of performances as values.
pub mod analysis {
    pub use rae_analysis::*;
}

/// Banks as values, and how they are found.
pub mod soundfont {
    pub use rae_soundfont::*;
}

/// The examples of the README are tested.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
