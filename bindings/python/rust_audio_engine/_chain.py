"""Chains of effects as values, and at work on blocks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from . import _core
from ._sound import core_samples
from ._soundfont import StrPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Chain:
    """Effects that sound passes one after the other; ``docs/chains.md`` tells of each, and
    ``schemas/chain.schema.json`` describes them for programs.

    >>> chain = Chain([{"type": "gain", "gain_db": -6}, {"type": "true_peak_limiter"}])
    >>> [effect["type"] for effect in chain.effects]
    ['gain', 'true_peak_limiter']

    What is misspelt or missing raises :class:`SettingsError`; parameters out of range do so where the chain is used,
    since some ranges depend on the sample rate.
    """

    def __init__(self, effects: Iterable[Mapping[str, Any]] = (), description: str = "") -> None:
        try:
            text = json.dumps({"description": description, "effects": [dict(effect) for effect in effects]})
        except (TypeError, ValueError) as error:
            raise TypeError(f"effects: expected dictionaries such as {{'type': 'gain'}}: {error}") from None
        self._json = _core.chain_from_text(text, json=True)

    @classmethod
    def _of(cls, text: str) -> Self:
        chain = cls.__new__(cls)
        chain._json = text
        return chain

    @classmethod
    def preset(cls, name: str) -> Self:
        """The chain of a preset; :func:`presets` names them."""
        return cls._of(_core.chain_from_preset(name))

    @classmethod
    def read(cls, path: StrPath) -> Self:
        """Read a TOML file, or JSON where the name ends so."""
        return cls._of(_core.chain_from_file(os.fspath(path)))

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read TOML text."""
        return cls._of(_core.chain_from_text(text, json=False))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read JSON text."""
        return cls._of(_core.chain_from_text(text, json=True))

    @classmethod
    def from_dict(cls, chain: Mapping[str, Any]) -> Self:
        """From ``{"description": …, "effects": […]}``, as :meth:`to_dict` gives it."""
        return cls._of(_core.chain_from_text(json.dumps(dict(chain)), json=True))

    def to_toml(self) -> str:
        """The chain as TOML, with everything that was left out."""
        return _core.chain_to_toml(self._json)

    def to_json(self) -> str:
        """The chain as JSON, with everything that was left out."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The chain as a dictionary, with everything that was left out."""
        chain: dict[str, Any] = json.loads(self._json)
        return chain

    @property
    def description(self) -> str:
        """What the chain is for."""
        return str(self.to_dict().get("description", ""))

    @property
    def effects(self) -> list[dict[str, Any]]:
        """A dictionary for each effect; changing them changes nothing here."""
        effects: list[dict[str, Any]] = self.to_dict()["effects"]
        return effects

    def with_impulse_response(self, path: StrPath, wet: float = 0.3) -> Self:
        """The chain with a reverb by this impulse response, an audio file, behind its effects but before a limiter at
        its end. ``wet`` is the reverb's share, 0 to 1."""
        return self._of(_core.chain_with_response(self._json, os.fspath(path), float(wet)))

    def prepare(self, sample_rate: int, channels: int = 2, sidechain_channels: int = 0) -> Processor:
        """Make the chain ready for blocks of sound, and of a sidechain if effects listen to one."""
        return Processor(self, sample_rate, channels, sidechain_channels)

    def __add__(self, other: Chain) -> Chain:
        """The effects of this chain, then those of the other one."""
        if not isinstance(other, Chain):
            return NotImplemented
        return Chain([*self.effects, *other.effects], self.description)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Chain) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    def __repr__(self) -> str:
        return f"<Chain {[effect['type'] for effect in self.effects]}>"


ChainSource = Chain | StrPath | Mapping[str, Any] | Iterable[Mapping[str, Any]]
"""A chain, its TOML or JSON file, a dictionary as :meth:`Chain.to_dict` gives it, or a list of effects."""


class Processor:
    """A chain at work on a stream of blocks, from :meth:`Chain.prepare`. The samples do not depend on how the stream is
    cut into blocks. Threads may share it, one block at a time.
    """

    def __init__(self, chain: ChainSource, sample_rate: int, channels: int = 2, sidechain_channels: int = 0) -> None:
        self._core = _core.Processor(_json_of(chain), sample_rate, channels, sidechain_channels)

    def process(
        self, block: NDArray[np.floating], sidechain: NDArray[np.floating] | None = None
    ) -> NDArray[np.float32]:
        """The next block, of any length: shape (channels, frames), or (frames,) for one channel. What comes out is as
        long and lies :attr:`latency` frames behind. ``sidechain`` is what belongs to the same frames; without it the
        sidechain is silent."""
        import numpy as np

        said = None if sidechain is None else core_samples(sidechain, "sidechain")
        output = self._core.process(core_samples(block, "block"), said)
        return output if np.ndim(block) == 2 else output[0]

    def flush(self) -> NDArray[np.float32]:
        """What is still to come after the last block: :attr:`latency` + :attr:`tail` frames, shape (channels, frames).
        Then :meth:`reset` begins anew."""
        import numpy as np

        return self._core.process(np.zeros((self.channels, self.latency + self.tail), np.float32))

    def update(self, chain: ChainSource) -> None:
        """Move to new parameters within 20 ms, without a click. Number, order and types of the effects have to stay,
        and so does the latency. Blocks that other threads process meanwhile do not wait for it."""
        self._core.update(_json_of(chain))

    def reset(self) -> None:
        """Back to the state before the first block."""
        self._core.reset()

    @property
    def latency(self) -> int:
        """Frames by which the output lies behind the input."""
        return self._core.latency

    @property
    def tail(self) -> int:
        """Frames by which the output, latency apart, outlasts the input: until what rings is 100 dB down."""
        return self._core.tail

    @property
    def sample_rate(self) -> int:
        """Frames per second."""
        return self._core.sample_rate

    @property
    def channels(self) -> int:
        """Channels of every block."""
        return self._core.channels

    @property
    def sidechain_channels(self) -> int:
        """Channels of the sidechain; 0 where there is none."""
        return self._core.sidechain_channels

    def reductions(self) -> dict[str, float]:
        """How far effects turned down at most since this was last called, in dB by their places such as
        ``"effects[1].bands[0]"``."""
        return dict(self._core.reductions())


def presets() -> dict[str, str]:
    """The names of the presets, each with what it is for."""
    return dict(_core.presets())


def chain_json(
    chain: ChainSource | None, preset: str | None, ir: StrPath | None = None, wet: float | None = None
) -> str | None:
    """The JSON of a chain or a preset, of which there can be one, with the reverb of an impulse response."""
    if chain is not None and preset is not None:
        raise TypeError("chain and preset both choose effects; use one of them")
    if wet is not None and ir is None:
        raise TypeError("wet is the share of the impulse response's reverb; name one with ir")
    made = _core.chain_from_preset(preset) if preset is not None else None if chain is None else _json_of(chain)
    if ir is None:
        return made
    return _core.chain_with_response(made or Chain().to_json(), os.fspath(ir), 0.3 if wet is None else float(wet))


def _json_of(chain: ChainSource) -> str:
    if isinstance(chain, Chain):
        return chain.to_json()
    if isinstance(chain, str | os.PathLike):
        return _core.chain_from_file(os.fspath(Path(chain)))
    if isinstance(chain, Mapping):
        return Chain.from_dict(chain).to_json()
    return Chain(chain).to_json()
