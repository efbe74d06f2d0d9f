//! Stems: the parts of a song as sounds of their own that add up to the mix.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rae_codec::{AudioWriter, ClosedFile, CodecError, OutputFile, SampleFormat, Unfinished};
use rae_dsp::AudioBuffer;
use rae_midi::{Action, Message, Parsed, Performance, Sequence, Summary};
use rae_synth::{Heard, presets_used};
use rae_units::Frames;
use serde::Serialize;

use crate::batch::make_new_folders;
use crate::output::FileRender;
use crate::settings::check;
use crate::stream::{Prepared, Share};
use crate::work::{Kept, Work};
use crate::{Arranged, Engine, Error, Observer, RenderSettings, Report, Tail};

/// Longest name of a stem without its number, in characters.
const LONGEST_NAME: usize = 60;

/// What a stem holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StemsBy {
    /// The notes of a channel.
    #[default]
    Channel,
    /// The notes of a track.
    Track,
}

impl FromStr for StemsBy {
    type Err = Error;

    fn from_str(name: &str) -> Result<StemsBy, Error> {
        match name {
            "channel" => Ok(StemsBy::Channel),
            "track" => Ok(StemsBy::Track),
            _ => Err(Error::settings(format!("stems by '{name}'; choose channel or track"))),
        }
    }
}

/// A stem in memory.
#[derive(Clone, Debug)]
pub struct Stem {
    /// Number of the channel or track and what plays there, as `01 Grand Piano`; or `click`.
    pub name: String,
    /// Stereo samples, as many as the mix has.
    pub audio: AudioBuffer,
}

