//! Audio files through chains of effects.

use std::fs;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rae_codec::{AudioReader, CodecError};
use rae_dsp::AudioBuffer;
use rae_effects::EffectsError;
use rae_effects::chain::{Chain, Effect, MAX_RATE, MIN_RATE, Prepared, Reduction, Slot, Whole};
use rae_effects::convolution::{ConvolutionReverb, Response};
use rae_effects::presets::Preset;
use rae_units::SampleRate;
use serde::Serialize;

use crate::chained::{Chained, Effects, check_files, check_sidechain, setup};
use crate::convert::{FilesObserver, GoOn, WorkedFile, Worker, each_file, meter, through};
use crate::output::is_no_file;
use crate::settings::{check, in_range};
use crate::{ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, EffectTail, Error, Observer, check_output};

/// How an audio file is to be processed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProcessSettings {
    /// The output's format, rate, channels and level. Effects hear sound of the output's rate and channels, before it is
    /// normalised.
    pub convert: ConvertSettings,
    /// The effects.
    pub chain: Chain,
    /// What follows the end.
    pub tail: EffectTail,
    /// The file of a sound that effects listen to instead of their input, from its start on, at any sample rate. After its
    /// end it is silent.
    pub sidechain: Option<PathBuf>,
}

impl ProcessSettings {
    fn validate(&self) -> Result<(), Error> {
        self.tail.validate()?;
        self.effects().check()
    }

    fn effects(&self) -> Effects<'_> {
        Effects { chain: &self.chain, tail: self.tail, sidechain: self.sidechain.as_deref() }
    }
}

/// What was made of an audio file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProcessReport {
    /// The file.
    #[serde(flatten)]
    pub file: ConvertReport,
    /// What effects that turn down did.
    pub reductions: Vec<ReductionReport>,
}

/// How far one effect turned down.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReductionReport {
    /// The effect's place in the chain, and in a multi-band effect the band's: `effects[1].bands[0]`.
    pub place: String,
    /// The deepest reduction, 0 dB or more.
    pub deepest_db: f64,
}

/// Takes an audio file, or what comes through a pipe, through effects into another. Their latency is taken away, tags are
/// carried over, and memory does not grow with the length.
///
/// ```no_run
/// use rust_audio_engine::{ConvertOutput, ProcessSettings, preset, process, unobserved};
///
/// let settings = ProcessSettings { chain: preset("jazz")?.chain(), ..ProcessSettings::default() };
/// let output = ConvertOutput::File("out.flac".into());
/// process(std::path::PathBuf::from("in.wav").into(), output, &settings, &mut unobserved)?;
/// # Ok::<(), rust_audio_engine::Error>(())
/// ```
///
/// # Errors
/// As [`crate::convert()`], and a chain that cannot be prepared for the sound, or a sidechain that cannot be read or that nothing
/// listens to.
pub fn process(
    input: ConvertInput,
    output: ConvertOutput<'_>,
    settings: &ProcessSettings,
    observer: &mut Observer<'_>,
) -> Result<ProcessReport, Error> {
    settings.validate()?;
    output.check_chain(&settings.chain)?;
    if let (Some(output), Some(sidechain)) = (output.path(), &settings.sidechain) {
        check_output(output, sidechain)?;
    }
    let effects = settings.effects();
    let way = |source, go_on: &mut GoOn<'_>| Chained::new(source, &effects, go_on);
    let (file, source) = through(input, output, &settings.convert, true, &way, observer)?;
    Ok(report(file, source))
}

/// Processes files into `folder`, as [`crate::convert_files`] converts them.
///
/// # Errors
/// As [`crate::convert_files`]; what is wrong with one file is in its result.
pub fn process_files(
    inputs: &[PathBuf],
    folder: &Path,
    settings: &ProcessSettings,
    jobs: Option<usize>,
    observer: &mut FilesObserver<'_, ProcessReport>,
) -> Result<Vec<WorkedFile<ProcessReport>>, Error> {
    settings.validate()?;
    let effects = settings.effects();
    let way = |source, go_on: &mut GoOn<'_>| Chained::new(source, &effects, go_on);
    let work = Worker {
        one: &|convert, input, output, observer| {
            process(input, output, &ProcessSettings { convert: convert.clone(), ..settings.clone() }, observer)
        },
        meter: &|path, observer| meter(path, &settings.convert, &way, observer),
    };
    each_file(inputs, folder, &settings.convert, jobs, &work, observer)
}

fn report(mut file: ConvertReport, mut source: Chained) -> ProcessReport {
    let (reductions, non_finite) = source.effects();
    if non_finite > 0 {
        file.warnings.push(not_finite(non_finite));
    }
    ProcessReport { file, reductions: reductions.into_iter().map(ReductionReport::from).collect() }
}

