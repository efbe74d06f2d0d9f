//! How long opening a bank takes, once, as in a program that begins: `open SF2`. Milliseconds.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use rae_soundfont::{SoundFont, Storage};

fn main() -> Result<(), Box<dyn Error>> {
    let bank = std::env::args().nth(1).ok_or("open SF2")?;
    let start = Instant::now();
    let font = SoundFont::open(Path::new(&bank), Storage::Mapped)?;
    let milliseconds = 1e3 * start.elapsed().as_secs_f64();
    drop(font);
    println!("{milliseconds:.3}");
    Ok(())
}
