"""Assessments of performances."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rust_audio_engine as rae
from numpy.typing import NDArray

SCHEMA = Path(__file__).parents[3] / "schemas" / "assessment.schema.json"
SONG = Path(__file__).parents[3] / "test_data" / "simple.mid"


@pytest.fixture(scope="module")
def recording() -> NDArray[np.float32]:
    """a piece for piano, played by the built-in bank"""
    return rae.render(SONG, "builtin", reverb=False)


def check(value: Any, schema: dict[str, Any], definitions: dict[str, Any], place: str = "$") -> None:
    """the part of JSON Schema that the file uses"""
    if "$ref" in schema:
        check(value, definitions[schema["$ref"].rsplit("/", 1)[1]], definitions, place)
    if "anyOf" in schema:
        kinds = [kind.get("type", "integer") for kind in schema["anyOf"]]
        assert value is None or "null" not in kinds[:1], place
        return
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    types: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    if kinds:
        fits = [kind for kind in kinds if (value is None if kind == "null" else isinstance(value, types[kind]))]
        assert fits, f"{place}: {value!r} is none of {kinds}"
    if "enum" in schema:
        assert value in schema["enum"], place
    if isinstance(value, dict) and "properties" in schema:
        assert value.keys() == schema["properties"].keys() == set(schema["required"]), place
        for name, part in schema["properties"].items():
            check(value[name], part, definitions, f"{place}.{name}")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            check(item, schema["items"], definitions, f"{place}[{index}]")
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value), place


def test_the_result_is_what_the_schema_says(recording: NDArray[np.float32], tmp_path: Path) -> None:
    schema = json.loads(SCHEMA.read_text())
    result = json.loads(rae.analyze_performance(recording, SONG, sample_rate=44100))
    check(result, schema, schema["$defs"])
    assert result["pitch_accuracy"] > 0.95
    assert result["notes_expected"] == len(result["notes"])
    wav = tmp_path / "simple.wav"
    rae.synthesize_midi(SONG, wav, "builtin", reverb=False)
    from_file = json.loads(rae.analyze_performance(wav, SONG))
    assert abs(from_file["pitch_accuracy"] - result["pitch_accuracy"]) < 0.02


def test_the_asked_for_fields_are_there(recording: NDArray[np.float32]) -> None:
    result = rae.assess(recording, SONG, sample_rate=44100)
    for name in ("pitch_accuracy", "rhythm_accuracy", "notes_played", "notes_expected", "timing_deviations"):
        assert name in result
    deviation = result["timing_deviations"][0]
    assert deviation.keys() == {"expected_index", "expected_onset_s", "played_onset_s", "deviation_ms"}
    perfect = rae.assess(SONG, SONG)
    assert perfect["pitch_accuracy"] == perfect["rhythm_accuracy"] == 1.0


def test_silence_noise_and_short_sounds_have_results() -> None:
    rng = np.random.default_rng(1)
    silence = rae.assess(np.zeros(48000 * 5), SONG, sample_rate=48000)
    assert (silence["pitch_accuracy"], silence["rhythm_accuracy"], silence["notes_played"]) == (0.0, None, 0)
    assert silence["quality"]["silent"]
    noise = rae.assess(0.1 * rng.standard_normal(44100 * 10), SONG, sample_rate=44100)
    assert noise["notes_played"] <= 5
    assert rae.assess(np.zeros(3), SONG, sample_rate=8000)["notes_played"] == 0
    nan = rae.assess(np.full((2, 96000), np.nan), SONG, sample_rate=96000)
    assert nan["quality"]["silent"]


def test_recordings_that_are_overdriven_are_called_that(recording: NDArray[np.float32]) -> None:
    level = np.abs(recording).max()
    for gain, clipped in ((0.1, False), (1.0, False), (4.0, True)):
        sound = np.clip(gain / level * recording, -1, 1)
        assert rae.assess(sound, SONG, sample_rate=44100)["quality"]["clipped"] is clipped


def test_one_hand_can_be_expected(tmp_path: Path) -> None:
    song = rae.MidiFile(SONG)
    hands = {"right": tmp_path / "right.mid", "left": tmp_path / "left.mid"}
    song.keep(tracks=[2]).write(hands["right"])
    song.keep(tracks=[3]).write(hands["left"])
    for hand, notes in (("right", 30), ("left", 48)):
        result = rae.assess(hands[hand], SONG, hand=hand)  # type: ignore[arg-type]
        assert (result["pitch_accuracy"], result["completion"], result["notes_expected"]) == (1.0, 1.0, notes)
    assert rae.assess(hands["left"], SONG, hand="both")["counts"]["missed"] == 30
    octave = rae.assess(hands["left"], SONG, hand="left", transpose=12, any_octave=True)
    assert octave["pitch_accuracy"] == 1.0
    with pytest.raises(rae.SettingsError, match="no notes in the bars"):
        rae.assess(hands["right"], hands["right"], hand="right", split=127)
    part = rae.assess(SONG, SONG, bars="2-3", strictness="exam", any_octave=True, tracks=range(1, 9), channels=[1])
    assert {note["bar"] for note in part["notes"]} == {2, 3}


def test_reports_are_files_or_bytes(recording: NDArray[np.float32], tmp_path: Path) -> None:
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    options: rae.AssessmentOptions = {"player": "Ada <3", "date": "today", "bars": "1-4"}
    result = rae.assess(recording, SONG, sample_rate=44100, report=[page, picture], **options)
    html = page.read_text(encoding="utf-8")
    assert html.count('<g class="note correct">') == result["counts"]["correct"] > 0
    assert "Ada &lt;3" in html and "<h1>Ode to Joy</h1>" in html
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert rae.performance_report(recording, SONG, sample_rate=44100, **options) == page.read_bytes()
    assert rae.performance_report(SONG, SONG, format="png").startswith(b"\x89PNG")
    json.loads(rae.analyze_performance(SONG, SONG, report=page, title="Another"))
    assert "<h1>Another</h1>" in page.read_text(encoding="utf-8")
    with pytest.raises(rae.OutputExistsError) as raised:
        rae.analyze_performance(tmp_path / "not read before.mid", SONG, report=page, overwrite=False)
    assert raised.value.filename == str(page)
    with pytest.raises(rae.SettingsError, match=r"\.html"):
        rae.analyze_performance(SONG, SONG, report=tmp_path / "report.pdf")
    for unwritable in (tmp_path / "no folder" / "report.html", tmp_path):
        with pytest.raises((rae.SettingsError, rae.FileAccessError, rae.MissingFileError)) as refused:
            rae.analyze_performance(tmp_path / "not read before.mid", SONG, report=unwritable)
        assert "not read" not in str(refused.value)
    with pytest.raises(rae.SettingsError, match="choose html, png"):
        rae.performance_report(SONG, SONG, format="pdf")  # type: ignore[arg-type]
    copy = tmp_path / "song.html"
    copy.write_bytes(SONG.read_bytes())
    with pytest.raises(rae.FileAccessError):
        rae.analyze_performance(copy, SONG, report=copy)
    assert copy.read_bytes() == SONG.read_bytes()


def test_wrong_arguments_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="sample_rate"):
        rae.analyze_performance(np.zeros(100), SONG)
    with pytest.raises(TypeError, match="sample_rate"):
        rae.analyze_performance(SONG, SONG, sample_rate=44100)
    with pytest.raises(rae.MissingFileError):
        rae.analyze_performance(tmp_path / "missing.wav", SONG)
    with pytest.raises(rae.SettingsError, match="strictness"):
        rae.analyze_performance(SONG, SONG, strictness="harsh")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="did you mean 'strictness'"):
        rae.assess(SONG, SONG, strictnes="exam")  # type: ignore[call-arg]
    with pytest.raises(rae.SettingsError, match="name a report"):
        rae.assess(SONG, SONG, title="Another")
    with pytest.raises(rae.SettingsError, match="choose hand="):
        rae.assess(SONG, SONG, split=60)
    with pytest.raises(rae.SettingsError, match="split"):
        rae.assess(SONG, SONG, hand="left", split=0)
    with pytest.raises(rae.SettingsError, match="4-2"):
        rae.analyze_performance(SONG, SONG, bars="4-2")
