//! Any bytes as a MIDI file: read, play, tell, write, read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rae_midi::{Performance, Sequence, Speed, Summary};
use rae_units::SampleRate;

fuzz_target!(|bytes: &[u8]| {
    let Ok(parsed) = Sequence::parse(bytes) else { return };
    let performance = Performance::new(&parsed.sequence);
    let clock = performance.clock(SampleRate::CD, Speed::NORMAL);
    assert!(performance.events.is_sorted_by_key(|event| clock.frame(event.time)));
    assert!(performance.events.iter().all(|event| event.time <= performance.end));
    assert_eq!(Summary::new(&parsed.sequence).duration, performance.seconds(performance.end));
    let again = Sequence::parse(&parsed.sequence.to_bytes()).expect("what we write is a MIDI file");
    assert_eq!(again.sequence, parsed.sequence);
});
