//! The equalizer: any number of bands, each within a tenth of a decibel of its analogue prototype where that is narrow.

mod analogue;
mod band;
mod curve;
mod design;
mod linear_phase;

pub use band::{Band, MAX_BANDS};
pub use curve::{CurvePoint, EqCurve};

use linear_phase::LinearPhase;

use rae_dsp::biquad::{Biquad, Cascade};
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{Place, Planes, Processor, Stage, alike};

/// Bands one after the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Equalizer {
    /// Delays all frequencies alike, at the price of latency: a symmetric response, through the convolver.
    pub linear_phase: bool,
    /// The bands in order; none leaves sound as it is.
    pub bands: Vec<Band>,
}

impl Equalizer {
    /// The filters that stand for the bands at a sample rate in Hz; a band can take several.
    ///
    /// # Errors
    /// A band whose parameter is out of range.
    pub fn filters(&self, rate: rae_units::SampleRate) -> Result<Vec<Biquad>, EffectsError> {
        let stage = Stage::plain(rate, 1);
        self.check(&Place::default(), &stage)?;
        Ok(self.design(&stage))
    }

    /// The level in dB that the bands together give a tone of `hz`: that of the analogue prototypes.
    pub fn prototype_db(&self, hz: f64) -> f64 {
        self.bands.iter().flat_map(Band::prototypes).map(|prototype| 10.0 * prototype.power(hz).log10()).sum()
    }

    pub(crate) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        let place = place.named("equalizer");
        if self.bands.len() > MAX_BANDS {
            let problem = format!("{} bands are too many: use at most {MAX_BANDS}", self.bands.len());
            return Err(EffectsError::Structure { place, problem });
        }
        self.bands.iter().enumerate().try_for_each(|(index, band)| band.check(&place.item("bands", index), stage))
    }

    fn design(&self, stage: &Stage) -> Vec<Biquad> {
        let prototypes = self.bands.iter().flat_map(Band::prototypes);
        prototypes.map(|prototype| design::matched(&prototype, stage.hz())).collect()
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        if self.linear_phase {
            let prototypes: Vec<_> = self.bands.iter().flat_map(Band::prototypes).collect();
            Box::new(LinearPhase::new(&prototypes, stage))
        } else {
            Box::new(MinimumPhase(Cascade::new(&self.design(stage), stage.channels)))
        }
    }

    pub(crate) fn latency(&self, stage: &Stage) -> usize {
        if self.linear_phase {
            let prototypes: Vec<_> = self.bands.iter().flat_map(Band::prototypes).collect();
            linear_phase::latency(&prototypes, stage)
        } else {
            0
        }
    }
}

#[derive(Debug)]
struct MinimumPhase(Cascade);

impl Processor for MinimumPhase {
    fn process(&mut self, block: &mut Planes) {
        if let Some((left, right)) = block.stereo_mut() {
            self.0.process_pair(0, [left, right]);
            return;
        }
        for (channel, samples) in block.each_mut().enumerate() {
            self.0.process(channel, samples);
        }
    }

    fn tail(&self) -> usize {
        self.0.tail()
    }

    fn go_on_from(&mut self, old: &dyn Processor) {
        if let Some(MinimumPhase(old)) = alike(old) {
            self.0.go_on_from(old);
        }
    }
}
