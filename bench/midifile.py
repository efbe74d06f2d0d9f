"""Writes standard MIDI files, format 1."""

import struct
from pathlib import Path

TICKS_PER_QUARTER = 960
MICROSECONDS_PER_QUARTER = 500_000
TICKS_PER_SECOND = TICKS_PER_QUARTER * 1_000_000 // MICROSECONDS_PER_QUARTER

EMPTY = (
    b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS_PER_QUARTER) + b"MTrk" + struct.pack(">I", 4) + b"\x00\xff\x2f\x00"
)


def ticks(seconds):
    return round(seconds * TICKS_PER_SECOND)


def variable_length(number):
    octets = [number & 127]
    while number := number >> 7:
        octets.append(128 | (number & 127))
    return bytes(reversed(octets))


def chunk(name, data):
    return name + struct.pack(">I", len(data)) + data


def track(events, running_status=False):
    """events: (tick, rank, message); at one tick, lower ranks come first"""
    data = bytearray()
    now, status = 0, None
    for tick, _, message in sorted(events):
        repeats = running_status and message[0] == status
        data += variable_length(tick - now) + message[repeats:]
        now, status = tick, message[0] if message[0] < 0xF0 else None
    return chunk(b"MTrk", bytes(data) + b"\x00\xff\x2f\x00")


def write(path, tracks, running_status=False):
    """tracks: lists of events, see `track`; the tempo is fixed"""
    tempo = [(0, 0, b"\xff\x51\x03" + MICROSECONDS_PER_QUARTER.to_bytes(3, "big"))]
    header = chunk(b"MThd", struct.pack(">HHH", 1, len(tracks) + 1, TICKS_PER_QUARTER))
    Path(path).write_bytes(header + b"".join(track(events, running_status) for events in [tempo, *tracks]))
