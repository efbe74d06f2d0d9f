"""Measuring audio files."""

from pathlib import Path

import numpy as np
import pytest
from rust_audio_engine import CodecError, MissingFileError, SettingsError, batch_convert, batch_measure, measure
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


def test_many_files_and_their_album(tmp_path: Path) -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(5 * 48_000) / 48_000)
    paths = [tmp_path / "loud.wav", tmp_path / "soft.wav", tmp_path / "missing.wav"]
    for path, level in zip(paths, (-20, -26), strict=False):
        wavfile.write(path, 48_000, (10 ** (level / 20) * np.stack([tone, tone], axis=1)).astype(np.float32))
    shares: list[float] = []
    files, album = batch_measure(paths, jobs=2, progress=shares.append)
    assert [file.input_path for file in files] == [str(path) for path in paths] and shares[-1] == 1
    assert files[0].measured == measure(paths[0]) and files[0].error is None
    assert files[2].measured is None and isinstance(files[2].error, MissingFileError)
    # The mean of the powers, of parts of one length.
    mean = 10 * np.log10((10**-2 + 10**-2.6) / 2)
    assert album["integrated_lufs"] == pytest.approx(mean, abs=0.1)
    with pytest.raises(TypeError, match="several paths"):
        batch_measure(str(paths[0]))
    with pytest.raises(SettingsError, match="jobs"):
        batch_measure(paths, jobs=0)
    made = batch_convert(paths[:2], tmp_path / "out", format="flac", sample_format="s24", replay_gain="album")
    tags = [Path(result).read_bytes()[:4000] for result in made]
    assert all(b"REPLAYGAIN_TRACK_GAIN" in tag and b"REPLAYGAIN_ALBUM_GAIN" in tag for tag in tags)
