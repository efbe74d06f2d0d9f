//! The assessment of sound.

use crate::align::{Alignment, Search};
use crate::assess::{Report, Settings, by_onset};
use crate::assessment::{Assessment, Status};
use crate::evidence::{Ear, LOW_RATE, Network, RATE, decimate};
use crate::expected::{Expected, ExpectedNote};
use crate::intonation::{Intonation, own_tuning};
use crate::played::PlayedNote;
use crate::scope::{Aligned, Outcome, Scope, best_scope};
use crate::training::Without;
use crate::verdict::{Certain, Judge, Trained};

/// Peak below which there is nothing to hear.
const SILENCE: f32 = 1e-4;

/// Least length of a recording, seconds.
const SHORTEST: f64 = 0.5;

/// So many samples in a row this near to the highest are clipped; how many such rows there must be, and how high that is at
/// least: in quiet recordings many samples are equal, since there are few levels.
const CLIPPED: f32 = 0.9999;
const CLIPPED_ROW: usize = 3;
const CLIPPED_ROWS: usize = 5;
const CLIPPED_LEVEL: f32 = 0.7;

/// Recordings that begin with a note are heard after so many samples of silence, so that it has something to rise from; how
/// loud beside loud stretches of the recording the first one must be for that, as powers.
const LEAD: usize = RATE as usize * 2 / 5;
const BEGINS: f64 = 0.1;

/// From here on a tuning may as well be one of the other sign, semitones.
const AMBIGUOUS: f64 = 0.35;

/// Notes that overlap by less sound alone; onsets closer than the second belong to one tone, whose end is not listened to;
/// seconds.
const OVERLAP: f64 = 0.08;
const BETWEEN: f64 = 0.1;
const BEFORE_END: f64 = 0.03;

/// Rate that recordings have to be at, hertz.
pub const RECORDING_RATE: u32 = RATE;

/// What listens and decides.
pub struct Assessor {
    onsets: Network,
    played: Network,
    extra: Network,
    without: Option<Without>,
}

impl Assessor {
    /// With the networks that came with it.
    pub fn new() -> Assessor {
        let read = |bytes: &[u8]| Network::read(bytes).expect("the engine's own networks are whole");
        Assessor {
            onsets: read(include_bytes!("../models/onsets.bin")),
            played: read(include_bytes!("../models/played.bin")),
            extra: read(include_bytes!("../models/extra.bin")),
            without: None,
        }
    }

    /// The same without a part of the method.
    pub(crate) fn without(without: Option<Without>) -> Assessor {
        Assessor { without, ..Assessor::new() }
    }

    fn leaves_out(&self, part: Without) -> bool {
        self.without == Some(part)
    }

    /// Assesses a mono recording at [`RECORDING_RATE`] against what is expected.
    pub fn assess(&self, expected: &Expected, audio: impl Into<Vec<f32>>, settings: &Settings) -> Assessment {
        self.assess_samples(expected, cleaned(audio.into()), settings)
    }

    fn assess_samples(&self, expected: &Expected, audio: Vec<f32>, settings: &Settings) -> Assessment {
        if is_silent(&audio) {
            let mut assessment = crate::assess(expected, &[], settings);
            assessment.quality.silent = true;
            return assessment;
        }
        let (clipped, powers) = (is_clipped(&audio, peak(&audio)), powers(&audio));
        let has_lead = begins_with_a_note(&powers) && !self.leaves_out(Without::Lead);
        let lead = if has_lead { LEAD } else { 0 };
        let audio = if lead > 0 { [vec![0.0; lead], audio].concat() } else { audio };
        let low = decimate(&audio);
        let scopes = expected.scopes();
        let Hearing { ear, heard, scope, outcome } =
            self.hear(&scopes, (&audio, &low), settings, expected.is_excerpt());
        let mut assessment = Report::new(expected, &heard, &outcome, settings).assessment();
        assessment.tuning_cents = Some(100.0 * ear.tuning());
        let alone = scope.of_expected(&sound_alone(&scope.notes));
        let listened = &mut Intonation::new(&audio, &low, ear.tuning());
        tune(&mut assessment, expected, (&outcome.alignment, &alone), listened);
        assessment.quality.clipped = clipped;
        assessment.quality.snr_db = signal_to_noise(powers);
        begin_at(&mut assessment, lead as f64 / f64::from(RATE));
        assessment
    }
}

/// What was heard, and what became of the expected notes.
pub(crate) struct Hearing<'a> {
    ear: Ear,
    pub(crate) heard: Vec<PlayedNote>,
    scope: &'a Scope,
    pub(crate) outcome: Outcome,
}

