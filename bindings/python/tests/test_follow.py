"""Players who are followed."""

from pathlib import Path

import numpy as np
import pytest
import rust_audio_engine as rae

SONG = Path(__file__).parents[3] / "test_data" / "simple.mid"


def test_a_player_in_time_is_where_the_clock_says() -> None:
    sound = rae.render(SONG, "builtin", reverb=False)
    follower = rae.Follower(SONG, 44_100)
    assert follower.position is None
    assert all(note.status is None for note in follower.verdicts)
    follower.push(np.zeros((2, 0), np.float32))
    step = 4_410
    late = looks = 0
    last = rae.assess(sound, SONG, sample_rate=44_100)["notes"][-1]["expected_onset_s"]
    for start in range(0, sound.shape[1], step):
        follower.push(sound[:, start : start + step])
        now = (start + step) / 44_100
        if 3.0 < now < last:
            place = follower.position
            looks += 1
            late += place is None or abs(place.score_s - now) > 0.3
            if place is not None and place.bar < 8:
                assert place.beat is not None
                # 4/4 at 112 to the minute; the last bar is slower.
                beats = place.score_s * 112 / 60
                assert abs(4 * (place.bar - 1) + place.beat - 1 - beats) < 0.1
    assert looks > 10
    assert late <= 0.05 * looks
    notes = follower.finish()
    assert notes == follower.verdicts
    assert notes[-1].status is not None
    assert sum(note.status == "correct" for note in notes) >= 0.9 * len(notes)


def test_what_cannot_be_followed_is_refused() -> None:
    with pytest.raises(rae.SettingsError, match="sample_rate is 10"):
        rae.Follower(SONG, 10)
    with pytest.raises(rae.MissingFileError):
        rae.Follower("nowhere.mid", 44_100)
    with pytest.raises(TypeError):
        rae.Follower(SONG, 44_100, strictnes="exam")  # type: ignore[call-arg]
