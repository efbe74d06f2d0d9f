"""Sound as files, and as arrays."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from . import _core
from ._errors import warn
from ._results import ConvertReport, ConvertResult
from ._soundfont import StrPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


class Audio(NamedTuple):
    """Sound in memory."""

    samples: NDArray[np.float32]
    """Shape (channels, frames); full scale is from -1 to 1."""
    sample_rate: int


def read(
    audio_path: StrPath | bytes | bytearray | memoryview,
    *,
    sample_rate: int | None = None,
    channels: Literal[1, 2] | None = None,
    start: float = 0,
    end: float | None = None,
) -> Audio:
    """Read an audio file of any kind that is decoded, or the bytes of one, into a numpy array of float32 and shape
    (channels, frames); returns it with its sample rate::

        samples, sample_rate = read("song.mp3")

    Integers of up to 24 bits come through exactly, divided by full scale: -32768 of 16 bits is -1. Floats of 32 bits
    are what they are; longer numbers are rounded to that. What an encoder added at either end is left out.

    - ``sample_rate``: resample to this rate; by default that of the file.
    - ``channels``: mix to 1 or 2; by default those of the file. Mono is the mean of left and right.
    - ``start``, ``end``: the part to read, in seconds.

    What is damaged is left out with an :class:`AudioEngineWarning`. Raises :class:`CodecError`,
    :class:`MissingFileError`, :class:`SettingsError` (also for more than 2**30 samples at once) and others. Needs numpy
    (``pip install numpy``).
    """
    options = {"sample_rate": sample_rate, "channels": channels, "start": start, "end": end}
    demand_numpy("read")
    samples, rate, warnings = _core.read(_file(audio_path), given(options))
    warn(warnings)
    return Audio(samples, rate)


def write(
    audio_path: StrPath,
    samples: ArrayLike,
    sample_rate: int,
    *,
    format: Literal["wav", "flac", "mp3", "opus"] | None = None,
    sample_format: Literal["s16", "s24", "f32"] | None = None,
    bitrate: int | None = None,
    quality: int | None = None,
    level: int | None = None,
    tags: Mapping[str, str | Sequence[str]] | None = None,
    overwrite: bool = True,
) -> None:
    """Write samples to a WAV, FLAC, MP3 or Opus file, as its name says. The file appears when it is complete.

    ``samples`` are floats from -1 to 1 of shape (channels, frames) or (frames,). What is beyond ±1 or not finite is
    lost with an :class:`AudioEngineWarning`; WAV of floats (``sample_format="f32"``) keeps what is beyond ±1. They must
    not change while they are written.

    - ``format``: if the name does not say it.
    - ``sample_format``: for WAV and FLAC; by default ``"s16"``, which is dithered but for samples that are 16-bit
      numbers.
    - ``bitrate``, ``quality``, ``level``: as in :class:`RenderOptions`.
    - ``tags``: title, artist, album, album_artist, composer, genre, date, track, disc, comment, copyright, isrc;
      several values in a list.
    - ``overwrite``: replace a file that exists.

    Opus is written at 48000 Hz where it does not know the rate. Raises :class:`SettingsError` for what the format
    cannot hold, :class:`FileAccessError` and its kinds.
    """
    options = {
        "sample_rate": sample_rate,
        "format": format,
        "sample_format": sample_format,
        "bitrate": bitrate,
        "quality": quality,
        "level": level,
    }
    if sample_rate is None:
        raise TypeError("sample_rate: samples need one")
    source = core_samples(samples, "samples")
    chosen = given(options) | {"overwrite": bool(overwrite)}
    warn(_core.write(os.fspath(audio_path), source, chosen, list(_fields(tags or {}))))


def convert(
    input_path: StrPath,
    output_path: StrPath,
    *,
    format: Literal["wav", "flac", "mp3", "opus"] | None = None,
    sample_rate: int | None = None,
    channels: Literal[1, 2] | None = None,
    sample_format: Literal["s16", "s24", "f32"] | None = None,
    bitrate: int | None = None,
    quality: int | None = None,
    level: int | None = None,
    normalize_db: float | None = None,
    replay_gain: Literal["track", "album"] | None = None,
    overwrite: bool = True,
    progress: Callable[[float], object] | None = None,
) -> ConvertReport:
    """Turn an audio file into another format, sample rate, number of channels or level, as ``rae convert`` does. Titles
    and the like are carried over.

    - ``format``: wav, flac, mp3 or opus, if the output's name does not say it.
    - ``sample_rate``, ``channels`` (1 or 2): by default those of the input; Opus takes 48000 Hz for rates that it does
      not know.
    - ``sample_format``: for WAV and FLAC; by default what holds the input.
    - ``bitrate``, ``quality``, ``level``: as in :class:`RenderOptions`.
    - ``normalize_db``: bring the highest sample to this level in dBFS; decodes twice.
    - ``replay_gain``: ``"track"`` writes the measured loudness into the tags of FLAC, MP3 and Opus files; ``"album"``,
      for :func:`batch_convert`, that of all files as well. By default what the input says.
    - ``overwrite``: replace an output that exists. The input is never replaced.
    - ``progress``: called with the share of the work done, 0 to 1. What it raises stops the work and is raised.

    What is odd or lost is in the report and an :class:`AudioEngineWarning`. Raises :class:`CodecError`,
    :class:`SettingsError`, :class:`FileAccessError` and its kinds; no unfinished file is left.
    """
    options = {
        "format": format,
        "sample_rate": sample_rate,
        "channels": channels,
        "sample_format": sample_format,
        "bitrate": bitrate,
        "quality": quality,
        "level": level,
        "normalize_db": normalize_db,
        "replay_gain": replay_gain,
    }
    chosen = given(options) | {"overwrite": bool(overwrite)}
    made = _core.convert_file(os.fspath(input_path), os.fspath(output_path), chosen, progress)
    report = _report(made)
    warn(report.warnings)
    return report


def batch_convert(
    input_paths: Iterable[StrPath],
    output_dir: StrPath,
    *,
    format: Literal["wav", "flac", "mp3", "opus"] | None = None,
    sample_rate: int | None = None,
    channels: Literal[1, 2] | None = None,
    sample_format: Literal["s16", "s24", "f32"] | None = None,
    bitrate: int | None = None,
    quality: int | None = None,
    level: int | None = None,
    normalize_db: float | None = None,
    replay_gain: Literal["track", "album"] | None = None,
    jobs: int | None = None,
    overwrite: bool = True,
    progress: Callable[[float], object] | None = None,
) -> list[ConvertResult]:
    """Turn audio files into others in a folder, and return what became of each, in the order of ``input_paths``.

    A file that fails does not stop the others: its result carries the exception. ``song.flac`` becomes ``song.wav``, or
    ``song.mp3`` with ``format="mp3"``; files of one name become ``song-flac.wav`` and ``song-mp3.wav`` by what they
    were, or ``disc1-song.wav`` and ``disc2-song.wav`` by where they were; the folder is made if it is not there.
    ``jobs`` files are converted at once, by default one per core. ``progress`` hears the share of files done. The other
    arguments are those of :func:`convert`.

    Raises :class:`AudioEngineError` only for what concerns all files: an option, the folder.
    """
    options = {
        "format": format,
        "sample_rate": sample_rate,
        "channels": channels,
        "sample_format": sample_format,
        "bitrate": bitrate,
        "quality": quality,
        "level": level,
        "normalize_db": normalize_db,
        "replay_gain": replay_gain,
        "jobs": jobs,
    }
    if isinstance(input_paths, str | bytes | os.PathLike):
        raise TypeError("input_paths: expected several paths, as in a list")
    inputs = [os.fspath(path) for path in input_paths]
    chosen = given(options) | {"overwrite": bool(overwrite)}
    made = _core.convert_batch(inputs, os.fspath(output_dir), chosen, progress)
    results = [
        ConvertResult(path, output, None if report is None else _report(report), error)
        for path, (output, report, error) in zip(inputs, made, strict=True)
    ]
    for result in results:
        warn(f"{result.input_path}: {text}" for text in (result.report.warnings if result.report else ()))
    return results


def core_source(
    audio: StrPath | bytes | ArrayLike, sample_rate: int | None, name: str = "audio_path"
) -> str | bytes | NDArray[np.float32]:
    """A path, bytes or samples as the Rust module takes them."""
    if isinstance(audio, str | os.PathLike | bytes | bytearray | memoryview):
        if sample_rate is not None:
            raise TypeError("sample_rate: a file has its own; it is for samples alone")
        return _file(audio)
    samples = core_samples(audio, name)
    if sample_rate is None:
        raise TypeError("sample_rate: samples need one")
    return samples


def _file(audio: StrPath | bytes | bytearray | memoryview) -> str | bytes:
    if isinstance(audio, bytes | bytearray | memoryview):
        return bytes(audio)
    return os.fsdecode(audio)


def demand_numpy(function: str) -> None:
    """Say what is missing where a function gives arrays."""
    if importlib.util.find_spec("numpy") is None:
        raise ImportError(f"{function}() gives numpy arrays, and numpy is not there: pip install numpy")
    import numpy  # noqa: F401


def core_samples(samples: ArrayLike, name: str) -> NDArray[np.float32]:
    """Samples as the Rust module takes them."""
    import numpy as np

    found = np.asarray(samples)
    if found.dtype.kind != "f":
        raise TypeError(
            f"{name}: expected a path, the bytes of a file or float samples from -1 to 1, not {found.dtype}"
        )
    if found.ndim not in (1, 2):
        raise ValueError(f"{name}: expected the shape (channels, frames) or (frames,), not {found.shape}")
    return np.require(np.atleast_2d(found), np.float32, ["C_CONTIGUOUS", "ALIGNED"])


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Options that are not left to the Rust module."""
    return {name: value for name, value in options.items() if value is not None}


def _fields(tags: Mapping[str, str | Sequence[str]]) -> Iterable[tuple[str, str]]:
    for name, values in tags.items():
        for value in values if isinstance(values, list | tuple) else [values]:
            if not isinstance(value, str):
                raise TypeError(f"tags: {name} holds {value!r}; expected text")
            yield name, value


def _report(made: str) -> ConvertReport:
    fields = json.loads(made)
    return ConvertReport(
        source_format=fields.pop("from"),
        format=fields.pop("to"),
        warnings=tuple(fields.pop("warnings")),
        **fields,
    )
