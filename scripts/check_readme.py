#!/usr/bin/env python3
"""
check_readme.py --rae PATH FILE.md... - runs every ```sh and ```python block of the files, in order.

Each file gets a scratch folder with a copy of test_data/; `rae` and `python` are the built ones. Rust blocks are
compiled by `cargo test` as documentation of the engine crate; blocks of any other language are only read.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INTERPRETERS = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}


def blocks(path):
    """(line, language, text) of every block that can be run"""
    text = path.read_text()
    for match in BLOCK.finditer(text):
        if match[1] in INTERPRETERS:
            yield text.count("\n", 0, match.start()) + 1, match[1], match[2]


def run_file(path, environment):
    """number of blocks that ran, and those that failed"""
    count, failed = 0, []
    with tempfile.TemporaryDirectory(prefix="readme_") as folder:
        shutil.copytree(ROOT / "test_data", Path(folder) / "test_data")
        for line, language, text in blocks(path):
            where = f"{path.name}:{line} ({language})"
            command = [*INTERPRETERS[language], text]
            done = subprocess.run(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=300
            )
            count += 1
            print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {where}")
            if done.returncode:
                failed.append(where)
                print((done.stdout + done.stderr).decode(errors="replace"))
    return count, failed


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--rae", required=True, help="the rae binary")
    ap.add_argument("files", nargs="+", type=Path)
    options = ap.parse_args()
    folders = [os.path.dirname(os.path.abspath(options.rae)), os.path.dirname(sys.executable), os.environ["PATH"]]
    environment = os.environ | {"PATH": os.pathsep.join(folders)}
    results = [run_file(path, environment) for path in options.files]
    count, failed = sum(r[0] for r in results), sum(len(r[1]) for r in results)
    print(f"{count - failed} of {count} blocks ran")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
