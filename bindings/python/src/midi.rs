//! The class `Midi`: a song as a value, and its edits.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rust_audio_engine::midi::edit::{
    self, Ends, Grid, Held, Humanise, OutOfRange, Parts, Quantise, Scope, Seam, Section, Strip, Transpose, Velocity,
};
use rust_audio_engine::midi::{self, Division, Format, Note, Parsed, Sequence, Speed, Summary, TempoMap, Timed, Track};
use rust_audio_engine::{CodecError, Error, OutputFile, Seconds, read_midi};

use crate::errors;

/// Tracks and channels, counted from 1; none is all.
type Numbers = Option<Vec<u16>>;

/// Track, channel, key, velocity, start and end in seconds, start and end in ticks.
type NoteItem = (usize, u16, u8, u8, f64, f64, u64, u64);

/// A MIDI file in memory. Edits give another.
#[pyclass(frozen, module = "rust_audio_engine._core")]
pub(crate) struct Midi {
    pub(crate) sequence: Sequence,
    warnings: Vec<String>,
}

impl From<Parsed> for Midi {
    fn from(parsed: Parsed) -> Midi {
        let warnings = parsed.warnings.iter().map(ToString::to_string).collect();
        Midi { sequence: parsed.sequence, warnings }
    }
}

impl Midi {
    pub(crate) fn sequence(&self) -> &Sequence {
        &self.sequence
    }
}

