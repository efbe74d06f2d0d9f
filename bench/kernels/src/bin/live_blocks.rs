//! Time of the live effects per block of 64 frames, every block on its own: `live_blocks`, no arguments.
//!
//! The clock is the thread's CPU time, so that other processes are not counted (what they take from the caches is); it
//! costs about a third of a microsecond. Every response is run three times; the run whose 99.9th percentile is least is
//! shown. Interrupts still count; the last column is free of them: the work repeats every 1024 blocks, of the times of
//! each of these the least is taken, and of those the greatest.

use std::hint::black_box;
use std::time::Duration;

use rae_dsp::hash::noise;
use rae_effects::{BusBlock, BusSettings, LiveBus, PreparedLiveBus, ReverbSettings};
use rae_units::{SampleRate, Seconds};
use rustix::time::{ClockId, clock_gettime};

const RATE: SampleRate = SampleRate::CD;
/// Blocks after which input and work repeat.
const PERIOD: usize = 1024;
const BLOCKS: usize = 30 * PERIOD;
const RUNS: usize = 3;

fn main() {
    let reverb = |wet, seconds, hall| ReverbSettings { wet, time: Seconds(seconds), hall };
    let bus = |reverb, chorus| BusSettings { reverb, chorus, ..BusSettings::default() };
    print!("{:42}", "microseconds per block of 64 frames");
    println!("{:>8} {:>8} {:>8} {:>8} {:>8}", "median", "99 %", "99.9 %", "max", "schedule");
    for (name, settings) in [
        ("nothing", BusSettings::DRY),
        ("chorus", bus(reverb(None, 0.1, false), true)),
        ("send hall", bus(reverb(None, 0.1, true), false)),
        ("reverb of 0.1 s", bus(reverb(Some(0.3), 0.1, false), false)),
        ("all: reverb of 0.1 s, send hall, chorus", BusSettings::default()),
        ("all: reverb of 1 s, send hall, chorus", bus(reverb(Some(0.3), 1.0, true), true)),
        ("all: reverb of 10 s, send hall, chorus", bus(reverb(Some(0.3), 10.0, true), true)),
        ("all: reverb of 20 s, send hall, chorus", bus(reverb(Some(0.3), 20.0, true), true)),
    ] {
        let prepared = PreparedLiveBus::new(&settings, RATE).expect("settings within range");
        let runs = (0..RUNS).map(|_| times(&prepared));
        let times = runs.min_by_key(|times| percentile(&mut times.clone(), 999)).expect("three runs");
        let schedule = (0..PERIOD).map(|start| times[start..].iter().step_by(PERIOD).min()).max().flatten();
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        print!("{name:42}");
        for share in [500, 990, 999, 1000] {
            print!("{:8.1} ", micros(percentile(&mut times.clone(), share)));
        }
        println!("{:8.1}", micros(*schedule.expect("every block was run")));
    }
}

fn percentile(times: &mut [Duration], per_mille: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * per_mille / 1000).min(times.len() - 1)]
}

/// The times of all blocks after the first half minute, in their order.
fn times(prepared: &PreparedLiveBus) -> Vec<Duration> {
    let mut bus = prepared.start();
    let input: Vec<f32> = (0..(PERIOD * LiveBus::BLOCK) as u64).map(|n| noise(1, n) as f32).collect();
    let mut out = ([0.0; LiveBus::BLOCK], [0.0; LiveBus::BLOCK]);
    let mut block = |block: usize| {
        let start = block % PERIOD * LiveBus::BLOCK;
        let samples = &input[start..start + LiveBus::BLOCK];
        let buses = BusBlock { left: samples, right: samples, reverb: samples, chorus: samples };
        let begin = cpu_time();
        bus.process(black_box(&buses), &mut out.0, &mut out.1);
        black_box(&mut out);
        cpu_time() - begin
    };
    let settling = (Seconds(30.0).frames(RATE).0 as usize).div_ceil(LiveBus::BLOCK);
    for number in 0..settling {
        block(number);
    }
    (settling..settling + BLOCKS).map(block).collect()
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
