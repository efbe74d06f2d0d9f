"""The Rust module. Its names are private: use the package."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

from ._results import RenderReport

__all__ = ["Engine", "Stream", "WavBuffer", "__version__", "examine", "resolve_soundfont"]

__version__: str

def examine() -> str: ...
def resolve_soundfont(soundfont: Sequence[tuple[str, int]], /) -> list[tuple[str, int]]: ...

@final
class Engine:
    def __new__(cls, soundfont: Sequence[tuple[str, int]], *, copy: bool = False) -> Engine: ...
    @property
    def soundfont(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def warnings(self) -> list[str]: ...
    def render_file(
        self,
        midi_path: str,
        output_path: str,
        options: Mapping[str, Any],
        progress: Callable[[float], object] | None = None,
    ) -> RenderReport: ...
    def render_batch(
        self,
        midi_paths: list[str],
        output_dir: str,
        options: Mapping[str, Any],
        progress: Callable[[float], object] | None = None,
    ) -> list[tuple[str, RenderReport | None, Exception | None]]: ...
    def render_wav(
        self,
        midi_path: str,
        options: Mapping[str, Any],
        progress: Callable[[float], object] | None = None,
    ) -> WavBuffer: ...
    def render_array(
        self,
        midi_path: str,
        options: Mapping[str, Any],
        progress: Callable[[float], object] | None = None,
    ) -> tuple[NDArray[np.float32], RenderReport]: ...
    def stream(
        self,
        midi_path: str,
        options: Mapping[str, Any],
        progress: Callable[[float], object] | None = None,
    ) -> Stream: ...

@final
class Stream:
    def read(self) -> NDArray[np.float32] | None: ...
    def seek(self, seconds: float) -> None: ...
    @property
    def position(self) -> float: ...
    @property
    def share(self) -> float: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def report(self) -> RenderReport: ...
    def close(self) -> None: ...

@final
class WavBuffer(Buffer):
    @property
    def duration(self) -> float: ...
    @property
    def report(self) -> RenderReport: ...
    def __len__(self) -> int: ...
