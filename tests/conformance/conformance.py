#!/usr/bin/env python3
"""
conformance.py - numeric SoundFont 2.04 / MIDI conformance checks for any offline renderer. Needs numpy and scipy.

The script writes its own minimal SF2 banks and MIDI files, renders them with a command
template, and compares what it measures in the WAV with values computed from the formulas
of the SoundFont 2.04 specification - never with another synthesizer.

    conformance.py --name fluid --cmd "fluidsynth -ni -q -g 1 -O float -T wav -F {out} -r 44100 {sf2} {mid}"
    conformance.py --name mine  --cmd "myrender {sf2} {mid} {out}" --only 'filter|lfo' --json mine.json

Template fields: {sf2} {mid} {out} (a .wav; 16/24/32-bit PCM or float, any rate).
The renderer should apply no normaliser or limiter; set its gain so that a full-scale voice does not clip.
CC91 = CC93 = 0 is sent to every channel used, so global reverb/chorus may stay on.

Every metric has an expected value (spec formula) and a tolerance; a metric may be 'info' (reported, not scored).
Exit status: 0 if all scored metrics pass, 1 otherwise.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile

import checks_level  # noqa: F401
import checks_midi  # noqa: F401
import checks_sound  # noqa: F401
from registry import CHECKS, Env, Result


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--cmd", required=True)
    ap.add_argument("--name", default="engine")
    ap.add_argument("--only", default=".", help="regular expression: names of the checks to run")
    ap.add_argument("--dir", help="keep banks, MIDI and audio here")
    ap.add_argument("--json", help="write every metric to this file")
    ap.add_argument("-q", action="store_true", help="one line per check; failed metrics are always shown")
    return ap.parse_args()


def run(ref, fn, env):
    """one check; an exception in it is a failure with its text"""
    r = Result()
    err = ""
    try:
        fn(env, r)
    except Exception as x:
        err = f"{type(x).__name__}: {x}"
    sc = [m for m in r.metrics if m["scored"]]
    ok = sum(m["ok"] for m in sc)
    return {"ref": ref, "passed": ok, "total": len(sc), "error": err, "metrics": r.metrics}


def good(result):
    return result["passed"] == result["total"] and not result["error"]


def show(name, result, quiet):
    passed = "PASS" if good(result) else "FAIL"
    print(f"{passed}  {name:22s} {result['passed']}/{result['total']}  {result['error']}")
    for m in result["metrics"]:
        bad = m["scored"] and not m["ok"]
        if quiet and not bad:
            continue
        want = "" if m["want"] is None else f"want {m.get('op', '')}{m['want']:.4g}"
        if m["tol"] is not None:
            want += f" +-{m['tol']:.3g}"
        verdict = "BAD " if bad else "ok  " if m["scored"] else "info"
        note = m["note"] if not m["ok"] else ""
        print(f"      {verdict} {m['label']:52s} {m['got']:10.4g} {m['unit']:8s} {want}  {note}")


def main():
    o = arguments()
    d = o.dir or tempfile.mkdtemp(prefix="conf_")
    os.makedirs(d, exist_ok=True)
    env = Env(o.cmd, d)
    out = {}
    for name, ref, fn in CHECKS:
        if re.search(o.only, name):
            out[name] = run(ref, fn, env)
            show(name, out[name], o.q)
    P, T = sum(v["passed"] for v in out.values()), sum(v["total"] for v in out.values())
    C = sum(good(v) for v in out.values())
    print(f"{o.name}: {C}/{len(out)} checks, {P}/{T} metrics ({100 * P / max(1, T):.1f} %)")
    if o.json:
        with open(o.json, "w") as f:
            json.dump({"name": o.name, "cmd": o.cmd, "checks": out, "passed": P, "total": T}, f, indent=1)
    if not o.dir:
        shutil.rmtree(d)
    return 0 if out and C == len(out) else 1


if __name__ == "__main__":
    sys.exit(main())
