//! `rae live`: what is played on a MIDI keyboard sounds; and what it has in common with `rae play`.

use std::collections::HashSet;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use clap::{Args, ValueEnum};
use rae_live::{
    BusSettings, ChannelSet, Console, Input, Keyboard, Load, NullSink, Output, PlaySettings, ReverbSettings, Settings,
};
use rust_audio_engine::soundfont::SoundFont;
use rust_audio_engine::{
    BankName, Decibels, Engine, RenderSettings, ResponseFolder, SampleRate, Seconds, SoundFontChoice, bounded,
    instructions,
};
use serde::Serialize;

use crate::effects::ChainOptions;
use crate::exit::Failure;
use crate::options::SoundOptions;
use crate::terminal::{Interrupts, ProgressLine, print, print_json, say};
use crate::values::{self, noun};

/// Voices that may sound at once, unless told otherwise.
const MAX_VOICES: usize = 256;

/// What is told once when the keyboard had to leave something out.
const LOSS: &str = "events came faster than they can be played; some are lost, and all notes were let go";

/// How often the line is looked at.
const TURN: Duration = Duration::from_millis(50);

/// Play what comes in at a MIDI port
///
/// Needs a command that was built with `--features live`, with `--sink null`, too. Ends with Ctrl-C, which is exit code 0.
#[derive(Args)]
pub(crate) struct Live {
    /// Name the sound devices and MIDI ports, and end
    #[arg(long)]
    list: bool,
    /// MIDI port to listen to: a part of its name [default: the first]
    #[arg(long, value_name = "NAME")]
    port: Option<String>,
    #[command(flatten)]
    options: LiveOptions,
}

/// The options that `rae play` and `rae live` share.
#[derive(Args)]
pub(crate) struct LiveOptions {
    /// SoundFont to play, or 'builtin' [default: see `rae soundfont path`]
    ///
    /// Given several times, each lies on top of those before it: the last that has a preset plays it. FILE@N adds N to the
    /// file's banks, except drum kits (bank 128).
    #[arg(long, value_name = "FILE[@N]", value_parser = values::soundfont())]
    soundfont: Vec<BankName>,
    /// Where the sound goes; null needs no device, and tells the load at the end
    ///
    /// The load of a block of 64 frames is the processor's time for it in percent of how long it sounds. A block is missed that
    /// was not ready when the one before it would have ended: through a device it would be a gap. With the null sink, which wakes
    /// up for every block, a busy computer misses some though the load is small.
    #[arg(long, value_name = "SINK", default_value = "device")]
    sink: SinkName,
    /// Sound device: a part of its name [default: the system's]
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// Sample rate of the null sink; a device has its own
    #[arg(short = 'r', long = "rate", alias = "sample-rate", value_name = "HZ", default_value_t = 44_100)]
    rate: u32,
    /// Absolute gain; at 0 dB one full-scale sample at full velocity reaches full scale
    #[arg(long, value_name = "DB", default_value_t = -13.0, allow_negative_numbers = true)]
    gain: f64,
    /// Semitones up or down; drums stay
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    transpose: i8,
    /// End after so many seconds
    #[arg(long, value_name = "S")]
    seconds: Option<f64>,
    #[command(flatten)]
    sound: SoundOptions,
    #[command(flatten)]
    effects: ChainOptions,
    /// Say nothing but errors
    #[arg(long, help_heading = "Work")]
    quiet: bool,
    /// Print the load as JSON on standard output
    #[arg(long, help_heading = "Work")]
    json: bool,
}

/// Where the sound goes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SinkName {
    Device,
    Null,
}

/// What plays.
pub(crate) enum Sink {
    Device(Output),
    Null(NullSink),
}

#[derive(Serialize)]
struct JsonLoad {
    blocks: u64,
    median_percent: f64,
    percentile_99_percent: f64,
    percentile_99_9_percent: f64,
    most_percent: f64,
    missed_blocks: u64,
    most_voices: usize,
}

impl Live {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if self.list {
            return list();
        }
        let chosen = self.options.settings()?;
        // First, because without a port no other sink helps.
        rae_live::inputs()?;
        let interrupts = Interrupts::watch();
        let output = self.options.output()?;
        let rate = output.as_ref().map_or(chosen.rate, Output::rate);
        let engine = Engine::open(self.options.soundfont())?;
        let settings = settings_of(&RenderSettings { rate, ..chosen })?;
        let (console, instrument) = rae_live::open(engine.font().clone(), &settings)?;
        let keyboard = Arc::new(Mutex::new(Keyboard::new(console)));
        let played = keyboard.clone();
        let input = Input::open(self.port.as_deref(), move |action| {
            played.lock().unwrap_or_else(PoisonError::into_inner).play(action);
        })?;
        interrupts.expect_order();
        let quiet = self.options.quiet;
        let mut line = ProgressLine::new(quiet, interrupts);
        tell_warnings(&engine.soundfont().warnings, &mut line, quiet);
        let sink = Sink::start(output, instrument, rate)?;
        if !quiet {
            say(&format!("Listening to {}; Ctrl-C ends.", input.name()));
        }
        let mut decoding = DecodingWarnings::default();
        let mut loss_told = false;
        loop {
            let mut keyboard = keyboard.lock().unwrap_or_else(PoisonError::into_inner);
            keyboard.catch_up();
            let lost = keyboard.has_lost();
            let console = keyboard.console();
            let over = self.options.is_over(console.position().seconds(rate));
            if over || line.show(|| format!("{} {}", console.voices(), noun(console.voices(), "voice"))).is_break() {
                break;
            }
            let warnings = console.take_warnings();
            drop(keyboard);
            tell_warnings(&warnings, &mut line, quiet);
            tell_warnings(&decoding.take(engine.font()), &mut line, quiet);
            if lost && !std::mem::replace(&mut loss_told, true) {
                tell_warnings(&[LOSS], &mut line, quiet);
            }
            if let Some(trouble) = sink.trouble() {
                line.clear();
                say(&format!("rae: warning: {trouble}"));
            }
            thread::sleep(TURN);
        }
        line.clear();
        let load = sink.stop();
        let mut keyboard = keyboard.lock().unwrap_or_else(PoisonError::into_inner);
        tell_load(load, keyboard.console(), &self.options)
    }
}

