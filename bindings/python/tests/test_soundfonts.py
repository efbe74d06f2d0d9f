"""Several SoundFonts at once."""

from pathlib import Path

import pytest
import rust_audio_engine as rae


def test_the_last_of_several_plays(song: Path) -> None:
    def sound(soundfont: rae.SoundFont) -> bytes:
        return bytes(rae.synthesize_midi_zerocopy(song, soundfont, tail="none"))

    builtin = sound("builtin")
    assert sound(["builtin"]) == builtin
    assert sound(["builtin", "builtin"]) == builtin
    # Moved away, the upper bank leaves the song to the lower one; alone, it has nothing for it.
    with pytest.warns(rae.AudioEngineWarning, match="no preset 0:0"):
        moved = sound([("builtin", 1)])
    assert not any(moved[1000:]) and any(builtin[1000:])
    assert sound([("builtin", 1), "builtin"]) == builtin
    assert rae.Engine(["builtin", ("builtin", 3)]).soundfont == "builtin + builtin@3"


def test_lists_of_soundfonts_are_checked(tmp_path: Path) -> None:
    missing = tmp_path / "missing.sf2"
    with pytest.raises(rae.MissingFileError) as caught:
        rae.Engine(["builtin", missing])
    assert caught.value.filename == str(missing)
    with pytest.raises(rae.SettingsError, match="offset of builtin is 128; choose 0 to 127"):
        rae.Engine([("builtin", 128)])
    with pytest.raises(rae.SettingsError, match="the list is empty"):
        rae.Engine([])
