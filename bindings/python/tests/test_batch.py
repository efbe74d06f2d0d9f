"""Many files at once."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import rust_audio_engine as rae
from rust_audio_engine import batch_synthesize_midi, synthesize_midi


@pytest.mark.parametrize("jobs", [None, 1, 2])
def test_a_batch_gives_single_renders_in_order(songs: list[Path], tmp_path: Path, jobs: int | None) -> None:
    results = batch_synthesize_midi(songs, tmp_path / "out", "builtin", 48000, jobs=jobs, gain_db=-6)
    assert [result.midi_path for result in results] == [str(song) for song in songs]
    for song, result in zip(songs, results, strict=True):
        seconds = synthesize_midi(song, tmp_path / "alone.wav", "builtin", 48000, gain_db=-6)
        assert os.fspath(result) == result.path == str(tmp_path / "out" / f"{song.stem}.wav")
        assert Path(result).read_bytes() == (tmp_path / "alone.wav").read_bytes()
        assert result.report is not None and result.error is None
        assert result.duration == seconds == result.report.duration
    assert len(list((tmp_path / "out").iterdir())) == 5


def test_what_fails_does_not_stop_the_rest(songs: list[Path], tmp_path: Path) -> None:
    songs[1].write_bytes(b"no song")
    songs[3].unlink()
    results = batch_synthesize_midi(map(str, songs), str(tmp_path / "out"), "builtin", jobs=2)
    assert [result.error is None for result in results] == [
        True,
        False,
        True,
        False,
        True,
    ]
    damaged, missing = results[1], results[3]
    assert isinstance(damaged.error, rae.MidiError) and songs[1].name in str(damaged.error)
    assert isinstance(missing.error, rae.MissingFileError) and missing.error.filename == str(songs[3])
    assert damaged.duration is None and damaged.report is None
    assert damaged.path == str(tmp_path / "out" / "3.wav") and not Path(damaged.path).exists()
    for _ in range(2):
        with pytest.raises(rae.MidiError):
            os.fspath(damaged)
        with pytest.raises(FileNotFoundError):
            open(missing)


def test_names_are_kept_apart_and_files_on_request(songs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "4.wav").write_bytes(b"precious")
    results = batch_synthesize_midi([songs[0], songs[1], songs[0]], out, "builtin", overwrite=False)
    assert isinstance(results[0].error, rae.OutputExistsError)
    assert (out / "4.wav").read_bytes() == b"precious"
    assert [Path(result.path).name for result in results] == [
        "4.wav",
        "3.wav",
        "4-2.wav",
    ]
    results = batch_synthesize_midi(songs[:1], out, "builtin")
    assert (out / "4.wav").read_bytes() == Path(out / "4-2.wav").read_bytes()
    song = tmp_path / "song.wav"
    song.write_bytes(songs[0].read_bytes())
    (result,) = batch_synthesize_midi([song], tmp_path, "builtin")
    assert isinstance(result.error, rae.OutputExistsError) and song.read_bytes() == songs[0].read_bytes()


def test_what_concerns_all_files_is_raised(songs: list[Path], tmp_path: Path) -> None:
    def batch(**options: object) -> None:
        batch_synthesize_midi(songs, tmp_path / "out", "builtin", **options)  # type: ignore[arg-type]

    for jobs in (0, -1, 1025):
        with pytest.raises(rae.SettingsError, match="choose 1 to 1024"):
            batch(jobs=jobs)
    with pytest.raises(rae.SettingsError, match="tempo"):
        batch(tempo=0.0)
    with pytest.raises(TypeError, match="volume"):
        batch(volume=11)
    with pytest.raises(TypeError, match="several paths"):
        batch_synthesize_midi(str(songs[0]), tmp_path / "out", "builtin")
    with pytest.raises(rae.MissingFileError):
        batch_synthesize_midi(songs, tmp_path / "out", tmp_path / "missing.sf2")
    assert not (tmp_path / "out").exists()
    with pytest.raises(rae.FileAccessError) as caught:
        batch_synthesize_midi(songs, songs[0], "builtin")
    assert caught.value.filename == str(songs[0])
    assert batch_synthesize_midi([], tmp_path / "out", "builtin") == []


def test_warnings_name_the_song(songs: list[Path], tmp_path: Path) -> None:
    songs[2].write_bytes(songs[2].read_bytes()[:-4])
    with pytest.warns(rae.AudioEngineWarning, match=songs[2].name) as caught:
        batch_synthesize_midi(songs, tmp_path / "out", "builtin")
    assert caught[0].filename == __file__


def test_progress_counts_files_and_its_exceptions_stop(songs: list[Path], long_song: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    batch_synthesize_midi(songs, tmp_path / "all", "builtin", jobs=2, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0

    def enough(share: float) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        batch_synthesize_midi([long_song] * 3, tmp_path / "some", "builtin", jobs=2, progress=enough)
    assert not (tmp_path / "some").exists()


def test_the_gil_is_released(
    long_song: Path, tmp_path: Path, turns_during: Callable[[Callable[[], object]], int]
) -> None:
    def batch() -> None:
        batch_synthesize_midi([long_song], tmp_path / "out", "builtin", end=300.0)

    assert turns_during(batch) > 100


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_a_batch(long_song: Path, tmp_path: Path, interrupt: Callable[..., bytes]) -> None:
    code = (
        "import sys, rust_audio_engine as rae\n"
        "tell = lambda share: print(share, flush=True)\n"
        "rae.Engine('builtin').synthesize_batch([sys.argv[1]] * 4, sys.argv[2], jobs=2, progress=tell)\n"
    )
    out = tmp_path / "out"
    assert b"KeyboardInterrupt" in interrupt(code, long_song, out)
    # Nor is the folder left that was made for them.
    assert not out.exists()
