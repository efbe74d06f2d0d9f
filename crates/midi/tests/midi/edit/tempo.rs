//! Tempo.

use proptest::prelude::*;
use rae_midi::edit::{scale_tempo, set_tempo};
use rae_midi::{Division, Error, Format, Meta, Sequence, SmpteRate, Speed};

use super::{any_song, assert_valid, note, played, song};
use crate::common::{meta, note_on};

fn twice() -> Speed {
    Speed::new(2.0).unwrap()
}

#[test]
fn every_tempo_changes_also_the_one_nobody_wrote() {
    let change = |tempo| vec![meta(960, Meta::Tempo(tempo))];
    let faster = scale_tempo(song([change(300_001), note(0, 60, 0, 960).to_vec()]), twice()).unwrap();
    // 150000.5 is rounded up.
    let expected = vec![meta(0, Meta::Tempo(250_000)), meta(960, Meta::Tempo(150_001))];
    assert_eq!(faster, song([expected, note(0, 60, 0, 960).to_vec()]));
    let as_it_was = song([change(300_001)]);
    assert_eq!(scale_tempo(as_it_was.clone(), Speed::NORMAL).unwrap(), as_it_was);
}

#[test]
fn one_tempo_replaces_all() {
    let name = meta(0, Meta::Text { kind: rae_midi::TextKind::TrackName, bytes: b"x".into() });
    let events = vec![name.clone(), note_on(0, 0, 60, 1), meta(7, Meta::Tempo(1)), meta(9, Meta::Tempo(2))];
    let expected = vec![name, meta(0, Meta::Tempo(500_000)), note_on(0, 0, 60, 1)];
    let mut expected = song([expected, vec![]]);
    expected.tracks[0].events.last_mut().unwrap().tick = 9;
    assert_eq!(set_tempo(song([events, vec![]]), 120.0).unwrap(), expected);
}

#[test]
fn patterns_have_their_own_tempo() {
    let mut patterns =
        song([note(0, 60, 0, 480).to_vec(), vec![meta(0, Meta::Tempo(600_000)), note_on(480, 0, 60, 1)]]);
    patterns.format = Format::Independent;
    let faster = scale_tempo(patterns.clone(), twice()).unwrap();
    assert_eq!(faster.tracks[0].events[0], meta(0, Meta::Tempo(250_000)));
    assert_eq!(faster.tracks[1].events[0], meta(0, Meta::Tempo(300_000)));
    let even = set_tempo(patterns, 60.0).unwrap();
    assert!(even.tracks.iter().all(|track| track.events[0] == meta(0, Meta::Tempo(1_000_000))));
}

#[test]
fn what_cannot_be_is_refused() {
    let slow = || song([vec![meta(0, Meta::Tempo(10_000_000))]]);
    for error in [
        scale_tempo(slow(), Speed::new(0.5).unwrap()).unwrap_err(),
        set_tempo(slow(), 0.0).unwrap_err(),
        set_tempo(slow(), -1.0).unwrap_err(),
        set_tempo(slow(), f64::NAN).unwrap_err(),
        set_tempo(slow(), 1e9).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Setting { .. }), "{error}");
    }
    let film = Division::Smpte { rate: SmpteRate::Fps24, ticks_per_frame: 4 };
    let film = Sequence { division: film, ..slow() };
    assert!(matches!(scale_tempo(film, twice()).unwrap_err(), Error::AbsoluteTime));
}

proptest! {
    /// A tempo is a whole number of microseconds, so times are right within half a microsecond per quarter note.
    #[test]
    fn durations_scale(mut sequence in any_song(), factor in 0.5..2.0) {
        let speed = Speed::new(factor).unwrap();
        for event in sequence.tracks.iter_mut().flat_map(|track| &mut track.events) {
            if let rae_midi::Event::Meta(Meta::Tempo(tempo)) = &mut event.event {
                *tempo = (*tempo).clamp(2, 8_000_000);
            }
        }
        let faster = scale_tempo(sequence.clone(), speed).unwrap();
        assert_valid(&faster);
        let Division::TicksPerQuarter(ticks) = sequence.division else { unreachable!() };
        let quarters = sequence.tracks.iter().map(|track| track.end()).max().unwrap_or(0) as f64 / f64::from(ticks);
        let (before, after) = (played(&sequence), played(&faster));
        prop_assert_eq!(before.len(), after.len());
        for ((seconds, action), (faster, same)) in before.into_iter().zip(after) {
            prop_assert_eq!(action, same);
            let expected = seconds / speed.factor();
            prop_assert!((faster - expected).abs() <= quarters * 0.5e-6 + 1e-9 * expected);
        }
    }
}
