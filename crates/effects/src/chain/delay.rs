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

    /// Takes a block in without asking for what comes out.
    pub(crate) fn feed(&mut self, block: &Planes) {
        let (frames, length) = (block.frames(), self.frames());
        if length == 0 {
            return;
        }
        for (samples, ring) in block.each().zip(&mut self.rings) {
            let (mut at, mut rest) = (self.at, samples);
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(length - at));
                ring[at..at + now.len()].copy_from_slice(now);
                (at, rest) = ((at + now.len()) % length, later);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_only_fed_comes_out_later() {
        let block = |first: usize, frames: usize| {
            let mut block = Planes::new(2);
            block.set_frames(frames);
            block
                .each_mut()
                .flat_map(|samples| samples.iter_mut().enumerate())
                .for_each(|(n, x)| *x = (first + n) as f32);
            block
        };
        for length in [1, 7, 100, 300] {
            let mut delay = Delay::new(2, length);
            delay.feed(&block(1, 150));
            delay.feed(&block(151, 200));
            let mut out = block(351, 50);
            delay.process(&mut out);
            for samples in out.each() {
                assert!(samples.iter().enumerate().all(|(n, x)| *x == (351 + n - length) as f32), "{length}");
            }
        }
    }
}
