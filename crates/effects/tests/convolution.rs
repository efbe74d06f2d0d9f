//! Convolution reverbs against the sum that defines them, and rooms against what their parameters say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rae_dsp::AudioBuffer;
use rae_dsp::biquad::{Biquad, Cascade};
use rae_dsp::hash::noise;
use rae_effects::chain::{Chain, Prepared, Profile, Setup, Slot, Tail};
use rae_effects::convolution::{ConvolutionReverb, FileResponse, Preset, Response, ResponseFiles, Space};
use rae_effects::room_response;
use rae_units::{Frames, SampleRate, Seconds};

/// Recordings in memory, by name, at the rate of the session.
#[derive(Clone, Debug, Default)]
struct Shelf(BTreeMap<&'static str, FileResponse>);

impl ResponseFiles for Shelf {
    fn read(&self, path: &str, _rate: SampleRate) -> Result<FileResponse, String> {
        self.0.get(path).cloned().ok_or_else(|| format!("{path}: no such recording"))
    }
}

impl Shelf {
    fn with(mut self, name: &'static str, channels: &[Vec<f32>]) -> Shelf {
        let sound = AudioBuffer::from_planar(channels.concat(), channels.len()).unwrap();
        self.0.insert(name, FileResponse { sound, recorded_at: SampleRate::CD, lead: Frames(0) });
        self
    }
}

fn noises(seed: u64, channels: u64, frames: u64) -> Vec<Vec<f32>> {
    (0..channels).map(|c| (0..frames).map(|n| 0.5 * noise(seed + c, n) as f32).collect()).collect()
}

fn file(path: &str, right_path: Option<&str>) -> Response {
    Response::File { path: path.into(), right_path: right_path.map(String::from), normalize: false }
}

/// The reverb alone.
fn wet(reverb: ConvolutionReverb) -> Chain {
    Chain { description: String::new(), effects: vec![Slot { effect: reverb.into(), mix: 1.0, bypass: false }] }
}

fn of(response: Response) -> ConvolutionReverb {
    ConvolutionReverb { response, ..ConvolutionReverb::default() }
}

fn setup(profile: Profile, channels: usize, shelf: &Shelf) -> Setup {
    Setup { profile, files: Arc::new(shelf.clone()), ..Setup::new(SampleRate::CD, channels) }
}

fn through(mut prepared: Prepared, input: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let buffer = AudioBuffer::from_planar(input.concat(), input.len()).unwrap();
    let output = prepared.process_whole(&buffer, Tail::Keep);
    (0..input.len()).map(|channel| output.channel(channel).to_vec()).collect()
}

/// Σ h ∗ x over pairs of a response and an input.
fn direct_sum(pairs: &[(&[f32], &[f32])]) -> Vec<f64> {
    let frames = pairs.iter().map(|(h, x)| h.len() + x.len() - 1).max().unwrap();
    let mut sum = vec![0.0; frames];
    for (h, x) in pairs {
        for (delay, &tap) in h.iter().enumerate().filter(|(_, tap)| **tap != 0.0) {
            sum[delay..].iter_mut().zip(*x).for_each(|(sum, &x)| *sum += f64::from(tap) * f64::from(x));
        }
    }
    sum
}

fn assert_is_sum(name: &str, actual: &[f32], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len(), "{name}");
    let error: f64 = actual.iter().zip(expected).map(|(a, e)| (f64::from(*a) - e).powi(2)).sum();
    let relative = (error / expected.iter().map(|e| e * e).sum::<f64>()).sqrt();
    assert!(relative <= 1e-6, "{name}: relative RMS error {relative:e}");
}

