//! Sound from files into memory, and from memory into files.

use std::path::Path;

use rae_codec::{
    AudioReader, AudioSource, AudioSpec, AudioSummary, AudioWriter, Encoding, EncodingOptions, Gathered, MOST_SAMPLES,
    OutputFile, Part, Skipped, Tags, changed,
};
use rae_dsp::AudioBuffer;
use rae_picture::Excerpt;
use rae_units::{Frames, SampleRate, Seconds};

use crate::picture::{proceed, read_blocks, sound_of};
use crate::{Error, Observer, Progress};

/// What of a file to read, and as what. By default all of it, as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReadSettings {
    /// The part to read.
    pub excerpt: Excerpt,
    /// The sample rate, if not that of the file.
    pub rate: Option<SampleRate>,
    /// 1 or 2 channels, if not as many as the file has.
    pub channels: Option<usize>,
}

/// Sound that was read.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its samples; full scale is 1.
    pub audio: AudioBuffer,
    /// Frames per second.
    pub rate: SampleRate,
    /// What was odd about the file: damage that was left out.
    pub warnings: Vec<String>,
}

/// Reads a file (see [`crate::open_audio`]), of which nothing was read yet, into memory: at most 2^30 samples, all channels
/// together.
///
/// # Errors
/// A file that is damaged or longer than that, a part that it does not have, rates or channels that nothing can be made
/// of; [`Error::Cancelled`].
pub fn read_audio(
    mut reader: AudioReader,
    settings: &ReadSettings,
    observer: &mut Observer<'_>,
) -> Result<Recording, Error> {
    let part = settings.excerpt.frames(sound_of(&reader))?;
    pass_over(&mut reader, part.start, observer)?;
    let part = Box::new(Part::new(reader, Frames(part.start)..Frames(part.end)));
    let mut source = changed(part, settings.rate, settings.channels)?;
    let most = MOST_SAMPLES / source.channels() as u64;
    let refuse = |frames: u64| if frames > most { Err(too_long(most)) } else { Ok(()) };
    refuse(source.frames().map_or(0, |frames| frames.0))?;
    let mut gathered = Gathered::new(source.channels());
    read_blocks(&mut *source, |block, progress| {
        refuse(gathered.push(block))?;
        proceed(observer(progress), false)
    })?;
    Ok(Recording { audio: gathered.finish(), rate: source.rate(), warnings: source.warnings().to_vec() })
}

/// Leaves out what comes before a frame. The observer can stop it; of the sound that is read nothing is there yet.
fn pass_over(reader: &mut AudioReader, start: u64, observer: &mut Observer<'_>) -> Result<(), Error> {
    reader.skip_to(Frames(start));
    loop {
        let nothing = Progress { position: Seconds(0.0), expected: Seconds(0.0), fraction: 0.0 };
        match reader.skip_some()? {
            Skipped::More => {
                let _ = proceed(observer(nothing), false)?;
            }
            Skipped::All => return Ok(()),
            Skipped::End => {
                return Err(Error::settings("start is behind the end of the sound; choose an earlier one".into()));
            }
        }
    }
}

fn too_long(most: u64) -> Error {
    Error::settings(format!("the sound has more than {most} frames, too many to be read at once; read a part of it"))
}

/// How sound in memory becomes a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteSettings {
    /// The format and its choices; without a format the file's name says it.
    pub encoding: EncodingOptions,
    /// Title, artist and so on.
    pub tags: Tags,
    /// Replace a file that exists.
    pub overwrite: bool,
}

/// Writes sound to an audio file, which appears under its name when it is complete, and says what was odd about the sound and
/// what of it is lost.
/// Opus gets it at 48 kHz where it does not know its rate.
pub fn write_audio<'a>(
    source: Box<dyn AudioSource + 'a>,
    output: impl AsRef<Path>,
    settings: &WriteSettings,
    observer: &mut Observer<'_>,
) -> Result<Vec<String>, Error> {
    let encoding = settings.encoding.for_path(output.as_ref())?;
    let rate = encoding.rate(source.rate());
    let mut source = changed(source, Some(rate), None)?;
    let channels = u16::try_from(source.channels()).unwrap_or(u16::MAX);
    let spec = AudioSpec { rate, channels, max_frames: source.frames(), tags: settings.tags.clone() };
    let file = OutputFile::create(output, settings.overwrite)?;
    let mut writer = AudioWriter::to_file(file, &spec, encoding)?;
    read_blocks(&mut *source, |block, progress| {
        writer.write(block)?;
        proceed(observer(progress), false)
    })?;
    let (file, summary) = writer.finish()?;
    file.commit()?;
    let mut warnings = source.warnings().to_vec();
    warnings.extend(losses(&summary));
    warnings.extend(unheld(encoding, &settings.tags));
    Ok(warnings)
}

/// What of the tags has no place in the format.
pub(crate) fn unheld(encoding: Encoding, tags: &Tags) -> Option<String> {
    let lost: Vec<&str> = encoding.lost_tags(tags).iter().map(|key| key.name()).collect();
    let format = encoding.format();
    (!lost.is_empty())
        .then(|| format!("{format} files have no place for these tags, which are left out: {}", lost.join(", ")))
}

/// What of a sound is lost where it was written so.
pub(crate) fn losses(summary: &AudioSummary) -> Vec<String> {
    let (broken, clipped) = (summary.non_finite, summary.clipped);
    let mut losses = Vec::new();
    if broken > 0 {
        losses.push(format!("{broken} samples were not finite and are written as 0"));
    }
    if clipped > 0 {
        losses.push(format!("{clipped} samples are beyond full scale and are clipped; normalize, or keep floats"));
    }
    losses
}
