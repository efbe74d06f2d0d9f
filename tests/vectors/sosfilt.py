"""Writes sosfilt.json: noise through second-order filters by scipy, for crates/dsp/tests/biquad.rs."""

import json
from pathlib import Path

import numpy as np
from scipy import signal

FRAMES = 300

#: Name, and sections.
FILTERS = {
    "30 Hz high-pass of order 8 at 192 kHz": signal.butter(8, 30, "highpass", fs=192_000, output="sos"),
    "5 kHz low-pass of order 5": signal.butter(5, 5000, fs=44_100, output="sos"),
    "elliptic band-pass": signal.ellip(4, 1, 60, [300, 3000], "bandpass", fs=44_100, output="sos"),
    "50 Hz resonance, Q 50": signal.tf2sos(*signal.iirpeak(50, 50, fs=44_100)),
    "notch near half the rate": signal.tf2sos(*signal.iirnotch(21_000, 2, fs=44_100)),
}


def main() -> None:
    noise = np.random.default_rng(1).uniform(-1, 1, FRAMES).astype(np.float32).astype(float)
    cases = [
        {"name": name, "sections": sections.tolist(), "output": signal.sosfilt(sections, noise).tolist()}
        for name, sections in FILTERS.items()
    ]
    path = Path(__file__).with_name("sosfilt.json")
    path.write_text(json.dumps({"input": noise.tolist(), "cases": cases}) + "\n")


main()
