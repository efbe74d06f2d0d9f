use rae_dsp::hash::noise;
use rae_units::SampleRate;

pub const RATE: SampleRate = SampleRate::CD;

/// Two channels.
#[derive(Clone)]
pub struct Stereo {
    pub left: Vec<f32>,
    pub right: Vec<f32>,
}

impl Stereo {
    /// Seconds of noise.
    pub fn noise(seconds: u64, level: f64) -> Stereo {
        let channel = |seed| (0..seconds * u64::from(RATE.hz())).map(|n| (level * noise(seed, n)) as f32).collect();
        Stereo { left: channel(1), right: channel(2) }
    }

    /// Room for so many frames, which is really there: fresh pages come from the system only when they are first written.
    pub fn room(frames: usize) -> Stereo {
        Stereo { left: vec![1.0; frames], right: vec![1.0; frames] }
    }

    /// Block after block, to write.
    pub fn blocks(&mut self, frames: usize) -> impl Iterator<Item = [&mut [f32]; 2]> {
        let lefts = self.left.chunks_mut(frames);
        lefts.zip(self.right.chunks_mut(frames)).map(|(left, right)| [left, right])
    }
}
