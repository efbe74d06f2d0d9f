//! What is measured before an output is written.

use std::path::{Path, PathBuf};

use rae_codec::{AudioReader, AudioSource, Encoding, FileFormat, Level, ReplayGain, Tags};
use rae_effects::loudness::{AlbumLoudness, Loudness, LoudnessMeter, Measurer};
use rae_units::Decibels;

use super::ConvertSettings;
use super::run::{Job, Passes, Way, highest};
use crate::Error;
use crate::jobs::{self, Stop};

/// What an output says of its loudness, for players that even it out: ReplayGain in FLAC and MP3 files, R128 gains in Opus
/// files. WAV files say nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoudnessTags {
    /// What the input says, unless the sound is changed.
    #[default]
    Keep,
    /// What is measured of the sound that is written; the input is read once more.
    Track,
    /// The same, and that of all files that are worked on together.
    Album,
    /// What is measured, and this of the album.
    TrackOf(Level),
}

/// What the sound needs, and what is to be said of it.
pub(crate) struct Before {
    pub(crate) gain: f32,
    level: Option<Level>,
}

impl ConvertSettings {
    /// Whether something has to be known of the sound before it is written.
    pub(crate) fn measures(&self) -> bool {
        self.normalize.is_some() || self.loudness_tags != LoudnessTags::Keep
    }

    /// Refuses tags that the format has not.
    pub(crate) fn check_tags(&self, encoding: Encoding) -> Result<(), Error> {
        if self.loudness_tags != LoudnessTags::Keep && encoding.format() == FileFormat::Wav {
            let what = "WAV files say nothing of their loudness; choose flac, mp3 or opus for ReplayGain";
            return Err(Error::settings(what.into()));
        }
        Ok(())
    }

    /// Reads the sound to its end, if anything has to be known of it.
    pub(crate) fn before<S: AudioSource>(
        &self,
        path: Option<&Path>,
        encoding: Encoding,
        way: &Way<'_, S>,
        progress: &mut Passes<'_, '_>,
    ) -> Result<Before, Error> {
        let Some(path) = path.filter(|_| self.measures()) else { return Ok(Before { gain: 1.0, level: None }) };
        let mut job = Job::new(AudioReader::open(path)?, encoding, self, way, progress)?;
        let tagged = self.loudness_tags != LoudnessTags::Keep;
        let meter = tagged.then(|| Measurer::new(job.source.rate(), job.source.channels()));
        let (mut meter, mut peak) = (meter.transpose()?, 0.0f32);
        progress.pass(&mut job.source, |block| {
            peak = highest(block, peak);
            let channels: Vec<&[f32]> = (0..block.channels()).map(|channel| block.channel(channel)).collect();
            meter.iter_mut().for_each(|meter| meter.push(&channels));
        })?;
        // Of silence, nothing.
        let gain = match self.normalize {
            Some(level) if peak > 0.0 => (level.amplitude() / f64::from(peak)).min(f32::MAX.into()),
            _ => 1.0,
        };
        let level = meter.and_then(|meter| level(&meter.meter().report(), gain));
        Ok(Before { gain: gain as f32, level })
    }

    /// Puts what is to be said of the loudness into the tags, which have what the input says.
    pub(crate) fn tag(&self, before: &Before, changed: bool, tags: &mut Tags) {
        let album = match self.loudness_tags {
            LoudnessTags::Keep if changed || self.normalize.is_some() || self.channels.is_some() => {
                return tags.set_replay_gain(None);
            }
            LoudnessTags::Keep => return,
            LoudnessTags::Track => None,
            LoudnessTags::Album => before.level,
            LoudnessTags::TrackOf(album) => Some(album),
        };
        tags.set_replay_gain(before.level.map(|track| ReplayGain { track, album }));
    }

    /// With the loudness of all inputs together, as `meter` measures each of them, if that is asked for. What cannot be
    /// measured fails later, for itself.
    pub(super) fn with_album(
        &self,
        inputs: &[PathBuf],
        threads: usize,
        meter: &(dyn Fn(&Path, &Stop) -> Result<LoudnessMeter, Error> + Sync),
        tell: &mut dyn FnMut() -> std::ops::ControlFlow<()>,
    ) -> Result<ConvertSettings, Error> {
        if self.loudness_tags != LoudnessTags::Album {
            return Ok(self.clone());
        }
        let one = |index: usize, stop: &Stop| if stop.is_set() { None } else { meter(&inputs[index], stop).ok() };
        let mut album = AlbumLoudness::default();
        let meters = jobs::run(threads, inputs.len(), one, |meter| meter, &mut |_, _| tell())?;
        meters.iter().flatten().for_each(|meter| album.add(meter));
        let loudness_tags = level(&album.report(), 1.0).map_or(LoudnessTags::Track, LoudnessTags::TrackOf);
        Ok(ConvertSettings { loudness_tags, ..self.clone() })
    }
}

/// Loudness and true peak of a sound with a gain.
fn level(loudness: &Loudness, gain: f64) -> Option<Level> {
    let change = Decibels::from_amplitude(gain).0;
    let peak = Decibels(loudness.true_peak_db + change).amplitude();
    Level::new(loudness.integrated_lufs + change, peak)
}
