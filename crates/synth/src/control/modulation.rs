//! The modulator model (SoundFont 2.04, 8.2 to 8.4 and 9.5).

use std::sync::Arc;

use rae_soundfont::{Controller, Curve, Destination, GENERATOR_COUNT, Generator, Modulator, Source, Transform};

use crate::program::Values;

/// Largest value of a 7-bit controller.
const MAX_7_BIT: f32 = 127.0;

/// Largest value of the pitch wheel, and its number of positions.
const MAX_14_BIT: f32 = 16_383.0;

/// Modulators of one layer that are heard; a bank that has more is out to exhaust.
pub(crate) const MOST_MODULATORS: usize = 256;

/// The default modulators (8.4), with this house's decisions: no velocity to filter cutoff, CC 10 reaches ±50 %.
fn default_modulators() -> [Modulator; 9] {
    use Controller::*;
    let to = |generator, amount, source| Modulator {
        source,
        destination: Destination::Generator(generator),
        amount,
        amount_source: Source::ONE,
        transform: Transform::Linear,
    };
    let loudness = |controller| Source { descending: true, curve: Curve::Concave, ..Source::linear(controller) };
    let bipolar = |controller| Source { bipolar: true, ..Source::linear(controller) };
    [
        to(Generator::InitialAttenuation, 960, loudness(Velocity)),
        to(Generator::VibLfoToPitch, 50, Source::linear(ChannelPressure)),
        to(Generator::VibLfoToPitch, 50, Source::linear(Midi(1))),
        to(Generator::InitialAttenuation, 960, loudness(Midi(7))),
        to(Generator::Pan, 500, bipolar(Midi(10))),
        to(Generator::InitialAttenuation, 960, loudness(Midi(11))),
        to(Generator::ReverbEffectsSend, 200, Source::linear(Midi(91))),
        to(Generator::ChorusEffectsSend, 200, Source::linear(Midi(93))),
        // The standard's "initial pitch" has no generator number; fine tune is the same summing node.
        Modulator {
            amount_source: Source::linear(PitchWheelSensitivity),
            ..to(Generator::FineTune, 12_700, bipolar(PitchWheel))
        },
    ]
}

/// Modulators of one level of the hierarchy, links resolved to positions in the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct ModulatorSet {
    list: Arc<[Modulator]>,
    /// Some feed others.
    linked: bool,
}

/// Default modulators, superseded by identical ones of the global zone, those by the local zone (9.5.1).
pub(crate) fn merge_instrument(levels: [&[Modulator]; 2]) -> ModulatorSet {
    let mut merged = default_modulators().to_vec();
    for level in levels {
        append(&mut merged, level, |old, new| old.amount = new.amount);
    }
    ModulatorSet::new(merged)
}

/// Preset modulators (local before global) added to the instrument's.
pub(crate) fn merge_preset(instrument: ModulatorSet, levels: [&[Modulator]; 2]) -> ModulatorSet {
    let mut preset = Vec::new();
    for level in levels {
        append(&mut preset, level, |old, new| old.amount = new.amount);
    }
    let mut merged = instrument.list.to_vec();
    append(&mut merged, &preset, |old, new| old.amount = old.amount.saturating_add(new.amount));
    ModulatorSet::new(in_link_order(merged))
}

/// Adds a zone's list to `merged`; `same` combines identical ones. Link indices are moved along.
fn append(merged: &mut Vec<Modulator>, list: &[Modulator], same: impl Fn(&mut Modulator, &Modulator)) {
    let base = merged.len() as u16;
    let mut kept = Vec::with_capacity(list.len());
    let linked =
        |m: &Modulator| m.source.controller == Controller::Link || matches!(m.destination, Destination::Modulator(_));
    for modulator in list {
        if merged.len() == MOST_MODULATORS {
            break;
        }
        let twin = if linked(modulator) { None } else { merged.iter().position(|m| m.is_identical(modulator)) };
        if let Some(twin) = twin {
            same(&mut merged[twin], modulator);
            kept.push(twin as u16);
        } else {
            kept.push(merged.len() as u16);
            merged.push(*modulator);
        }
    }
    for modulator in &mut merged[usize::from(base)..] {
        if let Destination::Modulator(index) = &mut modulator.destination {
            *index = kept.get(usize::from(*index)).copied().unwrap_or(u16::MAX);
        }
    }
}

