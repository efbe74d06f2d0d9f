//! Primitives of sound: everything the recipes are made of.
//!
//! Every pitched sound is in tune by construction: a whole number of periods fits the loop exactly, and the sample
//! rate (any whole number of hertz is allowed) is chosen so that the root key comes out right. Loops therefore close
//! without crossfades, except where a decaying string has to be bent into one.

use std::f64::consts::TAU;
use std::ops::Range;

use rustfft::{FftPlanner, num_complex::Complex32};

/// Points before and after a loop that repeat it, for the interpolation of any player (SoundFont 2.04, 7.10).
pub(crate) const MARGIN: usize = 32;

/// A sound on the way to becoming a sample.
pub(crate) struct Sound {
    /// Points, at any level: it is set when the sample is stored.
    pub(crate) points: Vec<f32>,
    /// Frames per second.
    pub(crate) rate: u32,
    /// Key at which it sounds as it is.
    pub(crate) root: u8,
    /// First and one past the last point of the loop.
    pub(crate) cycle: Option<Range<usize>>,
}

/// Small deterministic generator of random numbers (splitmix64).
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Uniform in −1..1: white noise.
    pub(crate) fn noise(&mut self) -> f32 {
        self.unit() * 2.0 - 1.0
    }

    /// Uniform in the square of half-width 1.
    fn complex(&mut self) -> Complex32 {
        let bits = self.bits();
        let part = |bits: u64| (bits & 0xff_ffff) as f32 / (1u32 << 23) as f32 - 1.0;
        Complex32::new(part(bits), part(bits >> 32))
    }
}

/// Frequency of a key in hertz, equal temperament, A4 = 440 Hz.
pub(crate) fn key_hz(key: u8) -> f64 {
    440.0 * ((f64::from(key) - 69.0) / 12.0).exp2()
}

/// How many periods of `hz` to put into `length` frames, and the sample rate near `wish` that makes them fit.
pub(crate) fn fit(hz: f64, length: usize, wish: f64) -> (usize, u32) {
    let cycles = (hz * length as f64 / wish).round().max(1.0);
    (cycles as usize, (hz * length as f64 / cycles).round() as u32)
}

/// A resonance on a logarithmic frequency axis: 1 at `centre`, e⁻¹ at `octaves` to either side.
pub(crate) fn bump(hz: f32, centre: f32, octaves: f32) -> f32 {
    let distance = (hz / centre).log2() / octaves;
    (-distance * distance).exp()
}

/// A low-pass tilt: 1 far below `corner`, falling by `order` · 6 dB per octave far above.
pub(crate) fn tilt(hz: f32, corner: f32, order: f32) -> f32 {
    1.0 / (1.0 + (hz / corner).powf(order))
}

/// One decaying sine.
#[derive(Clone, Copy)]
pub(crate) struct Partial {
    /// Cycles per frame.
    pub(crate) frequency: f64,
    /// Phase at the first frame, in cycles.
    pub(crate) phase: f64,
    /// Amplitude.
    pub(crate) amplitude: f32,
    /// Frames to rise to 63 %.
    pub(crate) rise: f32,
    /// Initial decay, dB per frame; it slackens until the frame of rest, from which on the level stands still.
    pub(crate) fall: f32,
    /// Share of the amplitude that dies quickly at the start.
    pub(crate) prompt: f32,
    /// Frames in which that share falls to 37 %.
    pub(crate) prompt_frames: f32,
}

impl Partial {
    /// A sine at full level from the first millisecond on.
    pub(crate) fn new(frequency: f64, amplitude: f32) -> Partial {
        Partial { frequency, phase: 0.0, amplitude, rise: 20.0, fall: 0.0, prompt: 0.0, prompt_frames: 1.0 }
    }

    fn level(&self, frame: f32, rest: f32) -> f32 {
        let aged = frame.min(rest);
        let aged = aged - aged * aged / (2.0 * rest);
        let fall = (aged * self.fall * -0.115_129).exp();
        let prompt = 1.0 - self.prompt + self.prompt * (-2.0 * aged / self.prompt_frames).exp();
        self.amplitude * fall * prompt * (1.0 - (-frame / self.rise).exp())
    }
}

