"""Pictures and peaks of sound."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from . import _core
from ._soundfont import StrPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


def generate_waveform(
    audio_path: StrPath | ArrayLike,
    width: int | None = 1000,
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

    ``audio_path`` is an audio file of any kind that is decoded, or the sound itself: samples from -1 to 1 of shape
    (channels, frames) or (frames,), with its ``sample_rate``. What lies between the lowest and the highest sample is
    drawn in one shade, what lies within the RMS level in another. ``use_gpu=True`` allows a GPU; the work is so small
    that the CPU does it.

    - ``width``, ``height``: pixels; ``scale`` device pixels each, 2 for most sharp screens.
    - ``theme``, ``background``, ``color``, ``played_color``: colours as in CSS.
    - ``played``: what comes before this time in seconds is drawn as played.
    - ``channels``: their mean, or a lane for each.
    - ``floor_db``: the height is the level in decibels, down to this one, such as -60.
    - ``auto``: the highest sample reaches the full height, however quiet it is.
    - ``axis``: label time and amplitude.
    - ``start``, ``end``: the part to draw, in seconds.
    - ``samples_per_pixel``: show so many samples in each pixel; with ``width=None`` the picture is as wide as the sound
      needs.
    - ``on_update``: called a few times while the file is decoded, with a PNG of what there is and the share of the work
      that is done. What it raises ends the work and is raised.

    Raises :class:`SettingsError`, :class:`CodecError` for what is no sound or damaged, :class:`MissingFileError` and
    others.
    """
    options = {
        "width": width,
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
    return _core.waveform(_source(audio_path, sample_rate), _given(options), on_update)


def waveform_peaks(
    audio_path: StrPath | ArrayLike,
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
    columns = _core.peaks(_source(audio_path, sample_rate), _given(options))
    return columns if rms else columns[:, :, :2].copy()


def _source(audio: StrPath | ArrayLike, sample_rate: int | None) -> str | NDArray[np.float32]:
    """A path, or samples as the Rust side takes them."""
    if isinstance(audio, str | os.PathLike):
        if sample_rate is not None:
            raise TypeError("sample_rate: a file has its own; it is for samples alone")
        return os.fspath(audio)
    import numpy as np

    samples = np.asarray(audio)
    if samples.dtype.kind != "f":
        raise TypeError(f"audio_path: expected a path or float samples from -1 to 1, not {samples.dtype}")
    if samples.ndim not in (1, 2):
        raise ValueError(f"audio_path: expected the shape (channels, frames) or (frames,), not {samples.shape}")
    if sample_rate is None:
        raise TypeError("sample_rate: samples need one")
    return np.ascontiguousarray(np.atleast_2d(samples), dtype=np.float32)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
