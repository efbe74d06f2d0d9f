#!/usr/bin/env python3
"""
handover.py MID SF2 - milliseconds in which Python gets at a WAV file in Rust memory; needs the module and numpy.

The file is synthesized before. The median of many hand-overs, each through a memoryview to a numpy array.
"""

import statistics
import sys
import time

import numpy as np
from rust_audio_engine import synthesize_midi_zerocopy

HEADER_BYTES = 44
TIMES = 101


def hand_over(file):
    """the samples, (frames, channels), in place"""
    return np.frombuffer(memoryview(file)[HEADER_BYTES:], "<i2").reshape(-1, 2)


def main():
    file = synthesize_midi_zerocopy(sys.argv[1], sys.argv[2])
    first = hand_over(file)
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        samples = hand_over(file)
        times.append(time.perf_counter() - began)
        if samples.ctypes.data != first.ctypes.data or len(samples) != file.report.frames:
            sys.exit("handover.py: the samples are not where they were")
    print(1e3 * statistics.median(times))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
