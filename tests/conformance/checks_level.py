"""Checks of envelopes, LFOs, levels and panorama."""

import math

import numpy as np
from bank_writer import VEL_ATT, Bank, abscents, tc, tone
from measure import db, fit_slope, triangle
from midi_writer import Midi
from registry import check


@check(
    "SF2.04 8.1.2 gens 33-38: delay, attack (linear in amplitude), hold, decay/release 100 dB per time, sustain in cB"
)
def c_vol_envelope(e, r):
    b = Bank()
    s, f = tone(b, 4410.0, 8820)
    b.simple(
        0,
        s,
        sampleModes=1,
        delayVolEnv=tc(0.5),
        attackVolEnv=tc(0.5),
        holdVolEnv=tc(0.5),
        decayVolEnv=tc(2),
        sustainVolEnv=200,
        releaseVolEnv=tc(2),
    )
    m = Midi().on(0.1).off(3.1).end(5)
    a = e.render(b, m, "volenv")
    t0 = 0.1
    t, y = a.env(0, 5, f)
    i = lambda x: int(round(x * a.sr))
    pk = np.median(y[i(t0 + 1.1) : i(t0 + 1.4)])
    # attack: y/pk = (t - start) / len -> fit the middle of the ramp
    q = slice(i(t0 + 0.55), i(t0 + 0.95))
    k, c = fit_slope(t[q], y[q] / pk)
    st, en = -c / k, (1 - c) / k
    r.add("delay", (st - t0) * 1e3, 500, 5, "ms")
    r.add("attack length", (en - st) * 1e3, 500, 10, "ms")
    r.atmost("attack linearity (max dev. of amplitude)", np.max(np.abs(y[q] / pk - (t[q] - 0.6) / 0.5)), 0.02)
    d = 20 * np.log10(np.maximum(y, 1e-9) / pk)
    q = slice(i(t0 + 1.55), i(t0 + 1.85))
    k, c = fit_slope(t[q], d[q])
    r.add("hold end", (-c / k - t0) * 1e3, 1500, 10, "ms")
    r.add("decay rate", k, -50, 1.0, "dB/s", note="100 dB / 2 s; 96 dB engines give -48")
    r.add("sustain", np.median(d[i(t0 + 2.3) : i(t0 + 2.9)]), -20, 0.25, "dB")
    q = slice(i(t0 + 3.05), i(t0 + 3.8))
    k, c = fit_slope(t[q], d[q])
    r.add("release rate", k, -50, 1.0, "dB/s", note="as decay")


@check("SF2.04 8.1.2 gens 31,32,39,40: keynum scaling of hold and decay, 1200*... x 2^((60-key)*amount/1200)")
def c_keynum_to_envelope(e, r):
    b = Bank()
    s, f = tone(b, 4410.0, 8820)
    b.simple(
        0,
        s,
        sampleModes=1,
        scaleTuning=0,
        holdVolEnv=tc(0.4),
        keynumToVolEnvHold=100,
        decayVolEnv=tc(1),
        sustainVolEnv=1000,
        releaseVolEnv=-12000,
    )
    b.simple(
        1,
        s,
        sampleModes=1,
        scaleTuning=0,
        holdVolEnv=-12000,
        keynumToVolEnvDecay=50,
        decayVolEnv=tc(1),
        sustainVolEnv=1000,
        releaseVolEnv=-12000,
    )
    m = Midi()
    keys = (48, 60, 72)
    for n, k in enumerate(keys):
        m.note(0.1 + 2 * n, 1.7, k)
    m.prog(6, 1)
    for n, k in enumerate(keys):
        m.note(6.1 + 2 * n, 1.7, k)
    a = e.render(b, m, "keynum")
    t, y = a.env(0, 12.2, f)
    i = lambda x: int(round(x * a.sr))
    for n, k in enumerate(keys):
        t0 = 0.1 + 2 * n
        h = 0.4 * 2 ** ((60 - k) * 100 / 1200)
        pk = np.median(y[i(t0 + 0.05) : i(t0 + 0.15)])
        d = 20 * np.log10(np.maximum(y, 1e-9) / pk)
        q = slice(i(t0 + h + 0.08), i(t0 + h + 0.38))
        sl, c = fit_slope(t[q], d[q])
        r.add(f"hold at key {k}", (-c / sl - t0) * 1e3, h * 1e3, 12, "ms")
    for n, k in enumerate(keys):
        t0 = 6.1 + 2 * n
        w = -100 / (1 * 2 ** ((60 - k) * 50 / 1200))
        pk = y[i(t0 + 0.05)]
        d = 20 * np.log10(np.maximum(y, 1e-9) / pk)
        q = slice(i(t0 + 0.05), i(t0 + 0.35))
        sl, c = fit_slope(t[q], d[q])
        r.add(f"decay rate at key {k}", sl, w, abs(w) * 0.02, "dB/s")


