//! Mastering: a loudness under a ceiling of true peaks, and the sound of a reference.

use std::path::{Path, PathBuf};

use rae_codec::{AudioReader, AudioSource, AudioWriter, Encoding, Tags};
use rae_dsp::AudioBuffer;
use rae_effects::chain::{Chain, Effect, Gain, Slot, Width};
use rae_effects::dynamics::TruePeakLimiter;
use rae_effects::eq::CurvePoint;
use rae_effects::loudness::{Loudness, LoudnessMeter};
use rae_effects::mastering::{LoudnessSearch, Match, Spectrum, SpectrumMeter, Take, match_reference};
use serde::Serialize;

use crate::chained::{Chained, Effects};
use crate::convert::{
    FilesObserver, GoOn, Job, LoudnessTags, OpenOutput, Passes, WorkedFile, Worker, can_be_read_twice, each_file,
};
use crate::process::not_finite;
use crate::settings::{check, in_range};
use crate::{ConvertInput, ConvertOutput, ConvertReport, ConvertSettings, EffectTail, Error, Observer, check_output};

/// How an audio file is to be mastered.
#[derive(Clone, Debug, PartialEq)]
pub struct MasterSettings {
    /// The output's format, rate and channels. Nothing is normalised: the loudness decides about the level.
    pub convert: ConvertSettings,
    /// Effects before all else. A true-peak limiter at the end is left out, since another one follows.
    pub chain: Chain,
    /// What follows the end.
    pub tail: EffectTail,
    /// Integrated loudness of the result, −60 to 0 LUFS; by default that of the reference, without one −14.
    pub lufs: Option<f64>,
    /// The most that true peaks reach, −40 to 0 dBTP.
    pub ceiling_db: f64,
    /// A recording that this one shall sound like.
    pub reference: Option<Reference>,
}

/// A recording to sound like, and how far to go. Strengths are from 0 (nothing) to 1 (all of it).
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The file.
    pub path: PathBuf,
    /// From the recording's loudness to the reference's; where a loudness is asked for, that one holds.
    pub level: f64,
    /// From the recording's spectrum to the reference's.
    pub spectrum: f64,
    /// From the recording's stereo width to the reference's.
    pub width: f64,
}

impl Reference {
    /// With full strength.
    pub fn new(path: impl Into<PathBuf>) -> Reference {
        Reference { path: path.into(), level: 1.0, spectrum: 1.0, width: 1.0 }
    }
}

/// What was made of an audio file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MasterReport {
    /// The file.
    #[serde(flatten)]
    pub file: ConvertReport,
    /// Loudness behind the asked-for effects, before the rest.
    pub before: Loudness,
    /// Loudness of the result, before it is encoded.
    pub after: Loudness,
    /// What was to be reached, LUFS.
    pub target_lufs: f64,
    /// Whether it was, within 0.1 LU.
    pub reached: bool,
    /// The gain before the limiter, dB.
    pub gain_db: f64,
    /// The deepest that the limiter turned down, dB.
    pub limited_db: f64,
    /// What was taken over from the reference.
    pub reference: Option<ReferenceReport>,
    /// How often the input was read.
    pub passes: usize,
    /// All that the sound went through: as a file it does the same to others.
    pub chain: Chain,
}

/// What was taken over from a reference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReferenceReport {
    /// The reference's loudness, LUFS.
    pub lufs: f64,
    /// The equalizer curve; empty where there is nothing to change.
    pub curve: Vec<CurvePoint>,
    /// The factor on the difference of both sides.
    pub width: f64,
}

impl Default for MasterSettings {
    fn default() -> MasterSettings {
        MasterSettings {
            convert: ConvertSettings::default(),
            chain: Chain::default(),
            tail: EffectTail::Trim,
            lufs: None,
            ceiling_db: -1.0,
            reference: None,
        }
    }
}

/// The loudness without reference and wish: what streaming services play at.
const LUFS: f64 = -14.0;
/// Nearer than that is reached.
const TOLERANCE_LU: f64 = 0.1;
/// A limiter that turned down by less did nothing.
const UNTOUCHED_DB: f64 = 0.005;
/// So little more gain has a limiter that did nothing touch a few peaks, which nothing measures in the loudness.
const SMALL_DB: f64 = 0.3;
/// Passes that progress expects between the analysis and the one that writes.
const EXPECTED_TAKES: usize = 2;

