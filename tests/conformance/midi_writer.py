"""Writes small Standard MIDI Files."""

import struct


class Midi:
    """Format 0, one tick = 0.1 ms (division 10000, tempo 1 s per quarter)."""

    TPS = 10000

    def __init__(self, channels=(0,)):
        self.ev = []
        self.end_t = 0
        for c in channels:
            self.cc(0, 91, 0, c)
            self.cc(0, 93, 0, c)
            self.cc(0, 7, 127, c)

    def raw(self, t, *b):
        self.ev.append((int(round(t * self.TPS)), len(self.ev), bytes(b)))
        self.end_t = max(self.end_t, t)
        return self

    def on(self, t, key=60, vel=127, ch=0):
        return self.raw(t, 0x90 | ch, key, vel)

    def off(self, t, key=60, ch=0):
        return self.raw(t, 0x80 | ch, key, 64)

    def note(self, t, dur, key=60, vel=127, ch=0):
        return self.on(t, key, vel, ch).off(t + dur, key, ch)

    def cc(self, t, n, v, ch=0):
        return self.raw(t, 0xB0 | ch, n, v)

    def prog(self, t, p, ch=0):
        return self.raw(t, 0xC0 | ch, p)

    def press(self, t, v, ch=0):
        return self.raw(t, 0xD0 | ch, v)

    def bend(self, t, v, ch=0):
        return self.raw(t, 0xE0 | ch, v & 127, v >> 7)

    def rpn(self, t, msb, lsb, dmsb, dlsb=0, ch=0):
        return self.cc(t, 101, msb, ch).cc(t, 100, lsb, ch).cc(t, 6, dmsb, ch).cc(t, 38, dlsb, ch)

    def nrpn(self, t, msb, lsb, d14, ch=0):
        return self.cc(t, 99, msb, ch).cc(t, 98, lsb, ch).cc(t, 38, d14 & 127, ch).cc(t, 6, d14 >> 7, ch)

    def sysex(self, t, data):
        return self.raw(t, 0xF0, len(data) + 1, *data, 0xF7)

    def end(self, t):
        self.end_t = max(self.end_t, t)
        return self

    def write(self, path):
        def vlq(n):
            b = [n & 127]
            n >>= 7
            while n:
                b.append(128 | (n & 127))
                n >>= 7
            return bytes(reversed(b))

        body = b"\0\xff\x51\x03" + (1000000).to_bytes(3, "big")
        last = 0
        for t, _, d in sorted(self.ev, key=lambda e: (e[0], e[1])):
            body += vlq(t - last) + d
            last = t
        body += vlq(max(0, int(self.end_t * self.TPS) - last)) + b"\xff\x2f\x00"
        open(path, "wb").write(
            b"MThd" + struct.pack(">IHHH", 6, 0, 1, self.TPS) + b"MTrk" + struct.pack(">I", len(body)) + body
        )
