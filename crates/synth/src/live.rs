//! The synthesizer for playing live: events come through a queue while it sounds.
//!
//! Two ends: the [`Console`], where whoever plays queues events and where all is prepared that they will need, and the
//! [`Synthesizer`], which renders on an audio thread and allocates nothing, locks nothing and asks nothing of the system.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rae_midi::{Action, Performance};
use rae_soundfont::SoundFont;
use rae_units::Frames;
use rtrb::{Consumer, Producer, RingBuffer};
use thiserror::Error;

use crate::bucket::{Stretch, add_up};
use crate::conductor::{Conductor, FilterMoves, MOST_NEEDS, Need, Rehearsal};
use crate::executor::{self, CpuExecutor, Executor, QUANTUM};
use crate::program::Program;
use crate::{Buses, ChannelSet, Settings, Statistics, Warning};

/// Events that may wait.
const QUEUE: usize = 4096;

/// Most events acted on in one quantum; what is beyond comes a quantum later.
const MOST_EVENTS: usize = 1024;

/// Changes of a channel that so many events can make: each one, a reset of all controllers three for each that had moved
/// one, and all that had been moved before; and all keys once before it is crowded and at each of its 4 grid points then.
const MOST_CHANGES: usize = 3 * MOST_EVENTS + 512 + 5 * 128;

/// Points of a sample in the smallest page of memory that systems use.
const POINTS_PER_PAGE: usize = 2048;

/// Settings of a live synthesizer.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    /// Those of any render; threads, tempo and end mean nothing here. So many voices, and as many that fade out, get
    /// memory at once.
    pub synthesis: Settings,
    /// Channels that events can name, 16 for each port.
    pub channels: u16,
    /// Blocks will always be multiples of [`QUANTUM`] frames: then there is no latency.
    pub whole_quanta: bool,
    /// Channels whose filters will be moved ([`moved_filters`]): their notes need filters from the start to sound as in a
    /// file. On the others this holds for notes after the first event that moves them.
    pub moved_filters: ChannelSet,
}

impl Default for LiveSettings {
    fn default() -> LiveSettings {
        let synthesis = Settings { max_voices: 256, ..Settings::default() };
        LiveSettings { synthesis, channels: 16, whole_quanta: false, moved_filters: ChannelSet::default() }
    }
}

/// The channels of a piece whose filters are moved: by NRPN, by brightness or resonance (CC 74, 71) or what GS and XG call
/// them, or by controllers that lead to the cutoff.
pub fn moved_filters(performance: &Performance) -> ChannelSet {
    FilterMoves::of(performance.channels, performance.events.iter().map(|event| &event.action))
}

/// Why an event was not queued.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LiveError {
    /// The synthesizer takes events more slowly than they come.
    #[error("{QUEUE} events wait to be played; render some frames, then send this one again")]
    QueueFull,
}

/// What goes from the console to the synthesizer.
enum Order {
    Event(u64, Action),
    Preset(usize, Arc<Program>),
    Filters(u16),
    LetGo(u64),
}

/// What both ends may look at.
#[derive(Default)]
struct Gauges {
    position: AtomicU64,
    voices: AtomicUsize,
    most_voices: AtomicUsize,
}

/// Where a live synthesizer is played.
pub struct Console {
    font: Arc<SoundFont>,
    rehearsal: Rehearsal,
    orders: Producer<Order>,
    /// Events that have been acted on: their memory is given back here.
    done: Consumer<Action>,
    gauges: Arc<Gauges>,
}

/// Renders what is played at its [`Console`].
pub struct Synthesizer {
    font: Arc<SoundFont>,
    conductor: Conductor,
    orders: Consumer<Order>,
    done: Producer<Action>,
    gauges: Arc<Gauges>,
    stretch: Stretch,
    /// Start of the next quantum.
    frame: u64,
    latency: usize,
    ready: Buses,
    /// Frames of `ready` already handed out.
    taken: usize,
    position: u64,
}

/// A live synthesizer and its console. Takes its time, some tenths of a second: all tables are computed and all memory is
/// allocated here.
pub fn synthesizer(font: Arc<SoundFont>, settings: &LiveSettings) -> (Console, Synthesizer) {
    let synthesis = &settings.synthesis;
    executor::prepare(synthesis.interpolation, synthesis.instructions);
    let make = || -> Box<dyn Executor> { Box::new(CpuExecutor::new(synthesis.interpolation, synthesis.instructions)) };
    let mut stretch = Stretch::default();
    let mut conductor = Conductor::new(font.clone(), settings.channels, &settings.moved_filters, synthesis, make);
    conductor.reserve(MOST_CHANGES, &mut stretch);
    let mut rehearsal = Rehearsal::new(font.clone(), settings.channels);
    for need in rehearsal.at_first() {
        if let Need::Preset(preset, program) = need {
            touch(&font, &program);
            conductor.hand_over(preset, program);
        }
    }
    let (orders, for_synthesizer) = RingBuffer::new(QUEUE);
    // The console empties this before it queues an event. Until it does so again, all that waits may come back, and with
    // it the event that was being acted on and the one that was queued: more than `QUEUE`, by these two.
    let (done, for_console) = RingBuffer::new(2 * QUEUE);
    let gauges = Arc::<Gauges>::default();
    let latency = if settings.whole_quanta { 0 } else { QUANTUM - 1 };
    let mut ready = Buses::new(QUANTUM);
    ready.resize(latency);
    let console = Console { font: font.clone(), rehearsal, orders, done: for_console, gauges: gauges.clone() };
    let synthesizer = Synthesizer {
        font,
        conductor,
        orders: for_synthesizer,
        done,
        gauges,
        stretch,
        frame: 0,
        latency,
        ready,
        taken: 0,
        position: 0,
    };
    (console, synthesizer)
}

