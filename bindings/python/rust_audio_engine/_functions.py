"""Functions that do one thing in one call. They share opened SoundFonts."""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

from . import _core
from ._engine import Engine
from ._options import RenderOptions, prepare
from ._results import BatchResult, Measurements, MeasureResult
from ._song import MidiSource, core_song
from ._sound import core_source, given
from ._soundfont import SoundFont, StrPath, bank_names
from ._stream import Stream

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_OPEN_AT_MOST = 4

# Path, inode, time of change, size and offset of each bank.
_Key = tuple[tuple[str, int, int, int, int], ...]
_engines: OrderedDict[_Key, Engine] = OrderedDict()
_lock = threading.Lock()


def synthesize_midi(
    midi_path: MidiSource,
    output_path: StrPath,
    soundfont_path: SoundFont,
    sample_rate: int = 44100,
    use_gpu: bool = True,
    reverb: bool = True,
    **options: Unpack[RenderOptions],
) -> float:
    """Render a MIDI file to a WAV, FLAC, MP3 or Opus file, as its name says, and return the seconds of audio written
    (frames / sample rate). Opus is rendered at 48000 Hz where it does not know the sample rate.

    ``midi_path`` is a file, the bytes of one, or a :class:`MidiFile`. ``soundfont_path`` is a file, ``"builtin"`` for
    the built-in bank, or None for the first of: the variable ``RAE_SOUNDFONT``, the config file, the SoundFonts that
    are installed, the built-in bank; or several, see :data:`SoundFont`. ``use_gpu=True`` allows a GPU where one is
    usable and faster; the log of ``rust_audio_engine`` says what did the work. More options: :class:`RenderOptions`.

    Raises :class:`AudioEngineError` (a ``RuntimeError``): :class:`SoundFontError`, :class:`MidiError`,
    :class:`MissingFileError` (also a ``FileNotFoundError``) and others.
    """
    engine = _engine(soundfont_path)
    return engine.synthesize(midi_path, output_path, sample_rate, use_gpu, reverb, **options).duration


def batch_synthesize_midi(
    midi_paths: Iterable[StrPath],
    output_dir: StrPath,
    soundfont_path: SoundFont,
    sample_rate: int = 44100,
    use_gpu: bool = True,
    reverb: bool = True,
    *,
    jobs: int | None = None,
    **options: Unpack[RenderOptions],
) -> list[BatchResult]:
    """Render MIDI files to audio files in a folder, and return what became of each, in the order of ``midi_paths``.

    A file that fails does not stop the others: its result carries the exception. ``song.mid`` becomes ``song.wav``, or
    ``song.mp3`` with ``format="mp3"``; files of one name become ``song-mid.wav`` and ``song-kar.wav`` by what they are,
    or ``a-song.wav`` and ``b-song.wav`` by their folders; the folder is made if it is not there. ``jobs`` files are
    rendered at once, by default one per core. ``progress`` hears the share of files done. The other arguments are those
    of :func:`synthesize_midi`.

    Raises :class:`AudioEngineError` only for what concerns all files: the SoundFont, an option, the folder.
    """
    engine = _engine(soundfont_path)
    return engine.synthesize_batch(midi_paths, output_dir, sample_rate, use_gpu, reverb, jobs=jobs, **options)


def synthesize_midi_zerocopy(
    midi_path: MidiSource,
    soundfont_path: SoundFont,
    sample_rate: int = 44100,
    use_gpu: bool = True,
    reverb: bool = True,
    **options: Unpack[RenderOptions],
) -> _core.WavBuffer:
    """Render a MIDI file to a file in memory, WAV unless ``format`` says otherwise: the bytes that
    :func:`synthesize_midi` writes.

    ``memoryview(result)`` reads them in place, read-only; so do ``file.write(result)``, ``hashlib`` and others that
    take bytes. ``len``, ``result.duration`` and ``result.report`` describe it. Arguments and exceptions are those of
    :func:`synthesize_midi`.
    """
    return _engine(soundfont_path).synthesize_zerocopy(midi_path, sample_rate, use_gpu, reverb, **options)


def render(
    midi_path: MidiSource,
    soundfont_path: SoundFont,
    sample_rate: int = 44100,
    use_gpu: bool = True,
    reverb: bool = True,
    **options: Unpack[RenderOptions],
) -> NDArray[np.float32]:
    """Render a MIDI file to a numpy array of float32 and shape (channels, frames), the samples of a WAV file with
    ``sample_format="f32"``. The array takes over the engine's memory; nothing is copied.

    Float is not limited: samples may pass ±1. With ``sample_format="s16"`` or ``"s24"`` they have passed the safety
    limiter of those formats, without being rounded. The other arguments and the exceptions are those of
    :func:`synthesize_midi`. Needs numpy (``pip install numpy``).
    """
    return _engine(soundfont_path).render(midi_path, sample_rate, use_gpu, reverb, **options)


def synthesize_stems(
    midi_path: MidiSource,
    output_dir: StrPath,
    soundfont_path: SoundFont,
    sample_rate: int = 44100,
    use_gpu: bool = True,
    reverb: bool = True,
    *,
    by: Literal["channel", "track"] = "channel",
    **options: Unpack[RenderOptions],
) -> dict[str, Path]:
    """Render every channel or track that plays notes to a file of its own in a folder, which is made if it is not
    there, and the clicks to another if there are any. Returns the files by names such as ``"01 Grand Piano"``.

    All are as long as the mix and add up to it, also where voices give way. The limiter is not used; choose
    ``sample_format="f32"`` where stems may exceed full scale. The other arguments and the exceptions are those of
    :func:`synthesize_midi`.
    """
    engine = _engine(soundfont_path)
    return engine.synthesize_stems(midi_path, output_dir, sample_rate, use_gpu, reverb, by=by, **options)


