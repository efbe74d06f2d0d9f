//! Files worked on at once, each on a thread of its own.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::Error;

/// Whether the work is to stop.
#[derive(Default)]
pub(crate) struct Stop(AtomicBool);

impl Stop {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// What an observer of one file answers.
    pub(crate) fn flow(&self) -> ControlFlow<()> {
        if self.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Calls `work` for 0 to `count` - 1 on so many threads, and gives the results in that order. `work` is called also once
/// the work was stopped, and then has to return soon.
///
/// `keep` makes of each result what is kept of it, on this thread. Where that is a copy, it lies apart from the memory in
/// which the files are worked on: what little were left there of each would keep that from being used again.
///
/// The observer hears of every result with how many there are now, and in between many times a second, on this thread;
/// breaking stops the work.
pub(crate) fn run<R: Send, T>(
    threads: usize,
    count: usize,
    work: impl Fn(usize, &Stop) -> R + Sync,
    keep: impl Fn(R) -> T,
    observer: &mut dyn FnMut(Option<&T>, usize) -> ControlFlow<()>,
) -> Result<Vec<T>, Error> {
    let (next, stop) = (AtomicUsize::new(0), Stop::default());
    let (sender, finished) = channel();
    let (next, stop, work) = (&next, &stop, &work);
    let mut results = thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            let each = move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || sender.send((index, work(index, stop))).is_err() {
                        return;
                    }
                }
            };
            if let Err(source) = thread::Builder::new().name("rae-job".into()).spawn_scoped(scope, each) {
                stop.set();
                return Err(Error::Threads { source });
            }
        }
        drop(sender);
        Ok(collect(&finished, stop, keep, observer))
    })?;
    results.sort_by_key(|&(index, _)| index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Gathers what the threads finish and tells the observer.
fn collect<R, T>(
    finished: &Receiver<(usize, R)>,
    stop: &Stop,
    keep: impl Fn(R) -> T,
    observer: &mut dyn FnMut(Option<&T>, usize) -> ControlFlow<()>,
) -> Vec<(usize, T)> {
    const ASK: Duration = Duration::from_millis(50);
    let mut results = Vec::new();
    loop {
        let result = match finished.recv_timeout(ASK) {
            Ok((index, result)) => Some((index, keep(result))),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return results,
        };
        let done = results.len() + usize::from(result.is_some());
        if !stop.is_set() && observer(result.as_ref().map(|(_, result)| result), done).is_break() {
            stop.set();
        }
        results.extend(result);
    }
}
