//! CPU time of rendering voices from finished records, per voice and sample and instruction set, beside the scalar twin.
//!
//! `cargo run --release --bin voices` in this folder; `… --bin voices -- cubic` for the rows whose name has this in it.

use std::time::Duration;

use rae_soundfont::SoundFont;
use rae_synth::{
    Block, Buses, CpuExecutor, Executor, InstructionSet, Interpolation, LowPass, QUANTUM, SampleSource, Segment,
    VoiceBlock,
};
use rae_testkit::{BankBuilder, noise};
use rustix::time::{ClockId, clock_gettime};

const ONE: f64 = 4_294_967_296.0;
const POINTS: u32 = 40_000;
const LOOP: std::ops::Range<u32> = 100..39_900;
const VOICES: u64 = 32;
const FRAMES: usize = 512;
/// The best of so many measurements of so many blocks.
const MEASUREMENTS: usize = 12;
const BLOCKS: usize = 60;

/// What is done to a voice.
struct Row {
    name: &'static str,
    interpolation: Interpolation,
    /// Points per frame.
    ratio: f64,
    filter: bool,
    /// Buses with a gain that is not zero.
    buses: usize,
    /// Frames of a segment.
    segment: usize,
}

const fn row(name: &'static str, interpolation: Interpolation, ratio: f64) -> Row {
    Row { name, interpolation, ratio, filter: false, buses: 2, segment: QUANTUM }
}

const ROWS: [Row; 12] = [
    row("sinc, ratio 0.5", Interpolation::Sinc, 0.5),
    row("sinc, ratio 0.8", Interpolation::Sinc, 0.8),
    Row { buses: 4, ..row("sinc, ratio 0.8, sends", Interpolation::Sinc, 0.8) },
    Row { filter: true, ..row("sinc, ratio 0.8, filter", Interpolation::Sinc, 0.8) },
    Row { filter: true, segment: 16, ..row("sinc, ratio 0.8, moving filter", Interpolation::Sinc, 0.8) },
    row("sinc, ratio 1.2", Interpolation::Sinc, 1.2),
    row("sinc, ratio 1.8", Interpolation::Sinc, 1.8),
    row("sinc, ratio 2.5", Interpolation::Sinc, 2.5),
    row("sinc, ratio 3.9", Interpolation::Sinc, 3.9),
    row("cubic, ratio 0.8", Interpolation::Cubic, 0.8),
    Row { filter: true, ..row("cubic, ratio 0.8, filter", Interpolation::Cubic, 0.8) },
    row("linear, ratio 0.8", Interpolation::Linear, 0.8),
];

fn main() {
    let part = std::env::args().nth(1).unwrap_or_default();
    let font = BankBuilder::one_sample(&noise(3, POINTS as usize), Some(LOOP)).build();
    let sets: Vec<InstructionSet> = InstructionSet::ALL.into_iter().filter(|set| set.is_available()).collect();
    print!("{:32}", "ns per voice and sample (× twin)");
    sets.iter().for_each(|set| print!(" {:>16}", set.to_string()));
    println!();
    for row in ROWS.iter().filter(|row| row.name.contains(&part)) {
        print!("{:32}", row.name);
        let times: Vec<f64> = sets.iter().map(|&set| nanoseconds(&font, row, set)).collect();
        times.iter().for_each(|time| print!(" {time:8.3} ({:4.1}×)", times[0] / time));
        println!();
    }
}

fn nanoseconds(font: &SoundFont, row: &Row, set: InstructionSet) -> f64 {
    let mut executor = CpuExecutor::new(row.interpolation, set);
    let mut buses = Buses::new(FRAMES);
    let mut voices: Vec<Reader> = (0..VOICES).map(|serial| Reader::new(serial, row.ratio)).collect();
    let times = (0..MEASUREMENTS).map(|_| {
        let mut time = Duration::ZERO;
        for _ in 0..BLOCKS {
            let block = block(row, &mut voices);
            let start = cpu_time();
            executor.render(font, &block, &mut buses);
            time += cpu_time() - start;
        }
        time
    });
    let best = times.min().expect("several measurements");
    best.as_secs_f64() * 1e9 / (BLOCKS as f64 * VOICES as f64 * FRAMES as f64)
}

/// That of this thread, so that other processes are not counted.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Where a voice is in its sample, 32.32 fixed point.
struct Reader {
    phase: u64,
    increment: u64,
}

impl Reader {
    /// No two voices read at the same place or quite the same pitch.
    fn new(serial: u64, ratio: f64) -> Reader {
        Reader { phase: (1000 * serial + 200) << 32, increment: (ratio * ONE) as u64 + 1000 * serial }
    }

    fn skip(&mut self, frames: usize) {
        self.phase += self.increment * frames as u64;
        if self.phase >= u64::from(LOOP.end) << 32 {
            self.phase -= u64::from(LOOP.end - LOOP.start) << 32;
        }
    }
}

fn block(row: &Row, voices: &mut [Reader]) -> Block {
    let mut block = Block { frames: FRAMES, voices: Vec::new(), segments: Vec::new() };
    for (slot, voice) in voices.iter_mut().enumerate() {
        let first = block.segments.len();
        for offset in (0..FRAMES).step_by(row.segment) {
            block.segments.push(segment(row, voice, offset));
            voice.skip(row.segment);
        }
        let source = SampleSource { sample: 0, start: 0, end: POINTS, loop_start: LOOP.start, loop_end: LOOP.end };
        let segments = first..block.segments.len();
        block.voices.push(VoiceBlock { serial: slot as u64, slot, fresh: false, source, segments });
    }
    block
}

fn segment(row: &Row, voice: &Reader, offset: usize) -> Segment {
    // Coefficients of a cutoff that moves differ.
    let moved = if row.segment < QUANTUM { offset as f64 * 1e-10 } else { 0.0 };
    let low_pass = || LowPass { b0: 0.02, a1: -1.56, a2: 0.64 + moved };
    Segment {
        offset: offset as u32,
        frames: row.segment as u32,
        phase: voice.phase,
        increment: voice.increment,
        looping: true,
        wrapped: false,
        filter: row.filter.then(low_pass),
        gains: std::array::from_fn(|bus| if bus < row.buses { 0.3 } else { 0.0 }),
        slopes: [3e-5, 0.0, 0.0, 0.0],
    }
}
