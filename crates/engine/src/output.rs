//! From file to file.

use std::io::{BufWriter, Write};
use std::path::Path;

use rae_codec::{OutputFile, WavSpec, WavSummary, WavWriter};
use rae_midi::{Parsed, Sequence};
use rae_units::Frames;

use crate::report::bounded;
use crate::work::Work;
use crate::{Engine, Error, Observer, RenderSettings, Report, Stream};

/// Reads a MIDI file leniently; what was odd about it is in the warnings.
pub fn read_midi(path: impl AsRef<Path>) -> Result<Parsed, Error> {
    Ok(Sequence::read(path.as_ref())?)
}

impl Engine {
    /// Renders a song to a WAV file, which appears under its name when it is complete. The song's warnings go into the
    /// report.
    pub fn render_file(
        &self,
        song: &Parsed,
        output: impl AsRef<Path>,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        settings.validate()?;
        let file = OutputFile::create(output, settings.overwrite)?;
        let mut work = Work::new(settings, observer);
        let mut stream = self.begin(&song.sequence, settings, &mut work)?;
        let writer = WavWriter::to_file(file, spec(settings))?;
        let (file, summary) = write(writer, &mut work, &mut stream)?;
        file.commit()?;
        Ok(report(song, &stream, summary))
    }

    /// Renders a song as WAV to anything that takes bytes, such as a pipe. Since that cannot be rewound, the header
    /// gives no length.
    pub fn render_to(
        &self,
        song: &Parsed,
        sink: &mut dyn Write,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        let mut work = Work::new(settings, observer);
        let mut stream = self.begin(&song.sequence, settings, &mut work)?;
        let writer = WavWriter::streaming(BufWriter::new(sink), "standard output", spec(settings))?;
        let (_, summary) = write(writer, &mut work, &mut stream)?;
        Ok(report(song, &stream, summary))
    }
}

fn spec(settings: &RenderSettings) -> WavSpec {
    let most = settings.max_duration.frames(settings.rate);
    WavSpec { rate: settings.rate, channels: 2, format: settings.format, max_frames: Some(Frames(most.0 + 1)) }
}

fn write<W: Write>(
    mut writer: WavWriter<W>,
    work: &mut Work<'_, '_>,
    stream: &mut Stream,
) -> Result<(W, WavSummary), Error> {
    work.run(stream, |left, right| Ok(writer.write(&[left, right])?))?;
    Ok(writer.finish()?)
}

fn report(song: &Parsed, stream: &Stream, summary: WavSummary) -> Report {
    let mut report = stream.report();
    report.warnings.splice(..0, bounded(&song.warnings, song.warnings.len()));
    if summary.non_finite > 0 {
        report.warnings.push(format!("{} samples were not finite and are written as 0", summary.non_finite));
    }
    report
}