pub(crate) fn not_finite(samples: u64) -> String {
    format!("{samples} samples were not finite and became silence in the effects")
}

impl From<Reduction> for ReductionReport {
    fn from(reduction: Reduction) -> ReductionReport {
        ReductionReport { place: reduction.place, deepest_db: reduction.deepest.0 }
    }
}

/// Takes sound in memory through effects; files that they name are read from their paths. `sidechain` has the same sample
/// rate. `go_on` is asked many times a second whether to.
///
/// # Errors
/// As [`process()`].
pub fn process_audio(
    audio: AudioBuffer,
    rate: SampleRate,
    chain: &Chain,
    tail: EffectTail,
    sidechain: Option<&AudioBuffer>,
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<AudioBuffer, Error> {
    tail.validate()?;
    check_files(chain)?;
    check_sidechain(chain, sidechain.is_some())?;
    let setup = setup(rate, audio.channels(), sidechain.map_or(0, AudioBuffer::channels));
    let whole = Whole { sound: audio, sidechain, tail: tail.whole(rate) };
    Ok(chain.process_with(whole, &setup, go_on)?.sound)
}

/// Makes a chain ready for blocks of sound; files that it names are read from their paths. See
/// [`Prepared`](crate::effects::Prepared). `sidechain` are the channels of a sidechain, 0 for none.
///
/// # Errors
/// A chain that does not fit the rate or the number of channels, or a file that cannot be used.
pub fn prepare(chain: &Chain, rate: SampleRate, channels: usize, sidechain: usize) -> Result<Prepared, Error> {
    check_files(chain)?;
    Ok(chain.prepare_for(&setup(rate, channels, sidechain))?)
}

/// The largest chain file that is read, bytes.
const LARGEST_CHAIN: u64 = 4 << 20;

/// Reads a chain of effects from a TOML or JSON file, which the name's end tells apart: `.json` is JSON. Files that it names
/// lie relative to its own; the value has their absolute paths.
///
/// # Errors
/// A file that cannot be read, or is no chain, with its path.
pub fn read_chain(path: impl AsRef<Path>) -> Result<Chain, Error> {
    let path = path.as_ref();
    let unreadable = |source| Error::ReadChain { path: path.to_owned(), source };
    let mut text = String::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    if file.take(LARGEST_CHAIN + 1).read_to_string(&mut text).map_err(unreadable)? as u64 > LARGEST_CHAIN {
        return Err(Error::Chain {
            path: path.to_owned(),
            source: EffectsError::Text("the file is larger than 4 MiB".into()),
        });
    }
    let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let chain = if json { Chain::from_json(&text) } else { Chain::from_toml(&text) };
    let chain = chain.map_err(|source| Error::Chain { path: path.to_owned(), source })?;
    let folder = std::path::absolute(path).map_err(unreadable)?;
    Ok(chain.files_in(folder.parent().unwrap_or(path)))
}

/// The chain with a convolution reverb by this impulse response, an audio file, behind its effects but before a limiter at its
/// end. `wet` is the reverb's share of the sound, 0 to 1.
///
/// # Errors
/// A share out of its range, and a file that is no impulse response, with its path.
pub fn with_impulse_response(mut chain: Chain, path: &Path, wet: f64) -> Result<Chain, Error> {
    in_range("wet share", wet, 0.0, 1.0, "")?;
    // The chain may be written to another folder.
    let path = std::path::absolute(path).map_err(|source| CodecError::Read { path: path.to_owned(), source })?;
    check(!is_no_file(&path), || format!("{} is not a file, as an impulse response must be", path.display()))?;
    let rate = AudioReader::open(&path)?.info().rate;
    let response = Response::File { path: path.display().to_string(), right_path: None, normalize: true };
    let reverb = ConvolutionReverb { response, ..ConvolutionReverb::default() };
    // By itself, so that nothing is said of a chain that nobody wrote.
    let alone = Chain::from([reverb.clone()]).check(&setup(rate.clamp(MIN_RATE, MAX_RATE), 2, 0));
    alone.map_err(|error| match error {
        EffectsError::Structure { problem, .. } => Error::settings(problem),
        error => error.into(),
    })?;
    let limiter = matches!(chain.effects.last(), Some(Slot { effect: Effect::TruePeakLimiter(_), .. }));
    let place = chain.effects.len() - usize::from(limiter);
    chain.effects.insert(place, Slot { effect: reverb.into(), mix: wet, bypass: false });
    Ok(chain)
}

/// The preset with this name.
///
/// # Errors
/// A name that no preset has; the error lists those there are.
pub fn preset(name: &str) -> Result<&'static Preset, Error> {
    Preset::named(name).ok_or_else(|| {
        let names: Vec<&str> = Preset::all().iter().map(|preset| preset.name).collect();
        Error::settings(format!("there is no preset '{name}'; choose {}", names.join(", ")))
    })
}
