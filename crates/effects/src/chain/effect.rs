use rae_dsp::AudioBuffer;
use serde::{Deserialize, Serialize};

use super::limits::{MAX_BYTES, MAX_EFFECTS};
use super::{CHUNK, DcFilter, Gain, GoOn, Pan, Parallel, Place, Processor, Slot, Stage, Width, within};
use crate::EffectsError;
use crate::convolution::{ConvolutionReverb, Wanted};
use crate::dither::Dither;
use crate::dynamics::{Compressor, DeEsser, Gate, MultibandCompressor, Sidechain, TruePeakLimiter};
use crate::echo::Echo;
use crate::eq::{EqCurve, Equalizer};
use crate::modulation::{Chorus, Phaser, Tremolo};
use crate::network::Reverb;
use crate::saturation::Saturation;
use crate::whole::{Fade, PitchShift, TimeStretch, Trim};

/// An effect and its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// A change of level.
    Gain(Gain),
    /// A place between left and right.
    Pan(Pan),
    /// More or less difference between left and right.
    Width(Width),
    /// Removal of a constant offset.
    DcFilter(DcFilter),
    /// Bands that raise or lower parts of the spectrum.
    Equalizer(Equalizer),
    /// A curve over frequency, drawn by points.
    EqCurve(EqCurve),
    /// Less of what is loud.
    Compressor(Compressor),
    /// Less of what is soft.
    Gate(Gate),
    /// Less of sharp consonants.
    DeEsser(DeEsser),
    /// A compressor for each part of the spectrum.
    MultibandCompressor(MultibandCompressor),
    /// A ceiling for what lies between samples, too.
    TruePeakLimiter(TruePeakLimiter),
    /// Sound in a room, by its impulse response.
    ConvolutionReverb(ConvolutionReverb),
    /// A reverb by a network of delays.
    Reverb(Reverb),
    /// Echoes.
    #[serde(rename = "delay")]
    Echo(Echo),
    /// Several voices from one.
    Chorus(Chorus),
    /// Notches that wander.
    Phaser(Phaser),
    /// A level that sways.
    Tremolo(Tremolo),
    /// Bends loud waves.
    Saturation(Saturation),
    /// Rounds to the steps of a format.
    Dither(Dither),
    /// Comes in at the start of a recording and goes at its end.
    Fade(Fade),
    /// A part of a recording.
    Trim(Trim),
    /// A recording made longer or shorter.
    TimeStretch(TimeStretch),
    /// A recording at another pitch.
    PitchShift(PitchShift),
    /// Chains side by side, summed.
    Parallel(Parallel),
}

