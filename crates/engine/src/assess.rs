//! A recording beside the notes that were expected.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rae_analysis::{
    Assessment, Assessor, Expected, Follower, Hand, Part, RECORDING_RATE, SPLIT, Settings, assess, played_notes,
};
use rae_codec::{AudioSource, changed};
use rae_midi::Parsed;
use rae_report::Sound;
use rae_units::SampleRate;

use crate::clipping::Watched;
use crate::{AssessedPerformance, Error, open_audio, read_midi};

/// Longest recording that is assessed, seconds.
const LONGEST: usize = 2 * 3600;

/// Which notes are expected, and how strictly they are judged.
#[derive(Clone, Debug, PartialEq)]
pub struct AssessmentSettings {
    /// The part of the piece that was to be played.
    pub part: Part,
    /// The hand of that part that was to play, if not both; see [`Part::of_hand`].
    pub hand: Option<Hand>,
    /// The right hand's lowest key, 1 to 127, where a track of one channel holds both hands.
    pub split: u8,
    /// How it is judged.
    pub judging: Settings,
}

impl Default for AssessmentSettings {
    fn default() -> AssessmentSettings {
        AssessmentSettings { part: Part::default(), hand: None, split: SPLIT, judging: Settings::default() }
    }
}

/// Assesses a recording, sound (`-` is standard input) or MIDI by its content, against the notes of a song. What was odd about either file is in
/// the notices of the result.
pub fn analyze_performance(
    recording: impl AsRef<Path>,
    expected: &Parsed,
    settings: &AssessmentSettings,
) -> Result<Assessment, Error> {
    Ok(assess_recording(recording, expected, settings)?.assessment)
}

/// As [`analyze_performance`], for a report.
pub fn assess_recording(
    recording: impl AsRef<Path>,
    expected: &Parsed,
    settings: &AssessmentSettings,
) -> Result<AssessedPerformance, Error> {
    let recording = recording.as_ref();
    if !is_midi(recording) {
        return assess_sound(Box::new(open_audio(recording)?), expected, settings);
    }
    let notes = settings.expected(expected)?;
    let played = read_midi(recording)?;
    let assessment = assess(&notes, &played_notes(&played.sequence), &settings.judging);
    let assessment = noticed(assessment, expected, played.warnings.iter().map(ToString::to_string).collect());
    Ok(AssessedPerformance { assessment, expected: notes, sound: None })
}

/// Assesses sound against the notes of a song. What was odd about either is in the notices of the result.
pub fn analyze_sound<'a>(
    sound: Box<dyn AudioSource + 'a>,
    expected: &Parsed,
    settings: &AssessmentSettings,
) -> Result<Assessment, Error> {
    Ok(assess_sound(sound, expected, settings)?.assessment)
}

/// As [`analyze_sound`], for a report.
pub fn assess_sound<'a>(
    sound: Box<dyn AudioSource + 'a>,
    expected: &Parsed,
    settings: &AssessmentSettings,
) -> Result<AssessedPerformance, Error> {
    let notes = settings.expected(expected)?;
    let (sound, seen) = Watched::new(sound);
    let (audio, warnings) = gather(Box::new(sound))?;
    let sound = SampleRate::new(RECORDING_RATE).map(|rate| Sound::new(&audio, rate));
    let mut assessment = noticed(Assessor::new().assess(&notes, audio, &settings.judging), expected, warnings);
    assessment.quality.clipped |= seen.is_clipped();
    Ok(AssessedPerformance { assessment, expected: notes, sound })
}

/// What follows a player through a song, whose sound, mono, comes at `rate` hertz.
pub fn follow_performance(expected: &Parsed, rate: u32, settings: &AssessmentSettings) -> Result<Follower, Error> {
    let follower = Follower::new(settings.expected(expected)?, rate, settings.judging);
    follower.ok_or_else(|| Error::settings(format!("sample_rate is {rate}; choose 1000 to 1000000")))
}

fn noticed(mut assessment: Assessment, expected: &Parsed, recording: Vec<String>) -> Assessment {
    let of_song = expected.warnings.iter().map(|warning| format!("expected notes: {warning}"));
    assessment.notices.extend(of_song.chain(recording.into_iter().map(|warning| format!("recording: {warning}"))));
    assessment
}

impl AssessmentSettings {
    fn expected(&self, song: &Parsed) -> Result<Expected, Error> {
        if let Some(bars) = self.part.bars.as_ref().filter(|bars| *bars.start() == 0 || bars.is_empty()) {
            let (first, last) = (bars.start(), bars.end());
            return Err(Error::settings(format!("bars {first}-{last} are none; they are counted from 1")));
        }
        let part = match self.hand {
            Some(hand) => self.part.clone().of_hand(&song.sequence, hand, self.split),
            None => Ok(self.part.clone()),
        };
        let part = part.map_err(|error| Error::settings(error.to_string()))?;
        let notes = Expected::new(&song.sequence, &part);
        let nothing_chosen = notes.notes().is_empty() && part != Part::default();
        if nothing_chosen && !Expected::new(&song.sequence, &Part::default()).notes().is_empty() {
            let what = "there are no notes in the bars, tracks, channels or hand that were chosen of the expected song";
            return Err(Error::settings(format!("{what}; `rae midi info` and `rae pianoroll` show what there is")));
        }
        Ok(notes)
    }
}

/// Whether a file begins as MIDI files do. One that cannot be read is none: reading it as sound will say why. Of a pipe, even
/// one with a name, nothing is read that would be missing afterwards: what comes through it is sound.
fn is_midi(path: &Path) -> bool {
    if path == Path::new("-") || !path.is_file() {
        return false;
    }
    let mut start = [0; 12];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && (start.starts_with(b"MThd") || start.starts_with(b"RIFF") && start.ends_with(b"RMID"))
}

/// Sound as the assessor wants it, and what was odd about it.
fn gather<'a>(source: Box<dyn AudioSource + 'a>) -> Result<(Vec<f32>, Vec<String>), Error> {
    let mut source = changed(source, SampleRate::new(RECORDING_RATE), Some(1))?;
    let mut audio = Vec::new();
    while let Some(block) = source.read()? {
        audio.extend_from_slice(block.channel(0));
        if audio.len() > LONGEST * RECORDING_RATE as usize {
            let hours = LONGEST / 3600;
            return Err(Error::settings(format!("the recording is longer than {hours} hours; assess it in parts")));
        }
    }
    let warnings = source.warnings().to_vec();
    Ok((audio, warnings))
}
