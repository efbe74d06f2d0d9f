"""Third-octave levels over time, and the difference of two recordings of one piece."""

from dataclasses import dataclass

import numpy as np
from scipy import fft, signal

# Nominal centres of IEC 61260 for printing; the edges are computed from the exact base-ten series.
BANDS = (63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000)
BANDS += (1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000, 10000, 12500, 16000)
FRAME_SECONDS = 0.1
RANGE_DB = 60.0


@dataclass
class Difference:
    """`cells` is candidate minus reference in dB (frame, band) after gain matching; NaN where both are too soft."""

    gain: float
    lag: int
    cells: np.ndarray
    hop_seconds: float

    def percentile(self, p):
        """percentile of the absolute difference over all cells that count"""
        return float(np.nanpercentile(np.abs(self.cells), p))


def band_matrix(frame, rate):
    """(bin, band) weights: the share of each FFT bin's width that lies within a third octave"""
    width = rate / frame
    low = (np.arange(frame // 2 + 1) - 0.5) * width
    centres = 1000 * 10 ** (np.arange(-12, 13) / 10)
    edges = centres * 10**-0.05, centres * 10**0.05
    overlap = np.minimum(low[:, None] + width, edges[1]) - np.maximum(low[:, None], edges[0])
    return (np.clip(overlap, 0, None) / width).astype(np.float32)


def band_levels(audio, rate):
    """dB of both channels together, (frame, band): Hann frames of 100 ms, half overlapping; `audio` is (frames, 2)"""
    frame = int(round(FRAME_SECONDS * rate))
    hop = frame // 2
    weights = band_matrix(frame, rate)
    window = signal.windows.hann(frame, sym=False).astype(np.float32)
    power = 0
    for channel in audio.T:
        frames = np.lib.stride_tricks.sliding_window_view(channel, frame)[::hop]
        blocks = [frames[i : i + 256] * window for i in range(0, len(frames), 256)]
        power = power + np.concatenate([np.abs(fft.rfft(b)) ** 2 @ weights for b in blocks])
    return 10 * np.log10(np.maximum(power, 1e-20))


def offset(reference, candidate, rate, reach=4096):
    """frames by which the candidate is late, from the cross-correlation of the loudest 20 seconds (mono)"""
    n = min(len(reference), len(candidate))
    a, b = reference[:n].sum(1), candidate[:n].sum(1)
    size = min(n, 20 * rate)
    energy = np.concatenate([[0.0], np.cumsum(a.astype(np.float64) ** 2)])
    starts = np.arange(0, n - size + 1, rate)
    begin = int(starts[np.argmax(energy[starts + size] - energy[starts])])
    a, b = a[begin : begin + size], b[begin : begin + size]
    length = fft.next_fast_len(size + reach, real=True)
    cross = np.conj(fft.rfft(a, length)) * fft.rfft(b, length)
    # Every frequency has its say: loud low notes alone would leave a peak too broad to be sure of the frame.
    weight = np.maximum(np.abs(cross), 1e-9 * np.abs(cross).max()) ** -0.5 if cross.any() else 1
    c = fft.irfft(cross * weight, length)
    lags = np.concatenate([np.arange(reach + 1), np.arange(-reach, 0)])
    return int(lags[np.argmax(c[lags])])


def compare(reference, candidate, rate):
    """
    difference of two (frames, 2) recordings over the length of the reference, offset and overall gain taken out;
    a candidate that ends early counts as silent from there on
    """
    lag = offset(reference, candidate, rate)
    if lag > 0:
        candidate = candidate[lag:]
    elif lag < 0:
        reference = reference[-lag:]
    missing = max(0, len(reference) - len(candidate))
    candidate = np.pad(candidate[: len(reference)], ((0, missing), (0, 0)))
    ref, got = band_levels(reference, rate), band_levels(candidate, rate)
    loudest = ref.max()
    gain = float(np.median((got - ref)[ref > loudest - RANGE_DB]))
    got -= gain
    # A cell counts when either side is loud enough: sound that should not be there is a difference, too.
    counts = np.maximum(ref, got) > loudest - RANGE_DB
    floor = loudest - RANGE_DB - 20
    cells = np.where(counts, np.maximum(got, floor) - np.maximum(ref, floor), np.nan)
    hop_seconds = int(round(FRAME_SECONDS * rate)) // 2 / rate
    return Difference(gain, lag, cells, hop_seconds)
