"""Several SoundFonts at once."""

import struct
from pathlib import Path

import numpy as np
import pytest
import rust_audio_engine as rae
from numpy.typing import NDArray


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
    for wrong, says in [
        (("builtin", 8), r"one bank with its offset; write \[\('builtin', 8\)\]"),
        (5, "soundfont: expected a path, 'builtin' or a list"),
        (b"builtin", "soundfont: expected a path or \\(path, offset\\) in the list, not 98"),
        ([("builtin", "8")], "not \\('builtin', '8'\\)"),
        ([("builtin", 8, 9)], "not \\('builtin', 8, 9\\)"),
        ([["builtin", 8]], "not \\['builtin', 8\\]"),
    ]:
        with pytest.raises(TypeError, match=says):
            rae.Engine(wrong)  # type: ignore[arg-type]


def test_a_song_brings_its_bank(song: Path, tmp_path: Path) -> None:
    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)

    bank = (Path(__file__).parents[3] / "fuzz/seeds/soundfont/smallest.sf2").read_bytes()
    offset = chunk(b"LIST", b"INFO" + chunk(b"DBNK", b"\0\0"))
    own = tmp_path / "own.rmi"
    own.write_bytes(chunk(b"RIFF", b"RMID" + chunk(b"data", song.read_bytes()) + offset + bank))
    plain = rae.render(song, "builtin", tail="none")

    def stream(embedded_bank: bool) -> NDArray[np.float32]:
        return np.concatenate(list(rae.stream(own, "builtin", tail="none", embedded_bank=embedded_bank)), axis=1)

    heard = rae.render(own, "builtin", tail="none")
    assert heard.shape == plain.shape and not np.array_equal(heard, plain)
    assert np.array_equal(stream(embedded_bank=True), heard)
    for ignored in (stream(embedded_bank=False), rae.render(own, "builtin", tail="none", embedded_bank=False)):
        assert np.array_equal(ignored, plain)
    report = rae.Engine("builtin").synthesize(own, tmp_path / "own.wav")
    assert report.soundfont.startswith(f"builtin + {own} (bank at byte ")
