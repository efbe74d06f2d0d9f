//! One file after the other half: decoded on one thread, encoded on another.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::{panic, thread};

use rae_codec::{
    AudioInfo, AudioReader, AudioSource, AudioSpec, AudioSummary, AudioWriter, CodecError, DecodeLimits, Encoding,
    OutputFile, changed,
};
use rae_dsp::AudioBuffer;
use rae_units::{Decibels, Frames, Seconds};

use super::{ConvertInput, ConvertOutput, ConvertReport, ConvertSettings};
use crate::sound::losses;
use crate::{Error, Observer, Progress, check_output};

/// Blocks between the threads, at most.
const BLOCKS: usize = 4;

/// Makes an audio file of another, or of what comes through a pipe. Tags are carried over. Sound beyond full scale is
/// lost in all formats but WAV of floats; the report says so.
///
/// Errors: an input that is no sound or damaged, an output that exists, is the input or cannot be written, choices that
/// the format does not have, and [`Error::Cancelled`]. They leave no file.
pub fn convert(
    input: ConvertInput,
    output: ConvertOutput<'_>,
    settings: &ConvertSettings,
    observer: &mut Observer<'_>,
) -> Result<ConvertReport, Error> {
    if let (ConvertInput::File(input), ConvertOutput::File(output)) = (&input, &output) {
        check_output(output, input)?;
    }
    settings.validate()?;
    let passes = if settings.normalize.is_some() { 2 } else { 1 };
    let mut progress = Passes { observer, done: 0, passes };
    let mut path = None;
    let reader = match input {
        input if passes > 1 && !can_be_read_twice(&input) => {
            let what = "normalize reads its input twice, which a pipe does not allow; name a file".into();
            return Err(Error::Settings { what });
        }
        ConvertInput::Pipe(pipe) => AudioReader::from_pipe(pipe, "standard input", &DecodeLimits::default())?,
        ConvertInput::File(file) => AudioReader::open(path.insert(file))?,
    };
    let named = match &output {
        ConvertOutput::File(path) => Some(path.as_path()),
        ConvertOutput::Pipe(_) => None,
    };
    let encoding = settings.encoding(named, reader.info().samples)?;
    let rounding = settings.rounding(reader.info().samples, encoding);
    let job = Job::new(reader, encoding, settings)?;
    let mut report = match output {
        ConvertOutput::File(output) => {
            let file = OutputFile::create(output, settings.overwrite)?;
            let writer = AudioWriter::to_file(file, &job.spec, encoding)?;
            let gain = gain(path.as_deref(), encoding, settings, &mut progress)?;
            let (file, report) = job.run(writer, gain, &mut progress)?;
            file.commit()?;
            report
        }
        ConvertOutput::Pipe(sink) => {
            let gain = gain(path.as_deref(), encoding, settings, &mut progress)?;
            let writer = AudioWriter::streaming(BufWriter::new(sink), "standard output", &job.spec, encoding)?;
            job.run(writer, gain, &mut progress)?.1
        }
    };
    report.warnings.extend(rounding);
    Ok(report)
}

/// What is missing is no pipe: opening it says why.
fn can_be_read_twice(input: &ConvertInput) -> bool {
    match input {
        ConvertInput::File(path) => path.metadata().map_or(true, |file| file.is_file() || file.is_dir()),
        ConvertInput::Pipe(_) => false,
    }
}

/// What brings the highest sample to the level that is asked for; of silence, nothing.
fn gain(
    path: Option<&Path>,
    encoding: Encoding,
    settings: &ConvertSettings,
    progress: &mut Passes<'_, '_>,
) -> Result<f32, Error> {
    let (Some(level), Some(path)) = (settings.normalize, path) else { return Ok(1.0) };
    let mut job = Job::new(AudioReader::open(path)?, encoding, settings)?;
    let mut peak = 0.0f32;
    let (mut position, expected) = (0, job.source.frames());
    while let Some(block) = job.source.read()? {
        peak = highest(block, peak);
        position += block.frames() as u64;
        progress.tell(position, expected, &job.spec)?;
    }
    progress.done += 1;
    let gain = (level.amplitude() / f64::from(peak)).min(f32::MAX.into());
    Ok(if peak > 0.0 { gain as f32 } else { 1.0 })
}

