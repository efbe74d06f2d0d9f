//! Chains from outside: text, blocks, mix, bypass, branches, changes while they run, hostile input.

use std::f64::consts::TAU;

use rae_dsp::AudioBuffer;
use rae_dsp::hash::noise;
use rae_effects::EffectsError;
use rae_effects::chain::{Branch, Chain, Effect, Gain, Pan, Parallel, Prepared, Profile, Setup, Slot, Tail, Width};
use rae_effects::dynamics::{Compressor, MultibandCompressor};
use rae_effects::eq::{Band, Equalizer};
use rae_units::{Frames, SampleRate};

const ALL: &str = include_str!("data/all.toml");

fn all() -> Chain {
    Chain::from_toml(ALL).unwrap()
}

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

fn noises(channels: u64, frames: u64, level: f64) -> Vec<Vec<f32>> {
    (0..channels).map(|c| (0..frames).map(|n| (noise(c, n) * level) as f32).collect()).collect()
}

fn process(prepared: &mut Prepared, planes: &mut [Vec<f32>], length: usize) {
    let frames = planes[0].len();
    for start in (0..frames).step_by(length) {
        let end = frames.min(start + length);
        let mut block: Vec<&mut [f32]> = planes.iter_mut().map(|plane| &mut plane[start..end]).collect();
        prepared.process(&mut block);
    }
}

fn through(chain: &Chain, planes: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut prepared = chain.prepare(SampleRate::CD, planes.len()).unwrap();
    let buffer = AudioBuffer::from_planar(planes.concat(), planes.len()).unwrap();
    let output = prepared.process_whole(&buffer, Tail::Cut);
    (0..planes.len()).map(|channel| output.channel(channel).to_vec()).collect()
}

fn gain(gain_db: f64) -> Effect {
    Effect::Gain(Gain { gain_db, invert: false })
}

#[test]
fn text_and_value_are_the_same() {
    let chain = all();
    for chain in [&chain, &Chain::from_toml(include_str!("data/whole.toml")).unwrap()] {
        assert_eq!(&Chain::from_toml(&chain.to_toml()).unwrap(), chain);
        assert_eq!(&Chain::from_json(&chain.to_json()).unwrap(), chain);
    }
    let names: Vec<&str> = chain.effects.iter().map(|slot| slot.effect.name()).collect();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "one of each: {names:?}");
    let short = Chain::from_toml("[[effects]]\ntype = \"gain\"\ngain_db = -6\nmix = 0.5\n").unwrap();
    assert_eq!(short.effects, [Slot { effect: gain(-6.0), mix: 0.5, bypass: false }]);
}

#[test]
fn misspelt_text_is_refused_with_what_is_wrong() {
    let error = |text: &str| Chain::from_toml(text).unwrap_err().to_string();
    let misspelt = error("[[effects]]\ntype = \"gain\"\ngain = -6\n");
    assert!(misspelt.contains("gain: unknown field `gain`") && misspelt.contains("gain_db"), "{misspelt}");
    assert!(misspelt.contains("line 3, column 1"), "{misspelt}");
    assert!(error("[[effects]]\ntype = \"flanger3000\"\n").contains("unknown variant `flanger3000`"));
    assert!(error("[[effects]]\ngain_db = 1\n").contains("missing field `type`"));
    assert!(error("effect = []\n").contains("unknown field `effect`"));
    assert!(error("[[effects]]\ntype = \"gain\"\ngain_db = \"loud\"\n").contains("gain: invalid type"));
    assert!(Chain::from_json("{").is_err());
}

