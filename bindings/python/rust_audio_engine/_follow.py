"""Where in a piece a player is, while it is played."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, NamedTuple, Unpack

from . import _core
from ._assess import AssessmentOptions, prepared_options
from ._sound import core_samples

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ._soundfont import StrPath


class Position(NamedTuple):
    """Where a player is."""

    recording_s: float
    """Seconds of sound up to now."""
    score_s: float
    """Seconds of the piece, at its written tempo, that were reached."""
    bar: int
    beat: float | None
    """Of the bar, from 1, with its fraction: 2.5 is halfway to the third; None where the file knows no beats."""
    tempo: float
    """Played by written tempo."""
    confidence: float
    """Share of what was heard and expected lately that answers each other, 0 to 1."""
    playing: bool
    """Whether a note was heard in its place during the last three seconds."""


class FollowedNote(NamedTuple):
    """What became of an expected note so far; its place in the list is its ``expected_index``."""

    status: Literal["correct", "wrong_pitch", "missed"] | None
    """None while the player has not been there."""
    played_onset_s: float | None


class Follower:
    """Listens to a player and says where in the notes of a MIDI file that is.

    ``sample_rate`` is the sound's, 1000 to 1000000 Hz. Of :class:`AssessmentOptions` those count that say which notes
    are expected, and ``any_octave``. Raises :class:`MidiError`, :class:`MissingFileError`, :class:`SettingsError`.
    """

    def __init__(self, expected_midi: StrPath, sample_rate: int, **options: Unpack[AssessmentOptions]) -> None:
        self._core = _core.Follower(os.fspath(expected_midi), sample_rate, prepared_options(options))

    def push(self, samples: ArrayLike) -> None:
        """Take the next samples, ``(frames,)`` or ``(channels, frames)``, as many as there are; channels are mixed."""
        self._core.push(core_samples(samples, "samples"))

    @property
    def position(self) -> Position | None:
        """Where the player is; None until that is known."""
        place = self._core.position()
        return None if place is None else Position(*place)

    @property
    def verdicts(self) -> list[FollowedNote]:
        """What became of each expected note so far; :meth:`finish` decides about the last ones."""
        return [FollowedNote(*note) for note in self._core.verdicts()]

    def finish(self) -> list[FollowedNote]:
        """What became of each expected note, after half a second of silence, behind which later sound comes."""
        return [FollowedNote(*note) for note in self._core.finish()]