impl Effect {
    /// The type's name in files.
    pub fn name(&self) -> &'static str {
        match self {
            Effect::Gain(_) => "gain",
            Effect::Pan(_) => "pan",
            Effect::Width(_) => "width",
            Effect::DcFilter(_) => "dc_filter",
            Effect::Equalizer(_) => "equalizer",
            Effect::EqCurve(_) => "eq_curve",
            Effect::Compressor(_) => "compressor",
            Effect::Gate(_) => "gate",
            Effect::DeEsser(_) => "de_esser",
            Effect::MultibandCompressor(_) => "multiband_compressor",
            Effect::TruePeakLimiter(_) => "true_peak_limiter",
            Effect::ConvolutionReverb(_) => "convolution_reverb",
            Effect::Reverb(_) => "reverb",
            Effect::Echo(_) => "delay",
            Effect::Chorus(_) => "chorus",
            Effect::Phaser(_) => "phaser",
            Effect::Tremolo(_) => "tremolo",
            Effect::Saturation(_) => "saturation",
            Effect::Dither(_) => "dither",
            Effect::Fade(_) => "fade",
            Effect::Trim(_) => "trim",
            Effect::TimeStretch(_) => "time_stretch",
            Effect::PitchShift(_) => "pitch_shift",
            Effect::Parallel(_) => "parallel",
        }
    }

    /// The share of its output that is heard where nothing else is said.
    pub fn default_mix(&self) -> f64 {
        match self {
            Effect::ConvolutionReverb(_) | Effect::Reverb(_) | Effect::Echo(_) => 0.3,
            Effect::Chorus(_) | Effect::Phaser(_) => 0.5,
            _ => 1.0,
        }
    }

    /// Whether it needs a whole recording, which [`super::Chain::process`] gives it.
    pub fn is_for_whole(&self) -> bool {
        matches!(self, Effect::Fade(_) | Effect::Trim(_) | Effect::TimeStretch(_) | Effect::PitchShift(_))
    }

    /// Processes a whole recording; any other effect leaves it as it is. The only error is that it is cancelled.
    pub(super) fn apply(
        &self,
        sound: AudioBuffer,
        stage: &Stage,
        go_on: &mut GoOn<'_>,
    ) -> Result<AudioBuffer, EffectsError> {
        match self {
            Effect::Fade(fade) => Ok(fade.apply(sound, stage)),
            Effect::Trim(trim) => Ok(trim.apply(sound, stage)),
            Effect::TimeStretch(stretch) => stretch.apply(sound, stage, go_on),
            Effect::PitchShift(shift) => shift.apply(sound, stage, go_on),
            _ => Ok(sound),
        }
    }

    /// Frames that a recording of so many may take while it is processed, and afterwards.
    pub(super) fn lengths(&self, frames: usize, stage: &Stage) -> (usize, usize) {
        let times = |ratio: f64| (frames as f64 * ratio).ceil() as usize;
        match self {
            Effect::Trim(trim) => (frames, frames.min(trim.most_frames(stage))),
            Effect::TimeStretch(stretch) => (times(stretch.ratio), times(stretch.ratio)),
            Effect::PitchShift(shift) => (times(shift.ratio()), frames),
            _ => (frames, frames),
        }
    }

    pub(crate) fn check(&self, place: &Place, stage: &Stage) -> Result<(), EffectsError> {
        match self {
            Effect::Gain(gain) => gain.check(place),
            Effect::Pan(pan) => pan.check(place),
            Effect::Width(width) => width.check(place),
            Effect::DcFilter(filter) => filter.check(place),
            Effect::Equalizer(equalizer) => equalizer.check(place, stage),
            Effect::EqCurve(curve) => curve.check(place),
            Effect::Compressor(compressor) => compressor.check(place, stage),
            Effect::Gate(gate) => gate.check(place, stage),
            Effect::DeEsser(de_esser) => de_esser.check(place, stage),
            Effect::MultibandCompressor(compressor) => compressor.check(place, stage),
            Effect::TruePeakLimiter(limiter) => limiter.check(place, stage),
            Effect::ConvolutionReverb(reverb) => reverb.check(place, stage),
            Effect::Reverb(reverb) => reverb.check(place),
            Effect::Echo(echo) => echo.check(place),
            Effect::Chorus(chorus) => chorus.check(place),
            Effect::Phaser(phaser) => phaser.check(place, stage),
            Effect::Tremolo(tremolo) => tremolo.check(place),
            Effect::Saturation(saturation) => saturation.check(place),
            Effect::Dither(dither) => dither.check(place),
            Effect::Fade(fade) => fade.check(place),
            Effect::Trim(trim) => trim.check(place),
            Effect::TimeStretch(stretch) => stretch.check(place),
            Effect::PitchShift(shift) => shift.check(place),
            Effect::Parallel(parallel) => parallel.check(place, stage),
        }
    }

    /// Makes a checked effect ready.
    pub(crate) fn start(&self, stage: &Stage) -> Box<dyn Processor> {
        match self {
            Effect::Gain(gain) => gain.start(),
            Effect::Pan(pan) => pan.start(),
            Effect::Width(width) => width.start(),
            Effect::DcFilter(filter) => filter.start(stage),
            Effect::Equalizer(equalizer) => equalizer.start(stage),
            Effect::EqCurve(curve) => curve.start(stage),
            Effect::Compressor(compressor) => compressor.start(stage),
            Effect::Gate(gate) => gate.start(stage),
            Effect::DeEsser(de_esser) => de_esser.start(stage),
            Effect::MultibandCompressor(compressor) => compressor.start(stage),
            Effect::TruePeakLimiter(limiter) => limiter.start(stage),
            Effect::ConvolutionReverb(reverb) => reverb.start(stage),
            Effect::Reverb(reverb) => reverb.start(stage),
            Effect::Echo(echo) => echo.start(stage),
            Effect::Chorus(chorus) => chorus.start(stage),
            Effect::Phaser(phaser) => phaser.start(stage),
            Effect::Tremolo(tremolo) => tremolo.start(stage),
            Effect::Saturation(saturation) => saturation.start(stage),
            Effect::Dither(dither) => dither.start(),
            // What processes blocks has none of these.
            Effect::Fade(_) | Effect::Trim(_) | Effect::TimeStretch(_) | Effect::PitchShift(_) => {
                Gain::default().start()
            }
            Effect::Parallel(parallel) => parallel.start(stage),
        }
    }

    /// Frames of latency that the processor will have.
    pub(crate) fn latency(&self, stage: &Stage) -> usize {
        match self {
            Effect::Equalizer(equalizer) => equalizer.latency(stage),
            Effect::EqCurve(_) => EqCurve::latency(stage),
            Effect::Compressor(compressor) => compressor.latency(stage),
            Effect::Gate(gate) => gate.latency(stage),
            Effect::MultibandCompressor(compressor) => compressor.latency(stage),
            Effect::TruePeakLimiter(limiter) => limiter.latency(stage),
            Effect::ConvolutionReverb(reverb) => reverb.latency(stage),
            Effect::Parallel(parallel) => parallel.latency(stage),
            Effect::Saturation(_) => Saturation::LATENCY,
            _ => 0,
        }
    }

    /// Whether it listens to the sidechain.
    pub(super) fn is_keyed(&self) -> bool {
        let external = |compressor: &Compressor| compressor.sidechain == Sidechain::External;
        match self {
            Effect::Compressor(compressor) => external(compressor),
            Effect::Gate(gate) => gate.sidechain == Sidechain::External,
            Effect::MultibandCompressor(compressor) => compressor.bands.iter().any(external),
            Effect::Parallel(parallel) => {
                let mut slots = parallel.branches.iter().flat_map(|branch| &branch.effects);
                slots.any(|slot| slot.effect.is_keyed())
            }
            _ => false,
        }
    }

    /// About the memory that it takes, in bytes: planes of a block and of the latency, for each of its parts.
    fn bytes(&self, stage: &Stage) -> usize {
        let planes = match self {
            Effect::Equalizer(equalizer) if equalizer.linear_phase => 8,
            Effect::EqCurve(_) => 8,
            Effect::MultibandCompressor(compressor) => 4 + 2 * compressor.bands.len(),
            Effect::Parallel(parallel) => 4 + parallel.branches.len(),
            _ => 4,
        };
        let own = planes * (stage.channels + stage.sidechain) * (CHUNK + self.latency(stage)) * size_of::<f32>();
        match self {
            Effect::ConvolutionReverb(reverb) => own.saturating_add(reverb.bytes(stage)),
            Effect::Reverb(reverb) => own + reverb.bytes(stage),
            Effect::Echo(echo) => own + echo.bytes(stage),
            Effect::Chorus(chorus) => own + chorus.bytes(stage),
            Effect::Saturation(_) => own + stage.channels * Saturation::BYTES,
            Effect::Parallel(parallel) => {
                parallel.branches.iter().map(|branch| bytes(&branch.effects, stage)).fold(own, usize::saturating_add)
            }
            _ => own,
        }
    }

    /// How many effects this is, itself included.
    fn count(&self) -> usize {
        match self {
            Effect::Parallel(parallel) => {
                1 + parallel.branches.iter().map(|branch| count(&branch.effects)).sum::<usize>()
            }
            _ => 1,
        }
    }
}

