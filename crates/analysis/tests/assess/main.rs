//! Performances with known mistakes, assessed.

mod follow;
mod performer;
mod sound;

use performer::{CLEAN, Dice, Manner, Performance, Truth, accompanied, melody, note, perform, played, warp};
use rae_analysis::{AdviceCode, Assessment, Expected, ExpectedNote, Settings, Status, Strictness, Timing, assess};

const CARELESS: Manner =
    Manner { wrong: 0.06, missed: 0.06, extra: 0.06, jitter: 0.015, slope: 1.0, drift: 0.05, lead: 1.3 };

fn standard(expected: &Expected, performance: &Performance) -> Assessment {
    assess(expected, &performance.played, &Settings::default())
}

/// Verdicts that differ from the truth, and extra notes that are in one only.
fn errors(assessment: &Assessment, performance: &Performance) -> usize {
    let differs = |(note, truth): (&rae_analysis::NoteAssessment, &Truth)| match truth {
        Truth::Right(time) => note.status != Status::Correct || note.played_onset_s != Some(*time),
        Truth::Wrong(time, pitch) => {
            (note.status, note.played_onset_s, note.played_pitch) != (Status::WrongPitch, Some(*time), Some(*pitch))
        }
        Truth::Missed => note.status != Status::Missed,
    };
    assert_eq!(assessment.notes.len(), performance.truth.len());
    let notes = assessment.notes.iter().zip(&performance.truth).filter(|pair| differs(*pair)).count();
    let known = |extra: &rae_analysis::ExtraNote| performance.extras.contains(&(extra.onset_s, extra.pitch));
    let extras = assessment.extra_notes.iter().filter(|extra| known(extra)).count();
    notes + assessment.extra_notes.len() + performance.extras.len() - 2 * extras
}

#[test]
fn a_clean_performance_is_all_right_at_any_tempo() {
    let mut dice = Dice(1);
    for slope in [0.6, 0.8, 1.0, 1.3, 1.6] {
        for expected in [melody(&mut dice, 48.0, 100.0), accompanied(&mut dice, 32.0, 90.0)] {
            let performance = perform(&expected, &Manner { slope, ..CLEAN }, &mut dice);
            let assessment = standard(&expected, &performance);
            assert_eq!(errors(&assessment, &performance), 0, "at {slope}");
            assert_eq!((assessment.pitch_accuracy, assessment.completion), (Some(1.0), 1.0));
            assert!(assessment.rhythm_accuracy.unwrap() > 0.9999);
            let due =
                assessment.notes.iter().map(|note| note.predicted_onset_s.unwrap() - note.played_onset_s.unwrap());
            assert!(due.map(f64::abs).fold(0.0, f64::max) < 0.005);
            assert!((assessment.tempo.ratio.unwrap() * slope - 1.0).abs() < 1e-3);
            assert!(assessment.tempo.steadiness.unwrap() > 0.99);
            assert!(assessment.quality.same_piece_probability > 0.99);
            assert_eq!(assessment.advice[0].code, AdviceCode::WellDone);
            assert_eq!(assessment.weakest_bars, []);
        }
    }
}

#[test]
fn mistakes_are_found_where_they_are() {
    let mut dice = Dice(2);
    let (mut all, mut wrong) = (0, 0);
    for round in 0..30 {
        let slope = dice.between(0.7, 1.4);
        let bpm = dice.between(70.0, 115.0);
        let expected = if round % 2 == 0 { melody(&mut dice, 48.0, bpm) } else { accompanied(&mut dice, 32.0, bpm) };
        let performance = perform(&expected, &Manner { slope, ..CARELESS }, &mut dice);
        let assessment = standard(&expected, &performance);
        all += expected.notes().len();
        wrong += errors(&assessment, &performance);
        let c = assessment.counts;
        assert_eq!(assessment.notes_played, c.correct + c.wrong_pitch + c.extra);
        assert_eq!(assessment.notes_expected, c.correct + c.wrong_pitch + c.missed);
        let accuracy = c.correct as f64 / (c.correct + c.wrong_pitch + c.missed + c.extra) as f64;
        assert_eq!(assessment.pitch_accuracy, Some(accuracy));
    }
    assert!(wrong * 200 <= all, "{wrong} errors among {all} notes");
}

