"""Sound in memory: WAV files through the buffer protocol, arrays of numpy."""

import ctypes
import gc
import io
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import rust_audio_engine as rae
from rust_audio_engine import synthesize_midi, synthesize_midi_zerocopy


def address(view: memoryview) -> int:
    return int(np.frombuffer(view, np.uint8).__array_interface__["data"][0])


class PyBuffer(ctypes.Structure):
    """`Py_buffer` of the stable ABI, as the Rust side fills it."""

    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.py_object),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    ]


def test_the_bytes_are_those_of_the_file(song: Path, tmp_path: Path) -> None:
    seconds = synthesize_midi(song, tmp_path / "out.wav", "builtin", 48000, tempo=2)
    file = synthesize_midi_zerocopy(song, "builtin", 48000, tempo=2)
    assert bytes(memoryview(file)) == (tmp_path / "out.wav").read_bytes()
    assert len(file) == (tmp_path / "out.wav").stat().st_size
    assert file.duration == seconds == file.report.duration
    assert (file.report.sample_rate, file.report.notes, file.report.soundfont) == (
        48000,
        2,
        "builtin",
    )
    with (
        wave.open(io.BytesIO(file)) as audio,
        wave.open(str(tmp_path / "out.wav")) as written,
    ):
        assert audio.getparams() == written.getparams()
        assert (audio.getsampwidth(), audio.getnframes()) == (2, file.report.frames)
        assert audio.readframes(audio.getnframes()) == written.readframes(written.getnframes())


def test_views_share_the_memory(song: Path) -> None:
    file = synthesize_midi_zerocopy(song, "builtin")
    one, other = memoryview(file), memoryview(file)
    assert address(one) == address(other) == address(memoryview(file)[:])
    assert one.obj is file
    assert (one.readonly, one.format, one.itemsize, one.ndim, one.shape) == (
        True,
        "B",
        1,
        1,
        (len(file),),
    )
    assert one.contiguous
    with pytest.raises(TypeError):
        one[0] = 0
    with pytest.raises((BufferError, TypeError)):
        io.BytesIO(b"RIFF").readinto(file)


def test_the_address_is_that_of_the_rust_side(song: Path) -> None:
    file = synthesize_midi_zerocopy(song, "builtin")
    filled = PyBuffer()
    simple = 0
    assert ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(file), ctypes.byref(filled), simple) == 0
    try:
        assert filled.buf == address(memoryview(file))
        assert filled.len == len(file)
        assert ctypes.string_at(filled.buf, filled.len) == bytes(file)
    finally:
        ctypes.pythonapi.PyBuffer_Release(ctypes.byref(filled))


def test_a_view_keeps_the_memory(song: Path) -> None:
    file = synthesize_midi_zerocopy(song, "builtin")
    content = bytes(file)
    view = memoryview(file)
    del file
    gc.collect()
    ballast = [bytearray(len(content)) for _ in range(8)]
    assert view == content and len(ballast) == 8
    view.release()


def test_the_object_cannot_be_changed(song: Path) -> None:
    file = synthesize_midi_zerocopy(song, "builtin")
    assert "WavBuffer" in repr(file)
    with pytest.raises(AttributeError):
        file.duration = 1.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        rae.WavBuffer()


def test_arrays_are_the_samples_of_a_float_file(song: Path, tmp_path: Path) -> None:
    engine = rae.Engine("builtin")
    report = engine.synthesize(song, tmp_path / "out.wav", 32000, reverb=False, sample_format="f32", gain_db=6)
    audio = rae.render(song, "builtin", 32000, reverb=False, gain_db=6)
    assert audio.shape == (2, report.frames) and audio.dtype == np.float32
    assert audio.flags.c_contiguous and audio.flags.writeable
    content = (tmp_path / "out.wav").read_bytes()
    written = np.frombuffer(content[-8 * report.frames :], "<f4").reshape(-1, 2).T
    assert np.array_equal(audio, written)
    assert np.array_equal(audio, engine.render(song, 32000, reverb=False, gain_db=6))
    assert audio.any()


def test_arrays_own_their_memory(song: Path) -> None:
    audio = rae.render(song, "builtin")
    copy = audio.copy()
    other = rae.render(song, "builtin")
    assert not np.shares_memory(audio, other)
    other[:] = 0
    del other
    gc.collect()
    audio *= 1
    assert np.array_equal(audio, copy)


def test_integer_formats_pass_the_limiter(song: Path) -> None:
    loud = rae.render(song, "builtin", gain_db=40)
    limited = rae.render(song, "builtin", gain_db=40, sample_format="s16")
    assert np.abs(loud).max() > 1 >= np.abs(limited).max()


def test_options_and_errors_are_those_of_files(song: Path, long_song: Path, tmp_path: Path) -> None:
    def enough(share: float) -> None:
        raise KeyError("enough")

    for function in (synthesize_midi_zerocopy, rae.render):
        with pytest.raises(rae.MissingFileError):
            function(tmp_path / "missing.mid", "builtin")
        with pytest.raises(rae.SettingsError, match="tempo"):
            function(song, "builtin", tempo=0.0)
        with pytest.raises(TypeError, match="volume"):
            function(song, "builtin", volume=11)  # type: ignore[call-arg]
        with pytest.raises(KeyError, match="enough"):
            function(long_song, "builtin", progress=enough)
    content = song.read_bytes()
    song.write_bytes(content[:-4])
    for function in (synthesize_midi_zerocopy, rae.render):
        with pytest.warns(rae.AudioEngineWarning) as caught:
            function(song, "builtin")
        assert caught[0].filename == __file__


def test_numpy_is_needed_only_for_arrays(song: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['numpy'] = None\n"
        "import rust_audio_engine as rae\n"
        "assert len(rae.synthesize_midi_zerocopy(sys.argv[1], 'builtin')) > 44\n"
        "for call in (lambda path: rae.render(path, 'builtin'), rae.read, rae.waveform_peaks):\n"
        "    try:\n"
        "        call(sys.argv[1])\n"
        "    except ImportError as error:\n"
        "        print(error)\n"
    )
    said = subprocess.check_output([sys.executable, "-c", code, str(song)], text=True)
    assert said.count("pip install numpy") == 3
