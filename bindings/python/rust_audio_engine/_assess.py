"""What a student played beside what was expected."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, TypedDict, cast

from . import _core
from ._sound import core_source, given
from ._soundfont import StrPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Counts(TypedDict):
    """How many notes were right, at a wrong pitch, missed and added."""

    correct: int
    wrong_pitch: int
    missed: int
    extra: int


class AssessedNote(TypedDict):
    """An expected note and what became of it."""

    expected_index: int
    pitch: int
    bar: int
    expected_onset_s: float
    status: Literal["correct", "wrong_pitch", "missed"]
    played_onset_s: float | None
    played_pitch: int | None
    confidence: float
    deviation_ms: float | None
    timing: Literal["early", "on_time", "late"] | None
    cents_error: float | None
    cents_vs_own_tuning: float | None
    duration_ratio: float | None
    level_db: float | None


class ExtraNote(TypedDict):
    """A note that answers no expected one."""

    onset_s: float
    pitch: int
    confidence: float


class TimingDeviation(TypedDict):
    """How far a played note was from the local tempo."""

    expected_index: int
    expected_onset_s: float
    played_onset_s: float
    deviation_ms: float


class Restart(TypedDict):
    """A jump back in the piece."""

    at_s: float
    score_s: float
    bar: int


class TempoPoint(TypedDict):
    """The tempo of a bar."""

    bar: int
    score_s: float
    ratio: float


class Tempo(TypedDict):
    """How fast it was played."""

    ratio: float | None
    curve: list[TempoPoint]
    steadiness: float | None


class Section(TypedDict):
    """A bar."""

    bar: int
    score_s: float
    recording_s: float | None
    counts: Counts
    mean_deviation_ms: float | None
    score: float


class Advice(TypedDict):
    """What to do."""

    code: str
    bars: list[int]
    text: str


class Quality(TypedDict):
    """How far the result can be relied on."""

    snr_db: float | None
    clipped: bool
    silent: bool
    alignment_confidence: float
    same_piece_probability: float


class Difficulty(TypedDict):
    """How hard the expected notes are, 0 to 10, and the figures behind it."""

    score: float
    notes_per_second: float
    polyphony: float
    leaps: float
    span: int
    rhythm: float
    black_keys: float


class Assessment(TypedDict):
    """The result of :func:`assess`; ``schemas/assessment.schema.json`` describes every field."""

    definitions_version: int
    pitch_accuracy: float | None
    rhythm_accuracy: float | None
    notes_played: int
    notes_expected: int
    timing_deviations: list[TimingDeviation]
    reason: str | None
    notes: list[AssessedNote]
    extra_notes: list[ExtraNote]
    restarts: list[Restart]
    tempo: Tempo
    tuning_cents: float | None
    sections: list[Section]
    weakest_bars: list[int]
    advice: list[Advice]
    counts: Counts
    completion: float
    quality: Quality
    difficulty: Difficulty
    notices: list[str]


def analyze_performance(
    recording_path: StrPath | NDArray[np.floating],
    expected_midi_path: StrPath,
    use_gpu: bool = True,
    *,
    sample_rate: int | None = None,
    tracks: Iterable[int] = (),
    channels: Iterable[int] = (),
    bars: int | str | None = None,
    transpose: int = 0,
    strictness: Literal["beginner", "standard", "exam"] = "standard",
    any_octave: bool = False,
) -> str:
    """Say what was right, wrong, missed, early or late in a recording, as JSON (``schemas/assessment.schema.json``):
    ``pitch_accuracy``, ``rhythm_accuracy``, ``notes_played``, ``notes_expected``, ``timing_deviations`` and more.

    The recording is a file of sound or a MIDI recording (by its content), or an array of samples, ``(frames,)`` or
    ``(channels, frames)``, with its ``sample_rate``. ``tracks``, ``channels`` (counted from 1) and ``bars`` (``5``,
    ``"5-8"``, ``"5-"``) choose what is expected, ``transpose`` is the semitones from written to sounding pitch,
    ``strictness`` how near to its time a note is on time, and with ``any_octave`` other octaves are right, too.
    ``use_gpu`` is a permission; the work is done on the processor.

    Raises :class:`AudioEngineError` (a ``RuntimeError``): :class:`CodecError`, :class:`MidiError`,
    :class:`MissingFileError` (also a ``FileNotFoundError``), :class:`SettingsError`.
    """
    options: dict[str, object] = {
        "tracks": list(tracks),
        "channels": list(channels),
        "transpose": transpose,
        "strictness": strictness,
        "any_octave": any_octave,
    }
    if bars is not None:
        options["bars"] = str(bars)
    if isinstance(recording_path, bytes):
        raise TypeError("recording_path: expected a path or float samples from -1 to 1, not bytes")
    options = given(options | {"sample_rate": sample_rate})
    return _core.analyze(
        core_source(recording_path, sample_rate, "recording_path"), os.fspath(expected_midi_path), options
    )


def assess(
    recording: StrPath | NDArray[np.floating],
    expected_midi: StrPath,
    *,
    sample_rate: int | None = None,
    tracks: Iterable[int] = (),
    channels: Iterable[int] = (),
    bars: int | str | None = None,
    transpose: int = 0,
    strictness: Literal["beginner", "standard", "exam"] = "standard",
    any_octave: bool = False,
) -> Assessment:
    """As :func:`analyze_performance`, with the result as values."""
    result = analyze_performance(
        recording,
        expected_midi,
        sample_rate=sample_rate,
        tracks=tracks,
        channels=channels,
        bars=bars,
        transpose=transpose,
        strictness=strictness,
        any_octave=any_octave,
    )
    return cast(Assessment, json.loads(result))
