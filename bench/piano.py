#!/usr/bin/env python3
"""
piano.py OUT.mid - a romantic piano piece of 411 seconds with pedal, made by rules and chance, always the same.

Broken chords below, a melody in octaves and chords above, in phrases of four bars that swell and sink. Every bar has
its harmony, and the pedal is renewed twice in it.
"""

import random
import sys

import midifile

BEAT = 0.5
BAR = 4 * BEAT
PHRASES = 51
CLOSE = 3.0
# Roots and qualities around A minor; each phrase takes one line, moved to its key.
PROGRESSIONS = (
    ((9, "minor"), (5, "major"), (0, "major"), (7, "major")),
    ((9, "minor"), (2, "minor"), (4, "seventh"), (9, "minor")),
    ((5, "major"), (7, "seventh"), (4, "minor"), (9, "minor")),
    ((2, "minor"), (7, "seventh"), (0, "major"), (4, "seventh")),
)
CHORDS = {"minor": (0, 3, 7), "major": (0, 4, 7), "seventh": (0, 4, 7, 10)}
SCALE = (0, 2, 4, 5, 7, 9, 11)
# Steps of the broken chord for the sixteenths of half a bar.
FIGURES = ((0, 2, 3, 4, 5, 4, 3, 2), (0, 3, 2, 4, 3, 5, 4, 2), (0, 1, 2, 3, 4, 3, 2, 1))
# Lengths of the melody's notes in a bar, in beats.
RHYTHMS = (
    (0.5,) * 8,
    (1, 0.5, 0.5, 1, 0.5, 0.5),
    (0.75, 0.25, 0.5, 0.5, 1, 0.5, 0.5),
    (0.5, 0.25, 0.25, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.5, 0.5),
)


class Piano:
    """collects the events of one track"""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.events = [(0, 0, bytes([0xC0, 0]))]
        self.notes = 0

    def note(self, onset, length, key, velocity):
        """nobody plays two notes at quite the same time or with quite the same force"""
        onset = max(0.0, onset + self.rng.gauss(0, 0.006))
        velocity = min(127, max(1, round(velocity + self.rng.gauss(0, 5))))
        self.events.append((midifile.ticks(onset), 2, bytes([0x90, key, velocity])))
        self.events.append((midifile.ticks(onset + length), 1, bytes([0x80, key, 64])))
        self.notes += 1

    def pedal(self, time, down):
        self.events.append((midifile.ticks(time), 3, bytes([0xB0, 64, 127 if down else 0])))


def chord_keys(root, quality, lowest, count):
    """`count` keys of a chord from `lowest` on, upwards"""
    classes = {(root + step) % 12 for step in CHORDS[quality]}
    keys = [key for key in range(lowest, 109) if key % 12 in classes]
    return keys[:count]


def accompaniment(piano, start, root, quality, force):
    bass = 33 + (root - 33) % 12
    keys = [bass, *chord_keys(root, quality, bass + 7, 5)]
    figure = piano.rng.choice(FIGURES)
    for i, step in enumerate(figure * 2):
        accent = 10 if i % 8 == 0 else 0
        piano.note(start + i * BEAT / 4, BEAT / 4, keys[step], 0.8 * force + accent)
    piano.note(start, 2 * BEAT, bass - 12, 0.8 * force + 8)


def melody(piano, start, tonic, harmony, line, force):
    """one bar; `line` is the key the melody stands at, and the result where it ends"""
    onset = start
    for beats in piano.rng.choice(RHYTHMS):
        line = min(88, max(67, line + piano.rng.choice((-4, -3, -2, -1, 1, 2, 2, 3, 5))))
        while (line - tonic) % 12 not in SCALE:
            line += 1
        piano.note(onset, 0.9 * beats * BEAT, line, force + 12)
        if beats >= 0.5:
            piano.note(onset, 0.9 * beats * BEAT, line - 12, force)
            inner = [key for key in chord_keys(*harmony, line - 11, 4) if key < line]
            for key in inner[: piano.rng.choice((1, 2, 2, 3)) if force > 60 else 1]:
                piano.note(onset, 0.9 * beats * BEAT, key, force - 8)
        onset += beats * BEAT
    return line


def compose():
    piano = Piano(7)
    line = 76
    for phrase in range(PHRASES):
        tonic = (0, 0, 3, -2, 5, 0)[phrase // 4 % 6]
        level = 42 + 40 * abs((phrase / PHRASES * 3) % 2 - 1)
        for bar, (root, quality) in enumerate(PROGRESSIONS[piano.rng.randrange(len(PROGRESSIONS))]):
            start = (4 * phrase + bar) * BAR
            harmony = ((root + tonic) % 12, quality)
            force = level + 14 * (1 - abs(bar - 1.5) / 1.5)
            accompaniment(piano, start, *harmony, force)
            line = melody(piano, start, tonic, harmony, line, force)
            for half in (start, start + BAR / 2):
                # Up when the bass sounds, down again just after it.
                piano.pedal(half, False)
                piano.pedal(half + 0.08, True)
    end = PHRASES * 4 * BAR
    piano.pedal(end, False)
    piano.pedal(end + 0.08, True)
    for key in (33, 45, 52, 57, 60, 64, 69, 72, 76, 81):
        piano.note(end, CLOSE - 0.5, key, 50)
    piano.pedal(end + CLOSE, False)
    return piano


def write(path):
    piano = compose()
    midifile.write(path, [piano.events])
    return piano.notes


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(f"{write(sys.argv[1])} notes")
