"""Audio files and arrays through effects, and mastering."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

from . import _core
from ._chain import ChainSource, chain_json
from ._errors import warn
from ._options import check_names
from ._results import ProcessResult
from ._sound import core_samples, given
from ._soundfont import StrPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class FileOptions(TypedDict, total=False):
    """Keyword arguments of what makes audio files of audio files; what is left out has its default.

    - ``sample_rate``: Of the output. Default: the input's; for Opus 48000 where it does not know that one.
    - ``channels``: 1 or 2. Default: the input's.
    - ``format``, ``sample_format``, ``bitrate``, ``quality``, ``level``: As in :class:`RenderOptions`; by default the
      samples are of a kind that holds the input's.
    - ``replay_gain``: ``"track"`` measures the result and writes its loudness into the tags: ReplayGain in FLAC and MP3
      files, R128 gains in Opus files; ``"album"``, for what is processed together, that of all files as well. Default:
      nothing, since what the input says is no longer true.
    - ``overwrite``: Replace an output file that exists. An input is never replaced. Default True.
    - ``progress``: Called with the share of the work done, 0 to 1. What it raises stops the work and is raised.
    """

    sample_rate: int
    channels: int
    format: Literal["wav", "flac", "mp3", "opus"]
    sample_format: Literal["s16", "s24", "f32"]
    bitrate: int
    quality: int
    level: int
    replay_gain: Literal["track", "album"]
    overwrite: bool
    progress: Callable[[float], object] | None


@overload
def process(
    source: StrPath,
    output_path: StrPath,
    *,
    chain: ChainSource | None = None,
    preset: str | None = None,
    ir: StrPath | None = None,
    wet: float | None = None,
    tail: Literal["keep", "trim"] | float = "keep",
    sidechain: StrPath | None = None,
    normalize_db: float | None = None,
    **options: Unpack[FileOptions],
) -> dict[str, Any]: ...


@overload
def process(
    source: NDArray[np.floating],
    output_path: None = None,
    *,
    chain: ChainSource | None = None,
    preset: str | None = None,
    ir: StrPath | None = None,
    wet: float | None = None,
    tail: Literal["keep", "trim"] | float = "keep",
    sidechain: NDArray[np.floating] | None = None,
    sample_rate: int,
) -> NDArray[np.float32]: ...


def process(
    source: StrPath | NDArray[np.floating],
    output_path: StrPath | None = None,
    *,
    chain: ChainSource | None = None,
    preset: str | None = None,
    ir: StrPath | None = None,
    wet: float | None = None,
    tail: Literal["keep", "trim"] | float = "keep",
    sidechain: StrPath | NDArray[np.floating] | None = None,
    normalize_db: float | None = None,
    **options: Any,
) -> dict[str, Any] | NDArray[np.float32]:
    """Take sound through effects: a ``chain`` or a ``preset``, and the reverb of an impulse response, the audio file
    ``ir``, of which the share ``wet`` (0.3) is heard.

    A file is written to ``output_path`` block by block, with its tags; the result is the report of
    ``rae process --json``: ``duration``, ``peak_dbfs``, ``reductions`` and so on, and its warnings are warned of. An
    array, (channels, frames) or (frames,), needs its ``sample_rate`` and gives an array. The effects' latency is taken
    away. ``tail`` is what follows the end: all that rings until it is 100 dB down, nothing, or seconds. ``sidechain``
    is another sound, for effects with ``sidechain = "external"`` to listen to: a file beside a file, an array of the
    same rate beside an array. ``normalize_db`` brings the highest sample of a file to this level. More for files:
    :class:`FileOptions`; for many: :func:`batch_process`.

    Raises :class:`AudioEngineError` and its kinds, such as :class:`SettingsError` for a chain that does not fit.
    """
    if isinstance(source, str | os.PathLike):
        if output_path is None:
            raise TypeError("a file needs an output_path")
        chosen = _processing(chain, preset, ir, wet, tail, sidechain, normalize_db, options)
        progress = options.get("progress")
        return _report(_core.process_file(os.fspath(source), os.fspath(output_path), chosen, progress))
    sample_rate = options.pop("sample_rate", None)
    if sample_rate is None:
        raise TypeError("an array needs its sample_rate")
    if output_path is not None or normalize_db is not None or options:
        raise TypeError("output_path, normalize_db and file options are for files")
    if isinstance(sidechain, str | os.PathLike):
        raise TypeError("sidechain: expected an array beside an array")
    import numpy as np

    effects = {"chain": _effects(chain, preset, ir, wet), "tail": _tail(tail)}
    said = None if sidechain is None else core_samples(sidechain, "sidechain")
    output = _core.process_array(core_samples(source, "source"), sample_rate, effects, said)
    return output if np.ndim(source) == 2 else output[0]


def batch_process(
    input_paths: Iterable[StrPath],
    output_dir: StrPath,
    *,
    chain: ChainSource | None = None,
    preset: str | None = None,
    ir: StrPath | None = None,
    wet: float | None = None,
    tail: Literal["keep", "trim"] | float = "keep",
    sidechain: StrPath | None = None,
    normalize_db: float | None = None,
    jobs: int | None = None,
    **options: Unpack[FileOptions],
) -> list[ProcessResult]:
    """Take audio files through effects into a folder, as :func:`process` takes one, and return what became of each, in
    the order of ``input_paths``.

    A file that fails does not stop the others: its result carries the exception. ``song.flac`` becomes ``song.wav``, or
    ``song.mp3`` with ``format="mp3"``; files of one name become ``song-flac.wav`` and ``song-mp3.wav`` by what they
    were, or ``disc1-song.wav`` and ``disc2-song.wav`` by where they were; the folder is made if it is not there.
    ``jobs`` files are processed at once, by default one per core. ``progress`` hears the share of files done.

    Raises :class:`AudioEngineError` only for what concerns all files: an option, the folder.
    """
    chosen = _processing(chain, preset, ir, wet, tail, sidechain, normalize_db, options)
    return _batch(_core.process_batch, input_paths, output_dir, chosen, jobs, options.get("progress"))


def master(
    input_path: StrPath,
    output_path: StrPath,
    *,
    lufs: float | None = None,
    ceiling_db: float = -1.0,
    reference: StrPath | None = None,
    level_strength: float | None = None,
    spectrum_strength: float | None = None,
    width_strength: float | None = None,
    chain: ChainSource | None = None,
    preset: str | None = None,
    ir: StrPath | None = None,
    wet: float | None = None,
    tail: Literal["keep", "trim"] | float = "trim",
    **options: Unpack[FileOptions],
) -> dict[str, Any]:
    """Finish a recording: bring it to an integrated loudness under a ceiling of true peaks (dBTP), and to the sound of
    a ``reference`` file if there is one. ``lufs`` is by default the reference's loudness, without one -14.

    The strengths, 0 to 1 (1), say how far to go from the recording's level, spectrum and stereo width to the
    reference's. The effects of ``chain`` or ``preset`` and ``ir`` come first. ``docs/mastering.md`` says how it works.
    The result is the report of ``rae master --json``: loudness ``before`` and ``after``, ``gain_db``, ``limited_db``,
    ``reached``, ``reference`` and ``chain``, all that was done as a dictionary for :meth:`Chain.from_dict`. For many
    files there is :func:`batch_master`.

    Raises :class:`AudioEngineError` and its kinds.
    """
    strengths = (level_strength, spectrum_strength, width_strength)
    effects = chain_json(chain, preset, ir, wet)
    chosen = _mastering(lufs, ceiling_db, reference, strengths, effects, tail, options)
    progress = options.get("progress")
    return _report(_core.master_file(os.fspath(input_path), os.fspath(output_path), chosen, progress))


def batch_master(
    input_paths: Iterable[StrPath],
    output_dir: StrPath,
    *,
    lufs: float | None = None,
    ceiling_db: float = -1.0,
    reference: StrPath | None = None,
    level_strength: float | None = None,
    spectrum_strength: float | None = None,
    width_strength: float | None = None,
    chain: ChainSource | None = None,
    preset: str | None = None,
    ir: StrPath | None = None,
    wet: float | None = None,
    tail: Literal["keep", "trim"] | float = "trim",
    jobs: int | None = None,
    **options: Unpack[FileOptions],
) -> list[ProcessResult]:
    """Master audio files into a folder, each as :func:`master` does one; a ``reference`` is read once. Results, names
    and ``jobs`` are as in :func:`batch_process`.

    Raises :class:`AudioEngineError` only for what concerns all files: an option, the folder, the reference.
    """
    strengths = (level_strength, spectrum_strength, width_strength)
    effects = chain_json(chain, preset, ir, wet)
    chosen = _mastering(lufs, ceiling_db, reference, strengths, effects, tail, options)
    return _batch(_core.master_batch, input_paths, output_dir, chosen, jobs, options.get("progress"))


def _processing(
    chain: ChainSource | None,
    preset: str | None,
    ir: StrPath | None,
    wet: float | None,
    tail: Literal["keep", "trim"] | float,
    sidechain: object,
    normalize_db: float | None,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    if sidechain is not None and not isinstance(sidechain, str | os.PathLike):
        raise TypeError("sidechain: expected a file beside a file")
    return _prepared(options) | given(
        {
            "chain": _effects(chain, preset, ir, wet),
            "tail": _tail(tail),
            "sidechain": None if sidechain is None else os.fspath(sidechain),
            "normalize_db": None if normalize_db is None else float(normalize_db),
        }
    )


def _mastering(
    lufs: float | None,
    ceiling_db: float,
    reference: StrPath | None,
    strengths: tuple[float | None, float | None, float | None],
    effects: str | None,
    tail: Literal["keep", "trim"] | float,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    level, spectrum, width = (None if strength is None else float(strength) for strength in strengths)
    return _prepared(options) | given(
        {
            "lufs": None if lufs is None else float(lufs),
            "ceiling_db": float(ceiling_db),
            "reference": None if reference is None else os.fspath(reference),
            "level_strength": level,
            "spectrum_strength": spectrum,
            "width_strength": width,
            "chain": effects,
            "tail": _tail(tail),
        }
    )


def _effects(chain: ChainSource | None, preset: str | None, ir: StrPath | None, wet: float | None) -> str:
    effects = chain_json(chain, preset, ir, wet)
    if effects is None:
        raise TypeError("name effects: chain=…, preset=… or ir=…; presets() lists presets")
    return effects


def _batch(
    work: Callable[..., list[tuple[str, str | None, Exception | None]]],
    input_paths: Iterable[StrPath],
    output_dir: StrPath,
    chosen: dict[str, Any],
    jobs: int | None,
    progress: Callable[[float], object] | None,
) -> list[ProcessResult]:
    if isinstance(input_paths, str | bytes | os.PathLike):
        raise TypeError("input_paths: expected several paths, as in a list")
    inputs = [os.fspath(path) for path in input_paths]
    made = work(inputs, os.fspath(output_dir), chosen | given({"jobs": jobs}), progress)
    results = [
        ProcessResult(path, output, None if report is None else json.loads(report), error)
        for path, (output, report, error) in zip(inputs, made, strict=True)
    ]
    for result in results:
        warn(f"{result.input_path}: {text}" for text in (result.report["warnings"] if result.report else ()))
    return results


def _prepared(options: Mapping[str, Any]) -> dict[str, Any]:
    check_names(options, FileOptions.__annotations__)
    return {name: value for name, value in options.items() if value is not None and name != "progress"}


def _tail(tail: object) -> str | float:
    if isinstance(tail, bool) or not isinstance(tail, str | int | float):
        raise TypeError("tail: expected 'keep', 'trim' or seconds")
    return tail if isinstance(tail, str) else float(tail)


def _report(text: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(text)
    warn(report["warnings"])
    return report