#[pymethods]
impl Midi {
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf) -> PyResult<Midi> {
        py.detach(|| read_midi(path)).map(Midi::from).map_err(|error| errors::raise(py, &error))
    }

    #[staticmethod]
    fn parse(py: Python<'_>, data: &[u8]) -> PyResult<Midi> {
        Sequence::parse(data).map(Midi::from).map_err(|error| errors::raise(py, &error.into()))
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let bytes = py.detach(|| self.sequence.to_bytes());
        PyBytes::new(py, &bytes)
    }

    fn write(&self, py: Python<'_>, path: PathBuf, overwrite: bool) -> PyResult<()> {
        let write = || -> Result<(), Error> {
            let mut file = OutputFile::create(&path, overwrite)?;
            let written = file.write_all(&self.sequence.to_bytes());
            written.map_err(|source| CodecError::Io { action: "write", path: path.clone(), source })?;
            Ok(file.commit()?)
        };
        py.detach(write).map_err(|error| errors::raise(py, &error))
    }

    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    #[getter]
    fn format(&self) -> u16 {
        self.sequence.format.number()
    }

    #[getter]
    fn ticks_per_quarter(&self) -> Option<u16> {
        match self.sequence.division {
            Division::TicksPerQuarter(ticks) => Some(ticks),
            Division::Smpte { .. } => None,
        }
    }

    #[getter]
    fn duration(&self) -> f64 {
        Summary::new(&self.sequence).duration.0
    }

    #[getter]
    fn bars(&self) -> Option<u64> {
        Summary::new(&self.sequence).bars
    }

    #[getter]
    fn titles(&self) -> Vec<String> {
        Summary::new(&self.sequence).titles
    }

    #[getter]
    fn track_names(&self) -> Vec<Option<String>> {
        Summary::new(&self.sequence).tracks.into_iter().map(|track| track.name).collect()
    }

    #[getter]
    fn tempos(&self) -> Vec<(f64, f64)> {
        Summary::new(&self.sequence).tempos.iter().map(|tempo| (tempo.seconds.0, tempo.value.bpm())).collect()
    }

    #[getter]
    fn time_signatures(&self) -> Vec<(f64, String)> {
        timed(&Summary::new(&self.sequence).time_signatures)
    }

    #[getter]
    fn markers(&self) -> Vec<(f64, String)> {
        timed(&Summary::new(&self.sequence).markers)
    }

    #[getter]
    fn notes(&self, py: Python<'_>) -> Vec<NoteItem> {
        py.detach(|| notes(&self.sequence))
    }

    fn transpose(
        &self,
        py: Python<'_>,
        semitones: i8,
        out_of_range: &str,
        tracks: Numbers,
        channels: Numbers,
    ) -> PyResult<Midi> {
        let choices = [("octave", OutOfRange::Octave), ("drop", OutOfRange::Drop), ("refuse", OutOfRange::Refuse)];
        let out_of_range = one_of(py, "out_of_range", out_of_range, &choices)?;
        let scope = scope(py, tracks, channels)?;
        self.edited(py, |song| edit::transpose(song, &Transpose { semitones, out_of_range }, &scope))
    }

    #[expect(clippy::too_many_arguments, reason = "the package beside it names and documents them")]
    fn quantise(
        &self,
        py: Python<'_>,
        grid: &str,
        strength: f64,
        swing: f64,
        ends: &str,
        tracks: Numbers,
        channels: Numbers,
    ) -> PyResult<Midi> {
        let grid: Grid = grid.parse().map_err(|error| refused(py, &error))?;
        let choices = [("follow", Ends::Follow), ("stay", Ends::Stay), ("snap", Ends::Snap)];
        let options = Quantise { grid, strength, swing, ends: one_of(py, "ends", ends, &choices)? };
        let scope = scope(py, tracks, channels)?;
        self.edited(py, |song| edit::quantise(song, &options, &scope))
    }

    #[expect(clippy::too_many_arguments, reason = "the package beside it names and documents them")]
    fn velocity(
        &self,
        py: Python<'_>,
        gamma: f64,
        scale: f64,
        offset: f64,
        min: u8,
        max: u8,
        tracks: Numbers,
        channels: Numbers,
    ) -> PyResult<Midi> {
        let scope = scope(py, tracks, channels)?;
        self.edited(py, |song| edit::velocity(song, &Velocity { gamma, scale, offset, min, max }, &scope))
    }

    fn humanise(
        &self,
        py: Python<'_>,
        timing: f64,
        velocity: u8,
        seed: u64,
        tracks: Numbers,
        channels: Numbers,
    ) -> PyResult<Midi> {
        let scope = scope(py, tracks, channels)?;
        self.edited(py, |song| edit::humanise(song, &Humanise { timing: Seconds(timing), velocity, seed }, &scope))
    }

    fn map_programs(
        &self,
        py: Python<'_>,
        programs: BTreeMap<u8, u8>,
        tracks: Numbers,
        channels: Numbers,
    ) -> PyResult<Midi> {
        let scope = scope(py, tracks, channels)?;
        self.edited(py, |song| edit::map_programs(song, &programs, &scope))
    }

    fn map_channels(&self, py: Python<'_>, channels: BTreeMap<u8, u8>) -> PyResult<Midi> {
        let from_one = |(from, to): (u8, u8)| Some((from.checked_sub(1)?, to.checked_sub(1)?));
        let map: Option<BTreeMap<u8, u8>> = channels.into_iter().map(from_one).collect();
        let map = map.ok_or_else(|| errors::settings(py, "channel 0 is mapped; choose 1 to 16".into()))?;
        self.edited(py, |song| edit::map_channels(song, &map))
    }

    fn scale_tempo(&self, py: Python<'_>, factor: f64) -> PyResult<Midi> {
        let what = || errors::settings(py, format!("tempo is {factor}; choose 0.000001 to 1000"));
        let speed = Speed::new(factor).ok_or_else(what)?;
        self.edited(py, |song| edit::scale_tempo(song, speed))
    }

    fn set_tempo(&self, py: Python<'_>, bpm: f64) -> PyResult<Midi> {
        self.edited(py, |song| edit::set_tempo(song, bpm))
    }

    fn set_resolution(&self, py: Python<'_>, ticks_per_quarter: u16) -> PyResult<Midi> {
        self.edited(py, |song| edit::set_resolution(song, ticks_per_quarter))
    }

    fn convert(&self, py: Python<'_>, format: u16) -> PyResult<Midi> {
        let formats = [Format::SingleTrack, Format::Simultaneous, Format::Independent];
        let Some(format) = formats.into_iter().find(|known| known.number() == format) else {
            return Err(errors::settings(py, format!("format is {format}; choose 0 or 1")));
        };
        self.edited(py, |song| edit::convert(song, format))
    }

    fn keep(&self, py: Python<'_>, tracks: Numbers, channels: Numbers) -> PyResult<Midi> {
        let scope = scope(py, tracks, channels)?;
        self.edited(py, |song| Ok(edit::keep(song, &scope)))
    }

    fn remove(&self, py: Python<'_>, tracks: Numbers, channels: Numbers) -> PyResult<Midi> {
        let scope = scope(py, tracks, channels)?;
        if scope == Scope::ALL {
            return Err(errors::settings(py, "nothing is named to be removed; name tracks or channels".into()));
        }
        self.edited(py, |song| Ok(edit::remove(song, &scope)))
    }

    fn strip(&self, py: Python<'_>, sysex: bool, text: bool, private: bool, empty_tracks: bool) -> PyResult<Midi> {
        self.edited(py, |song| Ok(edit::strip(song, &Strip { sysex, text, private, empty_tracks })))
    }

    /// A section in "seconds", "bars" or "ticks", kept or cut out.
    fn section(
        &self,
        py: Python<'_>,
        unit: &str,
        start: f64,
        end: Option<f64>,
        held: &str,
        cut: bool,
    ) -> PyResult<Midi> {
        let held = held_choice(py, held)?;
        let made = py.detach(|| {
            let section = match unit {
                // Whole numbers, which the package has checked.
                "bars" => Section::bars(&self.sequence, start as u64, end.map(|end| end as u64))?,
                "ticks" => Section { start: start as u64, end: end.map(|end| end as u64) },
                _ => Section::seconds(&self.sequence, Seconds(start), end.map(Seconds)),
            };
            if cut { edit::cut(&self.sequence, section, held) } else { edit::trim(&self.sequence, section, held) }
        });
        made.map(unwarned).map_err(|error| refused(py, &error))
    }

    fn split_tracks(&self, py: Python<'_>) -> PyResult<Vec<(usize, Midi)>> {
        let made = py.detach(|| edit::split_tracks(&self.sequence).map(numbered));
        made.map_err(|error| refused(py, &error))
    }

    fn split_channels(&self, py: Python<'_>) -> PyResult<Vec<(usize, Midi)>> {
        let made = py.detach(|| edit::split_channels(&self.sequence).map(numbered));
        made.map_err(|error| refused(py, &error))
    }

    /// At seconds, else every so many bars, else at the markers.
    fn split_at(
        &self,
        py: Python<'_>,
        seconds: Option<Vec<f64>>,
        bars: Option<u32>,
        held: &str,
    ) -> PyResult<Vec<Midi>> {
        let held = held_choice(py, held)?;
        let made = py.detach(|| {
            let ticks = match (seconds, bars) {
                (Some(seconds), _) => seconds
                    .into_iter()
                    .map(|seconds| Section::seconds(&self.sequence, Seconds(seconds), None).start)
                    .collect(),
                (None, Some(bars)) => edit::bar_ticks(&self.sequence, bars)?,
                (None, None) => edit::marker_ticks(&self.sequence),
            };
            edit::split_at(&self.sequence, &ticks, held).map(numbered)
        });
        made.map(|parts| parts.into_iter().map(|(_, part)| part).collect()).map_err(|error| refused(py, &error))
    }

    #[staticmethod]
    fn merge(py: Python<'_>, songs: Vec<PyRef<'_, Midi>>, own_ports: bool) -> PyResult<Midi> {
        let songs = songs.iter().map(|song| song.sequence.clone()).collect();
        py.detach(|| edit::merge(songs, own_ports)).map(unwarned).map_err(|error| refused(py, &error))
    }

    #[staticmethod]
    fn concatenate(py: Python<'_>, songs: Vec<PyRef<'_, Midi>>, reset: bool) -> PyResult<Midi> {
        let songs = songs.iter().map(|song| song.sequence.clone()).collect();
        let seam = if reset { Seam::Reset } else { Seam::Keep };
        py.detach(|| edit::concatenate(songs, seam)).map(unwarned).map_err(|error| refused(py, &error))
    }

    fn __eq__(&self, other: &Midi) -> bool {
        self.sequence == other.sequence
    }
}

