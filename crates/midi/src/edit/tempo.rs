//! Faster and slower, in the tempo map; no event moves.

use crate::edit::insert_at_start;
use crate::tempo::{DEFAULT_TEMPO, tracks_of_patterns};
use crate::{Division, Error, Event, Meta, Sequence, Speed};

const MICROSECONDS: std::ops::RangeInclusive<u64> = 1..=0xFF_FFFF;

/// Makes every tempo, also the one before the first tempo event, so much faster, to the nearest microsecond per quarter.
///
/// # Errors
/// [`Error::AbsoluteTime`] where tempo has no effect, and [`Error::Setting`] where a tempo would leave 3.6 to 60 million
/// quarters per minute.
pub fn scale_tempo(mut sequence: Sequence, speed: Speed) -> Result<Sequence, Error> {
    demand_beats(&sequence)?;
    if speed == Speed::NORMAL {
        return Ok(sequence);
    }
    for tracks in tracks_of_patterns(&sequence) {
        let pattern = &mut sequence.tracks[tracks];
        let is_first =
            |event: &crate::TrackEvent| event.tick == 0 && matches!(event.event, Event::Meta(Meta::Tempo(_)));
        if !pattern.iter().any(|track| track.events.iter().any(is_first))
            && let Some(track) = pattern.first_mut()
        {
            insert_at_start(track, Meta::Tempo(DEFAULT_TEMPO));
        }
    }
    for event in sequence.tracks.iter_mut().flat_map(|track| &mut track.events) {
        if let Event::Meta(Meta::Tempo(tempo)) = &mut event.event {
            let speed = u64::from(speed.millionths());
            let scaled = (2_000_000 * u64::from(*tempo) + speed) / (2 * speed);
            *tempo = checked(scaled)?;
        }
    }
    Ok(sequence)
}

/// One tempo for the whole sequence, in quarter notes per minute, to the nearest microsecond per quarter.
///
/// # Errors
/// As [`scale_tempo`].
pub fn set_tempo(mut sequence: Sequence, bpm: f64) -> Result<Sequence, Error> {
    demand_beats(&sequence)?;
    let microseconds = (60e6 / bpm).round();
    if !(*MICROSECONDS.start() as f64..=*MICROSECONDS.end() as f64).contains(&microseconds) {
        let what = format!("bpm is {bpm}; choose 3.6 to 60000000 quarter notes per minute, such as 120");
        return Err(Error::Setting { what });
    }
    let tempo = microseconds as u32;
    for track in &mut sequence.tracks {
        track.events.retain(|event| !matches!(event.event, Event::Meta(Meta::Tempo(_))));
    }
    for tracks in tracks_of_patterns(&sequence) {
        if let Some(track) = sequence.tracks[tracks].first_mut() {
            insert_at_start(track, Meta::Tempo(tempo));
        }
    }
    Ok(sequence)
}

fn checked(microseconds: u64) -> Result<u32, Error> {
    if !MICROSECONDS.contains(&microseconds) {
        let what = format!(
            "a tempo would be {microseconds} microseconds per quarter note; a file can say {} to {}",
            MICROSECONDS.start(),
            MICROSECONDS.end()
        );
        return Err(Error::Setting { what });
    }
    Ok(microseconds as u32)
}

/// Refuses a sequence whose ticks are absolute time.
pub(crate) fn demand_beats(sequence: &Sequence) -> Result<u16, Error> {
    match sequence.division {
        Division::TicksPerQuarter(ticks) => Ok(ticks.max(1)),
        Division::Smpte { .. } => Err(Error::AbsoluteTime),
    }
}
