//! Piano rolls of parts of songs.

use rae_midi::{Beats, Performance, Sequence};
use rae_picture::{Excerpt, PianoRoll, PianoRollSettings};

use crate::{BarRange, Error};

/// A picture of the notes of a song: of these bars, else of the excerpt that the settings name.
pub fn piano_roll(
    song: &Sequence,
    mut settings: PianoRollSettings,
    bars: Option<BarRange>,
) -> Result<PianoRoll, Error> {
    if let Some(bars) = bars {
        let performance = Performance::new(song);
        let beats = Beats::new(song);
        let section = bars.section(&performance, beats.as_ref())?;
        // The last bar is shown whole, even where the song ends within it.
        let inner = bars.last.filter(|&last| beats.is_some_and(|beats| last < beats.bars()));
        let end = inner.map(|_| performance.seconds(section.end));
        settings.excerpt = Excerpt { start: performance.seconds(section.start), end };
    }
    Ok(PianoRoll::new(song, settings)?)
}