impl Midi {
    fn edited(
        &self,
        py: Python<'_>,
        change: impl FnOnce(Sequence) -> Result<Sequence, midi::Error> + Send,
    ) -> PyResult<Midi> {
        let made = py.detach(|| change(self.sequence.clone()));
        made.map(unwarned).map_err(|error| refused(py, &error))
    }
}

fn unwarned(sequence: Sequence) -> Midi {
    Midi { sequence, warnings: Vec::new() }
}

/// The parts of a song with their numbers from 1.
fn numbered(parts: Parts<'_>) -> Vec<(usize, Midi)> {
    parts.map(|(number, part)| (number + 1, unwarned(part))).collect()
}

fn refused(py: Python<'_>, error: &midi::Error) -> PyErr {
    errors::settings(py, error.to_string())
}

fn timed<T: ToString>(values: &[Timed<T>]) -> Vec<(f64, String)> {
    values.iter().map(|timed| (timed.seconds.0, timed.value.to_string())).collect()
}

/// Track by track; in format 2 of the patterns in turn, as one track.
fn notes(sequence: &Sequence) -> Vec<NoteItem> {
    let in_turn = match sequence.format {
        Format::Independent => edit::convert(sequence.clone(), Format::Simultaneous).ok(),
        _ => None,
    };
    let sequence = in_turn.as_ref().unwrap_or(sequence);
    let map = TempoMap::new(sequence.division, &sequence.tracks);
    let seconds = |tick| map.seconds(map.time(tick)).0;
    let of_track = |(index, track): (usize, &Track)| {
        let item = |note: Note| {
            let (start, end) = (seconds(note.tick), seconds(note.end));
            (index + 1, note.channel + 1, note.key, note.velocity, start, end, note.tick, note.end)
        };
        track.notes().into_iter().map(item).collect::<Vec<NoteItem>>()
    };
    sequence.tracks.iter().enumerate().flat_map(of_track).collect()
}

