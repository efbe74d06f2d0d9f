//! The synthesis path: conductor, control and executor, block after block.

use std::sync::Arc;

use rae_midi::{Action, Message, Performance};
use rae_soundfont::SoundFont;
use rae_units::Frames;

use crate::conductor::{Conductor, moves_filters};
use crate::executor::{Block, CpuExecutor, Executor, QUANTUM, VoiceBlock};
use crate::{Buses, Settings, Warning};

/// Quanta rendered at once unless voices might have to give way.
const QUANTA: usize = 4;

/// Counts of a render so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Notes played.
    pub notes: u64,
    /// Voices started.
    pub voices: u64,
    /// Most voices that sounded at once.
    pub peak_voices: usize,
    /// Frames rendered, summed over voices.
    pub voice_frames: u64,
    /// Voices that gave way to others.
    pub stolen: u64,
}

/// Renders a performance with a bank, from its first frame on.
pub struct Renderer {
    font: Arc<SoundFont>,
    conductor: Conductor,
    executor: Box<dyn Executor>,
    /// Events by frame, those at one frame in file order.
    events: Vec<(u64, Action)>,
    next_event: usize,
    end: u64,
    ended: bool,
    block: Block,
    /// Start of the next block.
    frame: u64,
    ready: Buses,
    /// Frames of `ready` already handed out.
    taken: usize,
    position: u64,
}

impl Renderer {
    /// A renderer on this processor.
    pub fn new(font: Arc<SoundFont>, performance: &Performance, settings: &Settings) -> Renderer {
        let executor = Box::new(CpuExecutor::new(settings.interpolation, settings.instructions));
        Renderer::with_executor(font, performance, settings, executor)
    }

    /// A renderer on an executor of the caller's.
    pub fn with_executor(
        font: Arc<SoundFont>,
        performance: &Performance,
        settings: &Settings,
        executor: Box<dyn Executor>,
    ) -> Renderer {
        let clock = performance.clock(settings.rate, settings.speed);
        let cut = settings.end.map_or(u64::MAX, |end| end.frames(settings.rate).0);
        let end = clock.frame(performance.end).0.min(cut);
        let timed = performance.events.iter().map(|event| (clock.frame(event.time).0, &event.action));
        let events: Vec<_> =
            timed.take_while(|(frame, _)| *frame < cut).map(|(frame, action)| (frame, action.clone())).collect();
        let filter_moves = moves_filters(events.iter().map(|(_, action)| action));
        Renderer {
            conductor: Conductor::new(font.clone(), performance.channels, filter_moves, settings),
            font,
            executor,
            events,
            next_event: 0,
            end,
            ended: false,
            block: Block::default(),
            frame: 0,
            ready: Buses::default(),
            taken: 0,
            position: 0,
        }
    }

    /// Renders the next frames, overwriting all of `buses`. The bits do not depend on how many are asked for at a time.
    pub fn render(&mut self, buses: &mut Buses) {
        let mut filled = 0;
        while filled < buses.frames() {
            if self.taken == self.ready.frames() {
                self.render_block();
            }
            let count = (self.ready.frames() - self.taken).min(buses.frames() - filled);
            for (to, from) in buses.all_mut().into_iter().zip(self.ready.all()) {
                to[filled..filled + count].copy_from_slice(&from[self.taken..self.taken + count]);
            }
            filled += count;
            self.taken += count;
        }
        self.position += filled as u64;
    }

    /// Frames rendered so far.
    pub fn position(&self) -> Frames {
        Frames(self.position)
    }

    /// The frame at which the piece, though not what rings on, ends.
    pub fn end(&self) -> Frames {
        Frames(self.end)
    }

    /// Whether the piece is over and nothing rings on.
    pub fn is_finished(&self) -> bool {
        let rest_is_silent =
            || self.ready.all().iter().all(|bus| bus[self.taken..].iter().all(|&sample| sample == 0.0));
        self.ended && self.conductor.is_silent() && rest_is_silent()
    }

    /// Counts so far.
    pub fn statistics(&self) -> Statistics {
        self.conductor.statistics()
    }

    /// Warnings since the last call.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        self.conductor.take_warnings()
    }

    fn render_block(&mut self) {
        let start = self.frame;
        let end = start + (self.quanta(start) * QUANTUM) as u64;
        self.conduct(end);
        self.block.frames = (end - start) as usize;
        self.block.voices.clear();
        self.block.segments.clear();
        for (voice, changes) in self.conductor.voices() {
            let first = self.block.segments.len();
            voice.control(start, end, changes, &mut self.block.segments);
            let segments = first..self.block.segments.len();
            if !segments.is_empty() {
                let fresh = std::mem::replace(&mut voice.fresh, false);
                let (serial, slot, source) = (voice.serial, voice.slot, voice.source());
                self.block.voices.push(VoiceBlock { serial, slot, fresh, source, segments });
            }
        }
        self.conductor.count_block(self.block.segments.iter().map(|s| u64::from(s.frames)).sum());
        self.ready.resize(self.block.frames);
        self.executor.render(&self.font, &self.block, &mut self.ready);
        self.conductor.end_block();
        self.taken = 0;
        self.frame = end;
    }

    /// How many quanta the next block has: one where voices might have to give way, since that depends on which have
    /// ended by then.
    fn quanta(&self, start: u64) -> usize {
        let horizon = start + (QUANTA * QUANTUM) as u64;
        let upcoming = self.events[self.next_event..].iter().take_while(|(frame, _)| *frame < horizon);
        let note_ons = upcoming
            .filter(|(_, action)| matches!(action, Action::Channel { message: Message::NoteOn { .. }, .. }))
            .count();
        if self.conductor.is_crowded(note_ons) { 1 } else { QUANTA }
    }

    fn conduct(&mut self, end: u64) {
        while let Some((frame, action)) = self.events.get(self.next_event).filter(|(frame, _)| *frame < end) {
            self.conductor.act(*frame, action);
            self.next_event += 1;
        }
        if !self.ended && self.end < end {
            self.conductor.end(self.end);
            self.ended = true;
        }
    }
}
