//! Any bytes as an audio file: sound within the limits, or an error.

#![no_main]

use std::io::Cursor;
use std::panic;
use std::sync::Once;

use libfuzzer_sys::fuzz_target;
use rae_codec::{AudioReader, DecodeLimits};
use rae_testkit::reseal;
use rae_units::Frames;

/// The libraries may panic inside, which the reader catches; only panics that come out count.
static CAUGHT_ARE_FINE: Once = Once::new();

fuzz_target!(|bytes: &[u8]| {
    CAUGHT_ARE_FINE.call_once(|| panic::set_hook(Box::new(|_| {})));
    let limits = DecodeLimits { max_frames: Frames(1 << 18), ..DecodeLimits::default() };
    let mut bytes = bytes.to_vec();
    // Past the checksums of Ogg, to what they protect.
    reseal(&mut bytes);
    for opened in [
        AudioReader::from_bytes(bytes.clone(), "fuzz", &limits),
        AudioReader::from_pipe(Cursor::new(bytes), "fuzz", &limits),
    ] {
        let Ok(mut reader) = opened else { continue };
        read(&mut reader, &limits);
    }
});

fn read(reader: &mut AudioReader, limits: &DecodeLimits) {
    let channels = reader.info().channels;
    assert!((1..=limits.max_channels).contains(&channels));
    while let Ok(Some(block)) = reader.read() {
        assert!(!block.is_empty() && block.channels() == channels);
    }
}
