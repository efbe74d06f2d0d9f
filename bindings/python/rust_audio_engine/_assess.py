"""What a student played beside what was expected."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, cast

from . import _core
from ._errors import OutputExistsError, SettingsError
from ._options import check_names
from ._sound import core_source
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


class Vibrato(TypedDict):
    """A regular movement of pitch, up and down from the middle."""

    rate_hz: float
    extent_cents: float


class AssessedNote(TypedDict):
    """An expected note and what became of it."""

    expected_index: int
    pitch: int
    bar: int
    expected_onset_s: float
    predicted_onset_s: float | None
    status: Literal["correct", "wrong_pitch", "missed"]
    played_onset_s: float | None
    played_pitch: int | None
    confidence: float
    deviation_ms: float | None
    timing: Literal["early", "on_time", "late"] | None
    cents_error: float | None
    cents_vs_own_tuning: float | None
    vibrato: Vibrato | None
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
    abandoned_from_s: float
    score_s: float
    bar: int


class Abandoned(TypedDict):
    """A stretch of the recording that is not judged, because its notes were played again later."""

    from_s: float
    until_s: float


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
    abandoned: list[Abandoned]
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


class AssessmentOptions(TypedDict, total=False):
    """Keyword arguments of an assessment; what is left out has its default.

    - ``tracks``: Tracks of the file, counted from 1, whose notes are expected. Default: all.
    - ``channels``: The same of channels; those of the second port are 17 to 32. Default: all.
    - ``hand``: Only this hand's notes. Of several tracks it has those that are named so (left, right, LH, RH, links,
      rechts, gauche, droite and the like); of two without such names, or of two channels in one track, the one that
      lies higher on the whole is the right hand's; a track of one channel is split at ``split``. Default ``"both"``.
    - ``split``: The right hand's lowest key where one track holds both. Default 60, middle C.
    - ``bars``: Bars, counted from 1: ``5``, ``"5-8"`` or ``"5-"``. Default: all.
    - ``transpose``: Semitones from written to sounding pitch, for transposing instruments: -2 for a clarinet in B flat.
      Default 0.
    - ``strictness``: How near to its time a note is on time: within 100, 60 or 40 ms. Default ``"standard"``.
    - ``any_octave``: A note in another octave is right, too. Default False.
    - ``title``: The piece's title in reports. Default: the song's, else its file's name.
    - ``player``: The player's name in reports. Default: none.
    - ``date``: The date in reports, as it should be read. Default: none.
    """

    tracks: Iterable[int]
    channels: Iterable[int]
    hand: Literal["both", "left", "right"]
    split: int
    bars: int | str | None
    transpose: int
    strictness: Literal["beginner", "standard", "exam"]
    any_octave: bool
    title: str | None
    player: str | None
    date: str | None


def analyze_performance(
    recording_path: StrPath | NDArray[np.floating],
    expected_midi_path: StrPath,
    use_gpu: bool = True,
    *,
    sample_rate: int | None = None,
    report: StrPath | Iterable[StrPath] = (),
    overwrite: bool = True,
    **options: Unpack[AssessmentOptions],
) -> str:
    """Say what was right, wrong, missed, early or late in a recording, as JSON (``schemas/assessment.schema.json``):
    ``pitch_accuracy``, ``rhythm_accuracy``, ``notes_played``, ``notes_expected``, ``timing_deviations`` and more.

    The recording is a file of sound or a MIDI recording (by its content), or an array of samples, ``(frames,)`` or
    ``(channels, frames)``, with its ``sample_rate``. :class:`AssessmentOptions` say what is expected and how strictly
    it is judged. ``report`` is a file to write a report to, or several: ``.html`` or ``.png``, by the name; an existing
    one is replaced unless ``overwrite=False``. ``use_gpu`` is a permission; the work is done on the processor.

    Raises :class:`AudioEngineError` (a ``RuntimeError``): :class:`CodecError`, :class:`MidiError`,
    :class:`MissingFileError` (also a ``FileNotFoundError``), :class:`SettingsError` (another ending of a report's name
    among others), :class:`OutputExistsError`.
    """
    reports = [os.fspath(path) for path in ([report] if isinstance(report, str | os.PathLike) else report)]
    for path in reports:
        if not overwrite and os.path.lexists(path):
            raise OutputExistsError(errno.EEXIST, "the report exists and overwrite=False", path)
        _core.check_report(path)
    for name in ("title", "player", "date"):
        if not reports and options.get(name) is not None:
            raise SettingsError(f"{name} stands in reports: name a report, too")
    assessed = _assessed(recording_path, expected_midi_path, sample_rate, options)
    for path in reports:
        assessed.write_report(path, overwrite)
    return assessed.json()


def assess(
    recording: StrPath | NDArray[np.floating],
    expected_midi: StrPath,
    *,
    sample_rate: int | None = None,
    report: StrPath | Iterable[StrPath] = (),
    overwrite: bool = True,
    **options: Unpack[AssessmentOptions],
) -> Assessment:
    """As :func:`analyze_performance`, with the result as values."""
    result = analyze_performance(
        recording, expected_midi, sample_rate=sample_rate, report=report, overwrite=overwrite, **options
    )
    return cast(Assessment, json.loads(result))


def performance_report(
    recording: StrPath | NDArray[np.floating],
    expected_midi: StrPath,
    *,
    format: Literal["html", "png"] = "html",
    sample_rate: int | None = None,
    **options: Unpack[AssessmentOptions],
) -> bytes:
    """The report that :func:`analyze_performance` writes, as the bytes of a file: a page to read and to print."""
    return _assessed(recording, expected_midi, sample_rate, options).report(format)


def _assessed(
    recording: StrPath | NDArray[np.floating],
    expected_midi: StrPath,
    sample_rate: int | None,
    options: Mapping[str, Any],
) -> _core.Assessed:
    if isinstance(recording, bytes):
        raise TypeError("recording_path: expected a path or float samples from -1 to 1, not bytes")
    prepared = prepared_options(options)
    if sample_rate is not None:
        prepared["sample_rate"] = sample_rate
    return _core.assess(core_source(recording, sample_rate, "recording_path"), os.fspath(expected_midi), prepared)


def prepared_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Check the names and take iterables and numbers into the forms that the Rust side expects."""
    check_names(options, AssessmentOptions.__annotations__)
    if options.get("split") is not None and options.get("hand") not in ("left", "right"):
        raise SettingsError("split says where one hand's notes end: choose hand='left' or hand='right', too")
    prepared = {name: value for name, value in options.items() if value is not None}
    for name in prepared.keys() & {"tracks", "channels"}:
        prepared[name] = list(prepared[name])
    if "bars" in prepared:
        prepared["bars"] = str(prepared["bars"])
    return prepared
