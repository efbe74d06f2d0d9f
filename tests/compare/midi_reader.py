"""Reads what a comparison needs from a Standard MIDI File: its messages in seconds, and which notes sound when."""

from dataclasses import dataclass
from pathlib import Path

TEMPO, END = 0x51, 0x2F  # kinds of meta events


@dataclass
class Note:
    """One sounding note; times in seconds, `end` includes the sustain pedal."""

    channel: int
    program: int
    key: int
    velocity: int
    start: float
    end: float


def _varlen(data, pos):
    value = 0
    while True:
        byte = data[pos]
        pos += 1
        value = value << 7 | byte & 127
        if byte < 128:
            return value, pos


def _track_events(data):
    """(tick, status, payload) of one track; of meta events, with their kind before the payload, tempo and end alone"""
    tick, pos, status = 0, 0, 0
    while pos < len(data):
        delta, pos = _varlen(data, pos)
        tick += delta
        if data[pos] & 128:
            status = data[pos]
            pos += 1
        if status == 0xFF:
            kind = data[pos]
            length, pos = _varlen(data, pos + 1)
            if kind in (TEMPO, END):
                yield tick, status, bytes([kind]) + data[pos : pos + length]
        elif status in (0xF0, 0xF7):
            length, pos = _varlen(data, pos)
            yield tick, status, data[pos : pos + length]
        else:
            length = 1 if status & 0xF0 in (0xC0, 0xD0) else 2
            yield tick, status, data[pos : pos + length]
        pos += length


def read_events(path):
    """((seconds, status, payload) of every message of all tracks in time order, seconds of the end)"""
    data = Path(path).read_bytes()
    if data[:4] != b"MThd":
        raise ValueError(f"{path}: not a Standard MIDI File")
    division = int.from_bytes(data[12:14], "big")
    pos, events = 8 + int.from_bytes(data[4:8], "big"), []
    while pos + 8 <= len(data):
        length = int.from_bytes(data[pos + 4 : pos + 8], "big")
        if data[pos : pos + 4] == b"MTrk":
            events += _track_events(data[pos + 8 : pos + 8 + length])
        pos += 8 + length
    events.sort(key=lambda e: e[0])
    smpte = division & 0x8000
    per_tick = 1 / ((256 - (division >> 8)) * (division & 255)) if smpte else 0.5 / division
    messages, seconds, last = [], 0.0, 0
    for tick, status, payload in events:
        seconds += (tick - last) * per_tick
        last = tick
        if status != 0xFF:
            messages.append((seconds, status, payload))
        elif payload[0] == TEMPO and not smpte:
            per_tick = int.from_bytes(payload[1:], "big") * 1e-6 / division
    return messages, seconds


def read_notes(path):
    """every note of a file, in order of its start"""
    notes, sounding, held = [], {}, {}
    program, pedal = [0] * 16, [False] * 16
    events, end = read_events(path)
    for now, status, payload in events:
        kind, channel = status & 0xF0, status & 15
        if kind == 0xC0:
            program[channel] = payload[0]
        elif kind == 0xB0 and payload[0] == 64:
            pedal[channel] = payload[1] >= 64
            if not pedal[channel]:
                for note in held.pop(channel, []):
                    note.end = now
        elif kind in (0x80, 0x90):
            key = payload[0]
            for note in sounding.pop((channel, key), []):
                note.end = now
                if pedal[channel]:
                    held.setdefault(channel, []).append(note)
            if kind == 0x90 and payload[1]:
                notes.append(Note(channel, program[channel], key, payload[1], now, float("inf")))
                sounding[channel, key] = [notes[-1]]
    for note in notes:
        note.end = min(note.end, end)
    return notes


def sounding_between(notes, start, end, release=0.5):
    """one line: channels, programs and keys heard in a stretch of time; `*` marks a note that begins in it"""
    heard = {}
    for n in notes:
        if n.start < end and n.end + release > start:
            fresh = "*" if n.start >= start else ""
            heard.setdefault((n.channel, n.program), []).append(f"{fresh}{n.key}")
    parts = []
    for (channel, program), keys in sorted(heard.items()):
        name = "drums" if channel == 9 else f"program {program}"
        parts.append(f"ch {channel + 1} {name}: {' '.join(dict.fromkeys(keys))}")
    return "; ".join(parts) or "nothing"
