"""The comparison itself: what it must call equal, and what it must not."""

import numpy as np
import pytest
from align import BLOCK, DIVISION, MARGIN, TEMPO, align
from midi_reader import read_events, read_notes, sounding_between
from midi_writer import Midi
from scipy import signal
from spectra import BANDS, band_levels, compare

RATE = 44100


@pytest.fixture
def music():
    """four seconds of decaying noise bursts, stereo"""
    rng = np.random.default_rng(7)
    burst = rng.standard_normal((RATE // 2, 2)) * np.exp(-np.arange(RATE // 2) / 4000)[:, None]
    return np.tile(burst, (8, 1)).astype(np.float32) * 0.1


def test_equal_recordings_do_not_differ(music):
    d = compare(music, music, RATE)
    assert d.percentile(100) == 0 and d.lag == 0


@pytest.mark.parametrize("lag", [0, 64, -64, 1000])
def test_gain_and_delay_are_taken_out(music, lag):
    silence = np.zeros((abs(lag), 2), np.float32)
    late = np.concatenate([silence, music]) * 0.5
    d = compare(music, late, RATE) if lag >= 0 else compare(late, music, RATE)
    assert d.lag == lag
    assert d.percentile(100) < 1e-3
    assert d.gain == pytest.approx(-6.02 if lag >= 0 else 6.02, abs=0.01)


def test_a_boosted_band_shows_where_it_is(music):
    sos = signal.butter(4, [900, 1100], "bandpass", fs=RATE, output="sos")
    boosted = (music + signal.sosfiltfilt(sos, music, axis=0)).astype(np.float32)
    d = compare(music, boosted, RATE)
    medians = np.nanmedian(d.cells, axis=0)
    assert BANDS[int(np.argmax(medians))] == 1000
    assert medians[BANDS.index(1000)] > 3
    assert abs(medians[BANDS.index(125)]) < 0.2


def test_a_missing_note_and_an_extra_note_both_count(music):
    gap = music.copy()
    gap[RATE : RATE + RATE // 2] = 0
    assert np.nanmin(compare(music, gap, RATE).cells) < -20
    assert np.nanmax(compare(gap, music, RATE).cells) > 20


def test_a_recording_that_ends_early_counts_as_silent(music):
    assert np.nanmin(compare(music, music[: 2 * RATE], RATE).cells[-1]) < -30


def test_a_sine_falls_into_its_band():
    t = np.arange(2 * RATE) / RATE
    for centre in (63, 500, 16000):
        audio = np.repeat(0.5 * np.sin(2 * np.pi * centre * t)[:, None], 2, 1).astype(np.float32)
        assert BANDS[int(np.argmax(band_levels(audio, RATE).mean(0)))] == centre


def test_notes_are_read_with_program_and_pedal(tmp_path):
    song = Midi(channels=(0, 9)).prog(0, 33).note(0.5, 0.25, 40).cc(1.0, 64, 127).note(1.1, 0.1, 43).cc(2.0, 64, 0)
    song.note(0.5, 0.1, 36, ch=9).end(3.0).write(tmp_path / "song.mid")
    notes = {(n.channel, n.key): n for n in read_notes(tmp_path / "song.mid")}
    assert notes[0, 40].program == 33
    assert (notes[0, 40].start, notes[0, 40].end) == pytest.approx((0.5, 0.75))
    assert notes[0, 43].end == pytest.approx(2.0)
    heard = sounding_between(notes.values(), 0.49, 0.59)
    assert heard == "ch 1 program 33: *40; ch 10 drums: *36"


def test_an_aligned_copy_keeps_the_messages_and_puts_them_on_blocks(tmp_path):
    song = Midi(channels=(0,)).prog(0, 33).note(0.5, 0.25, 40).sysex(0.7, [0x7E, 0x7F, 0x09, 0x01])
    song.note(0.7003, 0.1, 43).end(3.0).write(tmp_path / "song.mid")
    align(tmp_path / "song.mid", tmp_path / "aligned.mid")
    before, _ = read_events(tmp_path / "song.mid")
    after, end = read_events(tmp_path / "aligned.mid")
    assert [e[1:] for e in after] == [e[1:] for e in before]
    frames = np.array([e[0] for e in after]) * RATE - MARGIN
    assert np.abs(frames - BLOCK * np.round(frames / BLOCK)).max() < 1e-3
    assert np.abs(frames - np.array([e[0] for e in before]) * RATE).max() <= BLOCK / 2 + 1e-3
    assert end == pytest.approx(3.0, abs=0.001)


def test_fluidsynth_finds_every_aligned_frame_one_block_later():
    begins = np.arange(10_000_000) * (BLOCK * 1000 / RATE)
    half_tick = TEMPO / DIVISION / 2000
    event = begins + MARGIN * 1000 / RATE
    assert (np.floor(begins) + half_tick < event).all()
    assert (np.floor(begins[1:]) + half_tick > event[:-1]).all()
