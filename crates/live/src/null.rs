//! A sink that needs no device: it plays into nothing, at real time, and measures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rae_synth::QUANTUM;
use rae_units::SampleRate;

use crate::load::thread_time;
use crate::{Error, Instrument, Load, Meter};

/// An instrument that plays into nothing on a thread of its own.
pub struct NullSink {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Load>>,
}

impl NullSink {
    /// Begins to play, one quantum after the other.
    pub fn start(instrument: Instrument, rate: SampleRate) -> Result<NullSink, Error> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let play = move || play(instrument, rate, &stopped);
        let thread = thread::Builder::new().name("rae-live".into()).spawn(play).map_err(Error::Thread)?;
        Ok(NullSink { stop, thread: Some(thread) })
    }

    /// Ends, and tells how much work it was.
    pub fn stop(mut self) -> Load {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().expect("the thread is joined here and nowhere else");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for NullSink {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn play(mut instrument: Instrument, rate: SampleRate, stop: &AtomicBool) -> Load {
    let block = Duration::from_secs_f64(QUANTUM as f64 / f64::from(rate.hz()));
    let mut meter = Meter::new(block);
    let mut due = Instant::now() + block;
    while !stop.load(Ordering::Relaxed) {
        let before = thread_time();
        std::hint::black_box(instrument.quantum());
        let work = thread_time() - before;
        let now = Instant::now();
        meter.count(work, now > due);
        match due.checked_duration_since(now) {
            Some(early) => thread::sleep(early),
            // As a device would: what is late shifts what follows.
            None => due = now,
        }
        due += block;
    }
    meter.load()
}
