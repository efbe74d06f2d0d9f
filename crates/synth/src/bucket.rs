//! A share of the voices: where they live, and what one thread works on at a time.

use std::ops::Range;

use rae_dsp::wide::{WideKernel, run_wide};
use rae_soundfont::SoundFont;

use crate::Buses;
use crate::control::{ChannelChange, Voice};
use crate::executor::{BUCKETS, Block, Executor, QUANTUM, Segment, VoiceBlock};
use crate::prefetch::prefetch;

/// Segments carried out at a time: few enough to stay in the cache.
const SEGMENTS: usize = 512;

/// Frames that all voices render before they go on, for the same reason. What is foreseen is not longer.
pub(crate) const PIECE: u64 = 16 * QUANTUM as u64;

/// A voice with what is asked of it so often that it would not be worth fetching for that.
pub(crate) struct Resident {
    pub(crate) voice: Box<Voice>,
    pub(crate) serial: u64,
    /// Up to this frame nothing happens to it that others would have to know of, unless its channel changes.
    due: u64,
    pub(crate) channel: u16,
    pub(crate) killed: bool,
    finished: bool,
}

impl Resident {
    fn new(voice: Box<Voice>) -> Resident {
        let (serial, channel) = (voice.serial, voice.channel);
        let mut resident = Resident { voice, serial, due: 0, channel, killed: false, finished: false };
        resident.take_note();
        resident
    }

    /// The voice has been controlled for all of a stretch.
    fn end_stretch(&mut self) {
        self.voice.end_block();
        self.take_note();
    }

    /// Something has happened to the voice.
    fn take_note(&mut self) {
        self.due = self.voice.due();
        (self.killed, self.finished) = (self.voice.is_killed(), self.voice.is_finished());
    }
}

/// Voices of one remainder of the serial number, and the sum of their sound.
pub(crate) struct Bucket {
    /// Ascending by serial.
    voices: Vec<Resident>,
    /// Those that ended in the last blocks, for others to take their memory.
    ended: Vec<Box<Voice>>,
    /// Those that have ended while sound of theirs is outstanding.
    leaving: Vec<Resident>,
    /// Segments whose sound is still to be made; the voices know which are theirs.
    outstanding: Vec<Segment>,
    /// The frames of the block at work that all voices but those that wait have been controlled for.
    foreseen: Range<u64>,
    slots: Slots,
    sum: Sum,
}

/// The frames to render and what happens to the voices meanwhile.
#[derive(Default)]
pub(crate) struct Stretch {
    /// First frame whose sound is outstanding.
    pub(crate) from: u64,
    /// First frame that the voices have not been controlled for.
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Changes by channel.
    pub(crate) changes: Vec<Vec<ChannelChange>>,
}

impl Bucket {
    pub(crate) fn new(executor: Box<dyn Executor>) -> Bucket {
        Bucket {
            voices: Vec::new(),
            ended: Vec::new(),
            leaving: Vec::new(),
            outstanding: Vec::new(),
            foreseen: 0..0,
            slots: Slots::default(),
            sum: Sum::new(executor),
        }
    }

    /// Makes room for so many voices in blocks of one quantum.
    pub(crate) fn reserve(&mut self, voices: usize) {
        self.voices.reserve(voices);
        self.ended.reserve(voices);
        self.slots.free.reserve(voices);
        self.sum.block.voices.reserve(SEGMENTS + 1);
        self.sum.block.segments.reserve(SEGMENTS + QUANTUM);
        self.sum.buses.resize(QUANTUM);
        self.sum.changes.reserve(2);
        self.sum.executor.reserve(voices);
    }

    /// Takes the voices through control and executor, and leaves those behind that end on the way.
    pub(crate) fn render(&mut self, font: &SoundFont, stretch: &Stretch) {
        self.sum.begin((stretch.end - stretch.from) as usize);
        if !self.leaving.is_empty() {
            self.voices.append(&mut self.leaving);
            self.voices.sort_by_key(|resident| resident.serial);
        }
        for start in (stretch.from..stretch.end).step_by(PIECE as usize) {
            self.render_piece(font, stretch, start..stretch.end.min(start + PIECE));
        }
        self.outstanding.clear();
        self.foreseen = 0..0;
        self.drop_voices(|resident| resident.finished);
    }

