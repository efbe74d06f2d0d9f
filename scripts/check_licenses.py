#!/usr/bin/env python3
"""
check_licenses.py - every dependency must be permissively licensed, every direct one listed in THIRD_PARTY.md.

Rows that are missing are printed ready to be pasted; what the dependency is for is written by hand.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-0",
    "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib",
}  # fmt: skip
# The MPL-2.0 binds changes to its own files alone. These are used as they are published.
UNCHANGED = {
    "symphonia", "symphonia-bundle-flac", "symphonia-bundle-mp3", "symphonia-codec-aac", "symphonia-codec-adpcm",
    "symphonia-codec-alac", "symphonia-codec-pcm", "symphonia-codec-vorbis", "symphonia-common", "symphonia-core",
    "symphonia-format-caf", "symphonia-format-isomp4", "symphonia-format-mkv", "symphonia-format-ogg",
    "symphonia-format-riff", "symphonia-metadata",
}  # fmt: skip


def permissive(expression):
    """whether an SPDX expression (older crates write `/` for OR) can be met with permissive licences alone"""
    text = re.sub(r"\s+WITH\s+[\w.-]+", "", expression or "").replace("/", " OR ")
    tokens = re.findall(r"[()]|[\w.+-]+", text)
    python = " ".join(t if t in "()" else t.lower() if t in ("AND", "OR") else str(t in PERMISSIVE) for t in tokens)
    # Only parentheses, and, or, True and False are left.
    return bool(tokens) and bool(eval(python))


def metadata():
    command = ["cargo", "metadata", "--format-version", "1", "--all-features"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def main():
    data = metadata()
    foreign = {p["id"]: p for p in data["packages"] if p["source"]}
    unchanged = {i for i, p in foreign.items() if p["name"] in UNCHANGED and p["license"] == "MPL-2.0"}
    bad = [p for i, p in foreign.items() if i not in unchanged and not permissive(p["license"])]
    for p in bad:
        print(f"not permissive: {p['name']} {p['version']}: {p['license']}")
    own = [n for n in data["resolve"]["nodes"] if n["id"] in data["workspace_members"]]
    direct = {d["pkg"] for n in own for d in n["deps"] if d["pkg"] in foreign}
    listed = (ROOT / "THIRD_PARTY.md").read_text()
    rows = {f"| {foreign[i]['name']} | {foreign[i]['license']} |" for i in direct}
    missing = sorted(row for row in rows if row not in listed)
    for row in missing:
        print(f"not in THIRD_PARTY.md: {row} what for |")
    print(f"{len(foreign)} dependencies, {len(direct)} of them direct")
    return 1 if bad or missing else 0


if __name__ == "__main__":
    sys.exit(main())
