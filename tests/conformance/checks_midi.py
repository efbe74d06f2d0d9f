"""Checks of MIDI: pedals, sends, files, tuning messages, timing, zones, moving controllers."""

import math
import struct

import numpy as np
from bank_writer import VEL_ATT, Bank, Zone, abscents, sine, src, tc, tone
from measure import cents, db, sinad
from midi_writer import Midi
from registry import check
from scipy import signal


@check(
    "MIDI: CC64 sustain and CC66 sostenuto hold the note; release starts at pedal up; CC123 releases, CC120 silences"
)
def c_pedals(e, r):
    b = Bank()
    s, f = tone(b, 882.0, 8820)
    b.simple(0, s, sampleModes=1, releaseVolEnv=tc(0.5))
    m = Midi()
    m.cc(0.05, 64, 127).note(0.1, 0.3).cc(1.0, 64, 0)
    m.on(2.1).cc(2.2, 66, 127).off(2.3).note(2.5, 0.1, 72).cc(3.0, 66, 0)
    m.on(4.1).cc(4.5, 123, 0).on(6.1).cc(6.5, 120, 0).end(8)
    a = e.render(b, m, "pedals")
    t, y = a.env(0, 8, f)
    d = 20 * np.log10(np.maximum(y, 1e-9))
    at = lambda x: float(np.median(d[int((x - 0.005) * a.sr) : int((x + 0.005) * a.sr)]))
    ref = at(0.3)

    def at2(t0, t1, fq):
        z = a.cut(t0, t1)
        return db(np.mean(z * signal.windows.hann(len(z)) * np.exp(-2j * np.pi * fq * np.arange(len(z)) / a.sr)))

    r.add("sustain: level held after note off", at(0.9) - ref, 0, 0.1, "dB")
    q = d[int(0.9 * a.sr) : int(1.2 * a.sr)] - ref
    r.add(
        "sustain: release starts at pedal up",
        (0.9 + np.argmax(q < -1) / a.sr - 1.0) * 1e3,
        5,
        5,
        "ms",
        note="-1 dB point; 200 dB/s reaches it after 5 ms",
    )
    r.atmost("sustain: pedal up ends it (+0.45 s)", at(1.45) - ref, -60, "dB")
    r.add("sostenuto: held note", at(2.45) - ref, 0, 0.1, "dB")
    r.atmost("sostenuto: later note is not held", at2(2.85, 2.98, 2 * f) - at2(2.85, 2.98, f), -20, "dB")
    r.atmost("sostenuto: up ends it", at(3.45) - ref, -60, "dB")
    r.atmost("CC123 all notes off releases (+0.45 s)", at(4.95) - ref, -60, "dB")
    r.atmost("CC120 all sound off is fast (+60 ms)", at(6.56) - ref, -40, "dB")


