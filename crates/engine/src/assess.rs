//! A recording beside the notes that were expected.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rae_analysis::{Assessment, Assessor, Expected, RECORDING_RATE, assess, played_notes};
use rae_codec::{AudioReader, AudioSource, CodecError, changed};
use rae_dsp::AudioBuffer;
use rae_midi::Parsed;
use rae_units::{Frames, SampleRate};

use crate::{Error, read_midi};

/// Longest recording that is assessed, seconds.
const LONGEST: usize = 2 * 3600;

/// Which notes are expected, and how strictly they are judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AssessmentSettings {
    /// The part of the piece that was to be played.
    pub part: rae_analysis::Part,
    /// How it is judged.
    pub judging: rae_analysis::Settings,
}

/// Assesses a recording, sound or MIDI by its content, against the notes of a song. What was odd about either file is in
/// the notices of the result.
pub fn analyze_performance(
    recording: impl AsRef<Path>,
    expected: &Parsed,
    settings: &AssessmentSettings,
) -> Result<Assessment, Error> {
    let recording = recording.as_ref();
    let notes = settings.expected(expected)?;
    let (mut assessment, warnings) = if is_midi(recording) {
        let played = read_midi(recording)?;
        let warnings = played.warnings.iter().map(ToString::to_string).collect();
        (assess(&notes, &played_notes(&played.sequence), &settings.judging), warnings)
    } else {
        let reader = AudioReader::open(recording)?;
        let (audio, warnings) = gather(Box::new(reader), &recording.display().to_string())?;
        (Assessor::new().assess(&notes, &audio, &settings.judging), warnings)
    };
    let of_song = expected.warnings.iter().map(|warning| format!("expected notes: {warning}"));
    assessment.notices.extend(of_song.chain(warnings.into_iter().map(|warning| format!("recording: {warning}"))));
    Ok(assessment)
}

/// Assesses sound in memory against the notes of a song.
pub fn analyze_sound(
    audio: AudioBuffer,
    rate: SampleRate,
    expected: &Parsed,
    settings: &AssessmentSettings,
) -> Result<Assessment, Error> {
    if audio.channels() == 0 {
        return Err(Error::settings("a recording needs at least one channel".into()));
    }
    let notes = settings.expected(expected)?;
    let audio = gather(Box::new(Memory { audio, rate, read: false }), "the recording")?.0;
    Ok(Assessor::new().assess(&notes, &audio, &settings.judging))
}

impl AssessmentSettings {
    fn expected(&self, song: &Parsed) -> Result<Expected, Error> {
        if let Some(bars) = self.part.bars.as_ref().filter(|bars| *bars.start() == 0 || bars.is_empty()) {
            let (first, last) = (bars.start(), bars.end());
            return Err(Error::settings(format!("bars {first}-{last} are none; they are counted from 1")));
        }
        Ok(Expected::new(&song.sequence, &self.part))
    }
}

/// Sound in memory, as one block.
struct Memory {
    audio: AudioBuffer,
    rate: SampleRate,
    read: bool,
}

impl AudioSource for Memory {
    fn rate(&self) -> SampleRate {
        self.rate
    }

    fn channels(&self) -> usize {
        self.audio.channels()
    }

    fn frames(&self) -> Option<Frames> {
        Some(self.audio.len())
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        let first = !std::mem::replace(&mut self.read, true) && !self.audio.is_empty();
        Ok(first.then_some(&self.audio))
    }

    fn warnings(&self) -> &[String] {
        &[]
    }
}

/// Whether a file begins as MIDI files do. One that cannot be read is none: reading it as sound will say why.
fn is_midi(path: &Path) -> bool {
    let mut start = [0; 12];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && (start.starts_with(b"MThd") || start.starts_with(b"RIFF") && start.ends_with(b"RMID"))
}

/// Sound as the assessor wants it, and what was odd about it.
fn gather(source: Box<dyn AudioSource>, name: &str) -> Result<(Vec<f32>, Vec<String>), Error> {
    let mut source = changed(source, SampleRate::new(RECORDING_RATE), Some(1))?;
    let mut audio = Vec::new();
    while let Some(block) = source.read()? {
        audio.extend_from_slice(block.channel(0));
        if audio.len() > LONGEST * RECORDING_RATE as usize {
            let hours = LONGEST / 3600;
            return Err(Error::settings(format!("{name} is longer than {hours} hours; assess it in parts")));
        }
    }
    let warnings = source.warnings().to_vec();
    Ok((audio, warnings))
}
