//! A hash that turns counters into noise: the same on every platform, and any sample of it without the ones before.

/// Mixes 64 bits so that counters become independent, uniform words.
///
/// The finaliser of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014, doi:10.1145/2660193.2660195.
#[inline(always)]
pub fn mix64(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// White noise, uniform in [−1, 1): sample `index` of the stream `seed`.
#[inline]
pub fn noise(seed: u64, index: u64) -> f64 {
    let word = mix64(mix64(seed).wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    (word >> 11) as f64 * (2.0 / (1u64 << 53) as f64) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_published_splitmix64() {
        // Outputs of the reference generator seeded with 1234567.
        let gamma = 0x9e37_79b9_7f4a_7c15u64;
        let published = [6457827717110365317u64, 3203168211198807973, 9817491932198370423];
        for (step, &expected) in published.iter().enumerate() {
            assert_eq!(mix64(1234567u64.wrapping_add(gamma.wrapping_mul(step as u64))), expected);
        }
    }

    #[test]
    fn noise_is_uniform_and_white() {
        let samples: Vec<f64> = (0..100_000).map(|index| noise(7, index)).collect();
        let mean = samples.iter().sum::<f64>() / 1e5;
        let power = samples.iter().map(|x| x * x).sum::<f64>() / 1e5;
        let lag = samples.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.01 && (power - 1.0 / 3.0).abs() < 0.01 && lag.abs() < 0.01);
        assert!(samples.iter().all(|x| (-1.0..1.0).contains(x)));
    }
}
