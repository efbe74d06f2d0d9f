//! Makes `test_data/simple.mid`, or the file named on the command line.

#[path = "simple/song.rs"]
mod song;

use std::path::PathBuf;

fn main() -> Result<(), rae_midi::Error> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test_data/simple.mid");
    let path = std::env::args_os().nth(1).map_or(PathBuf::from(default), PathBuf::from);
    song::song().write(&path)
}
