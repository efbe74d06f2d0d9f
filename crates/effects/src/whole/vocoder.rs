//! The phase vocoder.

use rae_dsp::AudioBuffer;
use rae_dsp::fft::Complex32;
use rae_units::SampleRate;

use super::onsets::onsets;
use super::spectra::{Spectra, power, turn};
use crate::EffectsError;
use crate::chain::{GoOn, poll};

/// A recording `ratio` times as long.
pub(super) fn stretched(
    sound: &AudioBuffer,
    ratio: f64,
    rate: SampleRate,
    go_on: &mut GoOn<'_>,
) -> Result<AudioBuffer, EffectsError> {
    let frames = (sound.frames() as f64 * ratio).round() as usize;
    let mut out = AudioBuffer::new(sound.channels(), frames);
    if sound.is_empty() || frames == 0 {
        return Ok(out);
    }
    let mut spectra = Spectra::new(rate);
    let map = TimeMap::new(&onsets(sound, &mut spectra, go_on)?, [sound.frames(), frames], ratio, spectra.points());
    let mut silence = vec![0.0; frames];
    for first in (0..sound.channels()).step_by(2) {
        let planes = &mut out.planar_mut()[first * frames..];
        let (left, right) = planes.split_at_mut(frames);
        let (right_in, right_out) = if first + 1 < sound.channels() {
            (sound.channel(first + 1), &mut right[..frames])
        } else {
            (&[][..], &mut silence[..])
        };
        stretch_pair([sound.channel(first), right_in], [left, right_out], &map, &mut spectra, go_on)?;
    }
    Ok(out)
}

/// Which frame of the input is heard at a frame of the output: straight lines between anchors, one to one around onsets.
struct TimeMap {
    /// Frames of output and input, ascending.
    anchors: Vec<[f64; 2]>,
    /// Frames of output at which phases begin anew, ascending.
    begins: Vec<f64>,
}

impl TimeMap {
    fn new(onsets: &[(usize, f32)], [frames_in, frames_out]: [usize; 2], ratio: f64, points: usize) -> TimeMap {
        let half = points as f64 / 2.0;
        let mut anchors = vec![[0.0, 0.0]];
        let mut begins = Vec::new();
        for onset in spaced(onsets, 2.0 * points as f64 * (1.0 / ratio).max(1.0)) {
            let (from, to) = (onset as f64, onset as f64 * ratio);
            let last = anchors[anchors.len() - 1];
            // Between the anchors there has to be room to make up for them.
            let fits = to - half >= last[0] + half && from - half >= last[1] + half;
            let ends = to + 2.0 * half <= frames_out as f64 && from + 2.0 * half <= frames_in as f64;
            if fits && ends {
                anchors.extend([[to - half, from - half], [to + half, from + half]]);
                begins.push(to - half);
            }
        }
        anchors.push([frames_out as f64, frames_in as f64]);
        TimeMap { anchors, begins }
    }

    fn input(&self, output: f64) -> f64 {
        let last = self.anchors[self.anchors.len() - 1];
        let next = self.anchors.partition_point(|anchor| anchor[0] <= output);
        match next {
            0 => output,
            next if next == self.anchors.len() => last[1] + (output - last[0]),
            next => {
                let ([out_a, in_a], [out_b, in_b]) = (self.anchors[next - 1], self.anchors[next]);
                in_a + (output - out_a) * (in_b - in_a) / (out_b - out_a)
            }
        }
    }

    /// Whether phases begin anew after `before` and not after `now`.
    fn begins_within(&self, before: f64, now: f64) -> bool {
        let next = self.begins.partition_point(|&begin| begin <= before);
        self.begins.get(next).is_some_and(|&begin| begin <= now)
    }
}

/// The strongest onsets that are further apart.
fn spaced(onsets: &[(usize, f32)], apart: f64) -> Vec<usize> {
    let mut kept: Vec<(usize, f32)> = Vec::new();
    for &(frame, strength) in onsets {
        match kept.last_mut() {
            Some(last) if ((frame - last.0) as f64) <= apart => {
                if strength > last.1 {
                    *last = (frame, strength);
                }
            }
            _ => kept.push((frame, strength)),
        }
    }
    kept.into_iter().map(|(frame, _)| frame).collect()
}

fn stretch_pair(
    pair: [&[f32]; 2],
    [left, right]: [&mut [f32]; 2],
    map: &TimeMap,
    spectra: &mut Spectra,
    go_on: &mut GoOn<'_>,
) -> Result<(), EffectsError> {
    let (points, hop) = (spectra.points(), spectra.hop() as i64);
    let empty = || vec![Complex32::default(); points];
    let (mut now, mut before, mut said) = (empty(), empty(), empty());
    let mut turns = vec![Complex32::new(1.0, 0.0); points / 2 + 1];
    // From where the first window would begin before the sound does, to where the last one ends after it.
    for step in -2..=left.len() as i64 / hop + 2 {
        if step % 64 == 0 {
            poll(go_on)?;
        }
        let middle = step * hop;
        let from = map.input(middle as f64).round() as i64;
        spectra.take(pair, from, &mut now);
        if step == -2 || map.begins_within((middle - hop) as f64, middle as f64) {
            turns.fill(Complex32::new(1.0, 0.0));
        } else {
            // As far as the sound turns within a hop, what is said shall turn.
            spectra.take(pair, from - hop, &mut before);
            lock(&now, &before, &said, &mut turns);
        }
        said[0] = now[0];
        said[points / 2] = now[points / 2];
        for bin in 1..points / 2 {
            said[bin] = now[bin] * turns[bin];
            said[points - bin] = now[points - bin] * turns[bin].conj();
        }
        now.copy_from_slice(&said);
        spectra.add(&mut now, middle, [&mut *left, &mut *right]);
    }
    Ok(())
}

/// By what each bin has to be turned: every peak as its own phase asks, and what lies around it alike.
fn lock(now: &[Complex32], before: &[Complex32], said: &[Complex32], turns: &mut [Complex32]) {
    let bins = turns.len();
    let powers: Vec<f32> = (0..bins).map(|bin| power(now, bin)).collect();
    let is_peak = |bin: usize| {
        let around = &powers[bin.saturating_sub(2)..bins.min(bin + 3)];
        powers[bin] > 0.0 && around.iter().all(|other| *other <= powers[bin])
    };
    let peaks: Vec<usize> = (1..bins - 1).filter(|&bin| is_peak(bin)).collect();
    let mut start = 0;
    for (index, &peak) in peaks.iter().enumerate() {
        let end = peaks.get(index + 1).map_or(bins, |next| (peak + next) / 2 + 1);
        let turn = turn(before, said, peak);
        let length = turn.norm();
        let unit = if length > 1e-20 { turn / length } else { Complex32::new(1.0, 0.0) };
        turns[start..end].fill(unit);
        start = end;
    }
}
