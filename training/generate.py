#!/usr/bin/env python3
"""
generate.py OUT [--cases N] [--first K] - recordings to train on, made by the engine itself.

Random pieces are played with known mistakes by random presets of the built-in bank and of freely licensed ones, then
sent through rooms, noise, equalisers and bad microphones. Each case is OUT/NNNN.f32 (mono, 16 kHz), OUT/NNNN.json
and OUT/NNNN.expected.
Case N is the same however many are made.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import music
import numpy as np
import rust_audio_engine as rae
import scipy.signal

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bench"))
import midifile

RATE = 16_000
SF2 = Path("/usr/share/sounds/sf2")
# Free to use: the second is in the public domain, the third an emulation of a chip (GPL-3, used and not passed on).
BANKS = ("builtin", str(SF2 / "sf_GMbank.sf2"), str(SF2 / "OPL-3_FM_128M.sf2"))
SHARES = (0.6, 0.28, 0.12)
PIANOS = (0, 0, 0, 1, 1, 2, 3, 4, 5)
PLUCKED = (6, 7, 8, 11, 12, 13, 24, 24, 25, 26, 27, 45, 46, 104, 106, 107)
SUSTAINED = (
    16, 19, 20, 21, 22, 40, 40, 41, 42, 42, 48, 49, 52, 53, 56, 56, 57, 58, 60, 61, 64, 65, 66, 67, 68, 70, 71, 71, 72,
    73, 73, 74, 75, 79, 80, 81, 82,
)  # fmt: skip


def write_midi(rng, path, notes, program, cents, pedal):
    events = [(0, 0, bytes([0xC0, program]))]
    fine = round(8192 + cents / 100 * 8192)
    for controller, value in ((101, 0), (100, 1), (6, fine >> 7), (38, fine & 127)):
        events.append((0, 1, bytes([0xB0, controller, value])))
    for note in notes:
        start = midifile.ticks(note["onset"])
        events.append((start, 3, bytes([0x90, note["pitch"], note["velocity"]])))
        end = max(start + 1, midifile.ticks(note["onset"] + note["duration"]))
        events.append((end, 2, bytes([0x80, note["pitch"], 64])))
    if pedal:
        for at in np.arange(0.5, notes[-1]["onset"], rng.uniform(0.8, 2.5)):
            events.append((midifile.ticks(at), 2, bytes([0xB0, 64, 0])))
            events.append((midifile.ticks(at + 0.06), 2, bytes([0xB0, 64, 127])))
    midifile.write(path, [events])


def noise(rng, count, colour):
    white = rng.standard_normal(count)
    spectrum = np.fft.rfft(white)
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 40)
    shaped = np.fft.irfft(spectrum / frequencies ** (colour / 2), count)
    return shaped / np.sqrt(np.mean(shaped**2))


def room(rng, sound):
    seconds = rng.uniform(0.2, 1.2)
    count = int(1.2 * seconds * RATE)
    response = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / RATE / seconds)
    response[: int(0.006 * RATE)] = 0
    wet = scipy.signal.fftconvolve(sound, response)[: len(sound)]
    wet *= np.sqrt(np.mean(sound**2)) / (np.sqrt(np.mean(wet**2)) + 1e-12)
    return sound + rng.uniform(0.1, 0.7) * wet


def colour(rng, sound):
    """a random equaliser of a few broad peaks, and sometimes a telephone's band"""
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE)
    octaves = np.log2(np.maximum(frequencies, 20) / 1000)
    decibels = rng.uniform(-3, 3) * octaves
    for _ in range(int(rng.integers(0, 4))):
        decibels += rng.uniform(-9, 9) * np.exp(-(((octaves - rng.uniform(-4, 3)) / rng.uniform(0.2, 1)) ** 2))
    if rng.random() < 0.2:
        low, high = rng.uniform(80, 300), rng.uniform(3000, 7500)
        decibels -= 12 * np.maximum(0, np.log2(low / np.maximum(frequencies, 1)))
        decibels -= 24 * np.maximum(0, np.log2(np.maximum(frequencies, 1) / high))
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** (np.clip(decibels, -60, 20) / 20), len(sound))


def record(rng, sound):
    if rng.random() < 0.6:
        sound = colour(rng, sound)
    if rng.random() < 0.5:
        sound = room(rng, sound)
    sound = sound / (np.abs(sound).max() + 1e-9)
    if rng.random() < 0.6:
        loud = np.sqrt(np.mean(sound[np.abs(sound) > 1e-3] ** 2)) if (np.abs(sound) > 1e-3).any() else 0.1
        sound = sound + noise(rng, len(sound), rng.uniform(0, 2)) * loud / 10 ** (rng.uniform(12, 50) / 20)
    if rng.random() < 0.1:
        sound = np.tanh(rng.uniform(1, 4) * sound)
    return (sound / (np.abs(sound).max() + 1e-9) * rng.uniform(0.05, 0.9)).astype(np.float32)


def make(number, engines, out):
    rng = np.random.default_rng([20261, number])
    kind = rng.choice(3, p=[0.5, 0.15, 0.35])
    program = int(rng.choice((PIANOS, PLUCKED, SUSTAINED)[kind]))
    monophonic = rng.random() < (0.15, 0.4, 0.85)[kind]
    expected = music.piece(rng, monophonic)
    played, truth, extras = music.perform(rng, expected, monophonic)
    if not played:
        return
    cents = float(rng.choice([0, rng.uniform(-50, 50)]))
    bank = BANKS[rng.choice(3, p=SHARES)]
    with tempfile.TemporaryDirectory() as folder:
        song = Path(folder) / "song.mid"
        write_midi(rng, song, played, program, cents, kind == 0 and rng.random() < 0.5)
        sends = bool(rng.random() < 0.5)
        audio = engines[bank].render(song, sample_rate=RATE, reverb=bool(rng.random() < 0.3), sends=sends, threads=1)
    sound = audio.mean(axis=0).astype(float)
    if not np.abs(sound).max() > 1e-5:
        return
    record(rng, sound).tofile(out / f"{number:04}.f32")
    case = {
        "expected": expected, "truth": truth, "extras": extras, "cents": cents, "program": program, "bank": bank,
        "played": [(note["onset"], note["pitch"]) for note in played],
    }  # fmt: skip
    (out / f"{number:04}.json").write_text(json.dumps(case))
    rows = [(note["onset"], note["duration"], note["pitch"]) for note in expected]
    np.array(rows, np.float32).tofile(out / f"{number:04}.expected")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out", type=Path)
    ap.add_argument("--cases", type=int, default=600)
    ap.add_argument("--first", type=int, default=0)
    options = ap.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    engines = {bank: rae.Engine(bank) for bank in BANKS}
    for number in range(options.first, options.first + options.cases):
        make(number, engines, options.out)


if __name__ == "__main__":
    main()
