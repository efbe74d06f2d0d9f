//! What sounds: the synthesizer and the effects behind it.

use std::sync::Arc;

use rae_effects::chain::{Chain, Prepared, Profile, Setup};
use rae_effects::convolution::ResponseFiles;
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
    /// What the sound passes behind that; the clicks do not.
    pub chain: Chain,
    /// Reads the impulse responses that the chain names.
    pub files: Arc<dyn ResponseFiles>,
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
    /// The chain, where it has effects.
    chain: Option<Prepared>,
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
    let rate = settings.synthesis.rate;
    let prepared = PreparedLiveBus::new(&settings.effects, rate)?;
    let mut effects = prepared.start();
    effects.set_gain(settings.gain)?;
    let live = LiveSettings {
        synthesis: settings.synthesis.clone(),
        channels: settings.channels,
        whole_quanta: true,
        moved_filters: settings.moved_filters.clone(),
    };
    let (console, synthesizer) = synthesizer(font, &live);
    let setup = Setup { profile: Profile::Live, files: Arc::clone(&settings.files), ..Setup::new(rate, 2) };
    let is_there = !settings.chain.effects.is_empty();
    let mut chain = is_there.then(|| settings.chain.prepare_for(&setup)).transpose()?;
    let (console, incoming) = Console::new(console, prepared, rate, chain.as_mut());
    let instrument = Instrument {
        synthesizer,
        effects,
        incoming,
        chain,
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
        if let Some(chain) = &mut self.chain {
            self.incoming.change_chain(chain);
            chain.process(&mut [&mut self.left, &mut self.right]);
            self.incoming.retire_spent(chain);
        }
        self.click();
        self.frame = end;
        while let Some(silent) = self.effects.take_over() {
            self.incoming.retire(silent);
        }
        self.taken = QUANTUM;
        [&self.left, &self.right]
    }

    /// Adds the clicks, as late as the sound.
    fn click(&mut self) {
        let Some(metronome) = &self.metronome else { return };
        let late = self.chain.as_ref().map_or(Frames(0), Prepared::latency);
        // Nothing belongs to the frames before the first one.
        let before = (late.0.saturating_sub(self.frame.0) as usize).min(QUANTUM);
        let place = Frames(self.frame.0 + before as u64 - late.0.min(self.frame.0 + before as u64));
        metronome.add_to(place, &mut self.left[before..], &mut self.right[before..]);
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