/// Samples that are not finite are written as 0 and do not count.
fn highest(block: &AudioBuffer, peak: f32) -> f32 {
    let levels = block.planar().iter().map(|sample| sample.abs());
    levels.filter(|level| level.is_finite()).fold(peak, f32::max)
}

/// Tells how far some passes have come.
struct Passes<'a, 'b> {
    observer: &'a mut Observer<'b>,
    done: usize,
    passes: usize,
}

impl Passes<'_, '_> {
    fn tell(&mut self, position: u64, expected: Option<Frames>, spec: &AudioSpec) -> Result<(), Error> {
        let share = expected.map_or(0.0, |expected| position as f64 / expected.0.max(position).max(1) as f64);
        let expected = expected.map_or(position, |expected| expected.0.max(position));
        let seconds = |frames| Frames(frames).seconds(spec.rate);
        let fraction = (self.done as f64 + share) / self.passes as f64;
        match (self.observer)(Progress { position: seconds(position), expected: seconds(expected), fraction }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }
}

/// Sound on its way to a format.
struct Job {
    from: AudioInfo,
    source: Box<dyn AudioSource>,
    spec: AudioSpec,
    encoding: Encoding,
}

impl Job {
    fn new(reader: AudioReader, encoding: Encoding, settings: &ConvertSettings) -> Result<Job, Error> {
        let from = reader.info().clone();
        let rate = settings.rate(encoding, from.rate);
        let source = changed(Box::new(reader), Some(rate), settings.channels)?;
        let channels = u16::try_from(source.channels()).unwrap_or(u16::MAX);
        let spec = AudioSpec { rate, channels, max_frames: source.frames(), tags: from.tags.clone() };
        Ok(Job { from, source, spec, encoding })
    }

    /// Decodes on a thread of its own, encodes on this one.
    fn run<W: Write>(
        self,
        mut writer: AudioWriter<W>,
        gain: f32,
        progress: &mut Passes<'_, '_>,
    ) -> Result<(W, ConvertReport), Error> {
        let Job { from, mut source, spec, encoding } = self;
        let expected = source.frames();
        let (mut peak, mut position) = (0.0f32, 0);
        let (full, blocks) = sync_channel::<AudioBuffer>(BLOCKS);
        let warnings = thread::scope(|scope| {
            let decode = move || -> Result<Vec<String>, CodecError> {
                while let Some(block) = source.read()? {
                    // Whoever takes no more says why.
                    if full.send(block.clone()).is_err() {
                        break;
                    }
                }
                Ok(source.warnings().to_vec())
            };
            let decoder = thread::Builder::new().name("rae-decoder".into()).spawn_scoped(scope, decode);
            let decoder = decoder.map_err(|source| Error::Threads { source })?;
            let encoded = blocks.into_iter().try_for_each(|mut block| {
                if gain != 1.0 {
                    block.planar_mut().iter_mut().for_each(|sample| *sample *= gain);
                }
                peak = highest(&block, peak);
                position += block.frames() as u64;
                let channels: Vec<&[f32]> = (0..block.channels()).map(|channel| block.channel(channel)).collect();
                writer.write(&channels)?;
                progress.tell(position, expected, &spec)
            });
            match decoder.join() {
                Ok(decoded) => encoded.and(decoded.map_err(Error::from)),
                Err(broken) => panic::resume_unwind(broken),
            }
        })?;
        let (sink, summary) = writer.finish()?;
        Ok((sink, report(&from, &spec, encoding, peak, warnings, &summary)))
    }
}

fn report(
    from: &AudioInfo,
    spec: &AudioSpec,
    encoding: Encoding,
    peak: f32,
    mut warnings: Vec<String>,
    summary: &AudioSummary,
) -> ConvertReport {
    warnings.extend(losses(summary));
    let Seconds(duration) = summary.frames.seconds(spec.rate);
    ConvertReport {
        from: from.format.to_string(),
        to: encoding.format().to_string(),
        sample_rate: spec.rate.hz(),
        channels: spec.channels.into(),
        duration,
        peak_dbfs: (peak > 0.0).then(|| Decibels::from_amplitude(peak.into()).0),
        warnings,
    }
}

impl From<PathBuf> for ConvertInput {
    fn from(path: PathBuf) -> ConvertInput {
        ConvertInput::File(path)
    }
}
