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
    "symphonia", "symphonia-bundle-flac", "symphonia-bundle-mp3", "symphonia-codec-aac",
    "symphonia-codec-alac", "symphonia-codec-pcm", "symphonia-codec-vorbis", "symphonia-common", "symphonia-core",
    "symphonia-format-caf", "symphonia-format-isomp4", "symphonia-format-mkv", "symphonia-format-ogg",
    "symphonia-format-riff", "symphonia-metadata",
}  # fmt: skip
# LAME: only where the feature `mp3` is on, which is so by default in what is shipped, but in no library crate.
LAME = {"mp3lame-encoder", "mp3lame-sys"}
SHIPPED = {"rae-cli", "rust-audio-engine-python"}


def permissive(expression):
    """whether an SPDX expression (older crates write `/` for OR) can be met with permissive licences alone"""
    text = re.sub(r"\s+WITH\s+[\w.-]+", "", expression or "").replace("/", " OR ")
    tokens = re.findall(r"[()]|[\w.+-]+", text)
    python = " ".join(t if t in "()" else t.lower() if t in ("AND", "OR") else str(t in PERMISSIVE) for t in tokens)
    # Only parentheses, and, or, True and False are left.
    return bool(tokens) and bool(eval(python))


def metadata(features):
    command = ["cargo", "metadata", "--format-version", "1", *features]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def with_lame():
    """what has LAME although it should not: builds without features, library crates by default"""
    bare = metadata(["--no-default-features"])
    used = {n["id"] for n in bare["resolve"]["nodes"]}
    yield from (
        f"{p['name']} in a build without features" for p in bare["packages"] if p["id"] in used and p["name"] in LAME
    )
    for package in bare["packages"]:
        default = package["features"].get("default", [])
        if package["id"] in bare["workspace_members"] and package["name"] not in SHIPPED and "mp3" in str(default):
            yield f"{package['name']} has mp3 by default"


def main():
    data = metadata(["--all-features"])
    foreign = {p["id"]: p for p in data["packages"] if p["source"]}
    unchanged = {i for i, p in foreign.items() if p["name"] in UNCHANGED and p["license"] == "MPL-2.0"}
    lame = {i for i, p in foreign.items() if p["name"] in LAME and p["license"] == "LGPL-3.0"}
    bad = [
        f"{p['name']} {p['version']}: {p['license']}"
        for i, p in foreign.items()
        if i not in unchanged | lame and not permissive(p["license"])
    ]
    bad += with_lame()
    for what in bad:
        print(f"not permissive: {what}")
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
