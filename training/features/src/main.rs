//! Numbers of recordings (mono, 16 kHz, 32-bit floats without header) that networks are trained on, written as 32-bit floats:
//!
//! `features places FILE.f32…` writes FILE.places: for each place where a note may begin its time, its key number and
//! what describes it.
//!
//! `features decisions ONSETS.bin FILE.f32…` takes the network of the first step and the expected notes in FILE.expected
//! (onset, duration, key). It writes FILE.played (for each of them the time of its answer or NaN, and what describes it) and
//! FILE.others (the time, key and description of other notes that were heard).
//!
//! `features assess all FILE.f32…` writes FILE.all.json: the assessment of each, against FILE.expected. Instead of `all` it
//! can be a part of the method that is left out: `second-decision`, `weak-notes`, `local-tempo`, `jumps`, `tuning`, `lead`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use rae_analysis::training::{self, Place, Without};
use rae_analysis::{Expected, ExpectedNote};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match arguments.split_first() {
        Some((verb, files)) if verb.as_os_str() == "places" => files.iter().try_for_each(|file| places(file)),
        Some((verb, [onsets, files @ ..])) if verb.as_os_str() == "decisions" => {
            let onsets = fs::read(onsets)?;
            files.iter().try_for_each(|file| decisions(file, &onsets))
        }
        Some((verb, [part, files @ ..])) if verb.as_os_str() == "assess" => {
            let part = part.to_str().unwrap_or_default();
            let without = Without::ALL.iter().find(|(name, _)| *name == part).map(|(_, without)| *without);
            if without.is_none() && part != "all" {
                return Err(format!("{part} is no part of the method").into());
            }
            files.iter().try_for_each(|file| assess(file, part, without))
        }
        _ => Err("features places FILE…, features decisions ONSETS.bin FILE…, or features assess PART FILE…".into()),
    }
}

fn places(path: &Path) -> Result<(), Box<dyn Error>> {
    write(&path.with_extension("places"), training::places(&read(path)?).iter().flat_map(numbers))
}

fn expected(path: &Path) -> Result<Expected, Box<dyn Error>> {
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
    Ok(Expected::from_notes(expected.as_chunks().0.iter().map(note).collect()))
}

fn assess(path: &Path, part: &str, without: Option<Without>) -> Result<(), Box<dyn Error>> {
    let assessment = training::assess(&expected(path)?, read(path)?, without);
    Ok(fs::write(path.with_extension(format!("{part}.json")), serde_json::to_vec(&assessment)?)?)
}

fn decisions(path: &Path, onsets: &[u8]) -> Result<(), Box<dyn Error>> {
    let decisions = training::decisions(&expected(path)?, &read(path)?, onsets).ok_or("the network is damaged")?;
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
