//! What is removed again where the work on it does not come to its end.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, mem};

/// Nothing is made, kept or removed without this lock, so that what is listed is what is there.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A new file, or a new folder with nothing else in it, that is removed when this is dropped or by [`remove_unfinished`],
/// unless it was kept.
#[derive(Debug)]
pub struct Unfinished(PathBuf);

impl Unfinished {
    /// What has just been made at `path`.
    pub fn new(path: &Path) -> Unfinished {
        lock().insert(path.to_owned());
        Unfinished(path.to_owned())
    }

    /// Makes a file or folder at `path`.
    pub fn make<T, E>(path: &Path, make: impl FnOnce() -> Result<T, E>) -> Result<(T, Unfinished), E> {
        let mut unfinished = lock();
        let made = make()?;
        unfinished.insert(path.to_owned());
        Ok((made, Unfinished(path.to_owned())))
    }

    /// Leaves it where `finish`, which may give it another name, succeeds.
    pub fn finish<E>(self, finish: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let mut unfinished = lock();
        let finished = finish();
        if finished.is_ok() {
            unfinished.remove(&self.0);
        }
        drop(unfinished);
        finished
    }

    /// Leaves it.
    pub fn keep(self) {
        lock().remove(&self.0);
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut unfinished = lock();
        if unfinished.remove(&self.0) {
            remove(&self.0);
        }
    }
}

/// Removes all that is [`Unfinished`] in this process, the temporary files of every [`OutputFile`](crate::OutputFile)
/// included, for a process that ends at once although threads are at work: none of them makes or finishes a file any more,
/// but waits for the end instead.
pub fn remove_unfinished() {
    let unfinished = lock();
    // What lies in a folder comes after it.
    unfinished.iter().rev().for_each(|path| remove(path));
    mem::forget(unfinished);
}

fn remove(path: &Path) {
    // What is gone already, or holds what others made, is left alone.
    let _ = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
}

fn lock() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
