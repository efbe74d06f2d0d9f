//! Velocity curves.

use rae_midi::edit::{Scope, Velocity, velocity};
use rae_midi::{Error, Message, Sequence};

use super::{onsets, song};
use crate::common::{channel, note_on};

fn struck(velocities: &[u8]) -> Sequence {
    song([velocities.iter().map(|&velocity| note_on(0, 0, 60, velocity)).collect()])
}

#[test]
fn the_curve_is_the_formula() {
    for (gamma, scale, offset) in [(1.0, 1.0, 0.0), (0.5, 1.0, 0.0), (2.0, 0.8, 10.0), (1.0, 3.0, -50.0)] {
        let curve = Velocity { gamma, scale, offset, ..Velocity::default() };
        let all: Vec<u8> = (1..=127).collect();
        let found = onsets(&velocity(struck(&all), &curve, &Scope::ALL).unwrap());
        for (before, (_, _, _, after)) in all.into_iter().zip(found) {
            let value = 127.0 * (f64::from(before) / 127.0).powf(gamma) * scale + offset;
            let expected = value.round().clamp(1.0, 127.0) as u8;
            assert_eq!(after, expected, "{before} by {curve:?}");
        }
    }
    assert_eq!(velocity(struck(&[1, 64, 127]), &Velocity::fixed(80), &Scope::ALL).unwrap(), struck(&[80, 80, 80]));
    let narrow = Velocity { min: 40, max: 90, ..Velocity::default() };
    assert_eq!(velocity(struck(&[1, 64, 127]), &narrow, &Scope::ALL).unwrap(), struck(&[40, 64, 90]));
}

#[test]
fn releases_and_other_channels_stay() {
    let events = vec![
        note_on(0, 0, 60, 50),
        note_on(0, 1, 60, 50),
        note_on(5, 0, 60, 0),
        channel(6, 0, Message::NoteOff { key: 60, velocity: 50 }),
    ];
    let mut expected = events.clone();
    expected[0] = note_on(0, 0, 60, 100);
    let double = Velocity { scale: 2.0, ..Velocity::default() };
    assert_eq!(velocity(song([events]), &double, &Scope::channels([0])).unwrap(), song([expected]));
}

#[test]
fn what_makes_no_sense_is_named() {
    let usual = Velocity::default();
    let wrong = [
        (Velocity { gamma: 0.0, ..usual }, "gamma is 0"),
        (Velocity { gamma: f64::NAN, ..usual }, "gamma is NaN"),
        (Velocity { scale: -1.0, ..usual }, "scale is -1"),
        (Velocity { offset: f64::INFINITY, ..usual }, "offset is inf"),
        (Velocity { min: 0, ..usual }, "limits are 0 and 127"),
        (Velocity { min: 9, max: 8, ..usual }, "limits are 9 and 8"),
    ];
    for (curve, words) in wrong {
        match velocity(struck(&[1]), &curve, &Scope::ALL).unwrap_err() {
            Error::Setting { what } => assert!(what.contains(words), "{what}"),
            other => panic!("{other}"),
        }
    }
}