@check(
    "SF2.04 8.1.2 gens 15, 16 and 8.4.8/8.4.9: effect sends in 0.1 %, CC91/CC93 add 20 % at most "
    "(effects must be enabled in the command)"
)
def c_effect_sends(e, r):
    b = Bank()
    s = b.sample(np.concatenate([sine(882, 4410, 0.5), np.zeros(2000)]), loop=(0, 6000))
    b.simple(0, s, sampleModes=0)
    b.simple(1, s, sampleModes=0, reverbEffectsSend=1000)
    b.simple(2, s, sampleModes=0, reverbEffectsSend=500)
    b.simple(3, s, sampleModes=0, chorusEffectsSend=1000)
    b.simple(4, s, sampleModes=0, chorusEffectsSend=500)
    m = Midi()
    d = 6.0
    for n, p in enumerate((0, 1, 2, 0)):
        m.prog(n * d + 0.01, p).cc(n * d + 0.02, 91, 127 if n == 3 else 0).note(0.1 + n * d, 0.3)
    m.cc(4 * d, 91, 0).cc(4 * d, 93, 0)
    for n, p in enumerate((3, 4, 0), 4):
        m.prog(n * d + 0.01, p).cc(n * d + 0.02, 93, 127 if n == 6 else 0).note(0.1 + n * d, 0.3)
    m.end(7 * d)
    a = e.render(b, m, "sends")
    T = [a.level(0.1 + n * d + 0.25, 0.1 + n * d + 0.6) for n in range(7)]
    dry = a.level(0.11, 0.19)
    r.atmost("no send: tail", T[0] - dry, -80, "dB")
    r.atleast("reverb send 100 %: tail", T[1] - dry, -50, "dB")
    r.add("reverb 50 % against 100 %", T[2] - T[1], -6.02, 0.5, "dB")
    r.add(
        "CC91=127 against 100 %",
        T[3] - T[1],
        db(0.2 * 127 / 128),
        1,
        "dB",
        note="SF2.04 amount 200; many engines use 100 % at 127",
    )
    C = [
        np.sqrt(
            np.mean((a.cut(0.1 + n * d, 0.1 + n * d + 0.2, 0) - a.cut(0.1, 0.3, 0)) ** 2)
            + np.mean((a.cut(0.1 + n * d, 0.1 + n * d + 0.2, 1) - a.cut(0.1, 0.3, 1)) ** 2)
        )
        for n in (4, 5, 6)
    ]
    r.atleast("chorus send 100 %: wet signal", db(C[0]) - dry, -40, "dB")
    r.add(
        "chorus 50 % against 100 %",
        db(C[1] / max(C[0], 1e-12)),
        -6.02,
        1,
        "dB",
        scored=False,
        note="LFO phase differs between the notes",
    )
    r.add("CC93=127 against 100 %", db(C[2] / max(C[0], 1e-12)), db(0.2 * 127 / 128), 1.5, "dB", scored=False)


@check(
    "MIDI files: format 1 with a tempo map, SMPTE division, running status and note-on velocity 0; drum "
    "channel 10 = bank 128; bank select"
)
def c_midi_files(e, r):
    b = Bank()
    s, f = tone(b, 882.0, 8820)
    s2, f2 = tone(b, 441.0, 8820)
    s3, f3 = tone(b, 1470.0, 8820)
    b.simple(0, s, sampleModes=1, scaleTuning=0)
    i = b.inst(Zone(sampleID=s2, sampleModes=1, scaleTuning=0))
    b.preset(0, Zone(instrument=i), bank=128, name="drum")
    i = b.inst(Zone(sampleID=s3, sampleModes=1, scaleTuning=0))
    b.preset(5, Zone(instrument=i), bank=3)

    class Raw:
        def __init__(self, data):
            self.data = data

        def write(self, p):
            open(p, "wb").write(self.data)

    def ck(t, d):
        return t + struct.pack(">I", len(d)) + d

    def trk(*e):
        return ck(b"MTrk", b"".join(e) + b"\x00\xff\x2f\x00")

    init = bytes([0, 0xB0, 91, 0, 0, 93, 0, 0, 7, 127])
    t0 = trk(
        b"\0\xff\x51\x03" + (500000).to_bytes(3, "big"),
        b"\x60\xff\x51\x03" + (250000).to_bytes(3, "big"),
        b"\x81\x40\xff\x51\x03" + (1000000).to_bytes(3, "big"),
    )  # 96 ticks: 120 bpm, 192 ticks: 240, then 60
    t1 = trk(
        init, b"\x60\x90\x3c\x7f", b"\x60\x3c\x00", b"\x81\x40\x3c\x7f", b"\x30\x3c\x00", b"\x60\xff\x01\x01x"
    )  # on at tick 96, off 192 (running status), on 384, off 432
    a = e.render(b, Raw(ck(b"MThd", struct.pack(">HHH", 1, 2, 96)) + t0 + t1), "fmt1")
    t, y = a.env(0, 3.5, f)
    on = y > 0.5 * np.max(y)
    ed = np.flatnonzero(np.diff(on.astype(int)))
    want = [0.5, 0.75, 2.0, 2.5]
    for n in range(4):
        r.add(
            f"format 1 tempo map, edge {n + 1}",
            t[ed[n]] * 1e3 if n < len(ed) else float("nan"),
            want[n] * 1e3,
            6,
            "ms",
            note="edges at half amplitude",
        )
    t1 = trk(
        init, b"\x81\x48\x90\x3c\x7f", b"\x83\x74\x80\x3c\x40", b"\x81\x48\xff\x01\x01x"
    )  # 200 and 500 ticks of 1 ms
    a = e.render(b, Raw(ck(b"MThd", struct.pack(">HHbB", 0, 1, -25, 40)) + t1), "smpte")
    t, y = a.env(0, 1.0, f)
    on = y > 0.5 * max(np.max(y), 1e-4)
    ed = np.flatnonzero(np.diff(on.astype(int)))
    for n, w in enumerate((0.2, 0.7)):
        r.add(f"SMPTE 25 x 40, edge {n + 1}", t[ed[n]] * 1e3 if n < len(ed) else float("nan"), w * 1e3, 6, "ms")
    m = Midi(channels=(0, 9)).note(0.1, 0.5, 60, 127, 9).cc(1.0, 0, 3).prog(1.01, 5).note(1.1, 0.5)
    a = e.render(b, m, "banks")
    r.add("channel 10 plays bank 128", a.freq(0.2, 0.55), f2, 2, "Hz")
    r.add("CC0 = 3, program 5", a.freq(1.2, 1.55), f3, 2, "Hz")


