#!/usr/bin/env python3
"""
mastering.py - mastering with a reference beside matchering (PyPI, measured only).

usage: mastering.py [--rae RAE] [--matchering PYTHON] [--minutes N] [--runs N] [--output FILE]

`rae master --reference` and matchering bring the same recording of N minutes (16-bit stereo at 44.1 kHz) to the same
reference, in turn: medians of CPU seconds and the highest resident memory. PYTHON is one that has matchering, by
default that of the environment which scripts/bench.sh makes for it. Once the recording is softer than the reference,
and once as loud. The tables go to bench/MASTERING.md. Exits with 1 where a goal is missed.
"""

import argparse
import array
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import wave
from datetime import date
from pathlib import Path

from process import run
from report import machine

HERE = Path(__file__).resolve().parent
RAE, MATCHERING = "rae master", "matchering"
RATE = 44_100
# Times as fast, in this part of its memory.
FASTER, SMALLER = 10, 0.1
# Without a GUI toolkit; it logs nothing that way.
SCRIPT = """
import sys
import matchering
target, reference, result = sys.argv[1:]
matchering.process(target=target, reference=reference, results=[matchering.pcm16(result)])
"""


def phrase(bright, level):
    """eight seconds of strokes over chords as interleaved 16-bit samples; bright shares go to the highs"""
    noise = random.Random(1)
    samples = array.array("h")
    low = 0.0
    for n in range(8 * RATE):
        t = n / RATE
        beat = t % 0.5
        white = noise.uniform(-1, 1)
        low += 0.1 * (white - low)
        stroke = math.exp(-beat / 0.05) * (bright * white + (1 - bright) * 4 * low)
        chord = sum(math.sin(math.tau * hz * t) for hz in (110, 220, 277.2, 329.6)) / 4
        side = 0.2 * math.sin(math.tau * 554.4 * t)
        for value in (0.5 * stroke + 0.3 * chord + 0.1 * side, 0.5 * stroke + 0.3 * chord - 0.1 * side):
            samples.append(max(-32767, min(32767, round(32767 * level * value))))
    return samples.tobytes()


def write(path, minutes, bright, level):
    data = phrase(bright, level)
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        for _ in range(math.ceil(minutes * 60 / 8)):
            file.writeframesraw(data)


def measure(commands, runs):
    """median CPU and wall seconds and the most resident MiB of each program, which take turns"""
    found = {who: [] for who in commands}
    for _ in range(runs):
        for who, command in commands.items():
            found[who].append(run(list(map(str, command)), {}))
    return {
        who: (
            statistics.median(usage.cpu for usage in usages),
            statistics.median(usage.wall for usage in usages),
            max(usage.resident for usage in usages),
        )
        for who, usages in found.items()
    }


def compare(options, folder, level):
    """what both programs take for a recording of this level"""
    target, reference = folder / "target.wav", folder / "reference.wav"
    write(target, options.minutes, 0.3, level)
    write(reference, options.minutes, 0.7, 0.9)
    ours = [options.rae, "master", target, "-o", folder / "ours.wav", "--reference", reference, "--force", "--quiet"]
    theirs = [options.matchering, "-c", SCRIPT, target, reference, folder / "theirs.wav"]
    return measure({RAE: ours, MATCHERING: theirs}, options.runs)


def version(python):
    command = [python, "-c", "from importlib.metadata import version; print(version('matchering'))"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def tables(cases, options, load):
    """the lines of the file, and whether all goals are met"""
    lines = [
        "# Mastering with a reference beside matchering",
        "",
        f"{date.today()}, {machine()}, load {load:.1f} at the start; matchering {version(options.matchering)}; "
        f"medians of {options.runs} alternating runs. Made by `make bench`.",
        "",
        f"{options.minutes} minutes of 16-bit stereo at 44.1 kHz to the sound of a reference as long.",
        "",
        "| the recording is | program | CPU s | s | MiB resident |",
        "|---|---|---:|---:|---:|",
    ]
    goals = []
    for name, found in cases.items():
        for who, (cpu, wall, memory) in found.items():
            lines.append(f"| {name} | {who} | {cpu:.2f} | {wall:.2f} | {memory:.1f} |")
        faster, smaller = found[MATCHERING][0] / found[RAE][0], found[RAE][2] / found[MATCHERING][2]
        goals.append((f"{name}: CPU time of matchering's", f"≥ {FASTER}×", f"{faster:.2f}×", faster >= FASTER))
        goals.append((f"{name}: memory of matchering's", f"≤ {SMALLER:g}", f"{smaller:.3f}", smaller <= SMALLER))
    lines += ["", "## Acceptance", "", "| what | target | measured | |", "|---|---:|---:|---|"]
    lines += [f"| {what} | {goal} | {value} | {'met' if met else '**not met**'} |" for what, goal, value, met in goals]
    return lines, all(met for *_, met in goals)


def main():
    build = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rae", type=Path, default=build / "release" / "rae")
    parser.add_argument("--matchering", type=Path, default=build / "bench" / "matchering" / "bin" / "python")
    parser.add_argument("--minutes", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--output", type=Path, default=HERE / "MASTERING.md")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        cases = {
            "softer than the reference": compare(options, Path(folder), 0.3),
            "as loud as the reference": compare(options, Path(folder), 0.9),
        }
    lines, met = tables(cases, options, load)
    print("\n".join(lines[lines.index("") + 1 :]))
    options.output.write_text("\n".join(lines) + "\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
