//! One file after the other half: decoded on one thread, encoded on another.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::{panic, thread};

use rae_codec::{
    AudioInfo, AudioReader, AudioSource, AudioSpec, AudioSummary, AudioWriter, CodecError, DecodeLimits, Encoding,
    changed,
};
use rae_dsp::AudioBuffer;
use rae_units::{Decibels, Frames, SampleRate, Seconds};

use super::{ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, OpenOutput};
use crate::progress::share;
use crate::sound::{losses, unheld};
use crate::{Error, Observer, Progress};

/// Blocks between the threads, at most.
const BLOCKS: usize = 4;

/// What sound passes between its file and the other one. What takes long asks whether to go on.
pub(crate) type Way<'a, S> = dyn Fn(Box<dyn AudioSource>, &mut GoOn<'_>) -> Result<S, Error> + 'a;

/// Whether to go on.
pub(crate) type GoOn<'a> = dyn FnMut() -> ControlFlow<()> + 'a;

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
    Ok(through(input, output, settings, false, &|source, _| Ok(source), observer)?.0)
}

/// As [`convert`], with something on the way, which may change the sound. Gives back what the sound has passed.
pub(crate) fn through<S: AudioSource>(
    input: ConvertInput,
    output: ConvertOutput<'_>,
    settings: &ConvertSettings,
    changed: bool,
    way: &Way<'_, S>,
    observer: &mut Observer<'_>,
) -> Result<(ConvertReport, S), Error> {
    output.check(&input)?;
    settings.validate()?;
    let passes = if settings.measures() { 2 } else { 1 };
    let mut progress = Passes::new(observer, passes);
    let mut path = None;
    let reader = match input {
        input if passes > 1 && !can_be_read_twice(&input) => {
            let what =
                "normalize and ReplayGain read their input twice, which a pipe does not allow; name a file".into();
            return Err(Error::Settings { what });
        }
        ConvertInput::Pipe(pipe) => AudioReader::from_pipe(pipe, "standard input", &DecodeLimits::default())?,
        ConvertInput::File(file) => AudioReader::open(path.insert(file))?,
    };
    let encoding = settings.encoding(output.path(), reader.info().samples)?;
    let rounding = settings.rounding(reader.info().samples, encoding);
    let other_rate = settings.other_rate(encoding);
    settings.check_tags(encoding)?;
    let mut job = Job::new(reader, encoding, settings, way, &mut progress)?;
    encoding.check(&job.spec)?;
    let output = output.open(settings.overwrite)?;
    let before = settings.before(path.as_deref(), encoding, way, &mut progress)?;
    settings.tag(&before, changed, &mut job.spec.tags);
    let (mut report, source) = match output {
        OpenOutput::File(file) => {
            let writer = AudioWriter::to_file(file, &job.spec, encoding)?;
            let (file, report, source) = job.run(writer, before.gain, &mut progress, &mut |_| {})?;
            file.commit()?;
            (report, source)
        }
        OpenOutput::Pipe(sink) => {
            let writer = AudioWriter::streaming(sink, "standard output", &job.spec, encoding)?;
            let (_, report, source) = job.run(writer, before.gain, &mut progress, &mut |_| {})?;
            (report, source)
        }
    };
    report.warnings.extend(rounding);
    report.warnings.extend(other_rate);
    Ok((report, source))
}

/// What is missing is no pipe: opening it says why.
pub(crate) fn can_be_read_twice(input: &ConvertInput) -> bool {
    match input {
        ConvertInput::File(path) => path.metadata().map_or(true, |file| file.is_file() || file.is_dir()),
        ConvertInput::Pipe(_) => false,
    }
}

/// Samples that are not finite are written as 0 and do not count.
pub(super) fn highest(block: &AudioBuffer, peak: f32) -> f32 {
    let levels = block.planar().iter().map(|sample| sample.abs());
    levels.filter(|level| level.is_finite()).fold(peak, f32::max)
}

/// Tells how far some passes have come.
pub(crate) struct Passes<'a, 'b> {
    observer: &'a mut Observer<'b>,
    pub(crate) done: usize,
    passes: usize,
    /// What was told last; its fraction never falls.
    last: Progress,
}

impl<'a, 'b> Passes<'a, 'b> {
    pub(crate) fn new(observer: &'a mut Observer<'b>, passes: usize) -> Passes<'a, 'b> {
        let last = Progress { position: Seconds(0.0), expected: Seconds(0.0), fraction: 0.0 };
        Passes { observer, done: 0, passes, last }
    }

    /// How many there will be, as far as is known.
    pub(crate) fn expected(&self) -> usize {
        self.passes
    }

    /// Reads a source to its end.
    pub(crate) fn pass(
        &mut self,
        source: &mut impl AudioSource,
        mut take: impl FnMut(&AudioBuffer),
    ) -> Result<(), Error> {
        let (mut position, expected, rate) = (0, source.frames(), source.rate());
        while let Some(block) = source.read()? {
            take(block);
            position += block.frames() as u64;
            self.tell(position, expected, rate)?;
        }
        self.end(position, rate)
    }

