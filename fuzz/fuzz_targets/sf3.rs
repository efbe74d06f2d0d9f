//! Any bytes as an SF3 bank: its samples decode to what the headers promise, or to silence of that length with a
//! warning. Ogg checksums are made right first, or damage would never get past them.

#![no_main]

use std::panic;
use std::sync::Once;

use libfuzzer_sys::fuzz_target;
use rae_soundfont::SoundFont;
use rae_testkit::reseal;

/// The decoder may panic inside, which the bank catches; only panics that come out count.
static CAUGHT_ARE_FINE: Once = Once::new();

fuzz_target!(|bytes: &[u8]| {
    CAUGHT_ARE_FINE.call_once(|| panic::set_hook(Box::new(|_| {})));
    let mut bytes = bytes.to_vec();
    reseal(&mut bytes);
    let Ok(bank) = SoundFont::from_bytes(bytes, "fuzz.sf3") else { return };
    for zone in bank.model().instruments.iter().flat_map(|instrument| &instrument.zones) {
        let sample = zone.target.expect("every zone has a target");
        let header = &bank.model().samples[sample];
        // A stream may claim more than a fuzzer has memory for: what is promised there is not asked for.
        if bank.points(sample) > 1 << 20 {
            continue;
        }
        assert!(header.start < header.end && header.end as usize <= bank.points(sample));
        assert!(header.loop_start <= header.loop_end && header.loop_end <= header.end);
        assert_eq!(bank.pcm(sample).words.len(), bank.points(sample));
    }
});
