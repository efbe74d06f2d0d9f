"""What is measured: renderers as command lines, and the cases they are given."""

import os
from dataclasses import dataclass

PEER_VOICES = 256  # FluidSynth's default, and the most that rustysynth allows
UNLIMITED = 65_536  # the most that rae allows; the piece never needs as many
THREADS = max(2, os.cpu_count() or 1)

FLUIDSYNTH, RUSTYSYNTH, SINC, CUBIC, LINEAR = "FluidSynth", "rustysynth", "rae", "rae cubic", "rae linear"
AVX2 = "rae, RAE_SIMD=avx2"
BASIC = (FLUIDSYNTH, RUSTYSYNTH, SINC)
PEERS = (FLUIDSYNTH, RUSTYSYNTH)
EVERY = (*BASIC, CUBIC, LINEAR, AVX2)

TIM, FLUID, MUSE = "TimGM6mb", "FluidR3_GM", "MuseScore_General_Full"
BANKS = (TIM, FLUID, MUSE)
PACKED = "MuseScore_General_Full.sf3"  # rustysynth refuses it
PIANO, BAND, BLACK = "piano", "random band", "black MIDI"


@dataclass(frozen=True)
class Case:
    """a piece, a bank and settings, and who renders it; `voices` limits rae, whose default is 4096"""

    piece: str
    bank: str = FLUID
    effects: bool = False
    threads: int = 1
    voices: int | None = None
    renderers: tuple = BASIC
    quick: bool = False
    once: bool = False

    def __str__(self):
        effects = "effects" if self.effects else "dry"
        return f"{self.piece} {self.bank} {effects} {self.threads} thread{'s' * (self.threads > 1)}" + (
            f" {self.voices} voices" if self.voices else ""
        )


def cases():
    """what is measured; acceptance needs two threads, and machines with more cores are measured with all, too"""
    yield Case("tttheme2", renderers=EVERY, quick=True)
    yield Case("keep_on_rolling", renderers=(*BASIC, CUBIC), quick=True)
    yield Case("coconut_run2")
    yield Case(PIANO, renderers=(*BASIC, CUBIC), quick=True)
    yield Case("coconut_run2", TIM)
    yield Case("tttheme2", TIM)
    yield Case("tttheme2", MUSE)
    yield Case("tttheme2", effects=True, quick=True)
    yield Case(PIANO, effects=True)
    yield Case(BAND, effects=True)
    for threads in sorted({2, THREADS}):
        two = threads == 2
        yield Case("keep_on_rolling", threads=threads, renderers=(FLUIDSYNTH, SINC) if two else (SINC,), quick=two)
        yield Case(PIANO, threads=threads, renderers=(SINC,), quick=two)
    yield Case(BAND, effects=True, threads=THREADS, renderers=(SINC,), quick=True)
    yield Case(BLACK, TIM, voices=PEER_VOICES, quick=True)
    yield Case(BLACK, TIM, voices=PEER_VOICES, threads=THREADS, renderers=(SINC,))
    yield Case(BLACK, TIM, voices=UNLIMITED, threads=THREADS, renderers=(SINC,), once=True)


@dataclass
class Programs:
    """paths of the programs, of a Python with the module, and of the folder with the banks"""

    rae: str
    rustysynth: str
    voice_frames: str
    python: str
    banks: str

    def bank(self, name):
        """SF3 banks lie in a folder of their own, and are named with their ending"""
        if name.endswith(".sf3"):
            return os.path.join(os.path.dirname(self.banks.rstrip("/")), "sf3", name)
        return os.path.join(self.banks, name + ".sf2")

    def start(self, renderer):
        """a command that does nothing but start and end"""
        if renderer == FLUIDSYNTH:
            return ["fluidsynth", "--version"]
        return [self.rustysynth, "--help"] if renderer == RUSTYSYNTH else [self.rae, "--version"]

    def render(self, renderer, case, song, out):
        """a command that writes stereo float at 44.1 kHz, and its environment"""
        bank = self.bank(case.bank)
        if renderer == FLUIDSYNTH:
            effects = str(int(case.effects))
            command = ["fluidsynth", "-ni", "-q", "-R", effects, "-C", effects]
            command += ["-o", f"synth.cpu-cores={case.threads}", "-o", f"synth.polyphony={PEER_VOICES}"]
            # Without a header it can write to a pipe.
            command += ["-O", "float", "-T", "raw" if out == "-" else "wav", "-r", "44100", "-F", out, bank, song]
            return command, {}
        if renderer == RUSTYSYNTH:
            command = [self.rustysynth, bank, song, out, "--max-voices", str(PEER_VOICES)]
            return command + ["--effects"] * case.effects, {}
        command = [self.rae, "render", song, "--soundfont", bank, "-o", out, "-r", "44100", "--sample-format", "f32"]
        command += ["--threads", str(case.threads), "--device", "cpu", "--quiet"]
        command += ["--force"] * (out != "-")
        if not case.effects:
            command += ["--no-reverb", "--no-sends"]
        if case.voices:
            command += ["--max-voices", str(case.voices)]
        if renderer in (CUBIC, LINEAR):
            command += ["--interpolation", renderer.removeprefix("rae ")]
        return command, {"RAE_SIMD": "avx2"} if renderer == AVX2 else {}
