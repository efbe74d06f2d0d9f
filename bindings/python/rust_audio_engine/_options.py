"""The options that every way of rendering takes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypedDict

from ._chain import ChainSource, chain_json


class RenderOptions(TypedDict, total=False):
    """Keyword arguments of a render; what is left out has its default.

    - ``format``: Of the file. Default: the ending of its name, ``"wav"`` where it has none.
    - ``sample_format``: 16-bit (dithered) or 24-bit integers, or 32-bit float, which FLAC does not have. For WAV and
      FLAC; default ``"s16"``.
    - ``bitrate``: kbit/s, for MP3 (the same everywhere) and Opus (on average, default 128).
    - ``quality``: 0 (best, about 245 kbit/s) to 9 (about 65) of a rate that varies, for MP3. Default 2.
    - ``level``: 0 (fastest) to 8 (smallest), for FLAC. Default 5.
    - ``gain_db``: Absolute gain in dB; at 0 one full-scale sample at full velocity reaches full scale. Default -13.
    - ``normalize_db``: Bring the highest sample to this level in dBFS; renders twice. Default: no.
    - ``reverb_wet``: Share of the reverb, 0 to 1. Default 0.3.
    - ``reverb_time``: Seconds of the reverb's impulse response. Default 0.1.
    - ``embedded_bank``: The bank that an RMID file brings along lies on top of the SoundFont. Default True.
    - ``sends``: The reverb hall and chorus that the SoundFont and the song ask for. Default True.
    - ``chain``: Effects for the whole: a :class:`Chain`, its file, or its effects as dictionaries. Default: none.
    - ``preset``: The same by the name of a preset; see :func:`presets`.
    - ``interpolation``: How samples are read between their points. Default ``"sinc"``.
    - ``tail``: What follows the last note: until silent, nothing, or so many seconds. Default ``"silence"``.
    - ``tail_threshold_db``: Level in dBFS below which the tail is silent. Default -90.
    - ``tempo``: Factor on the tempo; 2 is twice as fast. Default 1.
    - ``transpose``: Semitones up or down; drums stay. Default 0.
    - ``start``: Seconds at which the result begins, of the sound as it is played: ``tempo`` is counted in. Default
      0.
    - ``end``: Seconds at which it ends, counted like ``start``; the tail follows. Default: the song's end.
    - ``solo``: Only these channels sound: 1 to 16, on the second port 17 to 32. Default: all.
    - ``mute``: These channels do not sound. Default: none.
    - ``bars``: Only these bars, counted from 1: ``5``, ``"5-8"`` or ``"5-"``. Notes that began before them are not
      heard, and controllers stand as they would. Not together with ``start`` and ``end``. Default: all.
    - ``loop``: How often the part chosen by ``bars`` or ``start`` and ``end`` is played; without one, what lies
      between the song's loop points (markers loopStart and loopEnd, controllers 116 and 117, 110 and 111, or 111),
      else all of it. ``"inf"`` goes on up to ``max_duration``. Default: the song as it is.
    - ``count_in``: Bars of clicks before the music. Default 0.
    - ``click``: A click on every beat. Default False.
    - ``click_level_db``: Level in dBFS of the click on a bar's first beat; the others are 4 dB softer. Default -12.
    - ``max_duration``: A longer song is cut here, with a warning. Seconds, default four hours.
    - ``max_voices``: Voices that may sound at once. Default 4096.
    - ``threads``: Threads to use, at most 1024; the result does not depend on it. Default: one per core, one per file
      where files are rendered at once.
    - ``device``: What does the work. Overrides ``use_gpu``; only ``"gpu"`` can fail. Default ``"auto"``.
    - ``overwrite``: Replace the output file if it exists. An input is never replaced. Default True.
    - ``progress``: Called with the share of the work done, 0 to 1. What it raises stops the render and is raised.
    """

    format: Literal["wav", "flac", "mp3", "opus"]
    sample_format: Literal["s16", "s24", "f32"]
    bitrate: int
    quality: int
    level: int
    gain_db: float
    normalize_db: float | None
    reverb_wet: float
    reverb_time: float
    embedded_bank: bool
    sends: bool
    chain: ChainSource
    preset: str
    interpolation: Literal["sinc", "cubic", "linear"]
    tail: Literal["silence", "none"] | float
    tail_threshold_db: float
    tempo: float
    transpose: int
    start: float
    end: float | None
    solo: Iterable[int]
    mute: Iterable[int]
    bars: int | str
    loop: int | Literal["inf"]
    count_in: int
    click: bool
    click_level_db: float
    max_duration: float
    max_voices: int
    threads: int | None
    device: Literal["auto", "cpu", "gpu"]
    overwrite: bool
    progress: Callable[[float], object] | None


def check_names(options: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse keyword arguments that are not known, with the nearest one that is."""
    known = list(known)
    unknown = sorted(options.keys() - set(known))
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}{hint}")


def prepare(options: Mapping[str, Any], *, sample_rate: int, use_gpu: bool, reverb: bool) -> dict[str, Any]:
    """Check the names and take iterables and numbers into the forms that the Rust side expects."""
    check_names(options, RenderOptions.__annotations__)
    fixed = {"sample_rate": sample_rate, "reverb": reverb, "device": "auto" if use_gpu else "cpu"}
    prepared = fixed | {name: value for name, value in options.items() if value is not None}
    prepared.pop("progress", None)
    for name in prepared.keys() & {"solo", "mute"}:
        if not isinstance(prepared[name], Iterable):
            raise TypeError(f"{name}: expected channels such as [1, 2], not {prepared[name]!r}")
        prepared[name] = list(prepared[name])
    for name in ("bars", "loop"):
        if isinstance(prepared.get(name), int):
            prepared[name] = str(prepared[name])
    chain = chain_json(prepared.pop("chain", None), prepared.pop("preset", None))
    if chain is not None:
        prepared["chain"] = chain
    tail = prepared.get("tail")
    if isinstance(tail, bool):
        raise TypeError("tail: expected 'silence', 'none' or seconds, not bool")
    if isinstance(tail, int | float):
        prepared["tail"] = float(tail)
    return prepared
