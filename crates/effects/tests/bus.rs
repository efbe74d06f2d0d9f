//! The linear part as a whole: the formula, passthrough, chunking, tails, settings.

use rae_dsp::hash::noise;
use rae_dsp::{AudioBuffer, Convolver, Kernel, Part};
use rae_effects::{BusBlock, BusSettings, EffectsError, PreparedBus, ReverbSettings, send_hall_response};
use rae_units::{Frames, SampleRate, Seconds};

struct Buses([Vec<f32>; 4]);

impl Buses {
    fn noise(frames: usize) -> Buses {
        Buses([1, 2, 3, 4].map(|seed| (0..frames as u64).map(|n| noise(seed, n) as f32).collect()))
    }

    fn silent(frames: usize) -> Buses {
        Buses([(); 4].map(|()| vec![0.0; frames]))
    }

    fn frames(&self) -> usize {
        self.0[0].len()
    }
}

fn run(settings: &BusSettings, buses: &Buses, chunk: usize, tail: Frames) -> AudioBuffer {
    let mut effects = PreparedBus::new(settings, SampleRate::CD).unwrap().start();
    let mut out = AudioBuffer::new(2, buses.frames() + tail.0 as usize);
    let (left, right) = out.stereo_mut();
    let mut done = 0;
    for start in (0..buses.frames()).step_by(chunk) {
        let end = buses.frames().min(start + chunk);
        let [l, r, reverb, chorus] = buses.0.each_ref().map(|bus| &bus[start..end]);
        effects.push(&BusBlock { left: l, right: r, reverb, chorus });
        done += effects.pull(&mut left[done..], &mut right[done..]);
    }
    effects.finish(tail);
    done += effects.pull(&mut left[done..], &mut right[done..]);
    assert_eq!((done, effects.available()), (left.len(), 0));
    out
}

#[test]
fn dry_is_the_same_bits_at_once() {
    let buses = Buses::noise(1000);
    let prepared = PreparedBus::new(&BusSettings::DRY, SampleRate::CD).unwrap();
    assert_eq!((prepared.tail(), prepared.latency()), (Frames(0), Frames(0)));
    let mut effects = prepared.start();
    let [left, right, reverb, chorus] = buses.0.each_ref().map(|bus| bus.as_slice());
    effects.push(&BusBlock { left, right, reverb, chorus });
    let (mut out_left, mut out_right) = (vec![0.0; 1000], vec![0.0; 1000]);
    assert_eq!(effects.pull(&mut out_left, &mut out_right), 1000);
    assert!(out_left == left && out_right == right);
}

#[test]
fn same_bits_for_every_chunking() {
    let buses = Buses::noise(120_000);
    let tail = PreparedBus::new(&BusSettings::default(), SampleRate::CD).unwrap().tail();
    let whole = run(&BusSettings::default(), &buses, 120_000, tail);
    for chunk in [1, 63, 64, 1000, 44_100] {
        assert!(run(&BusSettings::default(), &buses, chunk, tail) == whole, "chunks of {chunk}");
    }
}

#[test]
fn follows_the_formula_of_the_mix() {
    // Impulses on each bus, far apart: each part is seen alone.
    let mut buses = Buses::silent(200_000);
    buses.0[0][1000] = 1.0;
    buses.0[2][20_000] = 1.0;
    buses.0[3][150_000] = 1.0;
    let out = run(&BusSettings::default(), &buses, 4096, Frames(0));
    let room = rae_effects::room_response(Seconds(0.1), SampleRate::CD);
    let hall = send_hall_response(SampleRate::CD);
    let near = |a: f32, b: f32| (a - b).abs() < 2e-7;
    assert!(near(out.channel(0)[1000], 0.7 + 0.3 * room.channel(0)[0]));
    assert!((1..4410).all(|n| near(out.channel(0)[1000 + n], 0.3 * room.channel(0)[n])));
    assert!(out.channel(1)[..20_000].iter().all(|x| x.abs() < 1e-7));
    for channel in 0..2 {
        assert!((0..hall.frames()).all(|n| near(out.channel(channel)[20_000 + n], hall.channel(channel)[n])));
        let chorus: f64 = out.channel(channel)[150_000..].iter().map(|x| f64::from(*x).powi(2)).sum();
        assert!((0.7..1.1).contains(&chorus), "chorus energy {chorus}");
    }
}