#[test]
fn an_uneven_rhythm_costs_what_the_definition_says() {
    let notes = (0..40).map(|n| note(0.5 * f64::from(n), 0.4, 60 + (n % 8) as u8, 1 + n as u64 / 8)).collect();
    let expected = Expected::from_notes(notes);
    // Every fourth note is 120 ms late: half of its point is lost; the robust line stays with the others.
    let late = |index: usize| if index % 4 == 2 { 0.12 } else { 0.0 };
    let notes: Vec<_> =
        expected.notes().iter().enumerate().map(|(i, note)| played(1.0 + note.onset + late(i), note.pitch)).collect();
    let assessment = assess(&expected, &notes, &Settings::default());
    assert!((assessment.rhythm_accuracy.unwrap() - 0.875).abs() < 0.01, "{:?}", assessment.rhythm_accuracy);
    for (index, deviation) in assessment.timing_deviations.iter().enumerate() {
        assert_eq!(deviation.expected_index, index);
        // At the ends, where the window has one side, the line leans towards late notes.
        if (6..34).contains(&index) {
            assert!((deviation.deviation_ms - 1e3 * late(index)).abs() < 25.0, "{deviation:?}");
        }
        let timing = if late(index) > 0.0 { Timing::Late } else { Timing::OnTime };
        assert_eq!(assessment.notes[index].timing, Some(timing));
    }
    let lenient = Settings { strictness: Strictness::Beginner, ..Settings::default() };
    let near: Vec<_> =
        notes.iter().map(|note| rae_analysis::PlayedNote { onset: note.onset * 0.999, ..*note }).collect();
    let beginner = assess(&expected, &near, &lenient);
    assert_eq!(beginner.notes[2].timing, Some(Timing::Late));
}

#[test]
fn going_back_is_a_restart_and_what_was_abandoned_is_not_held_against_the_player() {
    let mut dice = Dice(3);
    for round in 0..10 {
        let expected = melody(&mut dice, 48.0, 96.0);
        let notes = expected.notes();
        let cut = notes.len() * (4 + round % 4) / 10;
        let back = cut - 6;
        let manner = Manner { slope: 1.1, ..CLEAN };
        let resumed = warp(&manner, notes[cut].onset) + 1.0 - warp(&manner, notes[back].onset);
        let first = notes[..cut].iter().map(|note| played(warp(&manner, note.onset), note.pitch));
        let again = notes[back..].iter().map(|note| played(warp(&manner, note.onset) + resumed, note.pitch));
        let played: Vec<_> = first.chain(again).collect();
        let assessment = assess(&expected, &played, &Settings::default());
        assert_eq!((assessment.pitch_accuracy, assessment.extra_notes.len()), (Some(1.0), 0), "round {round}");
        assert_eq!(assessment.restarts.len(), 1);
        let restart = &assessment.restarts[0];
        assert!((restart.at_s - (warp(&manner, notes[back].onset) + resumed)).abs() < 0.06);
        assert!((restart.abandoned_from_s - warp(&manner, notes[back].onset)).abs() < 0.06);
        assert_eq!(restart.bar, notes[back].bar);
        assert!(assessment.rhythm_accuracy.unwrap() > 0.98);
    }
}