fn count(effects: &[Slot]) -> usize {
    effects.iter().map(|slot| slot.effect.count()).sum()
}

/// About the memory that effects take, in bytes.
fn bytes(effects: &[Slot], stage: &Stage) -> usize {
    effects.iter().map(|slot| slot.effect.bytes(stage)).fold(0, usize::saturating_add)
}

/// The files that effects need, with the place of each.
pub(crate) fn wanted<'a>(effects: &'a [Slot], place: &Place, list: &mut Vec<Wanted<'a>>) {
    for (index, slot) in effects.iter().enumerate() {
        let place = place.item("effects", index);
        match &slot.effect {
            Effect::ConvolutionReverb(reverb) => {
                let place = place.named(slot.effect.name());
                list.extend(reverb.files().map(|path| Wanted { path, place: place.clone() }));
            }
            Effect::Parallel(parallel) => {
                for (index, branch) in parallel.branches.iter().enumerate() {
                    wanted(&branch.effects, &place.item("branches", index), list);
                }
            }
            _ => {}
        }
    }
}

/// The first effect that needs whole recordings; if `only_within`, the first within branches.
pub(super) fn first_for_whole(effects: &[Slot], place: &Place, only_within: bool) -> Option<(Place, &'static str)> {
    effects.iter().enumerate().find_map(|(index, slot)| {
        let place = place.item("effects", index);
        match &slot.effect {
            Effect::Parallel(parallel) => parallel
                .branches
                .iter()
                .enumerate()
                .find_map(|(index, branch)| first_for_whole(&branch.effects, &place.item("branches", index), false)),
            effect => (effect.is_for_whole() && !only_within).then(|| (place, effect.name())),
        }
    })
}

