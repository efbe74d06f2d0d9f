//! A keyboard at the console: what comes faster than it can be played leaves no note hanging.

use rae_midi::Action;
use rae_synth::{AskedSends, SendPace};
use rae_units::Frames;

use crate::Console;

/// Channels of a keyboard: one port.
const CHANNELS: u16 = 16;

/// Sends what is played now to a [`Console`].
pub struct Keyboard {
    console: Console,
    /// Something was lost, and the notes have not been let go since.
    behind: bool,
    lost: bool,
    asked: AskedSends,
    pace: SendPace,
}

impl Keyboard {
    /// A keyboard that plays at this console.
    pub fn new(console: Console) -> Keyboard {
        let pace = SendPace::new(console.sends(), console.rate());
        Keyboard { console, behind: false, lost: false, asked: AskedSends::new(CHANNELS), pace }
    }

    /// The console that it plays at.
    pub fn console(&mut self) -> &mut Console {
        &mut self.console
    }

    /// Plays an event as soon as possible; reverb and chorus follow what system exclusive messages ask of them. Where thousands wait already it is lost, and as it may have been the end of a
    /// note, all notes are let go as soon as there is room.
    pub fn play(&mut self, action: Action) {
        if matches!(action, Action::SysEx { .. }) {
            self.asked.hear(&action);
            self.pace.ask(self.console.position(), self.asked.sends());
        }
        self.catch_up();
        if self.behind || self.console.send(Frames(0), action).is_err() {
            (self.behind, self.lost) = (true, true);
        }
    }

    /// Lets all notes go if something was lost and there is room now, and makes ready what was asked of the effects; to be
    /// called some times a second.
    pub fn catch_up(&mut self) {
        if self.console.can_change_effects()
            && let Some((frame, sends)) = self.pace.due(self.console.position() + Frames(1))
        {
            // There is room.
            let _ = self.console.change_effects(frame, &sends);
        }
        self.behind = self.behind && self.console.let_go(Frames(0)).is_err();
    }

    /// Whether something has been lost so far.
    pub fn has_lost(&self) -> bool {
        self.lost
    }
}