#[test]
fn switches_switch_what_they_name() {
    let buses = Buses::noise(60_000);
    let no_reverb = ReverbSettings { wet: None, ..ReverbSettings::default() };
    let no_hall = ReverbSettings { hall: false, ..ReverbSettings::default() };
    let plain = |reverb| BusSettings { reverb, chorus: false, ..BusSettings::default() };
    // Without the asked-for reverb and with a silent send, the dry sound keeps its bits.
    let mut unsent = Buses::noise(60_000);
    unsent.0[2].fill(0.0);
    let out = run(&plain(no_reverb), &unsent, 1000, Frames(0));
    assert!(out.channel(0) == unsent.0[0] && out.channel(1) == unsent.0[1]);
    // Without the hall, the send is not heard.
    assert!(run(&plain(no_hall), &buses, 1000, Frames(0)) == run(&plain(no_hall), &unsent, 1000, Frames(0)));
    assert!(run(&plain(no_reverb), &buses, 1000, Frames(0)) != out);
}

#[test]
fn tail_is_long_enough() {
    let buses = Buses::noise(5000);
    for settings in [
        BusSettings::default(),
        BusSettings { chorus: true, ..BusSettings::DRY },
        BusSettings {
            reverb: ReverbSettings { hall: false, ..Default::default() },
            chorus: false,
            ..Default::default()
        },
    ] {
        let tail = PreparedBus::new(&settings, SampleRate::CD).unwrap().tail();
        let longer = run(&settings, &buses, 512, tail + Frames(3000));
        let exact = run(&settings, &buses, 512, tail);
        for channel in 0..2 {
            assert!(longer.channel(channel)[..exact.frames()] == *exact.channel(channel));
            assert!(longer.channel(channel)[exact.frames()..].iter().all(|&x| x == 0.0));
        }
    }
}

#[test]
fn impossible_settings_are_refused() {
    let prepare = |wet, time, hz| {
        let reverb = ReverbSettings { wet, time: Seconds(time), hall: true };
        PreparedBus::new(&BusSettings { reverb, chorus: true, ..BusSettings::default() }, SampleRate::new(hz).unwrap())
            .map(drop)
    };
    for wet in [-0.1, 1.1, f32::NAN] {
        assert!(matches!(prepare(Some(wet), 0.1, 44_100), Err(EffectsError::Wet(_))));
    }
    for time in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        assert!(matches!(prepare(Some(0.3), time, 44_100), Err(EffectsError::ReverbTime(_))));
    }
    assert!(matches!(prepare(None, 0.1, u32::MAX), Err(EffectsError::SampleRate(_))));
    for hz in [1, 10, 100, 1000, 8000, 192_000] {
        assert_eq!(prepare(Some(1.0), 0.1, hz), Ok(()));
    }
}

/// The bus is nothing but the convolver when there is no chorus.
#[test]
fn hall_alone_is_the_convolver() {
    let buses = Buses::noise(30_000);
    let hall = send_hall_response(SampleRate::CD);
    let kernel = Kernel::new(&[Part::Direct(1.0), Part::MonoSend(&hall, 1.0)]);
    let mut convolver = Convolver::new(kernel.into());
    convolver.push(&buses.0[0], &buses.0[1], &buses.0[2]);
    convolver.finish(0);
    let mut expected = AudioBuffer::new(2, 30_000);
    let (left, right) = expected.stereo_mut();
    convolver.pull(left, right);
    let settings =
        BusSettings { reverb: ReverbSettings { wet: None, ..Default::default() }, chorus: false, ..Default::default() };
    assert!(run(&settings, &buses, 64, Frames(0)) == expected);
}
