"""Audio files and arrays through effects, and mastering."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

from . import _core
from ._chain import ChainSource, chain_json
from ._errors import warn
from ._sound import core_samples
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
      files, R128 gains in Opus files. Default: nothing, since what the input says is no longer true.
    - ``overwrite``: Replace the output file if it exists. An input is never replaced. Default True.
    - ``progress``: Called with the share of the work done, 0 to 1. What it raises stops the work and is raised.
    """

    sample_rate: int
    channels: int
    format: Literal["wav", "flac", "mp3", "opus"]
    sample_format: Literal["s16", "s24", "f32"]
    bitrate: int
    quality: int
    level: int
    replay_gain: Literal["track"]
    overwrite: bool
    progress: Callable[[float], object] | None


@overload
def process(
    source: StrPath,
    output_path: StrPath,
    *,
    chain: ChainSource | None = None,
    preset: str | None = None,
    tail: Literal["keep", "trim"] | float = "keep",
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
    tail: Literal["keep", "trim"] | float = "keep",
    sample_rate: int,
) -> NDArray[np.float32]: ...


def process(
    source: StrPath | NDArray[np.floating],
    output_path: StrPath | None = None,
    *,
    chain: ChainSource | None = None,
    preset: str | None = None,
    tail: Literal["keep", "trim"] | float = "keep",
    normalize_db: float | None = None,
    **options: Any,
) -> dict[str, Any] | NDArray[np.float32]:
    """Take sound through effects: a ``chain`` or a ``preset``.

    A file is written to ``output_path`` block by block, with its tags; the result is the report of
    ``rae process --json``: ``duration``, ``peak_dbfs``, ``reductions`` and so on, and its warnings are warned of. An
    array, (channels, frames) or (frames,), needs its ``sample_rate`` and gives an array. The effects' latency is taken
    away. ``tail`` is what follows the end: all that rings until it is 100 dB down, nothing, or seconds.
    ``normalize_db`` brings the highest sample of a file to this level. More for files: :class:`FileOptions`.

    Raises :class:`AudioEngineError` and its kinds, such as :class:`SettingsError` for a chain that does not fit.
    """
    effects = chain_json(chain, preset)
    if effects is None:
        raise TypeError("name effects: chain=… or preset=…; presets() lists presets")
    if isinstance(source, str | os.PathLike):
        if output_path is None:
            raise TypeError("a file needs an output_path")
        chosen = _prepared(options) | {"chain": effects, "tail": _tail(tail)}
        if normalize_db is not None:
            chosen["normalize_db"] = float(normalize_db)
        progress = options.get("progress")
        return _report(_core.process_file(os.fspath(source), os.fspath(output_path), chosen, progress))
    sample_rate = options.pop("sample_rate", None)
    if sample_rate is None:
        raise TypeError("an array needs its sample_rate")
    if output_path is not None or normalize_db is not None or options:
        raise TypeError("output_path, normalize_db and file options are for files")
    import numpy as np

    chosen = {"chain": effects, "tail": _tail(tail)}
    output = _core.process_array(core_samples(source, "source"), sample_rate, chosen)
    return output if np.ndim(source) == 2 else output[0]


def master(
    input_path: StrPath,
    output_path: StrPath,
    *,
    lufs: float | None = None,
    ceiling_db: float = -1.0,
    reference: StrPath | None = None,
    level_strength: float = 1.0,
    spectrum_strength: float = 1.0,
    width_strength: float = 1.0,
    chain: ChainSource | None = None,
    preset: str | None = None,
    tail: Literal["keep", "trim"] | float = "trim",
    **options: Unpack[FileOptions],
) -> dict[str, Any]:
    """Finish a recording: bring it to an integrated loudness under a ceiling of true peaks (dBTP), and to the sound of
    a ``reference`` file if there is one. ``lufs`` is by default the reference's loudness, without one -14.

    The strengths, 0 to 1, say how far to go from the recording's level, spectrum and stereo width to the reference's.
    The effects of ``chain`` or ``preset`` come first. ``docs/mastering.md`` says how it works. The result is the report
    of ``rae master --json``: loudness ``before`` and ``after``, ``gain_db``, ``limited_db``, ``reached``,
    ``reference`` and ``chain``, all that was done as a dictionary for :meth:`Chain.from_dict`.

    Raises :class:`AudioEngineError` and its kinds.
    """
    chosen = _prepared(options) | {
        "ceiling_db": float(ceiling_db),
        "level_strength": float(level_strength),
        "spectrum_strength": float(spectrum_strength),
        "width_strength": float(width_strength),
        "tail": _tail(tail),
    }
    effects = chain_json(chain, preset)
    if effects is not None:
        chosen["chain"] = effects
    if lufs is not None:
        chosen["lufs"] = float(lufs)
    if reference is not None:
        chosen["reference"] = os.fspath(reference)
    progress = options.get("progress")
    return _report(_core.master_file(os.fspath(input_path), os.fspath(output_path), chosen, progress))


def _prepared(options: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(options.keys() - FileOptions.__annotations__.keys())
    if unknown:
        near = difflib.get_close_matches(unknown[0], FileOptions.__annotations__, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}{hint}")
    return {name: value for name, value in options.items() if value is not None and name != "progress"}


def _tail(tail: object) -> str | float:
    if isinstance(tail, bool) or not isinstance(tail, str | int | float):
        raise TypeError("tail: expected 'keep', 'trim' or seconds")
    return tail if isinstance(tail, str) else float(tail)


def _report(text: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(text)
    warn(report["warnings"])
    return report
