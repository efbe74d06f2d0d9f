//! Which presets of the SoundFont a song plays.

use std::collections::BTreeSet;
use std::sync::Arc;

use rae_midi::{Performance, Sequence};
use rae_soundfont::SoundFont;
use rae_synth::{Block, Buses, Executor, Renderer, Settings};

use crate::Engine;

/// Renders nothing: the synthesizer decides what plays without it.
struct Silence;

impl Executor for Silence {
    fn render(&mut self, _: &SoundFont, _: &Block, _: &mut Buses) {}
}

impl Engine {
    /// The presets that the notes of a song play: indexes into the SoundFont's model. Where the song asks for one that is
    /// not there, the one that plays in its place. No sample is read.
    pub fn presets_used(&self, song: &Sequence) -> BTreeSet<usize> {
        const FRAMES: usize = 1 << 14;
        let settings = Settings { threads: 1, ..Settings::default() };
        let silence = || -> Box<dyn Executor> { Box::new(Silence) };
        let performance = Performance::new(song);
        let mut renderer = Renderer::with_executors(Arc::clone(self.font()), &performance, &settings, silence);
        let mut buses = Buses::new(FRAMES);
        while renderer.position() < renderer.end() {
            renderer.render(&mut buses);
        }
        renderer.presets_used()
    }
}
