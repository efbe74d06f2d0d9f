//! Mastering: spectra, matching and loudness against what was done to the sound before.

use std::f64::consts::TAU;

use rae_dsp::AudioBuffer;
use rae_dsp::fft::{Complex32, Fft};
use rae_dsp::hash::noise;
use rae_effects::chain::{Chain, Effect, Gain, Tail, Width};
use rae_effects::eq::{Band, CurvePoint, EqCurve, Equalizer};
use rae_effects::mastering::{LoudnessSearch, Match, Spectrum, SpectrumMeter, Take, match_reference};
use rae_units::SampleRate;

const FRAMES: usize = 12 * 44_100;

/// Noise that falls by 3 dB per octave, its side softer and brighter than its middle.
fn music() -> Vec<Vec<f32>> {
    let pink = |seed: u64, pole: f64| -> Vec<f64> {
        let mut state = [0.0; 3];
        let sample = |n: usize| {
            let white = noise(seed, n as u64);
            for (s, (pole, gain)) in
                state.iter_mut().zip([(pole, 0.0990460), (0.96300, 0.2965164), (0.57000, 1.0526913)])
            {
                *s = pole * *s + gain * white;
            }
            0.03 * (state.iter().sum::<f64>() + 0.1848 * white)
        };
        (0..FRAMES).map(sample).collect()
    };
    let (middle, side) = (pink(1, 0.99765), pink(2, 0.9));
    [1.0, -1.0].map(|sign| middle.iter().zip(&side).map(|(m, s)| (m + sign * 0.8 * s) as f32).collect()).into()
}

fn through(chain: &Chain, planes: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let input = AudioBuffer::from_planar(planes.concat(), planes.len()).unwrap();
    let output = chain.prepare(SampleRate::CD, planes.len()).unwrap().process_whole(&input, Tail::Cut);
    (0..planes.len()).map(|channel| output.channel(channel).to_vec()).collect()
}

fn spectrum(planes: &[Vec<f32>]) -> Spectrum {
    let mut meter = SpectrumMeter::new(SampleRate::CD, planes.len()).unwrap();
    meter.push(&planes.iter().map(Vec::as_slice).collect::<Vec<_>>());
    meter.report()
}

fn chain(found: &Match) -> Chain {
    let curve = Effect::from(found.curve.clone());
    Chain::from([curve, Width { width: found.width }.into()])
}

/// Levels in dB of third-octave bands from 50 Hz to 16 kHz, from one transform of all of the sound.
fn third_octaves(planes: &[Vec<f32>]) -> Vec<f64> {
    let points = 1 << 19;
    let fft = Fft::new(points);
    let mut sums = vec![0.0; 26];
    for plane in planes {
        let mut data: Vec<Complex32> = plane[..points].iter().map(|x| Complex32::new(*x, 0.0)).collect();
        fft.forward(&mut data, &mut fft.scratch());
        for (bin, value) in data[1..points / 2].iter().enumerate() {
            let hz = (bin + 1) as f64 * 44_100.0 / points as f64;
            let band = (3.0 * (hz / 50.0).log2()).round();
            if (0.0..26.0).contains(&band) {
                sums[band as usize] += f64::from(value.norm_sqr());
            }
        }
    }
    sums.iter().map(|sum| 10.0 * sum.log10()).collect()
}

/// Power of the side over that of the middle.
fn side_share(planes: &[Vec<f32>]) -> f64 {
    let power =
        |sign: f32| -> f64 { planes[0].iter().zip(&planes[1]).map(|(l, r)| f64::from(l + sign * r).powi(2)).sum() };
    power(-1.0) / power(1.0)
}

/// What is done to the music before it is to be brought back.
fn spoilt() -> Chain {
    let bands = vec![
        Band::LowShelf { frequency_hz: 150.0, gain_db: 5.0, q: 0.7 },
        Band::Peak { frequency_hz: 900.0, gain_db: -5.0, q: 0.8 },
        Band::Peak { frequency_hz: 3500.0, gain_db: 4.0, q: 1.0 },
        Band::HighShelf { frequency_hz: 7000.0, gain_db: -6.0, q: 0.7 },
    ];
    let equalizer: Effect = Equalizer { linear_phase: false, bands }.into();
    Chain::from([equalizer, Width { width: 0.6 }.into(), Gain { gain_db: -9.0, invert: false }.into()])
}

