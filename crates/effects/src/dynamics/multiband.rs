use rae_units::Seconds;
use serde::{Deserialize, Serialize};

use super::Compressor;
use super::ballistics::Ballistics;
use super::compressor::Detector;
use super::control::{Control, Design};
use super::crossover::Crossover;
use super::curve::Curve;
use super::level::Levels;
use super::sidechain::Sidechain;
use crate::EffectsError;
use crate::chain::{Delay, Place, Planes, Processor, Stage, alike, within};

/// The most bands.
const MAX_BANDS: usize = 8;

/// A compressor for each part of the spectrum. Where none of them acts, the bands sum to the input with the phase of an
/// all-pass. A band whose sidechain is external listens to the same part of that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MultibandCompressor {
    /// Where the spectrum is split, ascending by a fifth of the frequency at least, 20 Hz to 0.45 of the sample rate.
    pub crossovers_hz: Vec<f64>,
    /// The bands' compressors, the lowest first: one more than crossovers.
    pub bands: Vec<Compressor>,
}

/// Turns down sharp consonants: the highs, while they are loud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeEsser {
    /// Where the highs begin, 1000 Hz to 0.45 of the sample rate.
    pub frequency_hz: f64,
    /// Their peak level from which on they are turned down, −80 to 0 dBFS.
    pub threshold_db: f64,
    /// Decibels of input for one of output beyond the threshold, 1 to 1000.
    pub ratio: f64,
    /// The most that they are turned down, 0 to 60 dB.
    pub range_db: f64,
    /// Time constant of turning down, 0 to 100 ms.
    pub attack_ms: f64,
    /// Time constant of coming back, 1 to 1000 ms.
    pub release_ms: f64,
}

impl Default for MultibandCompressor {
    /// Three bands.
    fn default() -> Self {
        MultibandCompressor { crossovers_hz: vec![200.0, 3000.0], bands: vec![Compressor::default(); 3] }
    }
}

impl Default for DeEsser {
    fn default() -> Self {
        DeEsser {
            frequency_hz: 5500.0,
            threshold_db: -30.0,
            ratio: 4.0,
            range_db: 12.0,
            attack_ms: 1.0,
            release_ms: 60.0,
        }
    }
}

impl MultibandCompressor {
    pub(crate) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        let place = place.named("multiband_compressor");
        let refuse = |problem: String| Err(EffectsError::Structure { place: place.clone(), problem });
        if !(1..=MAX_BANDS).contains(&self.bands.len()) {
            return refuse(format!("{} bands: use 1 to {MAX_BANDS}", self.bands.len()));
        }
        if self.crossovers_hz.len() + 1 != self.bands.len() {
            let (crossovers, bands) = (self.crossovers_hz.len(), self.bands.len());
            return refuse(format!("{crossovers} crossovers for {bands} bands: use one less than bands"));
        }
        let mut least = 20.0;
        for &hz in &self.crossovers_hz {
            within(&place, "crossovers_hz", hz, least..=0.45 * stage.hz())?;
            least = 1.2 * hz;
        }
        self.bands.iter().enumerate().try_for_each(|(index, band)| band.check_at(&place.item("bands", index), stage))
    }

    pub(crate) fn latency(&self, stage: &Stage) -> usize {
        self.bands.iter().map(|band| band.latency(stage)).max().unwrap_or(0)
    }

    fn designs(&self, stage: &Stage) -> Vec<Option<Design>> {
        self.bands.iter().map(|band| Some(band.design(stage))).collect()
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(Bands::new(&self.crossovers_hz, self.designs(stage), stage))
    }
}

impl DeEsser {
    pub(crate) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        let place = &place.named("de_esser");
        within(place, "frequency_hz", self.frequency_hz, 1000.0..=0.45 * stage.hz())?;
        within(place, "threshold_db", self.threshold_db, -80.0..=0.0)?;
        within(place, "ratio", self.ratio, 1.0..=1000.0)?;
        within(place, "range_db", self.range_db, 0.0..=60.0)?;
        within(place, "attack_ms", self.attack_ms, 0.0..=100.0)?;
        within(place, "release_ms", self.release_ms, 1.0..=1000.0)
    }

    fn designs(&self, stage: &Stage) -> Vec<Option<Design>> {
        let seconds = |ms: f64| Seconds(ms / 1e3);
        let highs = Design {
            levels: Levels::new(None, Detector::Peak, 1.0, Sidechain::Input, stage),
            curve: Curve {
                threshold_db: self.threshold_db as f32,
                slope: (1.0 - 1.0 / self.ratio) as f32,
                knee_db: 6.0,
                range_db: self.range_db as f32,
                side: 1.0,
            },
            ballistics: Ballistics::new(seconds(self.attack_ms), Seconds(0.0), seconds(self.release_ms), stage.hz()),
            gate: false,
            makeup_db: 0.0,
            lookahead: Seconds(0.0),
        };
        vec![None, Some(highs)]
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(Bands::new(&[self.frequency_hz], self.designs(stage), stage))
    }
}

