//! Damaged files: an error or warnings, never a panic, and what is read can be played and written.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use rae_midi::{Error, Performance, Sequence, Speed, Summary, WarningKind};
use rae_units::SampleRate;

use crate::common::file;
use crate::round_trip::sequence;

/// Reads, plays, tells and writes; what is written is read as it is.
fn use_all(bytes: &[u8]) {
    let Ok(parsed) = Sequence::parse(bytes) else { return };
    let performance = Performance::new(&parsed.sequence);
    let clock = performance.clock(SampleRate::CD, Speed::NORMAL);
    assert!(performance.events.is_sorted_by_key(|event| clock.frame(event.time)));
    assert!(performance.events.iter().all(|event| event.time <= performance.end));
    Summary::new(&parsed.sequence);
    for warning in &parsed.warnings {
        assert!(warning.offset <= bytes.len(), "{warning}");
    }
    assert_eq!(Sequence::parse(&parsed.sequence.to_bytes()).unwrap().sequence, parsed.sequence);
}

proptest! {
    #[test]
    fn mutated_files(
        sequence in sequence(),
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), 0..8u8), 0..12),
        removed in any::<(proptest::sample::Index, u8)>(),
        kept in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = sequence.to_bytes();
        for (place, bit) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
        }
        use_all(&bytes);
        let start = removed.0.index(bytes.len());
        let end = (start + usize::from(removed.1)).min(bytes.len());
        bytes.drain(start..end);
        use_all(&bytes);
        bytes.truncate(kept.index(bytes.len() + 1));
        use_all(&bytes);
    }

    #[test]
    fn noise_in_a_track(noise in proptest::collection::vec(any::<u8>(), 0..300), format in 0..4u16, division: u16) {
        use_all(&file(format, division, &[&noise, &noise]));
        use_all(&[&file(format, division, &[])[..], &noise].concat());
        use_all(&noise);
    }
}

#[test]
fn the_fuzz_seeds_are_survived() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/midi");
    let mut seen = 0;
    for seed in fs::read_dir(seeds).unwrap() {
        let bytes = fs::read(seed.unwrap().path()).unwrap();
        for kept in 0..=bytes.len() {
            use_all(&bytes[..kept]);
        }
        seen += 1;
    }
    assert!(seen >= 4);
}

#[test]
fn huge_deltas() {
    let track = [0xFF, 0xFF, 0xFF, 0x7F, 0x90, 60, 1].repeat(1000);
    let bytes = file(1, 1, &[&[0, 0xFF, 0x51, 3, 0xFF, 0xFF, 0xFF], &track]);
    use_all(&bytes);
    let performance = Performance::new(&Sequence::parse(&bytes).unwrap().sequence);
    // 2^28 − 1 ticks of almost 17 seconds, a thousand times.
    let seconds = performance.seconds(performance.end).0;
    assert_eq!(seconds, 268_435_455_000.0 * 16.777215);
}

#[test]
fn a_megabyte_of_anything_is_read() {
    let patterns: [&[u8]; 9] = [
        b"MTrk",
        b"MTrk\0\0\0\0",
        b"MTrk\xFF\xFF\xFF\xFF",
        b"MThd\0\0\0\0",
        b"junk\0\0\0\x01",
        b"\x00\xFF\x51\x03\x00\x00\x00",
        b"\x00\xF7\x01\x00",
        b"\x80",
        b"\x00\xF0\x00",
    ];
    for pattern in patterns {
        let noise = pattern.repeat((1 << 20) / pattern.len());
        use_all(&file(2, 96, &[&noise]));
        use_all(&[&file(1, 96, &[])[..], &noise].concat());
    }
}

#[test]
fn warnings_do_not_flood() {
    let track = [0, 0x90, 0x80, 0x80].repeat(10_000);
    let parsed = Sequence::parse(&file(0, 96, &[&track])).unwrap();
    assert_eq!(parsed.warnings.len(), 2);
    assert_eq!(parsed.warnings[0].kind, WarningKind::HighDataByte(0x80));
    assert_eq!(parsed.warnings[0].count, 20_000);
}

#[test]
fn a_flood_of_events_is_an_error() {
    // Program changes by running status: two bytes each.
    let track = |events: usize| [&[0, 0xC0, 1][..], &[0, 1].repeat(events - 1)].concat();
    let crowded = file(1, 96, &[&track(Error::MAX_EVENTS / 2), &track(Error::MAX_EVENTS / 2)]);
    // Both end of track events are missing in the file and take the last two places too many.
    assert!(matches!(Sequence::parse(&crowded), Err(Error::TooManyEvents { .. })));
    let fitting = file(0, 96, &[&track(Error::MAX_EVENTS - 1)]);
    assert_eq!(Sequence::parse(&fitting).unwrap().sequence.tracks[0].events.len(), Error::MAX_EVENTS);
}
