//! Struck bars, tubes, bells and kettles: sums of a few decaying modes.

use crate::assemble::{Bank, Tone, keyboard};
use crate::synthesis::{MARGIN, Partial, Rng, Sound, additive, burst, fit, key_hz, low_pass, mix};

/// One mode of a struck body: frequency ratio, amplitude, and how many dB per second faster than the first it dies.
type Mode = (f64, f32, f32);

/// A body with a few modes, struck by something that knocks.
struct Bar {
    name: &'static str,
    modes: &'static [Mode],
    /// Lowest and highest root.
    keys: (u8, u8),
    /// Seconds in which the first mode of C5 falls by 100 dB.
    decay: f32,
    /// Level of the mallet's knock and its corner in hertz.
    knock: (f32, f32),
    /// Seconds in which a stopped note falls by 100 dB.
    release: f32,
    /// Louder than other sounds by dB, since it is so short.
    boost: f32,
}

const CELESTA: Bar = Bar {
    name: "Celesta",
    modes: &[(1.0, 1.0, 0.0), (2.0, 0.12, 6.0), (4.02, 0.22, 30.0), (10.1, 0.05, 90.0)],
    keys: (48, 108),
    decay: 5.0,
    knock: (0.08, 2500.0),
    release: 1.5,
    boost: 3.0,
};
const GLOCKENSPIEL: Bar = Bar {
    name: "Glockenspiel",
    modes: &[(1.0, 1.0, 0.0), (2.756, 0.35, 14.0), (5.404, 0.22, 40.0), (8.93, 0.1, 80.0)],
    keys: (60, 108),
    decay: 7.0,
    knock: (0.15, 7000.0),
    release: 4.0,
    boost: 0.0,
};
const MUSIC_BOX: Bar = Bar {
    name: "Music Box",
    modes: &[(1.0, 1.0, 0.0), (2.01, 0.2, 8.0), (3.0, 0.1, 12.0), (6.27, 0.2, 35.0), (11.2, 0.06, 80.0)],
    keys: (48, 103),
    decay: 5.0,
    knock: (0.1, 5000.0),
    release: 3.0,
    boost: 3.0,
};
const VIBRAPHONE: Bar = Bar {
    name: "Vibraphone",
    modes: &[(1.0, 1.0, 0.0), (4.0, 0.22, 14.0), (10.05, 0.06, 60.0)],
    keys: (46, 94),
    decay: 9.0,
    knock: (0.05, 1500.0),
    release: 1.2,
    boost: 0.0,
};
const MARIMBA: Bar = Bar {
    name: "Marimba",
    modes: &[(1.0, 1.0, 0.0), (3.93, 0.28, 45.0), (9.6, 0.12, 120.0)],
    keys: (36, 96),
    decay: 1.3,
    knock: (0.25, 900.0),
    release: 1.0,
    boost: 5.0,
};
const XYLOPHONE: Bar = Bar {
    name: "Xylophone",
    modes: &[(1.0, 1.0, 0.0), (3.0, 0.55, 25.0), (6.1, 0.3, 70.0), (9.9, 0.15, 120.0)],
    keys: (53, 103),
    decay: 0.9,
    knock: (0.3, 3500.0),
    release: 0.8,
    boost: 8.0,
};
const TUBULAR: Bar = Bar {
    name: "Tubular Bells",
    // Ratios of a tube's modes 4 to 9 to the strike note heard an octave below the fourth.
    modes: &[
        (1.0, 0.45, 0.0),
        (2.0, 1.0, 0.5),
        (2.99, 0.8, 2.5),
        (4.17, 0.55, 6.0),
        (5.42, 0.35, 12.0),
        (6.8, 0.2, 20.0),
        (0.68, 0.12, 0.0),
        (8.2, 0.1, 30.0),
    ],
    keys: (48, 84),
    decay: 11.0,
    knock: (0.1, 3000.0),
    release: 5.0,
    boost: 0.0,
};
const KALIMBA: Bar = Bar {
    name: "Kalimba",
    modes: &[(1.0, 1.0, 0.0), (5.4, 0.14, 60.0), (6.27, 0.1, 80.0)],
    keys: (48, 96),
    decay: 2.6,
    knock: (0.22, 1300.0),
    release: 1.5,
    boost: 6.0,
};
const STEEL_DRUM: Bar = Bar {
    name: "Steel Drum",
    modes: &[(1.0, 1.0, 0.0), (2.005, 0.7, 6.0), (3.01, 0.3, 14.0), (4.03, 0.25, 20.0), (5.1, 0.12, 30.0)],
    keys: (48, 90),
    decay: 2.4,
    knock: (0.12, 1800.0),
    release: 1.0,
    boost: 6.0,
};
const AGOGO: Bar = Bar {
    name: "Agogo",
    modes: &[(1.0, 1.0, 0.0), (1.52, 0.5, 20.0), (2.68, 0.6, 30.0), (3.92, 0.4, 50.0), (5.3, 0.25, 60.0)],
    keys: (60, 96),
    decay: 1.4,
    knock: (0.2, 5000.0),
    release: 1.0,
    boost: 9.0,
};
const TIMPANI: Bar = Bar {
    name: "Timpani",
    modes: &[
        (1.0, 1.0, 0.0),
        (1.504, 0.75, 4.0),
        (1.742, 0.2, 30.0),
        (2.0, 0.45, 7.0),
        (2.494, 0.28, 12.0),
        (2.98, 0.15, 18.0),
        (0.63, 0.3, 90.0),
    ],
    keys: (36, 60),
    decay: 7.0,
    knock: (0.5, 420.0),
    release: 3.0,
    boost: 0.0,
};
const TINKLE: Bar = Bar {
    name: "Tinkle Bell",
    modes: &[(1.0, 1.0, 0.0), (2.42, 0.5, 8.0), (3.84, 0.4, 16.0), (5.9, 0.2, 30.0)],
    keys: (60, 102),
    decay: 5.0,
    knock: (0.05, 8000.0),
    release: 3.0,
    boost: 5.0,
};