#[test]
fn what_was_done_to_a_recording_is_undone_by_the_original_as_reference() {
    let original = music();
    let target = through(&spoilt(), &original);
    let found = match_reference(&spectrum(&target), &spectrum(&original), 1.0, 1.0);
    let back = through(&chain(&found), &target);
    let (wanted, was, is) = (third_octaves(&original), third_octaves(&target), third_octaves(&back));
    let mean = |levels: &[f64]| levels.iter().zip(&wanted).map(|(a, b)| a - b).sum::<f64>() / 26.0;
    let worst = |levels: &[f64]| {
        let mean = mean(levels);
        levels.iter().zip(&wanted).map(|(a, b)| (a - b - mean).abs()).fold(0.0, f64::max)
    };
    assert!(worst(&was) > 4.0, "{}", worst(&was));
    assert!(worst(&is) < 0.5, "third octaves are up to {} dB away", worst(&is));
    assert!((side_share(&back) / side_share(&original)).sqrt().log10().abs() * 20.0 < 0.3);
    assert!(found.width > 1.5 && found.width < 1.8, "{}", found.width);
}

#[test]
fn strengths_say_how_far_to_go() {
    let original = music();
    let (target, original) = (spectrum(&through(&spoilt(), &original)), spectrum(&original));
    let nothing = match_reference(&target, &original, 0.0, 0.0);
    assert_eq!(nothing, Match { curve: EqCurve::default(), width: 1.0, louder_lu: 0.0 });
    let (whole, half) = (match_reference(&target, &original, 1.0, 0.0), match_reference(&target, &original, 0.5, 0.0));
    assert_eq!((whole.width, half.width), (1.0, 1.0));
    let steepness = |found: &Match| found.curve.gain_db(8000.0) - found.curve.gain_db(100.0);
    assert!((steepness(&half) / steepness(&whole) - 0.5).abs() < 0.05);
    let same = match_reference(&original, &original, 1.0, 1.0);
    assert!(same.curve.points.is_empty() && same.width == 1.0);
}

#[test]
fn the_loudness_that_a_match_changes_is_told() {
    let original = music();
    let target = through(&spoilt(), &original);
    let found = match_reference(&spectrum(&target), &spectrum(&original), 1.0, 1.0);
    let loudness = |planes: &[Vec<f32>]| {
        let mut meter = ebur128::EbuR128::new(2, 44_100, ebur128::Mode::I).unwrap();
        meter.add_frames_planar_f32(&[&planes[0], &planes[1]]).unwrap();
        meter.loudness_global().unwrap()
    };
    let change = loudness(&through(&chain(&found), &target)) - loudness(&target);
    assert!((change - found.louder_lu).abs() < 0.3, "{change} LU, and {} told", found.louder_lu);
}

#[test]
fn a_curve_is_the_gain_that_its_points_draw() {
    let points = [(40.0, 3.0), (200.0, -4.0), (1000.0, -4.0), (5000.0, 6.0), (15_000.0, 0.0)];
    let points = points.map(|(frequency_hz, gain_db)| CurvePoint { frequency_hz, gain_db });
    let curve = EqCurve { points: points.into() };
    let expected = [(20.0, 3.0), (200.0, -4.0), (450.0, -4.0), (2236.07, 1.0), (5000.0, 6.0), (20_000.0, 0.0)];
    for (hz, db) in expected {
        assert!((curve.gain_db(hz) - db).abs() < 1e-4, "{hz} Hz: {}", curve.gain_db(hz));
    }
    let mut prepared = Chain::from([curve.clone()]).prepare(SampleRate::CD, 1).unwrap();
    let level = |hz: f64, prepared: &mut rae_effects::chain::Prepared| {
        let tone: Vec<f32> = (0..44_100).map(|n| (TAU * hz * f64::from(n) / 44_100.0).sin() as f32).collect();
        prepared.reset();
        let input = AudioBuffer::from_planar(tone, 1).unwrap();
        let output = prepared.process_whole(&input, Tail::Cut);
        let rms = |samples: &[f32]| samples[12_000..32_000].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        10.0 * (rms(output.channel(0)) / rms(input.channel(0))).log10()
    };
    for hz in [30.0, 100.0, 300.0, 700.0, 1500.0, 2236.07, 4000.0, 9000.0, 18_000.0] {
        let found = level(hz, &mut prepared);
        assert!((found - curve.gain_db(hz)).abs() < 0.15, "{hz} Hz: {found} dB, not {}", curve.gain_db(hz));
    }
}

