//! What is removed again where the work on it does not come to its end.

use std::path::{Path, PathBuf, absolute};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fs, mem, thread};

/// Held only while the list changes: a file system may keep whoever makes or removes a file waiting.
static LIST: Mutex<List> = Mutex::new(List { entries: Vec::new(), naming: 0, is_closed: false });

/// Told when nothing is given its name any more.
static NAMED: Condvar = Condvar::new();

/// So long [`remove_unfinished`] waits for that: a file system may keep a name waiting.
const PATIENCE: Duration = Duration::from_millis(150);

struct List {
    /// In the order in which they were made.
    entries: Vec<Entry>,
    /// So many [`Naming`]s there are.
    naming: usize,
    /// Since the process ends, nothing is begun any more.
    is_closed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    path: PathBuf,
    is_folder: bool,
}

impl Entry {
    fn new(path: &Path, is_folder: bool) -> Entry {
        // By the time of removal another folder may be the working folder.
        Entry { path: absolute(path).unwrap_or_else(|_| path.to_owned()), is_folder }
    }
}

/// A new file, or a new folder with nothing else in it, that is removed when this is dropped or by [`remove_unfinished`],
/// unless it was kept.
#[derive(Debug)]
pub struct Unfinished(Option<Entry>);

impl Unfinished {
    /// A file that has just been made.
    pub fn new(path: &Path) -> Unfinished {
        let entry = Entry::new(path, false);
        begin(entry.clone());
        Unfinished(Some(entry))
    }

    /// Makes a file.
    pub fn file<T, E>(path: &Path, make: impl FnOnce() -> Result<T, E>) -> Result<(T, Unfinished), E> {
        Unfinished::make(path, false, make)
    }

    /// Makes a folder.
    pub fn folder(path: &Path) -> std::io::Result<Unfinished> {
        Unfinished::make(path, true, || fs::create_dir(path)).map(|((), unfinished)| unfinished)
    }

    fn make<T, E>(path: &Path, is_folder: bool, make: impl FnOnce() -> Result<T, E>) -> Result<(T, Unfinished), E> {
        let entry = Entry::new(path, is_folder);
        begin(entry.clone());
        match make() {
            Ok(made) => Ok((made, Unfinished(Some(entry)))),
            Err(error) => {
                strike(&entry);
                Err(error)
            }
        }
    }

    /// Leaves it where `finish`, which may give it another name, succeeds.
    pub fn finish<E>(mut self, finish: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        finish()?;
        self.leave();
        Ok(())
    }

    /// Leaves it.
    pub fn keep(mut self) {
        self.leave();
    }

    fn leave(&mut self) {
        if let Some(entry) = self.0.take() {
            strike(&entry);
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(entry) = self.0.take() {
            remove(&entry);
            strike(&entry);
        }
    }
}

/// While there is one, files that are finished get their names, all of them or none: [`remove_unfinished`] comes before or
/// after.
pub(crate) struct Naming(());

impl Naming {
    pub(crate) fn begin() -> Naming {
        open_list().naming += 1;
        Naming(())
    }
}

impl Drop for Naming {
    fn drop(&mut self) {
        list().naming -= 1;
        NAMED.notify_all();
    }
}

/// Removes all that is [`Unfinished`] in this process, the temporary files of every [`OutputFile`](crate::OutputFile)
/// included, for a process that ends at once although threads are at work: none of them begins a file or names one any
/// more, but waits for the end instead.
pub fn remove_unfinished() {
    let mut list = list();
    list.is_closed = true;
    let waited = NAMED.wait_timeout_while(list, PATIENCE, |list| list.naming > 0);
    let (mut list, _) = waited.unwrap_or_else(PoisonError::into_inner);
    let entries = mem::take(&mut list.entries);
    drop(list);
    // What lies in a folder was made after it.
    entries.iter().rev().for_each(remove);
}

fn begin(entry: Entry) {
    open_list().entries.push(entry);
}

fn strike(entry: &Entry) {
    let mut list = list();
    if let Some(place) = list.entries.iter().rposition(|other| other == entry) {
        list.entries.remove(place);
    }
}

fn remove(entry: &Entry) {
    // What is gone already, or holds what others made, is left alone.
    let _ = if entry.is_folder { fs::remove_dir(&entry.path) } else { fs::remove_file(&entry.path) };
}

/// The list, unless the process ends.
fn open_list() -> MutexGuard<'static, List> {
    loop {
        let list = list();
        if !list.is_closed {
            return list;
        }
        drop(list);
        thread::park();
    }
}

fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}
