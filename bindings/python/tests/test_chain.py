"""Chains of effects on arrays, blocks, files and renders."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rust_audio_engine import (
    AudioEngineWarning,
    Chain,
    CodecError,
    MissingFileError,
    OutputExistsError,
    SettingsError,
    batch_master,
    batch_process,
    master,
    measure,
    presets,
    process,
    render,
    synthesize_midi,
)
from scipy import signal  # type: ignore[import-untyped]
from scipy.io import wavfile  # type: ignore[import-untyped]

RATE = 44_100
HALF: list[dict[str, object]] = [{"type": "gain", "gain_db": -6.0206}]
EQ = {
    "type": "equalizer",
    "linear_phase": True,
    "bands": [{"type": "peak", "frequency_hz": 1000, "gain_db": 6, "q": 1}],
}


@pytest.fixture
def noise() -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(0, 0.05, (2, 3 * RATE)).astype(np.float32)


def test_a_chain_is_one_value_in_every_form(tmp_path: Path) -> None:
    chain = Chain(HALF, "softer")
    (tmp_path / "half.toml").write_text(chain.to_toml())
    (tmp_path / "half.json").write_text(chain.to_json())
    forms = [
        Chain.from_toml(chain.to_toml()),
        Chain.from_json(chain.to_json()),
        Chain.from_dict(chain.to_dict()),
        Chain.read(tmp_path / "half.toml"),
        Chain.read(tmp_path / "half.json"),
    ]
    assert all(form == chain and hash(form) == hash(chain) for form in forms)
    assert (chain.description, chain.effects[0]["gain_db"]) == ("softer", -6.0206)
    assert [effect["type"] for effect in (chain + Chain([EQ])).effects] == ["gain", "equalizer"]
    assert repr(chain) == "<Chain ['gain']>"


def test_presets_are_named_and_described() -> None:
    assert {"jazz", "classical", "practice-room", "lo-fi"} <= presets().keys()
    for name, description in presets().items():
        assert Chain.preset(name).description == description


def test_every_kind_of_chain_processes_arrays(noise: NDArray[np.float32], tmp_path: Path) -> None:
    (tmp_path / "half.toml").write_text(Chain(HALF).to_toml())
    for chain in (HALF, Chain(HALF), {"effects": HALF}, tmp_path / "half.toml", str(tmp_path / "half.toml")):
        output = process(noise, chain=chain, sample_rate=RATE)
        np.testing.assert_allclose(output, noise / 2, atol=1e-6)
    mono = process(noise[0], chain=HALF, sample_rate=RATE)
    np.testing.assert_allclose(mono, noise[0] / 2, atol=1e-6)


def test_an_equalizer_has_the_response_of_its_analogue_prototype(noise: NDArray[np.float32]) -> None:
    output = process(noise, chain=[EQ], sample_rate=RATE, tail="trim")
    assert output.shape == noise.shape
    hz, cross = signal.csd(noise[0], output[0], RATE, nperseg=8192)
    _, power = signal.welch(noise[0], RATE, nperseg=8192)
    gain, omega = 10 ** (6 / 20), 2 * np.pi * 1000
    root = np.sqrt(gain)
    numerator, denominator = [1, root * omega, omega**2], [1, omega / root, omega**2]
    _, wanted = signal.freqs(numerator, denominator, 2 * np.pi * hz)
    heard = (hz > 50) & (hz < 15_000)
    # In phase, since all frequencies are delayed alike and the latency is taken away.
    np.testing.assert_allclose((cross / power)[heard], np.abs(wanted)[heard], atol=0.06)


def test_blocks_of_any_length_give_what_the_whole_gives(noise: NDArray[np.float32]) -> None:
    chain = Chain([EQ, {"type": "compressor", "threshold_db": -30}, {"type": "true_peak_limiter"}])
    whole = process(noise, chain=chain, sample_rate=RATE)
    processor = chain.prepare(RATE)
    assert (processor.sample_rate, processor.channels) == (RATE, 2)
    blocks, at = [], 0
    for length in (1, 100, 4096, 0, 50_000, noise.shape[1]):
        blocks.append(processor.process(noise[:, at : at + length]))
        at += length
    blocks.append(processor.flush())
    streamed = np.concatenate(blocks, axis=1)[:, processor.latency :]
    np.testing.assert_array_equal(streamed, whole)
    assert processor.reductions()["effects[1]"] > 1
    processor.reset()
    np.testing.assert_array_equal(processor.process(noise), chain.prepare(RATE).process(noise))


def test_running_chains_take_new_parameters(noise: NDArray[np.float32]) -> None:
    processor = Chain(HALF).prepare(RATE, 2)
    processor.process(noise[:, :1000])
    processor.update([{"type": "gain", "gain_db": 0}])
    processor.process(noise[:, :2000])
    np.testing.assert_allclose(processor.process(noise[:, :100]), noise[:, :100], atol=1e-7)
    with pytest.raises(SettingsError, match="prepare the chain anew"):
        processor.update([{"type": "width"}])


def test_files_are_processed_with_a_report(noise: NDArray[np.float32], tmp_path: Path) -> None:
    source, output = tmp_path / "in.wav", tmp_path / "out.wav"
    wavfile.write(source, RATE, noise.T)
    shares: list[float] = []
    report = process(source, output, chain=HALF, progress=shares.append)
    _, written = wavfile.read(output)
    np.testing.assert_allclose(written.T, noise / 2, atol=1e-6)
    assert report["duration"] == pytest.approx(3) and report["to"] == "WAV"
    assert shares and shares == sorted(shares) and shares[-1] == pytest.approx(1)
    limited = process(
        source, tmp_path / "out.flac", preset="pop", normalize_db=-1, sample_rate=48_000, sample_format="s24"
    )
    assert limited["sample_rate"] == 48_000 and limited["peak_dbfs"] == pytest.approx(-1, abs=0.01)
    with pytest.raises(OutputExistsError):
        process(source, output, chain=HALF, overwrite=False)


def test_mastering_reaches_its_loudness(noise: NDArray[np.float32], tmp_path: Path) -> None:
    source, output = tmp_path / "in.wav", tmp_path / "out.wav"
    wavfile.write(source, RATE, noise.T)
    report = master(source, output, lufs=-14, ceiling_db=-1.5, sample_format="f32")
    found = measure(output)
    assert found["integrated_lufs"] == pytest.approx(-14, abs=0.1)
    assert found["true_peak_db"] <= -1.4
    assert report["reached"] and report["after"]["integrated_lufs"] == pytest.approx(found["integrated_lufs"], abs=0.01)
    dull = signal.lfilter([0.2], [1, -0.8], noise).astype(np.float32)
    wavfile.write(tmp_path / "dull.wav", RATE, dull.T)
    report = master(source, output, reference=tmp_path / "dull.wav", sample_format="f32")
    _, like = wavfile.read(output)
    hz, wanted = signal.welch(dull[0], RATE, nperseg=2048)
    _, heard = signal.welch(like.T[0], RATE, nperseg=2048)
    difference = 10 * np.log10(heard / wanted)[(hz > 100) & (hz < 15_000)]
    assert np.std(difference) < 0.5 and abs(np.mean(difference)) < 1
    again = process(source, tmp_path / "again.wav", chain=report["chain"], tail="trim", sample_format="f32")
    assert again["peak_dbfs"] == pytest.approx(report["peak_dbfs"], abs=1e-6)
    with pytest.warns(AudioEngineWarning, match="no loudness"):
        wavfile.write(source, RATE, np.zeros((RATE, 2), np.float32))
        master(source, output)


DUCK: list[dict[str, object]] = [
    {"type": "true_peak_limiter", "ceiling_db": 0},
    {"type": "compressor", "sidechain": "external", "threshold_db": -40, "ratio": 4, "knee_db": 0, "detector": "peak"},
]


def test_another_sound_can_decide(tmp_path: Path) -> None:
    music = np.full((2, RATE), 0.1, np.float32)
    voice = np.full(RATE, 0.1, np.float32)
    ducked = process(music, chain=DUCK, sidechain=voice, sample_rate=RATE, tail="trim")
    assert ducked[1, -1] == pytest.approx(0.1 * 10 ** (-15 / 20), rel=0.006)
    silent = process(music, chain=DUCK, sidechain=0 * voice, sample_rate=RATE, tail="trim")
    np.testing.assert_array_equal(silent, music)

    processor = Chain(DUCK).prepare(RATE, 2, sidechain_channels=1)
    assert processor.sidechain_channels == 1
    blocks = [processor.process(music[:, at : at + 1000], voice[at : at + 1000]) for at in range(0, RATE, 1000)]
    streamed = np.concatenate(blocks, axis=1)[:, processor.latency :]
    np.testing.assert_array_equal(streamed, ducked[:, : streamed.shape[1]])
    with pytest.raises(SettingsError, match="sidechain's shape"):
        processor.process(music, voice[:10])

    wavfile.write(tmp_path / "music.wav", RATE, music.T)
    wavfile.write(tmp_path / "voice.wav", RATE, voice)
    report = process(
        tmp_path / "music.wav", tmp_path / "out.wav", chain=DUCK, sidechain=tmp_path / "voice.wav", tail="trim"
    )
    assert report["reductions"][1]["deepest_db"] == pytest.approx(15, abs=0.05)
    np.testing.assert_array_equal(wavfile.read(tmp_path / "out.wav")[1].T, ducked)
    with pytest.raises(SettingsError, match="its sidechain is external"):
        process(music, chain=DUCK, sample_rate=RATE)
    with pytest.raises(SettingsError, match="no effect listens"):
        process(music, chain=HALF, sidechain=voice, sample_rate=RATE)
    with pytest.raises(TypeError, match="a file beside a file"):
        process(tmp_path / "music.wav", tmp_path / "out.wav", chain=DUCK, sidechain=voice)  # type: ignore[call-overload]


def test_an_impulse_response_is_a_reverb(tmp_path: Path) -> None:
    wavfile.write(tmp_path / "echo.wav", RATE, np.eye(1, 1001, 1000, dtype=np.float32)[0])
    pulse = np.eye(2, 5000, dtype=np.float32)
    pulse[1] = 0
    for output in (
        process(pulse, ir=tmp_path / "echo.wav", wet=0.25, sample_rate=RATE),
        process(pulse, chain=Chain().with_impulse_response(tmp_path / "echo.wav", 0.25), sample_rate=RATE),
    ):
        assert output[0, 0] == pytest.approx(0.75) and output[0, 1000] == pytest.approx(0.25, abs=1e-6)
    with pytest.raises(MissingFileError, match=r"missing\.wav"):
        process(pulse, ir=tmp_path / "missing.wav", sample_rate=RATE)
    with pytest.raises(SettingsError, match="wet share is 2"):
        process(pulse, ir=tmp_path / "echo.wav", wet=2, sample_rate=RATE)
    with pytest.raises(TypeError, match="wet"):
        process(pulse, chain=HALF, wet=0.5, sample_rate=RATE)
    reverb = {"type": "convolution_reverb", "response": {"type": "file", "path": str(tmp_path / "missing.wav")}}
    with pytest.raises(MissingFileError, match=r"missing\.wav"):
        Chain([reverb]).prepare(RATE)


def test_many_files_are_processed_and_mastered(noise: NDArray[np.float32], song: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.wav", tmp_path / "b.wav"
    wavfile.write(first, RATE, noise.T)
    wavfile.write(second, RATE, noise.T / 4)
    shares: list[float] = []
    made = batch_process([first, song, second], tmp_path / "out", chain=HALF, jobs=2, progress=shares.append)
    assert [Path(result.path).name for result in made] == ["a.wav", song.stem + ".wav", "b.wav"]
    assert isinstance(made[1].error, CodecError) and made[1].report is None and shares[-1] == 1
    with pytest.raises(CodecError, match="MIDI"):
        open(made[1])
    np.testing.assert_allclose(wavfile.read(made[2])[1].T, noise / 8, atol=1e-6)
    assert made[0].report is not None and made[0].report["to"] == "WAV"
    mastered = batch_master([first, second], tmp_path / "masters", reference=first, lufs=-18, format="flac")
    for result in mastered:
        assert result.path.endswith(".flac") and result.report is not None and result.report["reference"] is not None
        assert measure(result)["integrated_lufs"] == pytest.approx(-18, abs=0.1)
    with pytest.raises(TypeError, match="several paths"):
        batch_process(first, tmp_path / "out", chain=HALF)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="jobs"):
        batch_master([first], tmp_path / "out", jobs=0)
    with pytest.raises(MissingFileError, match=r"missing\.wav"):
        batch_master([first], tmp_path / "out", reference=tmp_path / "missing.wav")
    with pytest.raises(SettingsError, match="spectrum_strength"):
        master(first, tmp_path / "x.wav", spectrum_strength=0.5)
    with pytest.raises(SettingsError, match="use one"):
        master(first, tmp_path / "x.wav", reference=second, lufs=-20, level_strength=0.5)


def test_renders_pass_chains(song: Path, tmp_path: Path) -> None:
    plain = render(song, "builtin", tail="none")
    np.testing.assert_allclose(render(song, "builtin", tail="none", chain=HALF), plain / 2, atol=1e-6)
    synthesize_midi(song, tmp_path / "a.wav", "builtin", preset="jazz")
    synthesize_midi(song, tmp_path / "b.wav", "builtin", chain=Chain.preset("jazz"))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    with pytest.raises(TypeError, match="use one of them"):
        render(song, "builtin", chain=HALF, preset="jazz")


def test_mistakes_are_named(noise: NDArray[np.float32], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="unknown field `gain`"):
        Chain([{"type": "gain", "gain": 3}])
    with pytest.raises(SettingsError, match=r"effects\[0\] \(gain\): gain_db = 300"):
        Chain([{"type": "gain", "gain_db": 300}]).prepare(RATE)
    with pytest.raises(TypeError, match="expected dictionaries"):
        Chain([3])  # type: ignore[list-item]
    with pytest.raises(SettingsError, match="jazz"):
        Chain.preset("polka")
    with pytest.raises(MissingFileError, match=r"missing\.toml"):
        Chain.read(tmp_path / "missing.toml")
    with pytest.raises(MissingFileError, match=r"missing\.wav"):
        process(tmp_path / "missing.wav", tmp_path / "out.wav", chain=HALF)
    with pytest.raises(TypeError, match="sample_rate"):
        process(noise, chain=HALF)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="name effects"):
        process(noise, sample_rate=RATE)
    with pytest.raises(TypeError, match="did you mean 'sample_format'"):
        process(tmp_path / "in.wav", tmp_path / "out.wav", chain=HALF, sample_fromat="s16")  # type: ignore[call-overload]
    with pytest.raises(SettingsError, match="tail is 'never'"):
        process(noise, chain=HALF, sample_rate=RATE, tail="never")  # type: ignore[call-overload]
    with pytest.raises(SettingsError, match="2"):
        Chain(HALF).prepare(RATE, 2).process(noise[:1])
    with pytest.raises(SettingsError, match="loudness is 3"):
        master(tmp_path / "in.wav", tmp_path / "out.wav", lufs=3)
