"""Engines: a SoundFont opened once, rendered with many times, from any thread."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack

from . import _core
from ._errors import warn
from ._options import RenderOptions, prepare
from ._results import BatchResult, RenderReport
from ._song import MidiSource, core_song, song_name
from ._sound import demand_numpy
from ._soundfont import SoundFont, StrPath, bank_names
from ._stream import Stream

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger("rust_audio_engine")


class Engine:
    """A SoundFont, opened once. Render with it as often as you like, from as many threads as you like.

    ``soundfont`` is a path, ``"builtin"``, or None: then ``RAE_SOUNDFONT``, the system's SoundFonts and the built-in
    one are tried in this order. It can be several, too: see :data:`SoundFont`. ``copy=True`` reads files into memory
    instead of mapping them, for servers whose files may change under them.
    """

    def __init__(self, soundfont: SoundFont = None, *, copy: bool = False) -> None:
        self._core = _core.Engine(bank_names(soundfont), copy=copy)
        logger.info("SoundFont %s (%s)", self._core.soundfont, self._core.name)
        warn(self._core.warnings)

    @property
    def soundfont(self) -> str:
        """Path of the SoundFont, or ``"builtin"``; of several, all with their offsets."""
        return self._core.soundfont

    @property
    def name(self) -> str:
        """The SoundFont's own name."""
        return self._core.name

    def synthesize(
        self,
        midi_path: MidiSource,
        output_path: StrPath,
        sample_rate: int = 44100,
        use_gpu: bool = True,
        reverb: bool = True,
        **options: Unpack[RenderOptions],
    ) -> RenderReport:
        """Render a :data:`MidiSource` to a WAV file and report. The GIL is released meanwhile; Ctrl-C stops it."""
        report = self._core.render_file(
            core_song(midi_path),
            os.fspath(output_path),
            prepare(options, sample_rate=sample_rate, use_gpu=use_gpu, reverb=reverb),
            options.get("progress"),
        )
        _tell(output_path, report)
        return report

    def synthesize_batch(
        self,
        midi_paths: Iterable[StrPath],
        output_dir: StrPath,
        sample_rate: int = 44100,
        use_gpu: bool = True,
        reverb: bool = True,
        *,
        jobs: int | None = None,
        **options: Unpack[RenderOptions],
    ) -> list[BatchResult]:
        """Render MIDI files to WAV files in a folder, ``jobs`` at once; see :func:`batch_synthesize_midi`."""
        if isinstance(midi_paths, str | bytes | os.PathLike):
            raise TypeError(f"midi_paths: expected several paths; write [{midi_paths!r}] for one")
        songs = [os.fspath(path) for path in midi_paths]
        prepared = prepare(options, sample_rate=sample_rate, use_gpu=use_gpu, reverb=reverb)
        if jobs is not None:
            prepared["jobs"] = jobs
        made = self._core.render_batch(songs, os.fspath(output_dir), prepared, options.get("progress"))
        results = [BatchResult(song, *item) for song, item in zip(songs, made, strict=True)]
        for result in results:
            if result.report is None:
                logger.info("%s: %s", result.midi_path, result.error)
            else:
                _tell(result.midi_path, result.report, about=f"{result.midi_path}: ")
        return results

    def synthesize_zerocopy(
        self,
        midi_path: MidiSource,
        sample_rate: int = 44100,
        use_gpu: bool = True,
        reverb: bool = True,
        **options: Unpack[RenderOptions],
    ) -> _core.WavBuffer:
        """Render a MIDI file to a WAV file in memory; see :func:`synthesize_midi_zerocopy`."""
        prepared = prepare(options, sample_rate=sample_rate, use_gpu=use_gpu, reverb=reverb)
        file = self._core.render_wav(core_song(midi_path), prepared, options.get("progress"))
        _tell(song_name(midi_path), file.report)
        return file

    def render(
        self,
        midi_path: MidiSource,
        sample_rate: int = 44100,
        use_gpu: bool = True,
        reverb: bool = True,
        **options: Unpack[RenderOptions],
    ) -> NDArray[np.float32]:
        """Render a MIDI file to an array of shape (channels, frames); see :func:`render`."""
        demand_numpy("render")
        prepared = prepare({"sample_format": "f32", **options}, sample_rate=sample_rate, use_gpu=use_gpu, reverb=reverb)
        audio, report = self._core.render_array(core_song(midi_path), prepared, options.get("progress"))
        _tell(song_name(midi_path), report)
        return audio

    def synthesize_stems(
        self,
        midi_path: MidiSource,
        output_dir: StrPath,
        sample_rate: int = 44100,
        use_gpu: bool = True,
        reverb: bool = True,
        *,
        by: Literal["channel", "track"] = "channel",
        **options: Unpack[RenderOptions],
    ) -> dict[str, Path]:
        """Render every channel or track to a WAV file of its own; see :func:`synthesize_stems`."""
        prepared = prepare(options, sample_rate=sample_rate, use_gpu=use_gpu, reverb=reverb) | {"by": by}
        song = core_song(midi_path)
        files, report = self._core.stem_files(song, os.fspath(output_dir), prepared, options.get("progress"))
        _tell(song_name(midi_path), report)
        return {name: Path(path) for name, path in files}

    def render_stems(
        self,
        midi_path: MidiSource,
        sample_rate: int = 44100,
        use_gpu: bool = True,
        reverb: bool = True,
        *,
        by: Literal["channel", "track"] = "channel",
        **options: Unpack[RenderOptions],
    ) -> dict[str, NDArray[np.float32]]:
        """Render every channel or track to an array of its own; see :func:`render_stems`."""
        demand_numpy("render_stems")
        prepared = prepare(options, sample_rate=sample_rate, use_gpu=use_gpu, reverb=reverb) | {"by": by}
        stems, report = self._core.stem_arrays(core_song(midi_path), prepared, options.get("progress"))
        _tell(song_name(midi_path), report)
        return dict(stems)

    def stream(
        self,
        midi_path: MidiSource,
        sample_rate: int = 44100,
        use_gpu: bool = True,
        reverb: bool = True,
        *,
        block_frames: int = 4096,
        **options: Unpack[RenderOptions],
    ) -> Stream:
        """Render a MIDI file block by block; see :func:`stream`."""
        demand_numpy("stream")
        prepared = prepare({"sample_format": "f32", **options}, sample_rate=sample_rate, use_gpu=use_gpu, reverb=reverb)
        prepared["block_frames"] = block_frames
        progress = options.get("progress")
        core = self._core.stream(core_song(midi_path), prepared, progress)
        early = core.report.warnings
        warn(early)
        return Stream(core, progress, lambda report: _tell(song_name(midi_path), report, told=early))

    def __repr__(self) -> str:
        return f"Engine({self.soundfont!r})"


def _tell(what: StrPath, report: RenderReport, about: str = "", told: tuple[str, ...] = ()) -> None:
    """Warn of what was odd and not told yet, and log what was made."""
    warn(about + text for text in report.warnings if text not in told)
    logger.info(
        "%s: %.1f s of audio on %s with %s, %.0fx real time",
        what,
        report.duration,
        report.device,
        report.soundfont,
        report.times_real_time,
    )