#[test]
fn mistakes_in_toml_have_their_line() {
    let good = "description = \"x\"\n\n[[effects]]\ntype = \"gain\"\n\n";
    let bands = "[[effects]]\ntype = \"equalizer\"\nbands = [\n  { type = \"peak\", frequency_hz = 100, gain_db = 1 },\n  \
        { type = \"peak\", frequency_hz = 100, gain_db = \"loud\" },\n]\n";
    let response = "[[effects]]\ntype = \"convolution_reverb\"\nresponse = { type = \"preset\", name = \"hal\" }\n";
    let branch = "[[effects]]\ntype = \"parallel\"\n[[effects.branches]]\n[[effects.branches]]\ngain_db = -3\n\
        [[effects.branches.effects]]\ntype = \"compressor\"\nratio = 2\nknee = 3\n";
    for (text, place, message) in [
        ("[[effects]]\ntype = \"gain\"\n\ngain = -6\n", "line 9, column 1", "gain: unknown field `gain`"),
        ("[[effects]]\nmix = 0.5\ntype = \"flanger\"\n", "line 8, column 8", "unknown variant `flanger`"),
        ("[[effects]]\ntype = \"gain\"\nmix = \"all\"\n", "line 8, column 1", "invalid type"),
        ("[[effects]]\ngain_db = 1\n", "line 6, column 1", "missing field `type`"),
        ("[[effects]]\ntype = \"compressor\"\nratio = 2\nthreshold_db = nan\n", "line 9, column 1", "finite"),
        (bands, "line 10, column 40", "equalizer: invalid type"),
        (response, "line 8, column 31", "unknown variant `hal`"),
        (branch, "line 14, column 1", "unknown field `knee`"),
    ] {
        let error = Chain::from_toml(&format!("{good}{text}")).unwrap_err().to_string();
        assert!(error.contains(place) && error.contains(message), "{place}: {error}");
    }
    let shown = Chain::from_toml("[[effects]]\ntype = \"gain\"\ngain = -6 # dB\n").unwrap_err().to_string();
    assert!(shown.ends_with("\n  |\n3 | gain = -6 # dB\n  | ^^^^^^^^^"), "{shown}");
    // Many mistakes are no reason to search for long.
    let many: String = (0..5000).map(|n| format!("parameter_{n} = 1\n")).collect();
    assert!(Chain::from_toml(&format!("[[effects]]\ntype = \"gain\"\n{many}")).is_err());
}

#[test]
fn parameters_out_of_range_are_named_with_their_place() {
    let deep = Chain::from([Parallel {
        branches: vec![Branch { gain_db: 0.0, mute: false, effects: vec![gain(0.0).into(), gain(99.0).into()] }],
    }]);
    let error = deep.prepare(SampleRate::CD, 2).unwrap_err().to_string();
    assert_eq!(error, "effects[0].branches[0].effects[1] (gain): gain_db = 99 is outside -120 to 60");
    let mut mixed = Chain::from([gain(0.0)]);
    mixed.effects[0].mix = f64::NAN;
    assert!(mixed.prepare(SampleRate::CD, 2).unwrap_err().to_string().contains("mix = NaN is outside 0 to 1"));
    assert!(matches!(all().prepare(rate(7999), 2), Err(EffectsError::ChainRate(_))));
    assert!(matches!(all().prepare(rate(192_001), 2), Err(EffectsError::ChainRate(_))));
    assert!(matches!(all().prepare(SampleRate::CD, 0), Err(EffectsError::Channels(0))));
    let many = Chain { description: String::new(), effects: vec![gain(0.0).into(); 257] };
    assert!(many.prepare(SampleRate::CD, 1).unwrap_err().to_string().contains("257 effects are too many"));
    let nested = (0..9).fold(gain(0.0), |effect, _| {
        Parallel { branches: vec![Branch { gain_db: 0.0, mute: false, effects: vec![effect.into()] }] }.into()
    });
    assert!(Chain::from([nested]).prepare(SampleRate::CD, 1).unwrap_err().to_string().contains("more than 8 deep"));
}

#[test]
fn what_is_no_number_is_refused_wherever_it_stands() {
    for line in ["sidechain_high_pass_hz = nan", "sidechain_high_pass_hz = inf", "threshold_db = -inf"] {
        let text = format!("[[effects]]\ntype = \"compressor\"\n{line}\n");
        assert!(Chain::from_toml(&text).unwrap_err().to_string().contains("finite"), "{line}");
    }
    let band = "[[effects]]\ntype = \"equalizer\"\nbands = [{ type = \"notch\", frequency_hz = 50, q = nan }]\n";
    assert!(Chain::from_toml(band).unwrap_err().to_string().contains("finite"));
    let none = r#"{"effects": [{"type": "compressor", "sidechain_high_pass_hz": null}]}"#;
    assert!(Chain::from_json(none).is_ok());
}

