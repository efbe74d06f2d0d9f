"""Pictures and peaks of sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from . import _core
from ._errors import SettingsError
from ._midi import MidiFile
from ._song import MidiSource
from ._sound import core_source, demand_numpy, given
from ._soundfont import StrPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_WIDTH = 1000


def generate_waveform(
    audio_path: StrPath | bytes | ArrayLike,
    width: int | None = _WIDTH,
    height: int = 200,
    use_gpu: bool = True,
    *,
    sample_rate: int | None = None,
    format: Literal["png", "svg"] = "png",
    scale: float = 1,
    theme: Literal["light", "dark", "transparent"] = "light",
    background: str | None = None,
    color: str | None = None,
    played: float | None = None,
    played_color: str | None = None,
    channels: Literal["mixed", "split"] = "mixed",
    floor_db: float | None = None,
    auto: bool = False,
    axis: bool = False,
    start: float = 0,
    end: float | None = None,
    samples_per_pixel: int | None = None,
    on_update: Callable[[bytes, float], object] | None = None,
) -> bytes:
    """Draw the waveform of an audio file and return the picture as the bytes of a PNG or SVG file.

    ``audio_path`` is an audio file of any kind that is decoded, the bytes of one, or the sound itself: samples from -1
    to 1 of shape (channels, frames) or (frames,), with its ``sample_rate``. What lies between the lowest and the
    highest sample is drawn in one shade, what lies within the RMS level in another. ``use_gpu=True`` allows a GPU; the
    work is so small that the CPU does it.

    - ``width``, ``height``: pixels; ``scale`` device pixels each, 2 for most sharp screens. A ``width`` of None is
      1000, or with ``samples_per_pixel`` what the sound needs.
    - ``theme``, ``background``, ``color``, ``played_color``: colours as in CSS.
    - ``played``: what comes before this time in seconds is drawn as played.
    - ``channels``: their mean, or a lane for each.
    - ``floor_db``: the height is the level in decibels, down to this one, such as -60.
    - ``auto``: the highest sample reaches the full height, however quiet it is.
    - ``axis``: label time and amplitude.
    - ``start``, ``end``: the part to draw, in seconds.
    - ``samples_per_pixel``: show so many samples in each pixel. Unless another ``width`` than 1000 is given, the
      picture is as wide as the sound needs; one that is narrower shows the beginning.
    - ``on_update``: called a few times while the file is decoded, with a PNG of what there is and the share of the work
      that is done. What it raises ends the work and is raised.

    Raises :class:`SettingsError`, :class:`CodecError` for what is no sound or damaged, :class:`MissingFileError` and
    others.
    """
    options = {
        "width": None if samples_per_pixel is not None and width == _WIDTH else width,
        "height": height,
        "format": format,
        "scale": scale,
        "theme": theme,
        "background": background,
        "color": color,
        "played": played,
        "played_color": played_color,
        "channels": channels,
        "floor_db": floor_db,
        "auto": auto,
        "axis": axis,
        "start": start,
        "end": end,
        "samples_per_pixel": samples_per_pixel,
        "sample_rate": sample_rate,
    }
    return _core.waveform(core_source(audio_path, sample_rate), given(options), on_update)


def waveform_peaks(
    audio_path: StrPath | bytes | ArrayLike,
    width: int = 1000,
    *,
    sample_rate: int | None = None,
    channels: Literal["mixed", "split"] = "mixed",
    start: float = 0,
    end: float | None = None,
    rms: bool = False,
) -> NDArray[np.float32]:
    """Find the peaks of an audio file, or of samples as in :func:`generate_waveform`, for ``width`` columns.

    Returns float32 of shape (channels, width, 2): the lowest and the highest sample of each column; with ``rms=True``
    of shape (channels, width, 3), the root of the mean square being the third. Mixed channels are one. Column k is that
    of the frames from ``k * frames // width`` to before ``(k + 1) * frames // width``, one frame at least. Samples that
    are not finite count as 0. Needs numpy (``pip install numpy``).
    """
    options = {
        "width": width,
        "channels": channels,
        "start": start,
        "end": end,
        "sample_rate": sample_rate,
    }
    demand_numpy("waveform_peaks")
    columns = _core.peaks(core_source(audio_path, sample_rate), given(options))
    return columns if rms else columns[:, :, :2].copy()


def spectrogram(
    audio_path: StrPath | bytes | ArrayLike,
    *,
    width: int = 1000,
    height: int = 400,
    sample_rate: int | None = None,
    scale: float = 1,
    theme: Literal["light", "dark", "transparent"] = "light",
    background: str | None = None,
    colors: Literal["magma", "inferno", "viridis", "grey"] = "magma",
    frequency_scale: Literal["log", "mel", "linear"] = "log",
    low: float | None = None,
    high: float | None = None,
    top_db: float | None = None,
    range_db: float = 80,
    window: int | None = None,
    channels: Literal["mixed", "split"] = "mixed",
    axis: bool = True,
    start: float = 0,
    end: float | None = None,
) -> bytes:
    """Draw the spectrogram of an audio file, or of samples as in :func:`generate_waveform`: the level of every
    frequency over time. Returns the bytes of a PNG file.

    A sine of full scale is at 0 dBFS, and every pixel is the highest level of the time and the frequencies that it
    covers.

    - ``width``, ``height``: pixels; ``scale`` device pixels each, 2 for most sharp screens.
    - ``colors``: of the levels; grey is for paper, the louder the darker. ``theme`` and ``background``: of the rest.
    - ``frequency_scale``: every octave has the same height (log), as pitches are heard (mel, 2595 log10(1 + f / 700)),
      or every hertz (linear).
    - ``low``, ``high``: frequencies in Hz, by default 30 (log) or 0 to half the sample rate.
    - ``top_db``: the level of the brightest colour, by default the highest there is; ``range_db`` below is the darkest.
    - ``window``: frames of a Hann window, a power of two, by default about 85 ms.
    - ``channels``: their mean, or a lane for each.
    - ``axis``: frequencies, times and levels beside the picture.
    - ``start``, ``end``: the part to draw, in seconds.

    Raises as :func:`generate_waveform`.
    """
    options = {
        "width": width,
        "height": height,
        "sample_rate": sample_rate,
        "scale": scale,
        "theme": theme,
        "background": background,
        "colors": colors,
        "frequency_scale": frequency_scale,
        "low": low,
        "high": high,
        "top_db": top_db,
        "range_db": range_db,
        "window": window,
        "channels": channels,
        "axis": axis,
        "start": start,
        "end": end,
    }
    return _core.spectrogram(core_source(audio_path, sample_rate), given(options))


def pianoroll(
    midi_path: MidiSource,
    *,
    width: int = 1000,
    height: int = 400,
    format: Literal["png", "svg"] = "png",
    scale: float = 1,
    theme: Literal["light", "dark", "transparent"] = "light",
    background: str | None = None,
    drums: bool = True,
    axis: bool = True,
    start: float = 0,
    end: float | None = None,
    bars: int | str | None = None,
) -> bytes:
    """Draw the notes of a MIDI file by pitch and time, and return the picture as the bytes of a PNG or SVG file.

    Every track has a colour, or every channel where one track has all notes; the harder a note is struck, the stronger
    its colour. Keys are cropped to those that are played. Drums are diamonds in a lane at the bottom, a row for each
    drum.

    - ``width``, ``height``: pixels; ``scale`` device pixels each, 2 for most sharp screens.
    - ``theme``, ``background``: colours as in CSS.
    - ``drums``: whether they are shown.
    - ``axis``: track names, bars, a keyboard and times around the notes.
    - ``start``, ``end``: the part to draw, in seconds of the song at its own tempo; or
    - ``bars``: only these, counted from 1: ``5``, ``"5-8"`` or ``"5-"``.

    Raises :class:`SettingsError`, :class:`MidiError`, :class:`MissingFileError` and others.
    """
    if bars is not None and (start != 0 or end is not None):
        raise SettingsError("bars and start or end exclude each other; choose one of them")
    if isinstance(midi_path, bytes):
        midi_path = MidiFile.from_bytes(midi_path)
    song = midi_path if isinstance(midi_path, MidiFile) else MidiFile(midi_path)
    options = {
        "width": width,
        "height": height,
        "format": format,
        "scale": scale,
        "theme": theme,
        "background": background,
        "drums": drums,
        "axis": axis,
        "start": start,
        "end": end,
        "bars": None if bars is None else str(bars),
    }
    return _core.pianoroll(song._core, given(options))
