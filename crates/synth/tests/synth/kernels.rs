//! Every instruction set follows the scalar twin, and none depends on how it is asked.

use rae_synth::{
    Block, Buses, CpuExecutor, Executor, InstructionSet, Interpolation, LowPass, QUANTUM, SampleSource, Segment,
    Settings, VoiceBlock,
};
use rae_testkit::{Random, noise, zone};

use crate::bits::{busy_bank, busy_piece};
use crate::piece::Piece;
use rae_soundfont::Generator;
use rae_testkit::BankBuilder;

const FRAMES: usize = 60_000;

fn available() -> impl Iterator<Item = InstructionSet> {
    InstructionSet::ALL.into_iter().filter(|set| set.is_available())
}

fn settings(instructions: InstructionSet, interpolation: Interpolation) -> Settings {
    Settings { instructions, interpolation, ..Settings::default() }
}

/// Largest difference of two signals, over the second's peak.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    let peak = b.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    a.iter().zip(b).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs())) / peak
}

#[test]
fn a_busy_piece_sounds_as_with_the_twin() {
    for interpolation in [Interpolation::Sinc, Interpolation::Cubic, Interpolation::Linear] {
        let render = |set| busy_piece().render_with(&busy_bank(), FRAMES, &settings(set, interpolation)).buses;
        let twin = render(InstructionSet::Scalar);
        for set in available() {
            let buses = render(set);
            for (name, bus, twin) in [
                ("left", &buses.left, &twin.left),
                ("right", &buses.right, &twin.right),
                ("reverb", &buses.reverb, &twin.reverb),
                ("chorus", &buses.chorus, &twin.chorus),
            ] {
                let worst = difference(bus, twin);
                assert!(worst < 1e-5, "{set}, {interpolation:?}, {name}: {worst}");
            }
        }
    }
}

#[test]
fn single_voices_follow_the_twin_at_every_pitch() {
    let mut random = Random::new(5);
    let bank = |cutoff: i16, resonance: i16| {
        let filtered = zone(0)
            .set(Generator::SampleModes, 1)
            .set(Generator::InitialFilterFc, cutoff)
            .set(Generator::InitialFilterQ, resonance);
        BankBuilder::new().sample(&noise(3, 5_000), Some(100..4_000)).instrument([filtered]).preset(0, 0, [zone(0)])
    };
    for key in 0..128 {
        let (cutoff, resonance) = (2_000 + random.below(11_500) as i16, random.below(300) as i16);
        let bank = bank(cutoff, resonance);
        let piece = || Piece::new().on(random_onset(key), 0, key, 100).off(3_000, 0, key);
        let render = |set| piece().render_with(&bank, 6_000, &settings(set, Interpolation::Sinc)).buses.left;
        let twin = render(InstructionSet::Scalar);
        for set in available() {
            let worst = difference(&render(set), &twin);
            assert!(worst < 1e-5, "{set}, key {key}, cutoff {cutoff}, resonance {resonance}: {worst}");
        }
    }
}

/// A few cents above the recorded pitch, where 16 frames reach furthest on the grid of twice the rate.
#[test]
fn voices_a_hair_sharp_follow_the_twin() {
    for cents in 1..=6 {
        let tuned = zone(0).set(Generator::SampleModes, 1).set(Generator::FineTune, cents);
        let bank =
            BankBuilder::new().sample(&noise(4, 5_000), Some(100..4_000)).instrument([tuned]).preset(0, 0, [zone(0)]);
        for onset in [0, 13, 37] {
            let piece = || Piece::new().on(onset, 0, 60, 100);
            let render = |set| piece().render_with(&bank, 9_000, &settings(set, Interpolation::Sinc)).buses.left;
            let twin = render(InstructionSet::Scalar);
            for set in available() {
                let worst = difference(&render(set), &twin);
                assert!(worst < 1e-5, "{set}, {cents} cents, onset {onset}: {worst}");
            }
        }
    }
}

/// Where the poles of a recursion over many frames meet: at fractions of the rate, with low tones.
#[test]
fn low_tones_through_sharp_filters_follow_the_twin() {
    let cents = |hz: f64| (1200.0 * (hz / 8.176).log2()).round() as i16;
    for (cutoff, resonance) in [1.0, 2.0, 3.0, 4.0, 6.0, 7.0]
        .into_iter()
        .flat_map(|part| [0, 60, 100, 150, 200, 300, 400].map(|q| (cents(44_100.0 / 16.0 * part), q)))
    {
        let filtered = zone(0)
            .set(Generator::SampleModes, 1)
            .set(Generator::InitialFilterFc, cutoff)
            .set(Generator::InitialFilterQ, resonance);
        let sample = rae_testkit::sine(44.1, 44_100, 4_000);
        let bank =
            BankBuilder::new().sample(&sample, Some(1_000..3_000)).instrument([filtered]).preset(0, 0, [zone(0)]);
        let piece = || Piece::new().on(17, 0, 60, 100);
        let render = |set| piece().render_with(&bank, 6_000, &settings(set, Interpolation::Sinc)).buses.left;
        let twin = render(InstructionSet::Scalar);
        for set in available() {
            let worst = difference(&render(set), &twin);
            assert!(worst < 1e-5, "{set}, cutoff {cutoff}, resonance {resonance}: {worst}");
        }
    }
}

