"""Checks of pitch, filter, loops, interpolation and modulators."""

import math

import numpy as np
from bank_writer import KEY, SR, VEL_ATT, Bank, Zone, abscents, multisine, sine, src, tc, tone
from measure import cents, db, sinad
from midi_writer import Midi
from registry import check
from scipy import signal


@check("SF2.04 8.1.2 gens 51,52,56,58, shdr correction; MIDI pitch bend, RPN 0/1/2: pitch error in cents")
def c_tuning(e, r):
    b = Bank()
    s, f = tone(b, 441.0, 44100)
    s2, _ = tone(b, 441.0, 44100, corr=-30)
    z = [dict(), dict(fineTune=37), dict(coarseTune=-5), dict(scaleTuning=50), dict(overridingRootKey=67)]
    for n, g in enumerate(z):
        b.simple(n, s, sampleModes=1, **g)
    b.simple(5, s2, sampleModes=1)
    b.simple(6, s, sampleModes=1, fineTune=20, preset_gens=dict(fineTune=15, coarseTune=1))
    cases = [(0, k, (k - 60) * 100, None) for k in (24, 48, 61, 84, 100)] + [
        (1, 60, 37, None),
        (2, 60, -500, None),
        (3, 72, 600, None),
        (4, 60, -700, None),
        (5, 60, -30, None),
        (6, 60, 135, None),
    ]
    cases += [
        (0, 60, 200 * 8191 / 8192, ("bend", 16383)),
        (0, 60, -200, ("bend", 0)),
        (0, 60, 100, ("bend", 8192 + 4096)),
        (0, 60, 1200 * 8191 / 8192, ("rpn0", 12)),
        (0, 60, 50, ("rpn1", 8192 + 4096)),
        (0, 60, 300, ("rpn2", 67)),
    ]
    lab = [
        "key 24",
        "key 48",
        "key 61",
        "key 84",
        "key 100",
        "fineTune +37",
        "coarseTune -5",
        "scaleTuning 50 key 72",
        "overridingRootKey 67",
        "pitchCorrection -30",
        "preset+instrument tune",
        "bend max",
        "bend min",
        "bend half",
        "RPN0 = 12 semitones",
        "RPN1 fine +50 c",
        "RPN2 coarse +3",
    ]
    m = Midi(channels=range(8))
    d = 1.2
    for n, (p, k, w, x) in enumerate(cases):
        t = 0.1 + n * d
        ch = 0
        if x and x[0] == "bend":
            m.bend(t - 0.05, x[1])
        elif x:
            ch = {"rpn0": 1, "rpn1": 2, "rpn2": 3}[x[0]]
            if x[0] == "rpn0":
                m.rpn(t - 0.05, 0, 0, 12, ch=ch).bend(t - 0.04, 16383, ch)
            if x[0] == "rpn1":
                m.rpn(t - 0.05, 0, 1, x[1] >> 7, x[1] & 127, ch=ch)
            if x[0] == "rpn2":
                m.rpn(t - 0.05, 0, 2, x[1], ch=ch)
        m.prog(t - 0.03, p, ch).note(t, 1.0, k, ch=ch)
    a = e.render(b, m, "tuning")
    for n, (p, k, w, x) in enumerate(cases):
        fr = a.freq(0.2 + n * d, 1.05 + n * d)
        r.add(
            lab[n],
            cents(fr, f) if fr == fr and fr > 0 else float("nan"),
            w,
            0.5,
            "cents",
            note="MIDI definition; SF2 8.4.10 read literally (sensitivity/128 x 12700) gives 0.9922 of it"
            if x and x[0] in ("bend", "rpn0")
            else "",
        )