@check("SF2.04 8.1.2 gens 7, 25-30: modulation envelope to pitch")
def c_mod_envelope(e, r):
    b = Bank()
    s, f = tone(b, 1102.5, 8820)
    b.simple(
        0,
        s,
        sampleModes=1,
        modEnvToPitch=1200,
        delayModEnv=tc(0.4),
        attackModEnv=tc(0.4),
        holdModEnv=tc(0.4),
        decayModEnv=tc(0.8),
        sustainModEnv=500,
        releaseModEnv=tc(1),
        releaseVolEnv=tc(8),
    )
    a = e.render(b, Midi().on(0.1).off(2.6).end(4), "modenv")
    t0 = 0.1
    t, y, fr = a.track(0.15, 3.5, 0.006)
    c = 1200 * np.log2(np.maximum(fr, 1) / f)
    at = lambda x: float(np.interp(t0 + x, t, c))
    i = lambda x: slice(int((t0 + x[0] - 0.15) * a.sr), int((t0 + x[1] - 0.15) * a.sr))
    r.add("pitch before delay end", at(0.3), 0, 1, "cents")
    r.add("pitch in hold", np.median(c[i((0.9, 1.1))]), 1200, 2, "cents")
    w = i((0.3, 0.9))
    cr = np.argmax(c[w] > 12) / a.sr + 0.3
    r.add("attack start", cr * 1e3, 400, 25, "ms", note="time at which +12 cents is exceeded (convex curve: early)")
    w = i((0.5, 1.1))
    cr = np.argmax(c[w] > 1190) / a.sr + 0.5
    r.add(
        "attack end (+1190 cents)",
        cr * 1e3,
        400 + 400 * (2 ** (1190 / 1200) - 1),
        20,
        "ms",
        note="ramp linear in Hz per 8.1.2 gen 26",
    )
    w = i((1.25, 1.55))
    k, q = fit_slope(t[w], c[w])
    r.add("decay slope", k, -1500, 30, "cents/s")
    r.add("hold end", ((1200 - q) / k - t0) * 1e3, 1200, 12, "ms")
    r.add("sustain pitch", np.median(c[i((1.9, 2.4))]), 600, 2, "cents")
    w = i((2.55, 2.95))
    k, q = fit_slope(t[w], c[w])
    r.add("release slope", k, -1200, 40, "cents/s")


@check("SF2.04 8.1.2 gens 5,6,13,21-24: LFO triangle, delay, frequency, depth")
def c_lfo(e, r):
    b = Bank()
    s, f = tone(b, 1102.5, 8820)
    b.simple(0, s, sampleModes=1, vibLfoToPitch=100, delayVibLFO=tc(0.5), freqVibLFO=abscents(4))
    b.simple(1, s, sampleModes=1, modLfoToPitch=-70, delayModLFO=tc(0.25), freqModLFO=abscents(6))
    b.simple(2, s, sampleModes=1, modLfoToVolume=60, delayModLFO=-12000, freqModLFO=abscents(4), initialAttenuation=0)
    m = Midi().note(0.1, 3).prog(3.5, 1).note(4.1, 3).prog(7.5, 2).note(8.1, 3, vel=90)
    a = e.render(b, m, "lfo")
    for name, t0, dl, fq, dep in [("vib", 0.1, 0.5, 4, 100), ("mod", 4.1, 0.25, 6, -70)]:
        t, y, fr = a.track(t0 + 0.05, t0 + 2.8, 0.003)
        c = 1200 * np.log2(np.maximum(fr, 1) / f)
        q = t > t0 + dl + 0.02
        r.atmost(f"{name} |pitch| before delay", np.max(np.abs(c[(t < t0 + dl - 0.01)])), 1, "cents")
        r.add(
            f"{name} depth",
            (np.percentile(c[q], 99.5) - np.percentile(c[q], 0.5)) / 2,
            abs(dep),
            abs(dep) * 0.03,
            "cents",
        )
        best = min(
            (
                (np.sqrt(np.mean((c[q] - dep * triangle(t[q] - t0 - dl - d, fq * x)) ** 2)), x, d)
                for x in np.linspace(0.98, 1.02, 21)
                for d in np.linspace(-0.02, 0.02, 41)
            )
        )
        r.add(f"{name} frequency", fq * best[1], fq, fq * 0.01, "Hz")
        r.add(f"{name} start offset", best[2] * 1e3, 0, 5, "ms")
        r.atmost(f"{name} RMS dev. from triangle", best[0], 4, "cents")
    t, y = a.env(8.2, 10.9, f)
    d = 20 * np.log10(np.maximum(y, 1e-9))
    hi, lo = np.percentile(d, 99), np.percentile(d, 1)
    r.add("modLFO volume swing (60 cB -> +-6 dB)", (hi - lo) / 2, 6, 0.3, "dB")


