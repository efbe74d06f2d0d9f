"""The tables of RESULTS.md."""

import os
import platform
import subprocess
from datetime import date
from pathlib import Path

import acceptance
import endurance
import memory
import renderers as r

INTRODUCTION = """\
All write stereo float at 44.1 kHz to a file in memory, with at most 256 voices in FluidSynth and rustysynth and 4096 in
rae unless a row says otherwise. FluidSynth interpolates with 4 points, rustysynth with 2, rae with 16 and more (sinc)
unless a row says otherwise. With effects: reverb and chorus in the peers, rae as it comes (reverb, sends). What has no
voice limit is measured once.

Times are the least of all runs, of every renderer, since what else the machine does can only add to them; memory is a
median.

- *CPU*, *wall*: the whole process, to the finished file; *× real time* by the wall clock.
- *synthesis*: CPU time without start and loading, that is without that of an empty MIDI file, and *× real time* by it.
- *ns*: synthesis time per voice and sample. For all renderers the voices that rae renders are counted.
- *resident*, *private*: the highest resident and anonymous memory, MiB. A mapped bank is resident, but not private.
- *of FluidSynth's*, *of rustysynth's*: how many times their speed, in synthesis / to the finished file."""

HEAD = (
    "| piece, bank | threads | voices | renderer | CPU s | wall s | × real time | synthesis s | × real time | ns | "
    "resident | private | of FluidSynth's | of rustysynth's |"
)


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


def rustysynth_version():
    manifest = (Path(__file__).parent / "rustysynth" / "Cargo.toml").read_text()
    return manifest.split('rustysynth = "=', 1)[1].split('"', 1)[0]


class Figures:
    """what follows from the results"""

    def __init__(self, results):
        self.results = results

    def __contains__(self, key):
        return key in self.results.measured

    def wall(self, renderer, case):
        return self.results.measured[renderer, case].least("wall")

    def wall_rate(self, renderer, case):
        """times faster than real time to the finished file"""
        return self.results.measured[renderer, case].audio / self.wall(renderer, case)

    def synthesis(self, renderer, case):
        """CPU seconds without start and loading"""
        family = renderer if renderer in r.PEERS else r.SINC
        loading = self.results.openings[family, case.bank].cpu()
        return max(self.results.measured[renderer, case].least("cpu") - loading, 1e-9)

    def synthesis_rate(self, renderer, case):
        return self.results.measured[renderer, case].audio / self.synthesis(renderer, case)

    def nanoseconds(self, renderer, case):
        """synthesis time per voice and sample; `None` where the voices were not counted"""
        frames = self.results.measured[renderer, case].voice_frames
        return 1e9 * self.synthesis(renderer, case) / frames if frames else None

    def mean_voices(self, case):
        measured = self.results.measured[r.SINC, case]
        return measured.voice_frames / measured.audio / 44_100 if measured.voice_frames else None


def number(value, digits=0):
    return "–" if value is None else f"{value:.{digits}f}"


