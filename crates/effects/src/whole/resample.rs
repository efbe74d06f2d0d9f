//! Reading at any speed.

use rae_dsp::window::{kaiser, sinc};

use crate::EffectsError;
use crate::chain::{GoOn, poll};

/// Zeros of the sinc on each side, and places between two of them at which it is known.
const ZEROS: usize = 32;
const PLACES: usize = 512;
/// The pass band's end over half of the lower rate.
const EDGE: f64 = 0.95;

/// Fills `out` with the samples at 0, `step`, 2·`step`…; outside there is silence. What would lie above half the new rate is
/// left out.
pub(super) fn resampled(samples: &[f32], step: f64, out: &mut [f32], go_on: &mut GoOn<'_>) -> Result<(), EffectsError> {
    let table: Vec<f32> = (0..=ZEROS * PLACES + 1)
        .map(|place| {
            let x = place as f64 / PLACES as f64;
            (sinc(x) * kaiser((x / ZEROS as f64).min(1.0), 9.0)) as f32
        })
        .collect();
    let cutoff = EDGE * (1.0 / step).min(1.0);
    let reach = ZEROS as f64 / cutoff;
    for (n, out) in out.iter_mut().enumerate() {
        if n.is_multiple_of(1 << 16) {
            poll(go_on)?;
        }
        let middle = n as f64 * step;
        let first = (middle - reach).ceil().max(0.0) as usize;
        let end = samples.len().min((middle + reach).floor().max(0.0) as usize + 1);
        let mut sum = 0.0;
        for (index, sample) in samples.iter().enumerate().take(end).skip(first) {
            let place = (index as f64 - middle).abs() * cutoff * PLACES as f64;
            let (below, share) = (place as usize, place.fract() as f32);
            let weight = table[below] + share * (table[below + 1] - table[below]);
            sum += f64::from(weight * sample);
        }
        *out = (sum * cutoff) as f32;
    }
    Ok(())
}