/// Orders the list so that a linked modulator comes after all that feed it; circles and dangling links are dropped
/// (9.5.4).
fn in_link_order(list: Vec<Modulator>) -> Vec<Modulator> {
    let fed_by = |m: &Modulator| match m.destination {
        Destination::Modulator(index) => Some(usize::from(index)),
        Destination::Generator(_) => None,
    };
    let mut waiting = vec![0usize; list.len()];
    let mut fed = vec![false; list.len()];
    for target in list.iter().filter_map(fed_by).filter(|&i| i < list.len()) {
        waiting[target] += 1;
        fed[target] = true;
    }
    let wants_link = |i: usize| list[i].source.controller == Controller::Link;
    let mut order: Vec<usize> = (0..list.len()).filter(|&i| waiting[i] == 0 && (!wants_link(i) || fed[i])).collect();
    let mut next = 0;
    while let Some(&i) = order.get(next) {
        next += 1;
        if let Some(target) = fed_by(&list[i]).filter(|&target| target < list.len()) {
            waiting[target] -= 1;
            if waiting[target] == 0 {
                order.push(target);
            }
        }
    }
    let mut place = vec![u16::MAX; list.len()];
    for (position, &i) in order.iter().enumerate() {
        place[i] = position as u16;
    }
    let mut ordered: Vec<Modulator> = order.iter().map(|&i| list[i]).collect();
    for modulator in &mut ordered {
        if let Destination::Modulator(index) = &mut modulator.destination {
            *index = place.get(usize::from(*index)).copied().unwrap_or(u16::MAX);
        }
    }
    // What leads nowhere adds nothing; it stays in place so that the indices hold.
    for modulator in &mut ordered {
        if modulator.destination == Destination::Modulator(u16::MAX) {
            modulator.amount = 0;
        }
    }
    ordered
}

impl ModulatorSet {
    fn new(list: Vec<Modulator>) -> ModulatorSet {
        let linked = list.iter().any(|m| matches!(m.destination, Destination::Modulator(_)));
        ModulatorSet { list: list.into(), linked }
    }

