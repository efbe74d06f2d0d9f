//! A share of the voices: what one thread works on at a time.

use rae_soundfont::SoundFont;

use crate::Buses;
use crate::control::{ChannelChange, Voice};
use crate::executor::{Block, Executor, VoiceBlock};

/// Voices of one remainder of the serial number, and the sum of their sound.
pub(crate) struct Bucket {
    /// Ascending by serial.
    pub(crate) voices: Vec<Box<Voice>>,
    block: Block,
    executor: Box<dyn Executor>,
    buses: Buses,
    /// Which buses the block's voices feed.
    fed: [bool; 4],
}

/// The frames to render and what happens to the voices meanwhile.
pub(crate) struct Stretch {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Changes by channel.
    pub(crate) changes: Vec<Vec<ChannelChange>>,
}

impl Bucket {
    pub(crate) fn new(executor: Box<dyn Executor>) -> Bucket {
        Bucket { voices: Vec::new(), block: Block::default(), executor, buses: Buses::default(), fed: [false; 4] }
    }

    /// Takes the voices through control and executor.
    pub(crate) fn render(&mut self, font: &SoundFont, stretch: &Stretch) {
        self.control(stretch);
        if self.block.voices.is_empty() {
            return;
        }
        self.buses.clear_to(self.block.frames, self.fed);
        self.executor.render(font, &self.block, &mut self.buses);
    }

    /// Frames rendered in the block, summed over voices.
    pub(crate) fn voice_frames(&self) -> u64 {
        self.block.segments.iter().map(|segment| u64::from(segment.frames)).sum()
    }

    /// Adds the sound of the block, if there is any.
    pub(crate) fn add_to(&self, sum: &mut Buses) {
        if self.block.voices.is_empty() {
            return;
        }
        let buses = sum.all_mut().into_iter().zip(self.buses.all()).zip(self.fed);
        for ((sum, part), _) in buses.filter(|(_, fed)| *fed) {
            for (s, p) in sum.iter_mut().zip(part) {
                *s += p;
            }
        }
    }

    fn control(&mut self, stretch: &Stretch) {
        self.block.frames = (stretch.end - stretch.start) as usize;
        self.block.voices.clear();
        self.block.segments.clear();
        self.fed = [false; 4];
        for voice in &mut self.voices {
            let first = self.block.segments.len();
            let changes = &stretch.changes[usize::from(voice.channel)];
            voice.control(stretch.start, stretch.end, changes, &mut self.block.segments);
            let segments = first..self.block.segments.len();
            for segment in &self.block.segments[segments.clone()] {
                for (bus, fed) in self.fed.iter_mut().enumerate() {
                    *fed |= segment.gains[bus] != 0.0 || segment.slopes[bus] != 0.0;
                }
            }
            if !segments.is_empty() {
                let fresh = std::mem::replace(&mut voice.fresh, false);
                let (serial, slot, source) = (voice.serial, voice.slot, voice.source());
                self.block.voices.push(VoiceBlock { serial, slot, fresh, source, segments });
            }
        }
    }
}