/// A stem in a file.
#[derive(Clone, Debug, Serialize)]
pub struct StemFile {
    /// As [`Stem::name`].
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// Stems that are complete but for their names: dropped, they are removed, and so are the folders made for them.
#[derive(Debug)]
pub struct PreparedStems {
    stems: Vec<StemFile>,
    closed: Vec<ClosedFile>,
    /// After the files, which are removed first; the innermost first.
    new_folders: Vec<Unfinished>,
}

impl PreparedStems {
    /// Gives all files their names. Where one cannot have its own, those that replace nothing have none either.
    pub fn commit(self) -> Result<Vec<StemFile>, Error> {
        let PreparedStems { stems, closed, new_folders } = self;
        ClosedFile::commit_all(closed)?;
        new_folders.into_iter().for_each(Unfinished::keep);
        Ok(stems)
    }
}

/// A chain need not be linear: stems behind it would not add up.
fn check_stems(settings: &RenderSettings) -> Result<(), Error> {
    check(settings.chain.effects.is_empty(), || {
        "stems add up to the mix, which a chain of effects does not allow; leave it out, or process the mix".into()
    })
}

/// What is heard in a stem.
struct Part {
    name: String,
    share: Share,
}

/// The mix, of which only length and level are kept.
struct Mix {
    frames: u64,
    report: Report,
    /// Settings with which every stem is rendered.
    settings: RenderSettings,
}

impl Engine {
    /// Renders every channel or track that plays notes into a file of its own, and the clicks into another if there are
    /// any: `01 Grand Piano.wav`, `click.wav`, or another format that the settings choose. All are as long as the mix and add
    /// up to it; they appear together when all are complete, and the folder is made if it is not there. Gives the report of
    /// the mix.
    ///
    /// The mix is rendered first, twice if it is normalised, for its length and level, then once for every stem with all
    /// voices under control, so that voices give way as in the mix; only those of the stem become sound. So the work is
    /// about that of two mixes and of controlling all voices once for each stem. Effects are linear, so stems with reverb add up, too. The limiter is not,
    /// and is left out: where stems exceed full scale, integer formats clip, with a warning.
    pub fn render_stems(
        &self,
        song: &Parsed,
        folder: impl AsRef<Path>,
        by: StemsBy,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<(Report, Vec<StemFile>), Error> {
        let (report, stems) = self.prepare_stems(song, folder, by, settings, observer)?;
        Ok((report, stems.commit()?))
    }

    /// As [`Engine::render_stems`], but the files get their names only with [`PreparedStems::commit`].
    pub fn prepare_stems(
        &self,
        song: &Parsed,
        folder: impl AsRef<Path>,
        by: StemsBy,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<(Report, PreparedStems), Error> {
        let FileRender { encoding, spec, settings } =
            &FileRender::new(song, settings, settings.encoding.for_stream()?)?;
        check_stems(settings)?;
        let engine = self.for_song(song, settings)?;
        let folder = folder.as_ref();
        let mut new_folders = make_new_folders(folder)?;
        let parts = engine.parts(&song.sequence, by, settings)?;
        let path = |part: &Part| folder.join(format!("{}.{}", part.name, encoding.format().name()));
        let existing = parts.iter().map(path).find(|path| path.symlink_metadata().is_ok());
        if let Some(path) = existing.filter(|_| !settings.overwrite) {
            return Err(CodecError::Exists(path).into());
        }
        let mut work = Work::and_more(settings, parts.len(), observer);
        let mut mix = engine.measure(&song.sequence, settings, &mut work)?;
        // Again, since another run that was interrupted may have taken away what it had made.
        new_folders.splice(..0, make_new_folders(folder)?);
        let mut stems = PreparedStems { stems: Vec::new(), closed: Vec::new(), new_folders };
        for part in parts {
            let path = path(&part);
            let file = OutputFile::create(&path, settings.overwrite)?;
            let mut writer = AudioWriter::to_file(file, spec, *encoding)?;
            engine.part(&song.sequence, &part, &mix, &mut work, |left, right| Ok(writer.write(&[left, right])?))?;
            let (file, summary) = writer.finish()?;
            if summary.clipped > 0 {
                let name = &part.name;
                mix.report.warnings.push(format!("{name}: {} samples exceed full scale; use f32", summary.clipped));
            }
            stems.closed.push(file.close()?);
            stems.stems.push(StemFile { name: part.name, path });
        }
        mix.report.add_earlier_warnings(&song.warnings);
        Ok((mix.report, stems))
    }

    /// As [`Engine::render_stems`], into memory: float samples that nothing has limited.
    pub fn stems(
        &self,
        song: &Parsed,
        by: StemsBy,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<(Report, Vec<Stem>), Error> {
        settings.validate()?;
        check_stems(settings)?;
        let (engine, song, warnings) = (self.for_song(song, settings)?, &song.sequence, &song.warnings);
        let parts = engine.parts(song, by, settings)?;
        let mut work = Work::and_more(settings, parts.len(), observer);
        let mut mix = engine.measure(song, settings, &mut work)?;
        let mut stems = Vec::new();
        for part in parts {
            let mut kept = Kept::default();
            engine.part(song, &part, &mix, &mut work, |left, right| {
                kept.push(left, right);
                Ok(())
            })?;
            stems.push(Stem { name: part.name, audio: kept.into_audio() });
        }
        mix.report.add_earlier_warnings(warnings);
        Ok((mix.report, stems))
    }

    /// Renders the mix for its length and level.
    fn measure(&self, song: &Sequence, settings: &RenderSettings, work: &mut Work<'_, '_>) -> Result<Mix, Error> {
        let unlimited = RenderSettings { encoding: SampleFormat::F32.into(), ..settings.clone() };
        let mut stream = self.mix(&Prepared::new(song, &unlimited, Share::Mix)?, &unlimited, work)?;
        work.run(&mut stream, |_, _| Ok(()))?;
        let report = stream.report();
        let tail = Tail::Seconds(Frames(report.frames).seconds(settings.rate));
        let settings = RenderSettings { normalize: None, tail, ..unlimited.louder(report.gain_db - settings.gain.0) };
        Ok(Mix { frames: report.frames, report, settings })
    }

    fn part(
        &self,
        song: &Sequence,
        part: &Part,
        mix: &Mix,
        work: &mut Work<'_, '_>,
        sink: impl FnMut(&[f32], &[f32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut stream = self.play(&Prepared::new(song, &mix.settings, part.share)?, &mix.settings)?;
        work.run_up_to(&mut stream, mix.frames, sink)
    }

    /// The stems that there are.
    fn parts(&self, song: &Sequence, by: StemsBy, settings: &RenderSettings) -> Result<Vec<Part>, Error> {
        let arranged = Arranged::new(song, settings)?;
        let muted = settings.muted();
        let mut notes: BTreeMap<u32, Heard> = BTreeMap::new();
        for event in &arranged.performance.events {
            let Action::Channel { channel, message: Message::NoteOn { .. } } = event.action else { continue };
            if !muted.contains(channel) {
                match by {
                    StemsBy::Channel => notes.insert(channel.into(), Heard::Channel(channel)),
                    StemsBy::Track => notes.insert(event.track, Heard::Track(event.track)),
                };
            }
        }
        let tracks = Summary::new(song).tracks;
        let name = |number: u32, heard: Heard| {
            let track = tracks.get(number as usize).filter(|_| by == StemsBy::Track);
            let name =
                track.and_then(|track| track.name.clone()).or_else(|| self.instrument(&arranged.performance, heard));
            file_name(number + 1, &name.unwrap_or_default())
        };
        let mut parts: Vec<Part> = notes
            .into_iter()
            .map(|(number, heard)| Part { name: name(number, heard), share: Share::Notes(heard) })
            .collect();
        if !arranged.clicks(settings).is_empty() {
            parts.push(Part { name: "click".into(), share: Share::Clicks });
        }
        Ok(parts)
    }

    /// The name of the first preset that these notes play.
    fn instrument(&self, performance: &Performance, heard: Heard) -> Option<String> {
        let starts = |action: &Action| matches!(action, Action::Channel { message: Message::NoteOn { .. }, .. });
        let mut performance = performance.clone();
        performance.events.retain(|event| !starts(&event.action) || heard.includes(event));
        let used: BTreeSet<usize> = presets_used(self.font(), &performance);
        Some(self.font().model().presets.get(*used.first()?)?.name.clone())
    }
}

/// A name that every file system takes.
fn file_name(number: u32, name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || " -_()&+,'".contains(c) { c } else { '_' };
    let name: String = name.trim().chars().map(safe).take(LONGEST_NAME).collect();
    format!("{number:02} {}", name.trim()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_on_every_file_system() {
        assert_eq!(file_name(1, "Grand Piano"), "01 Grand Piano");
        assert_eq!(file_name(12, "../a\\b:c*?\"<>|\0"), "12 ___a_b_c_______");
        assert_eq!(file_name(123, "  Flöte. "), "123 Flöte_");
        assert_eq!(file_name(7, ""), "07");
        assert_eq!(file_name(7, &"x".repeat(500)).len(), 3 + LONGEST_NAME);
    }
}
