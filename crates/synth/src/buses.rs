//! What the synthesizer hands to the effects.

/// Planar output of a block: the dry stereo bus and two mono send buses, all of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Buses {
    /// Dry, left.
    pub left: Vec<f32>,
    /// Dry, right.
    pub right: Vec<f32>,
    /// Send to the reverb.
    pub reverb: Vec<f32>,
    /// Send to the chorus.
    pub chorus: Vec<f32>,
}

impl Buses {
    /// Silence of `frames` frames.
    pub fn new(frames: usize) -> Buses {
        let silence = vec![0.0; frames];
        Buses { left: silence.clone(), right: silence.clone(), reverb: silence.clone(), chorus: silence }
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.left.len()
    }

    /// Back to silence.
    pub fn clear(&mut self) {
        for bus in self.all_mut() {
            bus.fill(0.0);
        }
    }

    /// Sets the number of frames and silences them.
    pub fn resize(&mut self, frames: usize) {
        for bus in self.all_mut() {
            bus.clear();
            bus.resize(frames, 0.0);
        }
    }

    /// Overwrites the frames from `at` on with those of `other` from `start` on, as far as both reach; how many those are.
    pub(crate) fn copy(&mut self, at: usize, other: &Buses, start: usize) -> usize {
        let count = (other.frames() - start).min(self.frames() - at);
        for (to, from) in self.all_mut().into_iter().zip(other.all()) {
            to[at..at + count].copy_from_slice(&from[start..start + count]);
        }
        count
    }

    pub(crate) fn all_mut(&mut self) -> [&mut Vec<f32>; 4] {
        [&mut self.left, &mut self.right, &mut self.reverb, &mut self.chorus]
    }

    pub(crate) fn all(&self) -> [&Vec<f32>; 4] {
        [&self.left, &self.right, &self.reverb, &self.chorus]
    }
}
