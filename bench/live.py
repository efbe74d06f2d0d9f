#!/usr/bin/env python3
"""
live.py - what playing live costs: processor time per block of 64 frames with 256 voices, with effects and dry.

usage: live.py [--rae RAE] [--live-song PROGRAM] [--banks FOLDER] [--runs N] [--seconds S] [--output FILE]

`rae play --sink null` plays 600 random notes a second with FluidR3_GM at real time, so that the limit of 256 voices is
reached all along and voices give way; `live_song` does the same without sleeping between blocks, once and several
times, when each block counts with the least of its times. Loads are shares of the time that there is for a block, of
the thread that plays. The section goes to bench/RESULTS.md. Exits with 1 where a goal is missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import acceptance
import black_midi
import renderers as r
import sections

VOICES = 256
NOTES_PER_SECOND = 600
CASES = {"effects": ["--reverb"], "dry": ["--no-reverb", "--no-sends"]}
LEAST_OF = 5
AT_ONCE = {
    "effects, block after block": ["1"],
    "dry, block after block": ["1", "dry"],
    f"effects, each block's least of {LEAST_OF}": [str(LEAST_OF)],
}
MEDIAN, SELDOM = "median_percent", "percentile_99_9_percent"
COLUMNS = (MEDIAN, "percentile_99_percent", SELDOM, "most_percent", "missed_blocks", "most_voices")
GOALS = (("median", MEDIAN, 8), ("99.9 % of blocks", SELDOM, 20))


def play(options, song, arguments):
    """loads of one run"""
    bank = os.path.join(options.banks, r.FLUID + ".sf2")
    command = [options.rae, "play", song, "--soundfont", bank, "--sink", "null", "--max-voices", str(VOICES)]
    return loads([*command, "--seconds", str(options.seconds), "--json", "--quiet", *arguments])


def play_at_once(options, song, arguments):
    """as `play`, without sleeping until blocks are due"""
    bank = os.path.join(options.banks, r.FLUID + ".sf2")
    return loads([options.live_song, bank, song, str(VOICES), str(options.seconds), *arguments])


def loads(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(options):
    """runs of each case, in turn"""
    found = {case: [] for case in (*CASES, *AT_ONCE)}
    with tempfile.TemporaryDirectory(prefix="bench_") as folder:
        song = os.path.join(folder, "dense.mid")
        black_midi.write(song, NOTES_PER_SECOND * (options.seconds + 5), options.seconds + 5)
        for number in range(options.runs):
            for case, arguments in CASES.items():
                sections.progress(f"live, run {number + 1} of {options.runs}: {case}")
                found[case].append(play(options, song, arguments))
            for case, arguments in AT_ONCE.items():
                found[case].append(play_at_once(options, song, arguments))
    return {case: medians(runs) for case, runs in found.items()}


def medians(runs):
    return {name: statistics.median(run.get(name, 0) for run in runs) for name in COLUMNS}


def section(found, options, load):
    lines = [
        f"## Live: blocks of 64 frames, {VOICES} voices",
        "",
        sections.circumstances(options.runs, load),
        "",
        f"{NOTES_PER_SECOND} random notes a second with {r.FLUID} at 44.1 kHz, as `bench/live.py` plays them: "
        "processor time of the playing thread, in percent of the time that there is for a block. Voices that give way "
        "fade out beside the others. *Block after block*: without sleeping until each is due; a processor that wakes "
        f"has to find its caches and its pace again. *Each block's least of {LEAST_OF}*: the same, played so many "
        "times; a block has the same work every time, and what it took longer was the machine's.",
        "",
        "| | median | 99 % of blocks | 99.9 % | most | missed | voices, at most |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for case, load in found.items():
        shares = " | ".join(f"{load[name]:.1f}" for name in COLUMNS[:4])
        missed = "–" if case in AT_ONCE else f"{load['missed_blocks']:g}"
        lines.append(f"| {case} | {shares} | {missed} | {load['most_voices']:g} |")
    return [*lines, "", *acceptance.rows(goals(found))]


def goals(found):
    """as acceptance.py has them; only the last two leave out what else the machine does"""
    cases = [case for case in found if case.startswith("effects")]
    return [(f"{case}: {what}", " %", False, most, found[case][name]) for case in cases for what, name, most in GOALS]


def main():
    build = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).resolve().parent.parent / "target"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rae", default=build / "release" / "rae")
    parser.add_argument("--live-song", default=build / "bench" / "release" / "live_song")
    parser.add_argument("--banks", default="/usr/share/sounds/sf2", help="folder of the SoundFonts")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20)
    sections.add_output(parser)
    options = parser.parse_args()
    load = sections.load()
    found = measure(options)
    sections.put(options.output, section(found, options, load))
    return 0 if all(measured <= most for _, _, _, most, measured in goals(found)) else 1


if __name__ == "__main__":
    sys.exit(main())
