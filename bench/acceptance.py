"""What rae is meant to reach, beside what was measured."""

import endurance
import memory
import renderers as r

THEME = dict(piece="tttheme2", bank=r.FLUID)


def find(figures, renderer, piece, bank=r.FLUID, effects=False, threads=1, voices=None):
    """the measured case with these settings, or None"""
    wanted = (piece, bank, effects, threads, voices)
    for name, case in figures.results.measured:
        if name == renderer and (case.piece, case.bank, case.effects, case.threads, case.voices) == wanted:
            return case
    return None


def speed_of(figures, peer, renderer=r.SINC, **settings):
    """times the peer's speed in synthesis, by CPU time"""
    case = find(figures, renderer, **settings)
    if case and (peer, case) in figures:
        return figures.synthesis_rate(renderer, case) / figures.synthesis_rate(peer, case)
    return None


def scaling(figures, piece):
    """speed with two threads over that with one, by the wall clock"""
    one, two = (find(figures, r.SINC, piece, threads=threads) for threads in (1, 2))
    return figures.wall(r.SINC, one) / figures.wall(r.SINC, two) if one and two else None


def nanoseconds(figures):
    case = find(figures, r.SINC, **THEME)
    return figures.nanoseconds(r.SINC, case) if case else None


def band_wall(figures):
    case = find(figures, r.SINC, r.BAND, effects=True, threads=r.THREADS)
    return figures.wall(r.SINC, case) if case else None


def opening(figures, bank):
    found = figures.results.openings.get((r.SINC, bank))
    return min(found.alone) if found else None


def first_second_packed(figures):
    """milliseconds until a second of sound with an SF3 bank"""
    firsts = figures.results.firsts
    found = [times for (renderer, case), times in firsts.items() if (renderer, case.bank) == (r.SINC, r.PACKED)]
    return 1e3 * min(found[0]) if found else None


def endurance_goals(found):
    """as `goals`; `found` is `None` where they were not measured"""
    files = f"{endurance.FILES} files of {endurance.FILE_SECONDS} s"
    scaling = growth = done = None
    if found:
        few, one, all_cores = (
            found.batches[key]
            for key in ((endurance.FEW, r.THREADS), (endurance.FILES, 1), (endurance.FILES, r.THREADS))
        )
        scaling = one.usage.wall / all_cores.usage.wall
        growth = all_cores.usage.private / few.usage.private
        done = all_cores.done
    return [
        (f"{files}, all cores: of one, wall", "×", True, 1.85, scaling),
        (f"{files}, one of them damaged: done", " files", True, endurance.FILES - 1, done),
        (f"{files}: private memory, of that with {endurance.FEW} files", "×", False, 1.1, growth),
        (
            f"{endurance.HOURS} hours of a band, effects: private memory",
            " MiB",
            False,
            64,
            found and found.hours.private,
        ),
        *memory.goals(found and found.songs),
        (
            f"{endurance.HANDOVER_MINUTES} minutes of stereo: hand-over to Python",
            " ms",
            False,
            1,
            found and found.handover,
        ),
    ]


def goals(figures):
    """(what, unit, whether more is better, target, measured)"""

    def fluid(**settings):
        return speed_of(figures, r.FLUIDSYNTH, **settings)

    def rusty(**settings):
        return speed_of(figures, r.RUSTYSYNTH, **settings)

    black = dict(piece=r.BLACK, bank=r.TIM, voices=r.PEER_VOICES)
    theme = "tttheme2, FluidR3_GM, one thread"
    return [
        (f"{theme}, dry: synthesis of FluidSynth's", "×", True, 3.2, fluid(**THEME)),
        (f"{theme}, dry: synthesis of rustysynth's", "×", True, 2.0, rusty(**THEME)),
        (f"{theme}, dry: time per voice and sample", " ns", False, 2.3, nanoseconds(figures)),
        (f"{theme}, with effects: of FluidSynth's", "×", True, 4.0, fluid(**THEME, effects=True)),
        (f"{theme}, dry, cubic: of FluidSynth's", "×", True, 5.0, fluid(**THEME, renderer=r.CUBIC)),
        (f"{theme}, dry, cubic: of rustysynth's", "×", True, 3.0, rusty(**THEME, renderer=r.CUBIC)),
        (f"{theme}, dry, RAE_SIMD=avx2: of FluidSynth's", "×", True, 2.5, fluid(**THEME, renderer=r.AVX2)),
        ("keep_on_rolling, two threads: of one, wall", "×", True, 1.85, scaling(figures, "keep_on_rolling")),
        ("piano, two threads: of one, wall", "×", True, 1.85, scaling(figures, r.PIANO)),
        ("5 minutes of a band of 30 voices, effects, all threads: to WAV", " s", False, 0.8, band_wall(figures)),
        ("black MIDI, 256 voices, one thread: of FluidSynth's", "×", True, 6.0, fluid(**black)),
        ("black MIDI, 256 voices, one thread: of rustysynth's", "×", True, 2.2, rusty(**black)),
        (f"opening {r.FLUID}, alone", " ms", False, 2.0, opening(figures, r.FLUID)),
        (f"opening {r.MUSE}, alone", " ms", False, 2.0, opening(figures, r.MUSE)),
        (f"first second of tttheme2 with {r.PACKED}", " ms", False, 150, first_second_packed(figures)),
        *endurance_goals(figures.results.endurance),
    ]


def table(figures):
    return ["## Acceptance", "", *rows(goals(figures))]


def rows(goals):
    """a table of goals as `goals` gives them"""
    lines = ["| what | target | measured | |", "|---|---:|---:|---|"]
    for what, unit, more, target, measured in goals:
        sign = "≥" if more else "≤"
        if measured is None:
            lines.append(f"| {what} | {sign} {target:g}{unit} | not measured | |")
            continue
        met = measured >= target if more else measured <= target
        shown = measured if isinstance(measured, int) else f"{measured:.2f}"
        lines.append(f"| {what} | {sign} {target:g}{unit} | {shown}{unit} | {'met' if met else '**not met**'} |")
    return lines
