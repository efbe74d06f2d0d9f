//! Renders the built-in bank through the synthesizer, dry, and measures what comes out.

#![allow(dead_code, unreachable_pub, reason = "tests and the survey each use a part of it")]

use std::f64::consts::{PI, TAU};

use rae_midi::{Division, Event, Format, Message, Performance, Sequence, Track, TrackEvent};
use rae_synth::{Buses, Renderer, Settings};
use rustfft::{FftPlanner, num_complex::Complex32};

pub const RATE: f64 = 44_100.0;
/// Programs whose keys have a pitch: all but the drums and noises at the end of General MIDI.
pub const PITCHED: std::ops::Range<u8> = 0..115;
/// Programs that die away while the key is held.
pub const DECAYING: [u8; 47] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 31, 32, 33, 34, 36, 37, 45, 46, 47, 55,
    96, 98, 104, 105, 106, 107, 108, 112, 113, 114, 115, 116, 117, 118, 120, 127,
];
/// Programs that last as long as the key is held.
pub const SUSTAINED: [u8; 61] = [
    16, 17, 18, 19, 20, 21, 22, 23, 40, 41, 42, 43, 44, 48, 49, 50, 51, 52, 53, 54, 56, 57, 58, 59, 60, 61, 62, 63, 64,
    65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 85, 86, 87, 89, 90, 91, 92, 94, 95, 97,
    109, 110, 111,
];

/// A note: key, velocity, when it starts and how long it is held, seconds.
#[derive(Clone, Copy)]
pub struct Note(pub u8, pub u8, pub f64, pub f64);

/// Stereo audio.
pub struct Audio {
    pub left: Vec<f32>,
    pub right: Vec<f32>,
}

impl Audio {
    pub fn mono(&self) -> Vec<f32> {
        self.left.iter().zip(&self.right).map(|(left, right)| 0.5 * (left + right)).collect()
    }

    pub fn peak(&self) -> f32 {
        self.left.iter().chain(&self.right).fold(0.0, |peak, point| peak.max(point.abs()))
    }
}

/// The first `seconds` of `notes` played by `program` on `channel` (9: drums).
pub fn render(channel: u8, program: u8, notes: &[Note], seconds: f64) -> Audio {
    let mut events = vec![(0, Message::ProgramChange { program })];
    for &Note(key, velocity, start, length) in notes {
        let tick = |seconds: f64| (seconds * 1000.0).round() as u64;
        events.push((tick(start), Message::NoteOn { key, velocity }));
        events.push((tick(start + length), Message::NoteOff { key, velocity: 64 }));
    }
    events.sort_by_key(|event| event.0);
    let events =
        events.into_iter().map(|(tick, message)| TrackEvent { tick, event: Event::Channel { channel, message } });
    // 500 ticks to a quarter note of half a second: a tick is a millisecond.
    let sequence = Sequence {
        format: Format::Simultaneous,
        division: Division::TicksPerQuarter(500),
        tracks: vec![Track { events: events.collect() }],
    };
    let settings = Settings { sends: false, ..Settings::default() };
    let mut renderer = Renderer::new(rae_bank::soundfont(), &Performance::new(&sequence), &settings);
    let mut buses = Buses::new((seconds * RATE) as usize);
    renderer.render(&mut buses);
    assert!(renderer.take_warnings().is_empty());
    Audio { left: buses.left, right: buses.right }
}

/// Power spectra; keeps the transform's tables.
pub struct Spectra(FftPlanner<f32>);

impl Spectra {
    pub fn new() -> Spectra {
        Spectra(FftPlanner::new())
    }

    /// Power of `length` / 2 bins through a Hann window over all of `wave`, padded with zeros.
    pub fn power(&mut self, wave: &[f32], length: usize) -> Vec<f64> {
        let mut bins = vec![Complex32::default(); length];
        for (i, (bin, &point)) in bins.iter_mut().zip(wave).enumerate() {
            let window = 0.5 - 0.5 * (TAU * (i as f64 + 0.5) / wave.len() as f64).cos();
            bin.re = point * window as f32;
        }
        self.0.plan_fft_forward(length).process(&mut bins);
        bins[..length / 2].iter().map(|bin| f64::from(bin.norm_sqr())).collect()
    }

