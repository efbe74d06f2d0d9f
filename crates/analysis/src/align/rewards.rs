//! What pairs of clusters and chords are worth.

use super::{Chords, Clusters};
use crate::expected::ExpectedNote;
use crate::played::PlayedNote;

/// What a pair loses for each note that only one side has, and what a note that is a whole tone or less off is worth.
const MISMATCH: f64 = 0.25;

/// Weak notes this near to a cluster count for its chord, seconds.
const NEAR: f64 = 0.07;

/// Chords at which a path may begin at a cluster, and how many are considered for that.
const ENTRIES: usize = 256;
const CONSIDERED: usize = 8192;

/// Half the stretch of score over which expected notes are counted, seconds; how many more than on average may be heard
/// there, and the least share of them.
const DENSITY: f64 = 2.0;
const HOPE: f64 = 1.5;
const LEAST_RECALL: f64 = 0.15;

/// Bits for keys.
type Keys = u128;

/// The rewards of all pairs.
pub(super) struct Rewards<'a> {
    clusters: &'a Clusters,
    /// By chord, its keys.
    chords: Vec<Keys>,
    /// By cluster, its keys; and those of all that was heard around it, weak notes included, with their probabilities.
    strong: Vec<Keys>,
    around: Vec<Vec<(u8, f32)>>,
    entries: Vec<Vec<u32>>,
    /// By chord, the share of its notes that can be hoped to be heard.
    recall: Vec<f64>,
}

impl Rewards<'_> {
    pub(super) fn new<'a>(
        chords: &Chords,
        clusters: &'a Clusters,
        expected: &[ExpectedNote],
        heard: &[PlayedNote],
    ) -> Rewards<'a> {
        let keys_of = |notes: &std::ops::Range<usize>| {
            expected[notes.clone()].iter().fold(0, |keys, note| keys | 1 << (note.pitch % 128))
        };
        let chord_keys: Vec<Keys> = chords.notes.iter().map(keys_of).collect();
        let strong = |pitches: &Vec<(u8, f64)>| pitches.iter().fold(0, |keys, (pitch, _)| keys | 1 << (pitch % 128));
        let mut rewards = Rewards {
            recall: recall(&chord_keys, chords, clusters),
            strong: clusters.pitches.iter().map(strong).collect(),
            around: clusters.times.iter().map(|&time| around(heard, time)).collect(),
            chords: chord_keys,
            clusters,
            entries: Vec::new(),
        };
        rewards.entries = (0..clusters.times.len()).map(|cluster| rewards.best_entries(cluster)).collect();
        rewards
    }

    /// Chords at which a path may begin at a cluster.
    pub(super) fn entries(&self, cluster: usize) -> &[u32] {
        &self.entries[cluster]
    }

    pub(super) fn share_a_pitch(&self, cluster: usize, chord: usize) -> bool {
        self.strong[cluster] & self.chords[chord] != 0
    }

    /// How many different keys a chord has.
    pub(super) fn keys(&self, chord: usize) -> f64 {
        f64::from(self.chords[chord].count_ones())
    }

    /// How much leaving out a chord counts.
    pub(super) fn weight(&self, chord: usize) -> f64 {
        (self.recall[chord] * self.keys(chord)).sqrt()
    }

    /// What a pair is worth.
    pub(super) fn of(&self, cluster: usize, chord: usize) -> f64 {
        let keys = self.chords[chord];
        let near_keys = keys << 2 | keys << 1 | keys >> 1 | keys >> 2;
        let has = |keys: Keys, pitch: u8| keys >> (pitch % 128) & 1 == 1;
        let in_chord = self.around[cluster].iter().filter(|(pitch, _)| has(keys, *pitch));
        let hit: f64 = in_chord.map(|(_, probability)| f64::from(*probability)).sum();
        let (mut near, mut surplus) = (0.0, 0.0);
        for &(pitch, probability) in self.clusters.pitches[cluster].iter().filter(|(pitch, _)| !has(keys, *pitch)) {
            surplus += probability;
            near += if has(near_keys, pitch) { probability } else { 0.0 };
        }
        let wanted = self.keys(chord);
        let missing = (self.recall[chord] * wanted - hit).max(0.0);
        (hit + MISMATCH * (near.min(missing) - missing - surplus)) / self.weight(chord).max(1.0)
    }

    fn best_entries(&self, cluster: usize) -> Vec<u32> {
        // Of pieces that are too long for all, every cluster has other chords.
        let stride = self.chords.len().div_ceil(CONSIDERED).max(1);
        let considered = (cluster % stride..self.chords.len()).step_by(stride);
        let mut entries: Vec<u32> =
            considered.filter(|&chord| self.share_a_pitch(cluster, chord)).map(|chord| chord as u32).collect();
        if entries.len() > ENTRIES {
            // Chords of equal worth take turns from cluster to cluster.
            let turn = |chord: u32| chord.wrapping_add(cluster as u32).wrapping_mul(0x9E37_79B9);
            entries.sort_by_cached_key(|&chord| {
                let worth = -(1024.0 * self.of(cluster, chord as usize)) as i64;
                (worth, turn(chord))
            });
            entries.truncate(ENTRIES);
            entries.sort_unstable();
        }
        entries
    }
}

/// Of a key that was heard several times around a cluster, the most likely one.
fn around(heard: &[PlayedNote], time: f64) -> Vec<(u8, f32)> {
    let mut notes: Vec<(u8, f32)> = Vec::new();
    let first = heard.partition_point(|note| note.onset <= time - NEAR);
    for note in heard[first..].iter().take_while(|note| note.onset < time + NEAR) {
        let probability = note.probability() as f32;
        match notes.iter_mut().find(|(pitch, _)| *pitch == note.pitch) {
            Some((_, most)) => *most = most.max(probability),
            None => notes.push((note.pitch, probability)),
        }
    }
    notes
}

/// By chord, the notes heard per second by those expected around it: where many instruments play together, many onsets are
/// inaudible.
fn recall(keys: &[Keys], chords: &Chords, clusters: &Clusters) -> Vec<f64> {
    let span = clusters.times.last().zip(clusters.times.first()).map_or(0.0, |(last, first)| last - first);
    let rate = clusters.weights.iter().sum::<f64>() / (span + 0.5);
    let mut sums = vec![0.0];
    for keys in keys {
        sums.push(sums[sums.len() - 1] + f64::from(keys.count_ones()));
    }
    let (mut first, mut end) = (0, 0);
    let of_chord = |&onset: &f64| {
        first += chords.onsets[first..].iter().take_while(|other| **other < onset - DENSITY).count();
        end += chords.onsets[end..].iter().take_while(|other| **other <= onset + DENSITY).count();
        (HOPE * rate * 2.0 * DENSITY / (sums[end] - sums[first])).clamp(LEAST_RECALL, 1.0)
    };
    chords.onsets.iter().map(of_chord).collect()
}