    /// Takes the voices through control alone, so that it is known which end; [`Bucket::render`] makes up for it. Those to
    /// which nothing happens wait.
    pub(crate) fn foresee(&mut self, stretch: &Stretch) {
        let can_wait = |resident: &Resident| {
            resident.due >= stretch.end && stretch.changes[usize::from(resident.channel)].is_empty()
        };
        let next = |voices: &[Resident], from: usize| {
            let place = from + voices[from..].iter().position(|resident| !can_wait(resident))?;
            prefetch(std::slice::from_ref(&*voices[place].voice));
            Some(place)
        };
        let mut place = next(&self.voices, 0);
        while let Some(i) = place {
            place = next(&self.voices, i + 1);
            let resident = &mut self.voices[i];
            let changes = &stretch.changes[usize::from(resident.channel)];
            control_ahead(&mut resident.voice, stretch.from..stretch.end, changes, &mut self.outstanding);
            resident.end_stretch();
        }
        self.drop_voices(|resident| resident.finished);
        self.foreseen = stretch.from..stretch.end;
    }

    fn render_piece(&mut self, font: &SoundFont, stretch: &Stretch, frames: Range<u64>) {
        self.sum.go_on_to((frames.end - stretch.from) as usize);
        for i in 0..self.voices.len() {
            fetch_after(&self.voices, i);
            let resident = &mut self.voices[i];
            let voice = &mut resident.voice;
            let segments = &mut self.sum.block.segments;
            let first = segments.len();
            for part in voice.outstanding.drain(..) {
                segments.extend_from_slice(&self.outstanding[part]);
            }
            let changes = &stretch.changes[usize::from(voice.channel)];
            voice.control(stretch.from, frames.end, changes, segments);
            if voice.unheard {
                segments.truncate(first);
            }
            self.sum.push(font, voice, first);
            if frames.end == stretch.end {
                resident.end_stretch();
            }
        }
        self.sum.execute(font);
    }

    /// Frames rendered in the block, summed over voices.
    pub(crate) fn voice_frames(&self) -> u64 {
        self.sum.voice_frames
    }

    /// By quantum of the block, how many more voices sound than in the one before.
    pub(crate) fn sounding_changes(&self) -> &[i32] {
        &self.sum.changes
    }

    /// The sound of the block on one bus, if there is any.
    fn sound(&self, bus: usize) -> Option<&[f32]> {
        self.sum.fed[bus].then(|| self.sum.buses.all()[bus].as_slice())
    }

    pub(crate) fn voices(&self) -> &[Resident] {
        &self.voices
    }

    pub(crate) fn find(&self, serial: u64) -> Option<usize> {
        self.voices.binary_search_by_key(&serial, |resident| resident.serial).ok()
    }

    /// Lets go of the note of the voice at this place.
    pub(crate) fn release(&mut self, place: usize, frame: u64) -> &Voice {
        let resident = &mut self.voices[place];
        resident.voice.release(frame);
        resident.take_note();
        &resident.voice
    }

    /// Fades out the voice at this place.
    pub(crate) fn kill(&mut self, place: usize, frame: u64) {
        let resident = &mut self.voices[place];
        resident.voice.kill(frame);
        resident.take_note();
    }

    /// A place in the executor's filter memory, for the next voice.
    pub(crate) fn take_slot(&mut self) -> usize {
        self.slots.take()
    }

    /// Adds the youngest voice.
    pub(crate) fn push(&mut self, voice: Box<Voice>) {
        self.voices.push(Resident::new(voice));
    }

    pub(crate) fn drop_voices(&mut self, goes: impl Fn(&Resident) -> bool) {
        for mut resident in self.voices.extract_if(.., |resident| goes(resident)) {
            let voice = &mut resident.voice;
            // What it has waited with.
            control_ahead(voice, self.foreseen.clone(), &[], &mut self.outstanding);
            if voice.outstanding.is_empty() {
                self.slots.free.push(voice.slot);
                self.ended.push(resident.voice);
            } else {
                voice.finish();
                resident.take_note();
                self.leaving.push(resident);
            }
        }
    }

    /// Moves the memory of voices that have ended to `spare`.
    pub(crate) fn give_ended(&mut self, spare: &mut Vec<Box<Voice>>) {
        spare.append(&mut self.ended);
    }
}

/// Controls a voice up to the end of these frames, whose sound is to be made later.
fn control_ahead(voice: &mut Voice, frames: Range<u64>, changes: &[ChannelChange], outstanding: &mut Vec<Segment>) {
    let first = outstanding.len();
    voice.control(frames.start, frames.end, changes, outstanding);
    if voice.unheard {
        outstanding.truncate(first);
    }
    if first < outstanding.len() {
        voice.outstanding.push(first..outstanding.len());
    }
}

