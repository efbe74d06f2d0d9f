//! The keys that are down on a channel that plays one note at a time: the latest one sounds.

const KEYS: usize = 128;

/// Keys with their velocities, the latest last.
#[derive(Clone, Copy)]
pub(super) struct Held {
    keys: [(u8, u8); KEYS],
    count: usize,
}

impl Held {
    pub(super) const NONE: Held = Held { keys: [(0, 0); KEYS], count: 0 };

    /// The key that sounds.
    pub(super) fn latest(&self) -> Option<u8> {
        self.keys[..self.count].last().map(|(key, _)| *key)
    }

    pub(super) fn press(&mut self, key: u8, velocity: u8) {
        let key = key % KEYS as u8;
        self.lift(key);
        self.keys[self.count] = (key, velocity);
        self.count += 1;
    }

    /// A key goes up: the one that sounds again with its velocity, if it was the latest and others are down.
    pub(super) fn lift(&mut self, key: u8) -> Option<(u8, u8)> {
        let place = self.keys[..self.count].iter().position(|(held, _)| *held == key % KEYS as u8)?;
        self.keys.copy_within(place + 1..self.count, place);
        self.count -= 1;
        if place == self.count { self.keys[..self.count].last().copied() } else { None }
    }
}
