//! Listening along: where in the piece a player is, and what became of the notes so far.
//!
//! A window of the last seconds is assessed again and again, beside the notes around the place where the player should be;
//! where little of that is heard, beside all notes.

use crate::assess::Settings;
use crate::assessment::Status;
use crate::evidence::{RATE, decimate};
use crate::expected::Expected;
use crate::recording::{Assessor, Hearing, is_silent};
use crate::resample::Resampler;
use crate::timing::median;
use crate::verdict::Verdict;

/// Seconds that are listened to at once.
const WINDOW: f64 = 12.0;

/// Samples between two looks, and samples of the player's that are taken at once.
const STEP: usize = RATE as usize / 10;
const BLOCK: usize = 4096;

/// Notes are expected from so many seconds before the player's place at the window's start to so many after the present one.
const BEFORE: f64 = 2.0;
const AHEAD: f64 = 4.0;

/// Share of what was heard and expected that must answer each other, and the least number of answers.
const FOUND: f64 = 0.45;
const LEAST_ANSWERS: usize = 3;

/// Looks without success after which the player is looked for in the whole piece, in so many last seconds.
const LOST: usize = 20;
const SEARCHED: f64 = 8.0;

/// A note is decided about from so many seconds after its time on, until the window's first second has come to it.
const DECIDED_AFTER: f64 = 0.28;
const SETTLED: f64 = 1.0;

/// The tempo comes from the answers of so many last seconds, at least from so many, and the place from the last of those that
/// are this near to where the others say.
const RECENT: f64 = 2.0;
const RECENT_ANSWERS: usize = 3;
const AGREEING: f64 = 0.4;

/// Onsets that are closer are one, seconds.
const TOGETHER: f64 = 0.05;

/// Another place than the one that was carried on to, by so many seconds, is believed after so many looks that agree on it;
/// of a player who is lost a look counts as several.
const SURPRISE: f64 = 0.25;
const BELIEVED: usize = 6;
const WHEN_LOST: usize = 3;

/// Seconds after the last note for which somebody is said to play.
const PLAYING: f64 = 3.0;

/// Louder samples are as loud as this: what follows computes with squares.
const LOUDEST: f32 = 16.0;

/// Looks between two searches in the whole piece.
const SEARCH_EVERY: usize = 5;

/// So much silence after the end decides about the last notes, seconds.
const ENDING: f64 = 0.5;

/// How confidence fades with each look that finds nothing.
const FADING: f64 = 0.97;

/// How much of a small difference each look takes up.
const TAKEN_UP: f64 = 0.5;

/// The place is said to move on for so long after the last note that was heard, seconds, or to the second note after it.
const CARRIED_ON: f64 = 1.5;

/// Where in the piece the player is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Seconds of the recording up to now.
    pub recording_s: f64,
    /// Seconds of the score that the player has reached.
    pub score_s: f64,
    /// The bar.
    pub bar: u64,
    /// The beat of the bar, from 1, with its fraction: 2.5 is half a beat after the second. `None` where the file knows no
    /// beats, and before and after the bars that have notes.
    pub beat: Option<f64>,
    /// Played tempo by written tempo.
    pub tempo: f64,
    /// Share of what was heard and expected lately that answers each other, 0 to 1.
    pub confidence: f64,
    /// Whether a note was heard in its place during the last three seconds.
    pub playing: bool,
}

/// What became of an expected note so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FollowedNote {
    /// None while the player has not been there, and of notes that surely were left out, which never had a time.
    pub status: Option<Status>,
    /// When it was played, seconds of the recording.
    pub played_onset_s: Option<f64>,
}

/// Follows a player through a piece.
pub struct Follower {
    assessor: Assessor,
    expected: Expected,
    resampler: Resampler,
    /// The window, and where it begins in the recording, samples.
    audio: Vec<f32>,
    start: usize,
    /// Samples behind the window, less than a step.
    coming: Vec<f32>,
    rate: u32,
    settings: Settings,
    notes: Vec<FollowedNote>,
    position: Option<Position>,
    /// Recording and score times of places before.
    track: Vec<(f64, f64)>,
    failures: usize,
    /// Where another place was found, how, and how often.
    other: Option<(f64, Place, usize)>,
    /// When the last note was heard in its place, seconds of the recording.
    note_at: f64,
    /// Until when the place is carried on without being found, seconds of the recording.
    carried_until: f64,
}

impl Follower {
    /// Of a player whose sound, mono, comes at `rate` hertz; `None` for rates below 1 kHz or above 1 MHz. Of the settings only
    /// the octaves count.
    pub fn new(expected: Expected, rate: u32, settings: Settings) -> Option<Follower> {
        let resampler = (1_000..=1_000_000).contains(&rate).then(|| Resampler::new(rate, RATE))?;
        let notes = vec![FollowedNote::default(); expected.notes().len()];
        Some(Follower {
            assessor: Assessor::new(),
            expected,
            resampler,
            audio: Vec::new(),
            start: 0,
            coming: Vec::new(),
            rate,
            settings,
            notes,
            position: None,
            track: Vec::new(),
            failures: 0,
            other: None,
            note_at: 0.0,
            carried_until: 0.0,
        })
    }

