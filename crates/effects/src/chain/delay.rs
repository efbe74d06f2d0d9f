use super::Planes;

/// A delay of whole frames for every channel.
#[derive(Clone, Debug)]
pub(crate) struct Delay {
    /// One ring per channel, each as long as the delay.
    rings: Vec<Vec<f32>>,
    at: usize,
}

impl Delay {
    pub(crate) fn new(channels: usize, frames: usize) -> Delay {
        Delay { rings: vec![vec![0.0; frames]; channels], at: 0 }
    }

    pub(crate) fn frames(&self) -> usize {
        self.rings.first().map_or(0, Vec::len)
    }

    pub(crate) fn process(&mut self, block: &mut Planes) {
        let (frames, length) = (block.frames(), self.frames());
        if length == 0 {
            return;
        }
        for (samples, ring) in block.each_mut().zip(&mut self.rings) {
            let (mut at, mut rest) = (self.at, samples);
            while !rest.is_empty() {
                let run = rest.len().min(length - at);
                let (now, later) = rest.split_at_mut(run);
                now.swap_with_slice(&mut ring[at..at + run]);
                (at, rest) = ((at + run) % length, later);
            }
        }
        self.at = (self.at + frames) % length;
    }

    /// Takes over what another delay of the same length holds. Allocates nothing.
    pub(crate) fn go_on_from(&mut self, old: &Delay) {
        if self.frames() == old.frames() {
            self.rings.iter_mut().zip(&old.rings).for_each(|(ring, old)| ring.copy_from_slice(old));
            self.at = old.at;
        }
    }
}
