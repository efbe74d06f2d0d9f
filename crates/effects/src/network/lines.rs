use super::coefficients::Damping;

/// Delays: a power of two, for Hadamard's matrix.
pub(super) const LINES: usize = 16;

/// Less is silence.
const LEAST: f32 = 1e-25;

/// Which of the delays of a side count negatively on their way in and out, so that sides and ways have nothing in common.
const SIGNS_IN: [f32; LINES / 2] = [1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0];
const SIGNS_OUT: [f32; LINES / 2] = [1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0];

/// Delays that feed each other. Even ones belong to the left, odd ones to the right.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    rings: [Vec<f32>; LINES],
    at: [usize; LINES],
    damping: Damping,
    damped: [f32; LINES],
    output: f32,
}

impl Lines {
    pub(super) fn new(lengths: &[usize; LINES], damping: &Damping, output: f32) -> Lines {
        Lines {
            rings: lengths.map(|frames| vec![0.0; frames]),
            at: [0; LINES],
            damping: damping.clone(),
            damped: [0.0; LINES],
            output,
        }
    }

    #[inline(always)]
    pub(super) fn next(&mut self, input: [f32; 2]) -> [f32; 2] {
        for line in 0..LINES {
            let late = self.rings[line][self.at[line]];
            let damped = self.damping.gains[line] * late + self.damping.poles[line] * self.damped[line];
            self.damped[line] = if damped.abs() < LEAST { 0.0 } else { damped };
        }
        let mut said = [0.0; 2];
        for (pair, sign) in self.damped.as_chunks::<2>().0.iter().zip(SIGNS_OUT) {
            said[0] += sign * pair[0];
            said[1] += sign * pair[1];
        }
        let mut mixed = self.damped;
        hadamard(&mut mixed);
        // Each side's input in eight delays, its power shared among them.
        let input = input.map(|sample| sample * (2.0 / LINES as f32).sqrt());
        for line in 0..LINES {
            let ring = &mut self.rings[line];
            ring[self.at[line]] = mixed[line] + SIGNS_IN[line / 2] * input[line % 2];
            self.at[line] = if self.at[line] + 1 == ring.len() { 0 } else { self.at[line] + 1 };
        }
        said.map(|sample| self.output * sample)
    }
}

/// Hadamard's matrix of 16 rows over 4, which keeps the power.
#[inline(always)]
fn hadamard(values: &mut [f32; LINES]) {
    let mut half = LINES / 2;
    while half > 0 {
        for group in values.chunks_exact_mut(2 * half) {
            let (a, b) = group.split_at_mut(half);
            for (a, b) in a.iter_mut().zip(b) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half /= 2;
    }
    values.iter_mut().for_each(|value| *value *= 0.25);
}
