"""What is measured in a rendered file: levels, frequencies, envelopes, distortion."""

import math
import warnings

import numpy as np
from scipy import signal
from scipy.io import wavfile

warnings.filterwarnings("ignore", category=wavfile.WavFileWarning)


def db(x):
    return 20 * math.log10(max(float(abs(x)), 1e-12))


def cents(a, b):
    return 1200 * math.log2(a / b)


class Audio:
    def __init__(self, path):
        self.sr, x = wavfile.read(path)
        if x.dtype.kind == "i":
            x = x / float(2 ** (8 * x.dtype.itemsize - 1))
        elif x.dtype.kind == "u":
            x = (x.astype(float) - 128) / 128
        self.x = x.astype(float).reshape(len(x), -1)
        if self.x.shape[1] == 1:
            self.x = np.repeat(self.x, 2, 1)
        self.L, self.R, self.mono = self.x[:, 0], self.x[:, 1], self.x[:, :2].mean(1)

    def cut(self, t0, t1, ch=None):
        y = self.mono if ch is None else self.x[:, ch]
        a, b = int(round(t0 * self.sr)), int(round(t1 * self.sr))
        if b > len(y):
            y = np.concatenate([y, np.zeros(b - len(y))])
        return y[a:b]

    def rms(self, t0, t1, ch=None):
        return float(np.sqrt(np.mean(self.cut(t0, t1, ch) ** 2)))

    def level(self, t0, t1, ch=None):
        return db(self.rms(t0, t1, ch))

    def freq(self, t0, t1):
        """frequency of a steady sine: FFT peak refined by phase regression of two half windows"""
        y = self.cut(t0, t1)
        y = y - y.mean()
        n = len(y)
        if np.max(np.abs(y)) < 1e-6:
            return float("nan")
        w = signal.windows.blackmanharris(n)
        k = int(np.argmax(np.abs(np.fft.rfft(y * w))))
        f = k * self.sr / n
        for _ in range(3):
            h = n // 2
            t = np.arange(n) / self.sr
            z = y * np.exp(-2j * np.pi * f * t)
            wh = signal.windows.blackmanharris(h)
            p = np.angle(np.sum(z[h : 2 * h] * wh) / np.sum(z[:h] * wh))
            f += p / (2 * np.pi) / (h / self.sr)
        return f

    def track(self, t0, t1, smooth=0.004):
        """instantaneous (time, amplitude, frequency) of a single sine by the analytic signal"""
        pad = 0.05
        y = self.cut(max(0, t0 - pad), t1 + pad)
        off = int(round((t0 - max(0, t0 - pad)) * self.sr))
        z = signal.hilbert(y)
        a = np.abs(z)
        f = np.gradient(np.unwrap(np.angle(z))) * self.sr / (2 * np.pi)
        k = max(1, int(smooth * self.sr))
        f = np.convolve(f, np.ones(k) / k, "same")
        n = int(round((t1 - t0) * self.sr))
        return t0 + np.arange(n) / self.sr, a[off : off + n], f[off : off + n]

    def env(self, t0, t1, f):
        """amplitude envelope of a sine of frequency f: IQ demodulation, box over one period (its time resolution)"""
        y = self.cut(t0, t1)
        p = max(1, int(round(self.sr / f)))
        z = y * np.exp(-2j * np.pi * f * np.arange(len(y)) / self.sr)
        # centred box of p samples; the 2f term cancels because the box spans one period
        a = 2 * np.abs(np.convolve(z, np.ones(p) / p, "same"))
        return t0 + np.arange(len(y)) / self.sr, a


def fit_slope(t, y):
    p = np.polyfit(t, y, 1)
    return p[0], p[1]


def triangle(t, f):
    p = (t * f) % 1.0
    return np.where(p < 0.25, 4 * p, np.where(p < 0.75, 2 - 4 * p, 4 * p - 4))


def sinad(a, t0, t1, f, hi=None):
    """fundamental against everything else from 20 Hz to hi (default 20 kHz)"""
    y = a.cut(t0, t1)
    n = len(y)
    w = signal.windows.blackmanharris(n)
    S = np.abs(np.fft.rfft(y * w)) ** 2
    fr = np.arange(len(S)) * a.sr / n
    i = int(round(f * n / a.sr))
    i = max(0, i - 20) + int(np.argmax(S[max(0, i - 20) : i + 21]))
    q = (fr > 20) & (fr < (hi or 20000))
    z = np.zeros(len(S), bool)
    z[max(0, i - 8) : i + 9] = True
    return 10 * math.log10(S[z].sum() / max(S[q & ~z].sum(), 1e-30))
