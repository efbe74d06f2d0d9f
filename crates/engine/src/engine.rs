//! The engine: a SoundFont, opened once, that renders many songs.

use std::borrow::Borrow;
use std::sync::Arc;

use rae_codec::SampleFormat;
use rae_dsp::AudioBuffer;
use rae_midi::{EmbeddedBank, Parsed};
use rae_soundfont::{SoundFont, Storage};
use rae_units::Decibels;

use crate::chain::Rooms;
use crate::report::bounded;
use crate::stream::{Prepared, Share};
use crate::work::{Kept, Work};
use crate::{Error, Listener, Observer, RenderSettings, Report, SoundFontChoice, SoundFontReport, Stream, unobserved};

/// Finished sound in memory.
#[derive(Clone, Debug)]
pub struct Rendering {
    /// Stereo samples. With an integer format in the settings they passed the limiter but are not rounded.
    pub audio: AudioBuffer,
    /// What was made, and how.
    pub report: Report,
}

/// A SoundFont, opened once. Share it between threads and render as many songs at once as you like; a clone is the
/// same engine.
#[derive(Clone, Debug)]
pub struct Engine {
    font: Arc<SoundFont>,
    soundfont: SoundFontReport,
    /// What was odd in the bank that a song brought along: it belongs to the song's reports.
    song_bank_warnings: Vec<String>,
    rooms: Rooms,
    listener: Option<Listener>,
}

/// Choices made before the SoundFont is opened.
#[derive(Clone, Debug, Default)]
pub struct EngineBuilder {
    soundfont: SoundFontChoice,
    storage: Storage,
}

impl EngineBuilder {
    /// Which SoundFont to play; by default the first that is found.
    #[must_use]
    pub fn soundfont(mut self, choice: SoundFontChoice) -> EngineBuilder {
        self.soundfont = choice;
        self
    }

    /// Whether the file is mapped (default) or copied into memory, for servers whose files may change under them.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> EngineBuilder {
        self.storage = storage;
        self
    }

    /// Opens the SoundFont.
    pub fn open(self) -> Result<Engine, Error> {
        Ok(Engine::with_font(self.soundfont.resolve()?.open(self.storage)?))
    }
}

impl Engine {
    /// An engine with this SoundFont and otherwise the defaults.
    pub fn open(soundfont: SoundFontChoice) -> Result<Engine, Error> {
        Engine::builder().soundfont(soundfont).open()
    }

    /// An engine with a SoundFont that is open already.
    pub fn with_font(font: Arc<SoundFont>) -> Engine {
        let soundfont = SoundFontReport {
            source: font.source().to_owned(),
            name: font.model().info.name.clone(),
            warnings: bounded(font.warnings(), font.warning_count()),
        };
        Engine { font, soundfont, song_bank_warnings: Vec::new(), rooms: Rooms::default(), listener: None }
    }

    /// The engine that plays a song: this one, or where the song brings a bank along (RMID) and the settings do not say to
    /// ignore it, one with that bank on top. Whatever renders a [`Parsed`] asks for it by itself.
    pub fn for_song(&self, song: &Parsed, settings: &RenderSettings) -> Result<Engine, Error> {
        let bank = song.rmid.as_ref().and_then(|rmid| rmid.bank.as_ref()).filter(|_| settings.embedded_bank);
        let Some(EmbeddedBank { name, file, range, offset }) = bank else { return Ok(self.clone()) };
        let own = SoundFont::from_part(Arc::clone(file), range.clone(), name).map_err(Error::EmbeddedBank)?;
        let stack = Engine::with_font(Arc::new(SoundFont::stack(&[(&self.font, 0), (&own, *offset)])));
        let soundfont = SoundFontReport { warnings: self.soundfont.warnings.clone(), ..stack.soundfont };
        let song_bank_warnings = bounded(own.warnings(), own.warning_count());
        Ok(Engine { font: stack.font, soundfont, song_bank_warnings, ..self.clone() })
    }