impl MasterSettings {
    fn validate(&self) -> Result<(), Error> {
        if let Some(lufs) = self.lufs {
            in_range("loudness", lufs, -60.0, 0.0, "LUFS")?;
        }
        in_range("ceiling", self.ceiling_db, -40.0, 0.0, "dBTP")?;
        self.tail.validate()?;
        if self.convert.normalize.is_some() {
            return Err(Error::settings("mastering sets the loudness; do not normalize, too".into()));
        }
        check(!matches!(self.convert.loudness_tags, LoudnessTags::Album), || {
            "mastering brings each file to a loudness of its own; convert the results for that of the album".into()
        })?;
        self.reference.iter().try_for_each(|reference| {
            in_range("level strength", reference.level, 0.0, 1.0, "")?;
            in_range("spectrum strength", reference.spectrum, 0.0, 1.0, "")?;
            in_range("width strength", reference.width, 0.0, 1.0, "")
        })
    }

    /// The asked-for effects without a limiter at their end, and that limiter, or one like any, at the ceiling.
    fn effects(&self) -> (Chain, TruePeakLimiter) {
        let mut chain = self.chain.clone();
        let mut limiter = TruePeakLimiter::default();
        if let Some(Slot { effect: Effect::TruePeakLimiter(own), mix, bypass: false }) = chain.effects.last()
            && *mix == 1.0
        {
            limiter = own.clone();
            chain.effects.pop();
        }
        limiter.ceiling_db = self.ceiling_db;
        (chain, limiter)
    }

    fn target(&self, own: &Loudness, reference: Option<&Analysed>) -> f64 {
        let strength = self.reference.as_ref().map_or(0.0, |reference| reference.level);
        match (self.lufs, reference.map(|reference| reference.lufs)) {
            (Some(lufs), _) => lufs,
            (None, Some(theirs)) if theirs.is_finite() => {
                own.integrated_lufs + strength * (theirs - own.integrated_lufs)
            }
            _ => LUFS,
        }
    }
}

/// A reference that was read.
struct Analysed {
    lufs: f64,
    spectrum: Spectrum,
    /// What was odd about its file.
    warnings: Vec<String>,
}

impl Analysed {
    /// A file as it is.
    fn file(path: &Path, progress: &mut Passes<'_, '_>) -> Result<Analysed, Error> {
        let reader = Box::new(AudioReader::open(path)?);
        let effects = Effects { chain: &Chain::default(), tail: EffectTail::Trim, sidechain: None };
        let mut source = Chained::new(reader, &effects, &mut || progress.go_on())?;
        let meter = LoudnessMeter::without_peaks(source.rate(), source.channels())?;
        let spectrum = SpectrumMeter::new(source.rate(), source.channels())?;
        let (loudness, spectrum) = analyse(&mut source, meter, Some(spectrum), progress)?;
        let spectrum = spectrum.expect("asked for");
        check(loudness.integrated_lufs.is_finite(), || {
            format!("the reference {} is silent or shorter than 0.4 s: there is nothing to match", path.display())
        })?;
        let warning = |warning: &String| format!("the reference {}: {warning}", path.display());
        let warnings = source.warnings().iter().map(warning).collect();
        Ok(Analysed { lufs: loudness.integrated_lufs, spectrum, warnings })
    }
}

fn analyse(
    source: &mut Chained,
    mut meter: LoudnessMeter,
    mut spectrum: Option<SpectrumMeter>,
    progress: &mut Passes<'_, '_>,
) -> Result<(Loudness, Option<Spectrum>), Error> {
    progress.pass(source, |block| {
        let block = channels(block);
        meter.push(&block);
        spectrum.iter_mut().for_each(|spectrum| spectrum.push(&block));
    })?;
    Ok((meter.report(), spectrum.map(|spectrum| spectrum.report())))
}

fn channels(block: &AudioBuffer) -> Vec<&[f32]> {
    (0..block.channels()).map(|channel| block.channel(channel)).collect()
}