@check("MTS: scale/octave tuning 1-byte (08 08) and single note tuning (08 02) by real-time sysex")
def c_mts_tuning(e, r):
    b = Bank()
    s, f = tone(b, 441.0, 44100)
    b.simple(0, s, sampleModes=1)
    m = Midi(channels=(0,))
    m.note(0.1, 0.8)
    m.sysex(1.0, [0x7F, 0x7F, 8, 8, 3, 0x7F, 0x7F] + [64 + 25] + [64] * 11)
    m.note(1.1, 0.8)
    m.sysex(2.0, [0x7F, 0x7F, 8, 8, 3, 0x7F, 0x7F] + [64] * 12)
    m.rpn(2.01, 0, 4, 0).rpn(2.02, 0, 3, 0).sysex(2.03, [0x7F, 0x7F, 8, 2, 0, 1, 60, 60, 0x40, 0]).note(2.1, 0.8)
    a = e.render(b, m, "mts")
    f0 = a.freq(0.2, 0.85)
    r.add("scale/octave tuning C +25 cents", cents(a.freq(1.2, 1.85), f0), 25, 0.5, "cents")
    r.add("single note tuning key 60 +50 cents", cents(a.freq(2.2, 2.85), f0), 50, 0.5, "cents")


@check("MIDI timing: onset error of 40 notes at irregular times (block quantisation shows as jitter)")
def c_timing(e, r):
    b = Bank()
    y = np.zeros(2000)
    y[0] = 0.9
    y[1:40] = 0.9 * np.exp(-np.arange(1, 40) / 8.0)
    s = b.sample(y, loop=(0, 2000))
    b.simple(0, s, sampleModes=0)
    m = Midi()
    ts = [0.1 + n * 0.0517 + (n * n % 7) * 0.0013 for n in range(40)]
    for t in ts:
        m.note(t, 0.04)
    a = e.render(b, m, "timing")
    on = []
    for t in ts:
        t = round(t * Midi.TPS) / Midi.TPS
        q = np.abs(a.cut(t - 0.01, t + 0.03))
        on.append(
            float("nan")
            if q.max() < 1e-5
            else (
                np.argmax(q > 0.5 * q.max()) / a.sr
                - (round(t * a.sr) - round((t - 0.01) * a.sr)) / a.sr
                + round(t * a.sr) / a.sr
                - t
            )
            * 1e3
        )
    on = np.array(on)
    r.info("mean latency", on.mean(), "ms")
    r.atmost(
        "onset jitter, peak to peak",
        np.ptp(on),
        0.05,
        "ms",
        note="sample-accurate = 0.023 ms at 44.1 kHz; 64-sample blocks = 1.45 ms",
    )
    r.atmost("|mean latency|", abs(on.mean()), 0.2, "ms")


