//! CPU time of effects on five minutes of stereo noise at 44.1 kHz, one thread, once each: lines of case, program and
//! milliseconds. `bench/effects.py` runs it several times, beside pedalboard.
//!
//! `rae-bench-effects compressor rae` measures the cases and programs whose names have this in them.

mod convolution;
mod signal;

use std::hint::black_box;
use std::time::Duration;

use rae_effects::chain::{Chain, Effect, Slot};
use rae_effects::dynamics::{Compressor, TruePeakLimiter};
use rae_effects::eq::{Band, Equalizer};
use rustix::time::{ClockId, clock_gettime};

use signal::{RATE, Stereo};

fn main() {
    let input = Stereo::noise(300, 0.5);
    for taps in [4410, 441_000] {
        let case = format!("offline {taps}");
        measure(&case, "rae", || convolution::offline(&input, taps));
        measure(&case, "rae chain", || convolution::offline_chain(&input, taps));
        for &block in convolution::offline_blocks(taps) {
            measure(&case, &format!("fft-convolver, blocks of {block}"), || {
                convolution::offline_peer(&input, taps, block)
            });
        }
    }
    for taps in [4410, 44_100] {
        let case = format!("streaming {taps}");
        for block in [512, 64] {
            measure(&case, &format!("rae, kernel for blocks of {block}"), || convolution::live(&input, taps, block));
        }
        measure(&case, "rae chain", || convolution::live_chain(&input, taps));
        for &tail in convolution::tail_blocks(taps) {
            measure(&case, &format!("fft-convolver, tail blocks of {tail}"), || {
                convolution::live_peer(&input, taps, tail)
            });
        }
    }
    let band = Band::Peak { frequency_hz: 1000.0, gain_db: 6.0, q: 1.0 };
    let effects: [(&str, Effect); 3] = [
        ("equalizer band", Equalizer { linear_phase: false, bands: vec![band] }.into()),
        ("compressor", Compressor { threshold_db: -20.0, ratio: 4.0, ..Compressor::default() }.into()),
        ("limiter", TruePeakLimiter { ceiling_db: -10.0, ..TruePeakLimiter::default() }.into()),
    ];
    for (name, effect) in effects {
        measure(name, "rae", || chain(&input, effect.clone(), 1.0));
    }
}

/// What a chain of one effect makes of the input.
fn chain(input: &Stereo, effect: Effect, mix: f64) -> Duration {
    let chain = Chain { description: String::new(), effects: vec![Slot { effect, mix, bypass: false }] };
    let mut prepared = chain.prepare(RATE, 2).expect("settings within range");
    let mut sound = input.clone();
    time(|| {
        for [left, right] in sound.blocks(8192) {
            prepared.process(&mut [left, right]);
        }
        black_box(&sound);
    })
}

/// CPU time of this thread.
fn time(work: impl FnOnce()) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let start = now();
    work();
    now() - start
}

fn measure(case: &str, program: &str, run: impl FnOnce() -> Duration) {
    let wanted = |argument: usize, name: &str| std::env::args().nth(argument).is_none_or(|part| name.contains(&part));
    if wanted(1, case) && wanted(2, program) {
        println!("{case}\t{program}\t{:.2}", run().as_secs_f64() * 1e3);
    }
}
