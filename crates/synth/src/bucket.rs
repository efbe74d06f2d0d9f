//! A share of the voices: where they live, and what one thread works on at a time.

use rae_soundfont::SoundFont;

use crate::Buses;
use crate::control::{ChannelChange, Voice};
use crate::executor::{Block, Executor, QUANTUM, VoiceBlock};

/// Segments carried out at a time: few enough to stay in the cache.
const SEGMENTS: usize = 512;

/// Voices of one remainder of the serial number, and the sum of their sound.
pub(crate) struct Bucket {
    /// Ascending by serial.
    voices: Vec<Box<Voice>>,
    /// Those that ended in the last blocks, for others to take their memory.
    ended: Vec<Box<Voice>>,
    slots: Slots,
    sum: Sum,
}

/// The frames to render and what happens to the voices meanwhile.
#[derive(Default)]
pub(crate) struct Stretch {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Changes by channel.
    pub(crate) changes: Vec<Vec<ChannelChange>>,
}

impl Bucket {
    pub(crate) fn new(executor: Box<dyn Executor>) -> Bucket {
        Bucket { voices: Vec::new(), ended: Vec::new(), slots: Slots::default(), sum: Sum::new(executor) }
    }

    /// Makes room for so many voices in blocks of one quantum.
    pub(crate) fn reserve(&mut self, voices: usize) {
        self.voices.reserve(voices);
        self.ended.reserve(voices);
        self.slots.free.reserve(voices);
        self.sum.block.voices.reserve(SEGMENTS + 1);
        self.sum.block.segments.reserve(SEGMENTS + QUANTUM);
        self.sum.buses.resize(QUANTUM);
        self.sum.executor.reserve(voices);
    }

    /// Takes the voices through control and executor, and leaves those behind that end on the way.
    pub(crate) fn render(&mut self, font: &SoundFont, stretch: &Stretch) {
        self.sum.begin((stretch.end - stretch.start) as usize);
        for voice in &mut self.voices {
            let first = self.sum.block.segments.len();
            let changes = &stretch.changes[usize::from(voice.channel)];
            voice.control(stretch.start, stretch.end, changes, &mut self.sum.block.segments);
            self.sum.push(voice, first);
            if self.sum.block.segments.len() >= SEGMENTS {
                self.sum.execute(font);
            }
            voice.end_block();
        }
        self.sum.execute(font);
        self.drop_voices(Voice::is_finished);
    }

    /// Frames rendered in the block, summed over voices.
    pub(crate) fn voice_frames(&self) -> u64 {
        self.sum.voice_frames
    }

    /// Adds the sound of the block, if there is any.
    pub(crate) fn add_to(&self, sum: &mut Buses) {
        let buses = sum.all_mut().into_iter().zip(self.sum.buses.all()).zip(self.sum.fed);
        for ((sum, part), _) in buses.filter(|(_, fed)| *fed) {
            for (s, p) in sum.iter_mut().zip(part) {
                *s += p;
            }
        }
    }

    pub(crate) fn voices(&self) -> &[Box<Voice>] {
        &self.voices
    }

    pub(crate) fn voices_mut(&mut self) -> &mut [Box<Voice>] {
        &mut self.voices
    }

    pub(crate) fn find(&self, serial: u64) -> Option<usize> {
        self.voices.binary_search_by_key(&serial, |voice| voice.serial).ok()
    }

    /// A place in the executor's filter memory, for the next voice.
    pub(crate) fn take_slot(&mut self) -> usize {
        self.slots.take()
    }

    /// Adds the youngest voice.
    pub(crate) fn push(&mut self, voice: Box<Voice>) {
        self.voices.push(voice);
    }

    pub(crate) fn drop_voices(&mut self, goes: impl Fn(&Voice) -> bool) {
        for voice in self.voices.extract_if(.., |voice| goes(voice)) {
            self.slots.free.push(voice.slot);
            self.ended.push(voice);
        }
    }

    /// Moves the memory of voices that have ended to `spare`.
    pub(crate) fn give_ended(&mut self, spare: &mut Vec<Box<Voice>>) {
        spare.append(&mut self.ended);
    }
}

/// Places in the filter memory of a bucket.
#[derive(Default)]
struct Slots {
    free: Vec<usize>,
    used: usize,
}

impl Slots {
    fn take(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.used += 1;
            self.used - 1
        })
    }
}

/// The sound of a bucket's voices in one block.
struct Sum {
    /// What waits to be carried out.
    block: Block,
    executor: Box<dyn Executor>,
    buses: Buses,
    /// Which buses the voices carried out so far feed; the others hold what they held before.
    fed: [bool; 4],
    voice_frames: u64,
}

impl Sum {
    fn new(executor: Box<dyn Executor>) -> Sum {
        Sum { block: Block::default(), executor, buses: Buses::default(), fed: [false; 4], voice_frames: 0 }
    }

    fn begin(&mut self, frames: usize) {
        self.block.frames = frames;
        self.fed = [false; 4];
        self.voice_frames = 0;
    }

    /// Adds a voice, whose segments are those from `first` on.
    fn push(&mut self, voice: &mut Voice, first: usize) {
        let segments = first..self.block.segments.len();
        if !segments.is_empty() {
            let fresh = std::mem::replace(&mut voice.fresh, false);
            let (serial, slot, source) = (voice.serial, voice.slot, voice.source());
            self.block.voices.push(VoiceBlock { serial, slot, fresh, source, segments });
        }
    }

    /// Renders what waits.
    fn execute(&mut self, font: &SoundFont) {
        if self.block.voices.is_empty() {
            return;
        }
        let mut feeds = [false; 4];
        for segment in &self.block.segments {
            self.voice_frames += u64::from(segment.frames);
            for (bus, feeds) in feeds.iter_mut().enumerate() {
                *feeds |= segment.gains[bus] != 0.0 || segment.slopes[bus] != 0.0;
            }
        }
        let first = std::array::from_fn(|bus| feeds[bus] && !self.fed[bus]);
        self.buses.clear_to(self.block.frames, first);
        self.executor.render(font, &self.block, &mut self.buses);
        self.fed = std::array::from_fn(|bus| self.fed[bus] || feeds[bus]);
        self.block.voices.clear();
        self.block.segments.clear();
    }
}
