"""Measuring audio files."""

from pathlib import Path

import numpy as np
import pytest
from rust_audio_engine import CodecError, MissingFileError, measure
from scipy.io import wavfile  # type: ignore[import-untyped]


def test_a_tone_has_its_levels(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * np.arange(5 * 48_000) / 48_000)
    wavfile.write(path, 48_000, np.stack([tone, tone], axis=1).astype(np.float32))
    measured = measure(path)
    assert measured["integrated_lufs"] == pytest.approx(-23, abs=0.1)
    assert measured["true_peak_db"] == pytest.approx(-23, abs=0.05)
    assert measured["rms_db"] == pytest.approx(-26.01, abs=0.01)
    assert (measured["frames"], measured["clipped_samples"], measured["warnings"]) == (240_000, 0, [])
    from_array = measure(np.stack([tone, tone]).astype(np.float32), sample_rate=48_000)
    assert from_array == measured == measure(path.read_bytes())


def test_silence_has_no_level(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    wavfile.write(path, 44_100, np.zeros(44_100, np.int16))
    assert measure(path)["integrated_lufs"] is None
    assert measure(path)["peak_db"] is None


def test_files_that_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"missing\.wav"):
        measure(tmp_path / "missing.wav")
    (tmp_path / "text.wav").write_text("no sound at all")
    with pytest.raises(CodecError):
        measure(tmp_path / "text.wav")
