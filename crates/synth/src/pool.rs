//! The threads of a render. They exist as long as it does, sleep between blocks and never touch another render's work.

use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::{self, JoinHandle};
use std::{hint, io};

use rae_soundfont::SoundFont;

use crate::Buses;
use crate::bucket::{Bucket, Stretch, add_up};

/// Turns a thread waits awake: a block follows the last one within microseconds, and waking takes longer.
const PATIENCE: usize = 3_000;

/// One block's buckets, which threads claim one by one.
struct Region {
    font: Arc<SoundFont>,
    stretch: RwLock<Stretch>,
    buckets: Vec<RwLock<Option<Box<Bucket>>>>,
    /// The fullest bucket first, so that the threads end together.
    order: Vec<usize>,
    next: AtomicUsize,
    unfinished: AtomicUsize,
    /// Threads that may still join in.
    seats: AtomicUsize,
    /// The sums of all buckets, bus by bus, which threads claim afterwards.
    sums: [Mutex<Vec<f32>>; 4],
    next_sum: AtomicUsize,
    unsummed: AtomicUsize,
    panicked: AtomicBool,
}

#[derive(Default)]
struct Shared {
    /// The region at work, and how many there have been; `None` and a new count end the threads.
    region: Mutex<(usize, Option<Arc<Region>>)>,
    /// The count, to be watched without the lock.
    count: AtomicUsize,
    wake: Condvar,
}

/// Threads that render buckets beside the caller's.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    region: Option<Arc<Region>>,
}

impl Pool {
    /// Starts `helpers` threads.
    pub(crate) fn new(helpers: usize) -> io::Result<Pool> {
        let mut pool = Pool { shared: Arc::default(), threads: Vec::new(), region: None };
        for _ in 0..helpers {
            let shared = pool.shared.clone();
            let thread = thread::Builder::new().name("rae-voices".into()).spawn(move || help(&shared))?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    /// Threads at work, the caller's included.
    pub(crate) fn threads(&self) -> usize {
        1 + self.threads.len()
    }

    /// Lets so many threads at most, the caller's included, begin with a block, whose sound will be in `ready`.
    pub(crate) fn begin(
        &mut self,
        threads: usize,
        font: &Arc<SoundFont>,
        stretch: Stretch,
        buckets: Vec<Box<Bucket>>,
        ready: Buses,
    ) {
        let mut order: Vec<usize> = (0..buckets.len()).collect();
        order.sort_by_key(|&bucket| Reverse(buckets[bucket].voices().len()));
        let region = Arc::new(Region {
            font: font.clone(),
            stretch: RwLock::new(stretch),
            unfinished: AtomicUsize::new(buckets.len()),
            buckets: buckets.into_iter().map(|bucket| RwLock::new(Some(bucket))).collect(),
            order,
            next: AtomicUsize::new(0),
            seats: AtomicUsize::new(threads.saturating_sub(1)),
            sums: [ready.left, ready.right, ready.reverb, ready.chorus].map(Mutex::new),
            next_sum: AtomicUsize::new(0),
            unsummed: AtomicUsize::new(4),
            panicked: AtomicBool::new(false),
        });
        self.region = Some(region.clone());
        self.shared.publish(Some(region));
    }

    /// Helps until the block is done.
    pub(crate) fn finish(&mut self) -> (Stretch, Vec<Box<Bucket>>, Buses) {
        let region = self.region.take().expect("a block has begun");
        region.render();
        wait_awake(|| region.is_rendered());
        region.add_up();
        wait_awake(|| region.unsummed.load(Ordering::Acquire) == 0);
        assert!(!region.panicked.load(Ordering::Acquire), "a thread that renders voices has panicked");
        let buckets = region.buckets.iter().filter_map(|bucket| write(bucket).take()).collect();
        let [left, right, reverb, chorus] = [0, 1, 2, 3].map(|bus| std::mem::take(&mut *lock(&region.sums[bus])));
        (std::mem::take(&mut *write(&region.stretch)), buckets, Buses { left, right, reverb, chorus })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(region) = &self.region {
            region.give_up();
        }
        self.shared.publish(None);
        for thread in self.threads.drain(..) {
            // Panics of a thread were seen when its block ended, or nobody wants to know.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn publish(&self, region: Option<Arc<Region>>) {
        let mut state = lock(&self.region);
        state.0 += 1;
        state.1 = region;
        self.count.store(state.0, Ordering::Release);
        drop(state);
        self.wake.notify_all();
    }

    /// The region after the `seen`th.
    fn next(&self, seen: &mut usize) -> Option<Arc<Region>> {
        for _ in 0..PATIENCE {
            if self.count.load(Ordering::Acquire) != *seen {
                break;
            }
            hint::spin_loop();
        }
        let mut state = lock(&self.region);
        while state.0 == *seen {
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        *seen = state.0;
        state.1.clone()
    }
}

impl Region {
    /// Whether one more thread may join in.
    fn take_seat(&self) -> bool {
        let taken = self.seats.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |seats| seats.checked_sub(1));
        taken.is_ok()
    }

    /// Renders buckets until none is left to claim.
    fn render(&self) {
        let stretch = read(&self.stretch);
        while let Some(&bucket) = self.order.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            self.attempt(|| {
                if let Some(bucket) = write(&self.buckets[bucket]).as_mut() {
                    bucket.render(&self.font, &stretch);
                }
            });
            self.unfinished.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Leaves nothing to claim: nobody wants the block any more.
    fn give_up(&self) {
        self.next.store(self.order.len(), Ordering::Relaxed);
    }

    fn is_rendered(&self) -> bool {
        self.unfinished.load(Ordering::Acquire) == 0
    }

    /// Adds up the buckets, bus by bus.
    fn add_up(&self) {
        let stretch = read(&self.stretch);
        let frames = (stretch.end - stretch.from) as usize;
        while let Some((bus, sum)) = self.claim_sum() {
            self.attempt(|| {
                let buckets: Vec<_> = self.buckets.iter().map(read).collect();
                add_up(buckets.iter().filter_map(|bucket| bucket.as_deref()), bus, frames, &mut lock(sum));
            });
            self.unsummed.fetch_sub(1, Ordering::AcqRel);
        }
    }

    fn claim_sum(&self) -> Option<(usize, &Mutex<Vec<f32>>)> {
        let bus = self.next_sum.fetch_add(1, Ordering::Relaxed);
        Some((bus, self.sums.get(bus)?))
    }

    /// Does what may panic, which the thread that waits for the block has to hear of.
    fn attempt(&self, work: impl FnOnce()) {
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            self.panicked.store(true, Ordering::Release);
        }
    }
}

fn help(shared: &Shared) {
    let mut seen = 0;
    while let Some(region) = shared.next(&mut seen) {
        if !region.take_seat() {
            continue;
        }
        region.render();
        // A bucket that takes long, because it decodes its samples, say, is not worth waiting for.
        if (0..PATIENCE).any(|_| {
            region.is_rendered() || {
                hint::spin_loop();
                false
            }
        }) {
            region.add_up();
        }
    }
}

fn wait_awake(done: impl Fn() -> bool) {
    let mut turns = 0;
    while !done() {
        turns += 1;
        if turns < PATIENCE { hint::spin_loop() } else { thread::yield_now() }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