@check("SF2.04 sm24: 24-bit samples (a sine of 0.4 of a 16-bit LSB must be heard)")
def c_sm24(e, r):
    b = Bank(bits24=True)
    f = 441.0
    s = b.sample(sine(f, 44100, 0.4 / 32768), loop=(0, 44100))
    s2 = b.sample(sine(f, 44100, 0.5), loop=(0, 44100))
    b.simple(0, s, sampleModes=1)
    b.simple(1, s2, sampleModes=1)
    m = Midi().note(0.1, 1.5).prog(2, 1).note(2.1, 1.5)
    a = e.render(b, m, "sm24")
    r.add("level ratio of the two sines", a.level(0.4, 1.4) - a.level(2.4, 3.4), db(0.4 / 32768 / 0.5), 1, "dB")
    r.atleast("SINAD of the quiet sine", sinad(a, 0.4, 1.4, f), 20, "dB", note="needs float or 24-bit output")


@check("SF2.04 9.6 NRPN 120: real-time generator offset (filter cutoff, +-2 cents per step; attenuation 1 cB per step)")
def c_nrpn(e, r):
    b = Bank()
    s, f = tone(b, 441.0, 8820)
    b.simple(0, s, sampleModes=1)
    m = Midi(channels=(0, 1))
    m.note(0.1, 0.5)
    m.nrpn(0.8, 120, 52, 8192 + 40, 0).note(1.1, 1.2)
    a = e.render(b, m, "nrpn")
    r.add("NRPN fineTune +40", cents(a.freq(1.25, 2.2), f), 40, 1, "cents")


@check("SF2.04 8.1.2 gens 0, 43, 44, 46, 47: sample offset, key/velocity ranges, keynum/velocity override")
def c_zones(e, r):
    b = Bank()
    d = np.concatenate([sine(441, 22050, 0.5), sine(2205, 66150, 0.5)])
    s = b.sample(d, loop=(22050, 88200))
    s1, f1 = tone(b, 441.0, 8820)
    s2, f2 = tone(b, 882.0, 8820)
    b.simple(0, s, sampleModes=0, startAddrsOffset=22050)
    i = b.inst(
        Zone(sampleID=s1, velRange=(0, 63), sampleModes=1, scaleTuning=0),
        Zone(sampleID=s2, velRange=(64, 127), sampleModes=1, scaleTuning=0),
    )
    b.preset(1, Zone(instrument=i))
    b.simple(2, s1, sampleModes=1, keynum=72)
    b.simple(3, s1, sampleModes=1, velocity=64)
    i = b.inst(Zone(sampleID=s1, sampleModes=1, scaleTuning=0, initialAttenuation=0))
    b.preset(
        4,
        Zone(initialAttenuation=0),
        Zone(instrument=i, keyRange=(0, 59)),
        Zone(instrument=i, keyRange=(60, 127), fineTune=100),
    )
    b.simple(5, s, sampleModes=0, startAddrsCoarseOffset=0, startAddrsOffset=22050)
    m = Midi()
    m.prog(0, 0).note(0.1, 0.3).prog(1, 1).note(1.1, 0.4, 60, 63).note(1.7, 0.4, 60, 64).prog(2.4, 2).note(
        2.5, 0.6, 48
    ).prog(3.3, 3).note(3.4, 0.4, 60, 127).prog(3.9, 2).note(4.0, 0.4, 60, 127).prog(4.6, 4).note(4.7, 0.5, 59).note(
        5.4, 0.5, 60
    ).end(6.5)
    a = e.render(b, m, "zones")
    r.add("startAddrsOffset", a.freq(0.15, 0.38), 2205, 3, "Hz")
    r.add("velRange low zone", a.freq(1.2, 1.45), 441, 1, "Hz")
    r.add("velRange high zone", a.freq(1.8, 2.05), 882, 1, "Hz")
    r.add("keynum override 72", a.freq(2.6, 3.05), 882, 1, "Hz")
    r.add("velocity override 64", a.level(3.5, 3.75) - a.level(4.1, 4.35), -40 * math.log10(127 / 64), 0.2, "dB")
    r.add("preset keyRange + fineTune", cents(a.freq(5.5, 5.85), a.freq(4.8, 5.15)), 100, 0.5, "cents")


