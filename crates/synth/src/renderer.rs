//! The synthesis path: conductor, control and executor, block after block.

use std::sync::Arc;

use rae_midi::{Action, Message, PORT, Performance, Router, cc};
use rae_soundfont::SoundFont;
use rae_units::Frames;

use crate::bucket::{PIECE, Stretch, add_up};
use crate::conductor::{Conductor, FilterMoves, Unrendered, starts_note};
use crate::executor::{BUCKETS, CpuExecutor, Executor, QUANTUM};
use crate::pool::Pool;
use crate::score::{Event, Place, Score};
use crate::{Buses, Settings, Warning};

/// Quanta rendered at once, unless voices might have to give way, on one thread: few, so that all stays in the cache.
const QUANTA: usize = 16;

/// The same on several: many, because they wait for each other after every block.
const SHARED_QUANTA: usize = 128;

/// Most quanta that are controlled, one by one where voices give way, before their sound is made.
const FORESEEN: usize = 16;

const _: () = assert!(FORESEEN as u64 * QUANTUM as u64 <= PIECE);

/// Voices times quanta of which that holds: a voice whose filter moves takes 400 bytes for a quantum.
const MOST_FORESEEN: usize = 16_384;

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

/// What becomes of the next block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Nothing yet.
    ToBegin,
    /// It has been conducted; the thread that asks for it renders it alone.
    Alone,
    /// The pool renders it.
    Shared,
}

/// Renders a performance with a bank, from its first frame on.
pub struct Renderer {
    font: Arc<SoundFont>,
    conductor: Conductor,
    pool: Option<Pool>,
    /// So many threads of it at most render what is begun from now on.
    most_threads: usize,
    works_ahead: bool,
    next: Next,
    /// The block at work.
    stretch: Stretch,
    score: Arc<Score>,
    /// In the score: what comes next.
    place: Place,
    /// Events from this frame on are left out.
    cut: u64,
    /// Notes that begin before this frame are left out.
    notes_from: u64,
    end: u64,
    ended: bool,
    /// Start of the next block.
    frame: u64,
    ready: Buses,
    /// Where the pool puts the block after that.
    spare: Buses,
    /// Frames of `ready` already handed out.
    taken: usize,
    position: u64,
    /// Up to the end of `ready`: what has been counted, whether that is all, and what there is to warn of.
    statistics: Statistics,
    over: bool,
    warnings: Vec<Warning>,
}

impl Renderer {
    /// A renderer on this processor. Where its threads cannot be had, it works on the caller's alone and warns.
    pub fn new(font: Arc<SoundFont>, performance: &Performance, settings: &Settings) -> Renderer {
        Renderer::of_score(font, Arc::new(Score::of(performance, settings)), settings)
    }

    /// As [`Renderer::new`], of a performance that has been packed with the same settings.
    pub fn of_score(font: Arc<SoundFont>, score: Arc<Score>, settings: &Settings) -> Renderer {
        let make =
            || -> Box<dyn Executor> { Box::new(CpuExecutor::new(settings.interpolation, settings.instructions)) };
        Renderer::with_executors(font, score, settings, make)
    }

    /// A renderer whose executors, one for each of [`BUCKETS`] shares of the voices, the caller makes. Those of several
    /// threads may be at work when a call has returned ([`Renderer::work_ahead`]).
    pub fn with_executors(
        font: Arc<SoundFont>,
        score: Arc<Score>,
        settings: &Settings,
        make: impl Fn() -> Box<dyn Executor>,
    ) -> Renderer {
        let cut = settings.end.map_or(u64::MAX, |end| end.frames(settings.rate).0);
        let end = score.end().0.min(cut);
        let actions = || score.events().take_while(|(Frames(frame), _)| *frame < cut).map(|(_, action)| action);
        let filter_moves = FilterMoves::of(score.channels(), actions());
        let mut conductor = Conductor::new(font.clone(), score.channels(), &filter_moves, settings, make);
        if settings.sends {
            tell_unrendered(score.channels(), actions(), |warning| conductor.warn(warning));
        }
        let threads = settings.threads.min(BUCKETS);
        let pool = if threads > 1 { Pool::new(threads - 1).ok() } else { None };
        if threads > 1 && pool.is_none() {
            conductor.warn(Warning::NoThreads { wanted: threads });
        }
        let warnings = conductor.take_warnings();
        Renderer {
            conductor,
            font,
            pool,
            most_threads: threads,
            works_ahead: false,
            next: Next::ToBegin,
            stretch: Stretch::default(),
            score,
            place: Place::default(),
            cut,
            notes_from: 0,
            end,
            ended: false,
            frame: 0,
            ready: Buses::default(),
            spare: Buses::default(),
            taken: 0,
            position: 0,
            statistics: Statistics::default(),
            over: false,
            warnings,
        }
    }

