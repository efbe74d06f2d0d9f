"""MIDI files as values: look into them, change them, write them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from . import _core
from ._errors import SettingsError, warn
from ._soundfont import StrPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class MidiNote(NamedTuple):
    """A note. Tracks and channels count from 1, the second port's channels from 17; times are in seconds."""

    track: int
    channel: int
    key: int
    velocity: int
    start: float
    end: float
    start_tick: int
    end_tick: int


class MidiFile:
    """A MIDI file in memory. Every edit gives a new one and leaves this one as it is.

    What an edit does not concern stays: unknown events, the order of tracks and of events, the ends of tracks. Edits of
    notes take ``tracks`` and ``channels``, counted from 1, to concern only those; without ``channels`` drums keep their
    keys and kits. An edit that makes no sense is a :class:`SettingsError`. The bank that an RMID file brings along is
    left behind.

    >>> song = MidiFile("song.mid")  # doctest: +SKIP
    >>> song.transpose(2).quantise("1/16", strength=0.8).write("new.mid")  # doctest: +SKIP
    """

    __slots__ = ("_core",)

    def __init__(self, path: StrPath) -> None:
        self._core = _core.Midi.read(os.fspath(path))
        warn(self._core.warnings)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a file that is in memory."""
        song = cls._of(_core.Midi.parse(data))
        warn(song._core.warnings)
        return song

    @classmethod
    def merge(cls, songs: Iterable[MidiFile], *, own_ports: bool = False) -> Self:
        """Play songs at once, on tracks of their own, in the tempo and metre of the first.

        ``own_ports=True`` gives each song 16 channels of its own; else songs that use the same channel share it.
        """
        return cls._of(_core.Midi.merge([song._core for song in songs], own_ports))

    @classmethod
    def concatenate(cls, songs: Iterable[MidiFile], *, reset: bool = True) -> Self:
        """Play songs one after another, each in its own tempo and metre.

        ``reset=False`` leaves programs, controllers and tempo as the song before had them, as suits parts of one song.
        """
        return cls._of(_core.Midi.concatenate([song._core for song in songs], reset))

    def to_bytes(self) -> bytes:
        """The file."""
        return self._core.to_bytes()

    def write(self, path: StrPath, *, overwrite: bool = True) -> None:
        """Write the file; it appears under its name when it is complete."""
        self._core.write(os.fspath(path), overwrite)

    @property
    def format(self) -> int:
        """0: one track; 1: tracks that sound together; 2: patterns."""
        return self._core.format

    @property
    def ticks_per_quarter(self) -> int | None:
        """How fine the ticks are; None where they are absolute time (SMPTE)."""
        return self._core.ticks_per_quarter

    @property
    def duration(self) -> float:
        """Seconds to the end of the last track."""
        return self._core.duration

    @property
    def bars(self) -> int | None:
        """How many bars, the last one perhaps not full; None where ticks are absolute time (SMPTE)."""
        return self._core.bars

    @property
    def titles(self) -> list[str]:
        """The titles of a karaoke file."""
        return self._core.titles

    @property
    def track_names(self) -> list[str | None]:
        """The name of each track."""
        return self._core.track_names

    @property
    def tempos(self) -> list[tuple[float, float]]:
        """Tempo changes: seconds, quarter notes per minute. Before the first it is 120."""
        return self._core.tempos

    @property
    def time_signatures(self) -> list[tuple[float, str]]:
        """Metre changes: seconds, "3/4". Before the first it is 4/4."""
        return self._core.time_signatures

    @property
    def markers(self) -> list[tuple[float, str]]:
        """Markers and cue points: seconds, words."""
        return self._core.markers

    @property
    def notes(self) -> list[MidiNote]:
        """The notes, track by track, in the order in which they are struck."""
        return [MidiNote(*note) for note in self._core.notes]

    def note_array(self) -> NDArray[np.void]:
        """The notes as a structured numpy array with the fields of :class:`MidiNote`."""
        import numpy as np

        kinds = ("u4", "u2", "u1", "u1", "f8", "f8", "u8", "u8")
        return np.array(self._core.notes, dtype=list(zip(MidiNote._fields, kinds, strict=True)))

    def transpose(
        self,
        semitones: int,
        *,
        out_of_range: Literal["octave", "drop", "refuse"] = "octave",
        tracks: Iterable[int] | None = None,
        channels: Iterable[int] | None = None,
    ) -> Self:
        """Move notes up or down; ``out_of_range`` says what becomes of those that would leave the keys 0 to 127.

        They move by octaves less, are dropped, or are refused with a :class:`SettingsError`.
        """
        return self._of(self._core.transpose(semitones, out_of_range, _numbers(tracks), _numbers(channels)))

    def quantise(
        self,
        grid: str,
        *,
        strength: float = 1.0,
        swing: float = 0.5,
        ends: Literal["follow", "stay", "snap"] = "follow",
        tracks: Iterable[int] | None = None,
        channels: Iterable[int] | None = None,
    ) -> Self:
        """Move notes onto a grid of ``"1/16"``, ``"1/8t"`` (triplets) or ``"1/4."`` (dotted).

        Its lines begin anew in each bar. ``strength`` is how far notes move: 0 to 1. ``swing`` is where every second
        line lies between its neighbours: 0.5 to 0.75; two thirds are triplets. The ends of notes follow, stay, or snap
        to the grid, too.
        """
        return self._of(self._core.quantise(grid, strength, swing, ends, _numbers(tracks), _numbers(channels)))

    def velocity(
        self,
        *,
        gamma: float = 1.0,
        scale: float = 1.0,
        offset: float = 0.0,
        minimum: int = 1,
        maximum: int = 127,
        tracks: Iterable[int] | None = None,
        channels: Iterable[int] | None = None,
    ) -> Self:
        """Change velocities v to 127 (v / 127)^gamma scale + offset, within the limits."""
        scope = _numbers(tracks), _numbers(channels)
        return self._of(self._core.velocity(gamma, scale, offset, minimum, maximum, *scope))

    def humanise(
        self,
        *,
        timing: float = 0.0,
        velocity: int = 0,
        seed: int = 0,
        tracks: Iterable[int] | None = None,
        channels: Iterable[int] | None = None,
    ) -> Self:
        """Let notes begin up to ``timing`` seconds early or late and be up to ``velocity`` softer or louder.

        The same seed gives the same result.
        """
        return self._of(self._core.humanise(timing, velocity, seed, _numbers(tracks), _numbers(channels)))

    def map_programs(
        self,
        programs: Mapping[int, int],
        *,
        tracks: Iterable[int] | None = None,
        channels: Iterable[int] | None = None,
    ) -> Self:
        """Exchange programs (0 to 127), also the piano of channels that never chose one."""
        return self._of(self._core.map_programs(dict(programs), _numbers(tracks), _numbers(channels)))

    def map_channels(self, channels: Mapping[int, int]) -> Self:
        """Move channels (1 to 16) of every port."""
        return self._of(self._core.map_channels(dict(channels)))

    def scale_tempo(self, factor: float) -> Self:
        """Make every tempo so much faster; no event moves."""
        return self._of(self._core.scale_tempo(factor))

    def set_tempo(self, bpm: float) -> Self:
        """One tempo for the whole song, in quarter notes per minute."""
        return self._of(self._core.set_tempo(bpm))

    def set_resolution(self, ticks_per_quarter: int) -> Self:
        """Make ticks finer or coarser; events move to the nearest tick."""
        return self._of(self._core.set_resolution(ticks_per_quarter))

    def convert(self, format: int) -> Self:
        """To format 0 (one track) or 1: from 0 a track per channel, from 2 the patterns in turn."""
        return self._of(self._core.convert(format))

    def keep(self, *, tracks: Iterable[int] | None = None, channels: Iterable[int] | None = None) -> Self:
        """Keep only these tracks and channels. Tempo and metre of other tracks stay."""
        return self._of(self._core.keep(_numbers(tracks), _numbers(channels)))

    def remove(self, *, tracks: Iterable[int] | None = None, channels: Iterable[int] | None = None) -> Self:
        """Remove these tracks, or these channels, or these channels of these tracks. Tempo and metre stay."""
        return self._of(self._core.remove(_numbers(tracks), _numbers(channels)))

    def strip(
        self, *, sysex: bool = False, text: bool = False, private: bool = False, empty_tracks: bool = False
    ) -> Self:
        """Take out system exclusive messages, words but track names, events of single makers, tracks without events."""
        return self._of(self._core.strip(sysex, text, private, empty_tracks))

    def trim(self, start: float = 0.0, end: float | None = None, *, held: Literal["strike", "drop"] = "strike") -> Self:
        """Keep what is between two times in seconds.

        Programs, controllers, tempo and metre are at the start as they were there. Notes that sound there are struck or
        dropped; notes that sound at the end end there.
        """
        return self._of(self._core.section("seconds", start, end, held, False))

    def trim_bars(self, first: int, last: int | None = None, *, held: Literal["strike", "drop"] = "strike") -> Self:
        """Keep whole bars, counted from 1, the last one included."""
        return self._of(self._core.section("bars", *_span(first, last, 1), held, False))

    def trim_ticks(self, start: int, end: int | None = None, *, held: Literal["strike", "drop"] = "strike") -> Self:
        """Keep ticks, the last one not included."""
        return self._of(self._core.section("ticks", *_span(start, end, 0), held, False))

    def cut(self, start: float, end: float | None = None, *, held: Literal["strike", "drop"] = "strike") -> Self:
        """Take out what is between two times in seconds; what follows comes earlier."""
        return self._of(self._core.section("seconds", start, end, held, True))

    def cut_bars(self, first: int, last: int | None = None, *, held: Literal["strike", "drop"] = "strike") -> Self:
        """Take out whole bars, counted from 1, the last one included."""
        return self._of(self._core.section("bars", *_span(first, last, 1), held, True))

    def cut_ticks(self, start: int, end: int | None = None, *, held: Literal["strike", "drop"] = "strike") -> Self:
        """Take out ticks, the last one not included."""
        return self._of(self._core.section("ticks", *_span(start, end, 0), held, True))

    def split_tracks(self) -> dict[int, Self]:
        """A song for each track that is played, each with tempo, metre and system exclusive messages."""
        return {track: self._of(part) for track, part in self._core.split_tracks()}

    def split_channels(self) -> dict[int, Self]:
        """A song for each channel that has notes."""
        return {channel: self._of(part) for channel, part in self._core.split_channels()}

    def split_at(self, seconds: Iterable[float], *, held: Literal["strike", "drop"] = "strike") -> list[Self]:
        """The parts before, between and behind these times."""
        return [self._of(part) for part in self._core.split_at(list(seconds), None, held)]

    def split_bars(self, bars: int, *, held: Literal["strike", "drop"] = "strike") -> list[Self]:
        """Parts of so many bars."""
        return [self._of(part) for part in self._core.split_at(None, bars, held)]

    def split_markers(self, *, held: Literal["strike", "drop"] = "strike") -> list[Self]:
        """A new part at each marker."""
        return [self._of(part) for part in self._core.split_at(None, None, held)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MidiFile) and self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        count = len(self.track_names)
        tracks = "1 track" if count == 1 else f"{count} tracks"
        return f"<MidiFile: format {self.format}, {tracks}, {self.duration:.1f} s>"

    @classmethod
    def _of(cls, core: _core.Midi) -> Self:
        song = cls.__new__(cls)
        song._core = core
        return song


def _numbers(numbers: Iterable[int] | None) -> list[int] | None:
    return None if numbers is None else list(numbers)


def _span(first: int, last: int | None, least: int) -> tuple[float, float | None]:
    """Bars or ticks for the core, which takes floats for the sake of seconds."""
    for number in (first, least if last is None else last):
        if number != int(number) or number < least:
            raise SettingsError(f"{number} is no bar or tick; choose a whole number of at least {least}")
    return float(first), None if last is None else float(last)
