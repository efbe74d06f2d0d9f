#!/usr/bin/env python3
"""
pictures.py - what pictures of waveforms cost, beside ffmpeg's and beside decoding.

A PNG of 1000 x 200 from 10 minutes of 16-bit stereo: rae waveform, ffmpeg's showwavespic and `decode` of bench/kernels,
which only decodes to f32, in turn. Then the private memory of a picture, peaks and exact floating-point peaks of three
hours. Needs ffmpeg. The tables go to bench/RESULTS.md; `make bench` builds the programs and calls this.
"""

import argparse
import os
import random
import statistics
import struct
import sys
import tempfile
from pathlib import Path

import acceptance
import sections
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


def read_once(path):
    """lets the system keep what it has read: the first of several commands would pay for that"""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def medians(commands, runs):
    """the median of the CPU seconds of each command, which take turns"""
    found = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            found[name].append(run(command, {}, watch_memory=False).cpu)
    return {name: statistics.median(times) for name, times in found.items()}


def cost(options, folder):
    """lines of a table, and the goals of CPU time"""
    sound, picture = folder / "short.wav", folder / "picture.png"
    write_noise(sound, SHORT_MINUTES * 60)
    showwavespic = ["-filter_complex", "showwavespic=s=1000x200", "-frames:v", "1", folder / "peer.png"]
    commands = {
        "rae waveform": [options.rae, "waveform", sound, "-o", picture, "--force", "--quiet"],
        "ffmpeg showwavespic": ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", sound, *showwavespic],
        "our decoding to f32, nothing else": [options.decode, sound],
    }
    found = medians({name: list(map(str, command)) for name, command in commands.items()}, options.runs)
    lines = ["| program | CPU ms |", "|---|---:|"]
    lines += [f"| {name} | {1e3 * seconds:.1f} |" for name, seconds in found.items()]
    ours, ffmpeg, decoding = found.values()
    what = f"PNG of {SHORT_MINUTES} minutes, CPU"
    return lines, [
        (f"{what}: showwavespic's of ours", "×", True, OF_FFMPEG, ffmpeg / ours),
        (f"{what}: of our decoding", "×", False, OF_DECODING, ours / decoding),
    ]


def memory(options, folder):
    """lines of a table, and the goal of memory"""
    sound = folder / "long.wav"
    write_silence(sound, LONG_HOURS * 3600)
    read_once(sound)
    lines, most = ["| command | private MiB | CPU s |", "|---|---:|---:|"], 0.0
    for what in (["waveform"], ["waveform", "--split", "--axis"], ["peaks"], ["peaks", "--split"],
                 ["peaks", "--float", "--width", "1000"]):  # fmt: skip
        command = [options.rae, what[0], sound, "-o", os.devnull, "--quiet", *what[1:], *extra(what[0])]
        usage = run(list(map(str, command)), {})
        lines.append(f"| rae {' '.join(what)} | {usage.private:.1f} | {usage.cpu:.2f} |")
        most = max(most, usage.private)
    return lines, [(f"pictures and peaks of {LONG_HOURS} hours: private memory", " MiB", False, PRIVATE_MIB, most)]


def extra(verb):
    """the kind of output, which a device's name does not tell"""
    return ["--format", "png" if verb == "waveform" else "json"]


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rae", type=Path, default=target / "release" / "rae")
    parser.add_argument("--decode", type=Path, default=target / "bench" / "release" / "decode")
    parser.add_argument("--runs", type=int, default=5)
    sections.add_output(parser)
    options = parser.parse_args()
    load = sections.load()
    with tempfile.TemporaryDirectory(prefix="bench_") as folder:
        costs, of_cost = cost(options, Path(folder))
        needs, of_memory = memory(options, Path(folder))
    introduction = (
        f"{sections.circumstances(options.runs, load)} Noise of {SHORT_MINUTES} minutes, 16-bit stereo, to a "
    )
    introduction += f"PNG of 1000 x 200 pixels; then {LONG_HOURS} hours, also with peaks as JSON."
    sections.put(
        options.output,
        ["## Pictures", "", introduction, "", *costs, "", *needs, "", *acceptance.rows(of_cost + of_memory)],
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