    /// The same engine, whose renders are heard by somebody else, too: what the limiter let through, before it is rounded
    /// or encoded. Stems are not heard, nor is the pass that [`RenderSettings::normalize`] takes first.
    #[must_use]
    pub fn heard_by(&self, listener: Listener) -> Engine {
        Engine { listener: Some(listener), ..self.clone() }
    }

    /// An engine with choices.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// Which SoundFont is played.
    pub fn soundfont(&self) -> SoundFontReport {
        self.soundfont.clone()
    }

    /// The SoundFont itself.
    pub fn font(&self) -> &Arc<SoundFont> {
        &self.font
    }

    /// Begins a render that is pulled, for sound that goes elsewhere than into a file or memory.
    ///
    /// This and all that renders a song, but for stems, can be given the song itself instead of a reference; then its memory is
    /// free before the work begins.
    pub fn stream(&self, song: impl Borrow<Parsed>, settings: &RenderSettings) -> Result<Stream, Error> {
        self.stream_observed(song, settings, &mut unobserved)
    }

    /// As [`Engine::stream`]; the observer hears of the pass before it that [`RenderSettings::normalize`] takes, as the
    /// first half of the work, and may end it.
    pub fn stream_observed(
        &self,
        song: impl Borrow<Parsed>,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<Stream, Error> {
        self.begin(song, settings, &mut Work::new(settings, observer))
    }

    /// Renders into memory.
    pub fn render(
        &self,
        song: impl Borrow<Parsed>,
        settings: &RenderSettings,
        observer: &mut Observer<'_>,
    ) -> Result<Rendering, Error> {
        let mut work = Work::new(settings, observer);
        let mut stream = self.begin(song, settings, &mut work)?;
        let mut kept = Kept::default();
        work.run(&mut stream, |left, right| {
            kept.push(left, right);
            Ok(())
        })?;
        Ok(Rendering { audio: kept.into_audio(), report: stream.report() })
    }

    /// Begins the render of a song with the bank that it brings along, and with its warnings.
    pub(crate) fn begin(
        &self,
        song: impl Borrow<Parsed>,
        settings: &RenderSettings,
        work: &mut Work<'_, '_>,
    ) -> Result<Stream, Error> {
        settings.validate()?;
        let parsed: &Parsed = song.borrow();
        let engine = self.for_song(parsed, settings)?;
        let prepared = Prepared::new(&parsed.sequence, settings, Share::Mix)?;
        let warnings = bounded(&parsed.warnings, parsed.warnings.len());
        drop(song);
        let stream = engine.mix(&prepared, settings, work)?;
        Ok(stream.after_warnings(&warnings).heard_by(self.listener.clone()))
    }

    /// The whole of a song with this bank; a pass before it measures the peak if that is to be normalised. `settings` are
    /// valid.
    pub(crate) fn mix(
        &self,
        song: &Prepared,
        settings: &RenderSettings,
        work: &mut Work<'_, '_>,
    ) -> Result<Stream, Error> {
        let Some(target) = settings.normalize else {
            return self.play(song, settings);
        };
        let unlimited = RenderSettings { encoding: SampleFormat::F32.into(), ..settings.clone() };
        let mut first = self.play(song, &unlimited)?;
        work.run(&mut first, |_, _| Ok(()))?;
        let change = first.report().peak_dbfs.map_or(0.0, |peak| target.0 - peak);
        let stream = self.play(song, &settings.louder(change))?;
        Ok(stream.with_gain(Decibels(settings.gain.0 + change)).started_at(work.started()))
    }

    /// A stream of what is to be heard of a song; `settings` are valid.
    pub(crate) fn play(&self, song: &Prepared, settings: &RenderSettings) -> Result<Stream, Error> {
        let stream = Stream::new(&self.font, &self.soundfont.source, &self.rooms, song, settings)?;
        Ok(stream.after_warnings(&self.song_bank_warnings))
    }
}
