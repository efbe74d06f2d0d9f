"""The config file, and what is told about banks."""

from pathlib import Path

import pytest
import rust_audio_engine as rae


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAE_SOUNDFONT", "RAE_SOUNDFONT_PATH", "RAE_SIMD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "rae.toml"
    monkeypatch.setenv("RAE_CONFIG", str(path))
    return path


def test_the_config_file_names_the_bank(config: Path, song: Path, tmp_path: Path) -> None:
    config.write_text("soundfont = 'builtin'")
    assert rae.Engine().soundfont == "builtin"
    config.write_text("soundfont = 'lost.sf2'")
    with pytest.raises(rae.MissingFileError, match="name a file that is there or 'builtin'") as missing:
        rae.synthesize_midi(song, tmp_path / "a.wav", None)
    assert missing.value.filename == str(tmp_path / "lost.sf2")
    config.write_text("soundfont = 'builtin'\nsound = 1")
    with pytest.raises(rae.SettingsError, match="line 2: the key 'sound' is unknown"):
        rae.Engine()


def test_doctor_tells_what_is_there(config: Path) -> None:
    config.write_text("soundfont = 'builtin'")
    found = rae.doctor()
    assert (found["version"], found["problems"]) == (rae.__version__, [])
    assert found["config"] == {"path": str(config), "is_read": True}
    bank = found["soundfont"]
    assert (bank["source"], bank["named_by"], bank["programs"]) == ("builtin", "config soundfont", 128)
    assert bank["is_general_midi"] is True
    assert found["self_test"]["duration"] >= 2
    config.write_text("soundfont = 1")
    (problem,) = rae.doctor()["problems"]
    assert "line 1" in problem
