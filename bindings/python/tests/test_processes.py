"""Interrupts, forked and spawned processes."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rust_audio_engine import synthesize_midi


def render(song: Path, output: Path) -> float:
    return synthesize_midi(song, output, "builtin")


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_children_render_the_same(method: str, song: Path, tmp_path: Path) -> None:
    render(song, tmp_path / "parent.wav")
    with multiprocessing.get_context(method).Pool(2) as pool:
        outputs = [tmp_path / f"{method}{n}.wav" for n in range(3)]
        pool.starmap(render, [(song, output) for output in outputs])
    parent = (tmp_path / "parent.wav").read_bytes()
    assert all(output.read_bytes() == parent for output in outputs)


def test_importing_starts_no_thread() -> None:
    code = "import threading, os, rust_audio_engine; print(len(os.listdir('/proc/self/task')))"
    if not Path("/proc/self/task").exists():
        code = "import rust_audio_engine; print(1)"
    assert subprocess.check_output([sys.executable, "-c", code]).strip() == b"1"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_a_render(long_song: Path, tmp_path: Path, interrupt: Callable[..., bytes]) -> None:
    code = (
        "import sys, rust_audio_engine as rae\n"
        "rae.Engine('builtin').synthesize(sys.argv[1], sys.argv[2], progress=lambda share: print(share, flush=True))\n"
    )
    output = tmp_path / "out.wav"
    assert b"KeyboardInterrupt" in interrupt(code, long_song, output)
    assert not output.exists() and [path.name for path in tmp_path.iterdir()] == ["long.mid"]


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_during_the_first_array_is_no_panic(song: Path) -> None:
    """The first block is long work that looks at no signals, and becomes the first array of the process."""
    code = (
        "import signal, sys, time, rust_audio_engine as rae\n"
        "signal.signal(signal.SIGALRM, signal.default_int_handler)\n"
        "blocks = rae.stream(sys.argv[1], 'builtin', block_frames=1 << 20, tail=24.0)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.01)\n"
        "next(blocks)\n"
        "time.sleep(60)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(song)], stderr=subprocess.PIPE, timeout=60)
    assert b"KeyboardInterrupt" in done.stderr and b"panicked" not in done.stderr, done.stderr