#[test]
fn every_kind_of_recording_is_the_direct_sum_in_both_profiles() {
    let h = noises(10, 4, 3000);
    let shelf =
        Shelf::default().with("mono", &h[..1]).with("stereo", &h[..2]).with("right", &h[2..]).with("true stereo", &h);
    let x = noises(1, 2, 5000);
    for profile in [Profile::Offline, Profile::Live] {
        for (name, response, channels, terms) in [
            ("mono in, stereo response", file("stereo", None), 1, vec![vec![(0, 0)]]),
            ("mono response", file("mono", None), 2, vec![vec![(0, 0)], vec![(0, 1)]]),
            ("stereo", file("stereo", None), 2, vec![vec![(0, 0)], vec![(1, 1)]]),
            ("true stereo", file("true stereo", None), 2, vec![vec![(0, 0), (2, 1)], vec![(1, 0), (3, 1)]]),
            ("two files", file("stereo", Some("right")), 2, vec![vec![(0, 0), (2, 1)], vec![(1, 0), (3, 1)]]),
        ] {
            let prepared = wet(of(response)).prepare_for(&setup(profile, channels, &shelf)).unwrap();
            assert_eq!(prepared.tail(), Frames(2999));
            let output = through(prepared, &x[..channels]);
            for (channel, pairs) in terms.iter().enumerate() {
                let pairs: Vec<(&[f32], &[f32])> = pairs.iter().map(|&(r, i)| (&h[r][..], &x[i][..])).collect();
                assert_is_sum(&format!("{name}, {profile:?}"), &output[channel], &direct_sum(&pairs));
            }
        }
    }
}

#[test]
fn the_default_is_a_tenth_of_a_second_and_three_tenths_wet() {
    let chain = Chain::from_toml("[[effects]]\ntype = \"convolution_reverb\"\n").unwrap();
    assert_eq!(chain, Chain::from([ConvolutionReverb::default()]));
    assert_eq!(chain.effects[0].mix, 0.3);
    let room = room_response(Seconds(0.1), SampleRate::CD);
    assert_eq!(room.frames(), 4410);
    let input = noises(1, 2, 6000);
    let output = through(chain.prepare(SampleRate::CD, 2).unwrap(), &input);
    for channel in 0..2 {
        let mut expected = direct_sum(&[(room.channel(channel), &input[channel])]);
        expected.iter_mut().for_each(|sample| *sample *= f64::from(0.3f32));
        expected.iter_mut().zip(&input[channel]).for_each(|(sum, x)| *sum += f64::from(1.0 - 0.3f32) * f64::from(*x));
        assert_is_sum("default", &output[channel], &expected);
    }
}

#[test]
fn live_blocks_of_any_length_have_the_same_bits_and_64_frames_of_latency() {
    let chain = wet(ConvolutionReverb { pre_delay_ms: 3.0, ..Preset::Studio.into() });
    let run = |length: usize| {
        let mut prepared = chain.prepare_for(&setup(Profile::Live, 2, &Shelf::default())).unwrap();
        assert_eq!(prepared.latency(), Frames(64));
        let mut planes = noises(3, 2, 9000);
        for start in (0..9000).step_by(length) {
            let end = 9000.min(start + length);
            let mut block: Vec<&mut [f32]> = planes.iter_mut().map(|plane| &mut plane[start..end]).collect();
            prepared.process(&mut block);
        }
        planes
    };
    let whole = run(9000);
    for length in [1, 63, 64, 500] {
        assert!(run(length) == whole, "blocks of {length}");
    }
}

/// The impulse response that a reverb makes.
fn impulse_response(reverb: ConvolutionReverb, rate: SampleRate, channels: usize) -> Vec<Vec<f32>> {
    let impulse = vec![[1.0f32].to_vec(); channels];
    through(wet(reverb).prepare(rate, channels).unwrap(), &impulse)
}

/// Seconds for 60 dB of decay around a frequency, by Schroeder's backward integration from −5 to −25 dB.
fn decay_time(response: &[f32], hz: f64, rate: SampleRate) -> f64 {
    let fs = f64::from(rate.hz());
    // A band of a third of an octave.
    let omega = std::f64::consts::TAU * hz / fs;
    let alpha = omega.sin() / (2.0 * 4.3);
    let a0 = 1.0 + alpha;
    let band = Biquad { b: [alpha / a0, 0.0, -alpha / a0], a: [-2.0 * omega.cos() / a0, (1.0 - alpha) / a0] };
    let mut samples = response.to_vec();
    samples.resize(samples.len() + 2000, 0.0);
    Cascade::new(&[band, band], 1).process(0, &mut samples);
    let mut left: Vec<f64> = samples.iter().map(|x| f64::from(*x).powi(2)).collect();
    for n in (0..left.len() - 1).rev() {
        left[n] += left[n + 1];
    }
    let reached = |db: f64| left.iter().position(|x| *x <= left[0] * 10f64.powf(db / 10.0)).unwrap() as f64;
    (reached(-25.0) - reached(-5.0)) * 3.0 / fs
}

