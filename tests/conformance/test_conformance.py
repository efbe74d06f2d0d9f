"""The conformance tools themselves, without a renderer: what they measure in signals that are known."""

import math
import sys

import numpy as np
import pytest
from bank_writer import SR, Bank, sine, tone
from measure import Audio, sinad
from midi_writer import Midi
from registry import CHECKS, Env, Result
from scipy.io import wavfile


def recording(tmp_path, audio):
    path = tmp_path / "audio.wav"
    wavfile.write(path, SR, audio.astype(np.float32))
    return Audio(path)


def test_level_frequency_and_distortion_of_a_known_sine(tmp_path):
    a = recording(tmp_path, sine(1000.3, 2 * SR, 0.5) + sine(3000.9, 2 * SR, 0.0005))
    assert a.level(0.5, 1.5) == pytest.approx(20 * math.log10(0.5 / math.sqrt(2)), abs=0.01)
    assert a.freq(0.5, 1.5) == pytest.approx(1000.3, abs=0.01)
    assert sinad(a, 0.5, 1.5, 1000.3) == pytest.approx(60, abs=0.5)


def test_a_metric_outside_its_tolerance_fails():
    r = Result()
    r.add("near", 1.04, 1, 0.05)
    r.add("far", 1.06, 1, 0.05)
    r.add("nothing", float("nan"), 1, 0.05)
    r.atleast("least", 59, 60)
    r.atmost("most", -59, -60)
    assert [m["ok"] for m in r.metrics] == [True, False, False, False, False]


def test_a_bank_has_the_chunks_of_a_soundfont(tmp_path):
    b = Bank(bits24=True)
    s, _ = tone(b)
    b.simple(0, s, sampleModes=1).write(tmp_path / "bank.sf2")
    data = (tmp_path / "bank.sf2").read_bytes()
    assert data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") == len(data) - 8
    for chunk in (b"smpl", b"sm24", b"phdr", b"pbag", b"pmod", b"pgen", b"inst", b"ibag", b"imod", b"igen", b"shdr"):
        assert chunk in data


def test_a_renderer_that_writes_nothing_is_an_error(tmp_path):
    b = Bank()
    s, _ = tone(b)
    b.simple(0, s)
    with pytest.raises(RuntimeError, match="no output"):
        Env(f"{sys.executable} -c pass", str(tmp_path)).render(b, Midi().note(0, 1), "none")


def test_a_silent_renderer_passes_hardly_anything(tmp_path):
    import conformance  # noqa: F401

    silence = tmp_path / "silence.py"
    silence.write_text(
        "import sys, numpy as np\nfrom scipy.io import wavfile\n"
        "wavfile.write(sys.argv[1], 44100, np.zeros((44100 * 2, 2), np.float32))\n"
    )
    assert len(CHECKS) == 27
    env = Env(f"{sys.executable} {silence} {{out}}", str(tmp_path))
    for name, _, check in CHECKS:
        if name in ("vol_envelope", "lfo", "filter", "tuning"):
            r = Result()
            with np.errstate(all="ignore"):
                try:
                    check(env, r)
                except Exception:
                    continue
            assert not all(m["ok"] for m in r.metrics if m["scored"]), name
