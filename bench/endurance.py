"""What takes minutes, of rae alone: batches of many files, a render of hours; and its hand-over to Python."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import memory
import process
import renderers as r

FILES, FEW, FILE_SECONDS = 200, 20, 30
HOURS = 2
HANDOVER_MINUTES = 10
NOTES_PER_SECOND = 20
HERE = Path(__file__).parent


@dataclass
class Batch:
    """`done` and `failed` are counted in the manifest"""

    usage: process.Usage
    audio: float
    done: int
    failed: int


@dataclass
class Endurance:
    """batches by (files, jobs), songs by (name, bank); `hours` and `audio` of the long render; `handover` in ms"""

    batches: dict = field(default_factory=dict)
    hours: process.Usage | None = None
    audio: float = 0.0
    songs: dict = field(default_factory=dict)
    handover: float | None = None


def measure_endurance(programs, folder, progress):
    results = Endurance()
    for files, jobs in ((FEW, r.THREADS), (FILES, 1), (FILES, r.THREADS)):
        progress(f"batch of {files} files, {jobs} at once")
        results.batches[files, jobs] = batch(programs, Path(folder), files, jobs)
    progress(f"{HOURS} hours")
    results.audio = 3600 * HOURS
    song = band(Path(folder, "hours.mid"), results.audio)
    results.hours = process.run(*programs.render(r.SINC, r.Case(r.BAND, effects=True, threads=r.THREADS), song, "-"))
    progress("songs of 4 MB")
    results.songs = memory.measure_songs(programs, folder)
    progress("hand-over to Python")
    results.handover = handover(programs, band(Path(folder, "minutes.mid"), 60 * HANDOVER_MINUTES))
    return results


def band(path, seconds):
    """by another process, to keep this one small"""
    notes = round(NOTES_PER_SECOND * seconds)
    command = [sys.executable, HERE / "black_midi.py", path, str(notes), str(seconds)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return str(path)


def batch(programs, folder, files, jobs):
    """the same song in many files, the middle one damaged"""
    songs, out, manifest = (folder / name for name in ("songs", "batch", "batch.json"))
    songs.mkdir()
    song = Path(band(folder / "song.mid", FILE_SECONDS)).read_bytes()
    for number in range(files):
        damaged = number == files // 2
        (songs / f"{number:03}.mid").write_bytes(song[:10] if damaged else song)
    command = [programs.rae, "batch", str(songs), "--out-dir", str(out), "--jobs", str(jobs), "--manifest"]
    command += [str(manifest), "--soundfont", programs.bank(r.FLUID), "-r", "44100", "--device", "cpu", "--quiet"]
    with one_core() if jobs == 1 else nullcontext():
        # It ends with 1, as a file has failed.
        usage = process.run(command, {}, expected=1)
    reports = [entry["report"] for entry in json.loads(manifest.read_text())["files"]]
    done = [report["duration"] for report in reports if report]
    if len(done) != len(list(out.iterdir())):
        raise SystemExit(f"bench: the manifest of the batch names {len(done)} outputs, the folder has others")
    for made in (songs, out):
        shutil.rmtree(made)
    manifest.unlink()
    return Batch(usage, sum(done), len(done), len(reports) - len(done))


@contextmanager
def one_core():
    """what is started meanwhile stays on one core: a batch of one file at a time would use all"""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    yield
    os.sched_setaffinity(0, cores)


def handover(programs, song):
    command = [programs.python, HERE / "handover.py", song, programs.bank(r.FLUID)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"bench: the hand-over to Python failed; is the module built?\n{done.stderr}")
    return float(done.stdout)
