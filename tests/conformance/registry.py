"""The list of checks, their results, and the renderer under test."""

import math
import os
import shlex
import subprocess

from measure import Audio


class Result:
    def __init__(self):
        self.metrics = []

    def add(self, label, got, want, tol, unit="", scored=True, note=""):
        got = float(got)
        ok = (not math.isnan(got)) and abs(got - want) <= tol
        self.metrics.append(
            dict(
                label=label, got=got, want=float(want), tol=float(tol), unit=unit, ok=bool(ok), scored=scored, note=note
            )
        )

    def atleast(self, label, got, least, unit="", scored=True, note=""):
        got = float(got)
        self.metrics.append(
            dict(
                label=label,
                got=got,
                want=float(least),
                tol=None,
                op=">=",
                unit=unit,
                ok=bool(got >= least),
                scored=scored,
                note=note,
            )
        )

    def atmost(self, label, got, most, unit="", scored=True, note=""):
        got = float(got)
        self.metrics.append(
            dict(
                label=label,
                got=got,
                want=float(most),
                tol=None,
                op="<=",
                unit=unit,
                ok=bool(got <= most),
                scored=scored,
                note=note,
            )
        )

    def info(self, label, got, unit="", note=""):
        self.metrics.append(
            dict(label=label, got=float(got), want=None, tol=None, unit=unit, ok=True, scored=False, note=note)
        )


CHECKS = []


def check(ref):
    def deco(f):
        CHECKS.append((f.__name__.replace("c_", "", 1), ref, f))
        return f

    return deco


class Env:
    """renders one (bank, midi) pair with the command template"""

    def __init__(self, cmd, workdir):
        self.cmd, self.dir, self.n = cmd, workdir, 0

    def render(self, bank, midi, tag):
        self.n += 1
        b = os.path.join(self.dir, f"{self.n:02d}_{tag}")
        sf2, mid, out = b + ".sf2", b + ".mid", b + ".wav"
        bank.write(sf2)
        midi.write(mid)
        if os.path.exists(out):
            os.remove(out)
        cmd = [a.format(sf2=sf2, mid=mid, out=out) for a in shlex.split(self.cmd)]
        p = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=300)
        if not os.path.exists(out):
            raise RuntimeError(f"no output from {cmd}: {p.stdout[-400:]!r}")
        return Audio(out)
