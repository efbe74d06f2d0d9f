"""synthesize_midi and Engine, from outside."""

import errno
import inspect
import logging
import os
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
import rust_audio_engine as rae
from rust_audio_engine import synthesize_midi


def test_the_brief_signature() -> None:
    parameters = list(inspect.signature(synthesize_midi).parameters.values())
    assert [p.name for p in parameters[:6]] == [
        "midi_path",
        "output_path",
        "soundfont_path",
        "sample_rate",
        "use_gpu",
        "reverb",
    ]
    assert [p.default for p in parameters[3:6]] == [44100, True, True]
    assert parameters[6].kind is inspect.Parameter.VAR_KEYWORD


@pytest.mark.parametrize("as_path", [str, Path])
def test_duration_is_frames_by_rate(song: Path, tmp_path: Path, as_path: type) -> None:
    output = tmp_path / "out.wav"
    seconds = synthesize_midi(
        midi_path=as_path(song),
        output_path=as_path(output),
        soundfont_path="builtin",
        sample_rate=48000,
    )
    with wave.open(str(output)) as audio:
        assert (audio.getnchannels(), audio.getframerate(), audio.getsampwidth()) == (
            2,
            48000,
            2,
        )
        assert seconds == audio.getnframes() / 48000
        assert any(audio.readframes(audio.getnframes()))
    assert 1.0 <= seconds < 10.0


def test_options_reach_the_engine(song: Path, tmp_path: Path) -> None:
    engine = rae.Engine("builtin")

    def render(**options: object) -> tuple[rae.RenderReport, bytes]:
        report = engine.synthesize(song, tmp_path / "out.wav", **{"tail": "none", **options})  # type: ignore[arg-type]
        return report, (tmp_path / "out.wav").read_bytes()

    plain, plain_bytes = render()
    assert (plain.frames, plain.duration, plain.notes, plain.device) == (
        44100,
        1.0,
        2,
        "cpu",
    )
    assert len(plain_bytes) == 44 + 4 * 44100
    assert render()[1] == plain_bytes
    assert render(threads=1)[1] == plain_bytes
    assert render(use_gpu=False)[1] == plain_bytes
    assert render(device="auto", reverb_wet=0.3, reverb_time=0.1, gain_db=-13, sends=True)[1] == plain_bytes
    for change in (
        {"reverb": False},
        {"reverb_wet": 0.6},
        {"reverb_time": 0.5},
        {"sends": False},
        {"gain_db": -20},
        {"interpolation": "linear"},
        {"transpose": 3},
    ):
        assert render(**change)[1] != plain_bytes, change
    assert render(tempo=2.0)[0].frames == 22050
    assert render(start=0.25, end=0.75)[0].frames == 22050
    assert render(tail=2)[0].frames == 3 * 44100
    assert render(tail="silence", tail_threshold_db=-60)[0].frames > 44100
    with pytest.warns(rae.AudioEngineWarning, match="maximum duration"):
        assert render(max_duration=0.5)[0].frames == 22050
    assert len(render(sample_format="f32")[1]) > 8 * 44100
    assert render(normalize_db=-6.0, sample_format="f32")[0].peak_dbfs == pytest.approx(-6.0, abs=1e-3)
    with pytest.warns(rae.AudioEngineWarning, match="no note"):
        assert render(solo={2, 3})[0].peak_dbfs is None
    with pytest.warns(rae.AudioEngineWarning, match="no note"):
        render(mute=range(1, 17))


def test_reports_tell_everything(song: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="rust_audio_engine"):
        report = rae.Engine("builtin").synthesize(song, tmp_path / "out.wav")
    assert report.soundfont == "builtin" and report.sample_rate == 44100 and report.channels == 2
    assert report.wall_seconds > 0 and report.times_real_time > 0 and report.voices_peak > 0
    assert "builtin" in caplog.text and "cpu" in caplog.text