    /// Renders the next frames, overwriting all of `buses`. The bits do not depend on how many are asked for at a time.
    pub fn render(&mut self, buses: &mut Buses) {
        self.render_meanwhile(buses, || {});
    }

    /// As [`Renderer::render`]; does `other` on this thread while the other threads work.
    pub fn render_meanwhile(&mut self, buses: &mut Buses, other: impl FnOnce()) {
        let frames = buses.frames();
        assert!(buses.all().iter().all(|bus| bus.len() == frames), "the buses differ in length");
        let mut other = Some(other);
        let mut filled = 0;
        while filled < buses.frames() {
            if self.taken == self.ready.frames() {
                self.advance(|| {
                    if let Some(other) = other.take() {
                        other();
                    }
                });
            }
            let count = if filled == 0 && self.taken == 0 && self.ready.frames() == buses.frames() {
                std::mem::swap(buses, &mut self.ready);
                buses.frames()
            } else {
                buses.copy(filled, &self.ready, self.taken)
            };
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
        if self.next != Next::ToBegin {
            self.finish();
        }
        self.conductor.restart();
        (self.place, self.notes_from, self.ended, self.over) = (Place::default(), frame, false, false);
        self.chase(start);
        self.frame = start;
        self.ready.resize(0);
        self.taken = 0;
        if start < frame {
            self.advance(|| {});
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
        self.over && rest_is_silent()
    }

    /// Threads that render voices, the caller's included.
    pub fn threads(&self) -> usize {
        self.pool.as_ref().map_or(1, Pool::threads)
    }

    /// Lets so many of the [threads](Renderer::threads) at most render what is begun from now on, at least the caller's:
    /// others have work for the processor, too. The bits do not depend on it.
    pub fn limit_threads(&mut self, threads: usize) {
        self.most_threads = threads;
    }

    /// From now on, lets the other threads begin with the next block when one is handed out, so that they are at work between
    /// two calls. For whoever takes all there is at once: a process that is forked meanwhile inherits what they hold, and
    /// [`Renderer::seek`] has to wait for them and counts their block.
    pub fn work_ahead(&mut self) {
        self.works_ahead = true;
    }

    /// Counts so far.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// Warnings since the last call.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// Makes the next block ready.
    fn advance(&mut self, meanwhile: impl FnOnce()) {
        if self.next == Next::ToBegin {
            self.begin();
        }
        meanwhile();
        self.finish();
        if self.works_ahead && self.shares() && !self.over {
            self.begin();
        }
    }

    /// Whether the pool takes part in what is begun now.
    fn shares(&self) -> bool {
        self.pool.is_some() && self.most_threads > 1
    }

    fn begin(&mut self) {
        let (from, end) = self.foresee();
        let shares = self.shares();
        let buckets = self.conductor.begin_block(&mut self.stretch);
        self.next = match &mut self.pool {
            Some(pool) if shares && end - from > QUANTUM as u64 => {
                let (stretch, room) = (std::mem::take(&mut self.stretch), std::mem::take(&mut self.spare));
                pool.begin(self.most_threads, &self.font, stretch, std::mem::take(buckets), room);
                Next::Shared
            }
            _ => Next::Alone,
        };
    }

    fn finish(&mut self) {
        let buckets = self.conductor.buckets_mut();
        match (&mut self.pool, self.next) {
            (Some(pool), Next::Shared) => {
                (self.stretch, *buckets, self.spare) = pool.finish();
                std::mem::swap(&mut self.ready, &mut self.spare);
            }
            _ => {
                for bucket in &mut *buckets {
                    bucket.render(&self.font, &self.stretch);
                }
                let frames = (self.stretch.end - self.stretch.from) as usize;
                for (bus, sum) in self.ready.all_mut().into_iter().enumerate() {
                    add_up(buckets.iter().map(|bucket| &**bucket), bus, frames, sum);
                }
            }
        }
        self.next = Next::ToBegin;
        self.frame = self.stretch.end;
        self.conductor.end_block(&mut self.stretch);
        self.taken = 0;
        self.statistics = self.conductor.statistics();
        self.over = self.ended && self.conductor.is_silent();
        self.warnings.append(&mut self.conductor.take_warnings());
    }

    /// Conducts the next block, whose last stretch is left to be controlled; its first frame and the one after its last.
    fn foresee(&mut self) -> (u64, u64) {
        let from = self.frame;
        let quanta = if self.shares() { SHARED_QUANTA } else { QUANTA };
        let foreseen = (MOST_FORESEEN / self.conductor.voices().max(1)).clamp(1, FORESEEN).min(quanta);
        let [last, foreseen] = [quanta, foreseen].map(|quanta| from + (quanta * QUANTUM) as u64);
        let mut start = from;
        loop {
            let end = self.conduct(start, if start == from { last } else { foreseen });
            (self.stretch.from, self.stretch.start, self.stretch.end) = (from, start, end);
            if end >= foreseen {
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
        let mut events = self.score.from(self.place);
        let mut chased = 0;
        while let Some(Event { frame, action, .. }) = events.next_before(end.min(self.cut)) {
            if starts_note(&action) {
                self.conductor.skip(&action);
            } else {
                self.conductor.act(frame, &action);
            }
            chased += 1;
            if chased % CHASED == 0 {
                self.conductor.forget_changes();
            }
        }
        self.place = events.place();
        self.conductor.forget_changes();
    }

    /// Acts on the events of the next stretch; the frame after its last, which is before `end`. It ends before a quantum in
    /// which voices might have to give way, since that depends on which have ended by then.
    fn conduct(&mut self, start: u64, mut end: u64) -> u64 {
        let mut events = self.score.from(self.place);
        while let Some(frame) = events.frame().filter(|frame| *frame < end.min(self.cut)) {
            let quantum = frame - frame % QUANTUM as u64;
            let next_quantum = self.cut.min(quantum.saturating_add(QUANTUM as u64));
            let mut ahead = events.clone();
            let actions = std::iter::from_fn(|| Some(ahead.next_before(next_quantum)?.action));
            if quantum > start && self.conductor.might_run_out(actions) {
                end = quantum;
                break;
            }
            while let Some(Event { frame, heard, action }) = events.next_before(next_quantum) {
                if frame < self.notes_from && starts_note(&action) {
                    self.conductor.skip(&action);
                } else {
                    self.conductor.hear(heard);
                    self.conductor.act(frame, &action);
                }
            }
        }
        self.place = events.place();
        if !self.ended && self.end < end {
            self.conductor.end(self.end);
            self.ended = true;
        }
        end
    }
}

/// Tells what a song asks for in vain.
fn tell_unrendered(channels: u16, actions: impl Iterator<Item = Action>, mut tell: impl FnMut(Warning)) {
    let ports = usize::from(channels).div_ceil(PORT);
    let (mut router, mut watch) = (Router::new(ports), Unrendered::new(ports));
    let concerns = |action: &Action| match action {
        Action::SysEx { .. } => true,
        Action::Channel { message, .. } => matches!(message, Message::ControlChange { controller: cc::VARIATION, .. }),
    };
    for action in actions.filter(concerns) {
        router.route(&action, |request| watch.hear(&request).into_iter().for_each(&mut tell));
    }
}
