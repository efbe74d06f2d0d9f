#!/usr/bin/env python3
"""
held_out.py CASES [--command 'rae analyze {wav} {mid} --json']… - assesses recordings that `generate.py` made and says
how often the verdicts are right: F1 of notes that are right, not right, wrong, missed and added, by kind of sound; and
what it costs. With banks and case numbers that no network was trained on, this is how well it listens to what it does
not know. Of several commands there are several tables.
"""

import argparse
import json
import resource
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import scipy.io.wavfile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bench"))
import midifile

RATE = 16_000

# A right note is where it was played, and an extra one too, within seconds.
NEAR, NEAR_EXTRA = 0.3, 0.05
KINDS = ("correct", "not right", "wrong", "missed", "extra")


def write_expected(path, notes):
    events = []
    for note in notes:
        start = midifile.ticks(note["onset"])
        events.append((start, 1, bytes([0x90, note["pitch"], note["velocity"]])))
        events.append(
            (max(start + 1, midifile.ticks(note["onset"] + note["duration"])), 0, bytes([0x80, note["pitch"], 64]))
        )
    midifile.write(path, [events])


def matched(truth, found, reach):
    """how many of (onset, pitch) are found, one to one, nearest first"""
    pairs = sorted(
        (abs(a[0] - b[0]), i, j)
        for i, a in enumerate(truth)
        for j, b in enumerate(found)
        if a[1] == b[1] and abs(a[0] - b[0]) <= reach
    )
    left, right = set(), set()
    for _, i, j in pairs:
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
    return len(left)


def counts(case, result):
    """by kind: hits, what was said, what is true; and the errors of onsets"""
    hits, said, true = (dict.fromkeys(KINDS, 0) for _ in range(3))
    errors = []
    for note, expected, truth in zip(result["notes"], case["expected"], case["truth"], strict=True):
        right = truth is not None and truth[1] == expected["pitch"]
        kind = "correct" if right else "missed" if truth is None else "wrong"
        status = {"wrong_pitch": "wrong"}.get(note["status"], note["status"])
        off = abs(note["played_onset_s"] - truth[0]) if truth and note["played_onset_s"] is not None else 0.0
        good = kind == status and off <= NEAR and (kind != "wrong" or note["played_pitch"] == truth[1])
        if good and kind == "correct":
            errors.append(off)
        for one, count in ((kind, true), (status, said)):
            count[one] += 1
            count["not right"] += one != "correct"
        hits[kind] += good
        hits["not right"] += kind != "correct" and status != "correct"
    wrong = [tuple(t) for t, e in zip(case["truth"], case["expected"], strict=True) if t and t[1] != e["pitch"]]
    played = [tuple(extra) for extra in case["extras"]] + wrong
    heard = [(note["onset_s"], note["pitch"]) for note in result["extra_notes"]]
    heard += [(n["played_onset_s"], n["played_pitch"]) for n in result["notes"] if n["status"] == "wrong_pitch"]
    hits["extra"], said["extra"], true["extra"] = matched(played, heard, NEAR_EXTRA), len(heard), len(played)
    return hits, said, true, errors


def assess(path, case, command):
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "expected.mid", Path(folder) / "recording.wav"
        write_expected(midi, case["expected"])
        scipy.io.wavfile.write(wav, RATE, np.fromfile(path, np.float32))
        words = [word.format(wav=wav, mid=midi) for word in shlex.split(command)]
        return json.loads(subprocess.run(words, check=True, capture_output=True).stdout)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("cases", type=Path)
    ap.add_argument("--command", action="append", help="by default target/release/rae analyze {wav} {mid} --json")
    ap.add_argument("--every", type=int, default=1, help="of the cases take one in so many")
    options = ap.parse_args()
    for command in options.command or ["target/release/rae analyze {wav} {mid} --json"]:
        table(sorted(options.cases.glob("*.f32"))[:: options.every], command)


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(paths, command):
    groups, seconds, used = {}, 0.0, 0.0
    for path in paths:
        case = json.loads(path.with_suffix(".json").read_text())
        before = processor_seconds()
        assessment = assess(path, case, command)
        used += assessment.get("processor_s") or processor_seconds() - before
        result = counts(case, assessment)
        seconds += path.stat().st_size / 4 / RATE
        for group in (f"{Path(case['bank']).stem} {case['kind']}", "all"):
            groups.setdefault(group, []).append(result)
    print(f"\n{command}\n{1e3 * used * 30 / seconds:.0f} ms of processor time for 30 s")
    print(f"{'':36} cases " + " ".join(f"{kind:>9}" for kind in KINDS) + "   onsets: median, 95 %")
    for group, results in sorted(groups.items()):
        sums = [{kind: sum(result[part][kind] for result in results) for kind in KINDS} for part in range(3)]
        scores = [2 * sums[0][kind] / max(1, sums[1][kind] + sums[2][kind]) for kind in KINDS]
        errors = [1e3 * error for result in results for error in result[3]] or [float("nan")]
        print(f"{group:36} {len(results):5} " + " ".join(f"{score:9.3f}" for score in scores), end="")
        print(f"   {np.median(errors):3.0f} ms {np.percentile(errors, 95):4.0f} ms")


if __name__ == "__main__":
    main()
