//! What a render should sound like and how it is made.

use std::ops::RangeInclusive;

use rae_codec::EncodingOptions;
use rae_effects::chain::{Chain, Effect, Gain, Slot};
use rae_midi::Speed;
use rae_synth::{ChannelSet, Interpolation, MAX_VOICES};
use rae_units::{Decibels, SampleRate, Seconds};

use crate::chained::{check_files, setup};
use crate::{Device, Error, Practice};

/// Most threads, and most files worked on at once, that can be asked for. A render uses 8 at most.
pub const MAX_THREADS: usize = 1024;

/// What happens after the last event of the piece.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    /// Everything down to the last frame above the threshold (dBFS). Ten seconds below it end the tail.
    Silence(Decibels),
    /// Nothing: the sound is cut where the piece ends.
    None,
    /// Exactly this long.
    Seconds(Seconds),
}

impl Default for Tail {
    fn default() -> Self {
        Tail::Silence(Decibels(-90.0))
    }
}

/// The asked-for reverb: `(1 − wet)·dry + wet·(response ∗ dry)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reverb {
    /// Share of the reverberated sound, 0 to 1.
    pub wet: f64,
    /// Length of the exponentially decaying impulse response.
    pub time: Seconds,
}

impl Default for Reverb {
    fn default() -> Self {
        Reverb { wet: 0.3, time: Seconds(0.1) }
    }
}

/// All choices of a render. Begin with `RenderSettings::default()` and change what you need.
#[derive(Clone, Debug, PartialEq)]
pub struct RenderSettings {
    /// Frames per second of the result; 8000 to 384000 Hz. Opus files are rendered at 48000 Hz where they cannot have this
    /// rate; see [`Encoding::rate`](crate::Encoding::rate).
    pub rate: SampleRate,
    /// Format of files and its choices. Whatever cannot hold samples beyond full scale passes the safety limiter unless
    /// the sound is normalised; only float does not. 16 bits are dithered.
    pub encoding: EncodingOptions,
    /// Absolute gain: at 0 dB a hard-panned full-scale sample at full velocity reaches full scale.
    pub gain: Decibels,
    /// Raise or lower the whole result so that its highest sample is at this level, −100 to 0 dBFS. Renders twice.
    pub normalize: Option<Decibels>,
    /// The asked-for reverb.
    pub reverb: Option<Reverb>,
    /// Whether the bank that a song brings along (RMID) lies on top of the SoundFont; see [`Engine::for_song`](crate::Engine::for_song).
    pub embedded_bank: bool,
    /// The reverb hall and the chorus that the SoundFont and controllers 91 and 93 feed.
    pub sends: bool,
    /// Effects for the whole, after the gain and before metronome and safety limiter; see [`crate::preset()`] and
    /// [`crate::read_chain()`]. Stems have none, so they are refused with it.
    pub chain: Chain,
    /// How samples are read between their points.
    pub interpolation: Interpolation,
    /// How many voices may sound at once, 1 to [`MAX_VOICES`].
    pub max_voices: usize,
    /// Factor on the tempo; 2 is twice as fast. 0.01 to 100.
    pub tempo: f64,
    /// Semitones added to every note except drums; −96 to 96.
    pub transpose: i8,
    /// Where the result begins. What comes before is rendered and thrown away, so the result is exactly that part of the
    /// whole; [`Practice`] may have it begin fresh instead.
    pub from: Seconds,
    /// Where the piece ends early, in seconds of the result's own time; the tail follows.
    pub to: Option<Seconds>,
    /// Only these channels sound; empty means all. Counted from 1, the second port's are 17 to 32 and so on.
    pub solo: Vec<u16>,
    /// These channels do not sound. Counted like `solo`.
    pub mute: Vec<u16>,
    /// Bars, repeats, count-in and metronome.
    pub practice: Practice,
    /// What follows the last event.
    pub tail: Tail,
    /// The render is cut here, with a warning.
    pub max_duration: Seconds,
    /// Threads to use, 1 to [`MAX_THREADS`]; `None` means one per core. The bits of the result do not depend on it.
    pub threads: Option<usize>,
    /// Who may do the work.
    pub device: Device,
    /// Whether an output file that exists may be replaced, once the new one is complete.
    pub overwrite: bool,
}

