//! Songs that commands read.

use std::collections::BTreeSet;
use std::io::{IsTerminal, stdin};
use std::path::Path;

use rust_audio_engine::midi::{Parsed, Sequence, Summary};
use rust_audio_engine::{Error, RenderSettings, read_midi};

use crate::exit::Failure;
use crate::values::show_channels;

/// Reads a MIDI file; `-` is standard input.
pub(crate) fn read_song(path: &Path) -> Result<Parsed, Failure> {
    if path != Path::new("-") {
        return Ok(read_midi(path)?);
    }
    let input = stdin();
    if input.is_terminal() {
        return Err(Failure::Usage("standard input is a terminal; send a MIDI file into a pipe or name it".into()));
    }
    Ok(Sequence::read_from(input.lock(), Path::new("standard input")).map_err(Error::from)?)
}

/// A warning of channels that were chosen to sound or not to, and have no notes in the song.
pub(crate) fn unused_channels(song: &Sequence, settings: &RenderSettings) -> Option<String> {
    let mut unused: BTreeSet<u16> = settings.solo.iter().chain(&settings.mute).copied().collect();
    if unused.is_empty() {
        return None;
    }
    let channels = Summary::new(song).channels;
    let used: BTreeSet<u16> = channels.iter().filter(|told| told.notes > 0).map(|told| told.channel + 1).collect();
    unused.retain(|channel| !used.contains(channel));
    // That a song has no notes at all is told in any case.
    if unused.is_empty() || used.is_empty() {
        return None;
    }
    let (channels, have) = if unused.len() == 1 { ("channel", "has") } else { ("channels", "have") };
    let (unused, used) = (show_channels(&unused), show_channels(&used));
    Some(format!("{channels} {unused} {have} no notes in this song; it has them in {used}"))
}
