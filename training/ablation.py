#!/usr/bin/env python3
"""
ablation.py OUT RAE [--cases N] [--more FOLDER…] - what the parts of the method are worth: F1 of verdicts with all of
them, and without one at a time, as a table for docs/analysis.md.

The cases are made by `generate.py` from numbers that no network was trained on, played by the built-in bank and by
formulas: of five cases four are for one instrument and one is for a band. In every third the player goes back some
notes and plays them again. Other cases of `generate.py` can be named for tables of their own. Cases that are there
already are taken as they are.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
from pathlib import Path

import generate
import held_out
import numpy as np

FIRST = 200_000
FEATURES = Path(__file__).resolve().parent / "features" / "Cargo.toml"
PARTS = {
    "all": "all of it",
    "second-decision": "without the second networks",
    "weak-notes": "without looking for weak notes where they are due",
    "local-tempo": "without aligning along the local tempo",
    "jumps": "without jumps in the alignment",
    "tuning": "without the instrument's own tuning",
    "lead": "without silence before recordings that begin with a note",
}

# Two pieces of a recording are joined within so many seconds, so long before a note.
JOIN, BEFORE = 0.01, 0.03


def go_back(audio, case, rng):
    """the recording of a player who goes back once, and what is true of it"""
    onsets = sorted(onset for onset, _ in case["played"])
    last = int(rng.integers(len(onsets) * 2 // 5, len(onsets) * 4 // 5))
    left, resumed = onsets[last] - BEFORE, onsets[max(0, last - int(rng.integers(4, 10)))] - BEFORE
    join = int(JOIN * generate.RATE)
    rise = np.linspace(0, 1, join, dtype=np.float32)
    left_at, resumed_at = int(left * generate.RATE), int(max(0.0, resumed) * generate.RATE)
    before, after = audio[:left_at].copy(), audio[resumed_at:].copy()
    before[-join:] = before[-join:] * (1 - rise) + after[:join] * rise
    shift = (left_at - resumed_at - join) / generate.RATE

    def moved(note):
        return None if note is None else (note[0] + shift * (note[0] >= resumed), note[1])

    changed = {name: [moved(note) for note in case[name]] for name in ("truth", "extras", "played")}
    return np.concatenate([before, after[join:]]), {**case, **changed}


def make(work):
    number, out, command = work
    if (out / f"{number}.json").exists():
        return
    shares = {"builtin": 0.5, generate.FORMULAS: 0.5}
    generate.make(number, out, command, shares, "bands" if number % 5 == 4 else "alone")
    path = out / f"{number}.f32"
    if number % 3 == 2 and path.exists():
        case = json.loads(path.with_suffix(".json").read_text())
        audio, case = go_back(np.fromfile(path, np.float32), case, np.random.default_rng([20262, number]))
        audio.tofile(path)
        path.with_suffix(".json").write_text(json.dumps(case))


def scores(paths, part, command):
    subprocess.run([command, "assess", part, *paths], check=True)
    sums = [dict.fromkeys(held_out.KINDS, 0) for _ in range(3)]
    for path in paths:
        result = json.loads(path.with_suffix(f".{part}.json").read_text())
        counts = held_out.counts(json.loads(path.with_suffix(".json").read_text()), result)
        for total, of_case in zip(sums, counts[:3], strict=True):
            for kind in held_out.KINDS:
                total[kind] += of_case[kind]
    hits, said, true = sums
    return [2 * hits[kind] / max(1, said[kind] + true[kind]) for kind in held_out.KINDS]


def table(folder, command):
    paths = sorted(folder.glob("*.f32"))
    notes = sum(len(json.loads(path.with_suffix(".json").read_text())["expected"]) for path in paths)
    print(f"\n| {len(paths)} cases, {notes} expected notes | {' | '.join(held_out.KINDS)} |")
    print("|---" * (1 + len(held_out.KINDS)) + "|")
    for part, name in PARTS.items():
        row = " | ".join(f"{score:.3f}".lstrip("0") for score in scores(paths, part, command))
        print(f"| {name} | {row} |", flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out", type=Path)
    ap.add_argument("rae", type=Path)
    ap.add_argument("--cases", type=int, default=60)
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--more", type=Path, nargs="+", default=[], help="folders of other cases")
    options = ap.parse_args()
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target")).resolve()
    build = ["cargo", "build", "--release", "--quiet", "--manifest-path", FEATURES, "--target-dir", target]
    subprocess.run(build, check=True)
    options.out.mkdir(parents=True, exist_ok=True)
    work = [(number, options.out, options.rae.resolve()) for number in range(FIRST, FIRST + options.cases)]
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for _ in pool.imap_unordered(make, work, chunksize=4):
            pass
    for folder in [options.out, *options.more]:
        table(folder, target / "release" / "rae-training-features")


if __name__ == "__main__":
    main()
