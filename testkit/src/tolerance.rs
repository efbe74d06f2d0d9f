//! Comparisons that say by how much they failed.

/// Panics unless `found` lies within `tolerance` of `expected`. NaN never does; equal infinities do.
#[track_caller]
pub fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        found == expected || (found - expected).abs() <= tolerance,
        "found {found}, expected {expected} ± {tolerance} (off by {})",
        found - expected
    );
}

/// [`assert_close`] for levels in dB.
#[track_caller]
pub fn assert_db(found: f64, expected: f64, tolerance: f64) {
    assert!(
        found == expected || (found - expected).abs() <= tolerance,
        "found {found:.3} dB, expected {expected:.3} ± {tolerance} dB (off by {:.3} dB)",
        found - expected
    );
}

/// Panics unless both signals have the same length and no frame differs by more than `tolerance`.
#[track_caller]
pub fn assert_same_signal<T: Copy + Into<f64>>(found: &[T], expected: &[T], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "lengths differ");
    for (frame, (found, expected)) in found.iter().zip(expected).enumerate() {
        let (found, expected): (f64, f64) = ((*found).into(), (*expected).into());
        let same = found == expected || (found - expected).abs() <= tolerance;
        assert!(same, "frame {frame}: found {found}, expected {expected} ± {tolerance}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_is_close() {
        assert_close(1.0, 1.05, 0.1);
        assert_db(f64::NEG_INFINITY, f64::NEG_INFINITY, 0.1);
        assert_same_signal(&[0.5f32, 0.25], &[0.5, 0.2501], 0.001);
    }

    #[test]
    #[should_panic(expected = "frame 1")]
    fn a_difference_is_located() {
        assert_same_signal(&[0.0f32, 1.0], &[0.0, 0.9], 0.01);
    }

    #[test]
    #[should_panic(expected = "found NaN")]
    fn nan_is_close_to_nothing() {
        assert_close(f64::NAN, 0.0, f64::INFINITY);
    }
}
