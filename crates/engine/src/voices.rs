//! The synthesizer at work, on this thread or on one of its own.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rae_synth::{Buses, Renderer, Statistics};
use rae_units::Frames;

use crate::Error;

/// Frames made at once. Large, because the blocks of a render cost nothing but memory.
pub(crate) const BLOCK: usize = 8192;

/// Blocks that may wait between the two threads.
const QUEUE: usize = 8;

/// A block of synthesized sound and what there is to say about everything up to its end.
pub(crate) struct Block {
    pub(crate) buses: Buses,
    pub(crate) statistics: Statistics,
    pub(crate) warnings: Vec<String>,
}

/// Where blocks come from. The blocks are the same in both cases.
pub(crate) enum Voices {
    Here(Box<Synthesis>),
    Thread(Worker),
}

impl Voices {
    /// Blocks of `renderer` until its piece is over and silent, or until `limit`.
    pub(crate) fn new(renderer: Renderer, limit: Frames, threads: usize) -> Result<Voices, Error> {
        let synthesis = Synthesis { renderer, limit };
        if threads < 2 { Ok(Voices::Here(Box::new(synthesis))) } else { Worker::start(synthesis).map(Voices::Thread) }
    }

    /// The next block, made in `used` buses; `None` after the last.
    pub(crate) fn next(&mut self, used: Option<Buses>) -> Option<Block> {
        match self {
            Voices::Here(synthesis) => synthesis.next(used),
            Voices::Thread(worker) => worker.next(used),
        }
    }
}

pub(crate) struct Synthesis {
    renderer: Renderer,
    limit: Frames,
}

impl Synthesis {
    fn next(&mut self, used: Option<Buses>) -> Option<Block> {
        if self.renderer.is_finished() || self.renderer.position() >= self.limit {
            return None;
        }
        let mut buses = used.unwrap_or_else(|| Buses::new(BLOCK));
        self.renderer.render(&mut buses);
        let warnings = self.renderer.take_warnings().iter().map(ToString::to_string).collect();
        Some(Block { buses, statistics: self.renderer.statistics(), warnings })
    }
}

/// A thread that synthesizes ahead of whoever takes its blocks. It ends when its [`Worker`] is dropped.
pub(crate) struct Worker {
    blocks: Option<Receiver<Block>>,
    used: SyncSender<Buses>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    fn start(mut synthesis: Synthesis) -> Result<Worker, Error> {
        let (send_block, blocks) = sync_channel(QUEUE);
        let (used, take_used) = sync_channel(QUEUE + 2);
        let work = move || {
            while let Some(block) = synthesis.next(take_used.try_recv().ok()) {
                if send_block.send(block).is_err() {
                    return;
                }
            }
        };
        let thread =
            thread::Builder::new().name("rae-synth".into()).spawn(work).map_err(|source| Error::Threads { source })?;
        Ok(Worker { blocks: Some(blocks), used, thread: Some(thread) })
    }

    fn next(&mut self, used: Option<Buses>) -> Option<Block> {
        if let Some(buses) = used {
            // A full queue or a finished thread only means that these buses are not needed again.
            let _ = self.used.try_send(buses);
        }
        let block = self.blocks.as_ref()?.recv().ok();
        if block.is_none() {
            self.join();
        }
        block
    }

    /// Waits for the thread; a panic there goes on here.
    fn join(&mut self) {
        self.blocks = None;
        if let Some(thread) = self.thread.take()
            && let Err(panic) = thread.join()
            && !thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.join();
    }
}
