//! Notes that others play: the other hand, other parts of an ensemble, an accompaniment.

use super::{Context, REACH, Verdict, Verdicts};
use crate::expected::ExpectedNote;

/// Takes back what was decided about notes that others play: they are neither added nor wrong pitches.
pub(crate) fn without_others(mut verdicts: Verdicts, context: &Context<'_>, others: &[ExpectedNote]) -> Verdicts {
    let times = times(context, others);
    let of_others = |heard: usize| {
        let note = &context.heard[heard];
        let times = &times[usize::from(note.pitch % 128)];
        let near = times.partition_point(|time| *time < note.onset - REACH);
        times.get(near).is_some_and(|time| *time <= note.onset + REACH)
    };
    verdicts.extras.retain(|&extra| !of_others(extra));
    for verdict in &mut verdicts.notes {
        if let Verdict::WrongPitch { heard } = *verdict
            && of_others(heard)
        {
            *verdict = Verdict::Missed;
        }
    }
    verdicts
}

/// Takes back what was decided about notes before and after all of the chosen bars. `is_in_bars`: by expected note.
pub(crate) fn within_excerpt(mut verdicts: Verdicts, context: &Context<'_>, is_in_bars: &[bool]) -> Verdicts {
    let predicted = || context.alignment.predicted.iter().zip(is_in_bars);
    let due = || predicted().filter(|(_, is_in_bars)| **is_in_bars).filter_map(|(time, _)| *time);
    let (first, last) = (due().fold(f64::INFINITY, f64::min), due().fold(f64::NEG_INFINITY, f64::max));
    verdicts.extras.retain(|&extra| (first - REACH..=last + REACH).contains(&context.heard[extra].onset));
    verdicts
}

/// By pitch, when others are due, seconds of the recording in ascending order.
fn times(context: &Context<'_>, others: &[ExpectedNote]) -> Vec<Vec<f64>> {
    let Context { expected, alignment, .. } = *context;
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); 128];
    for other in others {
        // Beside the expected note before, or the first.
        let near = expected.partition_point(|note| note.onset <= other.onset).saturating_sub(1);
        if let Some(Some(time)) = alignment.predicted.get(near) {
            let since = other.onset - expected[near].onset;
            times[usize::from(other.pitch % 128)].push(time + since * alignment.slopes[near]);
        }
    }
    times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
    times
}
