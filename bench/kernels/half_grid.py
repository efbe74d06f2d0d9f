#!/usr/bin/env python3
"""
half_grid.py - finds the numbers of the synthesizer's half-grid kernel, crates/synth/src/executor/half_grid.rs.

The kernel is a function of time: eight taps, each a polynomial of the fraction. Its Fourier transform is linear in the
numbers, so they are a least-squares solution for 1 in the pass band and 0 in its images around the multiples of the
grid's rate, reweighted until the largest errors are equal. Prints the numbers and what they leave. Needs numpy.
"""

import numpy as np

PAIRS = 4
PASS = 0.2
IMAGES = 8
IMAGE_WEIGHT = 3.0
ROUNDS = 400


def response(pair, part, frequencies):
    """of the pair's two taps weighted by ¼ − u times 1, u or x; and of linear interpolation, where `part` is None"""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    fraction = (nodes + 1) / 2
    x = fraction - 0.5
    u = x * x
    early, late = pair - (PAIRS - 1) - fraction, PAIRS - pair - fraction
    ours, mirrored = {
        "a": (0.25 - u, 0.25 - u),
        "b": ((0.25 - u) * u, (0.25 - u) * u),
        "c": ((0.25 - u) * x, (u - 0.25) * x),
        None: (0.5 - x, 0.5 + x),
    }[part]
    turns = 2 * np.pi * frequencies[:, None]
    return (ours * np.cos(turns * early) + mirrored * np.cos(turns * late)) @ (weights / 2)


def main():
    passed = np.linspace(0, PASS, 120)
    images = np.concatenate([np.linspace(m - PASS, m + PASS, 120) for m in range(1, IMAGES + 1)])
    frequencies = np.concatenate([passed, images])
    wanted = np.concatenate([np.ones_like(passed), np.zeros_like(images)])
    wanted -= response(PAIRS - 1, None, frequencies)
    last = {part: response(PAIRS - 1, part, frequencies) for part in "abc"}
    # The a and the b add up to nothing: the last of each follows from the others.
    columns = [response(pair, part, frequencies) - last[part] for part in "ab" for pair in range(PAIRS - 1)]
    columns += [response(pair, "c", frequencies) for pair in range(PAIRS)]
    matrix = np.array(columns).T
    importance = np.concatenate([np.ones_like(passed), np.full_like(images, IMAGE_WEIGHT)])
    weights = np.ones_like(importance)
    for _ in range(ROUNDS):
        scale = np.sqrt(weights) * importance
        found = np.linalg.lstsq(matrix * scale[:, None], wanted * scale, rcond=1e-14)[0]
        errors = np.abs(matrix @ found - wanted) * importance
        weights *= errors / errors.max() + 1e-3
        weights /= weights.mean()
    found = np.round(found, 6)
    errors = np.abs(matrix @ found - wanted)
    a, b, c = found[: PAIRS - 1], found[PAIRS - 1 : 2 * PAIRS - 2], found[2 * PAIRS - 2 :]
    for numbers in zip(np.append(a, -a.sum()), np.append(b, -b.sum()), c, strict=True):
        print("[" + ", ".join(f"{number:.6f}" for number in numbers) + "],")
    for name, part in (("pass band within", errors[: len(passed)]), ("images below", errors[len(passed) :])):
        print(f"{name} {20 * np.log10(part.max()):.1f} dB")


if __name__ == "__main__":
    main()
