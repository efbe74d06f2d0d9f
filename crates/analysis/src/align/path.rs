//! The path of most worth through pairs of clusters and chords.
//!
//! Of each cluster the best pairs alone are followed, and a path may begin, or land after a jump, at a bounded number of
//! chords; so time and memory grow with the length of the recording, whatever is expected.

use super::rewards::Rewards;

/// Clusters and chords that a step may leave out.
const REACH: usize = 8;

/// Pairs of a cluster that are followed.
const BEAM: usize = 128;

/// What leaving out a note costs, and how much may be left out between two pairs.
const SKIP: f64 = 0.35;
const MOST_SKIPPED: f64 = 6.0;

/// Deviation of a step, in seconds and as a share of it, that counts as one; and the most that a step's can cost.
const STEP_SECONDS: f64 = 0.06;
const STEP_SHARE: f64 = 0.22;
const STEP_COST: f64 = 0.4;
const MOST_DEVIATION: f64 = 8.0;

/// Nothing came before.
const START: u32 = u32::MAX;

/// A pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) cluster: usize,
    pub(super) chord: usize,
}

/// A path, and what it is worth.
pub(super) struct Path {
    pub(super) worth: f64,
    pub(super) steps: Vec<Step>,
}

/// What the path runs through.
pub(super) struct Grid<'a> {
    /// Onsets of chords, seconds.
    pub(super) score: &'a [f64],
    /// Times of clusters, seconds.
    pub(super) played: &'a [f64],
    pub(super) score_weights: Vec<f64>,
    pub(super) played_weights: Vec<f64>,
    pub(super) rewards: Rewards<'a>,
    /// What a jump costs.
    pub(super) jump: f64,
}

/// A pair that has been reached.
#[derive(Clone, Copy)]
struct Node {
    cluster: u32,
    chord: u32,
    worth: f64,
    before: u32,
}

/// What leaving out what comes before or after costs, which is less than leaving it out in between.
struct Skips {
    sums: Vec<f64>,
    free: f64,
    share: f64,
}

impl Skips {
    fn new(weights: &[f64], free: f64, share: f64) -> Skips {
        let mut sums = vec![0.0];
        for weight in weights {
            sums.push(sums[sums.len() - 1] + SKIP * weight);
        }
        Skips { sums, free, share }
    }

    /// Everything before `index`.
    fn before(&self, index: usize) -> f64 {
        self.at_an_end(self.sums[index])
    }

    /// Everything after `index`.
    fn after(&self, index: usize) -> f64 {
        self.at_an_end(self.sums[self.sums.len() - 1] - self.sums[index + 1])
    }

    /// Everything between two.
    fn between(&self, first: usize, last: usize) -> f64 {
        self.sums[last] - self.sums[first + 1]
    }

    fn at_an_end(&self, cost: f64) -> f64 {
        cost.min(self.free + self.share * cost)
    }
}

/// The pairs of one cluster while they are looked for: by chord, what the best way there is worth and where it comes from.
struct Row {
    /// By chord, its place in `found`, if it is one of this cluster's.
    places: Vec<u32>,
    found: Vec<Node>,
}

impl Row {
    fn offer(&mut self, node: Node) {
        let place = &mut self.places[node.chord as usize];
        match self.found.get_mut(*place as usize).filter(|found| found.chord == node.chord) {
            Some(found) if node.worth > found.worth => *found = node,
            Some(_) => {}
            None => {
                *place = self.found.len() as u32;
                self.found.push(node);
            }
        }
    }

    /// The best pairs with their rewards; the row is empty afterwards.
    fn take(&mut self, reward: impl Fn(usize) -> f64) -> Vec<Node> {
        let rewarded = |node: Node| Node { worth: node.worth + reward(node.chord as usize), ..node };
        let mut nodes: Vec<Node> = self.found.drain(..).map(rewarded).collect();
        if nodes.len() > BEAM {
            nodes.select_nth_unstable_by(BEAM, |a, b| b.worth.total_cmp(&a.worth).then(a.chord.cmp(&b.chord)));
            nodes.truncate(BEAM);
        }
        nodes.sort_unstable_by_key(|node| node.chord);
        nodes
    }
}

