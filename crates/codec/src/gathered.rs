//! Sound that is put together from blocks.

use rae_dsp::AudioBuffer;

/// Samples of a piece, 64 MiB: systems take the memory of so large ones back as soon as it is free.
const PIECE: usize = if cfg!(test) { 8 } else { 1 << 24 };

/// Blocks of all channels on their way to one buffer. Besides the sound itself it takes 64 MiB for each channel at most, and
/// nothing for a single one.
#[derive(Debug)]
pub struct Gathered {
    frames: u64,
    /// Channels one after the other: the first, which the others are put behind at the end.
    planar: Vec<f32>,
    /// Pieces of the other channels.
    others: Vec<Vec<Vec<f32>>>,
}

impl Gathered {
    /// Nothing yet, of so many channels, at least one.
    pub fn new(channels: usize) -> Gathered {
        Gathered { frames: 0, planar: Vec::new(), others: vec![Vec::new(); channels.saturating_sub(1)] }
    }

    /// Puts a block behind the others, a slice for each channel, all of one length; says how many frames there are now.
    ///
    /// # Panics
    /// Where the channels are not as many as was said, or not equally long.
    pub fn push(&mut self, block: &[&[f32]]) -> u64 {
        let (first, others) = block.split_first().expect("at least one channel");
        assert_eq!(others.len(), self.others.len(), "as many channels as at the start");
        assert!(others.iter().all(|channel| channel.len() == first.len()), "channels are equally long");
        self.planar.extend_from_slice(first);
        self.others.iter_mut().zip(others).for_each(|(pieces, samples)| extend(pieces, samples));
        self.frames += first.len() as u64;
        self.frames
    }

    /// All of it.
    pub fn finish(mut self) -> AudioBuffer {
        let channels = 1 + self.others.len();
        self.planar.reserve_exact(self.others.len() * self.planar.len());
        for piece in self.others.drain(..).flatten() {
            self.planar.extend_from_slice(&piece);
        }
        AudioBuffer::from_planar(self.planar, channels).expect("channels are equally long")
    }
}

fn extend(pieces: &mut Vec<Vec<f32>>, mut samples: &[f32]) {
    while !samples.is_empty() {
        if pieces.last().is_none_or(|piece| piece.len() == PIECE) {
            pieces.push(Vec::new());
        }
        let Some(piece) = pieces.last_mut() else { return };
        let (now, later) = samples.split_at(samples.len().min(PIECE - piece.len()));
        piece.extend_from_slice(now);
        samples = later;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_put_together_in_order() {
        let ramp: Vec<f32> = (0..3 * PIECE + 5).map(|n| n as f32).collect();
        let mirrored: Vec<f32> = ramp.iter().map(|x| -x).collect();
        let mut gathered = Gathered::new(2);
        let cuts = [0, 3, 3, PIECE - 1, PIECE + 1, 3 * PIECE + 1, 3 * PIECE + 5];
        for cut in cuts.windows(2) {
            let range = cut[0]..cut[1];
            assert_eq!(gathered.push(&[&ramp[range.clone()], &mirrored[range]]), cut[1] as u64);
        }
        let audio = gathered.finish();
        assert!(audio.channel(0) == ramp && audio.channel(1) == mirrored);
        assert!(Gathered::new(3).finish().is_empty());
    }
}
