//! The synthesizer at work.

use rae_synth::{Buses, Renderer, Statistics};
use rae_units::Frames;

/// Frames made at once. Large, because the blocks of a render cost nothing but memory.
pub(crate) const BLOCK: usize = 8192;

/// A block of synthesized sound and what there is to say about everything up to its end.
pub(crate) struct Block {
    pub(crate) buses: Buses,
    pub(crate) statistics: Statistics,
    pub(crate) warnings: Vec<String>,
}

/// Where blocks come from.
pub(crate) struct Voices {
    renderer: Renderer,
    limit: Frames,
    threads: usize,
}

impl Voices {
    /// Blocks of `renderer` until its piece is over and silent, or until `limit`.
    pub(crate) fn new(renderer: Renderer, limit: Frames) -> Voices {
        Voices { threads: renderer.threads(), renderer, limit }
    }

    /// Whether there is no further block.
    pub(crate) fn are_over(&self) -> bool {
        self.renderer.is_finished() || self.renderer.position() >= self.limit
    }

    /// Leaves so many of its threads' cores to others.
    pub(crate) fn leave(&mut self, threads: usize) {
        self.renderer.limit_threads(self.threads.saturating_sub(threads));
    }

    /// See [`Renderer::work_ahead`].
    pub(crate) fn work_ahead(&mut self) {
        self.renderer.work_ahead();
    }

    /// Goes on at `frame`; see [`Renderer::seek`].
    pub(crate) fn seek(&mut self, frame: Frames) {
        self.renderer.seek(frame);
    }

    /// The next block, made in `used` buses; does `other` on this thread meanwhile.
    pub(crate) fn next(&mut self, used: Option<Buses>, other: impl FnOnce()) -> Block {
        let mut buses = used.unwrap_or_else(|| Buses::new(BLOCK));
        self.renderer.render_meanwhile(&mut buses, other);
        let warnings = self.renderer.take_warnings().iter().map(ToString::to_string).collect();
        Block { buses, statistics: self.renderer.statistics(), warnings }
    }
}
