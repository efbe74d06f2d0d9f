"""Count-in, click, bars, loops, stems and timelines."""

import wave
from pathlib import Path

import numpy as np
import pytest
import rust_audio_engine as rae

DRY = {"reverb": False, "sends": False, "tail": "none"}


def test_a_click_and_a_count_in_are_on_the_beat(song: Path) -> None:
    """The song is 1 s at 120 quarters a minute; a bar of 4/4 before it lasts 2 s."""
    click = rae.render(song, "builtin", mute=[1], count_in=1, click=True, click_level_db=-20.0, **DRY)  # type: ignore[arg-type]
    assert click.shape == (2, 3 * 44100)
    loud = np.flatnonzero(np.abs(click[0]) > 1e-6)
    onsets = loud[np.flatnonzero(np.diff(loud, prepend=-1000) > 500)]
    assert onsets.tolist() == [22050 * n for n in range(6)]
    assert 20 * np.log10(click.max()) == pytest.approx(-20, abs=0.01)


def test_bars_and_loops(song: Path) -> None:
    def frames(**options: object) -> int:
        return len(rae.render(song, "builtin", **DRY, **options)[0])  # type: ignore[arg-type]

    assert frames(bars=1, loop=3) == frames(bars="1-1", loop=3) == frames(bars="1-", loop=3) == 3 * 44100
    assert frames(start=0.5, loop=4) == 2 * 44100
    assert frames(loop="inf", max_duration=2.5) == 2.5 * 44100
    with pytest.raises(rae.SettingsError, match="the song has 1"):
        frames(bars=2)
    for wrong in ({"bars": "x"}, {"loop": 0}, {"loop": "often"}, {"count_in": 65}, {"click_level_db": 1.0}):
        with pytest.raises(rae.SettingsError):
            frames(**wrong)


def test_stems_add_up_to_the_mix(song: Path, tmp_path: Path) -> None:
    options = {**DRY, "click": True}
    mix = rae.render(song, "builtin", **options)  # type: ignore[arg-type]
    stems = rae.render_stems(song, "builtin", **options)  # type: ignore[arg-type]
    assert len(stems) == 2 and list(stems)[0].startswith("01 ") and list(stems)[1] == "click"
    assert np.abs(sum(stems.values()) - mix).max() <= 1e-6
    files = rae.synthesize_stems(song, tmp_path / "stems", "builtin", by="track", **options)  # type: ignore[arg-type]
    for path in files.values():
        with wave.open(str(path)) as audio:
            assert audio.getnframes() == mix.shape[1]
    with pytest.raises(rae.OutputExistsError):
        rae.synthesize_stems(song, tmp_path / "stems", "builtin", overwrite=False)
    with pytest.raises(rae.SettingsError, match="channel or track"):
        rae.render_stems(song, "builtin", by="voice")  # type: ignore[arg-type]


def test_a_timeline_is_told_without_a_soundfont(song: Path) -> None:
    told = rae.timeline(song, tempo=2.0, count_in=1, transpose=1)
    assert told["music_start"] == 1.0 and told["duration"] == 1.5
    assert [beat["seconds"] for beat in told["beats"]] == [0.25 * n for n in range(6)]
    assert [(note["seconds"], note["pitch"]) for note in told["notes"]] == [(1.0, 61), (1.25, 68)]
    with pytest.raises(rae.MissingFileError):
        rae.timeline("missing.mid")