#[test]
fn chains_that_would_fill_the_memory_are_refused() {
    let compressor = Compressor { lookahead_ms: 50.0, ..Compressor::default() };
    let bands = MultibandCompressor {
        crossovers_hz: vec![50.0, 100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0],
        bands: vec![compressor; 8],
    };
    let lowest = Band::Peak { frequency_hz: 10.0, gain_db: 1.0, q: 10.0 };
    let equalizer = Equalizer { linear_phase: true, bands: vec![lowest] };
    for effect in [Effect::from(bands), equalizer.into()] {
        let chain = |count: usize| Chain { description: String::new(), effects: vec![effect.clone().into(); count] };
        let error = chain(256).prepare(rate(192_000), 64).unwrap_err().to_string();
        assert!(error.contains("MiB"), "{error}");
        assert!(chain(8).prepare(rate(192_000), 2).is_ok());
    }
}

#[test]
fn an_empty_chain_changes_no_bit() {
    let input = noises(3, 2000, 1.0);
    assert!(through(&Chain::default(), &input) == input);
    let nothing = Chain::default().prepare(SampleRate::CD, 3).unwrap();
    assert_eq!((nothing.latency(), nothing.tail()), (Frames(0), Frames(0)));
}

#[test]
fn same_bits_for_every_block_length_also_while_parameters_change() {
    let mut changed = all();
    for slot in &mut changed.effects {
        slot.mix = 0.4;
        slot.bypass = !slot.bypass;
    }
    changed.effects[0].effect = gain(-3.0);
    let run = |profile: Profile, length: usize| {
        let setup = Setup { profile, ..Setup::new(SampleRate::CD, 2) };
        let mut prepared = all().prepare_for(&setup).unwrap();
        let mut planes = noises(2, 12_000, 0.9);
        let mut outputs = vec![Vec::new(); 2];
        for (part, chain) in [(0..5000, None), (5000..5300, Some(&changed)), (5300..12_000, Some(&all()))] {
            if let Some(chain) = chain {
                prepared.update(chain).unwrap();
            }
            let mut piece: Vec<Vec<f32>> = planes.iter_mut().map(|plane| plane[part.clone()].to_vec()).collect();
            process(&mut prepared, &mut piece, length);
            outputs.iter_mut().zip(piece).for_each(|(output, piece)| output.extend(piece));
        }
        outputs
    };
    for profile in [Profile::Offline, Profile::Live] {
        let whole = run(profile, 12_000);
        for length in [1, 63, 64, 511, 1000] {
            assert!(run(profile, length) == whole, "blocks of {length}, {profile:?}");
        }
    }
}

#[test]
fn every_rate_and_number_of_channels() {
    for hz in [8000, 22_050, 48_000, 96_000, 192_000] {
        for channels in [1, 2, 6] {
            let mut chain = all();
            // What lies above half of the lowest rate.
            chain
                .effects
                .retain(|slot| hz > 8000 || slot.effect.name() == "gain" || slot.effect.name() == "compressor");
            let mut prepared = chain.prepare(rate(hz), channels).unwrap();
            let mut planes = noises(channels as u64, 3000, 0.5);
            process(&mut prepared, &mut planes, 700);
            assert!(planes.iter().flatten().all(|sample| sample.is_finite()));
            assert_eq!(prepared.non_finite(), 0);
        }
    }
}

#[test]
fn every_effect_alone_at_every_rate_takes_broken_samples_and_ends_in_silence() {
    for slot in all().effects {
        let name = slot.effect.name();
        let parameters = match &slot.effect {
            // What has no bands or branches by default, or has them too high for the lowest rate.
            Effect::Equalizer(_) => ", bands = [{ type = \"peak\", frequency_hz = 900, gain_db = 4 }]",
            Effect::MultibandCompressor(_) => ", crossovers_hz = [300], bands = [{}, {}]",
            Effect::DeEsser(_) => ", frequency_hz = 3000",
            Effect::Parallel(_) => ", branches = [{ gain_db = -3 }]",
            _ => "",
        };
        let chain = Chain::from_toml(&format!("effects = [{{ type = \"{name}\"{parameters} }}]")).unwrap();
        for hz in [8000, 44_100, 192_000] {
            for channels in [1, 2, 3] {
                let mut prepared = chain.prepare(rate(hz), channels).unwrap();
                let mut planes = noises(channels as u64, 3000, 0.5);
                planes[0][1000] = f32::NAN;
                planes[channels - 1][1001] = f32::NEG_INFINITY;
                planes[0][1500..1600].fill(f32::MIN_POSITIVE / 5.0);
                process(&mut prepared, &mut planes, 700);
                assert_eq!(prepared.non_finite(), 2, "{name} at {hz} Hz");
                assert!(planes.iter().flatten().all(|x| x.is_finite() && x.abs() < 20.0), "{name} at {hz} Hz");
                let mut rest = vec![vec![0.0; (prepared.latency() + prepared.tail()).0 as usize]; channels];
                process(&mut prepared, &mut rest, 4096);
                let mut end = vec![vec![0.0; 500]; channels];
                process(&mut prepared, &mut end, 500);
                assert!(end.iter().flatten().all(|x| x.abs() < 1e-4), "{name} at {hz} Hz rings longer than it says");
            }
        }
    }
}

