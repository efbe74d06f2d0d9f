//! The committed demonstration piece is what its generator makes, and is what it claims to be.

#[path = "../examples/make_demo.rs"]
mod make_demo;

use std::path::Path;

use rae_midi::{Event, Message, Sequence};

#[test]
fn committed_file_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test_data/demo.mid");
    let committed = std::fs::read(&path).expect("test_data/demo.mid");
    let made = make_demo::piece().to_bytes();
    assert!(committed == made, "run: cargo run -p rae-bank --example make_demo -- test_data/demo.mid");
    let parsed = Sequence::parse(&committed).expect("a MIDI file");
    assert!(parsed.warnings.is_empty(), "{:?}", parsed.warnings);
    assert_eq!(parsed.sequence, make_demo::piece());
}

#[test]
fn every_note_ends() {
    for track in &make_demo::piece().tracks {
        let mut sounding = [0i32; 128];
        for event in &track.events {
            match event.event {
                Event::Channel { message: Message::NoteOn { key, .. }, .. } => sounding[usize::from(key)] += 1,
                Event::Channel { message: Message::NoteOff { key, .. }, .. } => sounding[usize::from(key)] -= 1,
                _ => {}
            }
        }
        assert!(sounding.iter().all(|&count| count == 0));
    }
}
