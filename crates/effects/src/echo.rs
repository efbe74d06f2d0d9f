//! Echoes.

use rae_units::{SampleRate, Seconds};
use serde::{Deserialize, Serialize};

use crate::EffectsError;
use crate::chain::{Place, Planes, Processor, Stage, within};
use crate::cut::Cut;

/// Echoes, a time apart: e = F(x + feedback·e) one time later, of which the place's mix is heard, 0.3 unless said otherwise;
/// F are the two cuts, which every echo passes once more.
///
/// Ping-pong sends the mean of left and right to the left, from there to the right, and back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Echo {
    /// Between echoes, 0.001 to 5 s, to the nearest frame.
    pub time_s: f64,
    /// Instead of the time: so many beats, 0.01 to 16.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beats: Option<f64>,
    /// Beats per minute, 20 to 400.
    pub tempo_bpm: f64,
    /// What each echo keeps of the amplitude of the one before, 0 to 0.95.
    pub feedback: f64,
    /// To the left and the right by turns.
    pub ping_pong: bool,
    /// Hz below which echoes fall by 6 dB an octave, 10 to 20,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_cut_hz: Option<f64>,
    /// Hz above which echoes fall by 6 dB an octave, 10 to 20,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_cut_hz: Option<f64>,
}

impl Default for Echo {
    fn default() -> Echo {
        Echo {
            time_s: 0.375,
            beats: None,
            tempo_bpm: 120.0,
            feedback: 0.35,
            ping_pong: false,
            low_cut_hz: None,
            high_cut_hz: None,
        }
    }
}

const LONGEST: f64 = 5.0;
/// Less is silence.
const LEAST: f32 = 1e-30;

impl Echo {
    pub(crate) fn check(&self, place: &Place) -> Result<(), EffectsError> {
        let named = place.named("delay");
        let place = &named;
        within(place, "time_s", self.time_s, 0.001..=LONGEST)?;
        within(place, "tempo_bpm", self.tempo_bpm, 20.0..=400.0)?;
        if let Some(beats) = self.beats {
            within(place, "beats", beats, 0.01..=16.0)?;
            if self.time().0 > LONGEST {
                let problem = format!(
                    "{beats} beats at {} a minute are {:.2} s, more than {LONGEST}: use fewer",
                    self.tempo_bpm,
                    self.time().0
                );
                return Err(EffectsError::Structure { place: named, problem });
            }
        }
        within(place, "feedback", self.feedback, 0.0..=0.95)?;
        let cut = |parameter, hz: Option<f64>| hz.map_or(Ok(()), |hz| within(place, parameter, hz, 10.0..=20_000.0));
        cut("low_cut_hz", self.low_cut_hz)?;
        cut("high_cut_hz", self.high_cut_hz)
    }

    fn time(&self) -> Seconds {
        Seconds(self.beats.map_or(self.time_s, |beats| beats * 60.0 / self.tempo_bpm))
    }

    pub(crate) fn bytes(&self, stage: &Stage) -> usize {
        stage.channels * stage.frames(self.time()) * size_of::<f32>()
    }

    fn running(&self, stage: &Stage) -> Running {
        let frames = stage.frames(self.time()).max(1);
        let line = Line { ring: vec![0.0; frames], filter: Filter::new(self, stage.rate) };
        let rounds = if self.feedback > 0.0 { 1.0 + (1e-5f64.ln() / self.feedback.ln()).ceil() } else { 1.0 };
        // What the cuts make longer is less than another echo.
        let tail = ((rounds + 1.0) * frames as f64) as usize;
        Running {
            lines: vec![line; stage.channels],
            at: 0,
            feedback: self.feedback as f32,
            ping_pong: self.ping_pong,
            tail,
        }
    }

    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        Box::new(self.running(stage))
    }
}

#[derive(Debug)]
struct Running {
    lines: Vec<Line>,
    /// The oldest frame of every ring.
    at: usize,
    feedback: f32,
    ping_pong: bool,
    tail: usize,
}

#[derive(Clone, Debug)]
struct Line {
    ring: Vec<f32>,
    filter: Filter,
}

/// The two cuts.
#[derive(Clone, Debug)]
struct Filter {
    below: Option<Cut>,
    above: Option<Cut>,
}

impl Filter {
    fn new(echo: &Echo, rate: SampleRate) -> Filter {
        let cut = |hz: Option<f64>| hz.map(|hz| Cut::new(hz, rate));
        Filter { below: cut(echo.low_cut_hz), above: cut(echo.high_cut_hz) }
    }

    #[inline(always)]
    fn next(&mut self, sample: f32) -> f32 {
        let mut value = f64::from(sample);
        if let Some(cut) = &mut self.below {
            value -= cut.next(value);
        }
        if let Some(cut) = &mut self.above {
            value = cut.next(value);
        }
        let value = value as f32;
        if value.abs() < LEAST { 0.0 } else { value }
    }
}

impl Line {
    /// Echoes of its own channel.
    fn repeat(&mut self, mut at: usize, feedback: f32, samples: &mut [f32]) {
        for sample in samples {
            let echo = self.ring[at];
            self.ring[at] = self.filter.next(*sample + feedback * echo);
            *sample = echo;
            at = if at + 1 == self.ring.len() { 0 } else { at + 1 };
        }
    }
}

/// Echoes by turns.
fn bounce(lines: &mut [Line], mut at: usize, feedback: f32, left: &mut [f32], right: &mut [f32]) {
    let [first, second] = lines else { return };
    for (left, right) in left.iter_mut().zip(right) {
        let (here, there) = (first.ring[at], second.ring[at]);
        first.ring[at] = first.filter.next(0.5 * (*left + *right) + feedback * there);
        second.ring[at] = second.filter.next(feedback * here);
        (*left, *right) = (here, there);
        at = if at + 1 == first.ring.len() { 0 } else { at + 1 };
    }
}

impl Processor for Running {
    fn process(&mut self, block: &mut Planes) {
        let frames = block.frames();
        let Running { lines, at, feedback, ping_pong, .. } = self;
        let mut planes = block.each_mut();
        for pair in lines.chunks_mut(2) {
            let (first, second) = (planes.next(), planes.next());
            match (first, second) {
                (Some(left), Some(right)) if *ping_pong => bounce(pair, *at, *feedback, left, right),
                (first, second) => {
                    for (line, samples) in pair.iter_mut().zip([first, second].into_iter().flatten()) {
                        line.repeat(*at, *feedback, samples);
                    }
                }
            }
        }
        *at = (*at + frames) % lines[0].ring.len();
    }

    fn tail(&self) -> usize {
        self.tail
    }

    fn rings_on(&self) -> bool {
        true
    }
}