impl Default for RenderSettings {
    fn default() -> Self {
        RenderSettings {
            rate: SampleRate::CD,
            encoding: EncodingOptions::default(),
            gain: Decibels(-13.0),
            normalize: None,
            reverb: Some(Reverb::default()),
            embedded_bank: true,
            sends: true,
            chain: Chain::default(),
            interpolation: Interpolation::default(),
            max_voices: 4096,
            tempo: 1.0,
            transpose: 0,
            from: Seconds(0.0),
            to: None,
            solo: Vec::new(),
            mute: Vec::new(),
            practice: Practice::default(),
            tail: Tail::default(),
            max_duration: Seconds(4.0 * 3600.0),
            threads: None,
            device: Device::Auto,
            overwrite: false,
        }
    }
}

/// Highest channel number that [`RenderSettings::solo`] and `mute` take: sixteen on each of 256 ports.
pub const MAX_CHANNEL: u16 = 4096;

/// Sample rates that [`RenderSettings::rate`] takes, hertz.
pub const SAMPLE_RATES: RangeInclusive<u32> = 8_000..=384_000;

/// Semitones that [`RenderSettings::transpose`] takes.
pub const TRANSPOSITIONS: RangeInclusive<i8> = -96..=96;

impl RenderSettings {
    /// Checks every range; the message names the setting, its value and what it may be.
    pub fn validate(&self) -> Result<(), Error> {
        let hz = self.rate.hz();
        let (lowest, highest) = (SAMPLE_RATES.start(), SAMPLE_RATES.end());
        check(SAMPLE_RATES.contains(&hz), || format!("sample rate is {hz} Hz; choose {lowest} to {highest}"))?;
        in_range("gain", self.gain.0, -200.0, 100.0, "dB")?;
        if let Some(Decibels(level)) = self.normalize {
            in_range("normalize", level, -100.0, 0.0, "dBFS")?;
        }
        if let Some(reverb) = self.reverb {
            in_range("reverb", reverb.wet, 0.0, 1.0, "")?;
            in_range("reverb time", reverb.time.0, 0.001, rae_effects::MAX_REVERB_TIME.0, "s")?;
        }
        check(!self.chain.needs_whole(), || {
            "fade, trim, time_stretch and pitch_shift need whole recordings; process the finished file".into()
        })?;
        if !self.chain.effects.is_empty() {
            check_files(&self.chain)?;
            self.chain.check(&setup(self.rate, 2, 0))?;
        }
        let voices = self.max_voices;
        check((1..=MAX_VOICES).contains(&voices), || format!("max voices is {voices}; choose 1 to {MAX_VOICES}"))?;
        in_range("tempo", self.tempo, 0.01, 100.0, "")?;
        in_range(
            "transpose",
            self.transpose.into(),
            (*TRANSPOSITIONS.start()).into(),
            (*TRANSPOSITIONS.end()).into(),
            "semitones",
        )?;
        in_range("max duration", self.max_duration.0, 0.001, 1e6, "s")?;
        in_range("from", self.from.0, 0.0, 1e6, "s")?;
        if let Some(Seconds(to)) = self.to {
            in_range("to", to, 0.0, 1e6, "s")?;
            let from = self.from.0;
            check(to > from, || format!("to is {to} s, which is not after from ({from} s)"))?;
        }
        self.practice.validate()?;
        let part = self.from.0 > 0.0 || self.to.is_some();
        check(self.practice.bars.is_none() || !part, || "bars and from or to choose a part; use one of them".into())?;
        match self.tail {
            Tail::Silence(Decibels(threshold)) => in_range("tail threshold", threshold, -200.0, 0.0, "dBFS")?,
            Tail::Seconds(Seconds(tail)) => in_range("tail", tail, 0.0, 1e6, "s")?,
            Tail::None => {}
        }
        check_threads("threads", self.threads)?;
        for &channel in self.solo.iter().chain(&self.mute) {
            check((1..=MAX_CHANNEL).contains(&channel), || {
                format!("channel {channel} does not exist; channels are counted from 1 to {MAX_CHANNEL}")
            })?;
        }
        Ok(())
    }

    /// Settings whose result, clicks included, is so much louder. What a chain hears stays as loud as it is.
    pub(crate) fn louder(&self, db: f64) -> RenderSettings {
        let mut settings = self.clone();
        if settings.chain.effects.is_empty() {
            settings.gain.0 += db;
        } else {
            let mut left = db;
            while left != 0.0 {
                let gain_db = left.clamp(-120.0, 60.0);
                settings.chain.effects.push(Slot::from(Effect::from(Gain { gain_db, invert: false })));
                left -= gain_db;
            }
        }
        settings.practice.click_level.0 += db;
        settings
    }

