"""Writes small SoundFont 2.04 banks, and the signals that go into them."""

import math
import struct

import numpy as np

SR = 44100

GEN = dict(
    startAddrsOffset=0,
    endAddrsOffset=1,
    startloopAddrsOffset=2,
    endloopAddrsOffset=3,
    startAddrsCoarseOffset=4,
    modLfoToPitch=5,
    vibLfoToPitch=6,
    modEnvToPitch=7,
    initialFilterFc=8,
    initialFilterQ=9,
    modLfoToFilterFc=10,
    modEnvToFilterFc=11,
    endAddrsCoarseOffset=12,
    modLfoToVolume=13,
    chorusEffectsSend=15,
    reverbEffectsSend=16,
    pan=17,
    delayModLFO=21,
    freqModLFO=22,
    delayVibLFO=23,
    freqVibLFO=24,
    delayModEnv=25,
    attackModEnv=26,
    holdModEnv=27,
    decayModEnv=28,
    sustainModEnv=29,
    releaseModEnv=30,
    keynumToModEnvHold=31,
    keynumToModEnvDecay=32,
    delayVolEnv=33,
    attackVolEnv=34,
    holdVolEnv=35,
    decayVolEnv=36,
    sustainVolEnv=37,
    releaseVolEnv=38,
    keynumToVolEnvHold=39,
    keynumToVolEnvDecay=40,
    instrument=41,
    keyRange=43,
    velRange=44,
    startloopAddrsCoarseOffset=45,
    keynum=46,
    velocity=47,
    initialAttenuation=48,
    endloopAddrsCoarseOffset=50,
    coarseTune=51,
    fineTune=52,
    sampleID=53,
    sampleModes=54,
    scaleTuning=56,
    exclusiveClass=57,
    overridingRootKey=58,
)
RANGES = {"keyRange", "velRange"}


def tc(seconds):
    """timecents"""
    return int(round(1200 * math.log2(seconds)))


def abscents(hz):
    """absolute cents of a frequency (0 = 8.176 Hz)"""
    return int(round(1200 * math.log2(hz / 8.1757989156)))


def src(index, cc=False, neg=False, bipolar=False, curve="linear"):
    """SFModulator source enumeration"""
    return (
        index
        | (cc << 7)
        | (neg << 8)
        | (bipolar << 9)
        | ({"linear": 0, "concave": 1, "convex": 2, "switch": 3}[curve] << 10)
    )


VEL, KEY, POLYPRESS, CHANPRESS, PITCHWHEEL, PWSENS = 2, 3, 10, 13, 14, 16
VEL_ATT = (src(VEL, neg=True, curve="concave"), "initialAttenuation")  # default modulator 8.4.1


class Sample:
    def __init__(self, data, rate=SR, loop=None, root=60, corr=0, name="s", kind=1, link=0):
        """data: float array in [-1, 1] (stored as 16 bit, + sm24 when the bank is 24 bit)"""
        self.data, self.rate, self.root, self.corr, self.name, self.kind, self.link = (
            np.asarray(data, float),
            rate,
            root,
            corr,
            name,
            kind,
            link,
        )
        self.loop = loop or (0, len(self.data))


class Zone(dict):
    """generators by name; mods: list of (src, dest, amount[, amtsrc[, transform]])"""

    def __init__(self, mods=(), **g):
        super().__init__(g)
        self.mods = list(mods)


