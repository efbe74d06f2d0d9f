#!/usr/bin/env python3
"""
synthesis.py - `rae render` beside FluidSynth and rustysynth on the same files: time, memory, opening, first sound.

All write stereo float at 44.1 kHz. The runs of the renderers alternate; times are the least of them, memory is a
median. Only the Python standard library is needed. The tables go to bench/RESULTS.md; `make bench` builds the programs
and calls this.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

import midifile
import process
import renderers as r
import report
from endurance import Endurance, measure_endurance

HERE = Path(__file__).parent
SONGS = "/usr/share/games/openttd/baseset/openmsx"
OPENINGS_PER_RUN = 4
GENERATED = {
    r.PIANO: ["piano.py", "{out}"],
    r.BAND: ["black_midi.py", "{out}", "3050", "300"],
    r.BLACK: ["black_midi.py", "{out}", "300000", "62"],
}


@dataclass
class Measured:
    """usages of all runs, the seconds of audio they made, and rae's frames of voices for the same work, if known"""

    usages: list = field(default_factory=list)
    audio: float = 0.0
    voice_frames: int | None = None

    def least(self, seconds):
        """of CPU or wall seconds: what else the machine does can only add to them"""
        return min(getattr(usage, seconds) for usage in self.usages)

    def median(self, memory):
        return statistics.median(getattr(usage, memory) for usage in self.usages)


@dataclass
class Opening:
    """usages of starting alone, and of rendering an empty file; what opening takes by rae's own clock, ms"""

    starts: list = field(default_factory=list)
    usages: list = field(default_factory=list)
    alone: list = field(default_factory=list)

    def milliseconds(self):
        start, whole = (min(u.wall for u in usages) for usages in (self.starts, self.usages))
        return 1e3 * (whole - start)

    def cpu(self):
        """start and loading, CPU seconds"""
        return min(u.cpu for u in self.usages)