impl Assessor {
    /// Listens to sound, as it is and decimated, and decides.
    pub(crate) fn hear<'a>(
        &self,
        scopes: &'a [Scope],
        sound: (&[f32], &[f32]),
        settings: &Settings,
        is_excerpt: bool,
    ) -> Hearing<'a> {
        let (ear, mut heard, (scope, alignment)) = self.listen(scopes, sound, settings);
        if let Some(alignment) = alignment.as_ref().filter(|_| !self.leaves_out(Without::WeakNotes)) {
            let predicted = scope.notes.iter().zip(&alignment.predicted);
            let predicted = predicted.filter_map(|(note, time)| Some(((*time)?, note.pitch)));
            heard.extend(ear.weak_notes(predicted, &heard, &self.onsets));
            by_onset(&mut heard);
        }
        let trained = Trained { ear: &ear, played: &self.played, extra: &self.extra };
        let judge: &dyn Judge = if self.leaves_out(Without::SecondDecision) { &Certain } else { &trained };
        let outcome = scope.decide((alignment, &heard), settings, (judge, is_excerpt));
        Hearing { ear, heard, scope, outcome }
    }

    /// What is heard, and how it is aligned. Half a semitone sharp sounds as half a semitone flat does; what fits the
    /// expected notes better is taken.
    fn listen<'a>(
        &self,
        scopes: &'a [Scope],
        (audio, low): (&[f32], &[f32]),
        settings: &Settings,
    ) -> (Ear, Vec<PlayedNote>, Aligned<'a>) {
        let search = match self.without {
            Some(Without::Jumps) => Search { jump: f64::INFINITY, ..Search::default() },
            Some(Without::LocalTempo) => Search { refinements: 0, ..Search::default() },
            _ => Search::default(),
        };
        let aligned = |heard: &[PlayedNote]| best_scope(scopes, heard, settings, search);
        let ear = if self.leaves_out(Without::Tuning) { Ear::tuned(audio, low, 0.0) } else { Ear::new(audio, low) };
        let heard = ear.notes(&self.onsets);
        let alignment = aligned(&heard);
        if ear.tuning().abs() < AMBIGUOUS {
            return (ear, heard, alignment);
        }
        let other = ear.tuning() - ear.tuning().signum();
        let pitch = |pitch: u8| if other < 0.0 { pitch.saturating_add(1).min(127) } else { pitch.saturating_sub(1) };
        let renamed: Vec<PlayedNote> =
            heard.iter().map(|note| PlayedNote { pitch: pitch(note.pitch), ..*note }).collect();
        let worth = |(_, alignment): &Aligned<'_>| alignment.as_ref().map_or(0.0, |alignment| alignment.worth);
        if worth(&aligned(&renamed)) <= worth(&alignment) {
            return (ear, heard, alignment);
        }
        drop(ear);
        let ear = Ear::tuned(audio, low, other);
        let heard = ear.notes(&self.onsets);
        let alignment = aligned(&heard);
        (ear, heard, alignment)
    }
}

impl Default for Assessor {
    fn default() -> Assessor {
        Assessor::new()
    }
}

fn peak(audio: &[f32]) -> f32 {
    audio.iter().map(|x| x.abs()).fold(0.0, f32::max)
}

/// Whether there is nothing to hear.
pub(crate) fn is_silent(audio: &[f32]) -> bool {
    peak(audio) < SILENCE || (audio.len() as f64) < SHORTEST * f64::from(RATE)
}

/// Without a constant part and what is no number.
fn cleaned(mut audio: Vec<f32>) -> Vec<f32> {
    audio.iter_mut().filter(|x| !x.is_finite()).for_each(|x| *x = 0.0);
    let mean = audio.iter().copied().map(f64::from).sum::<f64>() / audio.len().max(1) as f64;
    audio.iter_mut().for_each(|x| *x -= mean as f32);
    audio
}

/// Adds the intonation of notes that are right. `alone`: by note, whether no other is expected while it sounds.
fn tune(
    assessment: &mut Assessment,
    expected: &Expected,
    (alignment, alone): (&Alignment, &[bool]),
    intonation: &mut Intonation<'_>,
) {
    let extras = assessment.extra_notes.iter().map(|extra| extra.onset_s);
    let mut onsets: Vec<f64> = assessment.notes.iter().filter_map(|note| note.played_onset_s).chain(extras).collect();
    onsets.sort_by(f64::total_cmp);
    for (index, (note, expected)) in assessment.notes.iter_mut().zip(expected.notes()).enumerate() {
        let (Status::Correct, Some(onset), Some(key)) = (note.status, note.played_onset_s, note.played_pitch) else {
            continue;
        };
        let length = expected.duration * alignment.slopes.get(index).copied().unwrap_or(1.0);
        let next = onsets.get(onsets.partition_point(|&other| other <= onset + BETWEEN)).copied();
        let end = next.unwrap_or(f64::INFINITY).min(onset + length) - BEFORE_END;
        let contour = if alone[index] { intonation.contour(key, onset, end) } else { None };
        match contour {
            Some((cents, vibrato)) => (note.cents_error, note.vibrato) = (Some(cents), vibrato),
            None => note.cents_error = intonation.cents(key, onset, expected.duration),
        }
    }
    let cents: Vec<f64> = assessment.notes.iter().filter_map(|note| note.cents_error).collect();
    let Some(own) = own_tuning(&cents) else { return };
    for note in &mut assessment.notes {
        note.cents_vs_own_tuning = note.cents_error.map(|cents| cents - own);
    }
}