    /// Lies where `other` does, if it is the same: what many layers have alike stays in the cache.
    pub(crate) fn share(&mut self, other: &ModulatorSet) {
        if self.list == other.list {
            self.list = other.list.clone();
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Mapped values of both sources of every modulator.
    pub(crate) fn inputs(&self, value_of: impl Fn(Controller) -> f32, inputs: &mut Vec<[f32; 2]>) {
        inputs.clear();
        inputs.extend(
            self.list
                .iter()
                .map(|m| [m.source, m.amount_source].map(|source| map(source, value_of(source.controller)))),
        );
    }

    /// Takes a controller's new value into `inputs`; whether anything listens to it.
    pub(crate) fn update(&self, controller: Controller, value: f32, inputs: &mut [[f32; 2]]) -> bool {
        let mut heard = false;
        for (modulator, input) in self.list.iter().zip(inputs) {
            for (source, input) in [modulator.source, modulator.amount_source].into_iter().zip(input) {
                if source.controller == controller {
                    *input = map(source, value);
                    heard = true;
                }
            }
        }
        heard
    }

    /// Adds every modulator's output to the generators.
    pub(crate) fn apply(&self, inputs: &[[f32; 2]], values: &mut Values) {
        // Most sets have none, and every voice that starts comes by here.
        let mut links = self.linked.then_some([0.0f32; MOST_MODULATORS]);
        for (i, (modulator, input)) in self.list.iter().zip(inputs).enumerate() {
            let source = match (modulator.source.controller, &links) {
                (Controller::Link, Some(links)) => map(modulator.source, links[i]),
                _ => input[0],
            };
            let output = output(modulator, source, input[1]);
            match modulator.destination {
                Destination::Generator(generator) => values[generator as usize] += output,
                Destination::Modulator(index) => {
                    if let Some(link) = links.as_mut().and_then(|links| links.get_mut(usize::from(index))) {
                        *link += output;
                    }
                }
            }
        }
    }

    /// What the modulators with `controller` as their source add to `generator`.
    pub(crate) fn output(&self, controller: Controller, generator: Generator, inputs: &[[f32; 2]]) -> f32 {
        let destination = Destination::Generator(generator);
        let outputs = self.list.iter().zip(inputs);
        let outputs = outputs.filter(|(m, _)| m.source.controller == controller && m.destination == destination);
        outputs.map(|(modulator, input)| output(modulator, input[0], input[1])).sum()
    }

    /// Whether some modulator follows `controller`.
    pub(crate) fn follows(&self, controller: Controller) -> bool {
        let follows = |m: &Modulator| [m.source, m.amount_source].iter().any(|s| s.controller == controller);
        self.list.iter().any(|m| m.amount != 0 && follows(m))
    }

    /// Whether some modulator can move `generator`.
    pub(crate) fn reaches(&self, generator: Generator) -> bool {
        self.list.iter().any(|m| m.destination == Destination::Generator(generator) && m.amount != 0)
    }
}

/// A modulator's output for the mapped values of its sources.
fn output(modulator: &Modulator, source: f32, amount_source: f32) -> f32 {
    let product = f32::from(modulator.amount) * source * amount_source;
    match modulator.transform {
        Transform::Linear => product,
        Transform::Absolute => product.abs(),
    }
}

/// A controller's native value as the standard's −1 to 1 (8.2, 9.5.3). A link is a 7-bit controller.
pub(crate) fn map(source: Source, value: f32) -> f32 {
    let (max, positions) = match source.controller {
        Controller::None => return 1.0,
        Controller::PitchWheel => (MAX_14_BIT, MAX_14_BIT + 1.0),
        // Semitones over 127, so that the standard's 12700 cents mean exactly the range that RPN 0 names.
        Controller::PitchWheelSensitivity => (MAX_7_BIT, MAX_7_BIT),
        _ => (MAX_7_BIT, MAX_7_BIT + 1.0),
    };
    let value = value.clamp(0.0, max);
    if source.bipolar {
        let centred = 2.0 * value / positions - 1.0;
        let bent = match source.curve {
            Curve::Linear => centred,
            Curve::Concave => concave(centred.abs()).copysign(centred),
            Curve::Convex => convex(centred.abs()).copysign(centred),
            Curve::Switch => {
                if centred >= 0.0 {
                    1.0
                } else {
                    -1.0
                }
            }
        };
        return if source.descending { -bent } else { bent };
    }
    let value = if source.descending { max - value } else { value };
    match source.curve {
        Curve::Linear => value / positions,
        Curve::Concave => concave(value / max),
        Curve::Convex => convex(value / max),
        Curve::Switch => {
            if 2.0 * value >= positions {
                1.0
            } else {
                0.0
            }
        }
    }
}

/// 8.2.4 over the 96 dB of the default modulators: −20/96·log10((1 − x)²).
fn concave(x: f32) -> f32 {
    (-40.0 / 96.0 * (1.0 - x).max(0.0).log10()).clamp(0.0, 1.0)
}

/// The concave curve with start and end exchanged.
fn convex(x: f32) -> f32 {
    1.0 - concave(1.0 - x)
}

/// Ranges of generators that stay bounded after modulation (8.1.3); the others are bounded where they are used.
pub(crate) fn clamp_generators(values: &mut Values) {
    use Generator::*;
    static RANGES: [(Generator, f32, f32); 31] = [
        (ModLfoToPitch, -12_000.0, 12_000.0),
        (VibLfoToPitch, -12_000.0, 12_000.0),
        (ModEnvToPitch, -12_000.0, 12_000.0),
        (InitialFilterFc, 1_500.0, 13_500.0),
        (InitialFilterQ, 0.0, 960.0),
        (ModLfoToFilterFc, -12_000.0, 12_000.0),
        (ModEnvToFilterFc, -12_000.0, 12_000.0),
        (ModLfoToVolume, -960.0, 960.0),
        (ChorusEffectsSend, 0.0, 1_000.0),
        (ReverbEffectsSend, 0.0, 1_000.0),
        (Pan, -500.0, 500.0),
        (DelayModLfo, -12_000.0, 5_000.0),
        (FreqModLfo, -16_000.0, 4_500.0),
        (DelayVibLfo, -12_000.0, 5_000.0),
        (FreqVibLfo, -16_000.0, 4_500.0),
        (DelayModEnv, -12_000.0, 5_000.0),
        (AttackModEnv, -12_000.0, 8_000.0),
        (HoldModEnv, -12_000.0, 5_000.0),
        (DecayModEnv, -12_000.0, 8_000.0),
        (SustainModEnv, 0.0, 1_000.0),
        (ReleaseModEnv, -12_000.0, 8_000.0),
        (KeynumToModEnvHold, -1_200.0, 1_200.0),
        (KeynumToModEnvDecay, -1_200.0, 1_200.0),
        (DelayVolEnv, -12_000.0, 5_000.0),
        (AttackVolEnv, -12_000.0, 8_000.0),
        (HoldVolEnv, -12_000.0, 5_000.0),
        (DecayVolEnv, -12_000.0, 8_000.0),
        (SustainVolEnv, 0.0, 1_440.0),
        (ReleaseVolEnv, -12_000.0, 8_000.0),
        (InitialAttenuation, 0.0, 1_440.0),
        (ScaleTuning, 0.0, 1_200.0),
    ];
    debug_assert!(RANGES.iter().all(|r| (r.0 as usize) < GENERATOR_COUNT));
    for &(generator, low, high) in &RANGES {
        let value = &mut values[generator as usize];
        *value = value.clamp(low, high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn midi(number: u8) -> Source {
        Source::linear(Controller::Midi(number))
    }

    fn modulator(source: Source, destination: Destination, amount: i16) -> Modulator {
        Modulator { source, destination, amount, amount_source: Source::ONE, transform: Transform::Linear }
    }

    fn total(set: &ModulatorSet, generator: Generator, value_of: impl Fn(Controller) -> f32) -> f32 {
        let mut inputs = Vec::new();
        set.inputs(value_of, &mut inputs);
        let mut values = [0.0; GENERATOR_COUNT];
        set.apply(&inputs, &mut values);
        values[generator as usize]
    }

    #[test]
    fn curves_meet_the_table_of_9_5_3() {
        let bipolar = Source { bipolar: true, ..midi(1) };
        assert_eq!(map(midi(1), 0.0), 0.0);
        assert_eq!(map(midi(1), 127.0), 127.0 / 128.0);
        assert_eq!(map(bipolar, 0.0), -1.0);
        assert_eq!(map(bipolar, 64.0), 0.0);
        assert_eq!(map(Source { descending: true, ..midi(1) }, 127.0), 0.0);
        let switch = Source { curve: Curve::Switch, ..midi(1) };
        assert_eq!((map(switch, 63.0), map(switch, 64.0)), (0.0, 1.0));
    }

    #[test]
    fn local_supersedes_global_supersedes_default_and_presets_add() {
        let pan =
            |amount| modulator(Source { bipolar: true, ..midi(10) }, Destination::Generator(Generator::Pan), amount);
        let set = merge_preset(merge_instrument([&[pan(100)], &[pan(200)]]), [&[pan(1000)], &[pan(40)]]);
        assert_eq!(total(&set, Generator::Pan, |_| 0.0), -240.0);
    }

    #[test]
    fn linked_modulators_feed_their_target_in_any_order() {
        let fine = Destination::Generator(Generator::CoarseTune);
        // The second drives the first: 64 of 128 × 64/128 of the wheel = half of amount 100 at full wheel.
        let list =
            [modulator(Source::linear(Controller::Link), fine, 100), modulator(midi(1), Destination::Modulator(0), 64)];
        let set = merge_preset(merge_instrument([&[], &list]), [&[], &[]]);
        let got = total(&set, Generator::CoarseTune, |c| if c == Controller::Midi(1) { 127.0 } else { 0.0 });
        assert!((got - 100.0 * (64.0 * 127.0 / 128.0) / 128.0).abs() < 1e-3, "{got}");
    }

    #[test]
    fn circles_and_dangling_links_are_dropped() {
        let link = |to| modulator(Source::linear(Controller::Link), Destination::Modulator(to), 10);
        let list = [link(1), link(0), modulator(midi(1), Destination::Modulator(9), 10), link(2)];
        let set = merge_preset(merge_instrument([&[], &list]), [&[], &[]]);
        let heard = set.list.iter().filter(|m| m.amount != 0).count();
        assert_eq!(heard, default_modulators().len());
    }
}
