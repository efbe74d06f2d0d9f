#!/usr/bin/env python3
"""
effects.py - effects beside the fft-convolver crate and pedalboard: CPU time on five minutes of stereo at 44.1 kHz.

usage: effects.py [--bin BIN] [--peers PYTHON] [--runs N] [--only CASE] [--output FILE]

The runs of the programs take turns, every figure is a median of CPU milliseconds of one thread. Unless a goal names a
size of blocks, the best one of the other program counts. What is prepared beforehand is not counted. `--peers` is a
Python that has pedalboard and numpy; without it those rows are missing. The tables go to bench/RESULTS.md unless a case
is chosen; `make bench` makes both programs and calls this.
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import acceptance
import sections

HERE = Path(__file__).resolve().parent
RAE, CHAIN, FFT_CONVOLVER, PEDALBOARD = "rae", "rae chain", "fft-convolver", "pedalboard"

CASES = {
    "offline 4410": "reverb, response of 4410 samples",
    "offline 441000": "reverb, response of 441,000 samples",
    "streaming 4410": "reverb in blocks of 512 frames, response of 4410 samples",
    "streaming 44100": "reverb in blocks of 512 frames, response of 44,100 samples",
    "equalizer band": "one band of an equalizer",
    "compressor": "compressor",
    "limiter": "limiter, of true peaks in rae, of samples in pedalboard",
}

# What: case, program that is measured, what it is compared with (None: milliseconds), at least or at most.
GOALS = [
    ("offline 4410", RAE, None, 100),
    ("offline 4410", RAE, f"{FFT_CONVOLVER}, blocks of 512", 4),
    ("offline 4410", RAE, FFT_CONVOLVER, 4),
    ("offline 4410", RAE, PEDALBOARD, 10),
    ("offline 441000", RAE, f"{FFT_CONVOLVER}, blocks of 8192", 4),
    ("offline 441000", RAE, FFT_CONVOLVER, 4),
    ("streaming 4410", RAE, FFT_CONVOLVER, 2),
    ("streaming 44100", RAE, FFT_CONVOLVER, 1.5),
    ("equalizer band", RAE, PEDALBOARD, 4),
    ("compressor", RAE, PEDALBOARD, 1.5),
    ("limiter", RAE, PEDALBOARD, 3),
]

# Runs in the Python that has pedalboard: prints case, sizes of blocks and milliseconds as the other program does.
PEER = """
import sys, time
import numpy as np
import pedalboard as p
rate, wanted = 44100, sys.argv[1] if len(sys.argv) > 1 else ""
random = np.random.default_rng(1)
sound = random.uniform(-0.5, 0.5, (2, 300 * rate)).astype(np.float32)
def response(taps):
    decay = 10.0 ** (-3 * np.arange(taps) / taps)
    return (random.uniform(-1, 1, (2, taps)) * decay / np.sqrt(taps)).astype(np.float32)
cases = {
    "offline 4410": lambda: p.Convolution(response(4410), 0.3, rate),
    "equalizer band": lambda: p.PeakFilter(1000, 6, 1),
    "compressor": lambda: p.Compressor(threshold_db=-20, ratio=4, attack_ms=10, release_ms=150),
    "limiter": lambda: p.Limiter(threshold_db=-10, release_ms=120),
}
for case, make in cases.items():
    for block in (512, 8192) if wanted in case else ():
        effect = make()
        effect.process(sound[:, :rate], rate, buffer_size=block)
        start = time.process_time()
        effect.process(sound, rate, buffer_size=block)
        spent = 1e3 * (time.process_time() - start)
        print(f"{case}\\tpedalboard, blocks of {block}\\t{spent:.2f}")
"""


def measure(commands, runs):
    """milliseconds of all runs, by case and program"""
    found = defaultdict(list)
    for number in range(runs):
        sections.progress(f"run {number + 1} of {runs}: effects")
        for command in commands:
            for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
                case, program, milliseconds = line.split("\t")
                found[case, program].append(float(milliseconds))
    return {key: statistics.median(times) for key, times in found.items()}


def best(found, case, program):
    """the fewest milliseconds of a program's variants, or of one variant, or None"""
    times = [time for (of, name), time in found.items() if of == case and program in (name, name.split(",")[0])]
    return min(times, default=None)


def rows(found):
    """a table row per case and program"""
    for (case, program), time in found.items():
        ratios = []
        for peer in (FFT_CONVOLVER, PEDALBOARD):
            other = best(found, case, peer)
            ratios.append(f"{other / time:.2f}" if other else "–")
        yield f"| {CASES[case]} | {program} | {time:.1f} | {ratios[0]} | {ratios[1]} |"


def goals(found):
    """as acceptance.rows takes them"""
    for case, program, peer, target in GOALS:
        own = best(found, case, program)
        if peer is None:
            yield f"{CASES[case]}: CPU time", " ms", False, target, own
        else:
            other = best(found, case, peer)
            yield f"{CASES[case]}: speed of {peer}", "×", True, target, other / own if own and other else None


def version(python):
    if not python:
        return "not measured"
    command = [python, "-c", "import pedalboard; print(pedalboard.__version__)"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def section(found, runs, load, python):
    crate = (HERE / "effects" / "Cargo.toml").read_text().split('fft-convolver = "=', 1)[1].split('"', 1)[0]
    return [
        "## Effects",
        "",
        f"{sections.circumstances(runs, load)} CPU milliseconds of one thread for five minutes of stereo noise at",
        "44.1 kHz. What is prepared beforehand is not counted. *rae* is the convolver with the dry sound added, as",
        f"fft-convolver {crate} is measured; *rae chain* is a prepared chain, which also checks samples and delays the",
        f"dry sound. The other effects of rae are chains. pedalboard {version(python)}.",
        "",
        "| what | program | ms | of fft-convolver's | of pedalboard's |",
        "|---|---|---:|---:|---:|",
        *rows(found),
        "",
        *acceptance.rows(goals(found)),
    ]


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=target / "bench" / "release" / "rae-bench-effects")
    parser.add_argument("--peers", help="a Python with pedalboard")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="cases whose name has this in it, such as 'offline'")
    sections.add_output(parser)
    options = parser.parse_args()
    only = [options.only] if options.only else []
    commands = [[str(options.bin), *only]]
    if options.peers:
        commands.append([options.peers, "-c", PEER, *only])
    load = sections.load()
    found = measure(commands, options.runs)
    sections.put("-" if options.only else options.output, section(found, options.runs, load, options.peers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
