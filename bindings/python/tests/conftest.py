"""Songs to play."""

import signal
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

TICKS_PER_SECOND = 1000


def _variable_length(value: int) -> bytes:
    data = [value & 0x7F]
    while value := value >> 7:
        data.insert(0, value & 0x7F | 0x80)
    return bytes(data)


def midi_file(notes: list[tuple[float, int, int]], end: float, channel: int = 0) -> bytes:
    """A format 0 file of (seconds, key, velocity), velocity 0 for note-offs."""
    track, last = b"", 0
    for seconds, key, velocity in notes:
        tick = round(seconds * TICKS_PER_SECOND)
        track += _variable_length(tick - last) + bytes([0x90 | channel, key, velocity])
        last = tick
    track += _variable_length(round(end * TICKS_PER_SECOND) - last) + b"\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 500) + b"MTrk" + struct.pack(">I", len(track)) + track


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Two notes, one second."""
    path = tmp_path / "song.mid"
    path.write_bytes(midi_file([(0, 60, 100), (0.4, 60, 0), (0.5, 67, 100), (0.9, 67, 0)], 1.0))
    return path


@pytest.fixture
def long_song(tmp_path: Path) -> Path:
    """Three hours with a note now and then."""
    path = tmp_path / "long.mid"
    notes = [(float(n), 60, 100 if n % 2 == 0 else 0) for n in range(0, 10800)]
    path.write_bytes(midi_file(notes, 10800.0))
    return path


@pytest.fixture
def songs(tmp_path: Path) -> list[Path]:
    """`4.mid` to `0.mid`, each shorter than the one before."""
    paths = [tmp_path / f"{n}.mid" for n in (4, 3, 2, 1, 0)]
    for n, path in zip((4, 3, 2, 1, 0), paths, strict=True):
        path.write_bytes(midi_file([(0, 60 + n, 100), (0.2 * n + 0.1, 60 + n, 0)], 0.2 * n + 0.1))
    return paths


@pytest.fixture
def interrupt() -> Callable[..., bytes]:
    """Runs Python code that prints its progress and sends it SIGINT at the first line; gives its standard error."""
    # A test run in the background of a shell hands down an ignored SIGINT.
    listen = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"

    def run(code: str, *arguments: Path) -> bytes:
        child = subprocess.Popen(
            [sys.executable, "-c", listen + code, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
        return errors

    return run


@pytest.fixture
def turns_during() -> Callable[[Callable[[], object]], int]:
    """How often this thread gets to count while another does some work."""

    def count(work: Callable[[], object]) -> int:
        thread = threading.Thread(target=work)
        thread.start()
        counted = 0
        while thread.is_alive():
            counted += 1
        thread.join()
        return counted

    return count


def _pixels(png: bytes) -> NDArray[np.uint8]:
    """The pixels of a PNG file of 8 bits, by the specification."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert depth == 8
    channels = {2: 3, 6: 4}[kind]
    data, at = b"", 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, -1).astype(np.int64)
    out = np.zeros((height, width * channels), np.int64)
    for y in range(height):
        above = out[y - 1] if y else np.zeros(width * channels, np.int64)
        for x in range(width * channels):
            left = out[y, x - channels] if x >= channels else 0
            corner = above[x - channels] if x >= channels else 0
            guess = left + above[x] - corner
            near = min((left, above[x], corner), key=lambda value: abs(guess - value))
            predicted = [0, left, above[x], (left + above[x]) // 2, near][rows[y, 0]]
            out[y, x] = (rows[y, x + 1] + predicted) % 256
    return out.astype(np.uint8).reshape(height, width, channels)


@pytest.fixture
def pixels() -> Callable[[bytes], NDArray[np.uint8]]:
    """What turns the bytes of a PNG into rows of pixels."""
    return _pixels
