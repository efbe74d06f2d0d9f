"""The Rust module. Its names are private: use the package."""

from collections.abc import Callable, Mapping
from typing import Any, final

__all__ = ["Engine", "__version__", "soundfont_path"]

__version__: str

def soundfont_path(soundfont: str | None, /) -> str: ...

@final
class Engine:
    def __new__(cls, soundfont: str | None = None, *, copy: bool = False) -> Engine: ...
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
    ) -> dict[str, Any]: ...
