//! Encoding and writing on a thread of their own, beside the render.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{panic, thread};

use crate::Error;

/// Blocks on their way to the writer, at most: 2 MiB of [`crate::voices::BLOCK`] frames, 6 seconds. Where many voices sound
/// the writer lives on what was rendered where few did.
const BLOCKS: usize = 32;

/// With so many blocks, the one at work included, the writer is behind for longer than it takes to get a core: one that only
/// copies never is, and a render that gave a thread up for it would be slower for nothing.
const ENOUGH: usize = 8;

/// A stereo block.
type Block = [Vec<f32>; 2];

/// Where [`beside`] lets blocks be put.
pub(crate) struct Outlet {
    full: SyncSender<Block>,
    empty: Receiver<Block>,
    backlog: Backlog,
}

/// How many blocks were put and are not written yet.
#[derive(Clone, Default)]
pub(crate) struct Backlog(Arc<AtomicUsize>);

impl Backlog {
    /// Whether the writer will be at work until there is another block, and longer.
    pub(crate) fn lasts(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= ENOUGH
    }
}

impl Outlet {
    /// Hands a copy of a block on; `false` when the writer has failed and takes no more.
    pub(crate) fn put(&self, left: &[f32], right: &[f32]) -> bool {
        let mut block = self.empty.try_recv().unwrap_or_default();
        for (copy, samples) in block.iter_mut().zip([left, right]) {
            copy.clear();
            copy.extend_from_slice(samples);
        }
        self.backlog.0.fetch_add(1, Ordering::Relaxed);
        self.full.send(block).is_ok()
    }

    /// What the writer still has to do.
    pub(crate) fn backlog(&self) -> Backlog {
        self.backlog.clone()
    }
}

/// Does `work` on this thread, while another hands every block that it puts into its outlet to `write`, in order. Both
/// have ended when this returns; an error of `write` is the cause of what `work` made of it, so it comes first.
pub(crate) fn beside<T>(
    mut write: impl FnMut(&[f32], &[f32]) -> Result<(), Error> + Send,
    work: impl FnOnce(&Outlet) -> Result<T, Error>,
) -> Result<T, Error> {
    let (full, blocks) = sync_channel::<Block>(BLOCKS);
    let (used, empty) = sync_channel::<Block>(BLOCKS + 2);
    let backlog = Backlog::default();
    let left = backlog.clone();
    thread::scope(|scope| {
        let writer = thread::Builder::new().name("rae-writer".into()).spawn_scoped(scope, move || {
            for block in blocks {
                write(&block[0], &block[1])?;
                left.0.fetch_sub(1, Ordering::Relaxed);
                // Nobody waits for used blocks; after the work they are of no use.
                let _ = used.try_send(block);
            }
            Ok(())
        });
        let writer = writer.map_err(|source| Error::Threads { source })?;
        let outlet = Outlet { full, empty, backlog };
        let done = work(&outlet);
        drop(outlet);
        match writer.join() {
            Ok(written) => written.and(done),
            Err(panicked) => panic::resume_unwind(panicked),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn samples(block: usize) -> Vec<f32> {
        (0..block % 7).map(|n| (block * 10 + n) as f32).collect()
    }

    #[test]
    fn every_block_arrives_in_order_whatever_its_size_and_the_writers_speed() {
        let mut written = Vec::new();
        let write = |left: &[f32], right: &[f32]| {
            if written.len() % 50 == 0 {
                thread::sleep(Duration::from_millis(2));
            }
            assert!(left.iter().zip(right).all(|(l, r)| *l == -r));
            written.extend_from_slice(left);
            Ok(())
        };
        beside(write, |outlet| {
            for block in 0..300 {
                let mirrored: Vec<f32> = samples(block).iter().map(|x| -x).collect();
                assert!(outlet.put(&samples(block), &mirrored));
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(written, (0..300).flat_map(samples).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_of_the_writer_stops_the_work_and_is_the_result() {
        let mut blocks = 0;
        let write = |_: &[f32], _: &[f32]| {
            blocks += 1;
            if blocks == 3 { Err(Error::settings("disk full".into())) } else { Ok(()) }
        };
        let result = beside(write, |outlet| {
            while outlet.put(&[0.0], &[0.0]) {}
            Err::<(), _>(Error::Cancelled)
        });
        assert!(matches!(result, Err(Error::Settings { what }) if what == "disk full"));
        assert_eq!(blocks, 3);
    }

    #[test]
    fn an_error_of_the_work_ends_the_writer() {
        let result =
            beside(|_, _| Ok(()), |outlet| if outlet.put(&[], &[]) { Err::<(), _>(Error::Cancelled) } else { Ok(()) });
        assert!(matches!(result, Err(Error::Cancelled)));
    }

    #[test]
    #[should_panic(expected = "writer broke")]
    fn a_panic_of_the_writer_is_not_swallowed() {
        let _ = beside(
            |_, _| panic!("writer broke"),
            |outlet| {
                while outlet.put(&[0.0], &[0.0]) {}
                Ok(())
            },
        );
    }
}
