//! Send reverbs and choruses that songs ask for.

use rae_dsp::AudioBuffer;
use rae_effects::{
    BusBlock, BusSettings, Chorus, ChorusSend, PreparedBus, ReverbKind, ReverbSend, ReverbSettings, Sends,
    send_response,
};
use rae_units::{Frames, SampleRate, Seconds};

const RATE: usize = 44_100;

fn reverb(kind: ReverbKind, seconds: f64) -> ReverbSend {
    ReverbSend { kind, time: Seconds(seconds), ..Sends::DEFAULT.reverb }
}

/// The time for 60 dB, from the energy that is left between 5 and 25 dB below the start (Schroeder, doi:10.1121/1.1909343),
/// of what a resonance at 1 kHz hears.
fn decay_time(channel: &[f32]) -> f64 {
    let step = std::f64::consts::TAU * 1000.0 / RATE as f64;
    let (radius, mut before, mut last) = (0.997f64, 0.0, 0.0);
    let heard: Vec<f64> = channel
        .iter()
        .map(|&x| {
            let now = f64::from(x) + 2.0 * radius * step.cos() * last - radius * radius * before;
            (before, last) = (last, now);
            now * now
        })
        .collect();
    let mut left: Vec<f64> = heard
        .iter()
        .rev()
        .scan(0.0, |sum, energy| {
            *sum += energy;
            Some(*sum)
        })
        .collect();
    left.reverse();
    let whole = left[0];
    let at = |db: f64| left.iter().position(|&rest| rest < whole * 10f64.powf(db / 10.0)).expect("a decay") as f64;
    3.0 * (at(-25.0) - at(-5.0)) / RATE as f64
}

#[test]
fn spaces_decay_in_their_time_at_the_level_of_the_hall() {
    for kind in [ReverbKind::Room, ReverbKind::Hall, ReverbKind::Plate] {
        for seconds in [0.6, 1.25, 3.0] {
            let response = send_response(&reverb(kind, seconds), SampleRate::CD);
            for side in 0..2 {
                let time = decay_time(response.channel(side));
                assert!((time / seconds - 1.0).abs() < 0.12, "{kind:?} of {seconds} s: {time}");
                let energy: f64 = response.channel(side).iter().map(|&x| f64::from(x).powi(2)).sum();
                assert!((energy - 1.0).abs() < 1e-3, "{kind:?}: {energy}");
            }
        }
    }
    // A plate begins before a hall does.
    let begins = |kind| {
        let response = send_response(&reverb(kind, 1.25), SampleRate::CD);
        response.channel(0).iter().position(|x| x.abs() > 1e-3).expect("a sound")
    };
    assert!(begins(ReverbKind::Plate) < begins(ReverbKind::Room));
    assert!(begins(ReverbKind::Room) < begins(ReverbKind::Hall));
}

fn echoes(response: &AudioBuffer, side: usize) -> Vec<(usize, f64)> {
    let samples = response.channel(side).iter().enumerate();
    samples.filter(|(_, x)| **x != 0.0).map(|(frame, &x)| (frame, f64::from(x))).collect()
}

#[test]
fn delays_repeat_and_fade_by_their_feedback() {
    let delay = |kind| ReverbSend { feedback: 0.5, ..reverb(kind, 0.1) };
    let both = send_response(&delay(ReverbKind::Delay), SampleRate::CD);
    assert_eq!(echoes(&both, 0), echoes(&both, 1));
    // 0.5^9 is −54 dB; the energy of all together is 1.
    let scale = 0.75f64.sqrt();
    for (n, (frame, amplitude)) in echoes(&both, 0).into_iter().enumerate() {
        assert_eq!(frame, 4410 * (n + 1));
        assert!((amplitude - scale * 0.5f64.powi(n as i32)).abs() < 1e-6);
    }
    assert_eq!(echoes(&both, 0).len(), 10);
    let turns = send_response(&delay(ReverbKind::PanningDelay), SampleRate::CD);
    let frames = |side| echoes(&turns, side).iter().map(|(frame, _)| frame / 4410).collect::<Vec<_>>();
    assert_eq!((frames(0), frames(1)), (vec![1, 3, 5, 7, 9], vec![2, 4, 6, 8, 10]));
}

/// What the buses make of an impulse on the reverb send.
fn wet(sends: Sends) -> Vec<f32> {
    let reverb = ReverbSettings { wet: None, ..Default::default() };
    let prepared = PreparedBus::new(&BusSettings { reverb, chorus: false, sends }, SampleRate::CD).unwrap();
    let mut effects = prepared.start();
    let silence = vec![0.0; 10_000];
    let mut send = silence.clone();
    send[0] = 1.0;
    effects.push(&BusBlock { left: &silence, right: &silence, reverb: &send, chorus: &[] });
    effects.finish(Frames(0));
    let (mut left, mut right) = (silence.clone(), silence);
    assert_eq!(effects.pull(&mut left, &mut right), 10_000);
    left
}

#[test]
fn levels_and_off_are_obeyed_and_the_default_is_the_hall() {
    let usual = wet(Sends::default());
    let hall = rae_effects::send_hall_response(SampleRate::CD);
    assert!(usual.iter().zip(hall.channel(0)).all(|(a, b)| (a - b).abs() < 1e-5));
    let soft = wet(Sends { reverb: ReverbSend { level: 0.25, ..Sends::DEFAULT.reverb }, ..Sends::DEFAULT });
    assert!(soft.iter().zip(&usual).all(|(a, b)| (a - 0.25 * b).abs() < 1e-5));
    assert!(wet(Sends { reverb: reverb(ReverbKind::Off, 1.0), ..Sends::DEFAULT }).iter().all(|&x| x == 0.0));
}