/// Masters an audio file: brings it to a loudness under a ceiling of true peaks, and to the sound of a reference if there is
/// one. Memory does not grow with the length; the input is read twice where no limiting is needed, otherwise until the
/// loudness behind the limiter is right, which takes up to six passes more.
///
/// ```no_run
/// use rust_audio_engine::{ConvertOutput, MasterSettings, Reference, master, unobserved};
///
/// let reference = Some(Reference { spectrum: 0.7, ..Reference::new("reference.flac") });
/// let settings = MasterSettings { reference, ..MasterSettings::default() };
/// let output = ConvertOutput::File("master.wav".into());
/// let report = master(std::path::PathBuf::from("mix.wav").into(), output, &settings, &mut unobserved)?;
/// println!("{:.1} LUFS, {:.1} dBTP", report.after.integrated_lufs, report.after.true_peak_db);
/// # Ok::<(), rust_audio_engine::Error>(())
/// ```
///
/// # Errors
/// As [`crate::process()`]; a pipe, since it cannot be read twice; settings out of range.
pub fn master(
    input: ConvertInput,
    output: ConvertOutput<'_>,
    settings: &MasterSettings,
    observer: &mut Observer<'_>,
) -> Result<MasterReport, Error> {
    settings.validate()?;
    let extra = usize::from(settings.reference.is_some());
    let mut progress = Passes::new(observer, 2 + EXPECTED_TAKES + extra);
    let reference = analyse_reference(settings, &output, &mut progress)?;
    Mastering { settings, reference: reference.as_ref() }.run(&input, output, &mut progress)
}

/// Masters files into `folder`, as [`crate::convert_files`] converts them; a reference is read once.
///
/// # Errors
/// As [`crate::convert_files`], and a reference that cannot be read; what is wrong with one file is in its result.
pub fn master_files(
    inputs: &[PathBuf],
    folder: &Path,
    settings: &MasterSettings,
    jobs: Option<usize>,
    observer: &mut FilesObserver<'_, MasterReport>,
) -> Result<Vec<WorkedFile<MasterReport>>, Error> {
    settings.validate()?;
    let mut waiting = |_| observer(None, 0);
    let mut progress = Passes::new(&mut waiting, 1);
    let path = settings.reference.as_ref().map(|reference| &reference.path);
    let reference = path.map(|path| Analysed::file(path, &mut progress)).transpose()?;
    let work = Worker {
        one: &|_, input, output, observer| {
            if let (Some(path), Some(output)) = (path, output.path()) {
                check_output(output, path)?;
            }
            let mut progress = Passes::new(observer, 2 + EXPECTED_TAKES);
            Mastering { settings, reference: reference.as_ref() }.run(&input, output, &mut progress)
        },
        meter: &|_, _| Err(Error::settings("no album is mastered as one".into())),
    };
    each_file(inputs, folder, &settings.convert, jobs, &work, observer)
}

fn analyse_reference(
    settings: &MasterSettings,
    output: &ConvertOutput<'_>,
    progress: &mut Passes<'_, '_>,
) -> Result<Option<Analysed>, Error> {
    let Some(reference) = &settings.reference else { return Ok(None) };
    if let Some(output) = output.path() {
        check_output(output, &reference.path)?;
    }
    Analysed::file(&reference.path, progress).map(Some)
}

/// The work on one file.
struct Mastering<'a> {
    settings: &'a MasterSettings,
    reference: Option<&'a Analysed>,
}

/// What was decided before the pass that writes.
struct Plan {
    before: Loudness,
    target_lufs: f64,
    gain_db: f64,
    matched: Option<Match>,
    takes: usize,
}

