#!/usr/bin/env python3
"""
onsets.py CASES OUT [even] - trains the network that decides whether a note begins at a place; see README.md. With
`even` every other case is left out, so that the next networks can be trained on what this one has not seen.
"""

import json
import sys
from pathlib import Path

import network
import numpy as np

FEATURES = 112
# A place this near to a note's onset, seconds, may be that onset.
REACH = 0.06

# Share of the places where nothing begins that are trained on.
KEPT = 0.3

# How much the many notes of bands count, of which half cannot be heard.
BAND = 0.5


def matched(places, played):
    """by place, the note that begins there, or -1: nearest first, one to one, pitch by pitch"""
    answers = np.full(len(places), -1)
    pairs = []
    for note, (onset, pitch) in enumerate(played):
        near = np.nonzero((places[:, 1] == pitch) & (np.abs(places[:, 0] - onset) < REACH))[0]
        pairs += [(abs(places[place, 0] - onset), place, note) for place in near]
    taken = set()
    for _, place, note in sorted(pairs):
        if answers[place] < 0 and note not in taken:
            answers[place] = note
            taken.add(note)
    return answers, len(played) - len(taken)


def load(folder, only_even):
    rows, labels, weights, cases, lags = [], [], [], [], []
    lost = notes = 0
    rng = np.random.default_rng(0)
    for number, path in enumerate(sorted(folder.glob("*.places"))):
        if only_even and int(path.stem) % 2:
            continue
        case = json.loads(path.with_suffix(".json").read_text())
        places = np.fromfile(path, np.float32).reshape(-1, FEATURES + 2)
        answers, unmatched = matched(places, case["played"])
        right = answers >= 0
        onsets = np.array([onset for onset, _ in case["played"]])
        lags += (places[right, 0] - onsets[answers[right]]).tolist()
        lost += unmatched
        notes += len(case["played"])
        # Of several places at one onset, those that were not chosen are neither right nor wrong.
        pitches = np.array([pitch for _, pitch in case["played"]])
        near = (np.abs(places[:, :1] - onsets) < 0.08) & (places[:, 1:2] == pitches)
        weight = np.where(near.any(axis=1) & ~right, 0.1, 1.0)
        # Of the many places where nothing begins a part is enough.
        kept = right | (rng.random(len(places)) < KEPT)
        weight[~right] /= KEPT
        weight *= BAND if case["kind"] == "band" else 1.0
        rows.append(places[kept, 2:])
        labels.append(right[kept].astype(np.float32))
        weights.append(weight[kept].astype(np.float32))
        cases.append(np.full(kept.sum(), number))
    print(f"{notes} notes, {lost} without a place; places are {np.median(lags) * 1e3:.1f} ms late, ", end="")
    print(f"within {np.percentile(np.abs(lags), 95) * 1e3:.0f} ms for 95 %")
    return *map(np.concatenate, (rows, labels, weights, cases)), lost


def report(log_odds, labels, lost):
    for threshold in (-1, 0, 1):
        said = log_odds > threshold
        hits, wrong = int((said & (labels > 0)).sum()), int((said & (labels == 0)).sum() / KEPT)
        missed = int((~said & (labels > 0)).sum()) + lost
        print(f"threshold {threshold}: F1 {2 * hits / (2 * hits + wrong + missed):.4f} ", end="")
        print(f"precision {hits / (hits + wrong):.4f} recall {hits / (hits + missed):.4f}")


def main():
    folder, out = map(Path, sys.argv[1:3])
    rows, labels, weights, cases, lost = load(folder, sys.argv[3:] == ["even"])
    print(f"{len(rows)} places, {int(labels.sum())} onsets")
    held = cases % 20 < 2
    trained = network.train(rows[~held], labels[~held], weights[~held], (96, 64), np.random.default_rng(1), epochs=20)
    report(network.forward(trained, rows[held]), labels[held], lost * held.mean())
    network.write(out, trained)


if __name__ == "__main__":
    main()
