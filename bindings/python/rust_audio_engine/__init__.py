"""MIDI files and SoundFonts become finished sound.

>>> from rust_audio_engine import synthesize_midi
>>> seconds = synthesize_midi("song.mid", "song.wav", "builtin")  # doctest: +SKIP
"""

from ._core import __version__
from ._engine import Engine, RenderReport
from ._errors import (
    AudioEngineError,
    AudioEngineWarning,
    CodecError,
    DeviceError,
    FileAccessError,
    MidiError,
    MissingFileError,
    OutputExistsError,
    SettingsError,
    SoundFontError,
)
from ._functions import synthesize_midi
from ._options import RenderOptions

__all__ = [
    "AudioEngineError",
    "AudioEngineWarning",
    "CodecError",
    "DeviceError",
    "Engine",
    "FileAccessError",
    "MidiError",
    "MissingFileError",
    "OutputExistsError",
    "RenderOptions",
    "RenderReport",
    "SettingsError",
    "SoundFontError",
    "__version__",
    "synthesize_midi",
]
