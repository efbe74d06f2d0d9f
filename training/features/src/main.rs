//! Numbers of recordings (mono, 16 kHz, 32-bit floats without header) that networks are trained on, written as 32-bit floats:
//!
//! `features places FILE.f32…` writes FILE.places: for each place where a note may begin its time, its key number and
//! what describes it.
//!
//! `features decisions ONSETS.bin FILE.f32…` takes the network of the first step and the expected notes in FILE.expected
//! (onset, duration, key). It writes FILE.played (for each of them the time of its answer or NaN, and what describes it) and
//! FILE.others (the time, key and description of other notes that were heard).

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use rae_analysis::training::{self, Place};
use rae_analysis::{Expected, ExpectedNote};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match arguments.split_first() {
        Some((verb, files)) if verb.as_os_str() == "places" => files.iter().try_for_each(|file| places(file)),
        Some((verb, [onsets, files @ ..])) if verb.as_os_str() == "decisions" => {
            let onsets = fs::read(onsets)?;
            files.iter().try_for_each(|file| decisions(file, &onsets))
        }
        _ => Err("features places FILE…, or features decisions ONSETS.bin FILE…".into()),
    }
}

fn places(path: &Path) -> Result<(), Box<dyn Error>> {
    write(&path.with_extension("places"), training::places(&read(path)?).iter().flat_map(numbers))
}

fn decisions(path: &Path, onsets: &[u8]) -> Result<(), Box<dyn Error>> {
    let expected = read(&path.with_extension("expected"))?;
    let note = |[onset, duration, pitch]: &[f32; 3]| ExpectedNote {
        onset: (f64::from(*onset) * 1e4).round() / 1e4,
        duration: f64::from(*duration),
        pitch: *pitch as u8,
        velocity: 80,
        channel: 0,
        track: 0,
        bar: 1,
    };
    let expected = Expected::from_notes(expected.as_chunks().0.iter().map(note).collect());
    let decisions = training::decisions(&expected, &read(path)?, onsets).ok_or("the network is damaged")?;
    let played = decisions.played.iter().flat_map(|(onset, features)| {
        std::iter::once(onset.map_or(f32::NAN, |onset| onset as f32)).chain(features.iter().copied())
    });
    write(&path.with_extension("played"), played)?;
    write(&path.with_extension("others"), decisions.others.iter().flat_map(numbers))
}

fn numbers(place: &Place) -> impl Iterator<Item = f32> + '_ {
    [place.onset as f32, f32::from(place.key)].into_iter().chain(place.features.iter().copied())
}

fn read(path: &Path) -> Result<Vec<f32>, Box<dyn Error>> {
    Ok(fs::read(path)?.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect())
}

fn write(path: &Path, numbers: impl Iterator<Item = f32>) -> Result<(), Box<dyn Error>> {
    Ok(fs::write(path, numbers.flat_map(f32::to_le_bytes).collect::<Vec<u8>>())?)
}