@check("SF2.04 8.4.3/8.4.4 default modulators: CC1 and channel pressure -> 50 cents of vibrato LFO")
def c_modwheel_vibrato(e, r):
    b = Bank()
    s, f = tone(b, 1102.5, 8820)
    b.simple(0, s, sampleModes=1, freqVibLFO=abscents(5))
    m = Midi()
    cases = [
        ("CC1=127", lambda t: m.cc(t, 1, 127), 50 * 127 / 128),
        ("CC1=64", lambda t: m.cc(t, 1, 64), 25),
        ("pressure=127", lambda t: m.press(t, 127), 50 * 127 / 128),
    ]
    for n, (_, fn, _) in enumerate(cases):
        t = 0.1 + 2 * n
        m.cc(t - 0.05, 1, 0).press(t - 0.05, 0)
        fn(t - 0.02)
        m.note(t, 1.6)
    a = e.render(b, m, "modwheel")
    for n, (lab, _, w) in enumerate(cases):
        t, y, fr = a.track(0.25 + 2 * n, 1.6 + 2 * n, 0.003)
        c = 1200 * np.log2(np.maximum(fr, 1) / f)
        r.add(lab, (np.percentile(c, 99.5) - np.percentile(c, 0.5)) / 2, w, 1.5, "cents")


@check("SF2.04 8.4.1: velocity -> attenuation, concave, 96 dB: 40*log10(127/v)")
def c_velocity_curve(e, r):
    b = Bank()
    s, f = tone(b, 441.0, 4410)
    b.simple(0, s, sampleModes=1)
    b.simple(1, s, mods=[VEL_ATT + (0,)], sampleModes=1)
    b.simple(2, s, mods=[VEL_ATT + (480,)], sampleModes=1)
    vel = (127, 111, 95, 79, 63, 47, 31, 15)
    m = Midi()
    for p in range(3):
        m.prog(p * 5, p)
        for n, v in enumerate(vel):
            m.note(0.1 + p * 5 + n * 0.6, 0.4, 60, v)
    a = e.render(b, m, "velcurve")
    lv = [[a.level(0.2 + p * 5 + n * 0.6, 0.45 + p * 5 + n * 0.6) for n in range(8)] for p in range(3)]
    for n, v in enumerate(vel[1:], 1):
        r.add(f"default, velocity {v}", lv[0][n] - lv[0][0], -40 * math.log10(127 / v), 0.15, "dB")
    r.atmost("default deleted by amount 0 in instrument: spread", max(lv[1]) - min(lv[1]), 0.1, "dB")
    r.add("48 dB concave override at velocity 63", lv[2][4] - lv[2][0], -20 * math.log10(127 / 63), 0.15, "dB")