#[test]
fn curves_that_are_none_are_refused() {
    let error = |points: &[(f64, f64)]| {
        let points = points.iter().map(|&(frequency_hz, gain_db)| CurvePoint { frequency_hz, gain_db }).collect();
        Chain::from([EqCurve { points }]).prepare(SampleRate::CD, 2).unwrap_err().to_string()
    };
    assert!(error(&[(100.0, 0.0), (100.0, 3.0)]).contains("100 Hz follows 100 Hz"));
    assert!(error(&[(100.0, 40.0)]).contains("points[0]: gain_db = 40"));
    assert!(error(&[(1.0, 0.0)]).contains("frequency_hz = 1 is outside"));
    assert!(error(&[(f64::NAN, 0.0)]).contains("frequency_hz"));
    let many: Vec<(f64, f64)> = (0..257).map(|n| (10.0 + f64::from(n), 0.0)).collect();
    assert!(error(&many).contains("257 points are too many"));
}

#[test]
fn spectra_know_levels_sides_and_other_numbers_of_channels() {
    let white: Vec<f32> = (0..FRAMES).map(|n| noise(7, n as u64) as f32).collect();
    let mono = spectrum(std::slice::from_ref(&white));
    assert!(mono.side.is_none());
    let flat = |bands: &[f64]| {
        let levels: Vec<f64> = bands[20..].iter().map(|power| 10.0 * power.log10()).collect();
        levels.iter().copied().fold(f64::MIN, f64::max) - levels.iter().copied().fold(f64::MAX, f64::min)
    };
    // What 64 windows of noise leave to chance: 0.16 dB in the lowest of these bands.
    assert!(flat(&mono.middle) < 1.0, "{}", flat(&mono.middle));
    let against: Vec<f32> = white.iter().map(|x| -x).collect();
    let stereo = spectrum(&[white.clone(), against]);
    let sum = |bands: &[f64]| bands.iter().sum::<f64>();
    assert!(sum(&stereo.middle) < 1e-9 * sum(stereo.side.as_ref().unwrap()));
    assert!((sum(stereo.side.as_ref().unwrap()) / sum(&mono.middle) - 1.0).abs() < 1e-3);
    let three = spectrum(&[white.clone(), white.clone(), white.clone()]);
    assert!((sum(&three.middle) / sum(&mono.middle) - 3.0).abs() < 1e-2);
}

#[test]
fn spectra_do_not_depend_on_blocks() {
    let music: Vec<Vec<f32>> = music().iter().map(|plane| plane[..50_000].to_vec()).collect();
    let whole = spectrum(&music);
    let mut meter = SpectrumMeter::new(SampleRate::CD, 2).unwrap();
    let mut at = 0;
    for length in [1, 7, 512, 8191, 8192, 20_000, usize::MAX] {
        let end = music[0].len().min(at + length.min(50_000));
        meter.push(&[&music[0][at..end], &music[1][at..end]]);
        at = end;
    }
    assert_eq!(meter.report(), whole);
}

