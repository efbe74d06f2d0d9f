//! The synthesis path: conductor, control and executor, block after block.

use std::sync::Arc;

use rae_midi::{Action, Message, PORT, Performance, Router, cc};
use rae_soundfont::SoundFont;
use rae_units::Frames;

use crate::bucket::{Stretch, add_up};
use crate::conductor::{Conductor, FilterMoves, Unrendered, starts_note};
use crate::executor::{BUCKETS, CpuExecutor, Executor, QUANTUM};
use crate::pool::Pool;
use crate::{Buses, Heard, Settings, Warning};

/// Quanta rendered at once, unless voices might have to give way, on one thread: few, so that all stays in the cache.
const QUANTA: usize = 8;

/// The same on several: many, because they wait for each other after every block.
const SHARED_QUANTA: usize = 128;

/// Most quanta that are controlled, one by one where voices give way, before their sound is made.
const FORESEEN: u64 = 16;

/// Events that are chased at once, before the voices' record of them, which nobody reads, is thrown away.
const CHASED: usize = 1024;

/// Counts of a render so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Notes played.
    pub notes: u64,
    /// Voices started.
    pub voices: u64,
    /// Most voices that sounded within one quantum.
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
    pool: Option<Pool>,
    /// The pool while one thread renders alone.
    resting: Option<Pool>,
    /// The block at work.
    stretch: Stretch,
    /// Events by frame, those at one frame in file order.
    events: Vec<(u64, Action)>,
    /// Whether notes of these events are heard; beyond its end all are.
    heard: Vec<bool>,
    next_event: usize,
    /// Notes that begin before this frame are left out.
    notes_from: u64,
    end: u64,
    ended: bool,
    /// Start of the next block.
    frame: u64,
    ready: Buses,
    /// Frames of `ready` already handed out.
    taken: usize,
    position: u64,
}

impl Renderer {
    /// A renderer on this processor. Where its threads cannot be had, it works on the caller's alone and warns.
    pub fn new(font: Arc<SoundFont>, performance: &Performance, settings: &Settings) -> Renderer {
        let make =
            || -> Box<dyn Executor> { Box::new(CpuExecutor::new(settings.interpolation, settings.instructions)) };
        Renderer::with_executors(font, performance, settings, make)
    }

    /// A renderer whose executors, one for each of [`BUCKETS`] shares of the voices, the caller makes.
    pub fn with_executors(
        font: Arc<SoundFont>,
        performance: &Performance,
        settings: &Settings,
        make: impl Fn() -> Box<dyn Executor>,
    ) -> Renderer {
        let clock = performance.clock(settings.rate, settings.speed);
        let cut = settings.end.map_or(u64::MAX, |end| end.frames(settings.rate).0);
        let end = clock.frame(performance.end).0.min(cut);
        let timed = performance.events.iter().map(|event| (clock.frame(event.time).0, &event.action));
        let events: Vec<_> =
            timed.take_while(|(frame, _)| *frame < cut).map(|(frame, action)| (frame, action.clone())).collect();
        let filter_moves = FilterMoves::of(performance.channels, events.iter().map(|(_, action)| action));
        let mut conductor = Conductor::new(font.clone(), performance.channels, &filter_moves, settings, make);
        if settings.sends {
            let actions = events.iter().map(|(_, action)| action);
            tell_unrendered(performance.channels, actions, |warning| conductor.warn(warning));
        }
        let threads = settings.threads.min(BUCKETS);
        let pool = if threads > 1 { Pool::new(threads - 1).ok() } else { None };
        if threads > 1 && pool.is_none() {
            conductor.warn(Warning::NoThreads { wanted: threads });
        }
        Renderer {
            conductor,
            font,
            pool,
            resting: None,
            stretch: Stretch::default(),
            events,
            heard: match settings.heard {
                Heard::All => Vec::new(),
                heard => performance.events.iter().map(|event| heard.includes(event)).collect(),
            },
            next_event: 0,
            notes_from: 0,
            end,
            ended: false,
            frame: 0,
            ready: Buses::default(),
            taken: 0,
            position: 0,
        }
    }

    /// Renders the next frames, overwriting all of `buses`. The bits do not depend on how many are asked for at a time.
    pub fn render(&mut self, buses: &mut Buses) {
        self.render_meanwhile(buses, || {});
    }

    /// As [`Renderer::render`]; does `other` on this thread while the other threads already work.
    pub fn render_meanwhile(&mut self, buses: &mut Buses, other: impl FnOnce()) {
        let mut other = Some(other);
        let mut filled = 0;
        while filled < buses.frames() {
            if self.taken == self.ready.frames() {
                self.render_block(|| {
                    if let Some(other) = other.take() {
                        other();
                    }
                });
            }
            let count = buses.copy(filled, &self.ready, self.taken);
            filled += count;
            self.taken += count;
        }
        self.position += filled as u64;
        if let Some(other) = other {
            other();
        }
    }

    /// Goes on at `frame`, or at the end of the piece if that is earlier, with programs, controllers, pitch bends, pedals
    /// and tunings as all events before it leave them. Notes that began before it do not sound: the bits are those of a
    /// piece without them, and without the portamento control (CC 84) of each, played from the start. Nothing is rendered
    /// for what is skipped.
    pub fn seek(&mut self, frame: Frames) {
        let frame = frame.0.min(self.end);
        // The grid on which voices are cut is anchored at frame 0.
        let start = frame / QUANTUM as u64 * QUANTUM as u64;
        self.conductor.restart();
        (self.next_event, self.notes_from, self.ended) = (0, frame, false);
        self.chase(start);
        self.frame = start;
        self.ready.resize(0);
        self.taken = 0;
        if start < frame {
            self.render_block(|| {});
            self.taken = (frame - start) as usize;
        }
        self.position = frame;
    }

