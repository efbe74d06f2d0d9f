//! How the recording is broken into rows, as music is into systems.

use rae_picture::GridLine;

use rae_analysis::Abandoned;

use crate::marks::NoteMark;
use crate::time::Span;

/// Seconds that a row may last, and notes' onsets that it should hold.
const SHORTEST: f64 = 8.0;
const LONGEST: f64 = 30.0;
const ONSETS: f64 = 36.0;

/// Onsets closer than this are one.
const TOGETHER: f64 = 0.04;

/// So many rows at most; of longer recordings each holds more.
const MOST: f64 = 60.0;

/// Silence before the first note and after the last that is shown, seconds, and how much more there must be to be cut off.
const AROUND: f64 = 1.0;
const WORTH_CUTTING: f64 = 2.0;

/// A bar that begins a row begins so much later than the row, so that what is early is in its bar, seconds.
const BEFORE_BAR: f64 = 0.2;

/// For the sake of a bar line a row may be longer or shorter than the mean by this share.
const UNEVEN: f64 = 0.3;

/// The rows: all at one scale.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows {
    /// How long a full row lasts, seconds.
    pub(crate) full: f64,
    pub(crate) spans: Vec<Span>,
}

impl Rows {
    /// Of a recording of `length` seconds; marks and lines are in order of time.
    pub(crate) fn new(notes: &[NoteMark], abandoned: &[Abandoned], lines: &[GridLine], length: f64) -> Rows {
        let Span { start, end } = shown(notes, abandoned, length);
        let wanted = full_row(notes).max((end - start) / MOST);
        let count = ((end - start) / wanted - 0.1).ceil().max(1.0) as usize;
        let mut spans = Vec::new();
        let mut at = start;
        // As even as bars allow it: what one row has more, those after it have less.
        for left in (1..=count).rev().take_while(|_| end > start) {
            let next = if left == 1 { end } else { row_end(at, (end - at) / left as f64, lines) };
            spans.push(Span { start: at, end: next });
            at = next;
        }
        let longest = spans.iter().map(|span| span.end - span.start).fold(0.0, f64::max);
        Rows { full: longest.max(SHORTEST / 2.0), spans }
    }
}

/// The part of the recording that has something to show.
fn shown(notes: &[NoteMark], abandoned: &[Abandoned], length: f64) -> Span {
    let starts = notes.iter().map(|note| note.span.start).chain(abandoned.iter().map(|stretch| stretch.from_s));
    let ends = notes.iter().map(|note| note.span.end).chain(abandoned.iter().map(|stretch| stretch.until_s));
    let (first, last) = (starts.fold(f64::INFINITY, f64::min), ends.fold(f64::NEG_INFINITY, f64::max));
    if notes.is_empty() {
        return Span { start: 0.0, end: length.min(LONGEST) };
    }
    let start = if first - AROUND > WORTH_CUTTING { first - AROUND } else { 0.0 };
    let end = if length - last - AROUND > WORTH_CUTTING { last + AROUND } else { length.max(first + AROUND) };
    Span { start, end }
}

/// How long a row lasts that has room for the notes.
fn full_row(notes: &[NoteMark]) -> f64 {
    let mut onsets: Vec<f64> = notes.iter().map(|note| note.span.start).collect();
    onsets.dedup_by(|later, earlier| *later - *earlier < TOGETHER);
    let mut steps: Vec<f64> = onsets.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if steps.is_empty() {
        return LONGEST / 2.0;
    }
    let middle = steps.len() / 2;
    let (_, median, _) = steps.select_nth_unstable_by(middle, f64::total_cmp);
    (ONSETS * *median).clamp(SHORTEST, LONGEST)
}

/// The bar line nearest to where a row of mean length ends, else there.
fn row_end(at: f64, mean: f64, lines: &[GridLine]) -> f64 {
    let off = |end: &f64| (end - at - mean).abs();
    let ends = lines.iter().map(|line| line.seconds - BEFORE_BAR).filter(|end| off(end) <= UNEVEN * mean);
    ends.min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(at + mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::Verdict;

    fn note(start: f64) -> NoteMark {
        let span = Span { start, end: start + 0.4 };
        NoteMark { verdict: Verdict::Correct, span, key: 60, instead_of: None, timing: None, title: String::new() }
    }

    fn line(seconds: f64) -> GridLine {
        GridLine { seconds, bar: Some(1) }
    }

    #[test]
    fn rows_end_before_bars_and_cover_everything() {
        let notes: Vec<NoteMark> = (0..200).map(|n| note(0.5 + 0.5 * f64::from(n))).collect();
        let lines: Vec<GridLine> = (0..51).map(|bar| line(0.5 + 2.0 * f64::from(bar))).collect();
        let Rows { full, spans } = Rows::new(&notes, &[], &lines, 101.0);
        // Six rows of 16.8 s on the mean; bars begin every two seconds from 0.5 on.
        assert!((spans[0].end - 16.3).abs() < 1e-9, "{spans:?}");
        assert!(spans.len() == 6 && full < 18.5, "{full} {spans:?}");
        assert!(spans.iter().all(|row| row.end - row.start > 15.0), "{spans:?}");
        assert_eq!((spans[0].start, spans[spans.len() - 1].end), (0.0, 101.0));
        assert!(spans.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert!(spans.iter().all(|row| row.end - row.start <= full + 1e-9));
    }

    #[test]
    fn silence_around_the_music_is_cut_off() {
        let rows = Rows::new(&[note(30.0), note(31.0), note(32.0)], &[], &[], 90.0);
        assert_eq!(rows.spans, [Span { start: 29.0, end: 33.4 }]);
        let again = [Abandoned { from_s: 27.5, until_s: 30.0 }];
        let rows = Rows::new(&[note(30.0), note(31.0), note(32.0)], &again, &[], 90.0);
        assert_eq!(rows.spans, [Span { start: 26.5, end: 33.4 }], "what was played before is shown");
        let rows = Rows::new(&[], &[], &[], 600.0);
        assert_eq!(rows.spans, [Span { start: 0.0, end: 15.0 }, Span { start: 15.0, end: 30.0 }]);
        assert_eq!(Rows::new(&[], &[], &[], 0.0).spans, []);
    }

    #[test]
    fn there_are_no_more_rows_than_can_be_printed() {
        let notes: Vec<NoteMark> = (0..72_000).map(|n| note(0.1 * f64::from(n))).collect();
        let rows = Rows::new(&notes, &[], &[], 7200.0);
        assert!(rows.spans.len() <= 60, "{}", rows.spans.len());
    }
}
