#!/usr/bin/env python3
"""
decisions.py CASES… PLAYED EXTRA - trains the two networks that know the score: whether an expected note was played, and
whether another note that was heard was. CASES holds what `features decisions` wrote; see README.md.
"""

import json
import sys
from pathlib import Path

import network
import numpy as np

PLAYED, EXTRA = 30, 32

# A note that was heard this near to one that was played, seconds, is that note.
REACH = 0.08

# An answer this near to an expected note that was played says that it was, even if its time is poor.
FAR = 0.3


def played_rows(path, case):
    """rows, labels and weights: a wrong answer is no note, wherever the right one was"""
    table = np.fromfile(path.with_suffix(".played"), np.float32).reshape(-1, PLAYED + 1)
    if len(table) != len(case["expected"]):
        return None
    labels, weights = [], []
    for (onset, *_), note, truth in zip(table, case["expected"], case["truth"], strict=True):
        right = truth is not None and truth[1] == note["pitch"]
        off = abs(onset - truth[0]) if right else 0.0
        labels.append(float(right and off < FAR))
        # A note that was played but not found is of no use; one placed wrongly is of less.
        weights.append(0.0 if np.isnan(off) else 1.0 if off < REACH else 0.5 if off < FAR else 0.3)
    return table[:, 1:], np.array(labels, np.float32), np.array(weights, np.float32)


def extra_rows(path, case):
    table = np.fromfile(path.with_suffix(".others"), np.float32).reshape(-1, EXTRA + 2)
    table = table[table[:, 2] > -2.5]
    labels = np.zeros(len(table), np.float32)
    weights = np.ones(len(table), np.float32)
    wrong = [t for t, note in zip(case["truth"], case["expected"], strict=True) if t and t[1] != note["pitch"]]
    for onset, pitch in [*wrong, *case["extras"]]:
        near = np.nonzero((table[:, 1] == pitch) & (np.abs(table[:, 0] - onset) < REACH))[0]
        if len(near):
            labels[near[np.argmin(np.abs(table[near, 0] - onset))]] = 1
    # Right answers that went to no expected note, as where the alignment failed, are neither.
    for t, note in zip(case["truth"], case["expected"], strict=True):
        if t and t[1] == note["pitch"]:
            weights[(table[:, 1] == t[1]) & (np.abs(table[:, 0] - t[0]) < REACH) & (labels == 0)] = 0.0
    return table[:, 2:], labels, weights


def fit(folders, rows_of, hidden, out, seed):
    rows, labels, weights, cases = [], [], [], []
    for number, path in enumerate(path for folder in folders for path in sorted(folder.glob("*.played"))):
        found = rows_of(path, json.loads(path.with_suffix(".json").read_text()))
        if found is not None and len(found[0]):
            for kept, values in zip((rows, labels, weights), found, strict=True):
                kept.append(values)
            cases.append(np.full(len(found[0]), number))
    rows, labels, weights, cases = map(np.concatenate, (rows, labels, weights, cases))
    held = cases % 8 == 0
    print(f"{out.name}: {len(rows)} rows, {int(labels.sum())} of them notes")
    rng = np.random.default_rng(seed)
    trained = network.train(rows[~held], labels[~held], weights[~held], hidden, rng, epochs=40, batch=512, decay=1e-4)
    said = network.forward(trained, rows[held]) > 0
    true, count = labels[held] > 0, weights[held]
    hits, wrong, missed = (count[mask].sum() for mask in (said & true, said & ~true, ~said & true))
    print(f"F1 {2 * hits / (2 * hits + wrong + missed):.4f} of notes, ", end="")
    hits, wrong, missed = (count[mask].sum() for mask in (~said & ~true, ~said & true, said & ~true))
    print(f"{2 * hits / (2 * hits + wrong + missed):.4f} of others")
    network.write(out, trained)


def main():
    *folders, played, extra = map(Path, sys.argv[1:])
    fit(folders, played_rows, (32, 16), played, 2)
    fit(folders, extra_rows, (32, 16), extra, 3)


if __name__ == "__main__":
    main()
