#!/usr/bin/env python3
"""
peer_basic_pitch.py WAV MID - an assessment as JSON by other means, to compare with: Basic Pitch (Bittner et al. 2022,
doi:10.1109/ICASSP43922.2022.9746549) transcribes, dynamic time warping over vectors of keys aligns, and what is near is
matched. It is measured only, and lives in an environment of its own:

    python3.11 -m venv out/basic_pitch
    out/basic_pitch/bin/pip install --no-deps basic-pitch==0.4.0
    out/basic_pitch/bin/pip install onnxruntime librosa mir_eval pretty_midi 'resampy<0.4.3' scikit-learn 'numpy<2' \\
        'setuptools<81'
    python training/held_out.py out/held --command 'target/release/rae analyze {wav} {mid} --json' \\
        --command 'out/basic_pitch/bin/python training/peer_basic_pitch.py {wav} {mid}'
"""

import json
import os
import sys
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import librosa
import numpy as np
import onnxruntime
import pretty_midi
import soundfile

# One thread, so that processor time can be compared.
plain = onnxruntime.InferenceSession.__init__


def single(self, path, sess_options=None, **options):
    settings = sess_options or onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    plain(self, path, settings, **options)


onnxruntime.InferenceSession.__init__ = single

from basic_pitch import FilenameSuffix, build_icassp_2022_model_path  # noqa: E402
from basic_pitch.inference import predict  # noqa: E402

FRAME = 0.05
NEAR, NEAR_WRONG, WRONG = 0.15, 0.12, 4


def expected_notes(path):
    midi = pretty_midi.PrettyMIDI(path)
    notes = sorted((round(n.start, 4), n.pitch, n.end) for i in midi.instruments if not i.is_drum for n in i.notes)
    kept = []
    for onset, pitch, end in notes:
        if not any(k[1] == pitch and onset - k[0] < 0.005 for k in kept[-12:]):
            kept.append((onset, pitch, end))
    return kept


def roll(notes):
    """frames by keys: sounding notes, onsets weighted, smoothed a little so that onsets need not coincide"""
    length = max((end for _, _, end in notes), default=0) + 1
    keys = np.full((128, int(length / FRAME) + 1), 1e-3)
    for onset, pitch, end in notes:
        first, last = int(onset / FRAME), int(end / FRAME) + 1
        keys[pitch, first:last] += 0.5
        keys[pitch, max(0, first - 1) : first + 2] += 1.0
    return keys / np.linalg.norm(keys, axis=0)


def warped(expected, heard):
    """when each expected note should have been played"""
    _, path = librosa.sequence.dtw(X=roll(expected), Y=roll(heard), metric="cosine", subseq=False)
    path = path[::-1] * FRAME
    score, index = np.unique(path[:, 0], return_inverse=True)
    played = np.bincount(index, path[:, 1]) / np.bincount(index)
    return np.interp([onset for onset, _, _ in expected], score, played)


def robust(expected, times, heard):
    """the same from local lines through notes that match, which is finer than frames"""
    anchors = []
    for (onset, pitch, _), due in zip(expected, times, strict=True):
        near = [h[0] for h in heard if h[1] == pitch and abs(h[0] - due) < 0.35]
        if near:
            anchors.append((onset, min(near, key=lambda t: abs(t - due))))
    if len(anchors) < 5:
        return times
    s, t = np.array(anchors).T
    fine = []
    for (onset, _, _), due in zip(expected, times, strict=True):
        chosen = np.argsort(np.abs(s - onset))[:9]
        offset = np.median(t[chosen] - np.interp(s[chosen], [e[0] for e in expected], times))
        fine.append(due + offset)
    return np.array(fine)


def greedy(pairs):
    left, right, chosen = set(), set(), []
    for _, i, j in sorted(pairs):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            chosen.append((i, j))
    return chosen


def main():
    wav, mid = sys.argv[1:3]
    expected = expected_notes(mid)
    model = build_icassp_2022_model_path(FilenameSuffix.onnx)
    stdout, sys.stdout = sys.stdout, sys.stderr
    # What is compiled at the first call does not count.
    with tempfile.TemporaryDirectory() as folder:
        start, rate = soundfile.read(wav, frames=22_050)
        soundfile.write(f"{folder}/start.wav", start, rate)
        predict(f"{folder}/start.wav", model)
    before = time.process_time()
    _, _, events = predict(wav, model)
    sys.stdout = stdout
    heard = sorted((float(start), int(pitch), float(end)) for start, end, pitch, *_ in events)
    notes = [{"expected_index": i, "status": "missed", "played_onset_s": None} for i in range(len(expected))]
    used = set()
    if expected and heard:
        times = robust(expected, warped(expected, heard), heard)
        pairs = [
            (abs(h[0] - due), i, j)
            for i, (note, due) in enumerate(zip(expected, times, strict=True))
            for j, h in enumerate(heard)
            if h[1] == note[1] and abs(h[0] - due) < NEAR
        ]
        for i, j in greedy(pairs):
            notes[i] |= {"status": "correct", "played_onset_s": heard[j][0], "played_pitch": heard[j][1]}
            used.add(j)
        pairs = [
            (abs(h[0] - times[i]), i, j)
            for i, note in enumerate(notes)
            for j, h in enumerate(heard)
            if note["status"] == "missed"
            and j not in used
            and abs(h[0] - times[i]) < NEAR_WRONG
            and abs(h[1] - expected[i][1]) <= WRONG
        ]
        for i, j in greedy(pairs):
            notes[i] |= {"status": "wrong_pitch", "played_onset_s": heard[j][0], "played_pitch": heard[j][1]}
            used.add(j)
    extras = [{"onset_s": h[0], "pitch": h[1]} for j, h in enumerate(heard) if j not in used]
    right = sum(note["status"] == "correct" for note in notes)
    missed = sum(note["status"] == "missed" for note in notes)
    result = {
        "notes": notes,
        "extra_notes": extras,
        "pitch_accuracy": right / max(1, len(notes) + len(extras)) if notes else None,
        "rhythm_accuracy": None,
        "notes_played": len(notes) - missed + len(extras),
        "notes_expected": len(notes),
        "processor_s": time.process_time() - before,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
