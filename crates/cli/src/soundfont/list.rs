//! `rae soundfont list` and `rae soundfont path`: where banks are looked for, and which one is played.

use std::path::{Path, PathBuf};

use rust_audio_engine::soundfont::discovery::{self, Candidate, Choice, Origin, System};
use rust_audio_engine::{Error, SoundFontChoice};
use serde::Serialize;

use crate::exit::Failure;
use crate::terminal::{print, print_json, say};

#[derive(Serialize)]
struct Place {
    path: String,
    named_by: String,
    status: String,
    played: bool,
}

pub(super) fn list(json: bool) -> Result<(), Failure> {
    let system = System::current();
    let played = system.discover().ok();
    let mut marked: Vec<PathBuf> = Vec::new();
    let mut places: Vec<Place> = system
        .candidates()
        .iter()
        .map(|candidate| {
            // A folder may be named twice; what is played, is played from the first.
            let plays = played.as_ref().is_some_and(|played| is(played, candidate));
            let played = plays && !marked.contains(&candidate.path);
            if played {
                marked.push(candidate.path.clone());
            }
            place(candidate.path.display().to_string(), candidate.origin, candidate.status.to_string(), played)
        })
        .collect();
    let builtin = played.filter(|(choice, _)| choice.plays(Path::new(discovery::BUILTIN))).map(|(_, origin)| origin);
    let origin = builtin.unwrap_or(Origin::Engine);
    places.push(place(discovery::BUILTIN.into(), origin, "always there".into(), builtin.is_some()));
    if json {
        return print_json(&places);
    }
    let line = |place: &Place| {
        format!("{} {}  ({}: {})", if place.played { '*' } else { ' ' }, place.path, place.named_by, place.status)
    };
    print(&places.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    if let (Some(Origin::Engine), Some(command)) = (builtin, system.install_command()) {
        say(&format!("No bank for General MIDI is installed; one with recorded instruments comes with: {command}"));
    }
    Ok(())
}

pub(super) fn path() -> Result<(), Failure> {
    let (choice, origin) = System::current().discover().map_err(Error::from)?;
    print(&SoundFontChoice::from(choice).to_string())?;
    say(&format!("named by: {origin}"));
    Ok(())
}

fn is((choice, origin): &(Choice, Origin), candidate: &Candidate) -> bool {
    candidate.is_found() && *origin == candidate.origin && choice.plays(&candidate.path)
}

fn place(path: String, origin: Origin, status: String, played: bool) -> Place {
    Place { path, named_by: origin.to_string(), status, played }
}
