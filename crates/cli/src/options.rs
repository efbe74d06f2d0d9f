//! What every way of rendering lets one choose: format, sound, part of the song.

use std::path::Path;

use clap::{Args, ValueEnum};
use rust_audio_engine::effects::Chain;
use rust_audio_engine::{
    BankName, CodecError, Decibels, Device, EncodingOptions, Error, FileFormat, Interpolation, RenderSettings, Reverb,
    SAMPLE_RATES, SampleFormat, SampleRate, Seconds, SoundFontChoice,
};

use crate::effects::ChainOptions;
use crate::exit::Failure;
use crate::practice::PracticeOptions;
use crate::values::{self, Channels, TailChoice};

/// The options that `rae render` and `rae batch` share.
#[derive(Args)]
pub(crate) struct RenderOptions {
    /// SoundFont to play, or 'builtin' [default: see `rae soundfont path`]
    ///
    /// Given several times, each lies on top of those before it: the last that has a preset plays it. FILE@N adds N to the
    /// file's banks, except drum kits (bank 128).
    #[arg(long, value_name = "FILE[@N]", value_parser = values::soundfont())]
    soundfont: Vec<BankName>,
    /// Ignore the bank that a song brings along (RMID); otherwise it lies on top of the SoundFont
    #[arg(long)]
    no_embedded_bank: bool,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    sound: SoundOptions,
    #[command(flatten)]
    effects: ChainOptions,
    #[command(flatten)]
    part: PartOptions,
    #[command(flatten)]
    practice: PracticeOptions,
    #[command(flatten)]
    work: WorkOptions,
}

#[derive(Args)]
#[command(next_help_heading = "Format")]
struct FormatOptions {
    /// wav, flac, mp3 or opus [default: the ending of the output's name, wav where it has none]
    #[arg(long, value_name = "FORMAT")]
    format: Option<FileFormat>,
    /// Sample rate; Opus takes 48000 for rates that it does not know
    #[arg(short = 'r', long = "rate", alias = "sample-rate", value_name = "HZ", default_value_t = 44_100)]
    rate: u32,
    /// WAV and FLAC: 16- or 24-bit integers, WAV also 32-bit float [default: s16]
    #[arg(long, value_name = "FORMAT")]
    sample_format: Option<SampleFormatName>,
    /// MP3 and Opus: kbit/s [default: Opus 128]
    #[arg(long, value_name = "KBPS", conflicts_with = "quality")]
    bitrate: Option<u16>,
    /// MP3: a rate that varies, 0 (best, about 245 kbit/s) to 9 (about 65) [default: 2]. Through a pipe such a file
    /// cannot tell its length, and players guess it wrong; with --bitrate they guess it right
    #[arg(long, value_name = "N")]
    quality: Option<u8>,
    /// FLAC: 0 (fastest) to 8 (smallest) [default: 5]
    #[arg(long, value_name = "N")]
    level: Option<u8>,
    /// Absolute gain; at 0 dB one full-scale sample at full velocity reaches full scale
    #[arg(long, value_name = "DB", default_value_t = -13.0, allow_negative_numbers = true)]
    gain: f64,
    /// Bring the highest sample to this level, -1 dBFS if none is given; renders twice
    #[arg(long, value_name = "DBFS", num_args = 0..=1, require_equals = true, default_missing_value = "-1", allow_negative_numbers = true)]
    normalize: Option<f64>,
}

/// Everything between the samples and the output.
#[derive(Args)]
#[command(next_help_heading = "Sound")]
pub(crate) struct SoundOptions {
    /// Reverb and its share of the sound, 0 to 1 [default: 0.3]
    #[arg(long, value_name = "WET", num_args = 0..=1, require_equals = true, default_missing_value = "0.3")]
    reverb: Option<f64>,
    /// No reverb but that of the sends
    #[arg(long, conflicts_with_all = ["reverb", "reverb_time"])]
    no_reverb: bool,
    /// Length of the reverb's impulse response, 1 to 20000 ms
    #[arg(long, value_name = "MS", default_value_t = 100.0, value_parser = values::reverb_time, allow_negative_numbers = true)]
    reverb_time: f64,
    /// No reverb hall and chorus as the SoundFont and the song ask for them
    #[arg(long)]
    no_sends: bool,
    /// How samples are read between their points
    #[arg(long, value_name = "METHOD", default_value = "sinc")]
    interpolation: InterpolationName,
    /// Voices that may sound at once, at most 65536, besides those that fade out in 5 ms because they had to give way
    /// [default: 4096; when played live 256]
    #[arg(long, value_name = "N")]
    max_voices: Option<usize>,
}

