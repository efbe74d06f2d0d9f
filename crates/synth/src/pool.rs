//! The threads of a render. They exist as long as it does, sleep between blocks and never touch another render's work.

use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::{hint, io};

use rae_soundfont::SoundFont;

use crate::bucket::{Bucket, Stretch};

/// Turns a thread waits awake: a block follows the last one within microseconds, and waking takes longer.
const PATIENCE: usize = 3_000;

/// One block's buckets, which threads claim one by one.
struct Region {
    font: Arc<SoundFont>,
    stretch: RwLock<Stretch>,
    buckets: Vec<Mutex<Option<Box<Bucket>>>>,
    /// The fullest bucket first, so that the threads end together.
    order: Vec<usize>,
    next: AtomicUsize,
    unfinished: AtomicUsize,
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

    /// Lets the threads begin with a block.
    pub(crate) fn begin(&mut self, font: &Arc<SoundFont>, stretch: Stretch, buckets: Vec<Box<Bucket>>) {
        let mut order: Vec<usize> = (0..buckets.len()).collect();
        order.sort_by_key(|&bucket| Reverse(buckets[bucket].voices().len()));
        let region = Arc::new(Region {
            font: font.clone(),
            stretch: RwLock::new(stretch),
            unfinished: AtomicUsize::new(buckets.len()),
            buckets: buckets.into_iter().map(|bucket| Mutex::new(Some(bucket))).collect(),
            order,
            next: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
        });
        self.region = Some(region.clone());
        self.shared.publish(Some(region));
    }

    /// Helps until the block is done.
    pub(crate) fn finish(&mut self) -> (Stretch, Vec<Box<Bucket>>) {
        let region = self.region.take().expect("a block has begun");
        region.work();
        let mut turns = 0;
        while region.unfinished.load(Ordering::Acquire) > 0 {
            wait_awake(&mut turns);
        }
        assert!(!region.panicked.load(Ordering::Acquire), "a thread that renders voices has panicked");
        let buckets = region.buckets.iter().filter_map(|bucket| lock(bucket).take()).collect();
        let mut stretch = region.stretch.write().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut *stretch), buckets)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.publish(None);
        for thread in self.threads.drain(..) {
            // Panics of a thread were seen when its block ended.
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
    /// Renders buckets until none is left to claim.
    fn work(&self) {
        let stretch = self.stretch.read().unwrap_or_else(PoisonError::into_inner);
        while let Some(&bucket) = self.order.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let done = catch_unwind(AssertUnwindSafe(|| {
                if let Some(bucket) = lock(&self.buckets[bucket]).as_mut() {
                    bucket.render(&self.font, &stretch);
                }
            }));
            if done.is_err() {
                self.panicked.store(true, Ordering::Release);
            }
            self.unfinished.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

fn help(shared: &Shared) {
    let mut seen = 0;
    while let Some(region) = shared.next(&mut seen) {
        region.work();
    }
}

fn wait_awake(turns: &mut usize) {
    *turns += 1;
    if *turns < PATIENCE { hint::spin_loop() } else { thread::yield_now() }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
