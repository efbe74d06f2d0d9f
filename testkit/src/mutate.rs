//! Damage to files, the same for the same seed.

use crate::Random;

/// Values that break careless arithmetic.
const EXTREMES: [u32; 6] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fff7, 0xffff_ffff];

/// Prefixes of `bytes`, evenly spaced, the shortest first, at least `count` if there are so many.
pub fn truncations(bytes: &[u8], count: usize) -> impl Iterator<Item = &[u8]> {
    let step = (bytes.len() / count.max(1)).max(1);
    (0..bytes.len()).step_by(step).map(move |length| &bytes[..length])
}

/// A copy with `count` random bits flipped.
pub fn flip_bits(bytes: &[u8], count: usize, random: &mut Random) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    for _ in 0..count.min(bytes.len()) {
        let position = random.below(bytes.len());
        damaged[position] ^= 1 << random.below(8);
    }
    damaged
}

/// `count` copies, each damaged in another way: bits flipped, numbers made extreme, parts cut out, doubled or lost.
pub fn mutations(bytes: &[u8], count: usize, seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut random = Random::new(seed);
    (0..count).map(move |_| {
        let mut damaged = bytes.to_vec();
        for _ in 0..=random.below(3) {
            damaged = mutate(damaged, &mut random);
        }
        damaged
    })
}

fn mutate(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    if bytes.len() < 8 {
        return bytes;
    }
    let at = random.below(bytes.len() - 4);
    let length = 1 + random.below((bytes.len() - at).min(64));
    match random.below(6) {
        0 => flip_bits(&bytes, 1 + random.below(8), random),
        1 => {
            let extreme = EXTREMES[random.below(EXTREMES.len())];
            bytes[at..at + 4].copy_from_slice(&extreme.to_le_bytes());
            bytes
        }
        2 => {
            bytes[at] = random.next_u64() as u8;
            bytes
        }
        3 => {
            bytes.drain(at..at + length);
            bytes
        }
        4 => {
            let part = bytes[at..at + length].to_vec();
            bytes.splice(at..at, part);
            bytes
        }
        _ => {
            bytes.truncate(at);
            bytes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_can_be_repeated_and_varies() {
        let bytes: Vec<u8> = (0..200).collect();
        let first: Vec<_> = mutations(&bytes, 50, 7).collect();
        assert_eq!(first, mutations(&bytes, 50, 7).collect::<Vec<_>>());
        assert_ne!(first, mutations(&bytes, 50, 8).collect::<Vec<_>>());
        assert!(first.iter().filter(|damaged| **damaged != bytes).count() > 40);
        assert_eq!(truncations(&bytes, 10).map(<[u8]>::len).collect::<Vec<_>>()[..3], [0, 20, 40]);
    }

    #[test]
    fn flipping_one_bit_changes_one_bit() {
        let flipped = flip_bits(&[0; 16], 1, &mut Random::new(3));
        assert_eq!(flipped.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
    }
}