@check("SF2.04 8.1.2 gens 8, 9 (9.5.4 model): 2-pole low pass, DC gain -Q/2, gain at fc +Q/2, -12 dB/octave")
def c_filter(e, r):
    b = Bank()
    P = 8820
    y, k = multisine(P, np.random.default_rng(1))
    s = b.sample(np.tile(y, 3), loop=(P // 2, P // 2 + P))
    cs = [
        (13500, 0),
        (abscents(500), 0),
        (abscents(2000), 0),
        (abscents(8000), 0),
        (abscents(2000), 100),
        (abscents(2000), 200),
    ]
    for n, (fc, q) in enumerate(cs):
        b.simple(n, s, sampleModes=1, initialFilterFc=fc, **({"initialFilterQ": q} if q else {}))
    m = Midi()
    d = 1.5
    for n in range(len(cs)):
        m.prog(n * d + 0.02, n).note(0.1 + n * d, 1.2)
    a = e.render(b, m, "filter")
    N = int(P * a.sr / SR)

    def spec(n):
        t0 = 0.1 + n * d + 0.4
        y = a.cut(t0, t0 + 2 * N / a.sr)[: 2 * N]
        return np.abs(np.fft.rfft(y))[::2][k]

    ref = spec(0)
    fr = k * SR / P
    H = {n: 20 * np.log10(np.maximum(spec(n), 1e-12) / ref) for n in range(1, 6)}
    g = lambda n, f: float(np.mean(H[n][(fr > f * 0.97) & (fr < f * 1.03)]) if f > 60 else np.mean(H[n][fr < 60]))
    for n, f in [(1, 500), (2, 2000), (3, 8000)]:
        h3 = signal.savgol_filter(H[n], 9, 2)
        i = int(np.argmax(h3 < -3.0103))
        r.add(
            f"-3 dB point, fc {f} Hz, Q 0",
            fr[i],
            f,
            f * 0.03,
            "Hz",
            note="Q = 0 taken as the flat (Butterworth) response",
        )
        r.add(f"gain at DC, fc {f}", float(np.mean(H[n][fr < f / 10])), 0, 0.2, "dB")
    r.add("slope 2-4 kHz with fc 500", g(1, 4000) - g(1, 2000), -12, 0.8, "dB/oct")
    for n, q in [(4, 10), (5, 20)]:
        lo = float(np.mean(H[n][fr < 100]))
        r.add(f"Q={q} dB: DC gain", lo, -q / 2, 0.5, "dB")
        r.add(
            f"Q={q} dB: gain at fc",
            g(n, 2000),
            q / 2 - 1.5,
            2.2,
            "dB",
            note="Q or Q - 3 dB at fc: both readings of gen 9 pass",
        )
        r.add(f"Q={q} dB: peak above DC", float(np.max(H[n])) - lo, q - 1.5, 2.2, "dB")


@check("SF2.04 8.4.2: velocity -> filter cutoff default modulator, -2400 cents x (127-v)/128 (2.01/none are reported)")
def c_velocity_to_filter(e, r):
    b = Bank()
    P = 8820
    y, k = multisine(P, np.random.default_rng(1))
    s = b.sample(np.tile(y, 3), loop=(P // 2, P // 2 + P))
    b.simple(0, s, sampleModes=1, initialFilterFc=abscents(4000))
    m = Midi()
    d = 1.5
    vs = (127, 95, 63, 31)
    for n, v in enumerate(vs):
        m.note(0.1 + n * d, 1.2, 60, v)
    a = e.render(b, m, "vel2fc")
    N = int(P * a.sr / SR)
    fr = k * SR / P

    def spec(n):
        t0 = 0.5 + n * d
        y = a.cut(t0, t0 + 2 * N / a.sr)[: 2 * N]
        return np.abs(np.fft.rfft(y))[::2][k]

    # level-normalised gain at 4 kHz against the velocity-127 note; fc follows from the 2-pole Butterworth model
    ref = spec(0)
    got = []
    for n, v in enumerate(vs[1:], 1):
        h = spec(n) / ref
        h = h / np.mean(h[fr < 200])
        sh = 20 * np.log10(np.mean(h[(fr > 12000) & (fr < 14000)]))  # far above fc: -40*log10 ratio -> cents
        c = sh / 40 / math.log10(2) * 1200
        got.append(c)
        r.info(f"cutoff shift at velocity {v} (2.04 text: {-2400 * (127 - v) / 128:.0f})", c, "cents")
    r.info("2.01 behaviour (0 at 95, jump at 63)", float(abs(got[0]) < 50 and got[1] < -600), "bool")
    r.add(
        "no velocity-to-filter default modulator (as hardware and FluidSynth)",
        float(max(abs(x) for x in got) < 50),
        1,
        0.1,
        "bool",
    )


@check("SF2.04 8.1.2 gen 57: exclusive class ends the sounding note of the same class and preset")
def c_exclusive_class(e, r):
    b = Bank()
    s, f = tone(b, 882.0, 8820)
    s2, f2 = tone(b, 2205.0, 8820)
    i = b.inst(
        Zone(sampleID=s, keyRange=(0, 60), sampleModes=1, exclusiveClass=3, scaleTuning=0, releaseVolEnv=tc(4)),
        Zone(sampleID=s2, keyRange=(61, 127), sampleModes=1, exclusiveClass=3, scaleTuning=0),
    )
    b.preset(0, Zone(instrument=i))
    i = b.inst(
        Zone(sampleID=s, keyRange=(0, 60), sampleModes=1, exclusiveClass=3, scaleTuning=0),
        Zone(sampleID=s2, keyRange=(61, 127), sampleModes=1, exclusiveClass=4, scaleTuning=0),
    )
    b.preset(1, Zone(instrument=i))
    m = (
        Midi(channels=(0, 1))
        .on(0.1, 50)
        .on(0.6, 70)
        .off(1.2, 50)
        .off(1.2, 70)
        .prog(0, 1, 1)
        .on(2, 50, ch=1)
        .on(2.5, 70, ch=1)
        .off(3.1, 50, 1)
        .off(3.1, 70, 1)
    )
    a = e.render(b, m, "excl")

    def tonelevel(t0, t1, fq):
        y = a.cut(t0, t1) * signal.windows.hann(int(round(t1 * a.sr)) - int(round(t0 * a.sr)))
        n = np.arange(len(y))
        return db(np.abs(np.sum(y * np.exp(-2j * np.pi * fq * n / a.sr))))

    ref = tonelevel(0.3, 0.32, f)
    r.add("first note sounds before", float(tonelevel(0.57, 0.59, f) - ref), 0, 0.5, "dB")
    r.atmost(
        "first note 100 ms after the second",
        tonelevel(0.69, 0.71, f) - ref,
        -24,
        "dB",
        note="its own release (4 s) would give -2.5 dB",
    )
    ms = next((d for d in range(2, 200, 2) if tonelevel(0.59 + d / 1e3, 0.61 + d / 1e3, f) - ref < -40), 999)
    r.info("time to -40 dB", ms, "ms")
    r.add("other class is not cut", tonelevel(2.7, 2.72, f) - tonelevel(2.3, 2.32, f), 0, 0.5, "dB")


@check("SF2.04 8.1.2 gen 54 sampleModes 0, 1, 3; loop of a whole period must be seamless (SNR of a looped sine)")
def c_loops(e, r):
    b = Bank()
    s = b.sample(np.concatenate([sine(SR / 32, 32 * 40)]), loop=(32 * 2, 32 * 3))
    tail = sine(3675.0, 22050, 0.5)
    hd = sine(441, 4410, 0.5)
    s3 = b.sample(np.concatenate([hd, tail]), loop=(1000, 3000))
    b.simple(0, s, sampleModes=1)
    b.simple(1, s3, sampleModes=3, releaseVolEnv=tc(30))
    b.simple(2, s3, sampleModes=0, releaseVolEnv=tc(30))
    b.simple(3, s3, sampleModes=1, releaseVolEnv=tc(30))
    m = Midi(channels=(0, 1, 2, 3)).note(0.1, 3.5, 60).note(4.1, 3.5, 65)
    m.prog(0, 1, 1).note(9, 1, ch=1).prog(0, 2, 2).note(12, 1, ch=2).prog(0, 3, 3).note(14, 1, ch=3).end(16)
    a = e.render(b, m, "loops")
    r.atleast("32-sample loop, root pitch: SINAD", sinad(a, 0.5, 3.3, SR / 32), 80, "dB")
    r.atleast(
        "32-sample loop, +5 semitones: SINAD",
        sinad(a, 4.5, 7.3, SR / 32 * 2 ** (5 / 12)),
        65,
        "dB",
        note="loop seam + interpolation of a 1378 Hz sine; linear interpolation fails",
    )

    def band(t0, t1, fq):
        y = a.cut(t0, t1)
        n = len(y)
        S = np.abs(np.fft.rfft(y * signal.windows.hann(n)))
        i = int(round(fq * n / a.sr))
        return db(S[max(0, i - 3) : i + 4].max() / n)

    r.atleast("mode 3: 441 Hz loop still sounds at 0.8 s", band(9.7, 9.9, 441) - band(9.7, 9.9, 3675), 20, "dB")
    r.atleast(
        "mode 3: after release the sample tail plays", band(10.15, 10.35, 3675) - band(10.15, 10.35, 441), 20, "dB"
    )
    r.atmost("mode 3: ends with the sample", a.level(10.7, 10.9) - a.level(10.15, 10.35), -60, "dB")
    r.atleast("mode 0: plays past the loop", band(12.2, 12.4, 3675) - band(12.2, 12.4, 441), 20, "dB")
    r.atmost("mode 0: ends with the sample", a.level(12.75, 12.95) - a.level(12.2, 12.4), -60, "dB")
    r.atleast("mode 1: keeps looping after release", band(15.2, 15.4, 441) - band(15.2, 15.4, 3675), 20, "dB")


@check(
    "resampling quality: SINAD of transposed sines (images), aliases of tones transposed above Nyquist, "
    "droop (44.1 kHz output)"
)
def c_interpolation(e, r):
    b = Bank()
    n = 44100
    fs = (1000, 5000, 10000, 15000, 13500, 18000, 7000)
    for p, f in enumerate(fs):
        b.simple(p, b.sample(sine(f, n * 4, 0.5), loop=(0, n * 4)), sampleModes=1)
    cs = [(0, 67, 1000, 85), (1, 67, 5000, 72), (2, 67, 10000, 66), (2, 53, 10000, 66), (3, 55, 15000, 60)]
    up = [(4, -50), (3, -60), (5, -60)]
    m = Midi()
    d = 2.2
    for k, (p, key, f, w) in enumerate(cs):
        m.prog(k * d, p).note(0.1 + k * d, 1.8, key)
    t = len(cs) * d
    for k, (p, w) in enumerate(up):
        m.prog(t + k * d, p).note(t + k * d + 0.1, 1.8, 72)
    u = t + len(up) * d
    m.prog(u, 6).note(u + 0.1, 1.8, 72).prog(u + d, 0).note(u + d + 0.1, 1.8, 60)
    a = e.render(b, m, "interp")
    for k, (p, key, f, w) in enumerate(cs):
        x = 2 ** ((key - 60) / 12)
        r.atleast(
            f"{f} Hz sine, {key - 60:+d} semitones: SINAD",
            sinad(a, 0.5 + k * d, 1.5 + k * d, f * x),
            w,
            "dB",
            note="4-point cubic 77/46/26/44/40; 11-point sinc 90/64/55/76/88; 25-point 90/87/78/91/90",
        )
    L = lambda t: a.level(t + 0.5, t + 1.5)
    ref = L(u + d)
    for k, (p, w) in enumerate(up):
        r.atmost(
            f"{fs[p] / 1000:g} kHz transposed +12: alias left",
            L(t + k * d) - ref,
            w,
            "dB",
            note="0 = full alias, as in every engine measured so far",
        )
    r.add("droop: 7 kHz transposed +12", L(u) - ref, 0, 1, "dB")
    r.atleast("droop: 10 kHz transposed +7", L(2 * d) - ref, -1, "dB")


@check(
    "SF2.04 8.2, 9.5: custom modulators in instrument and preset, sources, curves, amount source, "
    "absolute-value transform"
)
def c_modulators(e, r):
    b = Bank()
    s, f = tone(b, 441.0, 8820)
    A = "initialAttenuation"
    off = [VEL_ATT + (0,)]
    mods = [
        [(src(16, cc=True), A, 480)],
        [(src(16, cc=True, neg=True), A, 480)],
        [(src(16, cc=True, bipolar=True), "fineTune", 50)],
        [(src(16, cc=True, curve="switch"), A, 200)],
        [(src(16, cc=True), A, 480, src(17, cc=True))],
        [(src(16, cc=True, bipolar=True), A, 300, 0, 2)],
        [(src(16, cc=True, curve="convex"), A, 960)],
        [(src(KEY), A, 320)],
    ]
    for n, q in enumerate(mods):
        b.simple(n, s, mods=off + q, sampleModes=1, scaleTuning=0)
    b.simple(8, s, mods=off + [(src(16, cc=True), A, 200)], preset_mods=[(src(16, cc=True), A, 200)], sampleModes=1)
    cases = [
        ("linear + unipolar CC16=64", 0, {16: 64}, -48 * 64 / 128),
        ("linear + unipolar CC16=127", 0, {16: 127}, -48 * 127 / 128),
        ("linear - unipolar CC16=32", 1, {16: 32}, None),
        ("switch CC16=63", 3, {16: 63}, 0),
        ("switch CC16=64", 3, {16: 64}, -20),
        ("amount source CC17=64", 4, {16: 127, 17: 64}, -48 * 127 / 128 * 0.5),
        ("transform abs, CC16=0", 5, {16: 0}, -30),
        ("transform abs, CC16=32", 5, {16: 32}, -15),
        ("preset + instrument amounts add", 8, {16: 64}, -20),
        ("key number source key 96", 7, {"key": 96}, -32 * 96 / 128),
    ]
    m = Midi()
    d = 0.7
    m.prog(0, 0).cc(0, 16, 0).cc(0, 17, 0).note(0.1, 0.5)
    m.prog(d, 1).cc(d, 16, 127).note(0.1 + d, 0.5)
    for n, (_, p, cc, _) in enumerate(cases, 2):
        t = n * d
        m.prog(t, p).cc(t, 16, 0).cc(t, 17, 0)
        for c, v in cc.items():
            if c != "key":
                m.cc(t + 0.01, c, v)
        m.note(t + 0.1, 0.5, cc.get("key", 60))
    t = (len(cases) + 2) * d
    m.prog(t, 2).cc(t, 16, 96).note(t + 0.1, 1.2)
    a = e.render(b, m, "mods")
    ref = a.level(0.2, 0.55)
    for n, (lab, p, cc, w) in enumerate(cases, 2):
        if w is None:
            w = -48 * (1 - 32.5 / 128)
        r.add(
            lab,
            a.level(0.2 + n * d, 0.55 + n * d) - ref,
            w,
            0.4,
            "dB",
            note="value/128 normalisation; +-0.4 dB admits value/127",
        )
    fr = a.freq(t + 0.25, t + 1.2)
    r.add("linear bipolar CC16=96 -> fineTune 50", cents(fr, f) if fr == fr else float("nan"), 25, 1, "cents")