#[test]
fn broken_samples_are_counted_and_become_silence() {
    let mut input = noises(2, 40_000, 0.5);
    input[0][100] = f32::NAN;
    input[0][101] = f32::INFINITY;
    input[1][5000] = f32::NEG_INFINITY;
    input[1][6000] = f32::MAX;
    let mut prepared = all().prepare(SampleRate::CD, 2).unwrap();
    process(&mut prepared, &mut input, 512);
    assert!(input.iter().flatten().all(|sample| sample.is_finite()));
    assert!((3..1000).contains(&prepared.non_finite()), "{}", prepared.non_finite());
    prepared.reset();
    assert_eq!(prepared.non_finite(), 0);
}

#[test]
fn silence_and_subnormal_numbers_end_in_silence() {
    let mut prepared = all().prepare(SampleRate::CD, 2).unwrap();
    let mut burst = noises(2, 1000, 0.5);
    process(&mut prepared, &mut burst, 512);
    let mut rest = vec![vec![f32::MIN_POSITIVE / 3.0; 1_000_000]; 2];
    process(&mut prepared, &mut rest, 4096);
    assert!(rest.iter().flatten().all(|sample| *sample == 0.0 || sample.is_normal()));
    assert!(rest.iter().all(|plane| plane[900_000..].iter().all(|sample| *sample == 0.0)));
}

#[test]
fn reset_is_a_new_beginning() {
    let mut prepared = all().prepare(SampleRate::CD, 2).unwrap();
    let (mut first, mut again) = (noises(2, 5000, 0.7), noises(2, 5000, 0.7));
    process(&mut prepared, &mut first, 512);
    prepared.reset();
    process(&mut prepared, &mut again, 512);
    assert!(first == again);
}

#[test]
fn gain_pan_and_width_follow_their_formulas() {
    let input = noises(2, 100, 0.8);
    let gained = through(&Chain::from([Gain { gain_db: -20.0, invert: true }]), &input);
    assert!(gained[1].iter().zip(&input[1]).all(|(out, x)| (out + 0.1 * x).abs() < 1e-7));
    let left = through(&Chain::from([Pan { position: -1.0 }]), &input);
    assert!(left[0].iter().zip(&input[0]).all(|(out, x)| (out - 2f32.sqrt() * x).abs() < 1e-6));
    assert!(left[1].iter().all(|out| out.abs() < 1e-7));
    let middle = through(&Chain::from([Pan { position: 0.0 }]), &input);
    assert!(middle.concat().iter().zip(input.concat()).all(|(out, x)| (out - x).abs() < 1e-6));
    let mono = through(&Chain::from([Width { width: 0.0 }]), &input);
    assert!(mono[0] == mono[1] && (mono[0][7] - 0.5 * (input[0][7] + input[1][7])).abs() < 1e-7);
    let wide = through(&Chain::from([Width { width: 2.0 }]), &input);
    assert!((wide[0][3] - wide[1][3] - 2.0 * (input[0][3] - input[1][3])).abs() < 1e-6);
}

#[test]
fn a_constant_offset_is_removed_and_tones_stay() {
    let tone: Vec<f32> =
        (0..88_200).map(|n| 0.3 + 0.5 * (TAU * 100.0 * f64::from(n) / 44_100.0).sin() as f32).collect();
    let chain = Chain::from_toml("[[effects]]\ntype = \"dc_filter\"\n").unwrap();
    let output = &through(&chain, &[tone])[0][44_100..];
    let mean: f32 = output.iter().sum::<f32>() / output.len() as f32;
    let level = rae_testkit::db(rae_testkit::amplitude_at(output, 100.0, 44_100));
    assert!(mean.abs() < 1e-4 && (level - rae_testkit::db(0.5)).abs() < 0.02, "{mean} {level}");
}

