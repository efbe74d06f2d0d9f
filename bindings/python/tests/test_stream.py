"""Renders that are pulled block by block."""

import gc
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rust_audio_engine as rae


@pytest.mark.parametrize("block_frames", [1000, 4096, 1 << 20])
def test_the_blocks_are_the_render(song: Path, block_frames: int) -> None:
    whole = rae.render(song, "builtin", 32000, gain_db=6, transpose=-3)
    with rae.stream(song, "builtin", 32000, block_frames=block_frames, gain_db=6, transpose=-3) as stream:
        assert stream.sample_rate == 32000
        blocks = list(stream)
        assert stream.report.frames == whole.shape[1]
    assert all(block.shape == (2, block_frames) for block in blocks[:-1])
    assert 0 < blocks[-1].shape[1] <= block_frames
    assert np.array_equal(np.concatenate(blocks, axis=1), whole)


def test_blocks_own_their_memory(song: Path) -> None:
    stream = rae.stream(song, "builtin")
    first, second = next(stream), next(stream)
    assert first.dtype == np.float32 and first.flags.c_contiguous and first.flags.writeable
    assert not np.shares_memory(first, second)
    copy = first.copy()
    stream.close()
    del stream, second
    gc.collect()
    assert np.array_equal(first, copy)


def test_seeking_back_gives_the_same_samples(song: Path) -> None:
    with rae.stream(song, "builtin", 48000, block_frames=12000) as stream:
        whole = np.concatenate(list(stream), axis=1)
        assert stream.position == pytest.approx(whole.shape[1] / 48000)
        assert next(stream, None) is None
        stream.seek(0)
        assert stream.position == 0
        assert np.array_equal(next(stream), whole[:, :12000])
        assert stream.position == 0.25
        # The second note begins at half a second; of the first one nothing is heard.
        stream.seek(0.5)
        assert stream.position == 0.5
        once = np.concatenate(list(stream), axis=1)
        stream.seek(0.5)
        assert np.array_equal(once, np.concatenate(list(stream), axis=1))
        assert once.any() and once.shape[1] <= whole.shape[1] - 24000
        stream.seek(1e9)
        assert stream.position == pytest.approx(1.0)


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf")])
def test_times_that_are_none(song: Path, seconds: float) -> None:
    with rae.stream(song, "builtin") as stream, pytest.raises(rae.SettingsError, match="seconds"):
        stream.seek(seconds)


def test_a_closed_stream(song: Path) -> None:
    with rae.stream(song, "builtin", block_frames=100) as stream:
        next(stream)
    stream.close()
    assert stream.report.frames == 100
    assert stream.sample_rate == 44100
    for use in (
        lambda: next(stream),
        lambda: stream.seek(0),
        lambda: stream.position,
    ):
        with pytest.raises(rae.AudioEngineError, match="closed"):
            use()


def test_options_and_errors_are_those_of_files(song: Path, tmp_path: Path) -> None:
    with pytest.raises(rae.MissingFileError):
        rae.stream(tmp_path / "missing.mid", "builtin")
    with pytest.raises(rae.SettingsError, match="tempo"):
        rae.stream(song, "builtin", tempo=0.0)
    with pytest.raises(TypeError, match="volume"):
        rae.stream(song, "builtin", volume=11)  # type: ignore[call-arg]
    for frames in (0, -1, 2**20 + 1, 2**80):
        with pytest.raises(rae.SettingsError, match="block_frames"):
            rae.stream(song, "builtin", block_frames=frames)


def test_progress_ends_at_one(song: Path) -> None:
    shares: list[float] = []
    peak = 0.0
    for block in rae.stream(song, "builtin", normalize_db=-6, progress=shares.append):
        peak = max(peak, float(np.abs(block).max()))
    assert shares == sorted(shares) and shares[-1] == 1
    # Half of the work was done before the first block.
    assert any(0.5 < share < 1 for share in shares)
    assert peak == pytest.approx(10 ** (-6 / 20), rel=1e-4)


def test_progress_stops_the_pass_before(long_song: Path) -> None:
    def enough(share: float) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        rae.stream(long_song, "builtin", normalize_db=-1, progress=enough)


def test_each_warning_comes_once(song: Path) -> None:
    song.write_bytes(song.read_bytes()[:-4])
    with pytest.warns(rae.AudioEngineWarning) as caught:
        stream = rae.stream(song, "builtin", mute=[1])
    assert caught[0].filename == __file__
    with pytest.warns(rae.AudioEngineWarning, match="no note") as later:
        list(stream)
    assert [warning.filename for warning in later] == [__file__]
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(stream)
    assert {str(warning.message) for warning in [*caught, *later]} == set(stream.report.warnings)


def test_other_threads_run(long_song: Path, turns_during: Callable[[Callable[[], object]], int]) -> None:
    with rae.stream(long_song, "builtin", block_frames=1 << 20) as stream:
        assert turns_during(lambda: next(stream)) > 1000


def test_a_long_song_starts_at_once_anywhere(long_song: Path) -> None:
    with rae.stream(long_song, "builtin") as stream:
        next(stream)
        stream.seek(3600)
        assert next(stream).shape == (2, 4096)
        assert stream.report.frames == 2 * 4096


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_is_refused(song: Path) -> None:
    stream = rae.stream(song, "builtin", threads=2)
    next(stream)
    child = os.fork()
    if child == 0:
        outcome = 1
        try:
            next(stream)
        except rae.AudioEngineError as error:
            outcome = 0 if "forked" in str(error) else 2
            del error
        finally:
            # Neither the collector nor the end of the process may wait for threads that are not there.
            del stream
            gc.collect()
            os._exit(outcome)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert next(stream).any()


def test_numpy_is_named_if_it_is_missing(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ImportError, match="pip install numpy"):
        rae.stream(song, "builtin")
