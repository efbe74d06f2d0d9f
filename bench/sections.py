"""Sections of RESULTS.md that scripts beside synthesis.py write, each its own."""

import os
import re
import sys
from datetime import date
from pathlib import Path

import report

RESULTS = Path(__file__).parent / "RESULTS.md"


def add_output(parser):
    parser.add_argument("--output", default=str(RESULTS), help="- for standard output alone")


def circumstances(runs, load):
    """when and where it was measured"""
    return f"{date.today()}, {report.machine()}, load {load:.1f} at the start; medians of {runs} alternating runs."


def load():
    return os.getloadavg()[0]


def put(output, lines):
    """prints a section, and puts it at the end of the file, in place of an earlier one with the same heading"""
    text = "\n".join(lines).rstrip("\n") + "\n"
    print(text)
    if output == "-":
        return
    path = Path(output)
    before = path.read_text() if path.exists() else ""
    kept = [part for part in re.split(r"(?m)^(?=## )", before) if not part.startswith(lines[0] + "\n")]
    path.write_text(("".join(kept).rstrip("\n") + "\n\n" + text).lstrip("\n"))


def progress(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)