@check(
    "controllers act on notes that already sound: CC7, CC11, CC10, bend, RPN 0, CC1, pressure, custom modulator, NRPN"
)
def c_moving_controllers(e, r):
    b = Bank()
    s, f = tone(b, 1102.5, 8820)
    b.simple(0, s, sampleModes=1, freqVibLFO=abscents(5))
    b.simple(1, s, mods=[VEL_ATT + (0,), (src(16, cc=True), "initialAttenuation", 480)], sampleModes=1)
    m = Midi(channels=(0, 1, 2))
    L = lambda t, ch=None: a.level(t - 0.2, t - 0.02, ch)
    m.note(0.1, 3.8).cc(0.6, 7, 64).cc(1.1, 7, 127).cc(1.6, 11, 64).cc(2.1, 11, 127).cc(2.6, 10, 0).cc(3.1, 10, 64)
    m.bend(4.0, 8192, 1).note(4.1, 2.9, ch=1).bend(4.6, 16383, 1).rpn(5.1, 0, 0, 12, ch=1).bend(5.6, 8192, 1).nrpn(
        6.1, 120, 52, 8192 + 40, 1
    )
    m.prog(7.0, 1, 2).cc(7.0, 16, 0, 2).note(7.1, 0.9, ch=2).cc(7.6, 16, 127, 2)
    m.prog(8.2, 0, 2).cc(8.2, 1, 0, 2).note(8.3, 3.6, ch=2).cc(9.3, 1, 127, 2).cc(10.1, 1, 0, 2).press(11.0, 127, 2)
    a = e.render(b, m, "moving")
    q = L(0.6)
    w = -40 * math.log10(127 / 64)
    F = lambda t: cents(a.freq(t - 0.35, t - 0.02), f)
    for lab, t, v in (("CC7 to 64", 1.1, w), ("CC7 back", 1.6, 0), ("CC11 to 64", 2.1, w), ("CC11 back", 2.6, 0)):
        r.add(lab, L(t) - q, v, 0.15, "dB")
    r.atmost("CC10 to 0: right below left", L(3.1, 1) - L(3.1, 0), -60, "dB")
    r.add("CC10 back to centre", L(3.6, 1) - L(3.6, 0), 0, 0.05, "dB")
    r.add("before bend", F(4.6), 0, 0.5, "cents")
    r.add("bend to max", F(5.1), 200, 0.5, "cents")
    r.add("RPN 0 = 12 on the bent note", F(5.6), 1200, 0.5, "cents")
    r.add("bend back", F(6.1), 0, 0.5, "cents")
    r.add("NRPN fineTune on the sounding note", F(6.95), 40, 1, "cents")
    r.add("custom modulator CC16", L(7.95) - L(7.6), -48 * 127 / 128, 0.4, "dB")

    def vib(t0, t1):
        t, y, fr = a.track(t0, t1, 0.003)
        c = 1200 * np.log2(np.maximum(fr, 1) / f)
        return (np.percentile(c, 99.5) - np.percentile(c, 0.5)) / 2

    r.atmost("CC1 = 0: vibrato", vib(8.5, 9.25), 1, "cents")
    r.add("CC1 to 127", vib(9.4, 10.0), 50 * 127 / 128, 1.5, "cents")
    r.atmost("CC1 back", vib(10.2, 10.9), 1, "cents")
    r.add("pressure to 127", vib(11.1, 11.8), 50 * 127 / 128, 1.5, "cents")


