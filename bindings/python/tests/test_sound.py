"""Sound read into arrays, written to files, and files converted."""

import shutil
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rust_audio_engine as rae
from numpy.typing import NDArray
from scipy.io import wavfile  # type: ignore[import-untyped]


def noise(channels: int, frames: int, peak: float = 0.9) -> NDArray[np.float32]:
    return np.random.default_rng(frames).uniform(-peak, peak, (channels, frames)).astype(np.float32)


def pcm(path: Path) -> tuple[NDArray[np.int32], int]:
    """(channels, frames) and rate of a WAV file of 16 bits, as the standard library reads it"""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int32)
        return data.reshape(-1, file.getnchannels()).T, file.getframerate()


def ffmpeg(*arguments: object) -> bytes:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def decoded_by_ffmpeg(path: Path, channels: int) -> NDArray[np.float32]:
    raw = ffmpeg("-i", path, "-f", "f32le", "-")
    return np.frombuffer(raw, "<f4").reshape(-1, channels).T


@pytest.fixture
def sound(tmp_path: Path) -> tuple[Path, NDArray[np.int16]]:
    """Stereo of 16 bits at 8000 Hz, and its samples."""
    numbers = np.random.default_rng(1).integers(-32768, 32767, (2, 30011), np.int16)
    path = tmp_path / "sound.wav"
    wavfile.write(path, 8000, numbers.T)
    return path, numbers


def test_samples_of_a_file_are_read_exactly(sound: tuple[Path, NDArray[np.int16]]) -> None:
    path, numbers = sound
    samples, rate = rae.read(path)
    assert samples.dtype == np.float32 and samples.shape == (2, 30011) and rate == 8000
    assert np.array_equal(samples * 32768, numbers)
    read = rae.read(path.read_bytes())
    assert np.array_equal(read.samples, samples) and read.sample_rate == 8000


def test_a_part_is_that_of_the_whole(sound: tuple[Path, NDArray[np.int16]], tmp_path: Path) -> None:
    path, numbers = sound
    flac = tmp_path / "sound.flac"
    rae.convert(path, flac)
    for file in (path, flac):
        part, _ = rae.read(file, start=0.5, end=2)
        assert np.array_equal(part * 32768, numbers[:, 4000:16000])
        assert np.array_equal(rae.read(file, start=3.75).samples * 32768, numbers[:, 30000:])
        assert np.array_equal(rae.read(file, end=99).samples * 32768, numbers)
        with pytest.raises(rae.SettingsError, match="start"):
            rae.read(file, start=4)
    with pytest.raises(rae.SettingsError, match="end"):
        rae.read(path, start=2, end=2)


def test_mono_is_the_mean_and_another_rate_keeps_the_tone(tmp_path: Path) -> None:
    path = tmp_path / "tones.wav"
    at = np.arange(48000) / 48000
    tones = np.stack([np.sin(2 * np.pi * 441 * at), np.sin(2 * np.pi * 1000 * at)]) / 2
    rae.write(path, tones, 48000, sample_format="f32")
    mono, rate = rae.read(path, channels=1, sample_rate=44100)
    assert (mono.shape, rate) == ((1, 44100), 44100)
    at = np.arange(44100) / 44100
    expected = (np.sin(2 * np.pi * 441 * at) + np.sin(2 * np.pi * 1000 * at)) / 4
    assert np.abs(mono[0] - expected)[5000:-5000].max() < 1e-5


def test_what_is_written_is_what_others_read(tmp_path: Path) -> None:
    numbers = np.random.default_rng(2).integers(-32768, 32767, (2, 5003))
    samples = numbers / 32768
    rae.write(tmp_path / "a.wav", samples, 22050)
    found, rate = pcm(tmp_path / "a.wav")
    assert np.array_equal(found, numbers) and rate == 22050
    rae.write(tmp_path / "b.wav", samples[0], 22050, sample_format="s24")
    rate, deep = wavfile.read(tmp_path / "b.wav")
    assert np.array_equal(deep >> 16, numbers[0]) and rate == 22050
    floats = 3 * noise(3, 1001)
    rae.write(tmp_path / "c.wav", floats, 96000, sample_format="f32")
    rate, found = wavfile.read(tmp_path / "c.wav")
    assert np.array_equal(found.T, floats) and rate == 96000
    rae.write(tmp_path / "d", samples, 44100, format="flac", level=8)
    assert (tmp_path / "d").read_bytes()[:4] == b"fLaC"
    assert np.array_equal(decoded_by_ffmpeg(tmp_path / "d", 2) * 32768, numbers)
    assert np.array_equal(rae.read(tmp_path / "d").samples, samples)


