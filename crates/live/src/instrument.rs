//! What sounds: the synthesizer and the effects behind it.

use std::sync::Arc;

use rae_effects::{BusBlock, BusSettings, LiveBus, Metronome, PreparedLiveBus};
use rae_soundfont::SoundFont;
use rae_synth::{Buses, ChannelSet, LiveSettings, QUANTUM, Settings, Synthesizer, synthesizer};
use rae_units::{Decibels, Frames};

use crate::console::Incoming;
use crate::{Console, Error};

/// How an instrument is to sound.
#[derive(Clone, Debug)]
pub struct PlaySettings {
    /// Rate, kernels, voices, transposition, muted channels.
    pub synthesis: Settings,
    /// Reverb and chorus.
    pub effects: BusSettings,
    /// Absolute gain.
    pub gain: Decibels,
    /// Channels that events can name.
    pub channels: u16,
    /// Channels whose filters will be moved ([`rae_synth::moved_filters`]).
    pub moved_filters: ChannelSet,
    /// Clicks, by frame since the start.
    pub metronome: Option<Metronome>,
}

/// A synthesizer with its effects. Nothing here allocates, locks or asks the system for anything once it is open.
pub struct Instrument {
    synthesizer: Synthesizer,
    effects: LiveBus,
    incoming: Incoming,
    metronome: Option<Metronome>,
    /// The first frame of the next quantum.
    frame: Frames,
    buses: Buses,
    left: [f32; QUANTUM],
    right: [f32; QUANTUM],
    /// Frames of `left` and `right` already handed out.
    taken: usize,
}

/// An instrument, and the console where it is played. Takes some tenths of a second.
pub fn open(font: Arc<SoundFont>, settings: &PlaySettings) -> Result<(Console, Instrument), Error> {
    let prepared = PreparedLiveBus::new(&settings.effects, settings.synthesis.rate)?;
    let mut effects = prepared.start();
    effects.set_gain(settings.gain)?;
    let live = LiveSettings {
        synthesis: settings.synthesis.clone(),
        channels: settings.channels,
        whole_quanta: true,
        moved_filters: settings.moved_filters.clone(),
    };
    let (console, synthesizer) = synthesizer(font, &live);
    let (console, incoming) = Console::new(console, prepared, settings.synthesis.rate);
    let instrument = Instrument {
        synthesizer,
        effects,
        incoming,
        metronome: settings.metronome.clone(),
        frame: Frames(0),
        buses: Buses::new(QUANTUM),
        left: [0.0; QUANTUM],
        right: [0.0; QUANTUM],
        taken: QUANTUM,
    };
    Ok((console, instrument))
}

impl Instrument {
    /// Renders the next quantum, [`QUANTUM`] frames.
    pub fn quantum(&mut self) -> [&[f32; QUANTUM]; 2] {
        self.synthesizer.render(&mut self.buses);
        let end = self.frame + Frames(QUANTUM as u64);
        while let Some((frame, change)) = self.incoming.due(end) {
            if let Some(earlier) = self.effects.change(change, frame) {
                self.incoming.retire(earlier);
            }
        }
        let Buses { left, right, reverb, chorus } = &self.buses;
        self.effects.process(&BusBlock { left, right, reverb, chorus }, &mut self.left, &mut self.right);
        if let Some(metronome) = &self.metronome {
            metronome.add_to(self.frame, &mut self.left, &mut self.right);
        }
        self.frame = end;
        while let Some(silent) = self.effects.take_over() {
            self.incoming.retire(silent);
        }
        self.taken = QUANTUM;
        [&self.left, &self.right]
    }

    /// The next frame, left and right. Quanta are rendered as they are needed: what is sent while one is being handed out
    /// sounds in the next.
    pub fn frame(&mut self) -> [f32; 2] {
        if self.taken == QUANTUM {
            self.quantum();
            self.taken = 0;
        }
        let frame = [self.left[self.taken], self.right[self.taken]];
        self.taken += 1;
        frame
    }
}
