//! Second-order filters against scipy's, against their formulas, and against themselves in other blocks.

use rae_dsp::biquad::{Biquad, Cascade};
use rae_dsp::hash::noise;
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn agrees_with_scipy() {
    let vectors: Value = serde_json::from_str(include_str!("../../../tests/vectors/sosfilt.json")).unwrap();
    let input: Vec<f32> = numbers(&vectors["input"]).iter().map(|&x| x as f32).collect();
    for case in vectors["cases"].as_array().unwrap() {
        let sections: Vec<Biquad> = case["sections"]
            .as_array()
            .unwrap()
            .iter()
            .map(|section| {
                let c = numbers(section);
                Biquad { b: [c[0], c[1], c[2]], a: [c[4], c[5]] }
            })
            .collect();
        let mut cascade = Cascade::new(&sections, 1);
        let mut output = input.clone();
        output.chunks_mut(37).for_each(|block| cascade.process(0, block));
        let expected = numbers(&case["output"]);
        let peak = expected.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        for (found, expected) in output.iter().zip(&expected) {
            let error = (f64::from(*found) - expected).abs() / peak.max(1.0);
            assert!(error <= 1e-6, "{}: {found} instead of {expected}", case["name"]);
        }
    }
}

/// The amplitude of a tone after a filter, once it has settled.
fn measured(filter: Biquad, cycles: f64) -> f64 {
    let mut cascade = Cascade::new(&[filter], 1);
    let phase = |n: usize| std::f64::consts::TAU * cycles * n as f64;
    let mut samples: Vec<f32> = (0..48_000).map(|n| phase(n).sin() as f32).collect();
    cascade.process(0, &mut samples);
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate().skip(24_000) {
        re += f64::from(*sample) * phase(n).cos() / 12_000.0;
        im += f64::from(*sample) * phase(n).sin() / 12_000.0;
    }
    re.hypot(im)
}

#[test]
fn the_response_is_what_tones_measure() {
    for cycles in [0.01, 0.1, 0.25, 0.4] {
        for filter in [Biquad::low_pass(0.1, 0.9), Biquad::high_pass(0.2, 3.0), Biquad::high_pass_1(0.1)] {
            assert!((measured(filter, cycles) - filter.magnitude(cycles)).abs() < 1e-5);
        }
        assert!((Biquad::all_pass(0.13, 2.0).magnitude(cycles) - 1.0).abs() < 1e-12);
    }
    let half = std::f64::consts::FRAC_1_SQRT_2;
    assert!((Biquad::low_pass(0.2, half).magnitude(0.2) - half).abs() < 1e-12);
    assert!((Biquad::high_pass(0.2, half).magnitude(0.2) - half).abs() < 1e-12);
    assert!((Biquad::high_pass_1(0.2).magnitude(0.2) - half).abs() < 1e-12);
}

#[test]
fn same_bits_for_every_block_length_and_channel() {
    let filters = [Biquad::low_pass(0.1, 2.0), Biquad::high_pass(0.01, 0.7), Biquad::all_pass(0.3, 1.0)];
    let input: Vec<f32> = (0..3000).map(|n| noise(1, n) as f32).collect();
    let run = |length: usize| {
        let mut cascade = Cascade::new(&filters, 2);
        let mut output = input.clone();
        for block in output.chunks_mut(length) {
            cascade.process(0, &mut block.to_vec());
            cascade.process(1, block);
        }
        output
    };
    let whole = run(3000);
    for length in [1, 2, 7, 8, 9, 64, 513, 1000] {
        assert!(run(length) == whole, "blocks of {length}");
    }
    let mut cascade = Cascade::new(&filters, 1);
    cascade.process(0, &mut [1.0; 77]);
    cascade.reset();
    let mut output = input.clone();
    cascade.process(0, &mut output);
    assert!(output == whole);
}

#[test]
fn dies_away_to_exact_silence_within_its_tail() {
    let resonance = Biquad::low_pass(0.001, 20.0);
    let mut cascade = Cascade::new(&[resonance], 1);
    let mut pulse = vec![0.0; 64];
    pulse[0] = 1.0;
    cascade.process(0, &mut pulse);
    let mut tail = vec![0.0; cascade.tail()];
    cascade.process(0, &mut tail);
    let loudest = tail.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    let mut after = vec![0.0; 2000];
    cascade.process(0, &mut after);
    let rest = after.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    assert!(rest < loudest * 2e-5 && rest > 0.0, "{rest} after {loudest}");
    let mut long = vec![0.0; 8 * cascade.tail()];
    cascade.process(0, &mut long);
    assert!(long.iter().all(|x| *x == 0.0 || x.is_normal()) && long.last() == Some(&0.0));
}

#[test]
fn a_pair_has_the_bits_of_each_by_itself() {
    let filters = [Biquad::high_pass(0.001, 0.7), Biquad::low_pass(0.2, 2.0)];
    let signals = [1, 2].map(|seed| (0..2000).map(|n| noise(seed, n) as f32).collect::<Vec<f32>>());
    let mut single = signals.clone();
    let mut cascade = Cascade::new(&filters, 2);
    single.iter_mut().enumerate().for_each(|(channel, samples)| cascade.process(channel, samples));
    for length in [1, 64, 100, 2000] {
        let (mut pair, mut cascade) = (signals.clone(), Cascade::new(&filters, 2));
        let [left, right] = &mut pair;
        for (left, right) in left.chunks_mut(length).zip(right.chunks_mut(length)) {
            cascade.process_pair(0, [left, right]);
        }
        assert!(pair == single, "blocks of {length}");
    }
    // One channel that is ahead of the other.
    let (mut pair, mut cascade) = (signals.clone(), Cascade::new(&filters, 2));
    let [left, right] = &mut pair;
    cascade.process(0, &mut left[..37]);
    cascade.process_pair(0, [&mut left[37..1037], &mut right[..1000]]);
    cascade.process(0, &mut left[1037..]);
    cascade.process(1, &mut right[1000..]);
    assert!(pair == single);
}