@check("MIDI timing: releases and controller steps at irregular times")
def c_timing_all(e, r):
    b = Bank()
    s, f = tone(b, 4410.0, 8820)
    b.simple(0, s, sampleModes=1, releaseVolEnv=-12000)
    m = Midi()
    off = [0.1 + n * 0.1517 + (n * n % 7) * 0.0013 for n in range(24)]
    for t in off:
        m.note(t - 0.05, 0.05)
    t1 = off[-1] + 0.3
    st = [t1 + 0.1 + n * 0.0917 + (n * n % 7) * 0.0013 for n in range(40)]
    m.on(t1)
    for n, t in enumerate(st):
        m.cc(t, 11, 32 if n % 2 == 0 else 127)
    m.off(st[-1] + 0.1)
    a = e.render(b, m, "timing_all")
    t, y = a.env(0, st[-1] + 0.2, f)

    def cross(te, lo, hi, down):
        te = round(te * Midi.TPS) / Midi.TPS
        i = int((te - 0.008) * a.sr)
        j = int((te + 0.02) * a.sr)
        z = y[i:j]
        A, B = np.median(y[i - 300 : i]), (np.median(y[j : j + 300]) if hi is None else 0)
        h = (A + B) / 2
        k = int(np.argmax(z < h if A > B else z > h))
        return ((i + k) / a.sr - te) * 1e3 if k else float("nan")

    o = np.array([cross(t, 0, 0, 1) for t in off])
    d = np.array([cross(t, 0, None, 0) for t in st])
    r.info("mean release latency", o.mean(), "ms")
    r.atmost("release jitter, peak to peak", np.ptp(o), 0.3, "ms", note="resolution: one period of 4410 Hz")
    r.atmost("CC11 step down, jitter", np.ptp(d[::2]), 0.3, "ms")
    r.atmost("CC11 step up, jitter", np.ptp(d[1::2]), 0.3, "ms")
    r.atmost("|mean CC11 latency|", abs(d.mean()), 1.5, "ms")


@check(
    "SF2.04 7.3/7.7 global zones: generators and modulators inherited, local wins; preset fallback when "
    "a bank or program is absent"
)
def c_global_zones(e, r):
    b = Bank()
    s, f = tone(b, 441.0, 8820)
    off = VEL_ATT + (0,)
    i = b.inst(
        Zone([off], sampleModes=1, fineTune=30, initialAttenuation=100),
        Zone(sampleID=s, keyRange=(0, 59), fineTune=-20),
        Zone(sampleID=s, keyRange=(60, 127)),
    )
    b.preset(0, Zone(instrument=i))
    b.preset(1, Zone(fineTune=5), Zone(instrument=i))
    b.simple(2, s, sampleModes=1)
    m = Midi(channels=(0, 1, 9))
    m.note(0.1, 0.5, 60).note(0.8, 0.5, 60, 40).note(1.5, 0.5, 48)
    m.prog(2.1, 1).note(2.2, 0.5, 60)
    m.cc(2.8, 0, 8).prog(2.81, 2).note(2.9, 0.5, 60).cc(3.5, 0, 0)
    a = e.render(b, m, "global")
    c = lambda t: cents(a.freq(t + 0.1, t + 0.45), f)
    r.add("instrument global fineTune", c(0.1), 30, 0.5, "cents")
    r.add("global modulator (velocity off)", a.level(0.9, 1.2) - a.level(0.2, 0.5), 0, 0.1, "dB")
    r.add("local zone wins", c(1.5) + 1200, -20, 0.5, "cents")
    r.add("preset global adds", c(2.2), 35, 0.5, "cents")
    r.add("bank 8 absent: bank 0 of the same program", c(2.9), 0, 0.5, "cents")