    /// The tempo factor.
    pub(crate) fn speed(&self) -> Result<Speed, Error> {
        Speed::new(self.tempo).ok_or_else(|| Error::settings(format!("tempo is {}; choose 0.01 to 100", self.tempo)))
    }

    /// Threads that will work.
    pub(crate) fn thread_count(&self) -> usize {
        self.threads.unwrap_or_else(cores)
    }

    /// What cannot exceed full scale is limited; normalised sound does not reach beyond it.
    pub(crate) fn is_limited(&self) -> bool {
        self.encoding.is_bounded() && self.normalize.is_none()
    }

    /// The channels that do not sound, counted from 0.
    pub fn muted(&self) -> ChannelSet {
        let mut muted = if self.solo.is_empty() {
            ChannelSet::default()
        } else {
            ChannelSet::all_but(self.solo.iter().map(|channel| channel - 1))
        };
        for channel in &self.mute {
            muted.insert(channel - 1);
        }
        muted
    }
}

/// Threads that can run at once, as far as is known.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Refuses what can only be a slip.
pub(crate) fn check_threads(name: &str, threads: Option<usize>) -> Result<(), Error> {
    let threads = threads.unwrap_or(1);
    check((1..=MAX_THREADS).contains(&threads), || format!("{name} is {threads}; choose 1 to {MAX_THREADS}"))
}

pub(crate) fn check(holds: bool, what: impl FnOnce() -> String) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::settings(what())) }
}

/// NaN is in no range.
pub(crate) fn in_range(name: &str, value: f64, low: f64, high: f64, unit: &str) -> Result<(), Error> {
    let gap = if unit.is_empty() { "" } else { " " };
    check((low..=high).contains(&value), || format!("{name} is {value}{gap}{unit}; choose {low} to {high}{gap}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BarRange, Repeat};

    #[test]
    fn the_defaults_are_valid() {
        RenderSettings::default().validate().unwrap();
    }

    #[test]
    fn every_wrong_value_is_named() {
        type Spoil = fn(&mut RenderSettings);
        let cases: [(&str, Spoil); 21] = [
            ("sample rate", |s| s.rate = SampleRate::new(7_999).unwrap()),
            ("gain", |s| s.gain = Decibels(f64::NAN)),
            ("normalize", |s| s.normalize = Some(Decibels(0.1))),
            ("reverb", |s| s.reverb = Some(Reverb { wet: 1.5, ..Reverb::default() })),
            ("reverb time", |s| s.reverb = Some(Reverb { time: Seconds(0.0), ..Reverb::default() })),
            ("gain_db = 99", |s| s.chain = Chain::from([Gain { gain_db: 99.0, invert: false }])),
            ("max voices", |s| s.max_voices = 0),
            ("max voices", |s| s.max_voices = 65_537),
            ("tempo", |s| s.tempo = 0.0),
            ("transpose", |s| s.transpose = 97),
            ("to is", |s| (s.from, s.to) = (Seconds(2.0), Some(Seconds(2.0)))),
            ("tail", |s| s.tail = Tail::Seconds(Seconds(-1.0))),
            ("count-in is 65", |s| s.practice.count_in = 65),
            ("click level", |s| s.practice.click_level = Decibels(0.5)),
            ("bars begin", |s| s.practice.bars = Some(BarRange { first: 0, last: None })),
            ("bars end", |s| s.practice.bars = Some(BarRange { first: 5, last: Some(4) })),
            ("bars and from", |s| {
                (s.practice.bars, s.from) = (Some(BarRange { first: 1, last: None }), Seconds(1.0));
            }),
            ("loop is 0", |s| s.practice.repeat = Some(Repeat::Times(0))),
            ("threads is 0; choose 1 to 1024", |s| s.threads = Some(0)),
            ("threads is 1025", |s| s.threads = Some(1025)),
            ("channel 0", |s| s.mute = vec![0]),
        ];
        for (name, spoil) in cases {
            let mut settings = RenderSettings::default();
            spoil(&mut settings);
            let message = settings.validate().unwrap_err().to_string();
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn solo_and_mute_count_from_one() {
        let muted = RenderSettings { solo: vec![1, 10], mute: vec![10], ..Default::default() }.muted();
        assert!(!muted.contains(0));
        assert!(muted.contains(9) && muted.contains(1) && muted.contains(16));
        assert!(RenderSettings::default().muted() == ChannelSet::default());
    }
}