/// A melody of eight bars of eighths, played as said: stretches of it one after another, and notes at wrong pitches.
fn in_stretches(stretches: &[std::ops::Range<usize>], wrong: &[usize]) -> (Expected, Vec<rae_analysis::PlayedNote>) {
    let mut dice = Dice(32);
    let pitches: Vec<u8> = (0..64).map(|_| dice.pick(&[60, 62, 64, 65, 67, 69, 71, 72, 74, 76])).collect();
    let notes = (0..64).map(|n| note(0.25 * n as f64, 0.2, pitches[n], n as u64 / 8 + 1)).collect();
    let mut heard = Vec::new();
    let mut at = 1.0;
    for index in stretches.iter().cloned().flatten() {
        let pitch = pitches[index] + u8::from(wrong.contains(&index));
        heard.push(played(at, pitch));
        at += 0.25;
    }
    (Expected::from_notes(notes), heard)
}

#[test]
fn of_a_passage_repeated_at_the_end_only_what_was_repeated_is_abandoned() {
    let again = [16..32, 8..32, 16..32];
    for repeats in [&again[..1], &again[..2], &[16..32, 16..32]] {
        let stretches: Vec<_> = std::iter::once(0..64).chain(repeats.iter().cloned()).collect();
        let (expected, mut heard) = in_stretches(&stretches, &[40, 50]);
        heard.push(played(1.0 + 0.25 * 45.0 + 0.12, 90));
        let assessment = assess(&expected, &heard, &Settings::default());
        let wrong: Vec<usize> = (0..64).filter(|&n| assessment.notes[n].status != Status::Correct).collect();
        assert_eq!((wrong, assessment.counts.missed, assessment.counts.extra), (vec![40, 50], 0, 1));
        assert_eq!(assessment.sections[5].counts.extra, 1, "bar 6 has the added note: {:?}", assessment.sections);
        let first = 1.0 + 0.25 * stretches[1..].iter().map(|again| again.start).min().unwrap() as f64;
        let abandoned = assessment.abandoned[0];
        assert!((abandoned.from_s - first).abs() < 0.3 && (abandoned.until_s - 9.0).abs() < 0.3, "{abandoned:?}");
        assert_eq!(assessment.abandoned.len(), stretches.len() - 1);
        assert_eq!(assessment.restarts.len(), stretches.len() - 1);
    }
}

#[test]
fn what_is_left_out_is_missed_and_nothing_around_it_is() {
    // Bars 3 to 5 are left out.
    let (expected, heard) = in_stretches(&[0..16, 40..64], &[12, 44]);
    let assessment = assess(&expected, &heard, &Settings::default());
    for (index, note) in assessment.notes.iter().enumerate() {
        let wanted = match index {
            16..40 => Status::Missed,
            12 | 44 => Status::WrongPitch,
            _ => Status::Correct,
        };
        assert_eq!(note.status, wanted, "{index}");
        assert!(wanted != Status::Missed || note.predicted_onset_s.is_none(), "nobody can tell when: {note:?}");
    }
    assert_eq!((assessment.counts.extra, assessment.restarts.len()), (0, 0));
    assert_eq!((assessment.rhythm_accuracy, assessment.completion), (Some(1.0), 1.0));
}

#[test]
fn what_was_left_out_once_and_played_later_is_not_left_out() {
    let (expected, heard) = in_stretches(&[0..16, 40..64, 0..64], &[28]);
    let assessment = assess(&expected, &heard, &Settings::default());
    for (index, note) in assessment.notes.iter().enumerate() {
        assert_eq!(note.status == Status::WrongPitch, index == 28, "{note:?}");
        assert!(note.status == Status::Correct || index == 28, "{note:?}");
    }
    assert_eq!((assessment.counts.extra, assessment.restarts.len()), (0, 1));
}

#[test]
fn praise_is_true() {
    let whole = std::slice::from_ref(&(0..64));
    let (expected, mut heard) = in_stretches(whole, &[40]);
    let praise = |heard: &[rae_analysis::PlayedNote]| {
        let advice = assess(&expected, heard, &Settings::default()).advice;
        assert_eq!(advice[0].code, AdviceCode::WellDone);
        advice[0].text.clone()
    };
    assert_eq!(praise(&heard), "Nearly all notes are right. Well done!");
    heard.iter_mut().zip(in_stretches(whole, &[]).1).for_each(|(wrong, right)| *wrong = right);
    assert_eq!(praise(&heard), "All notes are there and in time. Well done!");
    heard[20].onset += 0.08;
    assert_eq!(praise(&heard), "All notes are right, nearly all in time. Well done!");
}