fn linear_phase(gain_db: f64) -> Effect {
    Equalizer { linear_phase: true, bands: vec![Band::Peak { frequency_hz: 2000.0, gain_db, q: 1.0 }] }.into()
}

#[test]
fn dry_sound_and_other_branches_wait_for_latency() {
    let input = noises(2, 9000, 0.5);
    // A flat filter of linear phase is nothing but a delay: halves of dry and wet, and a dry branch, fit together.
    let mut halves = Chain::from([linear_phase(0.0)]);
    assert!(halves.prepare(SampleRate::CD, 2).unwrap().latency() > Frames(500));
    halves.effects[0].mix = 0.5;
    let branches = Chain::from([Parallel {
        branches: vec![
            Branch { gain_db: -6.020_599_9, mute: false, effects: vec![linear_phase(0.0).into()] },
            Branch { gain_db: -6.020_599_9, mute: false, effects: Vec::new() },
            Branch { gain_db: 0.0, mute: true, effects: Vec::new() },
        ],
    }]);
    let mut bypassed = Chain::from([linear_phase(6.0)]);
    bypassed.effects[0].bypass = true;
    for chain in [halves, branches, bypassed.clone()] {
        for (output, input) in through(&chain, &input).iter().zip(&input) {
            assert!(output.iter().zip(input).all(|(out, x)| (out - x).abs() < 1e-5));
        }
    }
    assert!(through(&bypassed, &input) == input);
}

/// What comes out lies between what a chain that was never bypassed makes, and its input, delayed.
fn wakes_between(chains: &[(usize, &Chain)], name: &str) {
    let total = chains.iter().map(|(frames, _)| frames).sum::<usize>();
    let input: Vec<f32> = (0..total).map(|n| (0.2 * (TAU * 150.0 * n as f64 / 44_100.0).sin()) as f32).collect();
    let last = chains.last().unwrap().1;
    let mut always = last.prepare(SampleRate::CD, 1).unwrap();
    let mut wet = [input.clone()];
    process(&mut always, &mut wet, 500);
    let mut prepared = chains[0].1.prepare(SampleRate::CD, 1).unwrap();
    let mut out = input.clone();
    let mut start = 0;
    for &(frames, chain) in chains {
        prepared.update(chain).unwrap();
        out[start..start + frames].chunks_mut(500).for_each(|block| prepared.process(&mut [block]));
        start += frames;
    }
    let (asleep, latency) = (total - chains.last().unwrap().0, always.latency().0 as usize);
    for n in asleep..total {
        let (dry, wet) = (input[n - latency], wet[0][n]);
        assert!(
            (dry.min(wet) - 1e-4..=dry.max(wet) + 1e-4).contains(&out[n]),
            "{name}: {} at {n}: {dry} to {wet}",
            out[n]
        );
    }
    assert!((out[total - 1] - wet[0][total - 1]).abs() < 1e-3, "{name}: not awake");
}

#[test]
fn what_wakes_is_heard_when_it_knows_what_it_needs() {
    let equalizer = |gain_db: f64| -> Effect {
        Equalizer { linear_phase: true, bands: vec![Band::Peak { frequency_hz: 150.0, gain_db, q: 2.0 }] }.into()
    };
    let branch = |gain_db: f64, effect: Effect| -> Effect {
        Parallel { branches: vec![Branch { gain_db, mute: false, effects: vec![effect.into()] }] }.into()
    };
    let bypassed = |effect: Effect, bypass: bool| Chain {
        description: String::new(),
        effects: vec![Slot { effect, mix: 1.0, bypass }],
    };
    let (asleep, awake) = (bypassed(equalizer(6.0), true), bypassed(equalizer(6.0), false));
    let latency = awake.prepare(SampleRate::CD, 1).unwrap().latency().0 as usize;
    let (before, after) = (latency + 1000, 2 * latency + 4000);
    wakes_between(&[(before, &asleep), (after, &awake)], "the same settings");
    let other = bypassed(equalizer(9.0), true);
    wakes_between(&[(before, &other), (after, &awake)], "new settings");
    let within = |bypass: bool| bypassed(branch(0.0, equalizer(6.0)), bypass);
    wakes_between(&[(before, &within(true)), (after, &within(false))], "within a branch");
    // The branch's gain is on its way down when the last of it is heard.
    let loud = bypassed(branch(40.0, gain(0.0)), false);
    let going = bypassed(branch(40.0, gain(0.0)), true);
    let (asleep, awake) = (bypassed(branch(0.0, gain(0.0)), true), bypassed(branch(0.0, gain(0.0)), false));
    wakes_between(&[(3000, &loud), (700, &going), (1000, &asleep), (3000, &awake)], "a gain");
}