/// Bands at work.
#[derive(Debug)]
struct Bands {
    crossover: Crossover,
    bands: Vec<RunningBand>,
    planes: Vec<Planes>,
    /// Splits the sidechain, where a band listens to it.
    sidechain: Option<(Crossover, Vec<Planes>)>,
    latency: usize,
}

#[derive(Debug)]
struct RunningBand {
    /// `None` passes.
    control: Option<Control>,
    /// What the band's look-ahead lacks of the longest one.
    delay: Delay,
}

impl RunningBand {
    fn new(control: Option<Control>, latency: usize, stage: &Stage) -> RunningBand {
        let own = control.as_ref().map_or(0, Control::latency);
        RunningBand { control, delay: Delay::new(stage.channels, latency - own) }
    }
}

impl Bands {
    fn new(crossovers_hz: &[f64], designs: Vec<Option<Design>>, stage: &Stage) -> Bands {
        let controls: Vec<_> =
            designs.into_iter().map(|design| design.map(|design| Control::new(design, stage))).collect();
        let latency = controls.iter().flatten().map(Control::latency).max().unwrap_or(0);
        let is_external = controls.iter().flatten().any(Control::is_external);
        let parts = || vec![Planes::new(stage.sidechain); controls.len()];
        Bands {
            crossover: Crossover::new(crossovers_hz, stage),
            sidechain: is_external.then(|| (Crossover::new(crossovers_hz, &stage.of_sidechain()), parts())),
            planes: vec![Planes::new(stage.channels); controls.len()],
            bands: controls.into_iter().map(|control| RunningBand::new(control, latency, stage)).collect(),
            latency,
        }
    }
}

impl Processor for Bands {
    fn hear(&mut self, sidechain: &Planes) {
        let Some((crossover, parts)) = &mut self.sidechain else { return };
        crossover.split(sidechain, parts);
        for (band, part) in self.bands.iter_mut().zip(parts) {
            band.control.iter_mut().for_each(|control| control.hear(part));
        }
    }

    fn process(&mut self, block: &mut Planes) {
        self.crossover.split(block, &mut self.planes);
        for (band, planes) in self.bands.iter_mut().zip(&mut self.planes) {
            if let Some(control) = &mut band.control {
                control.process(planes);
            }
            band.delay.process(planes);
        }
        block.copy_from(&self.planes[0]);
        for planes in &self.planes[1..] {
            for (sums, samples) in block.each_mut().zip(planes.each()) {
                sums.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
            }
        }
    }

    fn latency(&self) -> usize {
        self.latency
    }

    fn tail(&self) -> usize {
        self.crossover.tail()
    }

    fn warm_up(&self) -> usize {
        // For settings that could not go on: until the look-ahead is filled.
        self.latency
    }

    fn go_on_from(&mut self, old: &dyn Processor) {
        let Some(old) = alike::<Bands>(old) else { return };
        if self.bands.len() != old.bands.len() || self.latency != old.latency {
            return;
        }
        self.crossover.go_on_from(&old.crossover);
        if let (Some((new, _)), Some((old, _))) = (&mut self.sidechain, &old.sidechain) {
            new.go_on_from(old);
        }
        for (new, old) in self.bands.iter_mut().zip(&old.bands) {
            if let (Some(control), Some(old)) = (&mut new.control, &old.control)
                && control.latency() == old.latency()
            {
                control.go_on_from(old);
            }
            new.delay.go_on_from(&old.delay);
        }
    }

    fn reductions(&mut self, report: &mut dyn FnMut(&str, f64)) {
        for (index, band) in self.bands.iter_mut().enumerate() {
            if let Some(control) = &mut band.control {
                report(&format!("bands[{index}]"), control.take_deepest());
            }
        }
    }
}
