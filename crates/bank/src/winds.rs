//! Brass, reeds and pipes: steady spectra with the breath in them, shaped by envelope, filter and vibrato.

use rae_soundfont::Generator;

use crate::assemble::{Bank, Tone, keyboard};
use crate::bowed::both_sides;
use crate::synthesis::{Rng, Sound, Spectral, Still, band_pass, bump, burst, tilt};

/// A blown instrument.
struct Wind {
    program: u16,
    keys: (u8, u8),
    /// Amplitude of harmonic `n` at `hz`.
    harmonic: fn(f32, f32) -> f32,
    /// Amplitude of the breath in 1 Hz at its strongest, and where that is, hertz.
    breath: (f32, f32),
    attack: f32,
    /// Corner of the low-pass in hertz at the end of the attack, and cents by which the attack starts lower.
    filter: (f32, i16),
    /// Cents of vibrato.
    vibrato: i16,
}

const WINDS: [Wind; 22] = [
    brass(56, (52, 88), |n, hz| (0.3 + (hz / 1300.0).min(1.0)) * tilt(hz, 2500.0, 3.0) / n.powf(0.25), 11_500.0, 0.025),
    brass(57, (40, 76), |n, hz| (0.4 + (hz / 600.0).min(1.0)) * tilt(hz, 1150.0, 2.8) / n.powf(0.35), 7500.0, 0.035),
    brass(58, (26, 62), |n, hz| (0.5 + (hz / 260.0).min(1.0)) * tilt(hz, 480.0, 2.6) / n.powf(0.3), 3800.0, 0.045),
    brass(59, (52, 88), muted, 11_000.0, 0.02),
    brass(60, (35, 77), |n, hz| (0.6 + (hz / 350.0).min(1.0)) * tilt(hz, 900.0, 2.7) / n.powf(0.4), 6000.0, 0.055),
    reed(64, (54, 90), |n, hz| sax(n, hz, [900.0, 2100.0]), 0.0006, 9),
    reed(65, (48, 84), |n, hz| sax(n, hz, [680.0, 1700.0]), 0.0006, 9),
    reed(66, (42, 78), |n, hz| sax(n, hz, [520.0, 1350.0]), 0.0007, 9),
    reed(67, (36, 72), |n, hz| sax(n, hz, [400.0, 1050.0]), 0.0007, 8),
    reed(68, (56, 92), |n, hz| double_reed(n, hz, [1150.0, 2900.0]), 0.0003, 8),
    reed(69, (50, 84), |n, hz| double_reed(n, hz, [900.0, 2200.0]), 0.0003, 8),
    reed(70, (34, 72), |n, hz| double_reed(n, hz, [470.0, 1150.0]), 0.0003, 5),
    reed(71, (48, 90), clarinet, 0.0004, 0),
    reed(111, (54, 84), |n, hz| double_reed(n, hz, [1350.0, 3400.0]) + 0.1 * tilt(hz, 4000.0, 3.0), 0.0005, 14),
    pipe(72, (68, 104), |n, hz| [1.0, 0.35, 0.1, 0.04, 0.015][n as usize - 1] * tilt(hz, 6000.0, 4.0), 0.0008, 7),
    pipe(73, (56, 98), flute, 0.0009, 9),
    pipe(74, (56, 98), |n, _| [1.0, 0.07, 0.2, 0.03, 0.05][n as usize - 1], 0.0006, 4),
    pipe(75, (54, 96), |n, _| [1.0, 0.03, 0.14, 0.02, 0.03][n as usize - 1], 0.0032, 6),
    pipe(76, (48, 90), |n, _| [1.0, 0.02, 0.04, 0.0, 0.0][n as usize - 1], 0.0045, 4),
    pipe(77, (50, 92), |n, hz| flute(n, hz) * if n == 2.0 { 1.4 } else { 1.0 }, 0.0025, 18),
    pipe(78, (66, 102), |n, _| [1.0, 0.01, 0.0, 0.0, 0.0][n as usize - 1], 0.0007, 14),
    pipe(79, (54, 96), |n, _| [1.0, 0.05, 0.03, 0.0, 0.0][n as usize - 1], 0.0005, 6),
];

const fn brass(program: u16, keys: (u8, u8), harmonic: fn(f32, f32) -> f32, corner: f32, attack: f32) -> Wind {
    Wind { program, keys, harmonic, breath: (0.0003, 900.0), attack, filter: (corner, 2600), vibrato: 4 }
}

const fn reed(program: u16, keys: (u8, u8), harmonic: fn(f32, f32) -> f32, breath: f32, vibrato: i16) -> Wind {
    Wind { program, keys, harmonic, breath: (breath, 2500.0), attack: 0.035, filter: (12_000.0, 1500), vibrato }
}

const fn pipe(program: u16, keys: (u8, u8), harmonic: fn(f32, f32) -> f32, breath: f32, vibrato: i16) -> Wind {
    Wind { program, keys, harmonic, breath: (breath, 1400.0), attack: 0.05, filter: (13_000.0, 0), vibrato }
}

fn muted(n: f32, hz: f32) -> f32 {
    (0.12 + bump(hz, 1700.0, 0.55) + 0.8 * bump(hz, 3300.0, 0.4)) * tilt(hz, 4800.0, 4.0) / n.powf(0.2)
}

fn sax(n: f32, hz: f32, formants: [f32; 2]) -> f32 {
    let body = 0.35 + bump(hz, formants[0], 0.7) + 0.6 * bump(hz, formants[1], 0.6);
    let even = if (n as u32).is_multiple_of(2) { 0.75 } else { 1.0 };
    body * even * tilt(hz, 3000.0, 2.4) / n.powf(0.55)
}