class Bank:
    def __init__(self, bits24=False):
        self.samples, self.insts, self.presets, self.bits24 = [], [], [], bits24

    def sample(self, *a, **k):
        k.setdefault("name", f"sample{len(self.samples)}")
        self.samples.append(Sample(*a, **k))
        return len(self.samples) - 1

    def inst(self, *zones, name=""):
        """zones: Zone(sampleID=..)"""
        self.insts.append((name or f"inst{len(self.insts)}", zones))
        return len(self.insts) - 1

    def preset(self, program, *zones, bank=0, name=""):
        """zones: Zone(instrument=..)"""
        self.presets.append((name or f"preset{len(self.presets)}", program, bank, zones))
        return self

    def simple(self, program, sample, mods=(), preset_gens=None, preset_mods=(), **gens):
        """preset -> one instrument -> one zone"""
        i = self.inst(Zone(mods, sampleID=sample, **gens))
        self.preset(program, Zone(preset_mods, instrument=i, **(preset_gens or {})))
        return self

    def write(self, path):
        def ck(i, d):
            return i + struct.pack("<I", len(d)) + d + (b"\0" if len(d) & 1 else b"")

        def z20(s):
            return s.encode()[:19].ljust(20, b"\0")

        info = ck(b"ifil", struct.pack("<HH", 2, 4)) + ck(b"isng", b"EMU8000\0") + ck(b"INAM", b"conformance\0\0\0\0\0")
        smpl, sm24, shdr, pos = b"", b"", b"", 0
        for s in self.samples:
            q = np.clip(np.round(s.data * 8388608.0), -8388608, 8388607).astype(np.int64)
            if self.bits24:
                hi, lo = q >> 8, q & 255
            else:
                hi, lo = np.clip(np.round(s.data * 32768.0), -32768, 32767).astype(np.int64), np.zeros(len(q), np.int64)
            smpl += hi.astype("<i2").tobytes() + bytes(92)
            sm24 += lo.astype(np.uint8).tobytes() + bytes(46)
            n = len(s.data)
            shdr += z20(s.name) + struct.pack(
                "<IIIIIBbHH", pos, pos + n, pos + s.loop[0], pos + s.loop[1], s.rate, s.root, s.corr, s.link, s.kind
            )
            pos += n + 46
        shdr += z20("EOS") + bytes(26)
        sdta = ck(b"smpl", smpl) + (ck(b"sm24", sm24) if self.bits24 else b"")

        def zones(items, last):
            hdr, bag, gen, mod = [], b"", b"", b""
            nb = ng = nm = 0
            for it in items:
                hdr.append(nb)
                for z in it:
                    bag += struct.pack("<HH", ng, nm)
                    nb += 1
                    order = sorted(
                        z.items(),
                        key=lambda kv: (
                            0 if kv[0] == "keyRange" else 1 if kv[0] == "velRange" else 3 if kv[0] in last else 2
                        ),
                    )
                    for k, v in order:
                        gen += (
                            struct.pack("<HBB", GEN[k], v[0], v[1])
                            if k in RANGES
                            else struct.pack("<Hh", GEN[k], v if v < 32768 else v - 65536)
                        )
                        ng += 1
                    for m in z.mods:
                        s, d, a = m[:3]
                        s2 = m[3] if len(m) > 3 else 0
                        t = m[4] if len(m) > 4 else 0
                        mod += struct.pack("<HHhHH", s, d if isinstance(d, int) else GEN[d], a, s2, t)
                        nm += 1
            return hdr, nb, bag + struct.pack("<HH", ng, nm), gen + bytes(4), mod + bytes(10)

        ph, pn, pbag, pgen, pmod = zones([p[3] for p in self.presets], {"instrument"})
        ih, inn, ibag, igen, imod = zones([i[1] for i in self.insts], {"sampleID"})
        phdr = (
            b"".join(
                z20(n) + struct.pack("<HHHIII", prog, bank, h, 0, 0, 0)
                for (n, prog, bank, _), h in zip(self.presets, ph)
            )
            + z20("EOP")
            + struct.pack("<HHHIII", 0, 0, pn, 0, 0, 0)
        )
        inst = (
            b"".join(z20(n) + struct.pack("<H", h) for (n, _), h in zip(self.insts, ih))
            + z20("EOI")
            + struct.pack("<H", inn)
        )
        pdta = b"".join(
            ck(i, d)
            for i, d in [
                (b"phdr", phdr),
                (b"pbag", pbag),
                (b"pmod", pmod),
                (b"pgen", pgen),
                (b"inst", inst),
                (b"ibag", ibag),
                (b"imod", imod),
                (b"igen", igen),
                (b"shdr", shdr),
            ]
        )
        body = b"sfbk" + b"".join(ck(b"LIST", t + d) for t, d in [(b"INFO", info), (b"sdta", sdta), (b"pdta", pdta)])
        open(path, "wb").write(ck(b"RIFF", body))


def sine(f, n, amp=0.5, rate=SR, phase=0.0):
    return amp * np.sin(2 * np.pi * f * np.arange(n) / rate + phase)


def tone(bank, f=441.0, n=4410, amp=0.5, **k):
    """looped sine whose loop is a whole number of periods"""
    p = int(round(SR / f))
    n = n // p * p
    d = sine(SR / p, n + 10 * p, amp)
    return bank.sample(d, loop=(5 * p, 5 * p + n), **k), SR / p


def multisine(period, rng, lo=1, hi=None):
    k = np.arange(lo, hi or period // 2 - 20)
    ph = rng.uniform(0, 2 * np.pi, len(k))
    X = np.zeros(period // 2 + 1, complex)
    X[k] = np.exp(1j * ph)
    y = np.fft.irfft(X, period)
    return 0.7 * y / np.max(np.abs(y)), k
