//! The example file on disk is what the example makes.

use std::path::Path;

use rae_midi::{Sequence, Summary};

#[path = "../../examples/simple/song.rs"]
mod song;

#[test]
fn simple_mid_is_what_make_simple_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test_data/simple.mid");
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes == song::song().to_bytes(), "remake it: cargo run -p rae-midi --example make_simple");
    assert!(bytes.len() < 4096);

    let summary = Summary::new(&Sequence::parse_strict(&bytes).unwrap());
    let names: Vec<_> = summary.tracks.iter().filter_map(|track| track.name.as_deref()).collect();
    assert_eq!(names, ["Ode to Joy", "Right hand", "Left hand"]);
    assert_eq!(summary.key_signatures[0].value.to_string(), "C major");
    // Eight bars of 4/4 at 112 quarter notes a minute, with a slower last bar.
    assert!((17.0..19.5).contains(&summary.duration.0), "{:?}", summary.duration);
}