fn list() -> Result<(), Failure> {
    for (what, names) in [("sound device", rae_live::outputs()?), ("MIDI port", rae_live::inputs()?)] {
        if names.is_empty() {
            say(&format!("no {what}"));
        }
        for name in names {
            print(&format!("{what}: {name}"))?;
        }
    }
    Ok(())
}

impl LiveOptions {
    pub(crate) fn soundfont(&self) -> SoundFontChoice {
        SoundFontChoice::from_names(self.soundfont.clone())
    }

    pub(crate) fn sink(&self) -> SinkName {
        self.sink
    }

    pub(crate) fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    /// Whether so much has been played that it is enough.
    pub(crate) fn is_over(&self, played: Seconds) -> bool {
        self.seconds.is_some_and(|seconds| played.0 >= seconds)
    }

    /// What the options say, checked.
    pub(crate) fn settings(&self) -> Result<RenderSettings, Failure> {
        let rate = SampleRate::new(self.rate).ok_or_else(|| Failure::Usage("sample rate is 0 Hz".into()))?;
        let gain = Decibels(self.gain);
        let chain = self.effects.chain()?.unwrap_or_default();
        let transpose = self.transpose;
        let settings = RenderSettings { rate, gain, transpose, chain, ..self.sound.settings(MAX_VOICES) };
        settings.validate()?;
        Ok(settings)
    }
}

/// Settings of a render as those of an instrument.
pub(crate) fn settings_of(settings: &RenderSettings) -> Result<PlaySettings, Failure> {
    let reverb = ReverbSettings {
        wet: settings.reverb.map(|reverb| reverb.wet as f32),
        time: settings.reverb.unwrap_or_default().time,
        hall: settings.sends,
    };
    Ok(PlaySettings {
        synthesis: Settings {
            rate: settings.rate,
            interpolation: settings.interpolation,
            instructions: instructions()?,
            max_voices: settings.max_voices,
            sends: settings.sends,
            transpose: settings.transpose,
            muted: settings.muted(),
            ..Settings::default()
        },
        effects: BusSettings { reverb, chorus: settings.sends, ..BusSettings::default() },
        gain: settings.gain,
        chain: settings.chain.clone(),
        files: Arc::new(ResponseFolder::new("")),
        channels: 16,
        moved_filters: ChannelSet::default(),
        metronome: None,
    })
}

impl Sink {
    /// What has gone wrong while playing.
    pub(crate) fn trouble(&self) -> Option<String> {
        match self {
            Sink::Device(output) => output.trouble(),
            Sink::Null(_) => None,
        }
    }

    /// Ends; the load, where it was measured.
    pub(crate) fn stop(self) -> Option<Load> {
        match self {
            Sink::Device(_) => None,
            Sink::Null(sink) => Some(sink.stop()),
        }
    }
}

/// Tells warnings, where there are any, above the line.
pub(crate) fn tell_warnings<T: Display>(warnings: &[T], line: &mut ProgressLine, quiet: bool) {
    if quiet || warnings.is_empty() {
        return;
    }
    line.clear();
    for warning in warnings {
        say(&format!("rae: warning: {warning}"));
    }
}

/// The warnings of decoded samples that have not been told yet.
#[derive(Default)]
pub(crate) struct DecodingWarnings {
    told: HashSet<String>,
}

impl DecodingWarnings {
    pub(crate) fn take(&mut self, font: &SoundFont) -> Vec<String> {
        let warnings = font.decoding_warnings().into_iter().map(|warning| warning.to_string());
        let new: Vec<_> = warnings.filter(|warning| self.told.insert(warning.clone())).collect();
        bounded(&new, new.len())
    }
}

/// Tells how much work it was.
pub(crate) fn tell_load(load: Option<Load>, console: &Console, options: &LiveOptions) -> Result<(), Failure> {
    let most_voices = console.most_voices();
    let Some(load) = load else { return Ok(()) };
    if !options.quiet {
        say(&format!(
            "{} blocks of 64 frames, up to {most_voices} {}: load median {:.1} %, 99 % of blocks {:.1} %, 99.9 % {:.1} %, \
             most {:.1} %; {} missed (ready too late)",
            load.blocks,
            noun(most_voices, "voice"),
            load.median,
            load.percentile_99,
            load.percentile_99_9,
            load.most,
            load.missed
        ));
    }
    if options.json {
        print_json(&JsonLoad {
            blocks: load.blocks,
            median_percent: load.median,
            percentile_99_percent: load.percentile_99,
            percentile_99_9_percent: load.percentile_99_9,
            most_percent: load.most,
            missed_blocks: load.missed,
            most_voices,
        })?;
    }
    Ok(())
}
