#!/usr/bin/env python3
"""
pictures.py - what pictures of waveforms cost, beside ffmpeg's and beside decoding.

usage: pictures.py [--rae RAE] [--decode DECODE] [--runs N]

A PNG of 1000 x 200 from 10 minutes of 16-bit stereo: rae waveform, ffmpeg's showwavespic and `decode` of bench/kernels,
which only decodes to f32, in turn; medians of CPU seconds. Then the private memory of a picture, peaks and exact
floating-point peaks of three hours. Needs ffmpeg; exits with 1 where a goal is missed.
"""

import argparse
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from process import run

ROOT = Path(__file__).resolve().parent.parent
RATE = 44_100
SHORT_MINUTES, LONG_HOURS = 10, 3
OF_FFMPEG, OF_DECODING, PRIVATE_MIB = 5, 2, 32


def header(frames):
    size = frames * 4
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 2, RATE, RATE * 4, 4, 16, b"data", size
    )


def write_noise(path, seconds):
    """seconds of stereo, the same second of noise at many levels, so that every column is different"""
    noise = random.Random(1).randbytes(RATE * 4)
    with open(path, "wb") as file:
        file.write(header(seconds * RATE))
        for second in range(seconds):
            start = second * 4 % len(noise)
            file.write(noise[start:] + noise[:start])


def write_silence(path, seconds):
    """a file of holes, which takes no room"""
    with open(path, "wb") as file:
        file.write(header(seconds * RATE))
        file.truncate(44 + seconds * RATE * 4)


def medians(commands, runs):
    """the median of the CPU seconds of each command, which take turns"""
    found = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            found[name].append(run(command, {}, watch_memory=False).cpu)
    return {name: statistics.median(times) for name, times in found.items()}


def cost(rae, decode, runs, folder):
    """whether the goals of CPU time are reached"""
    sound, picture = folder / "short.wav", folder / "picture.png"
    write_noise(sound, SHORT_MINUTES * 60)
    showwavespic = ["-filter_complex", "showwavespic=s=1000x200", "-frames:v", "1", folder / "peer.png"]
    commands = {
        "rae waveform": [rae, "waveform", sound, "-o", picture, "--force", "--quiet"],
        "ffmpeg showwavespic": ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", sound, *showwavespic],
        "decoding to f32": [decode, sound],
    }
    found = medians({name: list(map(str, command)) for name, command in commands.items()}, runs)
    for name, seconds in found.items():
        print(f"{name:<28} {1e3 * seconds:7.1f} ms of CPU")
    ours, ffmpeg, decoding = found.values()
    print(f"{'of ffmpeg':<28} {ffmpeg / ours:7.2f} times as fast, goal {OF_FFMPEG}")
    print(f"{'of decoding':<28} {ours / decoding:7.2f} times its cost, goal {OF_DECODING}")
    return ffmpeg >= OF_FFMPEG * ours and ours <= OF_DECODING * decoding


def memory(rae, folder):
    """whether three hours need little memory"""
    sound = folder / "long.wav"
    write_silence(sound, LONG_HOURS * 3600)
    reached = True
    for what in (["waveform"], ["waveform", "--split", "--axis"], ["peaks"], ["peaks", "--split"],
                 ["peaks", "--float", "--width", "1000"]):  # fmt: skip
        usage = run([str(rae), what[0], str(sound), "-o", os.devnull, "--quiet", *what[1:], *extra(what[0])], {})
        print(f"{LONG_HOURS} h, {' '.join(what):<28} {usage.private:5.1f} MiB private, {usage.cpu:.2f} s of CPU")
        reached &= usage.private <= PRIVATE_MIB
    return reached


def extra(verb):
    """the kind of output, which a device's name does not tell"""
    return ["--format", "png" if verb == "waveform" else "json"]


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rae", type=Path, default=target / "release" / "rae")
    parser.add_argument("--decode", type=Path, default=target / "bench" / "release" / "decode")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    if subprocess.run(["ffmpeg", "-version"], capture_output=True).returncode != 0:
        sys.exit("pictures.py: ffmpeg is needed")
    with tempfile.TemporaryDirectory() as folder:
        reached = [
            cost(options.rae, options.decode, options.runs, Path(folder)),
            memory(options.rae, Path(folder)),
        ]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
