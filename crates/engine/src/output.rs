//! From file to file.

use std::borrow::Borrow;
use std::fs;
use std::io::{BufWriter, Cursor, Write};
use std::path::Path;

use rae_codec::{AudioSpec, AudioSummary, AudioWriter, Encoding, OutputFile};
use rae_midi::{Parsed, Sequence};
use rae_units::Frames;

use crate::tags::song_tags;
use crate::work::Work;
use crate::writer;
use crate::{Engine, Error, Observer, RenderSettings, Report, Stream};

/// Reads a MIDI file leniently; what was odd about it is in the warnings.
pub fn read_midi(path: impl AsRef<Path>) -> Result<Parsed, Error> {
    Ok(Sequence::read(path.as_ref())?)
}

/// Whether something other than a file is there, such as a folder, or a pipe, which may wait for ever and is read once.
pub(crate) fn is_no_file(path: &Path) -> bool {
    path.exists() && !path.is_file()
}

/// Refuses an output that is this input, by whatever name: replacing it would destroy the input.
/// [`Engine::render_file`] does this for the SoundFont; only the caller knows where the song came from.
pub fn check_output(output: impl AsRef<Path>, input: impl AsRef<Path>) -> Result<(), Error> {
    let (output, input) = (output.as_ref(), input.as_ref());
    if is_same_file(output, input) {
        return Err(Error::OutputIsInput { output: output.to_owned(), input: input.to_owned() });
    }
    Ok(())
}

/// Two names of one regular file. What cannot be looked at is none.
fn is_same_file(one: &Path, other: &Path) -> bool {
    identity(one).is_some_and(|file| identity(other) == Some(file))
}

/// Device and inode.
#[cfg(unix)]
pub(crate) type Identity = (u64, u64);

/// The one path.
#[cfg(not(unix))]
pub(crate) type Identity = std::path::PathBuf;

/// What a regular file is, whatever it is called.
#[cfg(unix)]
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let file = fs::metadata(path).ok().filter(fs::Metadata::is_file);
    file.map(|file| (file.dev(), file.ino()))
}

/// What a regular file is, whatever it is called.
#[cfg(not(unix))]
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    fs::canonicalize(path).ok().filter(|path| path.is_file())
}

impl Engine {
    /// Renders a song to an audio file, which appears under its name when it is complete; its format is that which the
    /// settings choose, else that of its name. The song's warnings go into the report. An output that is the SoundFont is
    /// refused; for the song's own file there is [`check_output`].
    pub fn render_file(
        &self,
        song: impl Borrow<Parsed>,
        output: impl AsRef<Path>,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        self.font().files().try_for_each(|soundfont| check_output(&output, soundfont))?;
        settings.chain.files().iter().try_for_each(|response| check_output(&output, response))?;
        let render = FileRender::new(song.borrow(), settings, settings.encoding.for_path(output.as_ref())?)?;
        self.render_into(song, OutputFile::create(output, settings.overwrite)?, &render, observer)
    }

    /// Renders a song to a file that is open already, such as [`OutputFile::standard_output`], as WAV or what the settings
    /// choose.
    pub fn render_open(
        &self,
        song: impl Borrow<Parsed>,
        output: OutputFile,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        let render = FileRender::new(song.borrow(), settings, settings.encoding.for_stream()?)?;
        self.render_into(song, output, &render, observer)
    }

    fn render_into(
        &self,
        song: impl Borrow<Parsed>,
        file: OutputFile,
        render: &FileRender,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        let mut work = Work::new(&render.settings, observer);
        let mut stream = self.begin(song, &render.settings, &mut work)?;
        let writer = AudioWriter::to_file(file, &render.spec, render.encoding)?;
        let (file, summary) = render.write(writer, &mut work, &mut stream)?;
        file.commit()?;
        Ok(render.report(&stream, summary))
    }

    /// Renders a song to anything that takes bytes, such as a pipe, as WAV or what the settings choose. Since that cannot
    /// be rewound, headers give no length. With several threads in the settings, the sink is used on a thread of its own.
    pub fn render_to(
        &self,
        song: impl Borrow<Parsed>,
        sink: &mut (dyn Write + Send),
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        let render = FileRender::new(song.borrow(), settings, settings.encoding.for_stream()?)?;
        let mut work = Work::new(settings, observer);
        let mut stream = self.begin(song, &render.settings, &mut work)?;
        let sink = BufWriter::new(sink);
        let writer = AudioWriter::streaming(sink, "standard output", &render.spec, render.encoding)?;
        let (_, summary) = render.write(writer, &mut work, &mut stream)?;
        Ok(render.report(&stream, summary))
    }

    /// Renders a song to a complete file in memory, WAV or what the settings choose: the same bytes that
    /// [`Engine::render_file`] writes.
    pub fn render_bytes(
        &self,
        song: impl Borrow<Parsed>,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<(Vec<u8>, Report), Error> {
        let render = FileRender::new(song.borrow(), settings, settings.encoding.for_stream()?)?;
        let mut work = Work::new(settings, observer);
        let mut stream = self.begin(song, &render.settings, &mut work)?;
        let writer = AudioWriter::seekable(Cursor::new(Vec::new()), "memory", &render.spec, render.encoding)?;
        let (file, summary) = render.write(writer, &mut work, &mut stream)?;
        Ok((file.into_inner(), render.report(&stream, summary)))
    }
}

/// A song on its way into one file.
pub(crate) struct FileRender {
    pub(crate) encoding: Encoding,
    pub(crate) spec: AudioSpec,
    /// With the rate that the format takes.
    pub(crate) settings: RenderSettings,
}

impl FileRender {
    /// Refuses what the format cannot hold, before anything is rendered.
    pub(crate) fn new(song: &Parsed, settings: &RenderSettings, encoding: Encoding) -> Result<FileRender, Error> {
        settings.validate()?;
        let rate = encoding.rate(settings.rate);
        let most = settings.max_duration.frames(rate);
        let spec = AudioSpec { rate, channels: 2, max_frames: Some(Frames(most.0 + 1)), tags: song_tags(song) };
        encoding.check(&spec)?;
        Ok(FileRender { encoding, spec, settings: RenderSettings { rate, ..settings.clone() } })
    }

    /// Takes the stream into the writer: with several threads, on one of its own.
    fn write<W: Write + Send>(
        &self,
        mut writer: AudioWriter<W>,
        work: &mut Work<'_, '_>,
        stream: &mut Stream,
    ) -> Result<(W, AudioSummary), Error> {
        if self.settings.thread_count() == 1 {
            work.run(stream, |left, right| Ok(writer.write(&[left, right])?))?;
        } else {
            writer::beside(
                |left, right| Ok(writer.write(&[left, right])?),
                // What the work fails with when the writer takes no more is not seen: the writer's own error is.
                |outlet| {
                    stream.make_way(outlet.backlog());
                    work.run(stream, |left, right| if outlet.put(left, right) { Ok(()) } else { Err(Error::Cancelled) })
                },
            )?;
        }
        Ok(writer.finish()?)
    }

    fn report(&self, stream: &Stream, summary: AudioSummary) -> Report {
        let mut report = stream.report();
        report.encoding = Some(self.encoding.to_string());
        report.bytes = Some(summary.bytes);
        if summary.non_finite > 0 {
            report.warnings.push(format!("{} samples were not finite and are written as 0", summary.non_finite));
        }
        report
    }
}
