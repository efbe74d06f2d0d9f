#!/usr/bin/env python3
"""
generate.py OUT RAE [--cases N] [--first K] [--kind KIND] - recordings to train on, made by the engine itself.

Random pieces are played with known mistakes by random presets of the built-in bank and of freely licensed ones and by
instruments made of formulas (`instruments.py`), then sent through rooms, noise, equalisers, compressors, bad
microphones and codecs (by the command RAE). Each case is OUT/NNNN.f32 (mono, 16 kHz), OUT/NNNN.json and
OUT/NNNN.expected. Case N is the same however many are made.
"""

import argparse
import functools
import json
import multiprocessing
import subprocess
import sys
import tempfile
from pathlib import Path

import instruments
import music
import numpy as np
import rust_audio_engine as rae
import scipy.io.wavfile
import scipy.signal

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bench"))
import midifile

RATE = 16_000
SF2 = Path("/usr/share/sounds/sf2")
# Free to use: the second is in the public domain, the third an emulation of a chip (GPL-3, used and not passed on).
BANKS = ("builtin", str(SF2 / "sf_GMbank.sf2"), str(SF2 / "OPL-3_FM_128M.sf2"))
FORMULAS = "formulas"
DRUMS, HITS = 9, (35, 36, 38, 38, 40, 42, 42, 44, 46, 49, 51, 54, 70)
KINDS = ("struck", "plucked", "sustained")
SHARES = {BANKS[0]: 0.4, BANKS[1]: 0.2, BANKS[2]: 0.1, FORMULAS: 0.3}
PIANOS = (0, 0, 0, 1, 1, 2, 3, 4, 5)
BASSES = (32, 32, 33, 33, 34, 35, 36, 38, 39, 43, 58, 70)
PLUCKED = (6, 7, 8, 11, 12, 13, 24, 24, 25, 26, 27, 45, 46, 104, 106, 107)
SUSTAINED = (
    16, 19, 20, 21, 22, 40, 40, 41, 42, 42, 48, 49, 52, 53, 56, 56, 57, 58, 60, 61, 64, 65, 66, 67, 68, 70, 71, 71, 72,
    73, 73, 74, 75, 79, 80, 81, 82,
)  # fmt: skip


def pedal_changes(rng, notes):
    """times at which the pedal is lifted for a moment"""
    return np.arange(0.5, notes[-1]["onset"] + 4, rng.uniform(0.8, 2.5))


def write_midi(path, notes, programs, cents, pedals, drums=()):
    """programs by part, each on a channel of its own; drums are (onset, key, velocity)"""
    events = []
    fine = round(8192 + cents / 100 * 8192)
    channels = [part + (part >= DRUMS) for part in range(len(programs))]
    for channel, program in zip(channels, programs, strict=True):
        events.append((0, 0, bytes([0xC0 | channel, program])))
        for controller, value in ((101, 0), (100, 1), (6, fine >> 7), (38, fine & 127)):
            events.append((0, 1, bytes([0xB0 | channel, controller, value])))
    for note in notes:
        channel = channels[note["part"]]
        start = midifile.ticks(note["onset"])
        events.append((start, 3, bytes([0x90 | channel, note["pitch"], note["velocity"]])))
        end = max(start + 1, midifile.ticks(note["onset"] + note["duration"]))
        events.append((end, 2, bytes([0x80 | channel, note["pitch"], 64])))
    for at in pedals:
        events.append((midifile.ticks(at), 2, bytes([0xB0, 64, 0])))
        events.append((midifile.ticks(at + 0.06), 2, bytes([0xB0, 64, 127])))
    for onset, key, velocity in drums:
        events.append((midifile.ticks(onset), 3, bytes([0x90 | DRUMS, key, velocity])))
    midifile.write(path, [events])


def drum_hits(rng, notes):
    """mostly with the notes"""
    level = rng.uniform(20, 110)
    onsets = np.array(sorted({note["onset"] for note in notes}))
    chosen = onsets[rng.random(len(onsets)) < rng.uniform(0.2, 0.9)]
    velocities = np.clip(level + 12 * rng.standard_normal(len(chosen)), 5, 127).astype(int)
    keys = rng.choice(HITS, len(chosen))
    return [(float(at), int(key), int(velocity)) for at, key, velocity in zip(chosen, keys, velocities, strict=True)]


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


def compress(rng, sound):
    """the automatic gain of a telephone: loud stretches become softer, with a delay"""
    envelope = scipy.signal.lfilter([1], [1, -0.99], np.abs(sound)[::16])
    seconds = rng.uniform(0.05, 0.5)
    pole = np.exp(-16 / (seconds * RATE))
    envelope = scipy.signal.lfilter([1 - pole], [1, -pole], envelope)
    gain = (envelope + 0.02 * envelope.max() + 1e-9) ** -rng.uniform(0.2, 0.7)
    return sound * np.interp(np.arange(len(sound)), 16 * np.arange(len(gain)), gain)


