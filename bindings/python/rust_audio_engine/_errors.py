"""What can go wrong. Every exception of this package is an :class:`AudioEngineError`."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable

_PACKAGE = os.path.dirname(__file__)


class AudioEngineError(RuntimeError):
    """The engine could not do what was asked; the text says why and what to do."""


class SoundFontError(AudioEngineError):
    """The SoundFont is damaged or no SoundFont."""


class MidiError(AudioEngineError):
    """The MIDI file is damaged or no MIDI file."""


class CodecError(AudioEngineError):
    """The audio file could not be made."""


class DeviceError(AudioEngineError):
    """The demanded device (``device="gpu"``) is not there."""


class SettingsError(ValueError, AudioEngineError):
    """An option is out of its range."""


class FileAccessError(OSError, AudioEngineError):
    """A file could not be read or written; ``errno`` and ``filename`` are filled."""


class MissingFileError(FileNotFoundError, FileAccessError):
    """A file or its directory is not there; ``errno`` and ``filename`` are filled."""


class OutputExistsError(FileExistsError, FileAccessError):
    """The output is there already and ``overwrite=False``, or it is an input; ``errno`` and ``filename`` are filled."""


class AudioEngineWarning(UserWarning):
    """Something odd in a MIDI file, a SoundFont or a render, and what was done about it."""


def warn(texts: Iterable[str]) -> None:
    """Warn at the line that called into this package."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == _PACKAGE:
        level, frame = level + 1, frame.f_back
    for text in texts:
        warnings.warn(text, AudioEngineWarning, stacklevel=level)