/// Onsets all over the grid.
fn random_onset(key: u8) -> u64 {
    u64::from(key) * 37 % 512
}

#[test]
fn a_filter_that_is_no_number_does_not_go_on_for_ever() {
    let font = BankBuilder::one_sample(&noise(6, 1_000), None).build();
    let segment = |offset| Segment {
        offset,
        frames: QUANTUM as u32,
        phase: (200 + u64::from(offset)) << 32,
        increment: 1 << 32,
        looping: false,
        wrapped: false,
        filter: Some(LowPass { b0: f64::NAN, a1: -1.5, a2: 0.6 }),
        gains: [0.5; 4],
        slopes: [0.0; 4],
    };
    let source = SampleSource { sample: 0, start: 0, end: 1_000, loop_start: 0, loop_end: 0 };
    let voice = VoiceBlock { serial: 0, slot: 0, fresh: true, source, segments: 0..2 };
    let frames = 2 * QUANTUM;
    let block = Block { frames, voices: vec![voice], segments: vec![segment(0), segment(QUANTUM as u32)] };
    for set in available() {
        let mut buses = Buses::new(frames);
        CpuExecutor::new(Interpolation::Sinc, set).render(&font, &block, &mut buses);
        assert!(buses.left.iter().all(|x| x.is_nan()), "{set}");
    }
}

/// Segments that follow one another are read and filtered as one run, where their lengths allow; nothing may depend on that.
#[test]
fn segments_sound_the_same_together_and_alone() {
    const LOOP: std::ops::Range<u32> = 100..1_900;
    let font = BankBuilder::one_sample(&noise(8, 2_000), Some(LOOP)).build();
    let source = SampleSource { sample: 0, start: 0, end: 2_000, loop_start: LOOP.start, loop_end: LOOP.end };
    let filters = [(0.02, -1.56, 0.64), (0.3, -0.2, 0.4), (0.0001, -1.99, 0.9904)];
    let mut random = Random::new(11);
    let mut below = |limit: u64| random.next_u64() % limit;
    for case in 0..300 {
        let increment = match case % 5 {
            0 => 1 << 32,
            1 => (1 << 32) + below(10_000_000),
            _ => 1 + below(5 << 31),
        };
        let (mut offset, mut phase, mut wrapped) = (0, (below(1_000) << 32) + below(2) * 77_777, false);
        let mut filter = None;
        let mut segments = Vec::new();
        for _ in 0..=below(12) {
            let frames = match below(4) {
                0 => QUANTUM as u64,
                1 => 1 + below(QUANTUM as u64),
                _ => 8 * (1 + below(8)),
            };
            if below(3) == 0 {
                filter = filters.get(below(4) as usize).map(|&(b0, a1, a2)| LowPass { b0, a1, a2 });
            }
            segments.push(Segment {
                offset,
                frames: frames as u32,
                phase,
                increment,
                looping: true,
                wrapped,
                filter,
                gains: [0.5, 0.2, 0.0, 0.1],
                slopes: [0.001, 0.0, 0.0, 0.0],
            });
            (offset, phase) = (offset + frames as u32, phase + frames * increment);
            while phase >> 32 >= u64::from(LOOP.end) {
                (phase, wrapped) = (phase - (u64::from(LOOP.end - LOOP.start) << 32), true);
            }
        }
        let frames = (offset as usize).next_multiple_of(QUANTUM);
        let voice = |fresh, count| VoiceBlock { serial: 0, slot: 0, fresh, source, segments: 0..count };
        for set in available() {
            for interpolation in [Interpolation::Sinc, Interpolation::Cubic] {
                let (mut together, mut alone) = (Buses::new(frames), Buses::new(frames));
                let block = Block { frames, voices: vec![voice(true, segments.len())], segments: segments.clone() };
                CpuExecutor::new(interpolation, set).render(&font, &block, &mut together);
                let mut executor = CpuExecutor::new(interpolation, set);
                for (i, segment) in segments.iter().enumerate() {
                    let block = Block { frames, voices: vec![voice(i == 0, 1)], segments: vec![*segment] };
                    executor.render(&font, &block, &mut alone);
                }
                assert!(together == alone, "{set}, {interpolation:?}, case {case}");
                assert!(together.left.iter().all(|x| x.is_finite()), "{set}, case {case}");
            }
        }
    }
}

#[test]
fn names_are_read_back_and_unknown_ones_list_the_choices() {
    for set in available() {
        assert_eq!(set.to_string().parse(), Ok(set));
    }
    let error = "mmx".parse::<InstructionSet>().unwrap_err();
    assert!(error.contains("mmx") && error.contains("scalar"), "{error}");
}
