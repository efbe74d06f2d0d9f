use rae_units::{Decibels, SampleRate};
use serde::Serialize;

use super::{Loudness, LoudnessMeter};
use crate::EffectsError;

/// Full scale of 16-bit sound; samples from there on count as clipped.
const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

/// Everything that is measured of a recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Frames that were measured.
    pub frames: u64,
    /// Loudness and true peak.
    #[serde(flatten)]
    pub loudness: Loudness,
    /// The largest sample of any channel, in dBFS.
    pub peak_db: f64,
    /// Root of the mean square of all channels, in dBFS; a full-scale sine has −3.01.
    pub rms_db: f64,
    /// Samples at full scale.
    pub clipped_samples: u64,
    /// Samples that were not finite; they count as silence.
    pub non_finite_samples: u64,
    /// Each channel for itself.
    pub channels: Vec<ChannelLevels>,
}

/// Levels of one channel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ChannelLevels {
    /// The largest sample, in dBFS.
    pub peak_db: f64,
    /// The largest peak between samples, in dBTP.
    pub true_peak_db: f64,
    /// Root of the mean square, in dBFS.
    pub rms_db: f64,
    /// The mean of all samples: 0 for sound without an offset.
    pub dc_offset: f64,
    /// Samples at full scale.
    pub clipped_samples: u64,
}

/// Measures a recording as it passes.
#[derive(Clone, Debug)]
pub struct Measurer {
    rate: SampleRate,
    meter: LoudnessMeter,
    channels: Vec<Sums>,
    frames: u64,
    non_finite: u64,
    clean: Vec<Vec<f32>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    peak: f32,
    sum: f64,
    squares: f64,
    clipped: u64,
}

impl Sums {
    fn add(&mut self, samples: &[f32]) {
        for &sample in samples {
            let magnitude = sample.abs();
            self.peak = if magnitude > self.peak { magnitude } else { self.peak };
            self.clipped += u64::from(magnitude >= FULL_SCALE);
            self.sum += f64::from(sample);
            self.squares += f64::from(sample) * f64::from(sample);
        }
    }
}

impl Measurer {
    /// Nothing measured yet.
    ///
    /// # Errors
    /// As [`LoudnessMeter::new`].
    pub fn new(rate: SampleRate, channels: usize) -> Result<Measurer, EffectsError> {
        Ok(Measurer {
            rate,
            meter: LoudnessMeter::new(rate, channels)?,
            channels: vec![Sums::default(); channels],
            frames: 0,
            non_finite: 0,
            clean: vec![Vec::new(); channels],
        })
    }

    /// Takes in a block: one slice per channel, all of one length.
    ///
    /// # Panics
    /// When the number of channels is another one, or lengths differ.
    pub fn push(&mut self, block: &[&[f32]]) {
        assert_eq!(block.len(), self.channels.len(), "number of channels");
        for ((samples, clean), sums) in block.iter().zip(&mut self.clean).zip(&mut self.channels) {
            clean.clear();
            clean.extend(samples.iter().map(|sample| if sample.is_finite() { *sample } else { 0.0 }));
            self.non_finite += samples.iter().filter(|sample| !sample.is_finite()).count() as u64;
            sums.add(clean);
        }
        let clean: Vec<&[f32]> = self.clean.iter().map(Vec::as_slice).collect();
        self.meter.push(&clean);
        self.frames += block[0].len() as u64;
    }

    /// The meter of loudness, for an album's.
    pub fn meter(&self) -> &LoudnessMeter {
        &self.meter
    }

    /// What was measured so far.
    pub fn report(&self) -> Measurement {
        let db = |amplitude: f64| Decibels::from_amplitude(amplitude).0;
        let rms_db = |squares: f64, samples: u64| db((squares / samples.max(1) as f64).sqrt());
        let true_peaks = self.meter.true_peaks();
        let channel = |(sums, true_peak): (&Sums, &Decibels)| ChannelLevels {
            peak_db: db(f64::from(sums.peak)),
            true_peak_db: true_peak.0,
            rms_db: rms_db(sums.squares, self.frames),
            dc_offset: sums.sum / self.frames.max(1) as f64,
            clipped_samples: sums.clipped,
        };
        let squares = self.channels.iter().map(|sums| sums.squares).sum();
        Measurement {
            sample_rate_hz: self.rate.hz(),
            frames: self.frames,
            loudness: self.meter.report(),
            peak_db: db(f64::from(self.channels.iter().fold(0.0, |peak: f32, sums| peak.max(sums.peak)))),
            rms_db: rms_db(squares, self.frames * self.channels.len() as u64),
            clipped_samples: self.channels.iter().map(|sums| sums.clipped).sum(),
            non_finite_samples: self.non_finite,
            channels: self.channels.iter().zip(&true_peaks).map(channel).collect(),
        }
    }
}