def render_stems(
    midi_path: MidiSource,
    soundfont_path: SoundFont,
    sample_rate: int = 44100,
    use_gpu: bool = True,
    reverb: bool = True,
    *,
    by: Literal["channel", "track"] = "channel",
    **options: Unpack[RenderOptions],
) -> dict[str, NDArray[np.float32]]:
    """Render every channel or track that plays notes to an array like :func:`render`'s: the stems of
    :func:`synthesize_stems` by their names, as float samples that nothing has limited. They add up to the mix.
    """
    return _engine(soundfont_path).render_stems(midi_path, sample_rate, use_gpu, reverb, by=by, **options)


def timeline(midi_path: MidiSource, **options: Unpack[RenderOptions]) -> dict[str, Any]:
    """Bars, beats, tempos, meters, notes, markers and lyrics of a MIDI file in seconds of the sound that these options
    render: with their tempo, transposition, count-in, part of the song and repeats. The form is that of
    ``schemas/timeline.schema.json``.
    """
    prepared = prepare(options, sample_rate=44100, use_gpu=True, reverb=True)
    made: dict[str, Any] = json.loads(_core.timeline(core_song(midi_path), prepared))
    return made


def stream(
    midi_path: MidiSource,
    soundfont_path: SoundFont = None,
    sample_rate: int = 44100,
    use_gpu: bool = True,
    reverb: bool = True,
    *,
    block_frames: int = 4096,
    **options: Unpack[RenderOptions],
) -> Stream:
    """Render a MIDI file block by block, with bounded memory: an iterator over numpy arrays of float32 and shape
    (channels, ``block_frames``), the last one shorter, which together are what :func:`render` gives.

    Each array takes over the engine's memory. Blocks have 1 to 1048576 frames. ``progress`` hears the share of the
    song after each block. The other arguments and the exceptions are those of :func:`render`.
    """
    engine = _engine(soundfont_path)
    return engine.stream(midi_path, sample_rate, use_gpu, reverb, block_frames=block_frames, **options)


def measure(audio_path: StrPath | bytes | ArrayLike, *, sample_rate: int | None = None) -> dict[str, Any]:
    """Measure levels and loudness of an audio file, its bytes, or samples with their ``sample_rate``, as
    ``rae measure --json`` does: ``integrated_lufs``, ``range_lu``, ``max_momentary_lufs``, ``max_short_term_lufs``,
    ``true_peak_db``, ``peak_db``, ``rms_db``, ``clipped_samples``, ``channels`` (a dictionary for each, also with
    ``dc_offset``), ``duration``, ``warnings`` and so on. Levels of silence are None.
    """
    source = core_source(audio_path, sample_rate)
    measured: dict[str, Any] = json.loads(_core.measure(source, given({"sample_rate": sample_rate})))
    return measured


def batch_measure(
    audio_paths: Iterable[StrPath],
    *,
    jobs: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Measurements:
    """Measure audio files as :func:`measure` does one, and the loudness of all together as of an album.

    A file that fails does not stop the others: its result carries the exception. ``jobs`` files are measured at once,
    by default one per core; ``progress`` hears the share of files done.
    """
    if isinstance(audio_paths, str | bytes | os.PathLike):
        raise TypeError("audio_paths: expected several paths, as in a list")
    inputs = [os.fspath(path) for path in audio_paths]
    made, album = _core.measure_batch(inputs, given({"jobs": jobs}), progress)
    files = [
        MeasureResult(path, None if measured is None else json.loads(measured), error)
        for path, (measured, error) in zip(inputs, made, strict=True)
    ]
    return Measurements(files, json.loads(album))


def doctor() -> dict[str, Any]:
    """Tell what the engine finds here, as ``rae doctor --json`` does but for sound devices: ``version``, ``platform``,
    ``processor``, ``memory_bytes``, ``gpu``, ``config``, ``soundfont``, ``self_test`` (a short render), and
    ``problems``, a list of texts: what the environment or the config file names and cannot be used.
    """
    found: dict[str, Any] = json.loads(_core.examine())
    return found


def _engine(soundfont: SoundFont) -> Engine:
    """An engine for this SoundFont: the one opened before, unless a file has changed since."""
    names = _core.resolve_soundfont(bank_names(soundfont))
    key = tuple(_key(path, offset) for path, offset in names)
    with _lock:
        if key in _engines:
            _engines.move_to_end(key)
            return _engines[key]
    engine = Engine(names)
    with _lock:
        _engines[key] = engine
        while len(_engines) > _OPEN_AT_MOST:
            _engines.popitem(last=False)
    return engine


def _key(path: str, offset: int) -> tuple[str, int, int, int, int]:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        # The built-in bank, or a file or impossible name whose opening will say what is wrong with it.
        return (path, 0, 0, 0, offset)
    return (os.path.realpath(path), status.st_ino, status.st_mtime_ns, status.st_size, offset)


def _forget() -> None:
    """In a forked child a lock may be held by a thread that is not there: begin anew."""
    global _engines, _lock
    _engines, _lock = OrderedDict(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