/// Adds up partials over `length` frames; levels stand still from frame `rest` on, so that a loop can begin there.
pub(crate) fn additive(partials: &[Partial], length: usize, rest: usize) -> Vec<f32> {
    const BLOCK: usize = 256;
    const INAUDIBLE: f32 = 2e-5;
    let mut out = vec![0.0f32; length];
    for (block, chunk) in out.chunks_mut(BLOCK).enumerate() {
        let from = block * BLOCK;
        let mut lanes = Lanes::default();
        for partial in partials {
            let start = partial.level(from as f32, rest as f32);
            let end = partial.level((from + BLOCK) as f32, rest as f32);
            if start.max(end) > INAUDIBLE {
                lanes.push(partial, from, start, (end - start) / BLOCK as f32);
                if lanes.used == LANES {
                    lanes.run(chunk);
                }
            }
        }
        lanes.run(chunk);
    }
    out
}

const LANES: usize = 8;

/// Partials that are rotated side by side.
#[derive(Default)]
struct Lanes {
    used: usize,
    re: [f32; LANES],
    im: [f32; LANES],
    cos: [f32; LANES],
    sin: [f32; LANES],
    gain: [f32; LANES],
    slope: [f32; LANES],
}

impl Lanes {
    fn push(&mut self, partial: &Partial, frame: usize, gain: f32, slope: f32) {
        let i = self.used;
        let (sin, cos) = ((partial.phase + partial.frequency * frame as f64).fract() * TAU).sin_cos();
        (self.re[i], self.im[i]) = (cos as f32, sin as f32);
        let (sin, cos) = (partial.frequency * TAU).sin_cos();
        (self.cos[i], self.sin[i]) = (cos as f32, sin as f32);
        (self.gain[i], self.slope[i]) = (gain, slope);
        self.used += 1;
    }

    fn run(&mut self, out: &mut [f32]) {
        let Lanes { mut re, mut im, cos, sin, mut gain, slope, .. } = *self;
        for point in out {
            let mut voices = [0.0f32; LANES];
            for i in 0..LANES {
                voices[i] = im[i] * gain[i];
                gain[i] += slope[i];
                let next = re[i] * cos[i] - im[i] * sin[i];
                im[i] = im[i] * cos[i] + re[i] * sin[i];
                re[i] = next;
            }
            let [a, b, c, d, e, f, g, h] = voices;
            *point += ((a + e) + (b + f)) + ((c + g) + (d + h));
        }
        *self = Lanes::default();
    }
}

/// Adds a sine whose frequency (hertz) and amplitude follow time (seconds), in steps of 32 frames.
pub(crate) fn glide(out: &mut [f32], rate: u32, at: impl Fn(f32) -> (f32, f32)) {
    const BLOCK: usize = 32;
    let (mut re, mut im) = (1.0f32, 0.0f32);
    let (_, mut gain) = at(0.0);
    for (i, block) in out.chunks_mut(BLOCK).enumerate() {
        let (hz, _) = at((i * BLOCK) as f32 / rate as f32);
        let (_, target) = at(((i + 1) * BLOCK) as f32 / rate as f32);
        let slope = (target - gain) / BLOCK as f32;
        let (sin, cos) = (TAU as f32 * hz / rate as f32).sin_cos();
        for point in block {
            *point += im * gain;
            gain += slope;
            (re, im) = (re * cos - im * sin, im * cos + re * sin);
        }
        let norm = 1.5 - 0.5 * (re * re + im * im);
        (re, im) = (re * norm, im * norm);
        gain = target;
    }
}

/// Sounds that stand still, made in the frequency domain: loops of any richness that close by themselves
/// (after Nasca's PADsynth, zynaddsubfx.sourceforge.io/doc/PADsynth/PADsynth.htm).
pub(crate) struct Still<'a> {
    /// Loop length in frames, a power of two.
    pub(crate) length: usize,
    /// Sample rate to come near to.
    pub(crate) rate: f64,
    /// Standard deviation of the players' pitch, cents; 0 for a single steady tone.
    pub(crate) spread: f32,
    /// Amplitude of a harmonic from its number and its frequency in hertz.
    pub(crate) harmonic: &'a dyn Fn(f32, f32) -> f32,
    /// Amplitude of noise in a band of 1 Hz, from its frequency.
    pub(crate) noise: Option<&'a dyn Fn(f32) -> f32>,
}

