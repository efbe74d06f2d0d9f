//! The built-in General MIDI bank, made by code: no recordings, a real SoundFont 2 file in memory.
//!
//! All 128 programs of General MIDI answer, and bank 128 holds nine drum kits. Sounds are made
//! by the method that suits their family: sums of decaying partials, frequency modulation, plucked strings, spectra
//! with the players' spread, filtered noise.
//!
//! ```
//! let bank = rae_bank::soundfont();
//! assert_eq!(bank.model().presets.len(), 137);
//! ```

#![forbid(unsafe_code)]

mod assemble;
mod bowed;
mod drums;
mod effects;
mod electric;
mod levels;
mod mallets;
mod organs;
mod pianos;
mod plucked;
mod ringing;
mod synthesis;
mod synths;
mod winds;

use std::sync::{Arc, OnceLock};

use rae_soundfont::SoundFont;

/// The bank as an SF2 file. Every call makes it anew, always the same.
pub fn bytes() -> Vec<u8> {
    let mut bank = assemble::Bank::new();
    let mut spectral = synthesis::Spectral::new();
    pianos::build(&mut bank, &mut spectral);
    electric::build(&mut bank);
    mallets::build(&mut bank);
    organs::build(&mut bank, &mut spectral);
    plucked::build(&mut bank);
    bowed::build(&mut bank, &mut spectral);
    winds::build(&mut bank, &mut spectral);
    synths::build(&mut bank, &mut spectral);
    effects::build(&mut bank);
    drums::build(&mut bank, &mut spectral);
    bank.finish()
}

/// The bank, opened; made at the first call and shared from then on.
pub fn soundfont() -> Arc<SoundFont> {
    static BANK: OnceLock<Arc<SoundFont>> = OnceLock::new();
    let open = || Arc::new(SoundFont::from_bytes(bytes(), "builtin").expect("the built-in bank opens"));
    BANK.get_or_init(open).clone()
}

/// Names of the programs, for presets whose builder handles many at once.
const NAMES: [&str; 128] = [
    "Grand Piano",
    "Bright Piano",
    "Electric Grand",
    "Honky-tonk",
    "Electric Piano 1",
    "Electric Piano 2",
    "Harpsichord",
    "Clavi",
    "Celesta",
    "Glockenspiel",
    "Music Box",
    "Vibraphone",
    "Marimba",
    "Xylophone",
    "Tubular Bells",
    "Dulcimer",
    "Drawbar Organ",
    "Percussive Organ",
    "Rock Organ",
    "Church Organ",
    "Reed Organ",
    "Accordion",
    "Harmonica",
    "Bandoneon",
    "Nylon Guitar",
    "Steel Guitar",
    "Jazz Guitar",
    "Clean Guitar",
    "Muted Guitar",
    "Overdriven Guitar",
    "Distortion Guitar",
    "Guitar Harmonics",
    "Acoustic Bass",
    "Finger Bass",
    "Pick Bass",
    "Fretless Bass",
    "Slap Bass 1",
    "Slap Bass 2",
    "Synth Bass 1",
    "Synth Bass 2",
    "Violin",
    "Viola",
    "Cello",
    "Contrabass",
    "Tremolo Strings",
    "Pizzicato",
    "Harp",
    "Timpani",
    "Strings",
    "Slow Strings",
    "Synth Strings 1",
    "Synth Strings 2",
    "Choir Aahs",
    "Voice Oohs",
    "Synth Voice",
    "Orchestra Hit",
    "Trumpet",
    "Trombone",
    "Tuba",
    "Muted Trumpet",
    "French Horn",
    "Brass Section",
    "Synth Brass 1",
    "Synth Brass 2",
    "Soprano Sax",
    "Alto Sax",
    "Tenor Sax",
    "Baritone Sax",
    "Oboe",
    "English Horn",
    "Bassoon",
    "Clarinet",
    "Piccolo",
    "Flute",
    "Recorder",
    "Pan Flute",
    "Blown Bottle",
    "Shakuhachi",
    "Whistle",
    "Ocarina",
    "Square Lead",
    "Saw Lead",
    "Calliope Lead",
    "Chiff Lead",
    "Charang Lead",
    "Voice Lead",
    "Fifths Lead",
    "Bass and Lead",
    "New Age Pad",
    "Warm Pad",
    "Polysynth Pad",
    "Choir Pad",
    "Bowed Pad",
    "Metallic Pad",
    "Halo Pad",
    "Sweep Pad",
    "Ice Rain",
    "Soundtrack",
    "Crystal",
    "Atmosphere",
    "Brightness",
    "Goblins",
    "Echoes",
    "Sci-fi",
    "Sitar",
    "Banjo",
    "Shamisen",
    "Koto",
    "Kalimba",
    "Bagpipe",
    "Fiddle",
    "Shanai",
    "Tinkle Bell",
    "Agogo",
    "Steel Drum",
    "Woodblock",
    "Taiko Drum",
    "Melodic Tom",
    "Synth Drum",
    "Reverse Cymbal",
    "Fret Noise",
    "Breath Noise",
    "Seashore",
    "Bird Tweet",
    "Telephone Ring",
    "Helicopter",
    "Applause",
    "Gunshot",
];
