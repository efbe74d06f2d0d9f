#!/usr/bin/env python3
"""
memory.py RAE [BANKS] - private memory of rendering songs of 4 MB with 4096 voices and effects to WAV files.

RAE is the program, BANKS the folder with the banks. Only the first seconds are rendered: all events are in memory, and
the voices are at their limit, from early on.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import process
import renderers as r

MEBIBYTES = 64
SECONDS, RENDERED_SECONDS = 60, 3
VOICES = 4096
MOST_BYTES = 4 << 20
# What fills the bytes: a note takes two events of four bytes, or with running status of three.
SONGS = {"black MIDI": ["515000"], "black MIDI with running status": ["680000", "running"]}
HERE = Path(__file__).parent


def measure_songs(programs, folder):
    """usages by song and bank"""
    usages = {}
    for name, (notes, *running) in SONGS.items():
        song, out = Path(folder, "large.mid"), Path(folder, "large.wav")
        subprocess.run([sys.executable, HERE / "black_midi.py", song, notes, str(SECONDS), *running], check=True)
        if not 0.95 * MOST_BYTES < song.stat().st_size <= MOST_BYTES:
            raise SystemExit(f"bench: {name} has {song.stat().st_size} bytes, not nearly 4 MB")
        for bank in r.BANKS:
            command = [programs.rae, "render", str(song), "--soundfont", programs.bank(bank), "-o", str(out), "--force"]
            command += ["--to", str(RENDERED_SECONDS), "--max-voices", str(VOICES), "--threads", str(r.THREADS)]
            usages[name, bank] = process.run([*command, "--device", "cpu", "--quiet"], {})
        out.unlink()
        song.unlink()
    return usages


def goals(usages):
    """as those of `acceptance`; nothing is measured where there are no usages"""
    for name in SONGS:
        what = f"4 MB of {name}, {VOICES} voices, effects: private memory with any of {len(r.BANKS)} banks"
        most = max(usages[name, bank].private for bank in r.BANKS) if usages else None
        yield what, " MiB", False, MEBIBYTES, most


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    import acceptance

    banks = sys.argv[2] if len(sys.argv) == 3 else "/usr/share/sounds/sf2"
    programs = r.Programs(os.path.abspath(sys.argv[1]), "", "", "", banks)
    with tempfile.TemporaryDirectory() as folder:
        usages = measure_songs(programs, folder)
    for (name, bank), usage in usages.items():
        print(f"{name}, {bank}: {usage.private:.1f} MiB private, {usage.resident:.1f} resident, {usage.cpu:.1f} s")
    print("\n".join(acceptance.rows(goals(usages))))


if __name__ == "__main__":
    main()
