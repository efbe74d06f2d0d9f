//! `rae play`: a song sounds at once.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::Args;
use rae_live::{BusSettings, NullSink, Output, Part, PlaySettings, Song};
use rust_audio_engine::midi::Speed;
use rust_audio_engine::{Arranged, Engine, RenderSettings, Seconds, bounded};

use crate::exit::Failure;
use crate::live::{DecodingWarnings, LiveOptions, Sink, SinkName, settings_of, tell_load, tell_warnings};
use crate::options::flatten;
use crate::practice::PracticeOptions;
use crate::song::{read_song, unused_channels};
use crate::terminal::{Interrupts, ProgressLine, say};
use crate::values::{self, Channels, noun, show_time};

/// How often events are sent, and the line is looked at.
const TURN: Duration = Duration::from_millis(10);

/// Play a MIDI file
///
/// Through a sound device where the command was built with `--features live`; with `--sink null` into nothing, at real
/// time, to measure how much work it is. Ctrl-C before the end is exit code 130, as of every other interrupt.
#[derive(Args)]
pub(crate) struct Play {
    /// The MIDI file; - is standard input
    song: PathBuf,
    #[command(flatten)]
    options: LiveOptions,
    /// Ignore the bank that the song brings along (RMID); otherwise it lies on top of the SoundFont
    #[arg(long, help_heading = "Song")]
    no_embedded_bank: bool,
    /// Factor on the tempo; 2 is twice as fast
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, help_heading = "Song", allow_negative_numbers = true)]
    tempo: f64,
    /// Begin here: seconds or m:ss.s of the sound as it is played, --tempo counted in
    #[arg(long, value_name = "T", value_parser = values::time, default_value = "0", help_heading = "Song")]
    from: Seconds,
    /// End here, counted like --from; what rings on may do so
    #[arg(long, value_name = "T", value_parser = values::time, help_heading = "Song")]
    to: Option<Seconds>,
    /// Play only these channels: 1-16, 17-32 on the second port; 10 or 1-4,10
    #[arg(long, value_name = "CH", value_parser = values::channels, help_heading = "Song")]
    solo: Vec<Channels>,
    /// Leave these channels out
    #[arg(long, value_name = "CH", value_parser = values::channels, help_heading = "Song")]
    mute: Vec<Channels>,
    #[command(flatten)]
    practice: PracticeOptions,
}

impl Play {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let chosen = RenderSettings {
            tempo: self.tempo,
            from: self.from,
            to: self.to,
            solo: flatten(&self.solo),
            mute: flatten(&self.mute),
            embedded_bank: !self.no_embedded_bank,
            practice: self.practice.practice(),
            ..self.options.settings()?
        };
        chosen.validate()?;
        let interrupts = Interrupts::watch();
        let parsed = read_song(&self.song)?;
        let output = self.options.output()?;
        let rate = output.as_ref().map_or(chosen.rate, Output::rate);
        let chosen = RenderSettings { rate, ..chosen };
        let arranged = Arranged::new(&parsed.sequence, &chosen)?;
        let speed = Speed::new(self.tempo).unwrap_or_default();
        let part = Part { speed, from: arranged.from, to: arranged.to };
        let mut song = Song::new(&arranged.performance, part, rate)?;
        let engine = Engine::open(self.options.soundfont())?.for_song(&parsed, &chosen)?;
        let usual = settings_of(&chosen)?;
        let settings = PlaySettings {
            channels: arranged.performance.channels,
            moved_filters: rae_live::moved_filters(&arranged.performance),
            effects: BusSettings { sends: song.sends(), ..usual.effects },
            metronome: arranged.metronome(&chosen, |frame| song.place(frame)),
            ..usual
        };
        let (mut console, instrument) = rae_live::open(engine.font().clone(), &settings)?;
        interrupts.expect_order();
        let quiet = self.options.quiet();
        let mut line = ProgressLine::new(quiet, interrupts);
        tell_warnings(&engine.soundfont().warnings, &mut line, quiet);
        tell_warnings(&bounded(&parsed.warnings, parsed.warnings.len()), &mut line, quiet);
        tell_warnings(unused_channels(&parsed.sequence, &chosen).as_slice(), &mut line, quiet);
        song.feed(&mut console);
        let sink = Sink::start(output, instrument, rate)?;
        let mut decoding = DecodingWarnings::default();
        let interrupted = loop {
            let sent = song.feed(&mut console);
            tell_warnings(&console.take_warnings(), &mut line, quiet);
            tell_warnings(&decoding.take(engine.font()), &mut line, quiet);
            let position = console.position();
            let over = sent && console.voices() == 0 && position >= song.end() + console.tail();
            let time = position.seconds(rate);
            let shown = || format!("{}  {} {}", show_time(time), console.voices(), noun(console.voices(), "voice"));
            if line.show(shown).is_break() {
                break true;
            }
            if over || self.options.is_over(time) {
                break false;
            }
            if let Some(trouble) = sink.trouble() {
                line.clear();
                say(&format!("rae: warning: {trouble}"));
            }
            thread::sleep(TURN);
        };
        if !interrupted && console.most_voices() == 0 {
            tell_warnings(&["no note was played"], &mut line, quiet);
        }
        line.clear();
        tell_load(sink.stop(), &console, &self.options)?;
        if interrupted { Err(Failure::Stopped) } else { Ok(()) }
    }
}

impl Sink {
    /// Begins to play.
    pub(crate) fn start(
        output: Option<Output>,
        instrument: rae_live::Instrument,
        rate: rust_audio_engine::SampleRate,
    ) -> Result<Sink, Failure> {
        match output {
            Some(mut output) => {
                output.start(instrument)?;
                Ok(Sink::Device(output))
            }
            None => Ok(Sink::Null(NullSink::start(instrument, rate)?)),
        }
    }
}

impl LiveOptions {
    /// The device to play through; none for the null sink.
    pub(crate) fn output(&self) -> Result<Option<Output>, Failure> {
        match self.sink() {
            SinkName::Null => Ok(None),
            SinkName::Device => Ok(Some(Output::find(self.device())?)),
        }
    }
}