def row(figures, renderer, case):
    measured = figures.results.measured[renderer, case]
    ratios = []
    for peer in r.PEERS:
        if (peer, case) in figures:
            rates = [figures.synthesis_rate(x, case) for x in (renderer, peer)]
            walls = [figures.wall_rate(x, case) for x in (renderer, peer)]
            ratios.append(f"{rates[0] / rates[1]:.2f} / {walls[0] / walls[1]:.2f}")
        else:
            ratios.append("–")
    limit = ", no voice limit" if case.voices == r.UNLIMITED else f", {case.voices} voices" if case.voices else ""
    cells = [
        f"{case.piece}, {case.bank}",
        case.threads if renderer != r.RUSTYSYNTH else 1,
        number(figures.mean_voices(case)),
        renderer + ("" if renderer in r.PEERS else limit),
        number(measured.least("cpu"), 2),
        number(measured.least("wall"), 2),
        number(figures.wall_rate(renderer, case)),
        number(figures.synthesis(renderer, case), 2),
        number(figures.synthesis_rate(renderer, case)),
        number(figures.nanoseconds(renderer, case), 2),
        number(measured.median("resident")),
        number(measured.median("private")),
        *ratios,
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def rendering(figures, title, wanted):
    keys = [(renderer, case) for renderer, case in figures.results.measured if wanted(case)]
    if not keys:
        return []
    rule = "|---|---:|---:|---|" + "---:|" * 10
    return [f"## {title}", "", HEAD, rule, *(row(figures, *key) for key in keys), ""]


def opening(results):
    lines = ["## Opening a bank", ""]
    lines += [
        "Wall time of rendering an empty MIDI file, in a warm cache, without that of starting the program; *alone*: "
        "`SoundFont::open` by its own clock, once in a new process; ms.",
        "",
    ]
    lines += ["| bank | " + " | ".join(r.BASIC) + " | rae, alone |", "|---|" + "---:|" * (len(r.BASIC) + 1)]
    for bank in dict.fromkeys(bank for _, bank in results.openings):
        times = (f"{results.openings[renderer, bank].milliseconds():.1f}" for renderer in r.BASIC)
        alone = number(min(results.openings[r.SINC, bank].alone), 2)
        lines.append(f"| {bank} | {' | '.join(times)} | {alone} |")
    if clock := results.own_clock:
        lines += ["", f"By its own clock, rustysynth takes {1e3 * clock['open_seconds']:.1f} ms for opening and "]
        lines[-1] += f"{clock['synthesis_seconds']:.2f} s for synthesis in “{clock['case']}”."
    return [*lines, ""]


def first_second(results):
    if not results.firsts:
        return []
    lines = ["## First second of sound", ""]
    lines += [
        "From the start of the program until one second of audio has come out of a pipe, rae with all threads; ms."
    ]
    lines += ["", "| piece, bank | effects | " + " | ".join(r.BASIC) + " |", "|---|---|" + "---:|" * len(r.BASIC)]
    for case in dict.fromkeys(case for _, case in results.firsts):
        found = (results.firsts.get((renderer, case)) for renderer in r.BASIC)
        times = (f"{1e3 * min(seconds):.0f}" if seconds else "–" for seconds in found)
        lines.append(f"| {case.piece}, {case.bank} | {'yes' if case.effects else 'no'} | {' | '.join(times)} |")
    return [*lines, ""]


def endurance_table(found):
    if not found:
        return []
    lines = ["## Many files, long files", ""]
    lines += [
        "rae with effects, to 16-bit WAV files, of which the middle one cannot be made, to a float stream, and with "
        "4096 voices.",
        "",
    ]
    lines += ["| what | at once | failed | CPU s | wall s | × real time | resident | private |", "|---|" + "---:|" * 7]
    for (files, jobs), batch in found.batches.items():
        what = f"{files} files of {endurance.FILE_SECONDS} s"
        lines.append(endurance_row(what, f"{jobs} files", batch.failed, batch.usage, batch.audio))
    lines.append(endurance_row(f"{endurance.HOURS} hours", f"{r.THREADS} threads", 0, found.hours, found.audio))
    for (name, bank), usage in found.songs.items():
        what = f"{memory.RENDERED_SECONDS} s of 4 MB of {name}, {bank}"
        lines.append(endurance_row(what, f"{r.THREADS} threads", 0, usage, memory.RENDERED_SECONDS))
    lines += [
        "",
        f"Handing {endurance.HANDOVER_MINUTES} minutes of stereo over to Python, as a numpy array of the WAV file's ",
    ]
    lines[-1] += f"samples in place, takes {1e3 * found.handover:.1f} microseconds."
    return [*lines, ""]


def endurance_row(what, at_once, failed, usage, audio):
    cells = [what, at_once, failed, f"{usage.cpu:.2f}", f"{usage.wall:.2f}", f"{audio / usage.wall:.0f}"]
    return "| " + " | ".join(map(str, [*cells, f"{usage.resident:.0f}", f"{usage.private:.0f}"])) + " |"


def write(results, runs, load):
    figures = Figures(results)
    black = lambda case: case.piece == r.BLACK
    one = lambda case: case.threads == 1 and not black(case)
    lines = [
        "# rae beside FluidSynth and rustysynth",
        "",
        f"{date.today()}, {machine()}, load {load:.1f} at the start; FluidSynth {fluidsynth_version()}, rustysynth "
        f"{rustysynth_version()}; {runs} alternating runs. Made by `make bench`.",
        "",
        INTRODUCTION,
        "",
        *rendering(figures, "One thread, no effects", lambda c: one(c) and not c.effects),
        *rendering(figures, "One thread, with effects", lambda c: one(c) and c.effects),
        *rendering(figures, "More threads", lambda c: c.threads > 1 and not c.effects and not black(c)),
        *rendering(figures, "More threads, with effects", lambda c: c.threads > 1 and c.effects),
        *rendering(figures, "Black MIDI: 300,000 notes in 62 seconds, no effects", black),
        *opening(results),
        *first_second(results),
        *endurance_table(results.endurance),
        *acceptance.table(figures),
    ]
    return "\n".join(lines) + "\n"
