//! Damaged files that can still be read: two seconds of them are finite and soon done.

use std::sync::Arc;

use rae_midi::{Performance, Sequence};
use rae_soundfont::SoundFont;
use rae_synth::{Buses, Renderer, Settings};
use rae_testkit::mutations;
use rae_units::SampleRate;

use crate::bits::{busy_bank, busy_piece};
use crate::piece::finite_peak;

/// Renders two seconds at 8 kHz.
fn play(font: Arc<SoundFont>, performance: &Performance) {
    let rate = SampleRate::new(8_000).expect("a rate");
    let settings = Settings { rate, max_voices: 64, ..Settings::default() };
    let mut buses = Buses::new(16_000);
    Renderer::new(font, performance, &settings).render(&mut buses);
    finite_peak(&buses);
}

#[test]
fn damaged_banks_stay_finite() {
    let bytes = busy_bank().bytes();
    // Most of a bank is sound, in which damage is dull: the rest lies behind it.
    let pdta = bytes.windows(4).position(|window| window == b"pdta").expect("a list of presets");
    let performance = busy_piece().performance(0);
    let mut read = 0;
    for tail in mutations(&bytes[pdta..], 500, 5) {
        let Ok(font) = SoundFont::from_bytes([&bytes[..pdta], &tail].concat(), "damaged") else { continue };
        play(Arc::new(font), &performance);
        read += 1;
    }
    assert!(read > 60, "{read} of 500 could be read");
}

#[test]
fn damaged_pieces_stay_finite() {
    let font = Arc::new(busy_bank().build());
    let mut read = 0;
    for bytes in mutations(&busy_piece().sequence(0).to_bytes(), 300, 6) {
        let Ok(parsed) = Sequence::parse(&bytes) else { continue };
        play(font.clone(), &Performance::new(&parsed.sequence));
        read += 1;
    }
    assert!(read > 100, "{read} of 300 could be read");
}