#[test]
fn rooms_decay_as_they_say_at_each_frequency() {
    for (time_s, low_ratio, high_ratio) in [(0.6, 1.0, 1.0), (1.5, 1.6, 0.4)] {
        let space =
            Space { time_s, low_ratio, high_ratio, early_db: Space::NO_EARLY_DB, size_m: 5.0, ..Space::default() };
        let response = &impulse_response(of(Response::Space(space)), SampleRate::CD, 1)[0];
        for (hz, expected) in [(100.0, time_s * low_ratio), (1000.0, time_s), (8000.0, time_s * high_ratio)] {
            let found = decay_time(response, hz, SampleRate::CD);
            assert!((found / expected - 1.0).abs() < 0.2, "{hz} Hz: {found} s instead of {expected}");
        }
    }
}

#[test]
fn presets_grow_from_booth_to_cathedral_and_are_equally_loud() {
    let mut before = 0.0;
    for preset in [Preset::Booth, Preset::Studio, Preset::Room, Preset::Hall, Preset::Church, Preset::Cathedral] {
        let response = impulse_response(preset.into(), SampleRate::CD, 2);
        let time = decay_time(&response[0], 1000.0, SampleRate::CD);
        assert!(time > before, "{preset:?}: {time}");
        before = time;
    }
    for preset in Preset::ALL {
        let written = format!(
            "[[effects]]\ntype = \"convolution_reverb\"\nresponse = {{ type = \"preset\", name = \"{}\" }}\n",
            preset.name()
        );
        assert_eq!(Chain::from_toml(&written).unwrap(), Chain::from([ConvolutionReverb::from(preset)]));
        for channel in impulse_response(preset.into(), SampleRate::CD, 2) {
            let energy: f64 = channel.iter().map(|x| f64::from(*x).powi(2)).sum();
            assert!((10.0 * energy.log10()).abs() < 1.5, "{preset:?}: {} dB", 10.0 * energy.log10());
        }
        // As loud at other rates, but for what chance makes of noise in each octave and side.
        let level = |hz: u32| {
            let sides = impulse_response(preset.into(), SampleRate::new(hz).unwrap(), 2);
            let levels = sides
                .iter()
                .flat_map(|side| [1000.0, 2000.0, 4000.0, 8000.0].map(|octave| band_level(side, octave, hz)));
            levels.sum::<f64>() / 8.0
        };
        if [Preset::Booth, Preset::Studio, Preset::Room].contains(&preset) {
            for hz in [48_000, 96_000] {
                let apart = level(hz) - level(44_100);
                assert!(apart.abs() < 1.2, "{preset:?} at {hz} Hz: {apart} dB");
            }
        }
    }
}

#[test]
fn reflections_come_when_the_room_says() {
    // From (0.23, 0.41, 0.17) to (0.61, 0.34, 0.19) of the length it is 0.38691 of it, by way of the floor 0.52811.
    let floor = |size_m: f64| (0.52811 - 0.38691) * size_m / 343.0;
    let space = |size_m: f64| Space { size_m, early_db: 12.0, time_s: 3.0, ..Space::default() };
    let first = |size_m: f64| {
        let response = &impulse_response(of(Response::Space(space(size_m))), SampleRate::CD, 1)[0];
        let peak = rae_testkit::peak(response);
        response.iter().position(|x| f64::from(x.abs()) > 0.5 * peak).unwrap() as f64 / 44_100.0
    };
    for size_m in [5.0, 12.0, 30.0] {
        let (found, expected) = (first(size_m), floor(size_m));
        assert!((found - expected).abs() < 1e-4, "{size_m} m: {found} instead of {expected} s");
    }
}

