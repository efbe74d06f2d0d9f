#!/usr/bin/env python3
"""
black_midi.py OUT.mid NOTES SECONDS [running] - random notes on 16 channels with General MIDI programs, always the same.

Notes last 0.25 s on average; about half of them are played by keyboards, 8 % by drums. With hundreds of thousands of
notes this is "black MIDI"; with twenty a second an ordinary load. With running status, and releases that are strokes of
velocity 0, as many bytes hold more events.
"""

import random
import sys

import midifile

DRUMS = 9
PROGRAMS = (0, 0, 1, 4, 6, 24, 32, 46, 48, 0, 56, 61, 73, 80, 88, 11)
SHARES = (14, 14, 8, 6, 4, 6, 6, 4, 8, 8, 4, 4, 4, 4, 4, 2)


def clamped(value, lowest, highest):
    return min(highest, max(lowest, value))


def write(path, notes, seconds, running_status=False):
    rng = random.Random(1)
    tracks = []
    for channel, program in enumerate(PROGRAMS):
        setup = [bytes([0xB0 | channel, 7, 60]), bytes([0xB0 | channel, 10, 8 * channel + 4])]
        if channel != DRUMS:
            setup.append(bytes([0xC0 | channel, program]))
        tracks.append([(0, 0, message) for message in setup])
    for _ in range(notes):
        [channel] = rng.choices(range(16), SHARES)
        # Three notes in ten crowd towards the start.
        onset = rng.random() ** (0.8 if rng.random() < 0.3 else 1) * seconds
        length = clamped(rng.expovariate(4.0), 0.03, 4.0)
        key = rng.randint(35, 81) if channel == DRUMS else clamped(round(rng.gauss(64, 18)), 21, 108)
        velocity = clamped(round(rng.gauss(70, 28)), 1, 127)
        tracks[channel].append((midifile.ticks(onset), 2, bytes([0x90 | channel, key, velocity])))
        release = bytes([0x90 | channel, key, 0] if running_status else [0x80 | channel, key, 64])
        tracks[channel].append((midifile.ticks(onset + length), 1, release))
    midifile.write(path, tracks, running_status)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5) or sys.argv[4:] not in ([], ["running"]):
        sys.exit(__doc__)
    write(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:] == ["running"])