impl Console {
    /// Queues an event for a frame, counted from the synthesizer's first; one that has passed, as 0 always has, means as
    /// soon as possible. Events are acted on in the order in which they are sent, so their frames should ascend.
    ///
    /// What the event needs is made ready here: a preset's first use takes time, and reads its samples.
    pub fn send(&mut self, frame: Frames, action: Action) -> Result<(), LiveError> {
        self.give_back();
        // The event, and what it needs.
        if self.orders.slots() < 1 + MOST_NEEDS {
            return Err(LiveError::QueueFull);
        }
        for need in self.rehearsal.follow(frame.0, &action) {
            match need {
                Need::Preset(preset, program) => {
                    touch(&self.font, &program);
                    self.push(Order::Preset(preset, program))?;
                }
                Need::Filters(channel) => self.push(Order::Filters(channel))?,
            }
        }
        self.push(Order::Event(frame.0, action))
    }

    /// Queues the end of all notes: keys and pedals are let go, and what rings on may do so.
    pub fn let_go(&mut self, frame: Frames) -> Result<(), LiveError> {
        self.push(Order::LetGo(frame.0))
    }

    /// Frames that have been rendered.
    pub fn position(&self) -> Frames {
        Frames(self.gauges.position.load(Ordering::Relaxed))
    }

    /// Voices that sound now.
    pub fn voices(&self) -> usize {
        self.gauges.voices.load(Ordering::Relaxed)
    }

    /// Most voices that have sounded at once.
    pub fn most_voices(&self) -> usize {
        self.gauges.most_voices.load(Ordering::Relaxed)
    }

    /// Warnings since the last call: presets that notes asked for and that were replaced, and damaged messages.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        self.rehearsal.take_warnings()
    }

    fn push(&mut self, order: Order) -> Result<(), LiveError> {
        self.orders.push(order).map_err(|_| LiveError::QueueFull)
    }

    /// Frees the memory of what has been acted on.
    fn give_back(&mut self) {
        while self.done.pop().is_ok() {}
    }
}

impl Synthesizer {
    /// Renders the next frames, overwriting all of `buses`. The bits do not depend on how many are asked for at a time:
    /// with the same events they are those of [`crate::Renderer`], [`Synthesizer::latency`] later.
    pub fn render(&mut self, buses: &mut Buses) {
        let mut filled = 0;
        while filled < buses.frames() {
            if self.taken == self.ready.frames() {
                self.render_quantum();
            }
            let count = buses.copy(filled, &self.ready, self.taken);
            filled += count;
            self.taken += count;
        }
        self.position += filled as u64;
        self.gauges.position.store(self.position, Ordering::Relaxed);
        self.gauges.voices.store(self.conductor.voices(), Ordering::Relaxed);
        self.gauges.most_voices.store(self.conductor.statistics().peak_voices, Ordering::Relaxed);
    }

    /// Frames by which the sound lies behind the events: blocks of any length are cut from whole quanta, and those must
    /// not begin before their events are known.
    pub fn latency(&self) -> Frames {
        Frames(self.latency as u64)
    }

    /// Counts so far.
    pub fn statistics(&self) -> Statistics {
        self.conductor.statistics()
    }

    fn render_quantum(&mut self) {
        let (start, end) = (self.frame, self.frame + QUANTUM as u64);
        self.take_orders(start, end);
        (self.stretch.from, self.stretch.start, self.stretch.end) = (start, start, end);
        let buckets = self.conductor.begin_block(&mut self.stretch);
        for bucket in &mut *buckets {
            bucket.render(&self.font, &self.stretch);
        }
        for (bus, sum) in self.ready.all_mut().into_iter().enumerate() {
            add_up(buckets.iter().map(|bucket| &**bucket), bus, QUANTUM, sum);
        }
        self.conductor.end_block(&mut self.stretch);
        self.taken = 0;
        self.frame = end;
    }

    /// Acts on what is due before `end`.
    fn take_orders(&mut self, start: u64, end: u64) {
        let mut latest = start;
        for _ in 0..MOST_EVENTS {
            if let Ok(Order::Event(frame, _) | Order::LetGo(frame)) = self.orders.peek() {
                if *frame >= end {
                    return;
                }
                latest = latest.max(*frame);
            }
            match self.orders.pop() {
                Ok(Order::Event(_, action)) => {
                    self.conductor.act(latest, &action);
                    self.retire(action);
                }
                Ok(Order::Preset(preset, program)) => self.conductor.hand_over(preset, program),
                Ok(Order::Filters(channel)) => self.conductor.move_filters(channel),
                Ok(Order::LetGo(_)) => self.conductor.end(latest),
                Err(_) => return,
            }
        }
    }

    /// Sends memory back to where it may be freed.
    fn retire(&mut self, action: Action) {
        if matches!(action, Action::SysEx { .. }) {
            let sent = self.done.push(action);
            debug_assert!(sent.is_ok(), "the way back has room for all that waits");
        }
    }
}

/// Reads a little of every page of the samples that a preset plays, so that they are in memory, or decoded, when notes want
/// them.
fn touch(font: &SoundFont, program: &Program) {
    for (sample, points) in program.samples() {
        let pcm = font.pcm(sample);
        let words = pcm.words.get(points.clone()).unwrap_or(pcm.words);
        let low_bytes = pcm.low_bytes.get(points).unwrap_or(pcm.low_bytes);
        black_box(words.iter().step_by(POINTS_PER_PAGE).fold(0, |sum, word| sum ^ word[0]));
        black_box(low_bytes.iter().step_by(POINTS_PER_PAGE).fold(0, |sum, byte| sum ^ byte));
    }
}
