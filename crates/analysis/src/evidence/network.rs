//! A small network of layers, each a matrix, a bias and, but for the last, a rectifier.
//!
//! The file holds little-endian numbers: "RAEN", the version 1, how many layers there are and the sizes from the input on
//! (`u32`), the means and the reciprocal deviations of the inputs, then each layer's weights, output by output, and its
//! biases (`f32`).

use rae_dsp::wide::{WideKernel, run_wide};

/// What a file begins with.
const MAGIC: &[u8; 4] = b"RAEN";
const VERSION: u32 = 1;

/// A trained network with one output.
pub(crate) struct Network {
    means: Vec<f32>,
    scales: Vec<f32>,
    layers: Vec<Layer>,
}

struct Layer {
    /// Input by input, those to all outputs: so the sums of all outputs grow side by side.
    weights: Vec<f32>,
    biases: Vec<f32>,
}

impl Network {
    /// Reads a network that was trained with the engine; one that is not whole is `None`.
    pub(crate) fn read(bytes: &[u8]) -> Option<Network> {
        let (magic, rest) = bytes.split_first_chunk::<4>()?;
        let (words, []) = rest.as_chunks::<4>() else { return None };
        let mut words = words.iter().copied();
        let mut number = || words.next().map(u32::from_le_bytes);
        if magic != MAGIC || number()? != VERSION {
            return None;
        }
        let count = number()?;
        let sizes: Vec<usize> = (0..=count).map_while(|_| number()).map(|size| size as usize).collect();
        let mut values = |count: usize| {
            let values: Vec<f32> = words.by_ref().take(count).map(f32::from_le_bytes).collect();
            (values.len() == count).then_some(values)
        };
        let inputs = *sizes.first()?;
        let (means, scales) = (values(inputs)?, values(inputs)?);
        let layer = |pair: &[usize]| {
            let weights = transposed(&values(pair[0] * pair[1])?, pair[0]);
            Some(Layer { weights, biases: values(pair[1])? })
        };
        let layers: Vec<Layer> = sizes.windows(2).map(layer).collect::<Option<_>>()?;
        let whole = sizes.len() == count as usize + 1 && sizes.last() == Some(&1) && words.next().is_none();
        whole.then_some(Network { means, scales, layers })
    }

    /// Log-odds for each row of as many numbers as it takes.
    pub(crate) fn log_odds(&self, rows: &[f32]) -> Vec<f32> {
        run_wide(LogOdds { network: self, rows })
    }
}

/// Rows of `columns` numbers as columns.
fn transposed(rows: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| rows.iter().skip(column).step_by(columns.max(1)).copied()).collect()
}

struct LogOdds<'a> {
    network: &'a Network,
    rows: &'a [f32],
}

impl WideKernel for LogOdds<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run(self) -> Vec<f32> {
        let LogOdds { network: Network { means, scales, layers }, rows } = self;
        let (mut values, mut outputs) = (Vec::new(), Vec::new());
        let mut results = Vec::with_capacity(rows.len() / means.len().max(1));
        for row in rows.chunks_exact(means.len().max(1)) {
            values.clear();
            values.extend(row.iter().zip(means).zip(scales).map(|((x, mean), scale)| (x - mean) * scale));
            for (index, layer) in layers.iter().enumerate() {
                outputs.clone_from(&layer.biases);
                for (value, weights) in values.iter().zip(layer.weights.chunks_exact(outputs.len().max(1))) {
                    for (output, weight) in outputs.iter_mut().zip(weights) {
                        *output += value * weight;
                    }
                }
                if index + 1 < layers.len() {
                    outputs.iter_mut().for_each(|output| *output = output.max(0.0));
                }
                std::mem::swap(&mut values, &mut outputs);
            }
            results.push(values[0]);
        }
        results
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(numbers: &[u32], values: &[f32]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
        bytes
    }

    #[test]
    fn a_network_computes_what_its_layers_say() {
        let values = [
            1.0, 2.0, 0.5, 2.0, /* first layer */ 1.0, -1.0, 2.0, 0.0, 0.25, -1.0, /* second */ 3.0, 1.0, 0.5,
        ];
        let network = Network::read(&file(&[1, 2, 2, 2, 1], &values)).unwrap();
        // Inputs 3 and 3 become 1 and 2; outputs max(0, 1 − 2 + 0.25) and max(0, 2 − 1); 1 + 0.5.
        assert_eq!(network.log_odds(&[3.0, 3.0]), [1.5]);
        assert_eq!(network.log_odds(&[1.0, 2.0, 3.0, 3.0]).len(), 2);
    }

    #[test]
    fn damaged_files_are_no_networks() {
        let whole = file(&[1, 1, 1, 1], &[0.0, 1.0, 2.0, 3.0]);
        assert!(Network::read(&whole).is_some());
        assert!((0..whole.len()).all(|length| Network::read(&whole[..length]).is_none()));
        assert!(Network::read(&[&whole[..], &[0; 4]].concat()).is_none());
        assert!(Network::read(&file(&[1, u32::MAX, 1, 1], &[0.0])).is_none());
    }
}
