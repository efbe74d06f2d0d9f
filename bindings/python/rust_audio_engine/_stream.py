"""Renders that are pulled block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from . import _core
from ._results import RenderReport

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Stream(Iterator["NDArray[np.float32]"]):
    """A render in progress, from :func:`stream`: iterate for its blocks. Memory does not grow with the song's length.

    Use it in a ``with`` statement or call :meth:`close` to end its threads at once. Threads may share it; a process
    forked later may not.
    """

    def __init__(
        self,
        core: _core.Stream,
        progress: Callable[[float], object] | None,
        tell: Callable[[RenderReport], None],
    ) -> None:
        self._core = core
        self._progress = progress
        self._tell: Callable[[RenderReport], None] | None = tell

    def __next__(self) -> NDArray[np.float32]:
        block = self._core.read()
        if self._progress is not None:
            self._progress(self._core.share)
        if block is None:
            self._tell_once()
            raise StopIteration
        return block

    def seek(self, seconds: float) -> None:
        """Go on at this time, forwards or backwards; beyond the end of the song is its end.

        The time is that of :attr:`position`. Programs, controllers and pedals stand as the song leaves them there.
        Notes that began before do not sound, and the effects begin silent; what is skipped is not rendered. The option
        ``start`` is the exact alternative.
        """
        self._core.seek(seconds)

    @property
    def position(self) -> float:
        """Time of the next frame from the start of the song, in seconds of the result: ``tempo`` is counted in."""
        return self._core.position

    @property
    def sample_rate(self) -> int:
        """Frames per second."""
        return self._core.sample_rate

    @property
    def report(self) -> RenderReport:
        """What was made so far, all frames that were read; complete at the end, and still there after closing."""
        return self._core.report

    def close(self) -> None:
        """End the threads and give up the memory. Blocks stay as they are; closing again does nothing."""
        self._core.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _tell_once(self) -> None:
        """At the first end only, as one may seek back from it."""
        if self._tell is not None:
            tell, self._tell = self._tell, None
            tell(self.report)
