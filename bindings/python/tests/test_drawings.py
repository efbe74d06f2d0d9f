"""Spectrograms and piano rolls from Python."""

import struct
import wave
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import rust_audio_engine as rae
from numpy.typing import NDArray

Pixels = Callable[[bytes], NDArray[np.uint8]]


def test_levels_are_those_that_numpy_finds(pixels: Pixels) -> None:
    # A row from each bin of the padded spectrum to the next, and one window in the middle of each column.
    window, columns = 64, 16
    samples = (0.3 * np.random.default_rng(5).uniform(-1, 1, window // 4 * columns)).astype(np.float32)
    picture = pixels(
        rae.spectrogram(
            samples,
            sample_rate=8000,
            width=columns,
            height=window,
            axis=False,
            colors="grey",
            frequency_scale="linear",
            top_db=0,
            range_db=90,
            window=window,
        )
    )
    levels = -90 * picture[::-1, :, 0].astype(np.float64) / 255
    hann = np.hanning(window + 1)[:window]
    padded = np.pad(samples.astype(np.float64), window)
    for column in range(columns):
        begin = window + window // 4 * column + window // 8 - window // 2
        spectrum = np.abs(np.fft.rfft(hann * padded[begin : begin + window], 2 * window)) * 2 / hann.sum()
        expected = 20 * np.log10(np.maximum(spectrum[:-1], spectrum[1:]))
        assert np.allclose(levels[:, column], np.clip(expected, -90, 0), atol=0.3), column


def test_a_file_is_drawn_as_its_samples(tmp_path: Path) -> None:
    numbers = np.random.default_rng(2).integers(-9000, 9000, (20011, 2), np.int16)
    with wave.open(str(tmp_path / "sound.wav"), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(numbers.tobytes())
    samples = (numbers.T / np.float32(32768)).astype(np.float32)
    for options in [{}, {"channels": "split", "start": 0.5, "end": 1.25, "theme": "dark", "scale": 1.5}]:
        drawn = rae.spectrogram(tmp_path / "sound.wav", width=200, height=120, **options)  # type: ignore[arg-type]
        assert drawn == rae.spectrogram(samples, sample_rate=8000, width=200, height=120, **options)  # type: ignore[arg-type]
    assert struct.unpack(">II", rae.spectrogram(tmp_path / "sound.wav")[16:24]) == (1000, 400)


def test_notes_are_drawn_as_they_are_in_the_file(song: Path) -> None:
    svg = rae.pianoroll(song, format="svg", axis=False, width=1000, height=120)
    root = ElementTree.fromstring(svg.decode())
    bars = [element.attrib for element in root.iter() if "rx" in element.attrib]
    lefts = sorted(float(bar["x"]) for bar in bars)
    # The song ends with its bar of two seconds.
    assert lefts == [0.0, 250.0]
    assert all(float(bar["width"]) == pytest.approx(200, abs=1.1) for bar in bars)
    assert rae.pianoroll(rae.MidiFile(song), bars=1) == rae.pianoroll(song) == rae.pianoroll(song.read_bytes())
    assert rae.pianoroll(song, theme="dark", scale=2)[:4] == b"\x89PNG"


def test_what_cannot_be_drawn(song: Path, tmp_path: Path) -> None:
    silence = np.zeros((1, 100), np.float32)
    for options in [{"window": 1000}, {"window": -1}, {"range_db": 0.0}, {"low": 0.0}, {"low": 9000.0},
                    {"colors": "jet"}, {"frequency_scale": "bark"}, {"width": 0}, {"start": 9.0},
                    {"top_db": float("nan")}]:  # fmt: skip
        with pytest.raises(rae.SettingsError):
            rae.spectrogram(silence, sample_rate=8000, **options)  # type: ignore[arg-type]
    for options in [{"width": 0}, {"scale": 0.0}, {"theme": "blue"}, {"start": 9.0}, {"end": -1.0}, {"bars": "9"},
                    {"bars": "x"}, {"bars": 1, "start": 0.5}, {"format": "gif"}]:  # fmt: skip
        with pytest.raises(rae.SettingsError):
            rae.pianoroll(song, **options)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        rae.pianoroll(tmp_path / "none.mid")
    with pytest.raises(rae.CodecError, match="MIDI file"):
        rae.spectrogram(song)