#[derive(Args)]
#[command(next_help_heading = "Song")]
struct PartOptions {
    /// Factor on the tempo; 2 is twice as fast
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, allow_negative_numbers = true)]
    tempo: f64,
    /// Semitones up or down; drums stay
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    transpose: i8,
    /// Begin here: seconds or m:ss.s of the sound as it is played, --tempo counted in
    #[arg(long, value_name = "T", value_parser = values::time, default_value = "0", allow_negative_numbers = true)]
    from: Seconds,
    /// End here, counted like --from; the tail follows
    #[arg(long, value_name = "T", value_parser = values::time, allow_negative_numbers = true)]
    to: Option<Seconds>,
    /// Play only these channels: 1-16, 17-32 on the second port; 10 or 1-4,10
    #[arg(long, value_name = "CH", value_parser = values::channels)]
    solo: Vec<Channels>,
    /// Leave these channels out
    #[arg(long, value_name = "CH", value_parser = values::channels)]
    mute: Vec<Channels>,
    /// What follows the last note: silence (until it is silent), none, or seconds
    #[arg(long, value_name = "TAIL", value_parser = values::tail, default_value = "silence", allow_negative_numbers = true)]
    tail: TailChoice,
    /// Below this level the tail is silent
    #[arg(long, value_name = "DBFS", default_value_t = -90.0, allow_negative_numbers = true)]
    tail_threshold: f64,
    /// Cut a longer song here, with a warning
    #[arg(long, value_name = "T", value_parser = values::time, default_value = "4:00:00", allow_negative_numbers = true)]
    max_duration: Seconds,
}

#[derive(Args)]
#[command(next_help_heading = "Work")]
struct WorkOptions {
    /// What does the work: auto, cpu or gpu; only gpu can fail
    #[arg(long, value_name = "DEVICE", default_value_t = Device::Auto)]
    device: Device,
    /// Say nothing but errors
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum SampleFormatName {
    S16,
    S24,
    F32,
}

#[derive(Clone, Copy, ValueEnum)]
enum InterpolationName {
    Sinc,
    Cubic,
    Linear,
}

impl SoundOptions {
    /// What these options say; all else as by default.
    pub(crate) fn settings(&self, max_voices: usize) -> RenderSettings {
        let reverb =
            Reverb { wet: self.reverb.unwrap_or(Reverb::default().wet), time: Seconds(self.reverb_time / 1000.0) };
        RenderSettings {
            reverb: (!self.no_reverb).then_some(reverb),
            sends: !self.no_sends,
            interpolation: self.interpolation.into(),
            max_voices: self.max_voices.unwrap_or(max_voices),
            ..RenderSettings::default()
        }
    }
}

impl RenderOptions {
    /// Which SoundFont is asked for.
    pub(crate) fn soundfont(&self) -> SoundFontChoice {
        SoundFontChoice::from_names(self.soundfont.clone())
    }

    /// The chain of effects that is asked for.
    pub(crate) fn chain(&self) -> Result<Chain, Error> {
        Ok(self.effects.chain()?.unwrap_or_default())
    }

    /// Refuses an output that would replace what the chain of effects is read from, or what that reads.
    pub(crate) fn spare(&self, output: &Path, chain: &Chain) -> Result<(), Error> {
        self.effects.spare(output, Some(chain))
    }

    /// Whether only errors are told.
    pub(crate) fn quiet(&self) -> bool {
        self.work.quiet
    }

    /// What the options say, with their chain, checked. The format is that of `output` where only its name says it.
    pub(crate) fn settings(
        &self,
        chain: Chain,
        output: Option<&Path>,
        threads: Option<usize>,
        overwrite: bool,
    ) -> Result<RenderSettings, Failure> {
        let (format, sound, part) = (&self.format, &self.sound, &self.part);
        let rate = SampleRate::new(format.rate).ok_or_else(|| {
            Failure::Usage(format!("sample rate is 0 Hz; choose {} to {}", SAMPLE_RATES.start(), SAMPLE_RATES.end()))
        })?;
        let defaults = RenderSettings::default();
        let settings = RenderSettings {
            rate,
            encoding: format.encoding(output).map_err(Error::from)?,
            gain: Decibels(format.gain),
            normalize: format.normalize.map(Decibels),
            tempo: part.tempo,
            transpose: part.transpose,
            from: part.from,
            to: part.to,
            solo: flatten(&part.solo),
            mute: flatten(&part.mute),
            tail: part.tail.with_threshold(part.tail_threshold),
            max_duration: part.max_duration,
            chain,
            practice: self.practice.practice(),
            threads,
            device: self.work.device,
            overwrite,
            embedded_bank: !self.no_embedded_bank,
            ..sound.settings(defaults.max_voices)
        };
        settings.validate()?;
        Ok(settings)
    }
}

pub(crate) fn flatten(lists: &[Channels]) -> Vec<u16> {
    lists.iter().flat_map(|list| list.0.iter().copied()).collect()
}

impl FormatOptions {
    fn encoding(&self, output: Option<&Path>) -> Result<EncodingOptions, CodecError> {
        let named = || output.map_or(Ok(None), FileFormat::from_path);
        let options = EncodingOptions {
            format: self.format.map_or_else(named, |format| Ok(Some(format)))?,
            sample_format: self.sample_format.map(SampleFormat::from),
            bitrate: self.bitrate,
            quality: self.quality,
            level: self.level,
        };
        options.for_stream()?;
        Ok(options)
    }
}

impl From<SampleFormatName> for SampleFormat {
    fn from(name: SampleFormatName) -> SampleFormat {
        match name {
            SampleFormatName::S16 => SampleFormat::S16,
            SampleFormatName::S24 => SampleFormat::S24,
            SampleFormatName::F32 => SampleFormat::F32,
        }
    }
}

impl From<InterpolationName> for Interpolation {
    fn from(name: InterpolationName) -> Interpolation {
        match name {
            InterpolationName::Sinc => Interpolation::Sinc,
            InterpolationName::Cubic => Interpolation::Cubic,
            InterpolationName::Linear => Interpolation::Linear,
        }
    }
}
