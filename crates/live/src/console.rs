//! Where an instrument is played: its synthesizer's console, and what makes other effects ready for those behind it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rae_effects::chain::{Chain, Change, Prepared, Spent, Updates};
use rae_effects::{LiveChange, PreparedLiveBus, Sends};
use rae_midi::Action;
use rae_synth::{LiveError, Warning};
use rae_units::{Frames, SampleRate};
use rtrb::{Consumer, Producer, RingBuffer};

use crate::Error;

/// Effects that may be on their way to the instrument, in it, or on their way back.
const MOST_CHANGES: usize = 64;
/// Changes of the chain that may be on their way, and what of it may be on its way back.
const MOST_CHAINS: usize = 16;
const MOST_SPENT: usize = 256;

/// Where an instrument is played.
pub struct Console {
    synthesizer: rae_synth::Console,
    /// As they are once all changes have come to pass.
    effects: PreparedLiveBus,
    rate: SampleRate,
    changes: Producer<(Frames, LiveChange)>,
    done: Consumer<LiveChange>,
    /// Changes that have not come back.
    away: usize,
    tail: Frames,
    /// Frames by which the chain behind the effects makes sound later and longer; the instrument says it.
    behind: Arc<AtomicU64>,
    /// Makes changes of that chain, if there is one.
    updates: Option<Updates>,
    chains: Producer<Change>,
    spent: Consumer<Spent>,
}

/// The instrument's end of the queues for effects.
pub(crate) struct Incoming {
    changes: Consumer<(Frames, LiveChange)>,
    done: Producer<LiveChange>,
    chains: Consumer<Change>,
    spent: Producer<Spent>,
    behind: Arc<AtomicU64>,
}

impl Console {
    /// A console for the effects that `effects` has started, with a chain behind them, and the other end of its queues.
    pub(crate) fn new(
        synthesizer: rae_synth::Console,
        effects: PreparedLiveBus,
        rate: SampleRate,
        chain: Option<&mut Prepared>,
    ) -> (Console, Incoming) {
        let (changes, for_instrument) = RingBuffer::new(MOST_CHANGES);
        // The chorus from the start comes back, too.
        let (done, for_console) = RingBuffer::new(MOST_CHANGES + 1);
        let (chains, chains_for_instrument) = RingBuffer::new(MOST_CHAINS);
        let (spent, spent_for_console) = RingBuffer::new(MOST_SPENT);
        let tail = effects.tail();
        let behind = Arc::new(AtomicU64::new(chain.as_ref().map_or(0, |chain| so_long(chain))));
        let console = Console {
            synthesizer,
            effects,
            rate,
            changes,
            done: for_console,
            away: 0,
            tail,
            behind: Arc::clone(&behind),
            updates: chain.map(Prepared::updates),
            chains,
            spent: spent_for_console,
        };
        (console, Incoming { changes: for_instrument, done, chains: chains_for_instrument, spent, behind })
    }

    /// Queues an event; see [`rae_synth::Console::send`].
    pub fn send(&mut self, frame: Frames, action: Action) -> Result<(), LiveError> {
        self.synthesizer.send(frame, action)
    }

    /// Queues the end of all notes; see [`rae_synth::Console::let_go`].
    pub fn let_go(&mut self, frame: Frames) -> Result<(), LiveError> {
        self.synthesizer.let_go(frame)
    }

    /// Lets other send effects take over at a frame, counted from the instrument's first; one that has passed means as soon
    /// as possible. They are made ready here, which takes some milliseconds and more for long reverbs.
    pub fn change_effects(&mut self, frame: Frames, sends: &Sends) -> Result<(), LiveError> {
        if !self.can_change_effects() {
            return Err(LiveError::QueueFull);
        }
        if let Some(change) = self.effects.change(sends) {
            self.tail = self.tail.max(change.tail());
            self.changes.push((frame, change)).map_err(|_| LiveError::QueueFull)?;
            self.away += 1;
        }
        Ok(())
    }

    /// Moves the chain behind the effects to new parameters, within some tens of milliseconds and without a click. Number, order,
    /// types and latency of its effects stay. They are made ready here; what they replace comes back and is freed at the next
    /// call.
    ///
    /// # Errors
    /// A chain that does not fit, or that cannot take the place of the one that there is, and [`Error::Busy`]. Then nothing
    /// changes.
    pub fn change_chain(&mut self, chain: &Chain) -> Result<(), Error> {
        while self.spent.pop().is_ok() {}
        if self.chains.is_full() {
            return Err(Error::Busy);
        }
        let Some(updates) = &mut self.updates else {
            return if chain.effects.is_empty() { Ok(()) } else { Err(Error::NoChain) };
        };
        self.chains.push(updates.change(chain)?).map_err(|_| Error::Busy)
    }

    /// Whether there is room for another change of effects.
    pub(crate) fn can_change_effects(&mut self) -> bool {
        while self.done.pop().is_ok() {
            self.away = self.away.saturating_sub(1);
        }
        self.away < MOST_CHANGES
    }

    /// The longest time for which the effects so far, and the chain behind them, ring on.
    pub fn tail(&self) -> Frames {
        self.tail + Frames(self.behind.load(Ordering::Relaxed))
    }

    /// Frames per second.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// The send effects once all changes have come to pass.
    pub(crate) fn sends(&self) -> Sends {
        self.effects.sends()
    }

    /// Frames that have been rendered.
    pub fn position(&self) -> Frames {
        self.synthesizer.position()
    }

    /// Voices that sound now.
    pub fn voices(&self) -> usize {
        self.synthesizer.voices()
    }

    /// Most voices that have sounded at once.
    pub fn most_voices(&self) -> usize {
        self.synthesizer.most_voices()
    }

    /// Warnings since the last call; see [`rae_synth::Console::take_warnings`].
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        self.synthesizer.take_warnings()
    }
}

impl Incoming {
    /// The next change that is due before `end`.
    pub(crate) fn due(&mut self, end: Frames) -> Option<(Frames, LiveChange)> {
        let (frame, _) = self.changes.peek().ok()?;
        if *frame < end { self.changes.pop().ok() } else { None }
    }

    /// Lets the chain take over the changes that are there, as long as what they leave can be sent back.
    pub(crate) fn change_chain(&mut self, chain: &mut Prepared) {
        while !self.spent.is_full()
            && let Ok(change) = self.chains.pop()
        {
            // The console sends them in their order.
            if let Ok(spent) = chain.apply(change) {
                let _ = self.spent.push(spent);
            }
            self.behind.store(so_long(chain), Ordering::Relaxed);
        }
    }

    /// Sends back what a chain does not need any more, as far as there is room.
    pub(crate) fn retire_spent(&mut self, chain: &mut Prepared) {
        while !self.spent.is_full() {
            let Some(spent) = chain.take_back() else { return };
            let _ = self.spent.push(spent);
        }
    }

    /// Sends memory back to where it may be freed.
    pub(crate) fn retire(&mut self, change: LiveChange) {
        let sent = self.done.push(change);
        debug_assert!(sent.is_ok(), "the way back has room for all that are away");
    }
}

/// Frames by which a chain makes sound later and longer.
fn so_long(chain: &Prepared) -> u64 {
    chain.latency().0 + chain.tail().0
}