/// Lets every path of a file be changed.
pub(crate) fn each_file(effects: &mut [Slot], change: &mut dyn FnMut(&mut String)) {
    for slot in effects {
        match &mut slot.effect {
            Effect::ConvolutionReverb(reverb) => reverb.files_mut().for_each(&mut *change),
            Effect::Parallel(parallel) => {
                parallel.branches.iter_mut().for_each(|branch| each_file(&mut branch.effects, change));
            }
            _ => {}
        }
    }
}

/// Checks how many effects a list has, those within branches included.
pub(crate) fn check_count(effects: &[Slot], place: &Place) -> Result<(), EffectsError> {
    let count = count(effects);
    if count > MAX_EFFECTS {
        return Err(EffectsError::Structure {
            place: place.clone(),
            problem: format!("{count} effects are too many: use at most {MAX_EFFECTS}"),
        });
    }
    Ok(())
}

/// Checks a list of effects at `place`.
pub(crate) fn check_all(effects: &[Slot], place: &Place, stage: &Stage) -> Result<(), EffectsError> {
    check_count(effects, place)?;
    check_each(effects, place, stage)?;
    let mebibytes = bytes(effects, stage) >> 20;
    if mebibytes > MAX_BYTES >> 20 {
        return Err(EffectsError::Structure {
            place: place.clone(),
            problem: format!(
                "effects for {} channels would need about {mebibytes} MiB, more than {}: use fewer or shorter ones",
                stage.channels,
                MAX_BYTES >> 20
            ),
        });
    }
    Ok(())
}

/// Checks every effect of a list.
fn check_each(effects: &[Slot], place: &Place, stage: &Stage) -> Result<(), EffectsError> {
    for (index, slot) in effects.iter().enumerate() {
        let place = place.item("effects", index);
        // There is nothing that could be mixed with sound of another length.
        let least = if slot.effect.is_for_whole() { 1.0 } else { 0.0 };
        within(&place.named(slot.effect.name()), "mix", slot.mix, least..=1.0)?;
        slot.effect.check(&place, stage)?;
    }
    Ok(())
}

/// Frames of latency of a list of effects.
pub(crate) fn latency(effects: &[Slot], stage: &Stage) -> usize {
    effects.iter().map(|slot| slot.effect.latency(stage)).sum()
}

/// Checks that the new effects differ from the old only in parameters that a running chain can change; each with its stage.
pub(crate) fn check_update([old, new]: [&[Slot]; 2], place: &Place, stages: [&Stage; 2]) -> Result<(), EffectsError> {
    let refuse = |place: &Place, problem: String| Err(EffectsError::Structure { place: place.clone(), problem });
    if old.len() != new.len() {
        let problem = format!("{} effects instead of {}: prepare the chain anew", new.len(), old.len());
        return refuse(place, problem);
    }
    for (index, (old, new)) in old.iter().zip(new).enumerate() {
        let place = place.item("effects", index);
        let (was, is) = (&old.effect, &new.effect);
        if let (Effect::Parallel(was), Effect::Parallel(is)) = (was, is) {
            was.check_update(is, &place, stages)?;
        } else if was.name() != is.name() {
            return refuse(&place, format!("{} instead of {}: prepare the chain anew", is.name(), was.name()));
        }
        if was.latency(stages[0]) != is.latency(stages[1]) {
            let problem = format!("the new settings of {} change its latency: prepare the chain anew", is.name());
            return refuse(&place, problem);
        }
    }
    Ok(())
}

macro_rules! into_effect {
    ($($kind:ident),*) => {$(
        impl From<$kind> for Effect {
            fn from(effect: $kind) -> Effect {
                Effect::$kind(effect)
            }
        }
    )*};
}

into_effect!(
    Gain,
    Pan,
    Width,
    DcFilter,
    Equalizer,
    EqCurve,
    Compressor,
    Gate,
    DeEsser,
    MultibandCompressor,
    TruePeakLimiter,
    ConvolutionReverb,
    Reverb,
    Echo,
    Chorus,
    Phaser,
    Tremolo,
    Saturation,
    Dither,
    Fade,
    Trim,
    TimeStretch,
    PitchShift,
    Parallel
);
