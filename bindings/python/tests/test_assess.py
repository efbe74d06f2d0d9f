"""Assessments of performances."""

import json
from pathlib import Path

import numpy as np
import pytest
import rust_audio_engine as rae

SCHEMA = Path(__file__).parents[3] / "schemas" / "assessment.schema.json"
DEMO = Path(__file__).parents[3] / "test_data" / "demo.mid"


@pytest.fixture(scope="module")
def recording():
    """the demonstration piece, played by the built-in bank"""
    return rae.render(DEMO, "builtin", reverb=False)


def check(value, schema, definitions, place="$"):
    """the part of JSON Schema that the file uses"""
    if "$ref" in schema:
        check(value, definitions[schema["$ref"].rsplit("/", 1)[1]], definitions, place)
    if "anyOf" in schema:
        kinds = [kind.get("type", "integer") for kind in schema["anyOf"]]
        assert value is None or "null" not in kinds[:1], place
        return
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    types = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
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


def test_the_result_is_what_the_schema_says(recording, tmp_path):
    schema = json.loads(SCHEMA.read_text())
    result = json.loads(rae.analyze_performance(recording, DEMO, sample_rate=44100))
    check(result, schema, schema["$defs"])
    assert result["pitch_accuracy"] > 0.9
    assert result["notes_expected"] == len(result["notes"])
    wav = tmp_path / "demo.wav"
    rae.synthesize_midi(DEMO, wav, "builtin", reverb=False)
    from_file = json.loads(rae.analyze_performance(wav, DEMO))
    assert abs(from_file["pitch_accuracy"] - result["pitch_accuracy"]) < 0.02


def test_the_asked_for_fields_are_there(recording):
    result = rae.assess(recording, DEMO, sample_rate=44100)
    for name in ("pitch_accuracy", "rhythm_accuracy", "notes_played", "notes_expected", "timing_deviations"):
        assert name in result
    deviation = result["timing_deviations"][0]
    assert deviation.keys() == {"expected_index", "expected_onset_s", "played_onset_s", "deviation_ms"}
    perfect = rae.assess(DEMO, DEMO)
    assert perfect["pitch_accuracy"] == perfect["rhythm_accuracy"] == 1.0


def test_silence_noise_and_short_sounds_have_results():
    rng = np.random.default_rng(1)
    silence = rae.assess(np.zeros(48000 * 5), DEMO, sample_rate=48000)
    assert (silence["pitch_accuracy"], silence["rhythm_accuracy"], silence["notes_played"]) == (0.0, None, 0)
    assert silence["quality"]["silent"]
    noise = rae.assess(0.1 * rng.standard_normal(44100 * 10), DEMO, sample_rate=44100)
    assert noise["notes_played"] <= 5
    assert rae.assess(np.zeros(3), DEMO, sample_rate=8000)["notes_played"] == 0
    nan = rae.assess(np.full((2, 96000), np.nan), DEMO, sample_rate=96000)
    assert nan["quality"]["silent"]


def test_wrong_arguments_say_what_is_wrong(tmp_path):
    with pytest.raises(TypeError, match="sample_rate"):
        rae.analyze_performance(np.zeros(100), DEMO)
    with pytest.raises(TypeError, match="sample_rate"):
        rae.analyze_performance(DEMO, DEMO, sample_rate=44100)
    with pytest.raises(rae.MissingFileError):
        rae.analyze_performance(tmp_path / "missing.wav", DEMO)
    with pytest.raises(rae.SettingsError, match="strictness"):
        rae.analyze_performance(DEMO, DEMO, strictness="harsh")  # type: ignore[arg-type]
    with pytest.raises(rae.SettingsError, match="4-2"):
        rae.analyze_performance(DEMO, DEMO, bars="4-2")
