//! Any bytes as a SoundFont: an error or a bank whose promises hold, and which can be written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rae_soundfont::{SoundFont, write};

fuzz_target!(|bytes: &[u8]| {
    let Ok(bank) = SoundFont::from_bytes(bytes.to_vec(), "fuzz") else { return };
    let (model, pcm) = (bank.model(), bank.pcm(0));
    for zone in model.instruments.iter().flat_map(|instrument| &instrument.zones) {
        let sample = &model.samples[zone.target.expect("every zone has a target")];
        assert!(sample.start < sample.end && sample.end as usize <= pcm.words.len());
        assert!(sample.loop_start == sample.loop_end || sample.start <= sample.loop_start);
        assert!(sample.loop_start == sample.loop_end || sample.loop_end <= sample.end);
    }
    // Names in other alphabets can grow past their field; every other bank that was read can be written.
    if let Ok(again) = write(model, pcm) {
        let again = SoundFont::from_bytes(again, "again").expect("what was written can be read");
        assert_eq!(again.model().presets, model.presets);
        assert_eq!(again.model().instruments, model.instruments);
    }
});