    /// The frame that is rendered next.
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

    /// Threads that render voices, the caller's included.
    pub fn threads(&self) -> usize {
        self.pool.as_ref().or(self.resting.as_ref()).map_or(1, Pool::threads)
    }

    /// Lets so many of the [threads](Renderer::threads) at most render what follows, at least the caller's: others have
    /// work for the processor, too. The bits do not depend on it.
    pub fn limit_threads(&mut self, threads: usize) {
        if let Some(mut pool) = self.pool.take().or_else(|| self.resting.take()) {
            pool.limit(threads);
            *(if threads > 1 { &mut self.pool } else { &mut self.resting }) = Some(pool);
        }
    }

    /// Counts so far.
    pub fn statistics(&self) -> Statistics {
        self.conductor.statistics()
    }

    /// Warnings since the last call.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        self.conductor.take_warnings()
    }

    fn render_block(&mut self, meanwhile: impl FnOnce()) {
        let (from, end) = self.foresee();
        let buckets = self.conductor.begin_block(&mut self.stretch);
        match &mut self.pool {
            Some(pool) if end - from > QUANTUM as u64 => {
                let ready = std::mem::take(&mut self.ready);
                pool.begin(&self.font, std::mem::take(&mut self.stretch), std::mem::take(buckets), ready);
                meanwhile();
                (self.stretch, *buckets, self.ready) = pool.finish();
            }
            _ => {
                meanwhile();
                for bucket in &mut *buckets {
                    bucket.render(&self.font, &self.stretch);
                }
                for (bus, sum) in self.ready.all_mut().into_iter().enumerate() {
                    add_up(buckets.iter().map(|bucket| &**bucket), bus, (end - from) as usize, sum);
                }
            }
        }
        self.conductor.end_block(&mut self.stretch);
        self.taken = 0;
        self.frame = end;
    }

    /// Conducts the next block, whose last stretch is left to be controlled; its first frame and the one after its last.
    fn foresee(&mut self) -> (u64, u64) {
        let from = self.frame;
        let quanta = if self.pool.is_some() { SHARED_QUANTA } else { QUANTA };
        let last = from + (quanta * QUANTUM) as u64;
        let mut start = from;
        loop {
            let end = self.conduct(start, last);
            (self.stretch.from, self.stretch.start, self.stretch.end) = (from, start, end);
            if end >= last.min(from + FORESEEN * QUANTUM as u64) {
                return (from, end);
            }
            for bucket in self.conductor.begin_block(&mut self.stretch) {
                bucket.foresee(&self.stretch);
            }
            self.conductor.end_stretch(&mut self.stretch);
            start = end;
        }
    }

    /// Takes the events before `end` without any sound.
    fn chase(&mut self, end: u64) {
        while let Some((frame, action)) = self.events.get(self.next_event).filter(|(frame, _)| *frame < end) {
            if starts_note(action) {
                self.conductor.skip(action);
            } else {
                self.conductor.act(*frame, action);
            }
            self.next_event += 1;
            if self.next_event.is_multiple_of(CHASED) {
                self.conductor.forget_changes();
            }
        }
        self.conductor.forget_changes();
    }

    /// Acts on the events of the next stretch; the frame after its last, which is before `end`. It ends before a quantum in
    /// which voices might have to give way, since that depends on which have ended by then.
    fn conduct(&mut self, start: u64, mut end: u64) -> u64 {
        while let Some(&(frame, _)) = self.events.get(self.next_event).filter(|(frame, _)| *frame < end) {
            let quantum = frame - frame % QUANTUM as u64;
            let events = &self.events[self.next_event..];
            let events = &events[..events.iter().take_while(|(frame, _)| *frame < quantum + QUANTUM as u64).count()];
            if quantum > start && self.conductor.might_run_out(events.iter().map(|(_, action)| action)) {
                end = quantum;
                break;
            }
            for (index, (frame, action)) in (self.next_event..).zip(events) {
                if *frame < self.notes_from && starts_note(action) {
                    self.conductor.skip(action);
                } else {
                    self.conductor.hear(self.heard.get(index).is_none_or(|heard| *heard));
                    self.conductor.act(*frame, action);
                }
            }
            self.next_event += events.len();
        }
        if !self.ended && self.end < end {
            self.conductor.end(self.end);
            self.ended = true;
        }
        end
    }
}

/// Tells what a song asks for in vain.
fn tell_unrendered<'a>(channels: u16, actions: impl Iterator<Item = &'a Action>, mut tell: impl FnMut(Warning)) {
    let ports = usize::from(channels).div_ceil(PORT);
    let (mut router, mut watch) = (Router::new(ports), Unrendered::new(ports));
    let concerns = |action: &&Action| match action {
        Action::SysEx { .. } => true,
        Action::Channel { message, .. } => matches!(message, Message::ControlChange { controller: cc::VARIATION, .. }),
    };
    for action in actions.filter(concerns) {
        router.route(action, |request| watch.hear(&request).into_iter().for_each(&mut tell));
    }
}