fn double_reed(n: f32, hz: f32, formants: [f32; 2]) -> f32 {
    (0.18 + 1.2 * bump(hz, formants[0], 0.55) + 0.5 * bump(hz, formants[1], 0.4)) * tilt(hz, 4200.0, 3.0) / n.powf(0.15)
}

fn clarinet(n: f32, hz: f32) -> f32 {
    // Even harmonics are missing only below the cutoff of the tone holes, about 1500 Hz (Benade).
    let even = if (n as u32).is_multiple_of(2) { 0.06 + 0.5 * (hz / 3000.0).min(1.0).powi(2) } else { 1.0 };
    even * tilt(hz, 2300.0, 2.8) / n.powf(0.4)
}

fn flute(n: f32, hz: f32) -> f32 {
    [1.0, 0.55, 0.28, 0.1, 0.05][n as usize - 1] * tilt(hz, 2600.0, 1.6)
}

/// Programs 56 to 79, 109 and 111.
pub(crate) fn build(bank: &mut Bank, spectral: &mut Spectral) {
    let chiff = bank.sample("Chiff", chiff());
    for wind in &WINDS {
        let piped = (72..80).contains(&wind.program);
        let name = crate::NAMES[wind.program as usize];
        let (step, length) = if piped { (9, 1 << 13) } else { (8, 1 << 12) };
        let keys: Vec<u8> = (wind.keys.0..=wind.keys.1).step_by(step).collect();
        let harmonic = |n: f32, hz: f32| if piped && n > 5.0 { 0.0 } else { (wind.harmonic)(n, hz) };
        let breath = |hz: f32| wind.breath.0 * bump(hz, wind.breath.1, 1.3);
        let spec = Still { length, rate: 26_000.0, spread: 0.0, harmonic: &harmonic, noise: Some(&breath) };
        let placed = bank.samples(name, &keys, |key| spectral.still(key, &spec, u64::from(wind.program)));
        let mut zones = keyboard(&placed, |_| Tone::new());
        if piped {
            // Filtered noise follows the key: 100 cents per key from middle C.
            let onset = Tone::new().decay(0.35, 100.0).attack(0.004).softer(9.0);
            zones.push(onset.zone(None, Some(chiff), &Tone::new()));
        }
        let instrument = bank.instrument(name, &wind.tone(), zones);
        bank.preset(wind.program, name, &[(instrument, Tone::new())]);
    }
    brass_section(bank, spectral);
    bagpipe(bank, spectral);
}

impl Wind {
    fn tone(&self) -> Tone {
        let (corner, lower) = self.filter;
        let start = corner / (f32::from(lower) / 1200.0).exp2();
        let tone = Tone::new().attack(self.attack).release(0.22).sends(24, 0);
        let tone = tone.vibrato(self.vibrato, 5.1, 0.35).filter(start.min(18_000.0), 0.0);
        match lower {
            // A flautist's vibrato is in the breath more than in the pitch.
            0 => tone.tremolo(0.7, 5.1).set(Generator::DelayModLfo, -1800).touch(1200),
            cents => tone.sweep(cents, self.attack * 2.0, 0.5, 0.82).touch(2400),
        }
    }
}

/// The onset of air at a labium, made for middle C.
fn chiff() -> Sound {
    let rate = 32_000;
    let mut points = burst(rate as usize / 4, 0.05, rate, &mut Rng::new(75));
    band_pass(&mut points, 900.0, 1.4, rate);
    Sound { points, rate, root: 60, cycle: None }
}

fn brass_section(bank: &mut Bank, spectral: &mut Spectral) {
    let keys: Vec<u8> = (36..=84).step_by(8).collect();
    let harmonic = |n: f32, hz: f32| (0.4 + (hz / 800.0).min(1.0)) * tilt(hz, 2300.0, 2.6) / n.powf(0.35);
    let spec = Still { length: 1 << 14, rate: 22_000.0, spread: 8.0, harmonic: &harmonic, noise: None };
    let placed = bank.samples("Brass Section", &keys, |key| spectral.still(key, &spec, 61));
    let tone = Tone::new().attack(0.03).release(0.3).filter(2200.0, 0.0).sweep(2600, 0.06, 0.6, 0.75).touch(3000);
    let instrument = bank.instrument("Brass Section", &tone.sends(26, 0), both_sides(&placed, 1 << 13));
    bank.preset(61, "Brass Section", &[(instrument, Tone::new())]);
}

fn bagpipe(bank: &mut Bank, spectral: &mut Spectral) {
    let keys: Vec<u8> = (48..=84).step_by(6).collect();
    let harmonic = |n: f32, hz: f32| double_reed(n, hz, [1000.0, 2400.0]) + 0.3 * tilt(hz, 2500.0, 2.0) / n;
    let spec = Still { length: 1 << 11, rate: 26_000.0, spread: 0.0, harmonic: &harmonic, noise: None };
    let placed = bank.samples("Bagpipe", &keys, |key| spectral.still(key, &spec, 109));
    let tone = Tone::new().attack(0.02).release(0.15).sends(20, 0);
    let chanter = bank.simple("Bagpipe Chanter", &placed, &tone);
    // The drone sounds the same low A whatever the key: no scale tuning, three semitones below its sample's C.
    let fixed = Tone::new().set(Generator::ScaleTuning, 0).set(Generator::SampleModes, 1).detune(-3, 0).softer(12.0);
    let zone = fixed.zone(None, Some(placed[0].1), &Tone::new());
    let drone = bank.instrument("Bagpipe Drone", &tone, vec![zone]);
    bank.preset(109, "Bagpipe", &[(chanter, Tone::new()), (drone, Tone::new())]);
}
