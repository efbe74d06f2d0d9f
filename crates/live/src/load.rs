//! How much of the time that there is for a block its work takes.

use std::time::Duration;

/// Steps in which loads are counted, and the largest that is told from larger ones.
const STEP_PERCENT: f64 = 0.1;
const STEPS: usize = 5000;

/// Counts loads; its memory does not grow.
pub struct Meter {
    deadline: Duration,
    counts: Vec<u64>,
    blocks: u64,
    missed: u64,
}

/// Loads in percent of the time for a block, by the processor time of the thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Blocks played.
    pub blocks: u64,
    /// Half of the blocks took no more.
    pub median: f64,
    /// 99 % of the blocks took no more.
    pub percentile_99: f64,
    /// 99.9 % of the blocks took no more.
    pub percentile_99_9: f64,
    /// The heaviest block; 500 stands for more.
    pub most: f64,
    /// Blocks that were ready too late.
    pub missed: u64,
}

impl Meter {
    /// For blocks that last so long.
    pub fn new(deadline: Duration) -> Meter {
        Meter { deadline, counts: vec![0; STEPS + 1], blocks: 0, missed: 0 }
    }

    /// Counts a block that took so much processor time.
    pub fn count(&mut self, work: Duration, missed: bool) {
        let percent = 100.0 * work.as_secs_f64() / self.deadline.as_secs_f64();
        self.counts[((percent / STEP_PERCENT).ceil() as usize).min(STEPS)] += 1;
        self.blocks += 1;
        self.missed += u64::from(missed);
    }

    /// What has been counted.
    pub fn load(&self) -> Load {
        let percentile = |share: f64| {
            let wanted = (share * self.blocks as f64).ceil() as u64;
            let mut seen = 0;
            let step = self.counts.iter().position(|count| {
                seen += count;
                seen >= wanted
            });
            step.unwrap_or(0) as f64 * STEP_PERCENT
        };
        Load {
            blocks: self.blocks,
            median: percentile(0.5),
            percentile_99: percentile(0.99),
            percentile_99_9: percentile(0.999),
            most: percentile(1.0),
            missed: self.missed,
        }
    }
}

/// Processor time of the calling thread; where the system does not tell, time that passes.
#[cfg(unix)]
pub(crate) fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Processor time of the calling thread; where the system does not tell, time that passes.
#[cfg(not(unix))]
pub(crate) fn thread_time() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_list() {
        let mut meter = Meter::new(Duration::from_millis(1));
        // 1 %, 2 %, … 1000 % in a mixed order; what exceeds 500 % counts as that.
        for i in 0..1000u64 {
            meter.count(Duration::from_micros(10 * (1 + i * 7 % 1000)), i % 100 == 0);
        }
        let load = meter.load();
        assert_eq!((load.blocks, load.missed), (1000, 10));
        assert!((load.median - 500.0).abs() < 0.2 && (load.most - 500.0).abs() < 1e-9, "{load:?}");
        let mut few = Meter::new(Duration::from_millis(1));
        (0..1000u64).for_each(|i| few.count(Duration::from_micros(if i < 990 { 50 } else { 300 }), false));
        let load = few.load();
        assert!((load.median - 5.0).abs() < 0.11 && (load.percentile_99 - 5.0).abs() < 0.11, "{load:?}");
        assert!((load.percentile_99_9 - 30.0).abs() < 0.11, "{load:?}");
    }

    #[test]
    fn nothing_counted_is_no_load() {
        assert_eq!(Meter::new(Duration::from_millis(1)).load().most, 0.0);
    }
}