/// Σ |H(f)|² over an octave of a response as a filter, in dB.
fn band_level(response: &[f32], octave: f64, rate: u32) -> f64 {
    let energies = (0..64).map(|step| {
        let hz = octave * 2f64.powf((f64::from(step) / 64.0) - 0.5);
        let turn = std::f64::consts::TAU * hz / f64::from(rate);
        let (re, im) = response.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
            let (sin, cos) = (turn * n as f64).sin_cos();
            (re + cos * f64::from(*x), im + sin * f64::from(*x))
        });
        re * re + im * im
    });
    10.0 * energies.sum::<f64>().log10()
}

#[test]
fn early_reflections_are_as_loud_in_each_octave_at_every_rate() {
    let levels = |rate: u32| -> [f64; 7] {
        let with = |early_db: f64| {
            let space = Space { time_s: 0.1, low_ratio: 1.0, size_m: 3.0, early_db, ..Space::default() };
            impulse_response(of(Response::Space(space)), SampleRate::new(rate).unwrap(), 1).remove(0)
        };
        // At 0 dB both parts are √½ of what they are alone.
        let early: Vec<f32> =
            with(0.0).iter().zip(with(Space::NO_EARLY_DB)).map(|(both, late)| both * 2f32.sqrt() - late).collect();
        [125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0].map(|hz| band_level(&early, hz, rate))
    };
    let cd = levels(44_100);
    for rate in [22_050, 48_000, 96_000, 192_000] {
        for (octave, (here, there)) in levels(rate).iter().zip(&cd).enumerate().take(if rate < 44_100 { 5 } else { 7 })
        {
            assert!((here - there).abs() < 0.6, "octave {octave} at {rate} Hz: {here} dB instead of {there}");
        }
    }
}

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn width_and_silence_before_are_as_asked_for() {
    let response = |width: f64, pre_delay_ms: f64| {
        let reverb = ConvolutionReverb { width, pre_delay_ms, ..ConvolutionReverb::default() };
        impulse_response(reverb, SampleRate::CD, 2)
    };
    for (width, expected) in [(1.0, 0.0), (0.5, 0.5f64.sqrt()), (0.0, 1.0)] {
        let sides = response(width, 0.0);
        // The rotation by φ = (1 − width)·45° gives sin 2φ.
        assert!((correlation(&sides[0], &sides[1]) - expected).abs() < 0.03, "{width}");
    }
    let (now, later) = (response(1.0, 0.0), response(1.0, 50.0));
    assert_eq!(later[0].len(), now[0].len() + 2205);
    assert!(later[0][..2205].iter().all(|x| x.abs() < 1e-6));
    assert!(later[0][2205..].iter().zip(&now[0]).all(|(a, b)| (a - b).abs() < 1e-6));
}

#[test]
fn recordings_are_brought_to_unit_energy_unless_they_shall_stay() {
    let loud = noises(4, 2, 2000);
    let shelf = Shelf::default().with("loud", &loud);
    let energy = |normalize: bool| {
        let response = Response::File { path: "loud".into(), right_path: None, normalize };
        let prepared = wet(of(response)).prepare_for(&setup(Profile::Offline, 1, &shelf)).unwrap();
        let out = through(prepared, &[vec![1.0]]);
        out[0].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>()
    };
    let own = loud[0].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    assert!((energy(true) - 1.0).abs() < 0.06);
    assert!((energy(false) / own - 1.0).abs() < 1e-4);
}

/// A bell of 1 ms as sampled at a rate.
fn bell(rate: u32) -> Vec<f32> {
    let wide = 0.001 * f64::from(rate);
    let value = |n: u32| (-(f64::from(n) / wide - 5.0).powi(2) / 2.0).exp();
    (0..rate / 100).map(|n| value(n) as f32).collect()
}

