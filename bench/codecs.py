#!/usr/bin/env python3
"""
codecs.py - what encoding and decoding cost, beside flac, lame, opus-tools and ffmpeg, and what they add to a render.

A piano piece, rendered by rae as 16-bit stereo, is encoded and decoded by `rae convert` and its peers in turn. Then a
song is rendered straight to FLAC and MP3, which on two cores should take no longer than the slower of both alone. Needs
ffmpeg, flac, lame and opus-tools. The tables go to bench/RESULTS.md; `make bench` builds rae and calls this.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import acceptance
import process
import sections

HERE = Path(__file__).parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
SHARE = 1.1
FFMPEG = ["ffmpeg", "-nostdin", "-v", "error", "-y"]

# What is made of {wav}: format, program, its words without the output, which comes last.
ENCODERS = [
    ("FLAC, level 5", "rae", ["{rae}", "convert", "{wav}", "--quiet", "--force", "--level", "5", "-o"], "flac"),
    ("FLAC, level 5", "flac", ["flac", "-s", "-f", "-5", "{wav}", "-o"], "flac"),
    ("FLAC, level 5", "ffmpeg", [*FFMPEG, "-i", "{wav}", "-compression_level", "5"], "flac"),
    ("FLAC, level 8", "rae", ["{rae}", "convert", "{wav}", "--quiet", "--force", "--level", "8", "-o"], "flac"),
    ("FLAC, level 8", "flac", ["flac", "-s", "-f", "-8", "{wav}", "-o"], "flac"),
    ("MP3, quality 2", "rae", ["{rae}", "convert", "{wav}", "--quiet", "--force", "--quality", "2", "-o"], "mp3"),
    ("MP3, quality 2", "lame", ["lame", "--quiet", "-V", "2", "{wav}"], "mp3"),
    ("MP3, quality 2", "ffmpeg", [*FFMPEG, "-i", "{wav}", "-q:a", "2"], "mp3"),
    ("MP3, 128 kbit/s", "rae", ["{rae}", "convert", "{wav}", "--quiet", "--force", "--bitrate", "128", "-o"], "mp3"),
    ("MP3, 128 kbit/s", "lame", ["lame", "--quiet", "-b", "128", "{wav}"], "mp3"),
    ("Opus, 128 kbit/s", "rae", ["{rae}", "convert", "{wav}", "--quiet", "--force", "--bitrate", "128", "-o"], "opus"),
    ("Opus, 128 kbit/s", "opusenc", ["opusenc", "--quiet", "--bitrate", "128", "{wav}"], "opus"),
]

# What is decoded to 16 bits: format, how ffmpeg makes it, other programs that decode it.
DECODERS = [
    ("WAV", ["-c:a", "pcm_s16le"], "wav", {}),
    ("FLAC", ["-c:a", "flac"], "flac", {"flac": ["flac", "-s", "-d", "-f", "{coded}", "-o"]}),
    ("MP3", ["-c:a", "libmp3lame", "-q:a", "2"], "mp3", {"lame": ["lame", "--quiet", "--decode", "{coded}"]}),
    ("Vorbis", ["-c:a", "libvorbis", "-q:a", "5"], "ogg", {}),
    ("AAC", ["-c:a", "aac", "-b:a", "160k"], "m4a", {}),
    ("ALAC", ["-c:a", "alac"], "m4a", {}),
    ("Opus", ["-c:a", "libopus", "-b:a", "128k"], "opus", {"opusdec": ["opusdec", "--quiet", "{coded}"]}),
]


class Codecs:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.song = folder / "piano.mid"
        self.wav = folder / "piano.wav"
        subprocess.run([sys.executable, HERE / "piano.py", self.song], check=True, stdout=subprocess.DEVNULL)
        self.run("{rae} render {song} -o {wav} --soundfont builtin --gain 0 --quiet".split())
        self.seconds = process.wav_seconds(self.wav)

    def run(self, words, output=None, **names):
        words = [word.format(rae=self.options.rae, song=self.song, wav=self.wav, **names) for word in words]
        return process.run([*words, *([str(output)] if output else [])], {}, watch_memory=False)

    def medians(self, commands):
        """usages of the median wall time of commands {name: (words, output, names)} that take turns"""
        found = {name: [] for name in commands}
        for number in range(self.options.runs):
            for name, (words, output, names) in commands.items():
                sections.progress(f"run {number + 1} of {self.options.runs}: {' '.join(name)}")
                found[name].append(self.run(words, output, **names))
        median = lambda usages, field: statistics.median(getattr(usage, field) for usage in usages)
        return {name: process.Usage(median(usages, "cpu"), median(usages, "wall")) for name, usages in found.items()}

    def encoding(self):
        commands, outputs = {}, {}
        for what, program, words, extension in ENCODERS:
            outputs[what, program] = self.folder / f"{len(outputs)}.{extension}"
            commands[what, program] = (words, outputs[what, program], {})
        found = self.medians(commands)
        lines = ["| encoding | program | CPU s | wall s | × real time | CPU, of rae's | MB |"]
        lines += ["|---|---|" + "---:|" * 5]
        for (what, program), usage in found.items():
            share = usage.cpu / found[what, "rae"].cpu
            size = outputs[what, program].stat().st_size / 1e6
            lines.append(f"| {what} | {program} | {self.figures(usage)} | {share:.2f} | {size:.1f} |")
        return lines

    def decoding(self):
        commands = {}
        output = self.folder / "decoded.wav"
        for what, options, extension, others in DECODERS:
            coded = self.folder / f"{what}.{extension}"
            self.run([*FFMPEG, "-i", "{wav}", *options], coded)
            rae = "{rae} convert {coded} --quiet --force --sample-format s16 -o".split()
            ffmpeg = [*FFMPEG, "-i", "{coded}", "-c:a", "pcm_s16le"]
            for program, words in {"rae": rae, **others, "ffmpeg": ffmpeg}.items():
                commands[what, program] = (words, output, {"coded": coded})
        found = self.medians(commands)
        lines = ["| decoding to 16-bit WAV | program | CPU s | wall s | × real time | CPU, of rae's |"]
        lines += ["|---|---|" + "---:|" * 4]
        for (what, program), usage in found.items():
            lines.append(f"| {what} | {program} | {self.figures(usage)} | {usage.cpu / found[what, 'rae'].cpu:.2f} |")
        return lines

    def rendering(self):
        """lines of a table, and the goals of rendering straight to a format"""
        render = "{rae} render {song} --soundfont builtin --gain 0 --quiet --force -o".split()
        convert = "{rae} convert {wav} --quiet --force -o".split()
        both, alone = "render", "encode alone"
        plain, one = (both, "WAV"), ("render with one thread", "WAV")
        commands = {plain: (render, self.folder / "r.wav", {})}
        commands[one] = ([*render[:-1], "--threads", "1", "-o"], self.folder / "r1.wav", {})
        for name in ("FLAC", "MP3", "Opus"):
            commands[both, name] = (render, self.folder / f"r.{name.lower()}", {})
            commands[alone, name] = (convert, self.folder / f"e.{name.lower()}", {})
        found = self.medians(commands)
        lines = ["| what | format | CPU s | wall s | × real time |", "|---|---|" + "---:|" * 3]
        lines += [f"| {what} | {name} | {self.figures(usage)} |" for (what, name), usage in found.items()]
        goals = []
        for name in ("FLAC", "MP3"):
            wall, encoding = found[both, name].wall, found[alone, name]
            least = (found[one].cpu + encoding.cpu) / os.cpu_count()
            for what, other in [
                ("the slower of rendering to WAV and encoding", max(found[plain].wall, encoding.wall)),
                ("the slower of rendering with one thread and encoding", max(found[one].wall, encoding.wall)),
                ("what all cores need for the work of both", max(least, encoding.wall)),
            ]:
                goals.append((f"render to {name}, wall: of {what}", "×", False, SHARE, wall / other))
        return lines, goals

    def figures(self, usage):
        return f"{usage.cpu:.2f} | {usage.wall:.2f} | {self.seconds / usage.wall:.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rae", default=str(TARGET / "release" / "rae"))
    parser.add_argument("--runs", type=int, default=3)
    sections.add_output(parser)
    options = parser.parse_args()
    load = sections.load()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="bench_", dir=memory) as folder:
        codecs = Codecs(options, Path(folder))
        encoding, decoding, (rendering, goals) = codecs.encoding(), codecs.decoding(), codecs.rendering()
    minutes = codecs.seconds / 60
    introduction = f"{sections.circumstances(options.runs, load)} {minutes:.1f} minutes of a piano, 16-bit stereo at "
    introduction += (
        "44.1 kHz, from and to files in memory. A render keeps all cores busy, and encoding takes one of them "
    )
    introduction += (
        "as long as it needs: the work of both takes as long as encoding, or all their CPU time shared by all "
    )
    introduction += "cores."
    tables = [*encoding, "", *decoding, "", *rendering, "", *acceptance.rows(goals)]
    sections.put(options.output, ["## Encoding and decoding", "", introduction, "", *tables])
    return 0


if __name__ == "__main__":
    sys.exit(main())