@dataclass
class Results:
    """
    by (renderer, Case), but openings by (renderer, bank)

    `firsts` are seconds until the first second of audio; `endurance` is of a complete run alone.
    """

    measured: dict = field(default_factory=lambda: defaultdict(Measured))
    openings: dict = field(default_factory=lambda: defaultdict(Opening))
    firsts: dict = field(default_factory=lambda: defaultdict(list))
    own_clock: dict = field(default_factory=dict)
    endurance: Endurance | None = None


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--rae", default="target/release/rae")
    ap.add_argument("--rustysynth", default="target/bench/release/rustysynth-render")
    ap.add_argument("--voice-frames", default="target/bench/release/voice_frames")
    ap.add_argument("--open", default="target/bench/release/open")
    ap.add_argument("--python", default=".venv/bin/python", help="one that has the Python module, for complete runs")
    ap.add_argument("--banks", default="/usr/share/sounds/sf2", help="folder of the SoundFonts")
    ap.add_argument("--songs", default=SONGS, help="folder of the MIDI files")
    ap.add_argument("--runs", type=int, default=5)
    ap.add_argument("--only", default="", help="cases whose name contains this, as in 'tttheme2 FluidR3_GM dry'")
    ap.add_argument(
        "--quick", action="store_true", help="one run of what acceptance needs, but nothing that takes minutes"
    )
    ap.add_argument("--output", default=str(HERE / "RESULTS.md"), help="- for standard output alone")
    return ap.parse_args()


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.runs = 1 if options.quick else options.runs
        self.programs = r.Programs(options.rae, options.rustysynth, options.voice_frames, options.python, options.banks)
        chosen = (c for c in r.cases() if (c.quick or not options.quick) and options.only in str(c))
        self.cases = list(chosen)
        self.folder = folder
        self.out = os.path.join(folder, "out.wav")
        self.empty = os.path.join(folder, "empty.mid")
        Path(self.empty).write_bytes(midifile.EMPTY)
        self.results = Results()

    def song(self, piece):
        """path of a piece, which is made when it is not there; by another process, to keep this one small"""
        if piece not in GENERATED:
            return os.path.join(self.options.songs, piece + ".mid")
        path = os.path.join(self.folder, piece.replace(" ", "_") + ".mid")
        if not os.path.exists(path):
            script, *parameters = (part.format(out=path) for part in GENERATED[piece])
            subprocess.run([sys.executable, HERE / script, *parameters], check=True, stdout=subprocess.DEVNULL)
        return path

    def run(self):
        banks = [bank for bank in r.BANKS if any(case.bank == bank for case in self.cases)]
        for bank in banks:
            progress(f"opening {bank}")
            self.open(bank)
        for case in self.first_second_cases(banks):
            progress(f"first second, {case}")
            self.first_second(case)
        for number in range(self.runs):
            for case in self.cases:
                if number and case.once:
                    continue
                progress(f"run {number + 1} of {self.runs}: {case}")
                self.render(case)
        self.count_voices()
        self.ask_rustysynth()
        if not (self.options.quick or self.options.only):
            self.results.endurance = measure_endurance(self.programs, self.folder, progress)
        return self.results

    def open(self, bank):
        for _ in range(OPENINGS_PER_RUN * self.runs):
            for renderer in r.BASIC:
                opening = self.results.openings[renderer, bank]
                opening.starts.append(process.run(self.programs.start(renderer), {}, watch_memory=False))
                command, environment = self.programs.render(renderer, r.Case("", bank), self.empty, self.out)
                opening.usages.append(process.run(command, environment, watch_memory=False))
            command = [self.options.open, self.programs.bank(bank)]
            alone = subprocess.run(command, check=True, capture_output=True, text=True)
            self.results.openings[r.SINC, bank].alone.append(float(alone.stdout))

    def first_second_cases(self, banks):
        if self.options.only:
            return []
        dry = [r.Case("tttheme2", bank) for bank in (r.FLUID, r.MUSE) if bank in banks]
        packed = r.Case("tttheme2", r.PACKED, renderers=(r.FLUIDSYNTH, r.SINC))
        return [*dry, r.Case("tttheme2", effects=True), packed]

    def first_second(self, case):
        for _ in range(self.runs):
            for renderer in case.renderers:
                # rae as it comes, with all cores; more of them make FluidSynth slower.
                threads = r.THREADS if renderer == r.SINC else 1
                command = self.programs.render(renderer, replace(case, threads=threads), self.song(case.piece), "-")
                self.results.firsts[renderer, case].append(process.seconds_to_first_second(*command))

    def render(self, case):
        for renderer in case.renderers:
            command = self.programs.render(renderer, case, self.song(case.piece), self.out)
            measured = self.results.measured[renderer, case]
            measured.usages.append(process.run(*command))
            measured.audio = process.wav_seconds(self.out)

    def count_voices(self):
        counts = {}
        for (_, case), measured in self.results.measured.items():
            # Counting voices without limit takes minutes.
            if case.voices == r.UNLIMITED:
                continue
            key = (case.piece, case.bank, case.voices)
            if key not in counts:
                progress(f"counting voices of {case}")
                command = [self.options.voice_frames, self.programs.bank(case.bank), self.song(case.piece)]
                command += [str(case.voices)] if case.voices else []
                counts[key] = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0])
            measured.voice_frames = counts[key]

    def ask_rustysynth(self):
        """its own clock, for the first case it renders"""
        case = next((case for case in self.cases if r.RUSTYSYNTH in case.renderers), None)
        if case:
            command, _ = self.programs.render(r.RUSTYSYNTH, case, self.song(case.piece), self.out)
            done = subprocess.run([*command, "--times"], check=True, capture_output=True, text=True)
            self.results.own_clock = json.loads(done.stderr) | {"case": str(case)}


def progress(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def main():
    options = arguments()
    load = os.getloadavg()[0]
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="bench_", dir=memory) as folder:
        bench = Bench(options, folder)
        if not bench.cases:
            raise SystemExit(f"bench: no case contains {options.only!r}")
        results = bench.run()
    text = report.write(results, bench.runs, load)
    print(text)
    if options.output != "-":
        Path(options.output).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