/// Where impulses every 100 ms come out first on the left: delays in seconds, one for each.
fn delays(send: &ChorusSend, seconds: usize) -> Vec<f64> {
    const EVERY: usize = RATE / 10;
    let mut input = vec![0.0f32; seconds * RATE];
    input.iter_mut().step_by(EVERY).for_each(|x| *x = 1.0);
    let (mut left, mut right) = (input.clone(), input.clone());
    Chorus::of(send, SampleRate::CD).process(&input, &mut left, &mut right);
    let first = |cell: &[f32]| {
        // The nearer of the two voices.
        let near = &cell[..(0.0127 * RATE as f64) as usize];
        (0..near.len()).max_by(|&a, &b| near[a].abs().total_cmp(&near[b].abs())).unwrap_or(0) as f64 / RATE as f64
    };
    left.chunks_exact(EVERY).map(first).collect()
}

#[test]
fn a_chorus_sways_as_far_and_as_fast_as_asked() {
    // The first voice of the left side sways by 22/21 of the mean, at 31/35 of the mean rate, around 9 ms.
    for (sway, rate) in [(0.0021, 0.35), (0.0032, 0.5), (0.001, 1.0)] {
        let delays = delays(&ChorusSend { rate, sway: Seconds(sway), level: 1.0 }, 20);
        let [low, high] = [f64::min, f64::max].map(|pick| delays.iter().copied().reduce(pick).unwrap());
        assert!(((high - low) / 2.0 - sway * 22.0 / 21.0).abs() < 1e-4, "{low} to {high}");
        assert!(((high + low) / 2.0 - 0.009).abs() < 1e-4, "{low} to {high}");
        let rises = delays.windows(2).filter(|pair| pair[0] < 0.009 && pair[1] >= 0.009).count() as f64;
        assert!((rises - 20.0 * rate * 31.0 / 35.0).abs() <= 1.0, "{rises} at {rate} Hz");
    }
}

#[test]
fn extremes_are_bounded_and_finite() {
    for (rate, sway) in [(0.0, 0.0), (1e9, 1e9), (15.5, 0.02)] {
        let chorus = ChorusSend { rate, sway: Seconds(sway), level: 2.0 };
        for hz in [8_000, 44_100, 192_000] {
            let rate = SampleRate::new(hz).unwrap();
            let input: Vec<f32> = (0..20_000u64).map(|n| rae_dsp::hash::noise(1, n) as f32).collect();
            let (mut left, mut right) = (input.clone(), input.clone());
            Chorus::of(&chorus, rate).process(&input, &mut left, &mut right);
            assert!(left.iter().chain(&right).all(|x| x.is_finite() && x.abs() < 20.0));
        }
    }
    for kind in [ReverbKind::Room, ReverbKind::Delay, ReverbKind::PanningDelay] {
        for seconds in [0.0, 1e-9, 1e9] {
            let send = ReverbSend { feedback: 5.0, ..reverb(kind, seconds) };
            let response = send_response(&send, SampleRate::new(8_000).unwrap());
            assert!(response.frames() <= 20 * 8_000 && response.channel(0).iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn what_is_cut_off_is_that_of_a_filter_of_first_order_after_a_silence() {
    let plain = send_response(&reverb(ReverbKind::Hall, 0.6), SampleRate::CD);
    let cut = |low_cut, high_cut| {
        let send = ReverbSend { low_cut, high_cut, pre_delay: Seconds(0.05), ..reverb(ReverbKind::Hall, 0.6) };
        send_response(&send, SampleRate::CD)
    };
    let silence = 2205;
    let later = cut(None, None);
    assert_eq!(later.frames(), plain.frames() + silence);
    assert!(later.channel(0)[..silence].iter().all(|&x| x == 0.0));
    assert_eq!(later.channel(0)[silence..], *plain.channel(0));
    let level = |channel: &[f32], hz: f64| {
        let turn = std::f64::consts::TAU * hz / RATE as f64;
        let sum = channel.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, &x)| {
            let (sin, cos) = (turn * n as f64).sin_cos();
            (re + f64::from(x) * cos, im + f64::from(x) * sin)
        });
        10.0 * (sum.0 * sum.0 + sum.1 * sum.1).log10()
    };
    for (low_cut, high_cut) in [(Some(200.0), None), (None, Some(1000.0)), (Some(200.0), Some(1000.0))] {
        let response = cut(low_cut, high_cut);
        for hz in [100.0, 200.0, 500.0, 1000.0, 3000.0] {
            let power = |ratio: f64| 1.0 / (1.0 + ratio * ratio);
            let expected = low_cut.map_or(1.0, |cut| power(cut / hz)) * high_cut.map_or(1.0, |cut| power(hz / cut));
            let change = level(response.channel(1), hz) - level(plain.channel(1), hz);
            // The digital filter falls a little more near the end of the band.
            assert!((change - 10.0 * expected.log10()).abs() < 0.3, "{low_cut:?} {high_cut:?} at {hz} Hz: {change} dB");
        }
    }
}
