//! How many frames of voices rae renders for a song, and how long they last together: `voice_frames SF2 MID [VOICES]`.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use rae_midi::{Performance, Sequence};
use rae_soundfont::{SoundFont, Storage};
use rae_synth::{Buses, Interpolation, Renderer, Settings};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (bank, song, voices) = match arguments.as_slice() {
        [bank, song] => (bank, song, None),
        [bank, song, voices] => (bank, song, Some(voices.parse()?)),
        _ => return Err("voice_frames SF2 MID [VOICES]".into()),
    };
    let font = Arc::new(SoundFont::open(Path::new(bank), Storage::Mapped)?);
    let performance = Performance::new(&Sequence::read(Path::new(song))?.sequence);
    let defaults = Settings::default();
    // The count does not depend on the interpolation; this one is quickest.
    let settings = Settings {
        interpolation: Interpolation::Linear,
        max_voices: voices.unwrap_or(defaults.max_voices),
        ..defaults
    };
    let mut renderer = Renderer::new(font, &performance, &settings);
    let mut buses = Buses::new(4096);
    while !renderer.is_finished() {
        renderer.render(&mut buses);
    }
    println!("{} {}", renderer.statistics().voice_frames, renderer.position().0);
    Ok(())
}
