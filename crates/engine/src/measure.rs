//! Sound measured: levels, loudness, faults.

use std::ops::ControlFlow;
use std::path::PathBuf;

use rae_codec::AudioSource;
use rae_effects::loudness::{AlbumLoudness, Loudness, LoudnessMeter, Measurement, Measurer};
use serde::Serialize;

use crate::jobs::{self, Stop};
use crate::picture::{proceed, read_blocks};
use crate::settings::{check_threads, cores};
use crate::{Error, Observer, open_audio};

/// What was measured of a sound.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Levels and loudness. In JSON a level of −∞ dB is null.
    #[serde(flatten)]
    pub measurement: Measurement,
    /// Length in seconds.
    pub duration: f64,
    /// What is wrong with the file but did not keep it from being read.
    pub warnings: Vec<String>,
}

/// Measures what is left of a sound, such as a file (see [`crate::open_audio`]), block by block.
///
/// # Errors
/// A file that is damaged, a sound whose rate or number of channels is not measured; [`Error::Cancelled`].
pub fn measure(source: &mut dyn AudioSource, observer: &mut Observer<'_>) -> Result<Measured, Error> {
    Ok(measured(source, observer)?.0)
}

fn measured(source: &mut dyn AudioSource, observer: &mut Observer<'_>) -> Result<(Measured, Measurer), Error> {
    let (rate, channels) = (source.rate(), source.channels());
    let mut measurer = Measurer::new(rate, channels).map_err(|error| Error::settings(error.to_string()))?;
    read_blocks(source, |block, progress| {
        measurer.push(block);
        proceed(observer(progress), false)
    })?;
    let measurement = measurer.report();
    let measured = Measured {
        duration: measurement.frames as f64 / f64::from(rate.hz()),
        measurement,
        warnings: source.warnings().to_vec(),
    };
    Ok((measured, measurer))
}

/// What became of one of many files that were measured.
#[derive(Debug)]
pub struct MeasuredFile {
    /// The file.
    pub input: PathBuf,
    /// What was measured, or why nothing was.
    pub result: Result<Measured, Error>,
    meter: Option<LoudnessMeter>,
}

/// Hears of every file that was measured, as [`crate::FilesObserver`] does.
pub type MeasureObserver<'a> = dyn FnMut(Option<&MeasuredFile>, usize) -> ControlFlow<()> + 'a;

/// Measures files, `jobs` at once, by default one per core. A file that fails does not stop the others.
pub fn measure_files(
    inputs: &[PathBuf],
    jobs: Option<usize>,
    observer: &mut MeasureObserver<'_>,
) -> Result<Vec<MeasuredFile>, Error> {
    check_threads("jobs", jobs)?;
    let work = |index: usize, stop: &Stop| {
        let input: &PathBuf = &inputs[index];
        let made = if stop.is_set() {
            Err(Error::Cancelled)
        } else {
            open_audio(input).and_then(|mut reader| measured(&mut reader, &mut |_| stop.flow()))
        };
        let (result, meter) = match made {
            Ok((measured, measurer)) => (Ok(measured), Some(measurer.meter().clone())),
            Err(error) => (Err(error), None),
        };
        MeasuredFile { input: input.clone(), result, meter }
    };
    jobs::run(jobs.unwrap_or_else(cores).min(inputs.len()), inputs.len(), work, |file| file, observer)
}

/// Loudness of all files that could be measured as if they were one, as of an album.
pub fn album_loudness(files: &[MeasuredFile]) -> Loudness {
    let mut album = AlbumLoudness::default();
    files.iter().filter_map(|file| file.meter.as_ref()).for_each(|meter| album.add(meter));
    album.report()
}
