#!/usr/bin/env python3
"""
mastering.py - mastering with a reference beside matchering (PyPI, measured only).

usage: mastering.py [--rae RAE] [--matchering PYTHON] [--minutes N] [--runs N]

`rae master --reference` and matchering bring the same recording of N minutes (16-bit stereo at 44.1 kHz) to the same
reference, in turn: medians of CPU seconds and the highest resident memory. matchering lives in an environment of its
own, which is made where no other PYTHON with it is named. Once the recording is softer than the reference, and once as
loud. Exits with 1 where a goal is missed.
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
from pathlib import Path

from process import run

ROOT = Path(__file__).resolve().parent.parent
RATE = 44_100
TIMES_AS_FAST, OF_MEMORY = 10, 1 / 10
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


def python_with_matchering(folder):
    """an interpreter of a new environment with matchering"""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    if subprocess.run([python, "-c", "import matchering"], capture_output=True).returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "matchering"], check=True)
    return python


def compare(rae, python, folder, name, level, options):
    """whether the goals are reached"""
    target, reference = folder / "target.wav", folder / "reference.wav"
    write(target, options.minutes, 0.3, level)
    write(reference, options.minutes, 0.7, 0.9)
    ours = [rae, "master", target, "-o", folder / "ours.wav", "--reference", reference, "--force", "--quiet"]
    theirs = [python, "-c", SCRIPT, target, reference, folder / "theirs.wav"]
    found = {"rae master": [], "matchering": []}
    for _ in range(options.runs):
        for who, command in zip(found, (ours, theirs), strict=True):
            found[who].append(run(list(map(str, command)), {}))
    cpu = {who: statistics.median(usage.cpu for usage in usages) for who, usages in found.items()}
    wall = {who: statistics.median(usage.wall for usage in usages) for who, usages in found.items()}
    memory = {who: max(usage.resident for usage in usages) for who, usages in found.items()}
    print(f"{options.minutes} min of 16-bit stereo, {name}")
    for who in found:
        print(f"  {who:<12} {cpu[who]:7.2f} s of CPU, {wall[who]:7.2f} s, {memory[who]:7.1f} MiB resident")
    faster, smaller = cpu["matchering"] / cpu["rae master"], memory["rae master"] / memory["matchering"]
    print(f"  {faster:.1f} times as fast, goal {TIMES_AS_FAST}; {smaller:.3f} of its memory, goal {OF_MEMORY}")
    return faster >= TIMES_AS_FAST and smaller <= OF_MEMORY


def main():
    build = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rae", type=Path, default=build / "release" / "rae")
    parser.add_argument("--matchering", metavar="PYTHON", type=Path)
    parser.add_argument("--minutes", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    python = options.matchering or python_with_matchering(build / "bench" / "matchering")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reached = [
            compare(options.rae, python, folder, "softer than the reference", 0.3, options),
            compare(options.rae, python, folder, "as loud as the reference", 0.9, options),
        ]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
