"""What renders and conversions give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


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
    encoding: str | None
    """Format of the file and its choices, such as ``"FLAC, 16 bit, level 5"``; None where no file was written."""
    bytes: int | None
    """Size of the file; None where none was written."""
    wall_seconds: float
    times_real_time: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of one file of a batch. It is a path: ``open(result)`` opens the audio file, and where there is none
    raises ``result.error``."""

    midi_path: str
    path: str
    """Where the audio file is, or would be."""
    report: RenderReport | None
    """None where the file failed."""
    error: Exception | None
    """Why the file failed; None where it is done."""

    @property
    def duration(self) -> float | None:
        """Seconds of audio; None where the file failed."""
        return None if self.report is None else self.report.duration

    def __fspath__(self) -> str:
        if self.error is not None:
            raise self.error
        return self.path


@dataclass(frozen=True, slots=True)
class ConvertReport:
    """What was made of an audio file."""

    source_format: str
    """What the input is: ``"FLAC"``, ``"MP4/AAC-LC"``."""
    format: str
    """What the output is: ``"MP3"``."""
    sample_rate: int
    """Of the output, as is what follows."""
    channels: int
    duration: float
    """Seconds."""
    peak_dbfs: float | None
    """Highest sample before it is encoded; None for silence."""
    clipped_samples: int
    """Samples beyond full scale that are lost."""
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """What became of one file of many that were measured."""

    input_path: str
    measured: dict[str, Any] | None
    """What :func:`measure` gives for one file; None where it failed."""
    error: Exception | None
    """Why it failed; None where it is done."""


class Measurements(NamedTuple):
    """What was measured of many files."""

    files: list[MeasureResult]
    album: dict[str, Any]
    """Loudness of all that could be measured as if they were one file, as of an album: ``integrated_lufs``,
    ``range_lu``, ``true_peak_db`` and so on."""


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """What became of one file of many that were processed or mastered. It is a path: ``open(result)`` opens the output,
    and where there is none raises ``result.error``."""

    input_path: str
    path: str
    """Where the output is, or would be."""
    report: dict[str, Any] | None
    """What :func:`process` or :func:`master` gives for one file; None where the file failed."""
    error: Exception | None
    """Why the file failed; None where it is done."""

    def __fspath__(self) -> str:
        if self.error is not None:
            raise self.error
        return self.path


@dataclass(frozen=True, slots=True)
class ConvertResult:
    """What became of one file of many. It is a path: ``open(result)`` opens the output, and where there is none raises
    ``result.error``."""

    input_path: str
    path: str
    """Where the output is, or would be."""
    report: ConvertReport | None
    """None where the file failed."""
    error: Exception | None
    """Why the file failed; None where it is done."""

    def __fspath__(self) -> str:
        if self.error is not None:
            raise self.error
        return self.path
