//! Decoded samples of a bank, kept for the next render up to a limit.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::Warning;

/// What the points of a bank may take, bytes, before those that no render holds go.
const LIMIT: u64 = 256 << 20;

/// The points of a sample; silence, and why, where they could not be decoded.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) words: Box<[[u8; 2]]>,
    pub(crate) damage: Option<Warning>,
}

impl Decoded {
    fn bytes(&self) -> u64 {
        self.words.len() as u64 * 2
    }
}

/// The samples that were decoded last. Renders hold on to what they play; the rest gives way, least recently asked for
/// first, when all together exceed the limit.
#[derive(Debug)]
pub(crate) struct Shelf {
    limit: AtomicU64,
    books: Mutex<Books>,
}

/// A sample that is there, or that somebody is decoding.
type Place = Arc<OnceLock<Arc<Decoded>>>;

#[derive(Debug, Default)]
struct Books {
    places: HashMap<usize, (Place, u64)>,
    bytes: u64,
    /// Counts the requests, to tell the recent from the old.
    requests: u64,
}

impl Default for Shelf {
    fn default() -> Shelf {
        Shelf { limit: AtomicU64::new(LIMIT), books: Mutex::default() }
    }
}

impl Shelf {
    pub(crate) fn set_limit(&self, bytes: u64) {
        self.limit.store(bytes, Ordering::Relaxed);
        self.books().give_way(bytes);
    }

    /// Bytes that are kept, and those that renders hold.
    pub(crate) fn bytes(&self) -> u64 {
        self.books().bytes
    }

    /// The sample, decoded now if it is not here. Whoever asks for it meanwhile waits for the same work.
    pub(crate) fn get(&self, sample: usize, decode: impl FnOnce() -> Decoded) -> Arc<Decoded> {
        let place = self.books().place(sample);
        let mut is_new = false;
        let decoded = Arc::clone(place.get_or_init(|| {
            is_new = true;
            Arc::new(decode())
        }));
        drop(place);
        if is_new {
            let mut books = self.books();
            books.bytes += decoded.bytes();
            books.give_way(self.limit.load(Ordering::Relaxed));
        }
        decoded
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn place(&mut self, sample: usize) -> Place {
        self.requests += 1;
        let (place, last) = self.places.entry(sample).or_default();
        *last = self.requests;
        Arc::clone(place)
    }

    fn give_way(&mut self, limit: u64) {
        // A place that is being filled is held by whoever fills it, a sample by whoever plays it.
        let is_free = |place: &Place| {
            Arc::strong_count(place) == 1 && place.get().is_some_and(|decoded| Arc::strong_count(decoded) == 1)
        };
        while self.bytes > limit {
            let free = self.places.iter().filter(|(_, (place, _))| is_free(place));
            let Some(oldest) = free.min_by_key(|(_, (_, last))| *last).map(|(sample, _)| *sample) else { return };
            let removed = self.places.remove(&oldest).and_then(|(place, _)| Some(place.get()?.bytes()));
            self.bytes -= removed.unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(count: usize) -> Decoded {
        Decoded { words: vec![[0; 2]; count].into(), damage: None }
    }

    #[test]
    fn what_nobody_holds_gives_way_oldest_first() {
        let shelf = Shelf::default();
        shelf.set_limit(50);
        let held = shelf.get(0, || points(10));
        drop(shelf.get(1, || points(5)));
        drop(shelf.get(2, || points(5)));
        drop(shelf.get(1, || unreachable!("it is there")));
        assert_eq!(shelf.bytes(), 40);
        drop(shelf.get(3, || points(8)));
        // 56 bytes: sample 2 is the oldest that nobody holds.
        assert_eq!(shelf.bytes(), 46);
        drop((shelf.get(0, || unreachable!()), shelf.get(1, || unreachable!()), shelf.get(3, || unreachable!())));
        shelf.set_limit(0);
        assert_eq!(shelf.bytes(), 20);
        drop(held);
        shelf.set_limit(0);
        assert_eq!(shelf.bytes(), 0);
    }

    #[test]
    fn a_sample_is_decoded_once_for_all_who_ask() {
        let (shelf, count) = (Shelf::default(), AtomicU64::new(0));
        let ask = || {
            shelf.get(7, || {
                count.fetch_add(1, Ordering::Relaxed);
                points(1000)
            })
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(ask);
            }
        });
        assert_eq!((count.into_inner(), shelf.bytes()), (1, 2000));
    }
}