/// By note, whether no other is due while it sounds.
fn sound_alone(notes: &[ExpectedNote]) -> Vec<bool> {
    let mut sounding = f64::NEG_INFINITY;
    let alone = |(index, note): (usize, &ExpectedNote)| {
        let end = note.onset + note.duration;
        let next = notes.get(index + 1).map_or(f64::INFINITY, |next| next.onset);
        let alone = sounding <= note.onset + OVERLAP && next >= end - OVERLAP.min(0.5 * note.duration);
        sounding = sounding.max(end);
        alone
    };
    notes.iter().enumerate().map(alone).collect()
}

/// Whether samples lie at the highest level again and again.
fn is_clipped(audio: &[f32], peak: f32) -> bool {
    let mut row = 0;
    let rows = audio.iter().filter(|x| {
        row = if x.abs() >= CLIPPED * peak { row + 1 } else { 0 };
        row == CLIPPED_ROW
    });
    peak >= CLIPPED_LEVEL && rows.count() >= CLIPPED_ROWS
}

/// Powers of stretches of 100 ms.
fn powers(audio: &[f32]) -> Vec<f64> {
    let power = |piece: &[f32]| piece.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / piece.len() as f64;
    audio.chunks_exact(LOW_RATE as usize * 4 / 10).map(power).collect()
}

/// The power that a share of the stretches stay below.
fn power_at(powers: &mut [f64], share: f64) -> Option<f64> {
    let index = (share * powers.len() as f64) as usize;
    (index < powers.len()).then(|| *powers.select_nth_unstable_by(index, f64::total_cmp).1)
}

fn begins_with_a_note(powers: &[f64]) -> bool {
    let loud = power_at(&mut powers.to_vec(), 0.9);
    powers.first().zip(loud).is_some_and(|(first, loud)| *first >= BEGINS * loud)
}

/// Moves all times of the recording so many seconds towards its beginning.
fn begin_at(assessment: &mut Assessment, seconds: f64) {
    let move_played = |time: &mut f64| *time = (*time - seconds).max(0.0);
    for note in &mut assessment.notes {
        note.predicted_onset_s.iter_mut().for_each(|time| *time -= seconds);
        note.played_onset_s.iter_mut().for_each(move_played);
    }
    assessment.timing_deviations.iter_mut().for_each(|note| move_played(&mut note.played_onset_s));
    assessment.extra_notes.iter_mut().for_each(|note| move_played(&mut note.onset_s));
    assessment.restarts.iter_mut().for_each(|jump| {
        move_played(&mut jump.at_s);
        move_played(&mut jump.abandoned_from_s);
    });
    assessment.abandoned.iter_mut().for_each(|stretch| {
        move_played(&mut stretch.from_s);
        move_played(&mut stretch.until_s);
    });
    assessment.sections.iter_mut().for_each(|section| section.recording_s.iter_mut().for_each(|time| *time -= seconds));
}

/// Ratio of loud to quiet stretches of 100 ms, decibels: the level that a tenth of them exceed by that which a tenth stay
/// below.
fn signal_to_noise(mut powers: Vec<f64>) -> Option<f64> {
    let (quiet, loud) = (power_at(&mut powers, 0.1)?, power_at(&mut powers, 0.9)?);
    Some(10.0 * ((loud + 1e-12) / (quiet + 1e-12)).log10())
}

#[cfg(test)]
mod tests {
    use super::is_clipped;

    #[test]
    fn only_loud_recordings_are_clipped() {
        let sine = |level: f32| (0..16_000).map(move |n| level * (0.1 * n as f32).sin());
        let peak = |audio: &[f32]| audio.iter().map(|x| x.abs()).fold(0.0, f32::max);
        let quiet: Vec<f32> = sine(20.0).map(|x| x.round() / 32_768.0).collect();
        let cut: Vec<f32> = sine(1.5).map(|x| x.clamp(-1.0, 1.0)).collect();
        let whole: Vec<f32> = sine(0.9).collect();
        assert_eq!([&quiet, &cut, &whole].map(|audio| is_clipped(audio, peak(audio))), [false, true, false]);
    }
}
