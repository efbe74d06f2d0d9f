"""MIDI files and SoundFonts become finished sound, and sound becomes files and pictures.

>>> from rust_audio_engine import synthesize_midi
>>> seconds = synthesize_midi("song.mid", "song.wav", "builtin")  # doctest: +SKIP
"""

from ._assess import Assessment, AssessmentOptions, analyze_performance, assess, performance_report
from ._chain import Chain, ChainSource, Processor, presets
from ._core import WavBuffer, __version__
from ._engine import Engine
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
from ._follow import FollowedNote, Follower, Position
from ._functions import (
    batch_measure,
    batch_synthesize_midi,
    doctor,
    measure,
    render,
    render_stems,
    stream,
    synthesize_midi,
    synthesize_midi_zerocopy,
    synthesize_stems,
    timeline,
)
from ._midi import MidiFile, MidiNote
from ._options import RenderOptions
from ._pictures import generate_waveform, pianoroll, spectrogram, waveform_peaks
from ._process import FileOptions, batch_master, batch_process, master, process
from ._results import (
    BatchResult,
    ConvertReport,
    ConvertResult,
    Measurements,
    MeasureResult,
    ProcessResult,
    RenderReport,
)
from ._song import MidiSource
from ._sound import Audio, batch_convert, convert, read, write
from ._soundfont import SoundFont
from ._stream import Stream

__all__ = [
    "Assessment",
    "AssessmentOptions",
    "Audio",
    "AudioEngineError",
    "AudioEngineWarning",
    "BatchResult",
    "Chain",
    "ChainSource",
    "CodecError",
    "ConvertReport",
    "ConvertResult",
    "DeviceError",
    "Engine",
    "FileAccessError",
    "FileOptions",
    "FollowedNote",
    "Follower",
    "MeasureResult",
    "Measurements",
    "MidiError",
    "MidiFile",
    "MidiNote",
    "MidiSource",
    "MissingFileError",
    "OutputExistsError",
    "Position",
    "ProcessResult",
    "Processor",
    "RenderOptions",
    "RenderReport",
    "SettingsError",
    "SoundFont",
    "SoundFontError",
    "Stream",
    "WavBuffer",
    "__version__",
    "analyze_performance",
    "assess",
    "batch_convert",
    "batch_master",
    "batch_measure",
    "batch_process",
    "batch_synthesize_midi",
    "convert",
    "doctor",
    "generate_waveform",
    "master",
    "measure",
    "performance_report",
    "pianoroll",
    "presets",
    "process",
    "read",
    "render",
    "render_stems",
    "spectrogram",
    "stream",
    "synthesize_midi",
    "synthesize_midi_zerocopy",
    "synthesize_stems",
    "timeline",
    "waveform_peaks",
    "write",
]
