//! Where an instrument is played: its synthesizer's console, and what makes other effects ready for those behind it.

use rae_effects::{LiveChange, PreparedLiveBus, Sends};
use rae_midi::Action;
use rae_synth::{LiveError, Warning};
use rae_units::{Frames, SampleRate};
use rtrb::{Consumer, Producer, RingBuffer};

/// Effects that may be on their way to the instrument, in it, or on their way back.
const MOST_CHANGES: usize = 64;

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
    /// By how much the chain behind the effects makes sound later and longer.
    behind: Frames,
}

/// The instrument's end of the queues for effects.
pub(crate) struct Incoming {
    changes: Consumer<(Frames, LiveChange)>,
    done: Producer<LiveChange>,
}

impl Console {
    /// A console for the effects that `effects` has started, with so much behind them, and the other end of its queues.
    pub(crate) fn new(
        synthesizer: rae_synth::Console,
        effects: PreparedLiveBus,
        rate: SampleRate,
        behind: Frames,
    ) -> (Console, Incoming) {
        let (changes, for_instrument) = RingBuffer::new(MOST_CHANGES);
        // The chorus from the start comes back, too.
        let (done, for_console) = RingBuffer::new(MOST_CHANGES + 1);
        let tail = effects.tail();
        let console = Console { synthesizer, effects, rate, changes, done: for_console, away: 0, tail, behind };
        (console, Incoming { changes: for_instrument, done })
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

    /// Whether there is room for another change of effects.
    pub(crate) fn can_change_effects(&mut self) -> bool {
        while self.done.pop().is_ok() {
            self.away = self.away.saturating_sub(1);
        }
        self.away < MOST_CHANGES
    }

    /// The longest time for which the effects so far, and the chain behind them, ring on.
    pub fn tail(&self) -> Frames {
        self.tail + self.behind
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

    /// Sends memory back to where it may be freed.
    pub(crate) fn retire(&mut self, change: LiveChange) {
        let sent = self.done.push(change);
        debug_assert!(sent.is_ok(), "the way back has room for all that are away");
    }
}
