//! The notes of a channel that have not been released yet.

use std::ops::Range;

use super::held::Held;

/// Notes of one key that a pedal may hold at once.
const LAYERS_PER_KEY: usize = 16;

const KEYS: usize = 128;

/// End of a list.
const NONE: u32 = u32::MAX;

/// A list of notes for each key, the oldest first. Every note is held: by its key, a pedal or both.
pub(super) struct Notes {
    first: [u32; KEYS],
    /// A bit for each key that has notes.
    occupied: u128,
    notes: Vec<Note>,
    /// Places in `notes` that are free, as a list.
    free: u32,
}

#[derive(Clone, Debug)]
struct Note {
    velocity: u8,
    /// Serials of its voices.
    voices: Range<u64>,
    /// The key is still down.
    down: bool,
    /// Caught by the sostenuto pedal.
    sostenuto: bool,
    next: u32,
}

fn place(key: u8) -> usize {
    usize::from(key) % KEYS
}

impl Notes {
    pub(super) fn new() -> Notes {
        Notes { first: [NONE; KEYS], occupied: 0, notes: Vec::new(), free: NONE }
    }

    /// Makes room for all notes that there can be.
    pub(super) fn reserve(&mut self) {
        self.notes.reserve(KEYS * LAYERS_PER_KEY);
    }

    /// Forgets all notes.
    pub(super) fn clear(&mut self) {
        self.notes.clear();
        *self = Notes { notes: std::mem::take(&mut self.notes), ..Notes::new() };
    }

    /// A key goes down and starts these voices.
    pub(super) fn push(&mut self, key: u8, velocity: u8, voices: Range<u64>) {
        let note = Note { velocity, voices, down: true, sostenuto: false, next: NONE };
        let new = if self.free == NONE {
            self.notes.push(note);
            (self.notes.len() - 1) as u32
        } else {
            let new = self.free;
            self.free = std::mem::replace(&mut self.notes[new as usize], note).next;
            new
        };
        let key = place(key);
        self.occupied |= 1 << key;
        match self.last(key) {
            Some(last) => self.notes[last].next = new,
            None => self.first[key] = new,
        }
    }

    /// The youngest note of one key becomes one of another, which is down; its voices.
    pub(super) fn transfer(&mut self, from: u8, to: u8) -> Option<Range<u64>> {
        let key = place(from);
        let last = self.last(key)?;
        let mut before = Some(self.first[key] as usize).filter(|&first| first != last);
        while let Some(next) = before.map(|b| self.notes[b].next as usize).filter(|&next| next != last) {
            before = Some(next);
        }
        let velocity = self.notes[last].velocity;
        let voices = self.remove(key, before, last);
        self.push(to, velocity, voices.clone());
        Some(voices)
    }

    /// A key goes up: its notes leave that nothing else holds.
    pub(super) fn lift(&mut self, key: u8, sustained: bool, leave: impl FnMut(Range<u64>)) {
        let key = place(key);
        self.walk(key, |note| note.down = false);
        self.sift_key(key, sustained, leave);
    }

    /// All keys go up.
    pub(super) fn lift_all(&mut self) {
        self.each(|note| note.down = false);
    }

    /// The voices of a key's oldest note, which leaves, if a pedal holds as many as it may.
    pub(super) fn surplus(&mut self, key: u8) -> Option<Range<u64>> {
        let key = place(key);
        let mut list = self.first[key];
        for _ in 1..LAYERS_PER_KEY {
            list = self.notes.get(list as usize)?.next;
        }
        (list != NONE).then(|| self.remove(key, None, self.first[key] as usize))
    }

    /// The keys that are down with their velocities, as a list that begins with the one that went down first.
    pub(super) fn down(&self) -> Held {
        let mut down = [(0, 0, 0); KEYS];
        let mut count = 0;
        for key in bits(self.occupied) {
            if let Some(note) = self.last(key).map(|last| &self.notes[last]).filter(|note| note.down) {
                down[count] = (note.voices.start, key as u8, note.velocity);
                count += 1;
            }
        }
        down[..count].sort_unstable();
        let mut held = Held::NONE;
        down[..count].iter().for_each(|&(_, key, velocity)| held.press(key, velocity));
        held
    }

    /// The sostenuto pedal catches the keys that are down.
    pub(super) fn catch(&mut self) {
        self.each(|note| note.sostenuto |= note.down);
    }

    /// The sostenuto pedal lets go of its notes, though others may still hold them.
    pub(super) fn uncatch(&mut self) {
        self.each(|note| note.sostenuto = false);
    }

    /// Notes leave that neither their key nor a pedal holds any more.
    pub(super) fn sift(&mut self, sustained: bool, mut leave: impl FnMut(Range<u64>)) {
        for key in bits(self.occupied) {
            self.sift_key(key, sustained, &mut leave);
        }
    }

    /// All notes leave.
    pub(super) fn drain(&mut self, leave: impl FnMut(Range<u64>)) {
        self.uncatch();
        self.lift_all();
        self.sift(false, leave);
    }

    fn last(&self, key: usize) -> Option<usize> {
        let (mut last, mut at) = (None, self.first[key]);
        while let Some(note) = self.notes.get(at as usize) {
            last = Some(at as usize);
            at = note.next;
        }
        last
    }

    fn sift_key(&mut self, key: usize, sustained: bool, mut leave: impl FnMut(Range<u64>)) {
        let (mut before, mut at) = (None, self.first[key]);
        while let Some(note) = self.notes.get(at as usize) {
            let (this, next) = (at as usize, note.next);
            if note.down || note.sostenuto || sustained {
                before = Some(this);
            } else {
                leave(self.remove(key, before, this));
            }
            at = next;
        }
    }

    /// Takes the note at `this`, which follows `before`, out of its list.
    fn remove(&mut self, key: usize, before: Option<usize>, this: usize) -> Range<u64> {
        let next = std::mem::replace(&mut self.notes[this].next, self.free);
        self.free = this as u32;
        match before {
            Some(before) => self.notes[before].next = next,
            None => self.first[key] = next,
        }
        if self.first[key] == NONE {
            self.occupied &= !(1 << key);
        }
        self.notes[this].voices.clone()
    }

    fn each(&mut self, act: impl Fn(&mut Note)) {
        for key in bits(self.occupied) {
            self.walk(key, &act);
        }
    }

    fn walk(&mut self, key: usize, act: impl Fn(&mut Note)) {
        let mut at = self.first[key];
        while let Some(note) = self.notes.get_mut(at as usize) {
            act(note);
            at = note.next;
        }
    }
}

/// Positions of the bits that are set.
fn bits(mut set: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (set != 0).then_some(set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(bit)
    })
}
