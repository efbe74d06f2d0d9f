use rae_dsp::sends::{ChorusSend, Sends};
use rae_units::Seconds;
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{CHUNK, Place, Planes, Processor, Stage, alike, within};

/// Several voices from one: slowly swaying delays, two on each side, as the synthesizer's chorus ([`crate::Chorus`]). What is
/// heard of it is the place's mix, 0.5 unless said otherwise.
///
/// The voices hear the mean of left and right; more channels go by pairs, a single one hears those of the left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Chorus {
    /// Mean frequency of the sway, 0.01 to 16 Hz.
    pub rate_hz: f64,
    /// Mean sway of the delays to each side, 0 to 20 ms.
    pub depth_ms: f64,
}

impl Default for Chorus {
    fn default() -> Chorus {
        let ChorusSend { rate, sway, .. } = Sends::DEFAULT.chorus;
        Chorus { rate_hz: rate, depth_ms: 1e3 * sway.0 }
    }
}

impl Chorus {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        let place = &place.named("chorus");
        within(place, "rate_hz", self.rate_hz, 0.01..=16.0)?;
        within(place, "depth_ms", self.depth_ms, 0.0..=20.0)
    }

    fn voices(&self, stage: &Stage) -> crate::Chorus {
        let send = ChorusSend { rate: self.rate_hz, sway: Seconds(self.depth_ms / 1e3), level: 1.0 };
        crate::Chorus::of(&send, stage.rate)
    }

    pub(crate) fn bytes(&self, stage: &Stage) -> usize {
        stage.channels.div_ceil(2) * self.voices(stage).bytes()
    }

    fn running(&self, stage: &Stage) -> Running {
        Running {
            pairs: vec![self.voices(stage); stage.channels.div_ceil(2)],
            send: vec![0.0; CHUNK],
            unheard: vec![0.0; CHUNK],
        }
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(self.running(stage))
    }
}

#[derive(Debug)]
struct Running {
    pairs: Vec<crate::Chorus>,
    send: Vec<f32>,
    unheard: Vec<f32>,
}

impl Processor for Running {
    fn process(&mut self, block: &mut Planes) {
        let frames = block.frames();
        let (send, unheard) = (&mut self.send[..frames], &mut self.unheard[..frames]);
        let mut planes = block.each_mut();
        for voices in &mut self.pairs {
            let Some(left) = planes.next() else { break };
            match planes.next() {
                Some(right) => {
                    send.iter_mut().zip(left.iter().zip(&*right)).for_each(|(send, (l, r))| *send = 0.5 * (l + r));
                    voices.process(send, left, right);
                }
                None => {
                    send.copy_from_slice(left);
                    voices.process(send, left, unheard);
                }
            }
        }
    }

    fn tail(&self) -> usize {
        self.pairs[0].tail()
    }

    fn warm_up(&self) -> usize {
        self.tail()
    }

    fn go_on_from(&mut self, old: &dyn Processor) {
        let Some(old) = alike::<Running>(old) else { return };
        self.pairs.iter_mut().zip(&old.pairs).for_each(|(voices, old)| voices.go_to(old.next()));
    }
}