/// Makes [`Still`] sounds; keeps the transform's tables.
pub(crate) struct Spectral(FftPlanner<f32>);

impl Spectral {
    pub(crate) fn new() -> Spectral {
        Spectral(FftPlanner::new())
    }

    /// Two independent waves that close on themselves, of lines with random places: `density` of all bins, the
    /// amplitude of a line from its frequency.
    pub(crate) fn noise_pair(
        &mut self,
        length: usize,
        rate: u32,
        density: f32,
        shape: &dyn Fn(f32) -> f32,
        rng: &mut Rng,
    ) -> [Vec<f32>; 2] {
        let mut bins = vec![Complex32::default(); length];
        let mut i = 1;
        while i < length * 47 / 100 {
            let amplitude = shape(i as f32 * rate as f32 / length as f32) / density.sqrt();
            // A real wave has mirrored bins; the second wave goes into the imaginary part.
            let (one, other) = (rng.complex() * amplitude, rng.complex() * amplitude);
            bins[i] = one + other * Complex32::i();
            bins[length - i] = one.conj() + other.conj() * Complex32::i();
            i += 1 + if density < 1.0 { (2.0 * rng.unit() * (1.0 / density - 1.0)) as usize } else { 0 };
        }
        self.transform(&mut bins)
    }

    /// Inverse transform of two real waves in one: the real and the imaginary part.
    pub(crate) fn transform(&mut self, bins: &mut [Complex32]) -> [Vec<f32>; 2] {
        self.0.plan_fft_inverse(bins.len()).process(bins);
        [bins.iter().map(|bin| bin.re).collect(), bins.iter().map(|bin| bin.im).collect()]
    }

    /// The sound of `key`: a loop with its margins.
    pub(crate) fn still(&mut self, key: u8, spec: &Still, seed: u64) -> Sound {
        let (cycles, rate) = fit(key_hz(key), spec.length, spec.rate);
        let mut rng = Rng::new(seed * 131 + u64::from(key));
        let hz_per_bin = f64::from(rate) as f32 / spec.length as f32;
        let mut bins = vec![Complex32::default(); spec.length];
        let top = (spec.length as f32 * 0.46) as usize;
        for n in (1..).take_while(|n| n * cycles < top) {
            let amplitude = (spec.harmonic)(n as f32, (n * cycles) as f32 * hz_per_bin);
            add_line(&mut bins[..top], n * cycles, amplitude, spec.spread, &mut rng);
        }
        if let Some(noise) = spec.noise {
            for (band, values) in bins[..top].chunks_mut(16).enumerate().skip(1) {
                // 1.22 brings the mean square of two uniform parts to 1.
                let amplitude = 1.22 * noise((band * 16 + 8) as f32 * hz_per_bin) * hz_per_bin.sqrt();
                values.iter_mut().for_each(|value| *value += rng.complex() * amplitude);
            }
        }
        self.0.plan_fft_inverse(spec.length).process(&mut bins);
        let wave: Vec<f32> = bins.iter().map(|value| value.re).collect();
        loop_of(&wave, rate, key)
    }
}

/// One harmonic: a line, or a Gaussian cluster of lines of the same power around `centre`.
fn add_line(bins: &mut [Complex32], centre: usize, amplitude: f32, spread: f32, rng: &mut Rng) {
    if amplitude < 1e-5 {
        return;
    }
    let deviation = centre as f32 * ((spread / 1200.0).exp2() - 1.0);
    let reach = (deviation * 2.3) as usize;
    if reach == 0 {
        bins[centre] += Complex32::from_polar(amplitude, rng.unit() * TAU as f32);
        return;
    }
    let weights: Vec<f32> = (0..=reach).map(|offset| (-0.5 * (offset as f32 / deviation).powi(2)).exp()).collect();
    let power = weights[1..].iter().fold(1.0, |power, weight| power + 2.0 * weight * weight);
    for (offset, weight) in weights.iter().enumerate().take(bins.len() - centre) {
        let share = amplitude / power.sqrt() * weight;
        // Few lines get equal amplitudes, many get chance; to either side the same, so that the middle is in tune.
        let one = match reach {
            0..12 => Complex32::from_polar(share, rng.unit() * TAU as f32),
            _ => rng.complex() * (1.22 * share),
        };
        bins[centre + offset] += one;
        if offset > 0 && offset <= centre {
            bins[centre - offset] += turned(one, rng.bits());
        }
    }
}