@pytest.mark.parametrize(
    ("name", "options"), [("a.mp3", {"bitrate": 320}), ("b.mp3", {"quality": 0}), ("c.opus", {"bitrate": 256})]
)
def test_lossy_files_sound_alike(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    at = np.arange(44100) / 44100
    tone = np.stack([np.sin(2 * np.pi * 440 * at), np.sin(2 * np.pi * 660 * at)]) / 3
    rae.write(tmp_path / name, tone, 44100, **options)
    theirs = decoded_by_ffmpeg(tmp_path / name, 2)
    ours, rate = rae.read(tmp_path / name)
    assert ours.shape == theirs.shape and rate == (48000 if "opus" in name else 44100)
    assert np.abs(ours - theirs).max() < 1e-3
    same, _ = rae.read(tmp_path / name, sample_rate=44100)
    assert same.shape == tone.shape and np.abs(same - tone)[:, 2000:-2000].max() < 0.02


def test_tags_are_written_and_carried_over(tmp_path: Path) -> None:
    tags = {"title": "Grüße", "artist": ["One", "Two"], "track": "3/12"}
    rae.write(tmp_path / "a.flac", noise(1, 4000), 44100, tags=tags)
    rae.convert(tmp_path / "a.flac", tmp_path / "b.mp3")
    for path in (tmp_path / "a.flac", tmp_path / "b.mp3"):
        told = ffmpeg("-i", path, "-f", "ffmetadata", "-").decode().lower()
        assert all(field in told for field in ("title=grüße", "artist=one", "track=3/12")), told
    with pytest.raises(rae.SettingsError, match="colour.*title"):
        rae.write(tmp_path / "a.flac", noise(1, 10), 44100, tags={"colour": "blue"})


def test_what_is_lost_is_told(tmp_path: Path) -> None:
    loud = np.array([0.5, 1.5, np.nan, -1.2, -np.inf], np.float32)
    with pytest.warns(rae.AudioEngineWarning) as told:
        rae.write(tmp_path / "a.wav", loud, 8000)
    assert [str(warning.message)[:14] for warning in told] == ["2 samples were", "2 samples are "]
    assert told[0].filename == __file__
    assert np.array_equal(pcm(tmp_path / "a.wav")[0][0, 1:], [32767, 0, -32768, 0])
    data = (tmp_path / "a.wav").read_bytes()
    with pytest.warns(rae.AudioEngineWarning, match="cut short"):
        assert rae.read(data[:-4]).samples.shape == (1, 3)
    wavfile.write(tmp_path / "theirs.wav", 8000, np.tile(loud, 100))
    with pytest.warns(rae.AudioEngineWarning, match="^200 samples were not finite and count as 0$"):
        found, _ = rae.read(tmp_path / "theirs.wav", sample_rate=16000)
    assert np.isfinite(found).all()
    with pytest.warns(rae.AudioEngineWarning) as told:
        report = rae.convert(tmp_path / "theirs.wav", tmp_path / "b.flac", sample_format="s16")
    assert report.clipped_samples == 200 and len(told) == 2
    with pytest.warns(rae.AudioEngineWarning, match="no place for these tags.*: isrc$"):
        rae.write(tmp_path / "tagged.wav", loud[:1], 8000, tags={"title": "a", "isrc": "b"})


def test_what_cannot_be_read_or_written(song: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rae.read(tmp_path / "none.wav")
    with pytest.raises(rae.CodecError, match="MIDI file"):
        rae.read(song)
    with pytest.raises(rae.CodecError, match="<bytes> is empty"):
        rae.read(b"")
    with pytest.raises(FileNotFoundError):
        rae.read("-")
    there = tmp_path / "there.wav"
    there.write_bytes(b"mine")
    ten = np.zeros(10)
    with pytest.raises(FileExistsError):
        rae.write(there, ten, 8000, overwrite=False)
    for samples, rate, options in [
        (np.zeros((9, 5)), 8000, {"format": "flac"}),
        (np.zeros((65, 5)), 8000, {}),
        (np.zeros((0, 5)), 8000, {}),
        (ten, 0, {}),
        (ten, -1, {}),
        (ten, 96000, {"format": "mp3"}),
        (ten, 8000, {"format": "ogg"}),
        (ten, 8000, {"level": 3}),
        (ten, 8000, {"sample_format": "s8"}),
        (ten, 8000, {"format": "flac", "level": 9}),
    ]:
        with pytest.raises(rae.SettingsError):
            rae.write(there, samples, rate, **options)  # type: ignore[arg-type]
    assert there.read_bytes() == b"mine"
    with pytest.raises(TypeError, match="int16"):
        rae.write(there, np.zeros(5, np.int16), 8000)
    with pytest.raises(TypeError):
        rae.read(ten)  # type: ignore[arg-type]
    rae.write(tmp_path / "ten.wav", ten, 8000)
    for wrong in ({"channels": 3}, {"channels": 0}, {"sample_rate": 0}, {"start": -1.0}, {"start": float("nan")}):
        with pytest.raises(rae.SettingsError):
            rae.read(tmp_path / "ten.wav", **wrong)
    rae.write(tmp_path / "empty.wav", np.zeros((2, 0)), 8000)
    assert rae.read(tmp_path / "empty.wav").samples.shape == (2, 0)


def test_files_are_converted(sound: tuple[Path, NDArray[np.int16]], tmp_path: Path) -> None:
    path, numbers = sound
    told: list[float] = []
    report = rae.convert(path, tmp_path / "a.flac", progress=told.append)
    assert (report.source_format, report.format, report.sample_rate, report.channels) == ("WAV/PCM", "FLAC", 8000, 2)
    assert report.duration == 30011 / 8000 and report.warnings == () and told[-1] == 1
    rae.convert(tmp_path / "a.flac", tmp_path / "b.wav")
    assert np.array_equal(pcm(tmp_path / "b.wav")[0], numbers)
    report = rae.convert(path, tmp_path / "c", format="wav", channels=1, sample_rate=16000, normalize_db=-6)
    found, rate = pcm(tmp_path / "c")
    assert (found.shape, rate) == ((1, 60022), 16000)
    assert report.peak_dbfs == pytest.approx(-6, abs=0.01)
    assert 20 * np.log10(np.abs(found).max() / 32768) == pytest.approx(-6, abs=0.01)
    with pytest.raises(FileExistsError):
        rae.convert(path, path)
    with pytest.raises(rae.SettingsError, match="normalize"):
        rae.convert(path, tmp_path / "x.wav", normalize_db=1)
    with pytest.raises(rae.SettingsError, match="ogg"):
        rae.convert(path, tmp_path / "x.ogg")
    assert not list(tmp_path.glob("x.*")) and np.array_equal(pcm(path)[0], numbers)


def test_one_of_many_may_fail(sound: tuple[Path, NDArray[np.int16]], song: Path, tmp_path: Path) -> None:
    path, numbers = sound
    shares: list[float] = []
    made = rae.batch_convert([path, song, path], tmp_path / "out", format="flac", progress=shares.append)
    assert [Path(result.path).name for result in made] == ["sound.flac", "song.flac", "sound-2.flac"]
    assert [result.error is None for result in made] == [True, False, True] and shares[-1] == 1
    assert isinstance(made[1].error, rae.CodecError) and made[1].report is None
    with pytest.raises(rae.CodecError, match="MIDI file"):
        open(made[1])
    assert made[0].report is not None and made[0].report.format == "FLAC"
    assert np.array_equal(rae.read(made[2]).samples * 32768, numbers)
    assert rae.batch_convert([], tmp_path / "none") == []
    with pytest.raises(rae.SettingsError, match="jobs"):
        rae.batch_convert([path], tmp_path / "out", jobs=0)
    choices: list[dict[str, Any]] = [
        {"format": "flac", "level": 9},
        {"format": "mp3", "quality": 77},
        {"format": "flac", "sample_format": "f32"},
    ]
    for options in choices:
        with pytest.raises(rae.SettingsError, match="use "):
            rae.batch_convert([path], tmp_path / "out", **options)
    with pytest.raises(TypeError, match="several paths"):
        rae.batch_convert(str(path), tmp_path / "out")


def test_buffers_of_any_kind_are_taken(sound: tuple[Path, NDArray[np.int16]], tmp_path: Path) -> None:
    path, numbers = sound
    data = path.read_bytes()
    for given in (data, bytearray(data), memoryview(data)):
        assert np.array_equal(rae.read(given).samples * 32768, numbers)
    askew = np.frombuffer(b"12" + noise(1, 100).tobytes(), "<f4", offset=2)
    rae.write(tmp_path / "askew.wav", askew, 8000, sample_format="f32")
    assert np.array_equal(rae.read(tmp_path / "askew.wav").samples[0], askew)
    kept = (tmp_path / "askew.wav").read_bytes()
    with pytest.raises(rae.OutputExistsError):
        rae.write(tmp_path / "askew.wav", askew, 8000, overwrite=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="sample_rate"):
        rae.write(tmp_path / "askew.wav", askew, None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="track"):
        rae.write(tmp_path / "x.flac", askew, 8000, tags={"track": 3})  # type: ignore[dict-item]
    assert (tmp_path / "askew.wav").read_bytes() == kept and not (tmp_path / "x.flac").exists()


def test_an_interrupt_ends_the_work(interrupt: Callable[..., bytes], tmp_path: Path) -> None:
    silence = tmp_path / "silence.wav"
    with open(silence, "wb") as file:
        wavfile.write(file, 44100, np.zeros((10, 2), np.int16))
        file.seek(4)
        file.write((0xFFFFFFFF).to_bytes(4, "little"))
        file.seek(40)
        file.write((0xFFFFFFFF).to_bytes(4, "little"))
        file.truncate(2 << 30)
    code = """
import sys
import rust_audio_engine as rae
rae.convert(sys.argv[1], sys.argv[2], progress=lambda share: print(share, flush=True))
"""
    assert b"KeyboardInterrupt" in interrupt(code, silence, tmp_path / "out.flac")
    assert not (tmp_path / "out.flac").exists() and len(list(tmp_path.iterdir())) == 1
