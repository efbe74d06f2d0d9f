#!/usr/bin/env python3
"""
synthesis.py - CPU time of `rae render` beside FluidSynth's: one thread, dry, both write stereo float at 44.1 kHz.

CPU seconds are user + system time of the whole process; "net" takes out the time of rendering an empty MIDI file
(start and loading of the bank). The runs of all renderers alternate, and each row is a median. Only the Python
standard library is needed. The table goes to bench/RESULTS.md.
"""

import argparse
import os
import platform
import shlex
import statistics
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

SONGS = "/usr/share/games/openttd/baseset/openmsx"
PIECES = ("tttheme2", "keep_on_rolling", "coconut_run2")
FLUIDSYNTH = "fluidsynth -ni -q -R 0 -C 0 -o synth.cpu-cores=1 -O float -T wav -r 44100 -F {out} {sf2} {mid}"
RAE = (
    "{rae} render {mid} --soundfont {sf2} -o {out} -r 44100 --sample-format f32 --no-reverb --no-sends "
    "--threads 1 --force --quiet"
)
RENDERERS = {
    "FluidSynth": FLUIDSYNTH,
    "rae sinc": RAE,
    "rae cubic": RAE + " --interpolation cubic",
    "rae linear": RAE + " --interpolation linear",
}
# Format 0, one quarter of nothing.
EMPTY_MIDI = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + struct.pack(">I", 4) + b"\x60\xff\x2f\x00"


@dataclass
class Timing:
    """CPU seconds of every run of one renderer on one piece, and the seconds of audio it made"""

    cpu: list = field(default_factory=list)
    audio: float = 0.0

    def rate(self, loading=0.0):
        """times faster than real time, per CPU second"""
        return self.audio / max(statistics.median(self.cpu) - loading, 1e-9)


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--rae", default="target/release/rae")
    ap.add_argument("--soundfont", default="/usr/share/sounds/sf2/FluidR3_GM.sf2")
    ap.add_argument("--songs", default=SONGS, help="folder of the MIDI files")
    ap.add_argument("--runs", type=int, default=5)
    ap.add_argument("--only", default="", help="renderers whose name contains this (FluidSynth always runs)")
    ap.add_argument("--output", default=str(Path(__file__).parent / "RESULTS.md"), help="- for standard output alone")
    return ap.parse_args()


def wav_seconds(path):
    """length of a WAV file from its fmt and data chunks"""
    with open(path, "rb") as f:
        f.seek(12)
        rate = frame = 0
        while head := f.read(8):
            name, size = struct.unpack("<4sI", head)
            if name == b"fmt ":
                _, _, rate, _, frame = struct.unpack("<HHIIH", f.read(14))
                size -= 14
            elif name == b"data":
                return size / frame / rate
            f.seek(size + (size & 1), os.SEEK_CUR)
    raise ValueError(f"{path}: no data chunk")


def run(template, out, **fields):
    """one process: CPU seconds and seconds of audio"""
    command = [part.format(out=out, **fields) for part in shlex.split(template)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"bench: {shlex.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, wav_seconds(out)


def measure(options, renderers, folder):
    """{(renderer, piece): Timing}; the piece "" is the empty file"""
    out = os.path.join(folder, "out.wav")
    empty = os.path.join(folder, "empty.mid")
    Path(empty).write_bytes(EMPTY_MIDI)
    pieces = {"": empty} | {p: os.path.join(options.songs, p + ".mid") for p in PIECES}
    timings = {(r, p): Timing() for r in renderers for p in pieces}
    for _ in range(options.runs):
        for piece, mid in pieces.items():
            for renderer, template in renderers.items():
                cpu, audio = run(template, out, mid=mid, sf2=options.soundfont, rae=options.rae)
                timing = timings[renderer, piece]
                timing.cpu.append(cpu)
                timing.audio = audio
    return timings


def machine():
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def fluidsynth_version():
    text = subprocess.run(["fluidsynth", "--version"], capture_output=True, text=True).stdout
    return text.splitlines()[0].rsplit(" ", 1)[-1] if text else "unknown"


def table(timings, renderers):
    """one row per piece and renderer"""
    rows = ["| piece | renderer | CPU s | times real time | of FluidSynth's | net CPU s | net | of FluidSynth's |"]
    rows.append("|---|---|---:|---:|---:|---:|---:|---:|")
    for piece in PIECES:
        for renderer in renderers:
            cells = []
            for net in (False, True):
                load = {r: statistics.median(timings[r, ""].cpu) if net else 0.0 for r in (renderer, "FluidSynth")}
                timing = timings[renderer, piece]
                rate, peer = timing.rate(load[renderer]), timings["FluidSynth", piece].rate(load["FluidSynth"])
                cpu = statistics.median(timing.cpu) - load[renderer]
                cells.append(f"{cpu:.2f} | {rate:.0f} | {rate / peer:.2f}")
            rows.append(f"| {piece} | {renderer} | {' | '.join(cells)} |")
    return rows


def report(options, timings, renderers):
    loading = ", ".join(f"{r} {statistics.median(timings[r, ''].cpu):.2f} s" for r in renderers)
    lines = [
        "# Synthesis, CPU time",
        "",
        f"{date.today()}, {machine()}; FluidSynth {fluidsynth_version()}; bank {Path(options.soundfont).stem}; "
        f"medians of {options.runs} alternating runs. Made by `make bench`.",
        "",
        "One thread, no effects, stereo float at 44.1 kHz. FluidSynth interpolates with 4 points. "
        "“Net” is without start and loading.",
        "",
        *table(timings, renderers),
        "",
        f"Start and loading (an empty MIDI file): {loading}.",
    ]
    return "\n".join(lines) + "\n"


def main():
    options = arguments()
    renderers = {r: t for r, t in RENDERERS.items() if r == "FluidSynth" or options.only in r}
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="bench_", dir=memory) as folder:
        timings = measure(options, renderers, folder)
    text = report(options, timings, renderers)
    print(text)
    if options.output != "-":
        Path(options.output).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