fn scope(py: Python<'_>, tracks: Numbers, channels: Numbers) -> PyResult<Scope> {
    let from_one = |what: &str, numbers: Vec<u16>| {
        let numbers: Option<Vec<u16>> = numbers.into_iter().map(|number| number.checked_sub(1)).collect();
        numbers.ok_or_else(|| errors::settings(py, format!("{what} is 0; the first one is 1")))
    };
    let tracks = tracks.map(|tracks| from_one("track", tracks)).transpose()?;
    let channels = channels.map(|channels| from_one("channel", channels)).transpose()?;
    Ok(Scope {
        tracks: tracks.map(|tracks| tracks.into_iter().map(usize::from).collect()),
        channels: channels.map(|channels| channels.into_iter().collect()),
    })
}

fn held_choice(py: Python<'_>, held: &str) -> PyResult<Held> {
    one_of(py, "held", held, &[("strike", Held::Strike), ("drop", Held::Drop)])
}

fn one_of<T: Copy>(py: Python<'_>, name: &str, chosen: &str, choices: &[(&str, T)]) -> PyResult<T> {
    choices.iter().find(|(choice, _)| *choice == chosen).map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|&(choice, _)| choice).collect();
        errors::settings(py, format!("{name} is '{chosen}'; choose {}", names.join(", ")))
    })
}
