//! How long opening a bank takes: `open SF2`. Milliseconds, the median of many times with the file in the cache.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use rae_soundfont::{SoundFont, Storage};

const TIMES: usize = 31;

fn main() -> Result<(), Box<dyn Error>> {
    let bank = std::env::args().nth(1).ok_or("open SF2")?;
    let mut times = [0.0; TIMES];
    for time in &mut times {
        let start = Instant::now();
        let font = SoundFont::open(Path::new(&bank), Storage::Mapped)?;
        *time = 1e3 * start.elapsed().as_secs_f64();
        black_box(font);
    }
    times.sort_by(f64::total_cmp);
    println!("{:.3}", times[TIMES / 2]);
    Ok(())
}