/// The same length in one of eight other directions.
fn turned(value: Complex32, bits: u64) -> Complex32 {
    let (a, b) = if bits & 1 == 0 { (value.re, value.im) } else { (value.im, value.re) };
    Complex32::new(if bits & 2 == 0 { a } else { -a }, if bits & 4 == 0 { b } else { -b })
}

/// A wave that closes on itself, with its margins.
pub(crate) fn loop_of(wave: &[f32], rate: u32, root: u8) -> Sound {
    let mut points = wave[wave.len() - MARGIN..].to_vec();
    points.extend_from_slice(wave);
    points.extend_from_slice(&wave[..MARGIN]);
    Sound { points, rate, root, cycle: Some(MARGIN..MARGIN + wave.len()) }
}

/// A plucked string (Karplus and Strong 1983; Jaffe and Smith 1983), without the loss of its slowest partial,
/// which the volume envelope supplies.
pub(crate) struct Pluck {
    /// Corner of the pluck's spectrum, hertz: soft finger 1000, plectrum 6000.
    pub(crate) brightness: f32,
    /// Where it is plucked, as a share of the string.
    pub(crate) position: f32,
    /// Partials fall with this power of their number; 1 is a string pulled aside by a point and heard at the bridge.
    pub(crate) slope: f32,
    /// Decay of partials at 2 kHz, dB per second.
    pub(crate) damping: f32,
    /// Seconds before the loop.
    pub(crate) seconds: f32,
    /// Sample rate to come near to.
    pub(crate) rate: f64,
}

impl Pluck {
    /// The string of `key`: its onset and a loop of a period.
    pub(crate) fn sound(&self, key: u8, seed: u64) -> Sound {
        let hz = key_hz(key);
        let (period, rate) = whole_period(hz, self.rate);
        let per_period = self.damping / hz as f32;
        let squared = (std::f32::consts::PI * 2000.0 / rate as f32).sin().powi(2);
        let smoothing = ((1.0 - 10f32.powf(-per_period / 20.0)) / (4.0 * squared)).clamp(0.001, 0.25);

        // One period, so that nothing changes from turn to turn; at least 64 points for players that want room.
        let periods = 64usize.div_ceil(period);
        let onset = (f64::from(self.seconds) * hz).ceil() as usize * period;
        let length = onset + (periods + 1) * period + MARGIN + 2;
        let mut string = self.excitation(period, rate, &mut Rng::new(seed * 977 + u64::from(key)));
        string.reserve(length);
        for i in period + 1..length {
            let around = string[i - period - 1] + string[i - period + 1];
            string.push(string[i - period] * (1.0 - 2.0 * smoothing) + smoothing * around);
        }
        bend_into_loop(&mut string, onset, periods * period, periods * period);
        Sound { points: string, rate, root: key, cycle: Some(onset..onset + periods * period) }
    }

    /// One period and a point of what the pluck leaves on the string: every partial present, a notch for its place,
    /// phases at random as in the noise burst of the original.
    fn excitation(&self, period: usize, rate: u32, rng: &mut Rng) -> Vec<f32> {
        let table: Vec<f32> = (0..period).map(|i| (i as f64 / period as f64 * TAU).sin() as f32).collect();
        let hz = rate as f32 / period as f32;
        let mut wave = vec![0.0; period];
        for n in 1..(period as f32 * 0.46) as usize {
            let comb = (std::f32::consts::PI * n as f32 * self.position).sin().abs() + 0.05;
            let falling = (n as f32).powf(-self.slope);
            let amplitude = comb * falling * tilt(n as f32 * hz, self.brightness, 2.0) * (0.75 + 0.5 * rng.unit());
            let mut index = (rng.unit() * period as f32) as usize % period;
            for point in &mut wave {
                *point += amplitude * table[index];
                index = (index + n) % period;
            }
        }
        wave.push(wave[0]);
        wave
    }
}