@check("SF2.04 8.4.5/8.4.8: CC7 and CC11 -> attenuation, concave 96 dB; default CC7 = 100, CC11 = 127")
def c_cc7_cc11(e, r):
    b = Bank()
    s, f = tone(b, 441.0, 4410)
    b.simple(0, s, sampleModes=1)
    m = Midi(channels=(0, 1))
    m.ev = [x for x in m.ev if x[2][:2] != b"\xb1\x07"]  # channel 1: CC7 default
    m.note(0.1, 0.4)
    v7 = (100, 64, 32, 10)
    for n, v in enumerate(v7):
        m.cc(0.65 + n * 0.6, 7, v).note(0.7 + n * 0.6, 0.4)
    m.cc(3.05, 7, 127)
    for n, v in enumerate(v7):
        m.cc(3.05 + n * 0.6, 11, v).note(3.1 + n * 0.6, 0.4)
    m.cc(5.45, 11, 127).note(5.5, 0.4, ch=1)
    a = e.render(b, m, "cc7")
    ref = a.level(0.2, 0.45)
    for n, v in enumerate(v7):
        w = -40 * math.log10(127 / v)
        r.add(f"CC7={v}", a.level(0.8 + n * 0.6, 1.05 + n * 0.6) - ref, w, 0.15, "dB")
        r.add(f"CC11={v}", a.level(3.2 + n * 0.6, 3.45 + n * 0.6) - ref, w, 0.15, "dB")
    r.add("default CC7 (channel without CC7)", a.level(5.6, 5.85) - ref, -40 * math.log10(127 / 100), 0.15, "dB")


@check(
    "SF2.04 8.1.2 gen 48 initialAttenuation: linear in cB, preset adds to instrument (0.4 dB per dB = "
    "E-mu hardware practice; 1.0 = text)"
)
def c_attenuation(e, r):
    b = Bank()
    s, f = tone(b, 441.0, 4410)
    at = (0, 50, 100, 200, 300)
    for n, x in enumerate(at):
        b.simple(n, s, sampleModes=1, initialAttenuation=x)
    b.simple(10, s, sampleModes=1, initialAttenuation=100, preset_gens=dict(initialAttenuation=100))
    m = Midi()
    for n in range(5):
        m.prog(n * 0.6, n).note(0.1 + n * 0.6, 0.4)
    m.prog(3, 10).note(3.1, 0.4)
    a = e.render(b, m, "atten")
    lv = [a.level(0.2 + n * 0.6, 0.45 + n * 0.6) for n in range(6)]
    k = (lv[0] - lv[4]) / 30
    r.add("dB per dB: 0.4 (E-mu hardware and every bank made since)", k, 0.4, 0.005)
    for n in (1, 2, 3):
        r.add(f"{at[n]} cB, linear", lv[n] - lv[0], -k * at[n] / 10, 0.1, "dB")
    r.add("preset 100 + instrument 100 = 200 cB", lv[5] - lv[0], -k * 20, 0.1, "dB")


@check("SF2.04 8.1.2 gen 17 pan and 8.4.6 CC10 (de facto amount 500: CC10 0..127 = -50 %..+50 %)")
def c_pan(e, r):
    b = Bank()
    s, f = tone(b, 441.0, 4410)
    ps = (-500, -250, 0, 250, 500)
    for n, p in enumerate(ps):
        b.simple(n, s, sampleModes=1, pan=p)
    m = Midi()
    for n in range(5):
        m.prog(n * 0.6, n).note(0.1 + n * 0.6, 0.4)
    m.prog(3, 2)
    for n, v in enumerate((0, 32, 64, 96, 127)):
        m.cc(3.05 + n * 0.6, 10, v).note(3.1 + n * 0.6, 0.4)
    a = e.render(b, m, "pan")
    L = [a.level(0.2 + n * 0.6, 0.45 + n * 0.6, 0) for n in range(10)]
    R = [a.level(0.2 + n * 0.6, 0.45 + n * 0.6, 1) for n in range(10)]
    r.atmost("hard left: right channel below left", R[0] - L[0], -60, "dB")
    r.atmost("hard right: left channel below right", L[4] - R[4], -60, "dB")
    r.add("centre balance", L[2] - R[2], 0, 0.05, "dB")
    pw = [10 * math.log10(10 ** (L[n] / 10) + 10 ** (R[n] / 10)) for n in range(5)]
    r.atmost("constant power over 5 positions: spread", max(pw) - min(pw), 0.2, "dB")
    r.add("symmetry +-25 %", (L[1] - R[1]) - (R[3] - L[3]), 0, 0.05, "dB")
    r.add(
        "sin/cos law at +25 %: R-L",
        R[3] - L[3],
        db(math.tan(3 * math.pi / 8)),
        0.3,
        "dB",
        note="law itself is not in the spec; constant-power sine law is the convention",
    )
    for n, v in enumerate((0, 32, 64, 96)):
        r.add(
            f"CC10={v} equals generator {ps[n]}",
            (L[5 + n] - R[5 + n]) - (L[n] - R[n]) if n else float(R[5] - L[5] < -60),
            0 if n else 1,
            0.1,
            "dB" if n else "bool",
        )
