//! Damaged files that can still be read: two seconds of them are finite and soon done.

use std::fs;
use std::path::Path;
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

/// A seed of the fuzz target `render`: the length of a bank as two bytes, the bank, a piece.
#[test]
fn the_fuzz_seeds_stay_finite() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/render");
    let mut read = 0;
    for seed in fs::read_dir(seeds).expect("a folder of seeds") {
        let bytes = fs::read(seed.expect("a seed").path()).expect("a seed");
        let (bank, piece) = bytes[2..].split_at(usize::from(u16::from_le_bytes([bytes[0], bytes[1]])));
        for bank in mutations(bank, 50, 7).chain([bank.to_vec()]) {
            let font = SoundFont::from_bytes(bank, "seed").unwrap_or_else(|_| busy_bank().build());
            let Ok(parsed) = Sequence::parse(piece) else { continue };
            play(Arc::new(font), &Performance::new(&parsed.sequence));
            read += 1;
        }
    }
    assert!(read > 100, "{read} could be read");
}