/// A shelf with the same bell as recorded at several rates, read at a session's rate.
fn bells(recorded: &[(&'static str, u32)], session: u32, channels: usize) -> Shelf {
    let mut shelf = Shelf::default();
    for &(name, rate) in recorded {
        let sound = AudioBuffer::from_planar(bell(session).repeat(channels), channels).unwrap();
        shelf.0.insert(name, FileResponse { sound, recorded_at: SampleRate::new(rate).unwrap(), lead: Frames(0) });
    }
    shelf
}

#[test]
fn a_normalized_recording_is_as_loud_whatever_rate_it_is_stored_at() {
    let low_gain = |recorded: u32, session: u32| {
        let shelf = bells(&[("bell", recorded)], session, 1);
        let response = Response::File { path: "bell".into(), right_path: None, normalize: true };
        let setup = Setup { rate: SampleRate::new(session).unwrap(), ..setup(Profile::Offline, 1, &shelf) };
        let out = through(wet(of(response)).prepare_for(&setup).unwrap(), &[vec![1.0]]);
        out[0].iter().map(|x| f64::from(*x)).sum::<f64>()
    };
    // The bell of unit energy at 44.1 kHz, by the integrals of it and of its square.
    let wide = 44.1;
    let expected = (wide * std::f64::consts::TAU.sqrt()) / (wide * std::f64::consts::PI.sqrt()).sqrt();
    for (recorded, session) in [(44_100, 44_100), (96_000, 44_100), (44_100, 96_000), (22_050, 48_000)] {
        let found = low_gain(recorded, session);
        assert!((found / expected - 1.0).abs() < 1e-3, "{recorded} at {session}: {found} instead of {expected}");
    }
}

#[test]
fn two_files_of_different_rates_each_keep_their_level() {
    let shelf = bells(&[("left", 44_100), ("right", 88_200)], 44_100, 2);
    for normalize in [false, true] {
        let response = Response::File { path: "left".into(), right_path: Some("right".into()), normalize };
        let chain = wet(of(response));
        let gain = |input: [f32; 2]| {
            let prepared = chain.prepare_for(&setup(Profile::Offline, 2, &shelf)).unwrap();
            let out = through(prepared, &input.map(|sample| vec![sample]));
            out[0].iter().map(|x| f64::from(*x)).sum::<f64>()
        };
        // Of the same sound a filter at twice the rate sums twice as many samples.
        let [left, right] = [gain([1.0, 0.0]), gain([0.0, 1.0])];
        assert!((right / left - 2.0).abs() < 1e-3, "{normalize}: {right} beside {left}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let shelf = Shelf::default()
        .with("three", &noises(1, 3, 10))
        .with("silent", &[vec![0.0; 10]])
        .with("broken", &[vec![f32::NAN; 10]])
        .with("long", &[vec![1.0; 31 * 44_100]])
        .with("mono", &noises(1, 1, 10));
    let error = |response: Response| {
        wet(of(response)).prepare_for(&setup(Profile::Offline, 2, &shelf)).unwrap_err().to_string()
    };
    for (response, expected) in [
        (file("none", None), "effects[0] (convolution_reverb): none: no such recording"),
        (file("three", None), "three: an impulse response has 1, 2 or 4 channels, not 3"),
        (file("silent", None), "a silent impulse response"),
        (file("broken", None), "no finite numbers"),
        (file("long", None), "at most 30 s long"),
        (file("mono", Some("mono")), "mono has 1, mono has 1"),
        (Response::Decay { time_s: 0.0 }, "time_s = 0 is outside 0.01 to 20"),
        (Response::Space(Space { size_m: f64::NAN, ..Space::default() }), "size_m = NaN"),
    ] {
        let found = error(response);
        assert!(found.contains(expected), "{found}");
    }
    let no_files = wet(of(file("mono", None))).prepare(SampleRate::CD, 2).unwrap_err().to_string();
    assert!(no_files.contains("cannot be read here"), "{no_files}");
    let huge =
        Chain { effects: vec![wet(of(Response::Decay { time_s: 20.0 })).effects.remove(0); 8], ..Chain::default() };
    assert!(huge.prepare(SampleRate::new(192_000).unwrap(), 8).unwrap_err().to_string().contains("MiB"));
}

/// Recordings as large as can be, whatever their names; counts how many were read.
#[derive(Debug, Default)]
struct Huge(AtomicUsize);

impl ResponseFiles for Huge {
    fn read(&self, _path: &str, rate: SampleRate) -> Result<FileResponse, String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let mut sound = AudioBuffer::new(4, 30 * rate.hz() as usize);
        sound.channel_mut(0)[0] = 1.0;
        Ok(FileResponse { sound, recorded_at: rate, lead: Frames(0) })
    }
}

#[test]
fn no_more_is_read_than_a_chain_may_need() {
    for (effects, most, expected) in [(300, 0, "300 effects are too many"), (20, 6, "512 MiB")] {
        let files = Arc::new(Huge::default());
        let slot = |n: usize| wet(of(file(&format!("{}a.wav", "./".repeat(n)), None))).effects.remove(0);
        let chain = Chain { effects: (0..effects).map(slot).collect(), ..Chain::default() };
        let setup = Setup { files: files.clone(), ..Setup::new(SampleRate::new(192_000).unwrap(), 2) };
        let error = chain.prepare_for(&setup).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(files.0.load(Ordering::Relaxed) <= most, "{files:?} of {most}");
    }
}

#[test]
fn what_rings_goes_on_when_the_room_changes() {
    let room = |width: f64| wet(ConvolutionReverb { width, ..Preset::Cathedral.into() });
    let run = |profile: Profile, length: usize, changes: &[usize]| {
        let mut prepared = room(1.0).prepare_for(&setup(profile, 2, &Shelf::default())).unwrap();
        let mut planes = noises(3, 2, 44_100);
        // The sound has stopped when the room changes.
        planes.iter_mut().for_each(|plane| plane.resize(132_300, 0.0));
        let mut at = 0;
        while at < 132_300 {
            if let Some(count) = changes.iter().position(|change| *change == at) {
                prepared.update(&room(0.9 - 0.1 * count as f64)).unwrap();
            }
            let next = changes.iter().copied().filter(|change| *change > at).min().unwrap_or(132_300);
            let end = next.min(at + length);
            let mut block: Vec<&mut [f32]> = planes.iter_mut().map(|plane| &mut plane[at..end]).collect();
            prepared.process(&mut block);
            at = end;
        }
        planes
    };
    for profile in [Profile::Live, Profile::Offline] {
        let still = run(profile, 4000, &[]);
        let changed = run(profile, 4000, &[44_500]);
        let apart = still.iter().zip(&changed).flat_map(|(a, b)| a.iter().zip(b)).map(|(a, b)| (a - b).abs());
        let apart = apart.fold(0.0, f32::max);
        assert!(apart < 1e-5, "{profile:?}: {apart}");
        let often: Vec<usize> = (0..7).map(|n| 20_000 + 1500 * n).collect();
        assert!(run(profile, 4000, &often) == run(profile, 333, &often), "lengths of blocks, {profile:?}");
    }
}

#[test]
fn a_running_chain_takes_other_rooms_without_a_click() {
    let rooms = [wet(Preset::Studio.into()), wet(of(file("other", None)))];
    let shelf = Shelf::default().with("other", &noises(5, 2, 500));
    let mut out = [low_tone(88_200), low_tone(88_200)];
    let mut prepared = rooms[0].prepare_for(&setup(Profile::Live, 2, &shelf)).unwrap();
    for (block, chain) in [(0..30_000, &rooms[0]), (30_000..88_200, &rooms[1])] {
        prepared.update(chain).unwrap();
        let mut planes: Vec<&mut [f32]> = out.iter_mut().map(|plane| &mut plane[block.clone()]).collect();
        prepared.process(&mut planes);
    }
    let bend = |frames: std::ops::Range<usize>| {
        out[0][frames].windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).fold(0.0f32, f32::max)
    };
    let steady = bend(20_000..29_000).max(bend(80_000..88_000));
    assert!(bend(29_000..80_000) < 1.5 * steady, "{} beside {steady}", bend(29_000..80_000));
    // The same as what was never anything else.
    let fresh = through(rooms[1].prepare_for(&setup(Profile::Live, 1, &shelf)).unwrap(), &[low_tone(88_200)]);
    assert!(out[0][80_064..88_000].iter().zip(&fresh[0][80_000..]).all(|(a, b)| (a - b).abs() < 1e-4));
    assert!(prepared.update(&wet(of(file("missing", None)))).is_err());
}

fn low_tone(frames: u32) -> Vec<f32> {
    (0..frames).map(|n| (f64::from(n) * std::f64::consts::TAU * 200.0 / 44_100.0).sin() as f32).collect()
}
