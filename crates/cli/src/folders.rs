//! Folders in place of files.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The named files, and in place of every folder the files in it that are `wanted`, in the order of their paths: but for those
/// that are named already, and what lies in the folder `but` or is hidden.
pub(crate) fn expand(inputs: &[PathBuf], wanted: fn(&Path) -> bool, but: Option<&Path>) -> Vec<PathBuf> {
    let place = |path: &Path| fs::canonicalize(path).ok();
    let but = but.and_then(place);
    let mut known: HashSet<PathBuf> =
        inputs.iter().filter(|input| !input.is_dir()).filter_map(|input| place(input)).collect();
    let mut files = Vec::new();
    for input in inputs {
        if input.is_dir() {
            let mut found = Vec::new();
            search(input, wanted, but.as_deref(), &mut found);
            found.sort();
            found.retain(|path| place(path).is_none_or(|place| known.insert(place)));
            files.append(&mut found);
        } else {
            files.push(input.clone());
        }
    }
    files
}

/// A folder that cannot be searched counts as a file, whose reading will say why. Linked folders are not entered:
/// they might lead around in circles.
fn search(folder: &Path, wanted: fn(&Path) -> bool, but: Option<&Path>, found: &mut Vec<PathBuf>) {
    if but.is_some_and(|but| fs::canonicalize(folder).is_ok_and(|folder| folder == but)) {
        return;
    }
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let Ok(entries) = entries else { return found.push(folder.to_owned()) };
    for entry in entries.iter().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            search(&path, wanted, but, found);
        } else if wanted(&path) && path.is_file() {
            found.push(path);
        }
    }
}

/// By its name, a MIDI file.
pub(crate) fn is_song(path: &Path) -> bool {
    ends_in(path, &["mid", "midi", "kar", "rmi"])
}

/// By its name, a file of sound that can be read.
pub(crate) fn is_sound(path: &Path) -> bool {
    const SOUND: [&str; 20] = [
        "wav", "wave", "rf64", "bw64", "aif", "aiff", "aifc", "caf", "flac", "mp1", "mp2", "mp3", "ogg", "oga", "opus",
        "m4a", "mp4", "aac", "webm", "mka",
    ];
    ends_in(path, &SOUND)
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|extension| endings.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}
