"""Pictures and peaks from Python."""

import struct
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import rust_audio_engine as rae
from numpy.typing import NDArray

Pixels = Callable[[bytes], NDArray[np.uint8]]


def noise(channels: int, frames: int) -> NDArray[np.float32]:
    return np.random.default_rng(frames).uniform(-1, 1, (channels, frames)).astype(np.float32)


def direct(samples: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """The columns by their definition."""
    frames = samples.shape[1]
    columns = np.empty((samples.shape[0], width, 3), np.float32)
    for k in range(width):
        begin = k * frames // width
        part = samples[:, begin : max((k + 1) * frames // width, begin + 1)]
        rms = np.sqrt(np.mean(np.square(part.astype(np.float64)), axis=1))
        columns[:, k] = np.stack([part.min(axis=1), part.max(axis=1), rms], axis=1)
    return columns


@pytest.fixture
def sound(tmp_path: Path) -> tuple[Path, NDArray[np.float32]]:
    """A WAV file of 16 bits and what its samples are."""
    numbers = np.random.default_rng(1).integers(-32768, 32767, (30011, 2), np.int16)
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(numbers.tobytes())
    return path, (numbers.T / np.float32(32768)).astype(np.float32)


@pytest.mark.parametrize(("frames", "width"), [(10007, 333), (5000, 5000), (7, 20), (1, 1), (999, 1)])
def test_peaks_are_those_of_a_direct_computation(frames: int, width: int) -> None:
    samples = noise(2, frames)
    expected = direct(samples, width)
    found = rae.waveform_peaks(samples, width, sample_rate=8000, channels="split", rms=True)
    assert found.shape == (2, width, 3) and found.dtype == np.float32
    assert np.array_equal(found[:, :, :2], expected[:, :, :2])
    assert np.allclose(found, expected, rtol=1e-6, atol=0)
    mixed = rae.waveform_peaks(samples, width, sample_rate=8000)
    mean = (samples[0] + samples[1]) * np.float32(0.5)
    assert np.array_equal(mixed, direct(mean[None], width)[:, :, :2])


def test_peaks_of_a_file_are_those_of_its_samples(sound: tuple[Path, NDArray[np.float32]]) -> None:
    path, samples = sound
    found = rae.waveform_peaks(path, 77, channels="split", rms=True)
    assert np.array_equal(found, rae.waveform_peaks(samples, 77, sample_rate=8000, channels="split", rms=True))
    assert np.array_equal(found[:, :, :2], direct(samples, 77)[:, :, :2])
    part = rae.waveform_peaks(str(path), 10, start=0.5, end=2.0)
    mean = (samples[0] + samples[1]) * np.float32(0.5)
    assert np.array_equal(part, direct(mean[None, 4000:16000], 10)[:, :, :2])


def test_the_signature_is_as_it_was_asked_for(sound: tuple[Path, NDArray[np.float32]]) -> None:
    path, _ = sound
    picture = rae.generate_waveform(str(path), 1000, 200, True)
    assert isinstance(picture, bytes) and picture == rae.generate_waveform(audio_path=path, use_gpu=False)
    assert struct.unpack(">II", picture[16:24]) == (1000, 200)


def test_pixels_are_where_the_samples_are(pixels: Pixels) -> None:
    samples = np.tile(np.array([0.5, -0.25], np.float32), 5000)
    picture = pixels(rae.generate_waveform(samples, 40, 80, sample_rate=8000, color="black", background="#fff"))
    assert (picture[20:50] < 255).all() and (picture[:20] == 255).all() and (picture[50:] == 255).all()
    played = rae.generate_waveform(samples, 40, 80, sample_rate=10000, played=0.25, played_color="red", theme="dark")
    assert (pixels(played)[40, :, 0] > 250).tolist() == [True] * 10 + [False] * 30
    clear = pixels(rae.generate_waveform(samples, 20, 40, sample_rate=8000, theme="transparent", scale=2))
    assert clear.shape == (80, 40, 4) and (clear[0, :, 3] == 0).all() and (clear[40, :, 3] == 255).all()


def test_samples_per_pixel_show_the_whole_sound_unless_a_width_is_chosen() -> None:
    silence = np.zeros((1, 300_000), np.float32)
    options: dict[str, Any] = {"sample_rate": 8000, "samples_per_pixel": 100, "height": 10}

    def width(**more: int | None) -> int:
        return int.from_bytes(rae.generate_waveform(silence, **more, **options)[16:20], "big")  # type: ignore[arg-type]

    assert (width(), width(width=None), width(width=500)) == (3000, 3000, 500)


def test_an_svg_is_well_formed(sound: tuple[Path, NDArray[np.float32]]) -> None:
    picture = rae.generate_waveform(sound[0], format="svg", axis=True, channels="split", floor_db=-48)
    root = ElementTree.fromstring(picture.decode())
    assert root.tag.endswith("svg") and root.attrib["width"] == "1000"
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert {"L", "R", "0.8 s", "−20 dB"} <= set(texts)


def test_pictures_are_shown_while_they_grow() -> None:
    samples = np.ones(1 << 24, np.float32)
    seen: list[tuple[bytes, float]] = []
    last = rae.generate_waveform(samples, 200, 20, sample_rate=44100, on_update=lambda *told: seen.append(told))
    shares = [share for _, share in seen]
    assert len(seen) > 3 and shares == sorted(shares) and shares[-1] < 1
    assert all(png.startswith(b"\x89PNG") for png, _ in seen) and len({png for png, _ in seen} | {last}) > len(seen)

    def refuse(png: bytes, share: float) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        rae.generate_waveform(samples, sample_rate=44100, on_update=refuse)


def test_what_cannot_be_drawn(song: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rae.generate_waveform(tmp_path / "none.wav")
    with pytest.raises(rae.CodecError, match="MIDI file"):
        rae.generate_waveform(song)
    silence = np.zeros((1, 100), np.float32)
    for options in [{"width": 0}, {"scale": 0.0}, {"theme": "blue"}, {"color": "blurple"}, {"floor_db": 1.0},
                    {"start": 9.0}, {"channels": "both"}, {"samples_per_pixel": 0}, {"height": -1}]:  # fmt: skip
        with pytest.raises(rae.SettingsError):
            rae.generate_waveform(silence, sample_rate=8000, **options)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="sample_rate"):
        rae.generate_waveform(silence)
    with pytest.raises(TypeError, match="int64"):
        rae.waveform_peaks(np.zeros(5, np.int64), sample_rate=8000)
    with pytest.raises(ValueError, match="shape"):
        rae.waveform_peaks(np.zeros((1, 2, 3), np.float32), sample_rate=8000)
