//! Where in the recording the notes and bars of the piece are.

use rae_analysis::{Assessment, Expected, NoteAssessment};
use rae_picture::GridLine;

/// Slowest and fastest tempo that lengths are drawn at, played by written.
const RATIOS: (f64, f64) = (0.1, 10.0);

/// What was due so shortly before the recording begins belongs to its beginning, seconds.
const BEGINNING: f64 = 0.2;

/// A stretch of the recording, seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) start: f64,
    pub(crate) end: f64,
}

impl Span {
    /// Whether a time lies in it; its end does not.
    pub(crate) fn has(self, time: f64) -> bool {
        (self.start..self.end).contains(&time)
    }
}

/// The alignment of piece and recording.
pub(crate) struct Time<'a> {
    expected: &'a Expected,
    assessment: &'a Assessment,
    /// Seconds of the recording.
    pub(crate) length: f64,
}

impl<'a> Time<'a> {
    /// Of a recording that lasts at least `sound` seconds.
    pub(crate) fn new(expected: &'a Expected, assessment: &'a Assessment, sound: Option<f64>) -> Time<'a> {
        let time = Time { expected, assessment, length: f64::MAX };
        let ends = assessment.notes.iter().zip(0..).filter_map(|(_, index)| Some(time.played(index)?.end));
        let extras = assessment.extra_notes.iter().map(|extra| extra.onset_s + 0.2);
        let last = ends.chain(extras).filter(|end| end.is_finite()).fold(0.0, f64::max);
        Time { length: sound.map_or(last + 0.5, |sound| sound.max(0.0)), ..time }
    }

    /// Seconds of the recording for one of the score, around a bar.
    fn slope(&self, bar: u64) -> f64 {
        let tempo = &self.assessment.tempo;
        let after = tempo.curve.partition_point(|point| point.bar <= bar);
        let near = after.checked_sub(1).and_then(|index| tempo.curve.get(index)).filter(|point| point.bar == bar);
        let ratio = near.map(|point| point.ratio).or(tempo.ratio).unwrap_or(1.0);
        1.0 / ratio.clamp(RATIOS.0, RATIOS.1)
    }

    fn written_length(&self, index: usize) -> f64 {
        let note = &self.expected.notes()[index];
        note.duration.max(0.0) * self.slope(note.bar)
    }

    /// When an expected note was played.
    pub(crate) fn played(&self, index: usize) -> Option<Span> {
        let note = &self.assessment.notes[index];
        let start = note.played_onset_s?;
        let length = self.written_length(index) * note.duration_ratio.unwrap_or(1.0).clamp(0.0, 100.0);
        Some(Span { start, end: (start + length).min(self.length) })
    }

    /// When an expected note was due.
    pub(crate) fn due(&self, index: usize) -> Option<Span> {
        let start = self.assessment.notes[index].predicted_onset_s?;
        let start = if (-BEGINNING..0.0).contains(&start) { 0.0 } else { start };
        Some(Span { start, end: start + self.written_length(index) })
    }

    /// Whether the recording has a place for an expected note.
    pub(crate) fn is_reached(&self, index: usize) -> bool {
        let is_due = || self.due(index).is_some_and(|due| (0.0..self.length).contains(&due.start));
        self.assessment.notes[index].played_onset_s.is_some() || is_due()
    }

    /// The bars that begin within the recording.
    pub(crate) fn bar_lines(&self) -> Vec<GridLine> {
        let notes = &self.assessment.notes;
        let mut lines = Vec::new();
        let mut next = 0;
        for &(bar, score_s) in self.expected.bar_starts() {
            next += notes[next..].partition_point(|note| note.expected_onset_s < score_s - 1e-3);
            // A bar belongs to the note it begins with; the end of the last one, or of one before a rest, to the note before.
            let note = notes.get(next).filter(|note| note.bar == bar);
            let note = note.or_else(|| notes.get(next.checked_sub(1)?));
            if let Some(seconds) = note.and_then(|note| self.at(note, score_s))
                && (-0.5..=self.length).contains(&seconds)
            {
                let known = self.expected.notes().last().is_some_and(|last| bar <= last.bar);
                lines.push(GridLine { seconds: seconds.max(0.0), bar: known.then_some(bar) });
            }
        }
        lines.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        lines
    }

    /// When a moment of the score near to a note was due.
    fn at(&self, note: &NoteAssessment, score_s: f64) -> Option<f64> {
        Some(note.predicted_onset_s? + (score_s - note.expected_onset_s) * self.slope(note.bar))
    }
}
