//! Organs with pipes, tonewheels and reeds.

use rae_soundfont::Generator;

use crate::assemble::{Bank, Tone, keyboard};
use crate::synthesis::{Rng, Sound, Spectral, Still, band_pass, bump, burst, tilt};

/// Programs 16 to 23.
pub(crate) fn build(bank: &mut Bank, spectral: &mut Spectral) {
    tonewheels(bank, spectral);
    church(bank, spectral);
    free_reeds(bank, spectral);
}

/// Harmonics of the 8' tone that the nine drawbars sound, in halves: 16' is 1, 8' is 2, 1' is 16.
const DRAWBARS: [f32; 9] = [1.0, 3.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0];

/// Amplitude of a harmonic of the 16' tone in a registration; a drawbar's steps are 3 dB.
fn drawbar(registration: [u8; 9], n: f32) -> f32 {
    let step = |(&half, &pulled): (&f32, &u8)| {
        if half == n && pulled > 0 { 10f32.powf((f32::from(pulled) - 8.0) * 3.0 / 20.0) } else { 0.0 }
    };
    DRAWBARS.iter().zip(&registration).map(step).sum()
}

fn tonewheels(bank: &mut Bank, spectral: &mut Spectral) {
    let keys: Vec<u8> = (36..=96).step_by(6).collect();
    let mut registration = |bank: &mut Bank, name: &str, bars: [u8; 9], drive: f32| {
        let harmonic = |n: f32, _: f32| drawbar(bars, n);
        let spec = Still { length: 2048, rate: 32_000.0, spread: 0.0, harmonic: &harmonic, noise: None };
        bank.samples(name, &keys, |key| {
            // The sample's fundamental is the 16' tone, an octave below the key.
            let mut sound = spectral.still(key - 12, &spec, 16);
            sound.root = key;
            overdrive(&mut sound.points, drive);
            sound
        })
    };
    let jazz = registration(bank, "Drawbars 888", [8, 8, 8, 3, 0, 2, 0, 0, 2], 0.0);
    let rock = registration(bank, "Drawbars Full", [8, 8, 8, 6, 5, 6, 4, 4, 6], 1.6);
    let tone = Tone::new().attack(0.006).release(0.09).sends(14, 10);
    // A slow and a fast rotor: a little pitch, a little level.
    let slow = tone.clone().vibrato(3, 0.9, 0.01).tremolo(0.5, 0.8);
    let fast = tone.vibrato(7, 6.4, 0.01).tremolo(1.4, 6.1);
    let drawbars = bank.simple("Drawbar Organ", &jazz, &slow);
    let rocking = bank.simple("Rock Organ", &rock, &fast);
    bank.preset(16, "Drawbar Organ", &[(drawbars, Tone::new())]);
    bank.preset(18, "Rock Organ", &[(rocking, Tone::new().softer(1.0))]);

    let click = bank.sample("Key Click", key_click());
    let third = registration(bank, "Third Harmonic", [0, 0, 3, 0, 8, 0, 0, 0, 0], 0.0);
    let ping = keyboard(&third, |_| Tone::new().decay(1.1, 100.0));
    let mut zones = ping;
    zones.push(Tone::new().softer(8.0).set(Generator::ScaleTuning, 0).zone(None, Some(click), &Tone::new()));
    let percussion = bank.instrument("Organ Percussion", &Tone::new().release(0.1), zones);
    bank.preset(17, "Percussive Organ", &[(drawbars, Tone::new()), (percussion, Tone::new().softer(3.0))]);
}

/// A valve amplifier: soft saturation of a wave brought to a level of 1.
fn overdrive(points: &mut [f32], drive: f32) {
    let mean_square = points.iter().map(|point| point * point).sum::<f32>() / points.len() as f32;
    if drive > 0.0 {
        let gain = drive / mean_square.sqrt();
        points.iter_mut().for_each(|point| *point = (*point * gain).tanh());
    }
}

fn key_click() -> Sound {
    let rate = 32_000;
    let mut points = burst(rate as usize / 50, 0.003, rate, &mut Rng::new(17));
    band_pass(&mut points, 2600.0, 0.7, rate);
    Sound { points, rate, root: 60, cycle: None }
}

fn church(bank: &mut Bank, spectral: &mut Spectral) {
    let keys: Vec<u8> = (36..=96).step_by(10).collect();
    // Principals 8', 4', 2 2/3' and 2' over a soft 16': the sample's fundamental is the 16' tone.
    let ranks = [(1.0, 0.5), (2.0, 1.0), (4.0, 0.7), (6.0, 0.25), (8.0, 0.45), (12.0, 0.14), (16.0, 0.16)];
    let harmonic = |n: f32, hz: f32| {
        let rank = |&(pitch, level): &(f32, f32)| {
            let own = n / pitch;
            if own.fract() == 0.0 { level / own.powf(1.7) } else { 0.0 }
        };
        ranks.iter().map(rank).sum::<f32>() * tilt(hz, 5000.0, 3.0)
    };
    let wind = |hz: f32| 0.0005 * bump(hz, 1800.0, 1.5);
    let spec = Still { length: 1 << 14, rate: 26_000.0, spread: 1.6, harmonic: &harmonic, noise: Some(&wind) };
    let placed = bank.samples("Church Organ", &keys, |key| {
        let mut sound = spectral.still(key - 12, &spec, 19);
        sound.root = key;
        sound
    });
    let tone = Tone::new().attack(0.05).release(0.4).sends(45, 0);
    let instrument = bank.instrument("Church Organ", &tone, crate::bowed::both_sides(&placed, 1 << 13));
    bank.preset(19, "Church Organ", &[(instrument, Tone::new())]);
}

fn free_reeds(bank: &mut Bank, spectral: &mut Spectral) {
    let keys: Vec<u8> = (41..=89).step_by(6).collect();
    let mut reeds = |bank: &mut Bank, name: &str, harmonic: &dyn Fn(f32, f32) -> f32| {
        let breath = |hz: f32| 0.0002 * bump(hz, 2500.0, 1.2);
        let spec = Still { length: 1 << 12, rate: 26_000.0, spread: 0.0, harmonic, noise: Some(&breath) };
        bank.samples(name, &keys, |key| spectral.still(key, &spec, 21))
    };
    let soft = reeds(bank, "Free Reed", &|n, hz| (0.5 + bump(hz, 900.0, 1.0)) * tilt(hz, 2600.0, 2.4) / n.powf(0.6));
    let harp = reeds(bank, "Harmonica", &|n, hz| {
        (0.25 + bump(hz, 1500.0, 0.8) + 0.5 * bump(hz, 3200.0, 0.5)) * tilt(hz, 4500.0, 3.0) / n.powf(0.35)
    });
    let tone = Tone::new().attack(0.035).release(0.16).sends(18, 0);
    let organ = bank.simple("Reed Organ", &soft, &tone.clone().filter(4500.0, 0.0));
    let accordion = bank.simple("Accordion", &soft, &tone);
    let blown = bank.simple("Harmonica", &harp, &tone.vibrato(7, 5.0, 0.3).tremolo(0.8, 5.0).touch(2400));
    let plain = Tone::new;
    bank.preset(20, "Reed Organ", &[(organ, plain())]);
    let musette = [(accordion, plain().detune(0, -7).softer(3.0)), (accordion, plain().detune(0, 7).softer(3.0))];
    bank.preset(21, "Accordion", &musette);
    bank.preset(22, "Harmonica", &[(blown, plain())]);
    bank.preset(23, "Bandoneon", &[(organ, plain().softer(2.0)), (accordion, plain().detune(12, 1).softer(6.0))]);
}