    /// Cents by which a note of `key` is off: the centres of gravity of its first ten harmonics, within 60 cents of
    /// where they belong, weighted by their power.
    pub fn cents_off(&mut self, wave: &[f32], key: u8) -> f64 {
        const LENGTH: usize = 1 << 17;
        let power = self.power(wave, LENGTH);
        let fundamental = key_hz(key);
        let (mut sum, mut moment) = (0.0, 0.0);
        for harmonic in (1..=10).map(|n| f64::from(n) * fundamental).take_while(|hz| *hz < 10_000.0) {
            let bin = |cents: f64| harmonic * (cents / 1200.0).exp2() / RATE * LENGTH as f64;
            for (i, power) in power.iter().enumerate().take(bin(60.0) as usize + 1).skip(bin(-60.0).ceil() as usize) {
                sum += power;
                moment += power * 1200.0 * (i as f64 / bin(0.0)).log2();
            }
        }
        moment / sum
    }
}

/// Equal temperament, A4 = 440 Hz.
pub fn key_hz(key: u8) -> f64 {
    440.0 * ((f64::from(key) - 69.0) / 12.0).exp2()
}

/// A second-order section.
struct Section {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Section {
    fn step(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.state[0];
        self.state[0] = self.b[1] * x - self.a[0] * y + self.state[1];
        self.state[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}

/// The two sections of ITU-R BS.1770-4, annex 1, for any rate: the analogue filters behind its coefficients at 48 kHz
/// (Mansbridge, Finn and Reiss, "Implementation and evaluation of autonomous multi-track fader control", AES 132).
fn k_weighting() -> [Section; 2] {
    let (gain, q, k) = (3.999_843_853_973_347f64, 0.707_175_236_955_419_6, (PI * 1_681.974_450_955_533 / RATE).tan());
    let vh = 10f64.powf(gain / 20.0);
    let vb = vh.powf(0.499_666_774_154_541_6);
    let a0 = 1.0 + k / q + k * k;
    let shelf = Section {
        b: [(vh + vb * k / q + k * k) / a0, 2.0 * (k * k - vh) / a0, (vh - vb * k / q + k * k) / a0],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
        state: [0.0; 2],
    };
    let (q, k) = (0.500_327_037_323_877_3, (PI * 38.135_470_876_024_44 / RATE).tan());
    let a0 = 1.0 + k / q + k * k;
    let high_pass =
        Section { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0], state: [0.0; 2] };
    [shelf, high_pass]
}

/// Mean squares of K-weighted audio over windows of 100 ms, both channels together.
fn weighted_tenths(audio: &Audio) -> Vec<f64> {
    let tenth = RATE as usize / 10;
    let mut sums = vec![0.0; audio.left.len() / tenth];
    for side in [&audio.left, &audio.right] {
        let mut sections = k_weighting();
        for (sum, points) in sums.iter_mut().zip(side.chunks_exact(tenth)) {
            let squares = points.iter().map(|&point| {
                let shelved = sections[0].step(f64::from(point));
                sections[1].step(shelved).powi(2)
            });
            *sum += squares.sum::<f64>() / tenth as f64;
        }
    }
    sums
}

fn lufs(mean_square: f64) -> f64 {
    -0.691 + 10.0 * mean_square.max(1e-20).log10()
}

/// Integrated loudness, LUFS: blocks of 400 ms overlapping by three quarters, gated at −70 LUFS and 10 LU below the
/// mean of what is left (ITU-R BS.1770-4, annex 1).
pub fn integrated_loudness(audio: &Audio) -> f64 {
    let tenths = weighted_tenths(audio);
    let blocks: Vec<f64> = tenths.windows(4).map(|four| four.iter().sum::<f64>() / 4.0).collect();
    let mean_above = |gate: f64| {
        let kept: Vec<f64> = blocks.iter().copied().filter(|&block| lufs(block) > gate).collect();
        kept.iter().sum::<f64>() / kept.len().max(1) as f64
    };
    let relative = lufs(mean_above(-70.0)) - 10.0;
    lufs(mean_above(relative.max(-70.0)))
}

/// Loudest 400 ms, LUFS.
pub fn momentary_loudness(audio: &Audio) -> f64 {
    let tenths = weighted_tenths(audio);
    lufs(tenths.windows(4).map(|four| four.iter().sum::<f64>() / 4.0).fold(0.0, f64::max))
}

/// Level of a stretch of audio in dB.
pub fn level_db(audio: &Audio, from: f64, to: f64) -> f64 {
    let range = (from * RATE) as usize..(to * RATE) as usize;
    let squares = |side: &[f32]| side[range.clone()].iter().map(|&point| f64::from(point).powi(2)).sum::<f64>();
    10.0 * ((squares(&audio.left) + squares(&audio.right)) / range.len() as f64).max(1e-20).log10()
}

/// The phrase by which programs are compared, a melody in the middle of the keyboard, and its seconds.
pub fn melody() -> (Vec<Note>, f64) {
    let keys = [48, 55, 60, 67, 72, 64];
    (keys.iter().zip(0..).map(|(&key, i)| Note(key, 100, f64::from(i), 0.95)).collect(), 6.5)
}

/// A chord held for two seconds, and its seconds.
pub fn chord() -> (Vec<Note>, f64) {
    ([48, 60, 64, 67].map(|key| Note(key, 100, 0.0, 2.0)).to_vec(), 2.5)
}

/// How a program sounds, as numbers that a listener would tell apart: levels of half-octave bands, dB, at three times
/// of a note, relative to the loudest; time to the loudest 20 ms; level after a second relative to that; brightness of
/// soft against loud notes.
pub fn fingerprint(program: u8, spectra: &mut Spectra) -> Vec<f64> {
    const LENGTH: usize = 1 << 14;
    let mut print = Vec::new();
    for key in [48, 72] {
        let audio = render(0, program, &[Note(key, 100, 0.0, 1.6)], 2.0);
        let wave = audio.mono();
        let levels: Vec<f64> =
            (0..90).map(|i| level_db(&audio, f64::from(i) * 0.02, f64::from(i + 1) * 0.02)).collect();
        let (loudest, top) = levels
            .iter()
            .enumerate()
            .fold((0, -200.0), |best, (i, &level)| if level > best.1 + 0.5 { (i, level) } else { best });
        print.push(8.0 * (1.0 + loudest as f64).log2());
        for later in [0.3, 0.9, 1.5] {
            print.push((level_db(&audio, later, later + 0.1) - top).max(-40.0));
        }
        for at in [0.02, 0.25, 1.0] {
            let start = (at * RATE) as usize;
            let power = spectra.power(&wave[start..start + LENGTH / 2], LENGTH);
            let mut bands = Vec::new();
            let mut low = 80.0f64;
            while low < 12_000.0 {
                let high = low * 2f64.powf(0.5);
                let bins = (low / RATE * LENGTH as f64) as usize..(high / RATE * LENGTH as f64) as usize;
                bands.push(10.0 * power[bins].iter().sum::<f64>().max(1e-20).log10());
                low = high;
            }
            let loudest = bands.iter().copied().fold(f64::MIN, f64::max);
            print.extend(bands.iter().map(|band| (band - loudest).max(-50.0) * 0.5));
        }
    }
    print
}

/// Root of the mean squared difference of two fingerprints, dB.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    (a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / a.len() as f64).sqrt()
}

/// How many groups remain when prints nearer than `limit` to the first of a group join it.
pub fn clusters(prints: &[Vec<f64>], limit: f64) -> usize {
    let mut leaders: Vec<&Vec<f64>> = Vec::new();
    for print in prints {
        if leaders.iter().all(|leader| distance(leader, print) > limit) {
            leaders.push(print);
        }
    }
    leaders.len()
}