def test_missing_files(song: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    arguments: list[tuple[Path, str | Path]] = [(missing, "builtin"), (song, missing)]
    for midi, soundfont in arguments:
        with pytest.raises(FileNotFoundError) as caught:
            synthesize_midi(midi, tmp_path / "a.wav", soundfont)
        error = caught.value
        assert isinstance(error, rae.MissingFileError) and isinstance(error, rae.AudioEngineError)
        assert isinstance(error, RuntimeError)
        assert (error.errno, error.filename) == (errno.ENOENT, str(missing))
    assert "Failed to load SoundFont" in str(error)
    with pytest.raises(rae.MissingFileError) as caught:
        synthesize_midi(song, tmp_path / "no" / "a.wav", "builtin")
    assert caught.value.filename == str(tmp_path / "no" / "a.wav")
    with pytest.raises(rae.FileAccessError) as unreadable:
        synthesize_midi(tmp_path, tmp_path / "a.wav", "builtin")
    assert unreadable.value.errno == errno.EISDIR
    nul = f"{tmp_path}/a\0b"
    cases: list[tuple[str | Path, str | Path, str | Path, int]] = [
        (song, tmp_path / "a.wav", tmp_path, errno.EISDIR),
        (song, tmp_path / "a.wav", nul, errno.EINVAL),
        (nul, tmp_path / "a.wav", "builtin", errno.EINVAL),
        (song, nul, "builtin", errno.EINVAL),
        (song, tmp_path, "builtin", errno.EISDIR),
    ]
    for song_path, output, soundfont, number in cases:
        with pytest.raises(rae.FileAccessError) as unreadable:
            synthesize_midi(song_path, output, soundfont)
        assert unreadable.value.errno == number, (song_path, output, soundfont)
    assert not (tmp_path / "a.wav").exists()


def test_damaged_files(song: Path, tmp_path: Path) -> None:
    junk = tmp_path / "junk"
    junk.write_bytes(b"neither a song nor a bank")
    with pytest.raises(rae.MidiError, match="junk"):
        synthesize_midi(junk, tmp_path / "a.wav", "builtin")
    with pytest.raises(rae.SoundFontError, match="Failed to load SoundFont"):
        synthesize_midi(song, tmp_path / "a.wav", junk)
    assert issubclass(rae.MidiError, RuntimeError) and issubclass(rae.SoundFontError, RuntimeError)


def test_odd_files_warn_at_the_caller(song: Path, tmp_path: Path) -> None:
    song.write_bytes(song.read_bytes()[:-4])
    with pytest.warns(rae.AudioEngineWarning) as caught:
        synthesize_midi(song, tmp_path / "a.wav", "builtin")
    assert caught[0].filename == __file__


def test_wrong_options(song: Path, tmp_path: Path) -> None:
    def render(**options: object) -> None:
        synthesize_midi(song, tmp_path / "a.wav", "builtin", **options)  # type: ignore[arg-type]

    for options in (
        {"tempo": 0.0},
        {"sample_rate": 1},
        {"sample_rate": 0},
        {"interpolation": "magic"},
        {"tail": "long"},
        {"solo": [0]},
        {"reverb_wet": 2.0},
        {"transpose": 1000},
        {"device": "abacus"},
    ):
        with pytest.raises(rae.SettingsError) as caught:
            render(**options)
        assert isinstance(caught.value, ValueError) and isinstance(caught.value, rae.AudioEngineError), options
    for options, allowed in (
        ({"sample_rate": -1}, "sample_rate is -1; choose 8000 to 384000"),
        ({"sample_rate": 10**30}, "choose 8000 to 384000"),
        ({"sample_rate": 0}, "sample_rate is 0; choose 8000 to 384000"),
        ({"transpose": 1000}, "transpose is 1000; choose -96 to 96"),
        ({"transpose": -97}, "transpose is -97; choose -96 to 96"),
        ({"max_voices": -1}, "max_voices is -1; choose 1 to 65536"),
        ({"max_voices": 65537}, "max_voices is 65537; choose 1 to 65536"),
        ({"threads": -1}, "threads is -1; choose 1 to 1024"),
        ({"threads": 1025}, "threads is 1025; choose 1 to 1024"),
        ({"solo": [70000]}, "channels from 1 to 4096"),
        ({"reverb_wet": -0.1}, "reverb is -0.1; choose 0 to 1"),
    ):
        with pytest.raises(rae.SettingsError, match=allowed):
            render(**options)
    with pytest.raises(TypeError, match="tail"):
        render(tail=True)
    with pytest.raises(TypeError, match="tempo"):
        render(tempo="fast")
    with pytest.raises(TypeError, match="volume"):
        render(volume=11)
    with pytest.raises(TypeError, match="'normalize'; did you mean 'normalize_db'"):
        render(normalize=-1)
    with pytest.raises(TypeError, match="solo: expected channels such as"):
        render(solo=1)
    with pytest.raises(rae.DeviceError, match="GPU"):
        render(device="gpu")
    assert not (tmp_path / "a.wav").exists()


def test_outputs_are_kept_on_request(song: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.wav"
    output.write_bytes(b"precious")
    with pytest.raises(FileExistsError) as caught:
        synthesize_midi(song, output, "builtin", overwrite=False)
    assert isinstance(caught.value, rae.OutputExistsError) and caught.value.filename == str(output)
    assert output.read_bytes() == b"precious"
    synthesize_midi(song, output, "builtin")
    assert output.read_bytes().startswith(b"RIFF")


def test_an_input_is_never_the_output(song: Path, tmp_path: Path) -> None:
    content = song.read_bytes()
    alias = tmp_path / "alias.wav"
    alias.symlink_to(song)
    for output in (song, alias):
        with pytest.raises(rae.OutputExistsError, match="same file as the input") as caught:
            synthesize_midi(song, output, "builtin")
        assert caught.value.filename == str(output) and caught.value.errno == errno.EEXIST
    assert song.read_bytes() == content


def test_progress_rises_and_its_exceptions_stop_the_render(song: Path, long_song: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    synthesize_midi(song, tmp_path / "a.wav", "builtin", progress=shares.append)
    assert shares and shares == sorted(shares) and shares[-1] == 1.0

    def enough(share: float) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        synthesize_midi(long_song, tmp_path / "b.wav", "builtin", progress=enough)
    assert [path.name for path in tmp_path.iterdir() if path.suffix not in (".mid", ".wav")] == []
    assert not (tmp_path / "b.wav").exists()


def test_threads_share_an_engine(song: Path, tmp_path: Path) -> None:
    engine = rae.Engine("builtin")
    outputs = [tmp_path / f"{n}.wav" for n in range(4)]
    threads = [threading.Thread(target=engine.synthesize, args=(song, output)) for output in outputs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({output.read_bytes() for output in outputs}) == 1


def test_the_gil_is_released(
    song: Path,
    long_song: Path,
    tmp_path: Path,
    turns_during: Callable[[Callable[[], object]], int],
) -> None:
    def render() -> None:
        synthesize_midi(long_song, tmp_path / "long.wav", "builtin", max_duration=300.0, end=300.0)

    assert turns_during(render) > 100


def test_discovery_follows_the_variable(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAE_SOUNDFONT", "builtin")
    assert rae.Engine().soundfont == "builtin"
    assert synthesize_midi(song, tmp_path / "a.wav", None) > 0
    monkeypatch.setenv("RAE_SOUNDFONT", str(tmp_path / "missing.sf2"))
    with pytest.raises(rae.MissingFileError) as caught:
        synthesize_midi(song, tmp_path / "a.wav", None)
    assert caught.value.filename == str(tmp_path / "missing.sf2")


def test_changed_soundfonts_are_opened_again(song: Path, tmp_path: Path) -> None:
    bank = tmp_path / "bank.sf2"
    bank.write_bytes(b"junk")
    with pytest.raises(rae.SoundFontError):
        synthesize_midi(song, tmp_path / "a.wav", bank)
    replacement = tmp_path / "other"
    replacement.write_bytes(b"other junk")
    os.replace(replacement, bank)
    with pytest.raises(rae.SoundFontError):
        synthesize_midi(song, tmp_path / "a.wav", bank)
    bank.unlink()
    with pytest.raises(rae.MissingFileError):
        synthesize_midi(song, tmp_path / "a.wav", bank)


def test_help_names_every_option() -> None:
    text = rae.RenderOptions.__doc__ or ""
    assert [name for name in rae.RenderOptions.__annotations__ if f"- ``{name}``: " not in text] == []
