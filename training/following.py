#!/usr/bin/env python3
"""
following.py CASES [--every N] - follows the players of recordings that `generate.py` or `ablation.py` made, and says
how far from the truth the follower was, how many of its verdicts differ from it, and what it costs: in a module that
was built for release. The first three seconds do not count, nor do cases in which the player goes back.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import held_out
import numpy as np
import rust_audio_engine as rae

RATE, STEP = 16_000, 1_600
START, FAR = 3.0, 0.3


def path_of(case):
    """recording and score times of notes that were played, chords as one; None where the player goes back"""
    pairs = zip(case["truth"], case["expected"], strict=True)
    chords = {}
    for truth, expected in pairs:
        if truth:
            chords.setdefault(expected["onset"], []).append(truth[0])
    scores = sorted(chords)
    played = np.array([np.median(chords[score]) for score in scores])
    back = len(played) < 2 or (np.diff(played) < -FAR).any()
    return None if back else (np.maximum.accumulate(played), np.array(scores))


def follow(path, case, folder):
    """distances in seconds of the score, verdicts that differ, verdicts, processor seconds, seconds"""
    truth = path_of(case)
    if truth is None:
        return None
    midi = Path(folder) / "expected.mid"
    held_out.write_expected(midi, case["expected"])
    sound = np.fromfile(path, np.float32)
    follower = rae.Follower(midi, RATE)
    distances, used = [], time.process_time()
    for start in range(0, len(sound) - STEP, STEP):
        follower.push(sound[start : start + STEP])
        now = (start + STEP) / RATE
        if truth[0][0] + START < now < truth[0][-1]:
            place = follower.position
            score = np.interp(now, *truth)
            distances.append(abs(place.score_s - score) if place else np.inf)
    notes = follower.finish()
    used = time.process_time() - used
    differ = 0
    for note, wanted, expected in zip(notes, case["truth"], case["expected"], strict=True):
        kind = "missed" if wanted is None else "correct" if wanted[1] == expected["pitch"] else "wrong_pitch"
        differ += note.status != kind
    return distances, differ, len(notes), used, len(sound) / RATE


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("cases", type=Path)
    ap.add_argument("--every", type=int, default=1, help="of the cases take one in so many")
    options = ap.parse_args()
    groups = {}
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(options.cases.glob("*.f32"))[:: options.every]:
            case = json.loads(path.with_suffix(".json").read_text())
            found = follow(path, case, folder)
            if found:
                for group in (case["kind"], "all"):
                    groups.setdefault(group, []).append(found)
    print(
        "| played by | cases | typical distance | more than 300 ms away | verdicts that differ | per second of sound |"
    )
    print("|---|---|---|---|---|---|")
    for group, found in sorted(groups.items(), key=lambda item: (item[0] == "all", item[0])):
        distances = np.concatenate([case[0] for case in found])
        differ, notes, used, seconds = (sum(case[place] for case in found) for place in (1, 2, 3, 4))
        print(
            f"| {group} | {len(found)} | {1e3 * np.median(distances):.0f} ms | {100 * np.mean(distances > FAR):.1f} % "
            f"| {100 * differ / notes:.1f} % | {1e3 * used / seconds:.0f} ms |"
        )


if __name__ == "__main__":
    main()
