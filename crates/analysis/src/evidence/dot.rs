//! Sums of products.

/// Σ a·b in lanes that become vectors; as long as the shorter of the two.
#[inline(always)]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let length = a.len().min(b.len());
    let (a, a_rest) = a[..length].as_chunks::<LANES>();
    let (b, b_rest) = b[..length].as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum += a * b);
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    // Halves are added to halves, so that the sum is short.
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0] + rest
}

#[cfg(test)]
mod tests {
    use super::dot;

    #[test]
    fn sums_are_those_of_the_formula() {
        let values: Vec<f32> = (0..67).map(|n| (n % 9) as f32 - 4.0).collect();
        for length in [0, 1, 15, 16, 17, 48, 67] {
            // Small whole numbers add up exactly in any order.
            let plain: f32 = values[..length].iter().map(|x| x * x).sum();
            assert_eq!(dot(&values[..length], &values), plain);
        }
    }
}