/// The largest second difference: a click is a corner.
fn roughness(samples: &[f32]) -> f32 {
    samples.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).fold(0.0, f32::max)
}

#[test]
fn changes_of_parameters_do_not_click_and_arrive() {
    let band = |gain_db: f64| Equalizer {
        linear_phase: false,
        bands: vec![Band::Peak { frequency_hz: 400.0, gain_db, q: 1.0 }],
    };
    let mut bypassed = Chain::from([Effect::from(band(12.0)), gain(0.0)]);
    bypassed.effects[0].bypass = true;
    let chains = [
        Chain::from([Effect::from(band(0.0)), gain(0.0)]),
        Chain::from([Effect::from(band(12.0)), gain(0.0)]),
        Chain::from([Effect::from(band(12.0)), gain(-12.0)]),
        bypassed,
    ];
    let tone: Vec<f32> = (0..16_000).map(|n| (0.2 * (TAU * 400.0 * f64::from(n) / 44_100.0).sin()) as f32).collect();
    let mut prepared = chains[0].prepare(SampleRate::CD, 1).unwrap();
    let mut planes = [tone.clone()];
    for (chain, block) in chains.iter().zip(planes[0].chunks_mut(4000)) {
        prepared.update(chain).unwrap();
        prepared.process(&mut [block]);
    }
    // The tone alone bends by (2π·400/44100)² of its amplitude, at most 0.8 here.
    let bend = (TAU * 400.0 / 44_100.0).powi(2) as f32;
    assert!(roughness(&planes[0]) < 0.8 * bend * 1.1, "{} and {bend}", roughness(&planes[0]));
    for (settled, expected) in [(3500, 0.2), (7500, 0.8), (11_500, 0.2), (15_500, 0.2)] {
        let level = rae_testkit::peak(&planes[0][settled..settled + 450]);
        assert!((level / expected - 1.0).abs() < 0.02, "{level} instead of {expected} at {settled}");
    }
}

#[test]
fn what_a_running_chain_cannot_take_over_is_refused_and_changes_nothing() {
    let mut prepared = all().prepare(SampleRate::CD, 2).unwrap();
    let mut fewer = all();
    fewer.effects.pop();
    let mut other = all();
    other.effects[0].effect = Pan::default().into();
    for chain in [fewer, other] {
        let error = prepared.update(&chain).unwrap_err();
        assert!(error.to_string().contains("prepare the chain anew"), "{error}");
    }
    let mut later = Chain::from([linear_phase(3.0)]).prepare(SampleRate::CD, 1).unwrap();
    let short = Equalizer { linear_phase: false, bands: Vec::new() };
    assert!(later.update(&Chain::from([short])).unwrap_err().to_string().contains("change its latency"));
    assert_eq!(prepared.chain(), &all());
}

#[test]
fn whole_recordings_keep_or_cut_what_rings() {
    let chain = Chain::from([Equalizer {
        linear_phase: false,
        bands: vec![Band::Peak { frequency_hz: 100.0, gain_db: 20.0, q: 10.0 }],
    }]);
    let prepare = || chain.prepare(SampleRate::CD, 1).unwrap();
    let input = AudioBuffer::from_planar(vec![0.5; 1000], 1).unwrap();
    let tail = prepare().tail().0 as usize;
    let kept = prepare().process_whole(&input, Tail::Keep);
    assert_eq!((kept.frames(), prepare().process_whole(&input, Tail::Cut).frames()), (1000 + tail, 1000));
    assert_eq!(prepare().process_whole(&input, Tail::Frames(Frames(7))).frames(), 1007);
    let end = rae_testkit::peak(&kept.channel(0)[kept.frames() - 400..]);
    assert!(end < 1e-4 && end > 1e-9, "{end}");
    assert_eq!(prepare().process_whole(&AudioBuffer::new(1, 0), Tail::Cut).frames(), 0);
}

#[test]
fn the_example_of_the_documentation_is_a_chain() {
    let text = include_str!("../../../docs/chains.md");
    let example = text.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let chain = Chain::from_toml(example).unwrap();
    assert_eq!(chain.effects.len(), 3);
    chain.prepare(SampleRate::CD, 2).unwrap();
}