/// Fetches what comes after the `i`th voice: the next but one, and of the next what lies elsewhere.
fn fetch_after(voices: &[Resident], i: usize) {
    if let Some(next) = voices.get(i + 1) {
        prefetch(&next.voice.outstanding);
    }
    if let Some(next) = voices.get(i + 2) {
        prefetch(std::slice::from_ref(&*next.voice));
    }
}

/// Adds up the block's sound of all buckets on one bus, in their order; `frames` are whole quanta.
pub(crate) fn add_up<'a>(buckets: impl Iterator<Item = &'a Bucket>, bus: usize, frames: usize, sum: &mut Vec<f32>) {
    let mut sounds: [&[f32]; BUCKETS] = [&[]; BUCKETS];
    let mut count = 0;
    for sound in buckets.filter_map(|bucket| bucket.sound(bus)) {
        sounds[count] = sound;
        count += 1;
    }
    sum.clear();
    sum.resize(frames, 0.0);
    run_wide(AddUp { sounds: &sounds[..count], sum });
}

struct AddUp<'a> {
    sounds: &'a [&'a [f32]],
    sum: &'a mut [f32],
}

impl WideKernel for AddUp<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (quantum, sum) in self.sum.as_chunks_mut::<QUANTUM>().0.iter_mut().enumerate() {
            let mut total = [0.0; QUANTUM];
            for sound in self.sounds {
                let Some(sound) = sound[quantum * QUANTUM..].first_chunk::<QUANTUM>() else { continue };
                total.iter_mut().zip(sound).for_each(|(total, x)| *total += x);
            }
            *sum = total;
        }
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
    /// Which buses those that wait may feed.
    feeds: [bool; 4],
    /// Frames up to which those that are fed hold sound or silence.
    reached: usize,
    voice_frames: u64,
    /// By quantum, how many more voices sound than in the one before.
    changes: Vec<i32>,
}

impl Sum {
    fn new(executor: Box<dyn Executor>) -> Sum {
        Sum {
            block: Block::default(),
            executor,
            buses: Buses::default(),
            fed: [false; 4],
            feeds: [false; 4],
            reached: 0,
            voice_frames: 0,
            changes: Vec::new(),
        }
    }

    fn begin(&mut self, frames: usize) {
        self.block.frames = frames;
        self.fed = [false; 4];
        self.reached = 0;
        self.voice_frames = 0;
        self.changes.clear();
        self.changes.resize(frames / QUANTUM + 1, 0);
        self.buses.all_mut().into_iter().for_each(|bus| bus.resize(frames, 0.0));
    }

    /// The frames up to `end` are next.
    fn go_on_to(&mut self, end: usize) {
        for (bus, _) in self.buses.all_mut().into_iter().zip(self.fed).filter(|(_, fed)| *fed) {
            bus[self.reached..end].fill(0.0);
        }
        self.reached = end;
    }

    /// Adds a voice, whose segments are those from `first` on; renders what waits once there is enough.
    fn push(&mut self, font: &SoundFont, voice: &mut Voice, first: usize) {
        let segments = first..self.block.segments.len();
        if !segments.is_empty() {
            let fresh = std::mem::replace(&mut voice.fresh, false);
            let (serial, slot, source) = (voice.serial, voice.slot, voice.source());
            let [first, last] = [segments.start, segments.end - 1].map(|i| &self.block.segments[i]);
            let [start, end] = [first.offset, last.offset + last.frames];
            self.voice_frames += u64::from(end - start);
            self.changes[start as usize / QUANTUM] += 1;
            self.changes[(end as usize).div_ceil(QUANTUM)] -= 1;
            self.feeds = std::array::from_fn(|bus| self.feeds[bus] || voice.feeds()[bus]);
            self.block.voices.push(VoiceBlock { serial, slot, fresh, source, segments });
            if self.block.segments.len() >= SEGMENTS {
                self.execute(font);
            }
        }
    }

    /// Renders what waits.
    fn execute(&mut self, font: &SoundFont) {
        if self.block.voices.is_empty() {
            return;
        }
        for ((bus, fed), _) in
            self.buses.all_mut().into_iter().zip(&mut self.fed).zip(self.feeds).filter(|(_, feeds)| *feeds)
        {
            if !*fed {
                bus[..self.reached].fill(0.0);
            }
            *fed = true;
        }
        self.executor.render(font, &self.block, &mut self.buses);
        self.feeds = [false; 4];
        self.block.voices.clear();
        self.block.segments.clear();
    }
}
