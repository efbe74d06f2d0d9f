//! Echoes and the network reverb: times and levels as they say.

use rae_dsp::AudioBuffer;
use rae_dsp::biquad::{Biquad, Cascade};
use rae_dsp::hash::noise;
use rae_effects::chain::{Chain, Effect, Slot, Tail};
use rae_effects::echo::Echo;
use rae_effects::network::Reverb;
use rae_units::{Frames, SampleRate};

/// The effect alone.
fn wet(effect: impl Into<Effect>) -> Chain {
    Chain { description: String::new(), effects: vec![Slot { effect: effect.into(), mix: 1.0, bypass: false }] }
}

fn through(chain: &Chain, rate: SampleRate, planes: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut prepared = chain.prepare(rate, planes.len()).unwrap();
    let buffer = AudioBuffer::from_planar(planes.concat(), planes.len()).unwrap();
    let output = prepared.process_whole(&buffer, Tail::Keep);
    (0..planes.len()).map(|channel| output.channel(channel).to_vec()).collect()
}

fn impulse(channels: usize) -> Vec<Vec<f32>> {
    vec![vec![1.0]; channels]
}

#[test]
fn echoes_come_when_and_as_loud_as_they_say() {
    let echo = Echo { time_s: 0.1, feedback: 0.5, ..Echo::default() };
    let out = &through(&wet(echo), SampleRate::CD, &impulse(1))[0];
    for (n, sample) in out.iter().enumerate() {
        let expected = if n % 4410 == 0 && n > 0 { 0.5f32.powi((n / 4410) as i32 - 1) } else { 0.0 };
        assert!((sample - expected).abs() < 1e-7, "{sample} at {n}");
    }
    // Down by 100 dB at the end.
    assert!(out.len() > 4410 * 17 && out.len() < 4410 * 20, "{}", out.len());
    let beats = Echo { beats: Some(0.75), tempo_bpm: 90.0, feedback: 0.0, ..Echo::default() };
    let out = &through(&wet(beats), SampleRate::CD, &impulse(1))[0];
    assert_eq!(out.iter().position(|sample| *sample != 0.0), Some(22_050));
}

#[test]
fn long_echoes_ring_until_they_are_100_db_down() {
    let echo = Echo { time_s: 5.0, feedback: 0.95, ..Echo::default() };
    let tail = wet(echo).prepare(SampleRate::CD, 1).unwrap().tail();
    let echoes = (1e-5f64.ln() / 0.95f64.ln()).ceil() as u64;
    assert!(tail >= Frames(echoes * 220_500), "{tail:?}");
}

#[test]
fn echoes_that_change_do_not_click_and_those_on_their_way_arrive() {
    let first = Echo { time_s: 0.2, feedback: 0.3, ..Echo::default() };
    let louder = Echo { feedback: 0.8, low_cut_hz: Some(80.0), ..first.clone() };
    let later = Echo { time_s: 0.5, ..first.clone() };
    for second in [louder, later] {
        let mut prepared = wet(first.clone()).prepare(SampleRate::CD, 1).unwrap();
        let tone = |n: usize| (std::f64::consts::TAU * 200.0 * n as f64 / 44_100.0).sin() as f32;
        // It comes in softly.
        let mut samples: Vec<f32> = (0..132_300).map(|n| tone(n) * (n as f32 / 20_000.0).min(1.0)).collect();
        let (before, after) = samples.split_at_mut(50_000);
        prepared.process(&mut [before]);
        prepared.update(&wet(second.clone())).unwrap();
        prepared.process(&mut [after]);
        let bend = samples.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).fold(0.0f32, f32::max);
        let loudest = samples.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        // A tone bends by (2πf/rate)² of its amplitude.
        let expected = loudest * (std::f32::consts::TAU * 200.0 / 44_100.0).powi(2);
        assert!(bend < 1.5 * expected, "{second:?}: {bend} beside {expected}");
    }
    let mut prepared = wet(first.clone()).prepare(SampleRate::CD, 1).unwrap();
    let mut samples = vec![0.0; 20_000];
    samples[0] = 1.0;
    let (before, after) = samples.split_at_mut(5000);
    prepared.process(&mut [before]);
    prepared.update(&wet(Echo { time_s: 0.5, ..first })).unwrap();
    prepared.process(&mut [after]);
    assert!((samples[8820] - 1.0).abs() < 1e-6 && (samples[17_640] - 0.3).abs() < 1e-6);
}

