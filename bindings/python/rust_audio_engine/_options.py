"""The options that every way of rendering takes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypedDict


class RenderOptions(TypedDict, total=False):
    """Keyword arguments of a render; what is left out has its default."""

    sample_format: Literal["s16", "s24", "f32"]
    """16-bit (dithered) or 24-bit integers, or 32-bit float. Default ``"s16"``."""
    gain_db: float
    """Absolute gain in dB; at 0 one full-scale sample at full velocity reaches full scale. Default -13."""
    normalize_db: float | None
    """Bring the highest sample to this level in dBFS; renders twice. Default: no."""
    reverb_wet: float
    """Share of the reverb, 0 to 1. Default 0.3."""
    reverb_time: float
    """Seconds of the reverb's impulse response. Default 0.1."""
    embedded_bank: bool
    """The bank that an RMID file brings along lies on top of the SoundFont. Default True."""
    sends: bool
    """The reverb hall and chorus that the SoundFont and the song ask for. Default True."""
    interpolation: Literal["sinc", "cubic", "linear"]
    """How samples are read between their points. Default ``"sinc"``."""
    tail: Literal["silence", "none"] | float
    """What follows the last note: until silent, nothing, or so many seconds. Default ``"silence"``."""
    tail_threshold_db: float
    """Level in dBFS below which the tail is silent. Default -90."""
    tempo: float
    """Factor on the tempo; 2 is twice as fast. Default 1."""
    transpose: int
    """Semitones up or down; drums stay. Default 0."""
    start: float
    """Seconds of the song at which the result begins. Default 0."""
    end: float | None
    """Seconds of the song at which it ends; the tail follows. Default: its end."""
    solo: Iterable[int]
    """Only these channels sound: 1 to 16, on the second port 17 to 32. Default: all."""
    mute: Iterable[int]
    """These channels do not sound. Default: none."""
    bars: int | str
    """Only these bars, counted from 1: ``5``, ``"5-8"`` or ``"5-"``. Notes that began before them are not heard, and
    controllers stand as they would. Not together with ``start`` and ``end``. Default: all."""
    loop: int | Literal["inf"]
    """How often the part chosen by ``bars`` or ``start`` and ``end`` is played; without one, what lies between the
    song's loop points (markers loopStart and loopEnd, controllers 116 and 117, 110 and 111, or 111), else all of it.
    ``"inf"`` goes on up to ``max_duration``. Default: the song as it is."""
    count_in: int
    """Bars of clicks before the music. Default 0."""
    click: bool
    """A click on every beat. Default False."""
    click_level_db: float
    """Level in dBFS of the click on a bar's first beat; the others are 4 dB softer. Default -12."""
    max_duration: float
    """A longer song is cut here, with a warning. Seconds, default four hours."""
    max_voices: int
    """Voices that may sound at once. Default 4096."""
    threads: int | None
    """Threads to use; the result does not depend on it. Default: one per core, one per file where files are rendered
    at once."""
    device: Literal["auto", "cpu", "gpu"]
    """What does the work. Overrides ``use_gpu``; only ``"gpu"`` can fail. Default ``"auto"``."""
    overwrite: bool
    """Replace the output file if it exists. An input is never replaced. Default True."""
    progress: Callable[[float], object] | None
    """Called with the share of the work done, 0 to 1. What it raises stops the render and is raised."""


def prepare(options: Mapping[str, Any], *, sample_rate: int, use_gpu: bool, reverb: bool) -> dict[str, Any]:
    """Check the names and take iterables and numbers into the forms that the Rust side expects."""
    unknown = sorted(options.keys() - RenderOptions.__annotations__.keys())
    if unknown:
        near = difflib.get_close_matches(unknown[0], RenderOptions.__annotations__, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}{hint}")
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
    tail = prepared.get("tail")
    if isinstance(tail, bool):
        raise TypeError("tail: expected 'silence', 'none' or seconds, not bool")
    if isinstance(tail, int | float):
        prepared["tail"] = float(tail)
    return prepared