#[test]
fn late_starts_and_early_stops_are_missed_notes_and_say_how_far_it_went() {
    let mut dice = Dice(4);
    let expected = melody(&mut dice, 64.0, 100.0);
    let whole = perform(&expected, &CLEAN, &mut dice);
    let (from, to) = (expected.notes().len() / 4, expected.notes().len() / 2);
    let assessment = assess(&expected, &whole.played[from..to], &Settings::default());
    for (index, note) in assessment.notes.iter().enumerate() {
        let played = (from..to).contains(&index);
        assert_eq!(note.status, if played { Status::Correct } else { Status::Missed }, "note {index}");
    }
    assert!((assessment.completion - 0.25).abs() < 0.03);
    assert!(assessment.advice.iter().any(|advice| advice.code == AdviceCode::Unfinished));
    assert!(!assessment.advice.iter().any(|advice| advice.code == AdviceCode::MissedNotes));
    let reached = expected.notes()[from].bar..=expected.notes()[to - 1].bar;
    assert!(assessment.weakest_bars.iter().all(|bar| reached.contains(bar)), "what was not reached is not weak");
    assert!(assessment.quality.same_piece_probability > 0.99);
}

#[test]
fn another_piece_is_called_that_and_the_same_piece_badly_played_is_not() {
    let mut dice = Dice(5);
    for _ in 0..20 {
        let expected = melody(&mut dice, 40.0, 100.0);
        let other = perform(&melody(&mut dice, 40.0, 84.0), &CLEAN, &mut dice);
        let assessment = standard(&expected, &other);
        let same = assessment.quality.same_piece_probability;
        assert!(same < 0.5, "{same} {:?}", assessment.counts);
        assert_eq!((assessment.pitch_accuracy, assessment.rhythm_accuracy), (None, None));
        assert!(assessment.reason.is_some());
        let bad = Manner { wrong: 0.15, missed: 0.15, extra: 0.1, jitter: 0.05, ..CARELESS };
        let assessment = standard(&expected, &perform(&expected, &bad, &mut dice));
        assert!(assessment.quality.same_piece_probability > 0.9, "{:?}", assessment.counts);
    }
}

#[test]
fn nothing_played_and_nothing_expected_have_results_too() {
    let expected = melody(&mut Dice(6), 16.0, 100.0);
    let silence = assess(&expected, &[], &Settings::default());
    assert_eq!((silence.pitch_accuracy, silence.rhythm_accuracy), (Some(0.0), None));
    assert_eq!((silence.notes_played, silence.notes_expected), (0, expected.notes().len()));
    assert!(silence.advice.is_empty() && silence.weakest_bars.is_empty());
    assert!(silence.quality.silent && silence.notes.iter().all(|note| note.status == Status::Missed));
    let nothing = assess(&Expected::default(), &[played(1.0, 60), played(f64::NAN, 60)], &Settings::default());
    assert_eq!((nothing.pitch_accuracy, nothing.notes_played), (None, 1));
    assert!(nothing.reason.unwrap().contains("no notes are expected"));
    let lone = Expected::from_notes(vec![note(0.0, 1.0, 60, 1)]);
    let assessment = assess(&lone, &[played(0.4, 60)], &Settings::default());
    assert_eq!(assessment.notes_expected, 1);
}

#[test]
fn octaves_count_only_where_they_are_asked_to() {
    let mut dice = Dice(7);
    let expected = melody(&mut dice, 32.0, 100.0);
    let mut low = perform(&expected, &CLEAN, &mut dice);
    low.played.iter_mut().for_each(|note| note.pitch -= 12);
    let any_octave = Settings { any_octave: true, ..Settings::default() };
    let assessment = assess(&expected, &low.played, &any_octave);
    assert_eq!(assessment.pitch_accuracy, Some(1.0));
    assert_eq!(assessment.notes[0].played_pitch, Some(expected.notes()[0].pitch - 12));
    let strict = standard(&expected, &low);
    assert!(strict.counts.correct * 2 < expected.notes().len());
}