impl Grid<'_> {
    /// The best path where a second of the score takes `tempos` seconds of the recording, by chord.
    pub(super) fn best_path(&self, tempos: &[f64]) -> Path {
        let played = Skips::new(&self.played_weights, 2.0, 0.1);
        let score = Skips::new(&self.score_weights, 3.0, 0.15);
        let pass = Pass { grid: self, tempos, score: &score };
        let mut nodes: Vec<Node> = Vec::new();
        // Where the nodes of each cluster begin.
        let mut firsts = Vec::with_capacity(self.played.len());
        let mut row = Row { places: vec![0; self.score.len()], found: Vec::new() };
        // The best node so far if nothing had been left out after it.
        let mut jump: Option<(f64, u32)> = None;
        for cluster in 0..self.played.len() {
            firsts.push(nodes.len());
            for &chord in self.rewards.entries(cluster) {
                let begun = -played.before(cluster) - score.before(chord as usize);
                let landed = jump.map(|(worth, node)| (worth - played.sums[cluster] - self.jump, node));
                let (worth, before) = landed.filter(|(worth, _)| *worth > begun).unwrap_or((begun, START));
                row.offer(Node { cluster: cluster as u32, chord, worth, before });
            }
            for earlier in (cluster.saturating_sub(REACH - 1)..cluster).rev() {
                let skipped = played.between(earlier, cluster);
                if skipped > MOST_SKIPPED {
                    break;
                }
                let first = firsts[earlier];
                for (index, node) in (first as u32..).zip(&nodes[first..firsts[earlier + 1]]) {
                    pass.extend((index, node), cluster, skipped, &mut row);
                }
            }
            for node in row.take(|chord| self.rewards.of(cluster, chord)) {
                let unskipped = node.worth + played.sums[cluster + 1];
                if jump.is_none_or(|(most, _)| unskipped > most) {
                    jump = Some((unskipped, nodes.len() as u32));
                }
                nodes.push(node);
            }
        }
        let whole = |node: &Node| node.worth - played.after(node.cluster as usize) - score.after(node.chord as usize);
        let last = (0..nodes.len()).max_by(|&a, &b| whole(&nodes[a]).total_cmp(&whole(&nodes[b])));
        let worth = last.map_or(f64::NEG_INFINITY, |last| whole(&nodes[last]));
        let before = |&node: &usize| Some(nodes[node].before as usize).filter(|&before| before < nodes.len());
        let step = |node: usize| Step { cluster: nodes[node].cluster as usize, chord: nodes[node].chord as usize };
        let mut steps: Vec<Step> = std::iter::successors(last, before).map(step).collect();
        steps.reverse();
        Path { worth, steps }
    }
}

/// One search for a path.
struct Pass<'a> {
    grid: &'a Grid<'a>,
    tempos: &'a [f64],
    score: &'a Skips,
}

impl Pass<'_> {
    /// Offers the pairs of a cluster by which a node can be followed, where clusters worth `skipped` lie in between.
    fn extend(&self, (index, node): (u32, &Node), cluster: usize, skipped: f64, row: &mut Row) {
        let Grid { score, played, rewards, .. } = self.grid;
        let from = node.chord as usize;
        let step = played[cluster] - played[node.cluster as usize];
        let later = score.iter().zip(self.tempos).enumerate().skip(from + 1).take(REACH);
        for (chord, (onset, tempo)) in later.filter(|(chord, _)| rewards.share_a_pitch(cluster, *chord)) {
            let wanted = tempo * (onset - score[from]);
            let off = (step - wanted) / (STEP_SECONDS + STEP_SHARE * wanted);
            let cost = STEP_COST * (off * off).min(MOST_DEVIATION) + skipped + self.score.between(from, chord);
            row.offer(Node { cluster: cluster as u32, chord: chord as u32, worth: node.worth - cost, before: index });
        }
    }
}