impl Mastering<'_> {
    fn run(
        &self,
        input: &ConvertInput,
        output: ConvertOutput<'_>,
        progress: &mut Passes<'_, '_>,
    ) -> Result<MasterReport, Error> {
        let path = match input {
            ConvertInput::File(path) if can_be_read_twice(input) => path.as_path(),
            _ => {
                let what = "mastering reads its input several times, which a pipe does not allow; name a file";
                return Err(Error::settings(what.into()));
            }
        };
        output.check(input)?;
        output.check_chain(&self.settings.chain)?;
        let encoding = self.settings.convert.encoding(output.path(), AudioReader::open(path)?.info().samples)?;
        self.settings.convert.check_tags(encoding)?;
        let job = self.job(path, encoding, &self.settings.effects().0, progress)?;
        let mut spec = job.spec.clone();
        encoding.check(&spec)?;
        let output = output.open(self.settings.convert.overwrite)?;
        let plan = self.plan(job, path, encoding, progress)?;
        self.tag(&plan, path, encoding, &mut spec.tags, progress)?;
        match output {
            OpenOutput::File(file) => {
                let writer = AudioWriter::to_file(file, &spec, encoding)?;
                let (file, report) = self.write(path, encoding, plan, writer, progress)?;
                file.commit()?;
                Ok(report)
            }
            OpenOutput::Pipe(sink) => {
                let writer = AudioWriter::streaming(sink, "standard output", &spec, encoding)?;
                Ok(self.write(path, encoding, plan, writer, progress)?.1)
            }
        }
    }

    /// Says how loud the result will be, if that is asked for; what the input says is no longer true.
    fn tag(
        &self,
        plan: &Plan,
        path: &Path,
        encoding: Encoding,
        tags: &mut Tags,
        progress: &mut Passes<'_, '_>,
    ) -> Result<(), Error> {
        let settings = &self.settings.convert;
        progress.done = progress.expected() - if settings.measures() { 2 } else { 1 };
        let chain = self.chain(plan.gain_db, plan.matched.as_ref());
        let effects = self.through(&chain);
        let way = |source, go_on: &mut GoOn<'_>| Chained::new(source, &effects, go_on);
        let before = settings.before(Some(path), encoding, &way, progress)?;
        settings.tag(&before, true, tags);
        progress.done = progress.expected() - 1;
        Ok(())
    }

    fn job(
        &self,
        path: &Path,
        encoding: Encoding,
        chain: &Chain,
        progress: &mut Passes<'_, '_>,
    ) -> Result<Job<Chained>, Error> {
        let effects = self.through(chain);
        let way = |source, go_on: &mut GoOn<'_>| Chained::new(source, &effects, go_on);
        Job::new(AudioReader::open(path)?, encoding, &self.settings.convert, &way, progress)
    }

    fn through<'a>(&self, chain: &'a Chain) -> Effects<'a> {
        Effects { chain, tail: self.settings.tail, sidechain: None }
    }

    /// Everything that the sound goes through.
    fn chain(&self, gain_db: f64, matched: Option<&Match>) -> Chain {
        let (mut chain, limiter) = self.settings.effects();
        let mut push = |effect: Effect| chain.effects.push(Slot::from(effect));
        if let Some(matched) = matched {
            if !matched.curve.points.is_empty() {
                push(matched.curve.clone().into());
            }
            if matched.width != 1.0 {
                push(Width { width: matched.width }.into());
            }
        }
        push(Gain { gain_db, invert: false }.into());
        push(limiter.into());
        chain
    }

    /// Measures until it is known what to do.
    fn plan(
        &self,
        mut job: Job<Chained>,
        path: &Path,
        encoding: Encoding,
        progress: &mut Passes<'_, '_>,
    ) -> Result<Plan, Error> {
        let (rate, count) = (job.source.rate(), job.source.channels());
        let meter = self.reference.map(|_| SpectrumMeter::new(rate, count)).transpose()?;
        let (before, spectrum) = analyse(&mut job.source, LoudnessMeter::new(rate, count)?, meter, progress)?;
        // Silence, or what is too short to be measured, has no sound to be matched.
        let heard = spectrum.filter(|_| before.integrated_lufs.is_finite());
        let asked = self.reference.zip(self.settings.reference.as_ref()).zip(heard);
        let matched = asked.map(|((analysed, reference), own)| {
            match_reference(&own, &analysed.spectrum, reference.spectrum, reference.width)
        });
        let target_lufs = self.settings.target(&before, self.reference);
        let mut plan = Plan { before, target_lufs, gain_db: 0.0, matched, takes: 0 };
        if !before.integrated_lufs.is_finite() {
            return Ok(plan);
        }
        let louder = plan.matched.as_ref().map_or(0.0, |matched| matched.louder_lu);
        plan.gain_db = within_gain(target_lufs - before.integrated_lufs - louder);
        let changed = plan.matched.as_ref().is_some_and(|m| !m.curve.points.is_empty() || m.width != 1.0);
        if changed || before.true_peak_db + plan.gain_db > self.settings.ceiling_db {
            self.search(&mut plan, path, encoding, progress)?;
        }
        Ok(plan)
    }

    /// Finds the gain by measuring what comes out of the limiter.
    fn search(
        &self,
        plan: &mut Plan,
        path: &Path,
        encoding: Encoding,
        progress: &mut Passes<'_, '_>,
    ) -> Result<(), Error> {
        let last = progress.expected() - 2;
        let mut search = LoudnessSearch::new(plan.target_lufs, plan.gain_db);
        while let Some(gain_db) = search.next() {
            let gain_db = within_gain(gain_db);
            let mut job = self.job(path, encoding, &self.chain(gain_db, plan.matched.as_ref()), progress)?;
            let meter = LoudnessMeter::without_peaks(job.source.rate(), job.source.channels())?;
            progress.done = progress.done.min(last);
            let (Loudness { integrated_lufs, .. }, _) = analyse(&mut job.source, meter, None, progress)?;
            let (reduction_db, _) = limiting(&mut job.source);
            search.take(Take { gain_db, lufs: integrated_lufs, reduction_db });
            plan.takes += 1;
            let missing = plan.target_lufs - integrated_lufs;
            if reduction_db < UNTOUCHED_DB && missing < SMALL_DB {
                plan.gain_db = within_gain(gain_db + missing);
                return Ok(());
            }
        }
        plan.gain_db = search.best_gain_db();
        Ok(())
    }

    fn write<W: std::io::Write>(
        &self,
        path: &Path,
        encoding: Encoding,
        plan: Plan,
        writer: AudioWriter<W>,
        progress: &mut Passes<'_, '_>,
    ) -> Result<(W, MasterReport), Error> {
        let chain = self.chain(plan.gain_db, plan.matched.as_ref());
        let job = self.job(path, encoding, &chain, progress)?;
        let mut meter = LoudnessMeter::new(job.source.rate(), job.source.channels())?;
        let (sink, file, mut source) = job.run(writer, 1.0, progress, &mut |block| meter.push(&channels(block)))?;
        let after = meter.report();
        let (limited_db, non_finite) = limiting(&mut source);
        let reference = self.reference.zip(plan.matched).map(|(analysed, matched)| ReferenceReport {
            lufs: analysed.lufs,
            curve: matched.curve.points,
            width: matched.width,
        });
        let mut report = MasterReport {
            file,
            before: plan.before,
            after,
            target_lufs: plan.target_lufs,
            reached: (after.integrated_lufs - plan.target_lufs).abs() <= TOLERANCE_LU,
            gain_db: plan.gain_db,
            limited_db,
            reference,
            passes: 2 + plan.takes,
            chain,
        };
        report.file.warnings.extend(self.reference.iter().flat_map(|reference| reference.warnings.clone()));
        report.warn(non_finite);
        Ok((sink, report))
    }
}

impl MasterReport {
    fn warn(&mut self, non_finite: u64) {
        if non_finite > 0 {
            self.file.warnings.push(not_finite(non_finite));
        }
        let (found, target) = (self.after.integrated_lufs, self.target_lufs);
        if !self.before.integrated_lufs.is_finite() {
            let what = "silent, or shorter than 0.4 s: there is no loudness to change, the level stays";
            self.file.warnings.push(what.into());
        } else if !self.reached {
            self.file.warnings.push(format!(
                "{found:.1} LUFS instead of {target:.1}: the limiter turned down by up to {:.1} dB already; \
                 ask for less, or compress before",
                self.limited_db
            ));
        }
    }
}

/// What the last limiter of the chain turned down, and how many samples were no numbers.
fn limiting(source: &mut Chained) -> (f64, u64) {
    let (reductions, non_finite) = source.effects();
    (reductions.last().map_or(0.0, |reduction| reduction.deepest.0), non_finite)
}

/// What the effect takes.
fn within_gain(gain_db: f64) -> f64 {
    gain_db.clamp(-120.0, 60.0)
}
