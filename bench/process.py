"""Runs a program to its end, or to its first second of sound, and measures it."""

import os
import shlex
import struct
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.01
FIRST_SECOND_BYTES = 44 + 44_100 * 8


@dataclass
class Usage:
    """CPU and wall seconds; memory in MiB, 0 where /proc does not tell it"""

    cpu: float
    wall: float
    resident: float = 0.0
    private: float = 0.0


class MemoryWatch(threading.Thread):
    """
    polls the highest resident memory and the highest anonymous memory of a process

    The ru_maxrss of wait4 will not do: a child inherits the peak of its parent, this program.
    """

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.status = Path(f"/proc/{pid}/status")
        self.resident = self.private = 0.0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(POLL_SECONDS):
            try:
                fields = dict(line.split(":", 1) for line in self.status.read_text().splitlines())
            except OSError:
                return
            self.resident = max(self.resident, mebibytes(fields.get("VmHWM")))
            self.private = max(self.private, mebibytes(fields.get("RssAnon")))


def mebibytes(field):
    return int(field.split()[0]) / 1024 if field else 0.0


def start(command, environment, output):
    return subprocess.Popen(
        command,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
    )


def run(command, environment, watch_memory=True, expected=0):
    """runs a command that is to end with this code"""
    began = time.perf_counter()
    process = start(command, environment, subprocess.DEVNULL)
    watch = MemoryWatch(process.pid)
    if watch_memory:
        watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    watch.over.set()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != expected:
        raise SystemExit(f"bench: {shlex.join(command)} ended with {process.returncode}")
    return Usage(usage.ru_utime + usage.ru_stime, wall, watch.resident, watch.private)


def seconds_to_first_second(command, environment):
    """wall time until one second of audio has come out of a pipe"""
    began = time.perf_counter()
    with start(command, environment, subprocess.PIPE) as process:
        data = process.stdout.read(FIRST_SECOND_BYTES)
        wall = time.perf_counter() - began
        process.kill()
    if len(data) < FIRST_SECOND_BYTES:
        raise SystemExit(f"bench: {shlex.join(command)} ended before its first second")
    return wall


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