impl Bar {
    fn roots(&self) -> Vec<u8> {
        (self.keys.0..=self.keys.1).step_by(9).collect()
    }

    fn seconds(&self, key: u8) -> f32 {
        self.decay * ((72.0 - f32::from(key)) / 24.0).exp2()
    }

    /// The struck body: an onset in which the fast modes die, then a loop.
    fn sound(&self, key: u8) -> Sound {
        let hz = key_hz(key);
        let length = 2048;
        let highest = self.modes.iter().fold(1.0f64, |highest, mode| highest.max(mode.0));
        let (cycles, rate) = fit(hz, length, (hz * highest * 2.3).clamp(16_000.0, 34_000.0));
        let onset = (rate as f32 * (0.2 * self.seconds(key)).clamp(0.1, 0.24)) as usize;
        let quicker = ((f32::from(key) - 72.0) / 24.0).exp2();
        let partial = |&(ratio, amplitude, fall): &Mode| {
            let bin = (cycles as f64 * ratio).round();
            let fall = fall * quicker / rate as f32;
            Partial { rise: rate as f32 * 0.0006, fall, ..Partial::new(bin / length as f64, amplitude) }
        };
        let partials: Vec<Partial> =
            self.modes.iter().map(partial).filter(|partial| partial.frequency < 0.46).collect();
        let mut points = additive(&partials, onset + length + MARGIN, onset);
        let mut knock = burst(onset.min(rate as usize / 6), 0.008, rate, &mut Rng::new(u64::from(key)));
        low_pass(&mut knock, self.knock.1, rate);
        let boost = (rate as f32 / self.knock.1 / 4.0).sqrt();
        mix(&mut points, &knock, self.knock.0 * boost * 2.0, 0);
        Sound { points, rate, root: key, cycle: Some(onset..onset + length) }
    }

    fn instrument(&self, bank: &mut Bank, tone: Tone) -> usize {
        let placed = bank.short_samples(self.name, &self.roots(), self.boost, |key| self.sound(key));
        let zones = keyboard(&placed, |key| Tone::new().decay(self.seconds(key), 100.0));
        bank.instrument(self.name, &tone.release(self.release).sends(22, 0), zones)
    }
}

/// Programs 8 to 14, 47, 98, 108 and 112 to 114.
pub(crate) fn build(bank: &mut Bank) {
    let soft = || Tone::new().filter(9000.0, 0.0).touch(2800);
    let plain = Tone::new();
    let celesta = CELESTA.instrument(bank, soft());
    let glockenspiel = GLOCKENSPIEL.instrument(bank, Tone::new());
    let music_box = MUSIC_BOX.instrument(bank, Tone::new());
    let vibraphone = VIBRAPHONE.instrument(bank, soft().tremolo(2.0, 5.0));
    let marimba = MARIMBA.instrument(bank, soft());
    let xylophone = XYLOPHONE.instrument(bank, Tone::new());
    let tubular = TUBULAR.instrument(bank, soft());
    let kalimba = KALIMBA.instrument(bank, soft());
    let steel = STEEL_DRUM.instrument(bank, soft());
    let agogo = AGOGO.instrument(bank, Tone::new());
    let timpani = TIMPANI.instrument(bank, soft());
    let tinkle = TINKLE.instrument(bank, Tone::new());
    for (program, instrument) in [
        (8, celesta),
        (9, glockenspiel),
        (10, music_box),
        (11, vibraphone),
        (12, marimba),
        (13, xylophone),
        (14, tubular),
        (47, timpani),
        (108, kalimba),
        (112, tinkle),
        (113, agogo),
        (114, steel),
    ] {
        bank.preset(program, crate::NAMES[program as usize], &[(instrument, plain.clone())]);
    }
    bank.preset(98, "Crystal", &[(tinkle, Tone::new().softer(5.0)), (celesta, Tone::new().softer(2.0).sends(20, 20))]);
}