    /// Takes the next samples, as many as there are. What comes of them does not depend on how they are cut into blocks; those
    /// that are no numbers are silent. A look at the last 12 s is taken ten times a second of sound.
    pub fn push(&mut self, samples: &[f32]) {
        for block in samples.chunks(BLOCK) {
            let samples = block.iter().map(|x| if x.is_finite() { x.clamp(-LOUDEST, LOUDEST) } else { 0.0 });
            self.resampler.push(samples, &mut self.coming);
            let mut coming = std::mem::take(&mut self.coming);
            let whole = coming.len() / STEP * STEP;
            for step in coming[..whole].chunks(STEP) {
                self.audio.extend_from_slice(step);
                self.drop_the_old();
                self.look();
            }
            coming.drain(..whole);
            self.coming = coming;
        }
    }

    /// What became of each expected note, after half a second of silence: verdicts like those of [`Assessor::assess`], which
    /// hears the whole recording and therefore knows better in doubt, and says missed of what was left out. What is pushed
    /// later comes after that silence.
    pub fn finish(&mut self) -> &[FollowedNote] {
        self.push(&vec![0.0; (ENDING * f64::from(self.rate)) as usize]);
        &self.notes
    }

    /// Where the player is; `None` until that is known.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// What became of each expected note.
    pub fn notes(&self) -> &[FollowedNote] {
        &self.notes
    }

    fn drop_the_old(&mut self) {
        let most = (WINDOW * f64::from(RATE)) as usize;
        let old = self.audio.len().saturating_sub(most);
        self.audio.drain(..old);
        self.start += old;
    }

    fn look(&mut self) {
        let lost = self.failures >= LOST;
        let skipped = if lost { self.audio.len().saturating_sub((SEARCHED * f64::from(RATE)) as usize) } else { 0 };
        let audio = &self.audio[skipped..];
        let start = (self.start + skipped) as f64 / f64::from(RATE);
        let now = start + audio.len() as f64 / f64::from(RATE);
        let range = if lost { 0..self.notes.len() } else { self.near_notes(start, now) };
        if range.is_empty() || is_silent(audio) {
            return self.carry_on(now);
        }
        if lost && !self.failures.is_multiple_of(SEARCH_EVERY) {
            return self.fail(now);
        }
        let first = range.start;
        let part = self.expected.slice(range);
        let scope = [part.alone()];
        let view = self.assessor.hear(&scope, (audio, &decimate(audio)), &self.settings, false);
        let Some(found) = view.place(&part, now - start) else { return self.fail(now) };
        let Some(found) = self.believed(found, now, if lost { WHEN_LOST } else { 1 }) else { return self.fail(now) };
        self.failures = 0;
        self.carried_until = now + CARRIED_ON;
        self.track.retain(|(at, _)| *at >= start - 1.0);
        self.track.push((now, found.score));
        let (bar, beat) = beat_at(&self.expected, found.score);
        self.position = Some(Position {
            recording_s: now,
            score_s: found.score,
            bar,
            beat,
            tempo: 1.0 / found.slope,
            confidence: found.explained,
            playing: now - (start + found.heard) < PLAYING,
        });
        self.note_at = start + found.heard;
        for (index, time) in view.outcome.alignment.predicted.iter().enumerate() {
            let settled = if start > 0.0 { SETTLED } else { f64::NEG_INFINITY };
            if time.is_some_and(|time| time > settled && time < now - start - DECIDED_AFTER) {
                self.notes[first + index] = view.note(index, start);
            }
        }
    }

    /// Notes that may be played in the window.
    fn near_notes(&self, start: f64, now: f64) -> std::ops::Range<usize> {
        let notes = self.expected.notes();
        let (from, to) = match (self.track.iter().find(|(at, _)| *at >= start), self.position) {
            (Some(&(at, score)), Some(position)) => {
                let since = (now - position.recording_s) * position.tempo;
                (score - (at - start) * position.tempo.max(1.0), position.score_s + since)
            }
            // Nobody has been heard yet: near the beginning.
            _ => (0.0, 1.8 * now),
        };
        let first = notes.partition_point(|note| note.onset < from - BEFORE);
        let end = notes.partition_point(|note| note.onset <= to + AHEAD);
        first..end.max(first)
    }

