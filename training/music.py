"""Random pieces and players whose mistakes are known."""

import numpy as np

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
RHYTHMS = (
    (1, 1), (0.5, 0.5, 1), (1.5, 0.5), (0.5,) * 4, (2,), (1, 0.5, 0.5), (0.75, 0.25, 1), (1 / 3,) * 3 + (1,),
)  # fmt: skip
FAST = ((0.25,) * 8, (0.25, 0.25, 0.5, 0.25, 0.25, 0.5), (0.5, 0.25, 0.25) * 2)


def degree(tonic, scale, number):
    return int(tonic + 12 * (number // 7) + scale[number % 7])


def line(rng, beats, tonic, low, high, fast=False):
    """(beat, beats, pitch) of a melody between two degrees"""
    scale = MAJOR if rng.random() < 0.6 else MINOR
    patterns = RHYTHMS + FAST * 2 if fast else RHYTHMS
    notes, beat, at = [], 0.0, int(rng.integers(low, high + 1))
    while beat < beats:
        for length in patterns[rng.integers(len(patterns))]:
            if rng.random() > 0.05:
                notes.append((beat, length, degree(tonic, scale, at)))
            step = rng.choice([-7, -4, -3, -2, -1, -1, 0, 1, 1, 2, 3, 4, 7])
            at = int(np.clip(at + step, low, high))
            beat += length
    return notes


def scale_run(rng, beats, tonic):
    scale = MAJOR if rng.random() < 0.6 else MINOR
    if rng.random() < 0.3:
        scale = tuple(range(0, 7))
    top, beat, notes = int(rng.integers(7, 16)), 0.0, []
    length = rng.choice([0.25, 0.5, 1.0], p=[0.4, 0.4, 0.2])
    above = rng.choice([0, 2, 5, 7])
    while beat < beats:
        for number in [*range(top), *range(top, 0, -1)]:
            notes.append((beat, length, degree(tonic, scale, number)))
            if above:
                notes.append((beat, length, degree(tonic, scale, number + above)))
            beat += length
    return notes


def chords(rng, beats, tonic):
    notes, beat = [], 0.0
    shapes = ((0, 2, 4), (2, 4, 7), (-3, 0, 2), (0, 2, 4, 6), (0, 4), (0, 4, 7, 9), (0, 7))
    while beat < beats:
        root, length = int(rng.integers(0, 7)), rng.choice([0.5, 1, 1, 2])
        shape = shapes[rng.integers(len(shapes))]
        notes += [(beat, length, degree(tonic, MAJOR, root + number)) for number in shape]
        if rng.random() < 0.6:
            notes.append((beat, length, degree(tonic - 24, MAJOR, root)))
        if rng.random() < 0.2:
            notes.append((beat, length, degree(tonic - 12, MAJOR, root)))
        beat += length
    return notes


def broken(rng, beats, tonic):
    """a melody over Alberti or wide arpeggios"""
    notes, beat = [], 0.0
    pattern = ((0, 4, 2, 4), (0, 2, 4, 7, 9, 11, 9, 7), (0, 4, 7, 4), (0, 2, 4, 2))[rng.integers(4)]
    length = rng.choice([0.25, 0.5])
    while beat < beats:
        root = int(rng.integers(0, 6))
        for number in pattern:
            notes.append((beat, length, degree(tonic - 12, MAJOR, root + number)))
            beat += length
    if rng.random() < 0.7:
        notes += line(rng, beats, tonic + 12, 0, 9)
    return notes


def two_parts(rng, beats, tonic):
    return line(rng, beats, tonic + 7, 0, 10, True) + line(rng, beats, tonic - 17, 0, 10, True)


def repeated(rng, beats, tonic):
    notes, beat = [], 0.0
    while beat < beats:
        pitch, length = degree(tonic, MAJOR, int(rng.integers(0, 12))), rng.choice([0.25, 0.5, 1])
        for _ in range(int(rng.integers(2, 6))):
            notes.append((beat, length, pitch))
            beat += length
    return notes


def band(rng, beats, tonic):
    """(beat, beats, pitch, part) of a bass, one to three inner parts and a melody, which may be doubled"""
    notes = [(*note, 0) for note in line(rng, beats, tonic - 26, 0, 7)]
    inner = (chords, broken, repeated, line)
    for part in range(1, 1 + int(rng.integers(1, 4))):
        make = inner[rng.integers(len(inner))]
        made = line(rng, beats, tonic, 0, 7) if make is line else make(rng, beats, tonic)
        notes += [(*note, part) for note in made if note[0] < beats]
    melody = line(rng, beats, tonic + 7, 0, 12, rng.random() < 0.3)
    notes += [(*note, 4) for note in melody]
    if rng.random() < 0.4:
        notes += [(beat, length, pitch + int(rng.choice([0, 12, -12])), 5) for beat, length, pitch in melody]
    return notes


POLYPHONIC = (chords, broken, two_parts, scale_run, repeated)


def piece(rng, kind):
    """
    expected notes of a piece that is monophonic, polyphonic or for a band: dicts of onset, duration, pitch, velocity
    and part, in seconds, by onset and pitch
    """
    beats, quarter = int(rng.integers(24, 44)), 60 / rng.uniform(60, 130)
    tonic = int(rng.integers(53, 68)) + int(rng.choice([0, 0, 0, 12, -12]))
    if kind == "band":
        notes = band(rng, beats, tonic)
    elif kind == "monophonic":
        tonic += int(rng.choice([-12, 0, 0, 12]))
        notes = line(rng, beats, tonic, 0, 12, rng.random() < 0.4)
    else:
        notes = POLYPHONIC[rng.integers(len(POLYPHONIC))](rng, beats, tonic)
    notes = [(*note, 0)[:4] for note in notes]
    loud, spread = rng.uniform(35, 100), rng.uniform(3, 18)
    article = rng.uniform(0.5, 1.0)
    # Accompaniments are softer, phrases swell, and some notes are hardly touched.
    top = {}
    for beat, _, pitch, _ in notes:
        top[beat] = max(pitch, top.get(beat, 0))
    softer, swell, period = rng.choice([0, rng.uniform(5, 35)]), rng.uniform(0, 20), rng.uniform(6, 16)
    ghosts = rng.choice([0.0, rng.uniform(0, 0.1)])

    def velocity(beat, pitch):
        value = loud + spread * rng.standard_normal() + swell * np.sin(2 * np.pi * beat / period)
        value -= softer * (pitch < top[beat]) + 30 * (rng.random() < ghosts)
        return int(np.clip(value, 12, 125))

    made = [
        {
            "onset": round(beat * quarter, 4),
            "duration": max(0.05, length * quarter * article),
            "pitch": pitch,
            "velocity": velocity(beat, pitch),
            "part": part,
        }
        for beat, length, pitch, part in notes
        if 24 <= pitch <= 106
    ]
    return without_overlaps(made)


def without_overlaps(notes):
    """no two notes of one pitch within 20 ms, none that sounds into the next of its pitch"""
    kept, last = [], {}
    for note in sorted(notes, key=lambda note: (note["onset"], note["pitch"])):
        before = last.get(note["pitch"])
        if before and note["onset"] - before["onset"] < 0.02:
            continue
        if before and before["onset"] + before["duration"] > note["onset"] - 0.01:
            before["duration"] = max(0.03, note["onset"] - before["onset"] - 0.01)
        last[note["pitch"]] = note
        kept.append(note)
    return kept


def perform(rng, expected, monophonic):
    """
    played notes (as `piece`), what became of each expected one (None for missed, else its onset and pitch), extra
    (onset, pitch)
    """
    wrong, missed, extra = rng.uniform(0, 0.12), rng.uniform(0, 0.1), rng.uniform(0, 0.1)
    jitter, drift = rng.choice([0.005, 0.015, 0.03, 0.07]), rng.choice([rng.uniform(0, 0.1), rng.uniform(0.1, 0.25)])
    # Chords may be rolled upwards, and players hesitate.
    rolled, hesitates = rng.choice([0, 0, rng.uniform(0.01, 0.05)]), rng.choice([0, 0, rng.uniform(0, 0.05)])
    tempo, lead = rng.uniform(0.65, 1.5), rng.uniform(0.2, 1.5)
    phase, period = rng.uniform(0, 2 * np.pi), rng.uniform(12, 25)
    grid = np.arange(0, expected[-1]["onset"] + 8, 0.05)
    rate = tempo * (1 + drift * np.sin(2 * np.pi * grid / period + phase))
    rate = rate / (1 + rng.uniform(4, 20) * (rng.random(len(grid)) < hesitates * 0.3))
    times = np.concatenate([[0], np.cumsum(0.05 / rate)])[:-1]
    played, truth, extras, shared = [], [], [], {}
    onsets = np.array([note["onset"] for note in expected])
    ends = onsets + np.array([note["duration"] for note in expected])
    pitches = np.array([note["pitch"] for note in expected])

    def when(score):
        return float(np.interp(score, grid, times))

    def free(pitch, start, end, reach):
        near = set(pitches[(onsets < end) & (ends > start)].tolist())
        return [pitch + by for by in range(-reach, reach + 1) if by and pitch + by not in near]

    for note in expected:
        common = shared.setdefault(round(note["onset"], 3), jitter * rng.standard_normal())
        place = np.sum((np.abs(onsets - note["onset"]) < 1e-3) & (pitches < note["pitch"]))
        own = 0.006 * rng.standard_normal() + rolled * place
        onset = max(0.05, when(note["onset"]) + lead + common + own)
        duration = when(note["onset"] + note["duration"]) - when(note["onset"])
        velocity = int(np.clip(note["velocity"] + 8 * rng.standard_normal(), 12, 126))
        fate, pitch = rng.random(), note["pitch"]
        if fate < missed:
            truth.append(None)
            continue
        if fate < missed + wrong:
            options = free(pitch, note["onset"] - 0.15, note["onset"] + note["duration"] + 0.15, 2)
            pitch = int(rng.choice(options)) if options else pitch
        played.append({**note, "onset": onset, "duration": duration, "pitch": pitch, "velocity": velocity})
        truth.append((onset, pitch))
    for index in range(1, len(expected) - 1):
        if rng.random() >= extra:
            continue
        note = expected[index]
        later = onsets[onsets > note["onset"] + 0.02]
        gap = (later[0] if len(later) else ends[index]) - note["onset"]
        if monophonic and gap < 0.3:
            continue
        score = note["onset"] + (0.5 * gap if monophonic or rng.random() < 0.6 else 0)
        options = free(note["pitch"], score - 0.3, score + 0.3, 4)
        if options:
            onset, pitch = when(score) + lead, int(rng.choice(options))
            played.append({**note, "onset": onset, "duration": max(0.12, min(0.45 * gap, 0.5)), "pitch": pitch})
            extras.append((onset, pitch))
    return without_overlaps(played), truth, extras