    /// Says that a pass is done: of an unknown length nobody knew.
    fn end(&mut self, position: u64, rate: SampleRate) -> Result<(), Error> {
        self.done += 1;
        self.say(position, Some(Frames(position)), rate, 0.0)
    }

    fn tell(&mut self, position: u64, expected: Option<Frames>, rate: SampleRate) -> Result<(), Error> {
        self.say(position, expected, rate, share(position, expected.map(|expected| expected.0), rate))
    }

    fn say(&mut self, position: u64, expected: Option<Frames>, rate: SampleRate, share: f64) -> Result<(), Error> {
        let expected = expected.map_or(0, |expected| expected.0.max(position));
        let seconds = |frames| Frames(frames).seconds(rate);
        let fraction = ((self.done as f64 + share) / self.passes as f64).clamp(self.last.fraction, 1.0);
        self.last = Progress { position: seconds(position), expected: seconds(expected), fraction };
        match self.go_on() {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }

    /// Tells what was told last, where nothing else can be.
    pub(crate) fn go_on(&mut self) -> ControlFlow<()> {
        (self.observer)(self.last)
    }
}

/// Sound on its way to a format.
pub(crate) struct Job<S> {
    from: AudioInfo,
    pub(crate) source: S,
    pub(crate) spec: AudioSpec,
    encoding: Encoding,
}

impl<S: AudioSource> Job<S> {
    pub(crate) fn new(
        reader: AudioReader,
        encoding: Encoding,
        settings: &ConvertSettings,
        way: &Way<'_, S>,
        progress: &mut Passes<'_, '_>,
    ) -> Result<Job<S>, Error> {
        let from = reader.info().clone();
        let rate = settings.rate(encoding, from.rate);
        let changed = changed(Box::new(reader), Some(rate), settings.channels)?;
        let source = way(changed, &mut || progress.go_on())?;
        let channels = u16::try_from(source.channels()).unwrap_or(u16::MAX);
        let spec = AudioSpec { rate, channels, max_frames: source.frames(), tags: from.tags.clone() };
        Ok(Job { from, source, spec, encoding })
    }

    /// Decodes on a thread of its own, encodes on this one. `heard` hears what is encoded.
    pub(crate) fn run<W: Write>(
        self,
        mut writer: AudioWriter<W>,
        gain: f32,
        progress: &mut Passes<'_, '_>,
        heard: &mut dyn FnMut(&AudioBuffer),
    ) -> Result<(W, ConvertReport, S), Error> {
        let Job { from, mut source, spec, encoding } = self;
        let expected = source.frames();
        let (mut peak, mut position) = (0.0f32, 0);
        let (full, blocks) = sync_channel::<AudioBuffer>(BLOCKS);
        let source = thread::scope(|scope| {
            let decode = move || -> Result<S, CodecError> {
                while let Some(block) = source.read()? {
                    // Whoever takes no more says why.
                    if full.send(block.clone()).is_err() {
                        break;
                    }
                }
                Ok(source)
            };
            let decoder = thread::Builder::new().name("rae-decoder".into()).spawn_scoped(scope, decode);
            let decoder = decoder.map_err(|source| Error::Threads { source })?;
            let encoded = blocks.into_iter().try_for_each(|mut block| {
                if gain != 1.0 {
                    block.planar_mut().iter_mut().for_each(|sample| *sample *= gain);
                }
                peak = highest(&block, peak);
                heard(&block);
                position += block.frames() as u64;
                let channels: Vec<&[f32]> = (0..block.channels()).map(|channel| block.channel(channel)).collect();
                writer.write(&channels)?;
                progress.tell(position, expected, spec.rate)
            });
            match decoder.join() {
                Ok(decoded) => encoded.and(decoded.map_err(Error::from)),
                Err(broken) => panic::resume_unwind(broken),
            }
        })?;
        progress.end(position, spec.rate)?;
        let (sink, summary) = writer.finish()?;
        let report = report(&from, &spec, encoding, peak, source.warnings().to_vec(), &summary);
        Ok((sink, report, source))
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
    warnings.extend(unheld(encoding, &spec.tags));
    if from.pictures > 0 {
        warnings.push("its pictures, such as a cover, are not carried over".into());
    }
    let Seconds(duration) = summary.frames.seconds(spec.rate);
    ConvertReport {
        from: from.format.to_string(),
        to: encoding.format().to_string(),
        sample_rate: spec.rate.hz(),
        channels: spec.channels.into(),
        duration,
        peak_dbfs: (peak > 0.0).then(|| Decibels::from_amplitude(peak.into()).0),
        clipped_samples: summary.clipped,
        warnings,
    }
}

impl From<PathBuf> for ConvertInput {
    fn from(path: PathBuf) -> ConvertInput {
        ConvertInput::File(path)
    }
}