    /// A place between the one found and the one carried on to; one far from that only once it was found often.
    fn believed(&mut self, found: Place, now: f64, looks: usize) -> Option<Place> {
        let Some(position) = self.position else { return Some(found) };
        let carried = position.score_s + (now - position.recording_s) * position.tempo;
        let difference = found.score - carried;
        if difference.abs() < SURPRISE {
            self.other = None;
            return Some(Place { score: carried + TAKEN_UP * difference, ..found });
        }
        let before = self.other.take();
        let same = |(at, place, _): &(f64, Place, usize)| {
            (place.score + (now - at) / place.slope - found.score).abs() < SURPRISE
        };
        let times = looks + before.filter(same).map_or(0, |(_, _, times)| times);
        if times >= BELIEVED {
            return Some(found);
        }
        self.other = Some((now, found, times));
        None
    }

    fn fail(&mut self, now: f64) {
        self.failures += 1;
        self.carry_on(now);
    }

    /// The place moves on for a while although it was not found.
    fn carry_on(&mut self, now: f64) {
        let Some(position) = &mut self.position else { return };
        if now < self.carried_until {
            position.score_s += (now - position.recording_s) * position.tempo;
            (position.bar, position.beat) = beat_at(&self.expected, position.score_s);
        }
        position.recording_s = now;
        position.confidence *= FADING;
        position.playing = now - self.note_at < PLAYING;
    }
}

/// Bar and beat at a time of the score; without beats the bar of the last note before it.
fn beat_at(expected: &Expected, score: f64) -> (u64, Option<f64>) {
    if let Some((bar, beat)) = expected.beat_at(score) {
        return (bar, Some(beat));
    }
    let notes = expected.notes();
    let after = notes.partition_point(|note| note.onset <= score);
    (notes.get(after.saturating_sub(1)).map_or(1, |note| note.bar), None)
}

/// Where the window's end lies in the score.
#[derive(Clone, Copy)]
struct Place {
    score: f64,
    slope: f64,
    explained: f64,
    /// When the last answer was heard, seconds of the window.
    heard: f64,
}

impl Hearing<'_> {
    /// From the answers of the last seconds: their common tempo, and the last of them that agrees with the rest.
    fn place(&self, part: &Expected, end: f64) -> Option<Place> {
        let path = &self.outcome.alignment.path;
        let answers: Vec<_> = path.iter().map(|&(note, time)| (note, part.notes()[note].onset, time)).collect();
        let latest = answers.last()?.2;
        let few = answers[answers.len().saturating_sub(RECENT_ANSWERS)].2 - 1e-3;
        let since = few.min(latest - RECENT);
        let recent: Vec<_> = answers.iter().filter(|answer| answer.2 > since).collect();
        let pairs = recent.iter().enumerate().flat_map(|(n, a)| recent[n + 1..].iter().map(move |b| (a, b)));
        let slopes = pairs.filter(|(a, b)| b.1 - a.1 > 0.3).map(|(a, b)| (b.2 - a.2) / (b.1 - a.1));
        let slopes: Vec<f64> = slopes.collect();
        if slopes.is_empty() {
            return None;
        }
        let slope = median(slopes).clamp(0.35, 3.0);
        let offset = |answer: &(usize, f64, f64)| answer.2 - slope * answer.1;
        let usual = median(recent.iter().map(|answer| offset(answer)).collect());
        let agree: Vec<_> = recent.iter().filter(|answer| (offset(answer) - usual).abs() < AGREEING).collect();
        let (first, last) = (agree.first()?, agree.last()?);
        // A small jump back may lie between them.
        let onsets = part.notes()[first.0.min(last.0)..=last.0].iter().map(|note| note.onset);
        let expected = separate(onsets);
        let likely = self.heard.iter().filter(|note| note.log_odds > 0.0).map(|note| note.onset);
        let beside = separate(likely.filter(|onset| *onset > since)).saturating_sub(recent.len());
        let explained = (agree.len() as f64 / (expected + beside) as f64).min(1.0);
        let later = part.notes()[last.0..].iter().filter(|note| note.onset > last.1 + 0.05).nth(1);
        let carried = later.map_or(CARRIED_ON, |note| (note.onset - last.1).max(CARRIED_ON));
        let score = last.1 + ((end - last.2) / slope).min(carried);
        let heard = last.2;
        (agree.len() >= LEAST_ANSWERS && explained >= FOUND).then_some(Place { score, slope, explained, heard })
    }

    fn note(&self, index: usize, start: f64) -> FollowedNote {
        let verdict = self.outcome.verdicts.notes[index];
        let status = match verdict {
            Verdict::Correct { .. } => Status::Correct,
            Verdict::WrongPitch { .. } => Status::WrongPitch,
            Verdict::Missed => Status::Missed,
        };
        FollowedNote {
            status: Some(status),
            played_onset_s: verdict.heard().map(|heard| start + self.heard[heard].onset),
        }
    }
}

/// How many of these ascending times are not together with one before.
fn separate(times: impl Iterator<Item = f64>) -> usize {
    let mut last = f64::NEG_INFINITY;
    let apart = |time: &f64| {
        let apart = *time - last > TOGETHER;
        if apart {
            last = *time;
        }
        apart
    };
    times.filter(apart).count()
}
