"""Which SoundFonts to play."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeGuard

from ._errors import SettingsError

StrPath = str | os.PathLike[str]

SoundFont = StrPath | Sequence[StrPath | tuple[StrPath, int]] | None
"""A path; ``"builtin"``; None for the first that is found; or several of these in a list, where each lies on top of
those before it: the last that has a preset plays it. ``(path, offset)`` adds the offset, 0 to 127, to the banks of a
file, except its drum kits (bank 128)."""

_MAX_OFFSET = 127


def bank_names(soundfont: SoundFont) -> list[tuple[str, int]]:
    """Paths and offsets, none for None."""
    if soundfont is None:
        return []
    if isinstance(soundfont, str | os.PathLike):
        return [(os.fspath(soundfont), 0)]
    if _is_moved(soundfont):
        raise TypeError(f"soundfont: {soundfont!r} is one bank with its offset; write [{soundfont!r}]")
    if not isinstance(soundfont, Sequence):
        raise TypeError(f"soundfont: expected a path, 'builtin' or a list of these, not {soundfont!r}")
    names = [_bank_name(bank) for bank in soundfont]
    if not names:
        raise SettingsError("soundfont: the list is empty; name a SoundFont, or give None for the first that is found")
    return names


def _is_moved(bank: object) -> TypeGuard[tuple[StrPath, int]]:
    return (
        isinstance(bank, tuple)
        and len(bank) == 2
        and isinstance(bank[0], str | os.PathLike)
        and isinstance(bank[1], int)
    )


def _bank_name(bank: object) -> tuple[str, int]:
    if isinstance(bank, str | os.PathLike):
        return os.fspath(bank), 0
    if not _is_moved(bank):
        raise TypeError(f"soundfont: expected a path or (path, offset) in the list, not {bank!r}")
    path, offset = bank
    if not 0 <= offset <= _MAX_OFFSET:
        raise SettingsError(f"soundfont: the offset of {os.fspath(path)} is {offset}; choose 0 to {_MAX_OFFSET}")
    return os.fspath(path), offset