def coded(rng, sound, command):
    """through MP3 or Opus at a low rate"""
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ("plain.wav", rng.choice(["coded.mp3", "coded.opus"]), "decoded.wav")]
        scipy.io.wavfile.write(names[0], RATE, (0.9 * sound).astype(np.float32))
        bitrate = str(rng.choice([24, 32, 40, 64]))
        steps = ([names[0], "-o", names[1], "--bitrate", bitrate],
                 [names[1], "-o", names[2], "--rate", str(RATE), "--sample-format", "f32"])  # fmt: skip
        for step in steps:
            subprocess.run(
                [command, "convert", *step], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        return scipy.io.wavfile.read(names[2])[1].astype(float)


def record(rng, sound, command):
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
    if rng.random() < 0.15:
        sound = compress(rng, sound)
    sound = sound / (np.abs(sound).max() + 1e-9)
    if rng.random() < 0.15:
        sound = coded(rng, sound, command)
    return (sound / (np.abs(sound).max() + 1e-9) * rng.uniform(0.05, 0.9)).astype(np.float32)


@functools.cache
def engine(bank):
    return rae.Engine(bank)


def render(rng, bank, *song):
    """the sound of a song, as `write_midi` takes it, by a bank"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.mid"
        write_midi(path, *song)
        sends = bool(rng.random() < 0.5)
        audio = engine(bank).render(path, sample_rate=RATE, reverb=bool(rng.random() < 0.3), sends=sends, threads=1)
    return audio.mean(axis=0).astype(float)


def alone(rng, bank):
    """a piece for one instrument, its performance and the sound of that"""
    kind = rng.choice(3, p=[0.5, 0.15, 0.35])
    program = int(rng.choice((PIANOS, PLUCKED, SUSTAINED)[kind]))
    monophonic = rng.random() < (0.15, 0.4, 0.85)[kind]
    expected = music.piece(rng, "monophonic" if monophonic else "polyphonic")
    played, truth, extras = music.perform(rng, expected, monophonic)
    cents = float(rng.choice([0, rng.uniform(-50, 50)]))
    pedals = pedal_changes(rng, played) if kind == 0 and rng.random() < 0.5 else []
    if bank == FORMULAS:
        sound = instruments.play(rng, KINDS[kind], played, pedals, cents)
    else:
        sound = render(rng, bank, played, [program], cents, pedals)
    return KINDS[kind], expected, played, truth, extras, sound


def ensemble(rng, _bank):
    """the same for a choir or a section by formulas"""
    monophonic = rng.random() < 0.7
    expected = music.piece(rng, "monophonic" if monophonic else "polyphonic")
    played, truth, extras = music.perform(rng, expected, monophonic)
    cents = float(rng.choice([0, rng.uniform(-50, 50)]))
    return "ensemble", expected, played, truth, extras, instruments.play(rng, "ensemble", played, [], cents)


def together(rng, bank):
    """the same for a band"""
    expected = music.piece(rng, "band")
    played, truth, extras = music.perform(rng, expected, False)
    parts = 1 + max(note["part"] for note in played)
    programs = [int(rng.choice(BASSES)), *rng.choice(PIANOS + PLUCKED + SUSTAINED, parts - 1).tolist()]
    drums = drum_hits(rng, played) if rng.random() < 0.7 else []
    return "band", expected, played, truth, extras, render(rng, bank, played, programs, 0.0, [], drums)


def strange(rng, bank):
    """another piece than the expected one, or noise"""
    kind, _, played, _, _, sound = alone(rng, bank)
    if rng.random() < 0.5:
        kind, played = "noise", []
        sound = noise(rng, int(RATE * rng.uniform(8, 40)), rng.uniform(0, 2.5))
        if rng.random() < 0.3:
            sound *= 1 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.1, 8) * np.arange(len(sound)) / RATE)
    expected = music.piece(rng, rng.choice(["monophonic", "polyphonic", "polyphonic"]))
    extras = [(note["onset"], note["pitch"]) for note in played]
    return kind, expected, played, [None] * len(expected), extras, sound


CASES = {"alone": alone, "bands": together, "ensembles": ensemble, "strangers": strange}


def make(number, out, command, shares, cases):
    rng = np.random.default_rng([20261, number])
    bank = str(rng.choice(list(shares), p=list(shares.values())))
    if cases == "ensembles":
        bank = FORMULAS
    elif cases == "bands" and bank == FORMULAS:
        bank = BANKS[0]
    kind, expected, played, truth, extras, sound = CASES[cases](rng, bank)
    if not np.abs(sound).max() > 1e-5:
        return
    record(rng, sound, command).tofile(out / f"{number:04}.f32")
    case = {
        "expected": expected, "truth": truth, "extras": extras, "bank": bank, "kind": kind,
        "played": [(note["onset"], note["pitch"]) for note in played],
    }  # fmt: skip
    (out / f"{number:04}.json").write_text(json.dumps(case))
    rows = [(note["onset"], note["duration"], note["pitch"]) for note in expected]
    np.array(rows, np.float32).tofile(out / f"{number:04}.expected")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out", type=Path)
    ap.add_argument("rae", type=Path)
    ap.add_argument("--cases", type=int, default=1500)
    ap.add_argument("--first", type=int, default=0)
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument(
        "--kind",
        choices=CASES,
        default="alone",
        help="one instrument; several and drums; choirs; strangers",
    )
    ap.add_argument("--banks", nargs="+", help="play these alone, to measure and not to train")
    options = ap.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    # Cases are independent; a process of its own each, since the engine's threads do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        shares = {bank: 1 / len(options.banks) for bank in options.banks} if options.banks else SHARES
        work = functools.partial(
            make, out=options.out, command=options.rae.resolve(), shares=shares, cases=options.kind
        )
        for _ in pool.imap_unordered(work, range(options.first, options.first + options.cases), chunksize=8):
            pass


if __name__ == "__main__":
    main()
