//! Everything that is drawn, without saying on what.

use rae_analysis::{Abandoned, Restart, Section, TempoReport};
use rae_picture::{GridLine, Pitches, RollNote};

use crate::marks::{Marks, NoteMark};
use crate::rows::Rows;
use crate::time::{Span, Time};
use crate::{PerformanceReport, Sound};

/// Width of all pictures, in logical pixels.
pub(crate) const WIDTH: f32 = 760.0;

/// What the pictures of a report show.
pub(crate) struct Sheet<'a> {
    pub(crate) marks: Marks,
    pub(crate) lines: Vec<GridLine>,
    pub(crate) rows: Rows,
    pub(crate) pitches: Pitches,
    pub(crate) restarts: &'a [Restart],
    pub(crate) abandoned: &'a [Abandoned],
    pub(crate) sound: Option<&'a Sound>,
    /// The highest sample, by which the waveform is scaled.
    pub(crate) peak: f32,
    pub(crate) sections: &'a [Section],
    pub(crate) weakest: &'a [u64],
    pub(crate) tempo: &'a TempoReport,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(report: &PerformanceReport<'a>) -> Sheet<'a> {
        let PerformanceReport { expected, assessment, sound, .. } = *report;
        let judged = assessment.reason.is_none() && !assessment.quality.silent;
        let time = Time::new(expected, assessment, sound.map(Sound::seconds));
        let marks = Marks::new(expected, assessment, &time);
        let lines = time.bar_lines();
        // Of another piece nothing was played again.
        let abandoned: &[Abandoned] = if judged { &assessment.abandoned } else { &[] };
        let rows = Rows::new(&marks.notes, abandoned, &lines, time.length);
        let keys = marks.notes.iter().flat_map(|mark| mark.keys());
        let keys: Vec<RollNote> = keys.map(|key| roll_note(key, Span { start: 0.0, end: 0.0 })).collect();
        Sheet {
            pitches: Pitches::of(&keys),
            marks,
            lines,
            rows,
            restarts: if judged { &assessment.restarts } else { &[] },
            abandoned,
            sound,
            peak: sound.map_or(0.0, highest),
            // Bars are not compared where they were not played.
            sections: if judged { &assessment.sections } else { &[] },
            weakest: &assessment.weakest_bars,
            tempo: &assessment.tempo,
        }
    }

    /// The marks of a row: those that begin in it, and those that still last.
    pub(crate) fn marks_in(&self, row: Span) -> impl Iterator<Item = &NoteMark> {
        let ends = |mark: &NoteMark| mark.instead_of.map_or(mark.span.end, |(_, due)| due.end.max(mark.span.end));
        let begins =
            |mark: &NoteMark| mark.instead_of.map_or(mark.span.start, |(_, due)| due.start.min(mark.span.start));
        self.marks.notes.iter().filter(move |mark| begins(mark) < row.end && ends(mark) > row.start)
    }
}

impl NoteMark {
    fn keys(&self) -> impl Iterator<Item = u8> {
        [Some(self.key), self.instead_of.map(|(key, _)| key)].into_iter().flatten()
    }
}

pub(crate) fn roll_note(key: u8, span: Span) -> RollNote {
    RollNote { start: span.start, end: span.end, key: key.min(127), velocity: 100, series: 0, drum: false }
}

fn highest(sound: &Sound) -> f32 {
    let columns = sound.peaks.columns(0, 0..sound.peaks.frames(), 4096);
    columns.iter().map(|column| column.max.max(-column.min)).fold(0.0, f32::max)
}
