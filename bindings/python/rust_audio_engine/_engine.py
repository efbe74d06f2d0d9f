"""Engines: a SoundFont opened once, rendered with many times, from any thread."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Unpack

from . import _core
from ._errors import AudioEngineWarning
from ._options import RenderOptions, prepare

logger = logging.getLogger("rust_audio_engine")

StrPath = str | os.PathLike[str]

_PACKAGE = os.path.dirname(__file__)


@dataclass(frozen=True, slots=True)
class RenderReport:
    """What a render made, and how."""

    duration: float
    """Seconds of audio: frames written / sample rate."""
    frames: int
    sample_rate: int
    channels: int
    peak_dbfs: float | None
    """Highest sample; None for silence."""
    gain_db: float
    """Gain that was applied, normalisation included."""
    limiter_reduction_db: float
    """The most the safety limiter took away; 0 if it was never needed."""
    notes: int
    voices_peak: int
    """The most voices that sounded at once."""
    device: str
    """What did the work, for example ``"cpu"``."""
    threads: int
    soundfont: str
    """Path of the SoundFont, or ``"builtin"``."""
    wall_seconds: float
    times_real_time: float
    warnings: tuple[str, ...]


class Engine:
    """A SoundFont, opened once. Render with it as often as you like, from as many threads as you like.

    ``soundfont`` is a path, ``"builtin"``, or None: then ``RAE_SOUNDFONT``, the system's SoundFonts and the built-in
    one are tried in this order. ``copy=True`` reads the file into memory instead of mapping it, for servers whose
    files may change under them.
    """

    def __init__(self, soundfont: StrPath | None = None, *, copy: bool = False) -> None:
        self._core = _core.Engine(None if soundfont is None else os.fspath(soundfont), copy=copy)
        logger.info("SoundFont %s (%s)", self._core.soundfont, self._core.name)
        _warn(self._core.warnings)

    @property
    def soundfont(self) -> str:
        """Path of the SoundFont, or ``"builtin"``."""
        return self._core.soundfont

    @property
    def name(self) -> str:
        """The SoundFont's own name."""
        return self._core.name

    def synthesize(
        self,
        midi_path: StrPath,
        output_path: StrPath,
        sample_rate: int = 44100,
        use_gpu: bool = True,
        reverb: bool = True,
        **options: Unpack[RenderOptions],
    ) -> RenderReport:
        """Render a MIDI file to a WAV file and report. The GIL is released meanwhile; Ctrl-C stops it."""
        fixed: dict[str, Any] = {
            "sample_rate": sample_rate,
            "reverb": reverb,
            "device": "auto" if use_gpu else "cpu",
        }
        made = self._core.render_file(
            os.fspath(midi_path), os.fspath(output_path), prepare(options, **fixed), options.get("progress")
        )
        report = RenderReport(**made | {"warnings": tuple(made["warnings"])})
        _warn(report.warnings)
        logger.info(
            "%s: %.1f s of audio on %s with %s, %.0fx real time",
            output_path,
            report.duration,
            report.device,
            report.soundfont,
            report.times_real_time,
        )
        return report

    def __repr__(self) -> str:
        return f"Engine({self.soundfont!r})"


def _warn(texts: Iterable[str]) -> None:
    """Warn at the line that called into this package."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == _PACKAGE:
        level, frame = level + 1, frame.f_back
    for text in texts:
        warnings.warn(text, AudioEngineWarning, stacklevel=level)
