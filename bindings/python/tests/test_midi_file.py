"""MidiFile: MIDI files as values."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rust_audio_engine import (
    AudioEngineWarning,
    Engine,
    MidiError,
    MidiFile,
    MidiNote,
    MissingFileError,
    OutputExistsError,
    SettingsError,
    render,
    synthesize_midi,
    timeline,
)


@pytest.fixture
def file(song: Path) -> MidiFile:
    """Keys 60 and 67 with velocity 100 at 0 and 0.5 s, 0.4 s each; 500 ticks are a quarter and half a second."""
    return MidiFile(song)


def onsets(file: MidiFile) -> list[tuple[int, int, int]]:
    return [(note.start_tick, note.key, note.velocity) for note in file.notes]


def test_what_is_in_a_file(file: MidiFile) -> None:
    assert (file.format, file.ticks_per_quarter, file.duration) == (0, 500, 1.0)
    assert file.notes == [MidiNote(1, 1, 60, 100, 0.0, 0.4, 0, 400), MidiNote(1, 1, 67, 100, 0.5, 0.9, 500, 900)]
    assert (file.track_names, file.tempos, file.time_signatures, file.markers) == ([None], [], [], [])
    assert (file.bars, file.titles) == (1, [])
    array = file.note_array()
    assert array.dtype.names == MidiNote._fields
    assert np.array_equal(array["start"], [0.0, 0.5])
    assert repr(file) == "<MidiFile: format 0, 1 track, 1.0 s>"


def test_files_are_written_and_read(file: MidiFile, tmp_path: Path) -> None:
    path = tmp_path / "new.mid"
    file.write(path)
    assert MidiFile(path) == file == MidiFile.from_bytes(file.to_bytes())
    assert file != file.transpose(1)
    assert file != "song.mid"
    with pytest.raises(OutputExistsError):
        file.write(path, overwrite=False)
    with pytest.raises(MissingFileError):
        MidiFile(tmp_path / "missing.mid")
    with pytest.raises(MidiError):
        MidiFile.from_bytes(b"words")
    with pytest.warns(AudioEngineWarning, match="within the track"):
        MidiFile.from_bytes(file.to_bytes()[:-4])


def test_songs_in_memory_are_rendered(song: Path, file: MidiFile, tmp_path: Path) -> None:
    engine = Engine("builtin")
    expected = engine.render(song)
    for source in (str(song), file, file.to_bytes()):
        assert np.array_equal(engine.render(source), expected)
        assert np.array_equal(render(source, "builtin"), expected)
        assert np.array_equal(np.concatenate(list(engine.stream(source)), axis=1), expected)
        assert len(timeline(source)["notes"]) == 2
        assert bytes(engine.synthesize_zerocopy(source)) == bytes(engine.synthesize_zerocopy(song))
        assert synthesize_midi(source, tmp_path / "out.wav", "builtin") == expected.shape[1] / 44_100
        assert list(engine.render_stems(source)) == list(engine.render_stems(song))
    assert not np.array_equal(engine.render(file.transpose(1)), expected)
    with pytest.raises(MidiError):
        engine.render(b"words")
    with pytest.raises(TypeError):
        engine.render(7)  # type: ignore[arg-type]


def test_notes_are_edited(file: MidiFile) -> None:
    assert onsets(file.transpose(-2)) == [(0, 58, 100), (500, 65, 100)]
    assert onsets(file.transpose(61, out_of_range="drop")) == [(0, 121, 100)]
    assert onsets(file.transpose(5, channels=[2])) == onsets(file) == onsets(file.transpose(5, tracks=[2]))
    assert onsets(file.quantise("1/2", strength=0.5)) == [(0, 60, 100), (750, 67, 100)]
    ends = [note.end_tick for note in file.quantise("1/4t", ends="stay").notes]
    assert ends == [400, 900]
    assert onsets(file.velocity(scale=2, maximum=120)) == [(0, 60, 120), (500, 67, 120)]
    assert onsets(file.velocity(minimum=64, maximum=64)) == [(0, 60, 64), (500, 67, 64)]
    human = file.humanise(timing=0.02, velocity=10, seed=7)
    assert human == file.humanise(timing=0.02, velocity=10, seed=7)
    assert human != file
    assert all(abs(a.start - b.start) <= 0.02 for a, b in zip(human.notes, file.notes, strict=True))


def test_instruments_and_time_are_edited(file: MidiFile) -> None:
    assert {note.channel for note in file.map_channels({1: 3}).notes} == {3}
    assert b"\xc0\x13" in file.map_programs({0: 19}).to_bytes()
    assert file.scale_tempo(2).duration == 0.5
    assert file.set_tempo(60).tempos == [(0.0, 60.0)]
    assert file.set_resolution(1000).notes[1].start_tick == 1000
    assert len(file.convert(1).track_names) == 2
    assert file.keep(channels=[2]).notes == file.remove(tracks=[1]).notes == []
    assert file.strip(sysex=True, text=True, private=True, empty_tracks=True) == file


def test_sections(file: MidiFile) -> None:
    assert onsets(file.trim(0.3)) == [(0, 60, 100), (200, 67, 100)]
    assert onsets(file.trim(0.3, held="drop")) == [(200, 67, 100)]
    assert onsets(file.trim_ticks(450, 600)) == [(50, 67, 100)]
    assert onsets(file.trim_bars(1)) == onsets(file)
    assert onsets(file.cut(0.45, 0.5)) == [(0, 60, 100), (450, 67, 100)]
    assert onsets(file.cut_ticks(450, 500)) == [(0, 60, 100), (450, 67, 100)]
    assert onsets(MidiFile.concatenate([file, file]).cut_bars(1, 1)) == []


def test_parts_and_wholes(file: MidiFile) -> None:
    parts = file.split_at([0.5])
    assert [onsets(part) for part in parts] == [[(0, 60, 100)], [(0, 67, 100)]]
    assert onsets(MidiFile.concatenate(parts, reset=False)) == onsets(file)
    assert [note.start for note in MidiFile.concatenate([file, file]).notes] == [0.0, 0.5, 1.0, 1.5]
    assert [note.channel for note in MidiFile.merge([file, file], own_ports=True).notes] == [1, 1, 17, 17]
    assert list(file.split_tracks()) == list(file.split_channels()) == [1]
    assert len(file.split_bars(1)) == len(file.split_markers()) == 1


def test_what_makes_no_sense_is_a_settings_error(file: MidiFile) -> None:
    mistakes: list[tuple[Callable[[], object], str]] = [
        (lambda: file.transpose(61, out_of_range="refuse"), "track 1, tick 500"),
        (lambda: file.transpose(1, tracks=[0]), "track is 0"),
        (lambda: file.quantise("3"), "1/16"),
        (lambda: file.quantise("1/4", swing=2), "swing is 2"),
        (lambda: file.velocity(minimum=0), "limits are 0"),
        (lambda: file.humanise(timing=-1), "timing"),
        (lambda: file.map_channels({0: 1}), "1 to 16"),
        (lambda: file.scale_tempo(0), "tempo is 0"),
        (lambda: file.convert(2), "format is 2"),
        (lambda: file.remove(), "nothing is named"),
        (lambda: file.trim(2.0), "starts at tick 2000"),
        (lambda: file.trim_bars(0), "at least 1"),
        (lambda: file.trim_ticks(-1), "at least 0"),
        (lambda: MidiFile.merge([]), "no songs"),
    ]
    for wrong, words in mistakes:
        with pytest.raises(SettingsError, match=words):
            wrong()


def test_pedals_and_programs_are_chased() -> None:
    track = b"\x00\xc0\x05\x00\xb0\x40\x7f\x83\x74\x90\x3c\x64\x0a\x80\x3c\x40\x00\xff\x2f\x00"
    header = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 500) + b"MTrk" + struct.pack(">I", len(track))
    late = MidiFile.from_bytes(header + track).trim_ticks(400)
    assert b"\x00\xc0\x05\x00\xb0\x40\x7f" in late.to_bytes()
