"""Which song to render."""

from __future__ import annotations

import os
from typing import TypeAlias

from . import _core
from ._midi import MidiFile
from ._soundfont import StrPath

MidiSource: TypeAlias = StrPath | bytes | MidiFile
"""The path of a MIDI file, its bytes, or a :class:`MidiFile`."""


def core_song(song: MidiSource) -> str | bytes | _core.Midi:
    """The song as the Rust module takes it."""
    if isinstance(song, bytes):
        return song
    core = getattr(song, "_core", None)
    if isinstance(core, _core.Midi):
        return core
    return os.fsdecode(song)  # type: ignore[arg-type]


def song_name(song: MidiSource) -> str:
    """The song in a line of the log."""
    core = core_song(song)
    return core if isinstance(core, str) else "a song in memory"
