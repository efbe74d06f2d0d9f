//! The path of most worth through pairs of clusters and chords.

/// Clusters and chords that a step may leave out.
const REACH: usize = 8;

/// What leaving out a note costs, and how much may be left out between two pairs.
const SKIP: f64 = 0.35;
const MOST_SKIPPED: f64 = 6.0;

/// What a jump costs.
const JUMP: f64 = 5.0;

/// Deviation of a step, in seconds and as a share of it, that counts as one; and the most that a step's can cost.
const STEP_SECONDS: f64 = 0.06;
const STEP_SHARE: f64 = 0.22;
const STEP_COST: f64 = 0.4;
const MOST_DEVIATION: f64 = 8.0;

/// What is never reached.
const NEVER: f64 = f64::NEG_INFINITY;

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
    /// By cluster, the chords that it may be, ascending, and what that is worth.
    pub(super) rewards: Vec<Vec<(usize, f64)>>,
}

/// A pair that has been reached.
struct Node {
    step: Step,
    worth: f64,
    before: Option<usize>,
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

impl Grid<'_> {
    /// The best path where a second of the score takes `tempos` seconds of the recording, by chord.
    pub(super) fn best_path(&self, tempos: &[f64]) -> Path {
        let played = Skips::new(&self.played_weights, 2.0, 0.1);
        let score = Skips::new(&self.score_weights, 3.0, 0.15);
        let mut nodes: Vec<Node> = Vec::new();
        // Of the last clusters, by chord, the place of their node.
        let mut rows: Vec<Vec<Option<u32>>> = vec![vec![None; self.score.len()]; REACH];
        // The best node so far if nothing had been left out after it.
        let mut jump: Option<(f64, usize)> = None;
        for (cluster, rewards) in self.rewards.iter().enumerate() {
            let row_of = |cluster: usize| cluster % REACH;
            let mut row = std::mem::take(&mut rows[row_of(cluster)]);
            row.fill(None);
            let first_new = nodes.len();
            for &(chord, reward) in rewards {
                let mut best = (-played.before(cluster) - score.before(chord), None);
                let mut offer = |worth: f64, before: usize| {
                    if worth > best.0 {
                        best = (worth, Some(before));
                    }
                };
                for earlier in (cluster.saturating_sub(REACH - 1)..cluster).rev() {
                    let skipped = played.between(earlier, cluster);
                    if skipped > MOST_SKIPPED {
                        break;
                    }
                    let step = self.played[cluster] - self.played[earlier];
                    let from = chord.saturating_sub(REACH);
                    for (before, &node) in (from..chord).zip(&rows[row_of(earlier)][from..chord]) {
                        let Some(node) = node else { continue };
                        let wanted = tempos[chord] * (self.score[chord] - self.score[before]);
                        let off = (step - wanted) / (STEP_SECONDS + STEP_SHARE * wanted);
                        let cost = STEP_COST * (off * off).min(MOST_DEVIATION) + skipped + score.between(before, chord);
                        offer(nodes[node as usize].worth - cost, node as usize);
                    }
                }
                if let Some((worth, node)) = jump {
                    offer(worth - played.sums[cluster] - JUMP, node);
                }
                row[chord] = Some(nodes.len() as u32);
                nodes.push(Node { step: Step { cluster, chord }, worth: best.0 + reward, before: best.1 });
            }
            for (index, node) in nodes.iter().enumerate().skip(first_new) {
                let unskipped = node.worth + played.sums[cluster + 1];
                if jump.is_none_or(|(most, _)| unskipped > most) {
                    jump = Some((unskipped, index));
                }
            }
            rows[row_of(cluster)] = row;
        }
        let whole = |node: &Node| node.worth - played.after(node.step.cluster) - score.after(node.step.chord);
        let last = (0..nodes.len()).max_by(|&a, &b| whole(&nodes[a]).total_cmp(&whole(&nodes[b])));
        let worth = last.map_or(NEVER, |last| whole(&nodes[last]));
        let mut steps: Vec<Step> =
            std::iter::successors(last, |&node| nodes[node].before).map(|node| nodes[node].step).collect();
        steps.reverse();
        Path { worth, steps }
    }
}