/// A period of a whole number of frames and the sample rate near `wish` that makes it sound at `hz`.
pub(crate) fn whole_period(hz: f64, wish: f64) -> (usize, u32) {
    let period = (wish / hz).round().max(4.0);
    (period as usize, (hz * period).round() as u32)
}

/// Makes `wave[start..start + length]` a loop by blending its last `blend` points into those before `start`.
pub(crate) fn bend_into_loop(wave: &mut Vec<f32>, start: usize, length: usize, blend: usize) {
    for i in 0..blend {
        let mix = (i + 1) as f32 / blend as f32;
        let (target, source) = (start + length - blend + i, start - blend + i);
        wave[target] += (wave[source] - wave[target]) * mix;
    }
    wave.truncate(start + length);
    let margin: Vec<f32> = wave[start..].iter().copied().cycle().take(MARGIN).collect();
    wave.extend(margin);
}

/// A two-pole filter with a peak: the state-variable form of Simper (cytomic.com, "SvfLinearTrapOptimised2").
pub(crate) struct Filter {
    g: f32,
    k: f32,
    band: f32,
    low: f32,
}

impl Filter {
    pub(crate) fn new(hz: f32, q: f32, rate: u32) -> Filter {
        let g = (std::f32::consts::PI * (hz / rate as f32).min(0.48)).tan();
        Filter { g, k: 1.0 / q, band: 0.0, low: 0.0 }
    }

    /// Moves the corner and the sharpness; what rings goes on.
    pub(crate) fn tune(&mut self, hz: f32, q: f32, rate: u32) {
        let Filter { g, k, .. } = Filter::new(hz, q, rate);
        (self.g, self.k) = (g, k);
    }

    /// Low-pass, band-pass (1 at its centre) and high-pass of the next point.
    pub(crate) fn step(&mut self, point: f32) -> [f32; 3] {
        let high = (point - (self.g + self.k) * self.band - self.low) / (1.0 + self.g * (self.g + self.k));
        let band = self.g * high + self.band;
        let low = self.g * band + self.low;
        self.band = self.g * high + band;
        self.low = self.g * band + low;
        [low, self.k * band, high]
    }
}

/// Low-pass output of [`Filter`] over a wave.
pub(crate) fn low_pass(wave: &mut [f32], hz: f32, rate: u32) {
    let mut filter = Filter::new(hz, 0.707, rate);
    wave.iter_mut().for_each(|point| *point = filter.step(*point)[0]);
}

/// Band-pass output of [`Filter`] over a wave.
pub(crate) fn band_pass(wave: &mut [f32], hz: f32, q: f32, rate: u32) {
    let mut filter = Filter::new(hz, q, rate);
    wave.iter_mut().for_each(|point| *point = filter.step(*point)[1]);
}

/// High-pass output of [`Filter`] over a wave.
pub(crate) fn high_pass(wave: &mut [f32], hz: f32, rate: u32) {
    let mut filter = Filter::new(hz, 0.707, rate);
    wave.iter_mut().for_each(|point| *point = filter.step(*point)[2]);
}

/// White noise that falls to 37 % every `seconds`.
pub(crate) fn burst(frames: usize, seconds: f32, rate: u32, rng: &mut Rng) -> Vec<f32> {
    let keep = (-1.0 / (seconds * rate as f32)).exp();
    let mut level = 1.0;
    let step = |_| {
        level *= keep;
        rng.noise() * level
    };
    (0..frames).map(step).collect()
}

/// Adds `other` times `gain` from frame `at` on, as far as it fits.
pub(crate) fn mix(wave: &mut [f32], other: &[f32], gain: f32, at: usize) {
    let tail = wave.get_mut(at..).unwrap_or_default();
    tail.iter_mut().zip(other).for_each(|(point, other)| *point += other * gain);
}
