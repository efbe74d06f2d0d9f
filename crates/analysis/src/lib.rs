//! A student's playing beside the notes that were expected: what was right, wrong, missed or added, early or late.
//!
//! [`Expected`] holds the notes of a piece, [`PlayedNote`]s what was heard or recorded. [`assess`] aligns the two (restarts,
//! repeats, late starts and early stops included), decides about every note and says in an [`Assessment`] what came of it.
//! A [`Follower`] says while somebody plays where in the piece that is and what became of the notes so far.

#![forbid(unsafe_code)]

mod advice;
mod align;
mod assess;
mod assessment;
mod contour;
mod difficulty;
mod evidence;
mod expected;
mod follower;
mod hands;
mod intonation;
mod midi_notes;
mod played;
mod recording;
mod resample;
mod scope;
mod sections;
mod timing;
pub mod training;
mod verdict;

pub use assess::{Settings, Strictness, assess};
pub use assessment::{
    Abandoned, Advice, AdviceCode, Assessment, Counts, ExtraNote, NoteAssessment, Quality, Restart, Section, Status,
    TempoPoint, TempoReport, Timing, TimingDeviation,
};
pub use contour::Vibrato;
pub use difficulty::Difficulty;
pub use expected::{Expected, ExpectedNote, Part};
pub use follower::{FollowedNote, Follower, Position};
pub use hands::{Hand, HandError, SPLIT};
pub use played::{PlayedNote, played_notes};
pub use recording::{Assessor, RECORDING_RATE};
