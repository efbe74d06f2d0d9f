"""
Instruments made of formulas, each time others: struck and plucked strings as sums of damped partials, and tones that
last (bowed, blown, sung) with vibrato, glides and formants, alone or in choirs. What banks cannot vary varies here:
inharmonicity, uneven tuning, hammers, decay, dampers, pedal, breath.
"""

import copy

import numpy as np
import scipy.signal

RATE = 16_000

# Highest partial, hertz, and how many there are at most.
TOP, MOST_PARTIALS = 7_600.0, 40

# Samples per row of the table of a damped tone.
ROW = 128

# A tone is followed down to this level, natural logarithm.
QUIET = 7.0


def frequency(pitch, cents=0.0):
    return 440.0 * 2 ** ((pitch - 69 + cents / 100) / 12)


def damped(amplitudes, poles, count):
    """the real part of the sum of A exp(s n): powers of rows times powers within a row, as one matrix product"""
    rows = -(-count // ROW)
    outer = np.exp(np.outer(ROW * np.arange(rows), poles)) * amplitudes
    inner = np.exp(np.outer(poles, np.arange(ROW)))
    return (outer.astype(np.complex64) @ inner.astype(np.complex64)).real.ravel()[:count]


class Strings:
    """a piano (hammers, unisons, dampers) or a plucked instrument"""

    def __init__(self, rng, cents, hammers):
        self.rng, self.cents, self.hammers = rng, cents, hammers
        self.inharmonicity = 10 ** rng.uniform(-4.3, -3.0) if hammers else 10 ** rng.uniform(-6, -3.8)
        self.bend = rng.uniform(0.06, 0.12)
        self.strike = rng.uniform(0.08, 0.2) if hammers else rng.uniform(0.05, 0.5)
        self.slope = rng.uniform(0.2, 1.4)
        self.cutoff = 10 ** rng.uniform(2.8, 3.7)
        self.hardness = rng.uniform(0.8, 3.0)
        self.loudness = rng.uniform(0.9, 2.4)
        self.uneven = rng.uniform(0, 8)
        self.seconds = 10 ** rng.uniform(0.3, 1.1) if hammers else 10 ** rng.uniform(-0.4, 0.8)
        self.losses = rng.uniform(0.3, 3.0)
        self.shorter = rng.uniform(0.4, 1.0)
        self.aftersound = rng.uniform(-28, -8)
        self.mistuned = rng.choice([0.0, rng.uniform(0, 3), rng.uniform(0, 10)])
        self.unison = rng.uniform(0, 2.0)
        self.damping = rng.uniform(0.02, 0.25)
        self.knock = rng.uniform(-45, -12)
        self.attack = rng.uniform(0.0005, 0.006)
        self.keys = {}

    def key(self, pitch):
        """what is peculiar to a key: its frequency and the gains of its partials"""
        if pitch not in self.keys:
            cents = self.cents + self.mistuned * self.rng.standard_normal()
            self.keys[pitch] = (frequency(pitch, cents), self.uneven * self.rng.standard_normal(MOST_PARTIALS))
        return self.keys[pitch]

    def note(self, pitch, velocity, held):
        fundamental, gains = self.key(pitch)
        stiff = self.inharmonicity * np.exp(self.bend * (pitch - 60))
        n = np.arange(1, MOST_PARTIALS + 1)
        frequencies = n * fundamental * np.sqrt((1 + stiff * n * n) / (1 + stiff))
        n, frequencies = n[frequencies < TOP], frequencies[frequencies < TOP]
        if not len(n):
            return np.zeros(1)
        force = (velocity - 64) / 64
        cutoff = self.cutoff * 2 ** (self.hardness * force) * (fundamental / 260) ** 0.4
        levels = n**-self.slope / np.sqrt(1 + (frequencies / cutoff) ** 4) * 10 ** (gains[: len(n)] / 20)
        levels = levels * (0.05 + np.abs(np.sin(np.pi * n * self.strike)))
        rates = 6.9 / (self.seconds * 2 ** (-(pitch - 60) / 12 * self.shorter))
        rates = rates * (1 + self.losses * (frequencies / 1000) ** 1.2 / 3)
        after = 10 ** (self.aftersound / 20)
        detune = 2 ** (self.unison * self.rng.uniform(0.3, 1) / 1200)
        sides = ((1.0, 1.0, 1.0), (after, 0.25, detune)) if self.hammers else ((1.0, 1.0, 1.0),)
        phases = self.rng.uniform(0, 2 * np.pi, len(n))
        amplitudes = np.concatenate([level * levels * np.exp(1j * phases) for level, _, _ in sides])
        poles = [(2j * np.pi * by * frequencies - slower * rates) / RATE for _, slower, by in sides]
        release = self.damping * (1.0 if pitch < 88 else 8.0)
        longest = QUIET / (rates.min() * sides[-1][1])
        count = int(RATE * min(held + 6 * release, longest + 0.1, 12.0)) + ROW
        sound = damped(amplitudes, np.concatenate(poles), count)
        time = np.arange(count) / RATE
        sound *= np.minimum(1, time / self.attack) * np.exp(-np.maximum(0, time - held) / release)
        sound = sound / (np.sqrt(np.sum(levels**2)) + 1e-9)
        if self.hammers:
            burst = self.rng.standard_normal(count) * np.exp(-time / 0.012) * 10 ** (self.knock / 20)
            sound += scipy.signal.lfilter([0.15], [1, -0.85], burst)
        return sound * (velocity / 100) ** self.loudness

    def play(self, notes, pedals):
        """pedals: ascending times at which what has been released is damped, or none"""
        length = int(RATE * (notes[-1]["onset"] + 4.0)) + RATE
        sound = np.zeros(length)
        for note in notes:
            end = note["onset"] + note["duration"]
            lifted = [at for at in pedals if at >= end][:1]
            add(sound, note["onset"], self.note(note["pitch"], note["velocity"], max(lifted or [end]) - note["onset"]))
        return sound


class Sustained:
    """a bowed, blown or sung tone whose pitch moves"""

    def __init__(self, rng, cents):
        self.rng, self.cents = rng, cents
        self.slope = rng.uniform(0.4, 1.8)
        self.uneven = rng.uniform(0, 7)
        self.gains = self.uneven * rng.standard_normal(MOST_PARTIALS)
        self.odd = rng.choice([0.0, rng.uniform(3, 20)], p=[0.75, 0.25])
        self.loudness = rng.uniform(0.4, 1.6)
        self.attack = 10 ** rng.uniform(-2.2, -0.9)
        self.release = 10 ** rng.uniform(-1.9, -0.7)
        self.vibrato = rng.choice([0.0, rng.uniform(5, 25), rng.uniform(20, 70)])
        self.speed = rng.uniform(4.2, 7.0)
        self.delay = rng.uniform(0, 0.3)
        self.off = rng.choice([0.0, rng.uniform(2, 15)])
        self.scoop = rng.choice([0.0, rng.uniform(20, 150)])
        self.glide = rng.choice([0.0, rng.uniform(0.02, 0.1)])
        self.legato = rng.random()
        self.breath = rng.uniform(-50, -16)
        self.swell = rng.uniform(-0.5, 0.8)
        self.formants = [(f * rng.uniform(0.8, 1.2), rng.uniform(60, 200)) for f in (600, 1100, 2500, 3400)]
        self.sung = rng.random() < 0.35

    def pitches(self, notes, note, count):
        """key numbers over time"""
        time = np.arange(count) / RATE
        wave = np.sin(2 * np.pi * self.speed * time + self.rng.uniform(0, 6))
        rise = np.clip((time - self.delay) / 0.25, 0, 1)
        cents = self.vibrato * rise * wave + self.off * self.rng.standard_normal()
        cents = cents - self.scoop * self.rng.random() * np.exp(-time / 0.05)
        wander = scipy.signal.lfilter([0.004], [1, -0.996], self.rng.standard_normal(count // 64 + 2))
        cents += 30 * np.interp(np.arange(count), 64 * np.arange(len(wander)), wander)
        before = [other for other in notes if abs(other["onset"] + other["duration"] - note["onset"]) < 0.12]
        if self.glide and before and self.rng.random() < self.legato:
            cents += 100 * (before[-1]["pitch"] - note["pitch"]) * np.exp(-time / (0.4 * self.glide))
        return note["pitch"] + (self.cents + cents) / 100

    def note(self, notes, note):
        held = note["duration"]
        count = int(RATE * (held + 5 * self.release)) + 1
        time = np.arange(count) / RATE
        frequencies = frequency(self.pitches(notes, note, count))
        phase = 2 * np.pi * np.cumsum(frequencies) / RATE
        attack = self.attack * self.rng.uniform(0.6, 1.6)
        envelope = (1 - np.exp(-2.5 * time / attack)) * np.exp(-np.maximum(0, time - held) / self.release)
        envelope *= 1 + self.swell * np.sin(np.pi * np.clip(time / held, 0, 1)) + 0.03 * np.sin(40 * time)
        force = note["velocity"] / 100
        most = max(1, min(MOST_PARTIALS, int(TOP / frequencies.max())))
        n = np.arange(1, most + 1)
        levels = n ** (-self.slope / force**0.5) * 10 ** ((self.gains[:most] - self.odd * (n % 2 == 0)) / 20)
        levels = levels * np.exp(2j * np.pi * self.rng.random(most)) / np.sqrt(np.sum(levels**2))
        # Louder moments are brighter: the n-th partial goes with the n-th power.
        turn = (np.exp(1j * phase) * (0.9 + 0.1 * np.minimum(envelope, 1))).astype(np.complex64)
        sound = np.zeros(count, np.complex64)
        for level in levels[::-1].astype(np.complex64):
            sound += level
            sound *= turn
        breath = self.rng.standard_normal(count) * 10 ** (self.breath / 20)
        return envelope * (sound.real + breath) * force**self.loudness

    def play(self, notes, _pedals):
        length = int(RATE * (notes[-1]["onset"] + 4.0)) + RATE
        sound = np.zeros(length)
        for note in notes:
            add(sound, note["onset"], self.note(notes, note))
        if self.sung:
            sound = sum(resonance(sound, *formant) for formant in self.formants) + 0.1 * sound
        return sound


class Ensemble:
    """a choir or a section: players of one instrument who agree neither on the pitch nor on the moment"""

    def __init__(self, rng, cents):
        self.rng = rng
        first, spread = Sustained(rng, cents), rng.uniform(5, 60)
        self.players = [copy.copy(first) for _ in range(int(rng.integers(3, 8)))]
        for player in self.players:
            player.cents = cents + spread * rng.standard_normal()
            player.speed = rng.uniform(4.2, 7.0)
        self.apart = rng.uniform(0.003, 0.03)

    def play(self, notes, pedals):
        return sum(player.play(self.moved(notes), pedals) for player in self.players)

    def moved(self, notes):
        offsets = self.apart * np.clip(self.rng.standard_normal(len(notes)), -1.5, 1.5)
        # All end together, so that their sounds have one length.
        offsets[-1] = 0.0
        return [{**note, "onset": note["onset"] + off} for note, off in zip(notes, offsets, strict=True)]


def resonance(sound, centre, width):
    b, a = scipy.signal.iirpeak(centre, centre / width, fs=RATE)
    return scipy.signal.lfilter(b, a, sound)


def add(sound, onset, note):
    start = int(onset * RATE)
    count = min(len(note), len(sound) - start)
    sound[start : start + count] += note[:count]


def play(rng, kind, notes, pedals, cents):
    """notes, as `music.perform` makes them, by an instrument of the kind struck, plucked, sustained or ensemble"""
    lasting = {"sustained": Sustained, "ensemble": Ensemble}
    instrument = lasting[kind](rng, cents) if kind in lasting else Strings(rng, cents, kind == "struck")
    return instrument.play(notes, pedals)