#[test]
fn the_weakest_bars_are_those_with_the_mistakes() {
    let notes = (0..64).map(|n| note(0.5 * f64::from(n), 0.4, 60 + [0, 4, 7, 2][n as usize % 4], 1 + n as u64 / 4));
    let expected = Expected::from_notes(notes.collect());
    let wrong = |note: &ExpectedNote| note.bar == 5 || note.bar == 11 && note.pitch != 60;
    let played: Vec<_> =
        expected.notes().iter().filter(|note| !wrong(note)).map(|note| played(1.0 + note.onset, note.pitch)).collect();
    let assessment = assess(&expected, &played, &Settings::default());
    assert_eq!(assessment.weakest_bars, [5, 11]);
    assert_eq!(assessment.sections.len(), 16);
    assert_eq!((assessment.sections[4].counts.missed, assessment.sections[4].score), (4, 0.0));
    let practise = &assessment.advice[0];
    assert_eq!((practise.code, practise.bars.as_slice()), (AdviceCode::PractiseBars, [5, 11].as_slice()));
}

#[test]
fn a_rising_tempo_is_seen() {
    let notes = (0..120).map(|n| note(0.5 * f64::from(n), 0.4, 60 + (n * 5 % 12) as u8, 1 + n as u64 / 4));
    let expected = Expected::from_notes(notes.collect());
    // From as written to half as fast again at the end of the minute.
    let rising = |score: f64| 120.0 * (1.0 + score / 120.0).ln();
    let played: Vec<_> = expected.notes().iter().map(|note| played(1.0 + rising(note.onset), note.pitch)).collect();
    let assessment = assess(&expected, &played, &Settings::default());
    assert_eq!(assessment.pitch_accuracy, Some(1.0));
    for point in &assessment.tempo.curve {
        assert!((point.ratio / (1.0 + point.score_s / 120.0) - 1.0).abs() < 0.02, "{point:?}");
    }
    assert_eq!(assessment.advice[0].code, AdviceCode::Rushing);
}

#[test]
fn parts_in_unison_are_one_sound() {
    let dice = &mut Dice(8);
    let single = melody(dice, 32.0, 100.0);
    let doubled = single.notes().iter().flat_map(|n| [*n, ExpectedNote { onset: n.onset + 0.012, track: 1, ..*n }]);
    let expected = Expected::from_notes(doubled.collect());
    assert_eq!(expected.notes().len(), 2 * single.notes().len());
    let assessment = standard(&expected, &perform(&single, &CLEAN, dice));
    assert_eq!((assessment.pitch_accuracy, assessment.counts.extra), (Some(1.0), 0));
}

#[test]
fn pieces_of_absurd_density_have_results() {
    // A hundred thousand notes in ten seconds, as in files that are made to break players.
    let notes = (0..100_000).map(|n| note(1e-4 * f64::from(n), 0.05, 21 + (n * 7 % 88) as u8, 1));
    let expected = Expected::from_notes(notes.collect());
    let heard: Vec<_> = (0..2000).map(|n| played(0.01 * f64::from(n), 21 + (n * 11 % 88) as u8)).collect();
    let assessment = assess(&expected, &heard, &Settings::default());
    assert_eq!(assessment.notes.len(), expected.notes().len());
    // And the other way round: much is heard where little is expected.
    let expected = melody(&mut Dice(9), 16.0, 100.0);
    let heard: Vec<_> = (0..100_000).map(|n| played(1e-3 * f64::from(n), (n * 7 % 128) as u8)).collect();
    assert_eq!(assess(&expected, &heard, &Settings::default()).notes.len(), expected.notes().len());
}