#[test]
fn odd_recordings_get_harmless_matches() {
    let music = spectrum(&music());
    let of = |samples: Vec<f32>, channels: usize| spectrum(&vec![samples; channels]);
    let nothing = SpectrumMeter::new(SampleRate::CD, 2).unwrap().report();
    let low = SpectrumMeter::new(SampleRate::new(8000).unwrap(), 1).unwrap().report();
    let odd = [
        of(vec![0.0; 20_000], 2),
        of(vec![f32::NAN; 20_000], 2),
        of(vec![1e30; 20_000], 2),
        of(vec![0.5; 3], 2),
        of((0..20_000).map(|n| (f64::from(n) * 0.1).sin() as f32).collect(), 1),
        nothing,
        low,
    ];
    for (index, spectrum) in odd.iter().enumerate() {
        for found in [match_reference(&music, spectrum, 1.0, 1.0), match_reference(spectrum, &music, 1.0, 1.0)] {
            let points = &found.curve.points;
            assert!(points.iter().all(|point| point.gain_db.abs() <= 15.0), "{index}: {points:?}");
            assert!((0.0..=2.0).contains(&found.width) && found.louder_lu.is_finite(), "{index}: {found:?}");
            chain(&found).prepare(SampleRate::CD, 2).unwrap();
        }
    }
    assert!(SpectrumMeter::new(SampleRate::new(7999).unwrap(), 2).is_err());
    assert!(SpectrumMeter::new(SampleRate::CD, 65).is_err());
}

#[test]
fn what_a_reference_does_not_say_is_not_taken_away() {
    let music = music();
    // Nothing above 9 kHz, as behind a codec of low rate: the recording keeps its highs.
    let low_pass = Band::LowPass { frequency_hz: 9000.0, order: 8 };
    let dull = (0..6).fold(music.clone(), |planes, _| {
        through(&Chain::from([Equalizer { bands: vec![low_pass], linear_phase: false }]), &planes)
    });
    let found = match_reference(&spectrum(&music), &spectrum(&dull), 1.0, 0.0);
    let gain = |hz: f64| found.curve.gain_db(hz);
    // Where it speaks, down to 90 dB below its loudest band, it is followed as far as the curve goes.
    assert!(gain(11_000.0) < -12.0 && gain(1000.0).abs() < 1.5, "{:?}", found.curve);
    let silent = spectrum(&[vec![0.0; 20_000], vec![0.0; 20_000]]);
    for found in
        [match_reference(&spectrum(&music), &silent, 1.0, 1.0), match_reference(&silent, &spectrum(&music), 1.0, 1.0)]
    {
        assert!(found.curve.points.is_empty() && found.width == 1.0, "{found:?}");
    }
    // A tone alone says nothing of the bands far from it: they get its gain.
    let tone: Vec<f32> = (0..FRAMES).map(|n| 0.5 * (TAU * 1000.0 * n as f64 / 44_100.0).sin() as f32).collect();
    let louder: Vec<f32> = tone.iter().map(|x| 0.5 * x).collect();
    let found = match_reference(&spectrum(&[tone.clone(), tone]), &spectrum(&[louder.clone(), louder]), 1.0, 1.0);
    assert!(found.curve.points.iter().all(|point| point.gain_db.abs() < 0.1), "{:?}", found.curve);
}

#[test]
fn a_reference_with_equal_sides_leaves_the_width() {
    let music = music();
    let middle: Vec<f32> = music[0].iter().zip(&music[1]).map(|(l, r)| 0.5 * (l + r)).collect();
    let mono = spectrum(&[middle.clone(), middle]);
    assert_eq!(match_reference(&spectrum(&music), &mono, 1.0, 1.0).width, 1.0);
}

#[test]
fn no_gain_is_measured_twice() {
    for (target, first, slope) in [(0.0, 90.0, 0.0), (-14.0, 6.0, 0.0), (-60.0, -200.0, 1.0)] {
        let mut search = LoudnessSearch::new(target, first);
        let mut gains = Vec::new();
        while let Some(gain_db) = search.next() {
            assert!((-120.0..=60.0).contains(&gain_db) && !gains.contains(&gain_db), "{gain_db} after {gains:?}");
            gains.push(gain_db);
            search.take(Take { gain_db, lufs: -30.0 + slope * gain_db, reduction_db: 0.0 });
        }
        assert!(gains.len() <= 6);
    }
}