#[test]
fn ping_pong_goes_from_side_to_side() {
    let echo = Echo { time_s: 0.01, feedback: 0.8, ping_pong: true, ..Echo::default() };
    let out = through(&wet(echo), SampleRate::CD, &[vec![1.0], vec![0.0]]);
    for k in 1..20usize {
        let expected = 0.5 * 0.8f32.powi(k as i32 - 1);
        let (here, there) = (out[(k + 1) % 2][441 * k], out[k % 2][441 * k]);
        assert!((here - expected).abs() < 1e-6 && there == 0.0, "echo {k}: {here} and {there}");
    }
}

#[test]
fn every_echo_passes_the_cuts_once_more() {
    let echo =
        Echo { time_s: 0.2, feedback: 0.9, low_cut_hz: Some(300.0), high_cut_hz: Some(2000.0), ..Echo::default() };
    let out = &through(&wet(echo), SampleRate::CD, &impulse(1))[0];
    for k in 1..4usize {
        let part = &out[8820 * k - 50..8820 * (k + 1) - 50];
        for hz in [100.0f64, 800.0, 6000.0] {
            let omega = std::f64::consts::TAU * hz / 44_100.0;
            let (mut re, mut im) = (0.0, 0.0);
            for (n, sample) in part.iter().enumerate() {
                let angle = omega * n as f64;
                re += f64::from(*sample) * angle.cos();
                im += f64::from(*sample) * angle.sin();
            }
            let found = 20.0 * re.hypot(im).log10();
            // Of first order by the bilinear transform.
            let tan = |hz: f64| (std::f64::consts::PI * hz / 44_100.0).tan();
            let high = tan(hz) / tan(300.0);
            let low = tan(hz) / tan(2000.0);
            let once = 10.0 * (high * high / (1.0 + high * high) / (1.0 + low * low)).log10();
            let expected = k as f64 * once + 20.0 * 0.9f64.log10() * (k as f64 - 1.0);
            assert!((found - expected).abs() < 0.2, "echo {k} at {hz} Hz: {found} not {expected} dB");
        }
    }
}

#[test]
fn echoes_on_their_way_arrive_after_a_change() {
    let chain = |time_s: f64| wet(Echo { time_s, feedback: 0.0, ..Echo::default() });
    let mut prepared = chain(0.5).prepare(SampleRate::CD, 1).unwrap();
    let mut samples = vec![0.0f32; 44_100];
    samples[5000] = 1.0;
    let (first, rest) = samples.split_at_mut(10_000);
    prepared.process(&mut [first]);
    prepared.update(&chain(0.3)).unwrap();
    prepared.process(&mut [rest]);
    assert_eq!(samples.iter().position(|sample| *sample > 0.5), Some(5000 + 22_050));
    assert_eq!(samples.iter().filter(|sample| **sample != 0.0).count(), 1);
}

#[test]
fn echoes_that_cannot_be_are_refused() {
    let error = |echo: Echo| wet(echo).prepare(SampleRate::CD, 2).unwrap_err().to_string();
    assert!(error(Echo { time_s: 6.0, ..Echo::default() }).contains("effects[0] (delay): time_s = 6"));
    assert!(error(Echo { feedback: 1.0, ..Echo::default() }).contains("feedback = 1 is outside 0 to 0.95"));
    assert!(error(Echo { beats: Some(16.0), tempo_bpm: 20.0, ..Echo::default() }).contains("48.00 s"));
}

/// Seconds for 60 dB of decay around a frequency, by Schroeder's backward integration from −5 to −35 dB.
fn decay_time(response: &[f32], hz: f64, rate: SampleRate) -> f64 {
    let fs = f64::from(rate.hz());
    let omega = std::f64::consts::TAU * hz / fs;
    let alpha = omega.sin() / (2.0 * 4.3);
    let a0 = 1.0 + alpha;
    let band = Biquad { b: [alpha / a0, 0.0, -alpha / a0], a: [-2.0 * omega.cos() / a0, (1.0 - alpha) / a0] };
    let mut samples = response.to_vec();
    Cascade::new(&[band, band], 1).process(0, &mut samples);
    let mut left: Vec<f64> = samples.iter().map(|x| f64::from(*x).powi(2)).collect();
    for n in (0..left.len() - 1).rev() {
        left[n] += left[n + 1];
    }
    let reached = |db: f64| left.iter().position(|x| *x <= left[0] * 10f64.powf(db / 10.0)).unwrap() as f64;
    (reached(-35.0) - reached(-5.0)) * 2.0 / fs
}

#[test]
fn the_network_decays_in_its_time_at_every_rate() {
    for hz in [22_050, 44_100, 96_000] {
        let rate = SampleRate::new(hz).unwrap();
        for (time_s, high_ratio, size) in [(0.8, 1.0, 0.6), (2.5, 0.4, 1.0)] {
            let reverb = Reverb { time_s, high_ratio, size, ..Reverb::default() };
            let out = through(&wet(reverb), rate, &impulse(2));
            let low = decay_time(&out[0], 250.0, rate);
            assert!((low / time_s - 1.0).abs() < 0.1, "{low} s instead of {time_s} at {hz} Hz");
            let high = decay_time(&out[1], 8000.0, rate);
            assert!((high / (time_s * high_ratio) - 1.0).abs() < 0.12, "{high} s of {time_s}·{high_ratio} at {hz} Hz");
        }
    }
}

#[test]
fn noise_comes_out_of_the_network_at_its_own_level_on_both_sides() {
    for (time_s, high_ratio) in [(0.3, 1.0), (1.0, 0.5), (2.0, 0.3)] {
        let reverb = Reverb { time_s, high_ratio, ..Reverb::default() };
        for channels in [1, 2] {
            let input: Vec<Vec<f32>> =
                (0..channels).map(|c| (0..300_000).map(|n| 0.3 * noise(c, n) as f32).collect()).collect();
            let out = through(&wet(reverb.clone()), SampleRate::CD, &input);
            for channel in &out {
                let level = rae_testkit::db(rae_testkit::rms(&channel[150_000..300_000]) / rae_testkit::rms(&input[0]));
                assert!(level.abs() < 1.0, "{time_s} s, {channels} channels: {level} dB");
            }
        }
    }
}

#[test]
fn the_network_is_dense_wide_and_not_metallic() {
    let out = through(&wet(Reverb { pre_delay_ms: 20.0, ..Reverb::default() }), SampleRate::CD, &impulse(2));
    assert!(out[0][..882].iter().all(|sample| *sample == 0.0));
    // A tenth of a second on, sound is as Gaussian noise: about a third of all samples exceed the root mean square.
    let part = &out[0][8820..17_640];
    let rms = rae_testkit::rms(part) as f32;
    let above = part.iter().filter(|sample| sample.abs() > rms).count() as f64 / part.len() as f64;
    assert!((0.25..0.38).contains(&above), "{above}");
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    let alike = dot(&out[0], &out[1]) / (dot(&out[0], &out[0]) * dot(&out[1], &out[1])).sqrt();
    assert!(alike.abs() < 0.15, "{alike}");
    let narrow = through(&wet(Reverb { width: 0.0, ..Reverb::default() }), SampleRate::CD, &impulse(2));
    assert!(narrow[0].iter().zip(&narrow[1]).all(|(a, b)| (a - b).abs() < 1e-6));
}

#[test]
fn the_networks_tail_is_as_long_as_it_says() {
    let chain = wet(Reverb { time_s: 0.5, high_ratio: 1.0, ..Reverb::default() });
    let prepared = chain.prepare(SampleRate::CD, 2).unwrap();
    let out = through(&chain, SampleRate::CD, &impulse(2));
    assert_eq!(Frames(out[0].len() as u64), Frames(prepared.tail().0 + 1));
    let peak = rae_testkit::peak(&out[0]);
    let end = rae_testkit::peak(&out[0][out[0].len() - 500..]);
    assert!(end < 1e-4 * peak && end > 0.0);
}
