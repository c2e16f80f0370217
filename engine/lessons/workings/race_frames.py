"""Frames that compare generators on one ring: modes, cost, and what turning the knobs changes. Torch-free."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Card, Figure, Formula, Origin, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .modes import CENTERS, SHARE, SIGMA, modes, near, near_share, told
from .ring_figures import SHOWN, mode_bars, plane, real_points

FULL_STEPS, SHORT_STEPS = 3000, 600
"""Training steps of the diffusion model that is shown, and of those that only compare noise schedules."""
COUNT = 2000
"""Points that modes are counted over, where nothing is trained."""


def pretended(kept: int, seed: int) -> Floats:
    """[COUNT, 2]: a generator that draws from the first `kept` modes only."""
    rng = np.random.default_rng([seed, kept, 11])
    return CENTERS[rng.integers(0, kept, COUNT)] + SIGMA * rng.standard_normal((COUNT, 2))


def counting(state: State) -> Frames:
    """The real data, then a generator that covers some modes only."""
    return Frames(2, partial(_counting, state))


def _counting(state: State, k: int) -> Frame:
    real = real_points(state.seed, COUNT)
    if k == 0:
        whole = plane("real", f"real: {told(real)}", fake=np.empty((0, 2)), real=real[:SHOWN])
        bars = mode_bars("counts", "real", real)
        caption = "Eight Gaussians on a ring. Count the points near each center: the real data reach 8 of 8."
        return Frame(title="What a mode is", caption=caption, figures=(whole, bars))
    kept = state["kept"]
    made = pretended(kept, state.seed)
    shown = plane("made", f"pretended: {told(made)}", fake=made[:SHOWN], real=real[:SHOWN])
    bars = mode_bars("counts", "pretended", made)
    caption = "Each point may look perfectly real: only counting shows which part of the data is missing."
    return Frame(title="Good points, few modes", caption=caption, figures=(shown, bars))


def _three(race: Any) -> tuple[tuple[str, Any], ...]:
    return (
        ("stable GAN", race.gans.stable),
        ("collapsed GAN", race.gans.collapse),
        ("diffusion", race.diffusion),
    )


def side_by_side(state: State) -> Frames:
    """Three generators of the same points, two at a time, and their modes."""
    return Frames(3, partial(_race, state, state.result("ring-race")))


def _race(state: State, race: Any, k: int) -> Frame:
    if k == 2:
        caption = "Share of 4,000 points within three deviations of each center; one in eight would be fair."
        return Frame(title="Modes reached", caption=caption, figures=(_shares(race),))
    real = real_points(state.seed)
    planes = tuple(
        plane(name, f"{name}: {told(result.samples)}", fake=result.samples[:SHOWN], real=real)
        for name, result in _three(race)[k : k + 2]
    )
    caption = (
        "The same data, two GANs. The collapsed one makes plausible points, but few kinds of them.",
        f"The same data; the diffusion model is trained to denoise every real point: {told(race.diffusion.samples)}.",
    )[k]
    return Frame(title=("Two GANs", "Collapse and diffusion")[k], caption=caption, figures=planes)


def _shares(race: Any) -> Table:
    """The share of points near each mode, for each generator."""
    names, points = zip(*((name, result.samples) for name, result in _three(race)), strict=True)
    counts = [near(each) for each in points]
    rows: list[list[Any]] = [
        [f"{k + 1} at {45 * k}°", *(f"{found[k] / len(each):.1%}" for found, each in zip(counts, points, strict=True))]
        for k in range(len(CENTERS))
    ]
    rows.append(["near any", *(f"{near_share(each):.1%}" for each in points)])
    rows.append(["reached", *(f"{modes(each)} of 8" for each in points)])

    def origin(row: int, column: int) -> Origin | None:
        if not column:
            return None
        found, total = counts[column - 1], len(points[column - 1])
        if row < len(CENTERS):
            line = Formula(symbols="points near / all points", numbers=f"{found[row]} / {total} = {rows[row][column]}")
        elif row == len(CENTERS):
            line = Formula(
                symbols="points near any / all points", numbers=f"{found.sum()} / {total} = {rows[row][column]}"
            )
        else:
            least = f"at least {SHARE * total:g} of {total} points"
            line = Formula(
                symbols=f"modes with at least {SHARE:.0%} of the points", numbers=f"{least}: {rows[row][column]}"
            )
        above = tuple((k, column) for k in range(len(CENTERS))) if row >= len(CENTERS) else ()
        return Origin(formulas=(line,), cells={"shares": above})

    return Table(
        name="shares",
        title="share of the points near each mode, which begin at 0°",
        columns=("mode", *names),
        rows=rows,
        marked=(len(rows) - 1,),
        cursor=(0, 1),
        origin=origin,
    )


def cost(state: State) -> Frames:
    """Parameters, training, evaluations and time for a sample."""
    return Frames(1, partial(_cost, state.result("ring-race")))


def rows_of(race: Any) -> tuple[tuple[str, int, int, float, int, float], ...]:
    """Name, weights trained, weights that draw, training seconds, evaluations and milliseconds a sample."""
    gan, diffusion = race.gans.stable, race.diffusion
    drawing = sum(w.numel() for name, w in gan.state["model"].items() if name.startswith("generator."))
    of_gan = ("GAN", gan.parameters, drawing, gan.seconds, gan.evaluations, gan.milliseconds)
    trained = diffusion.parameters, diffusion.parameters, diffusion.seconds
    drawn = (
        (f"diffusion, {drawn.steps} steps", *trained, drawn.evaluations, drawn.milliseconds)
        for drawn in (diffusion.own, diffusion.full)
    )
    return (of_gan, *drawn)


def _cost(race: Any, k: int) -> Frame:
    rows = rows_of(race)

    def origin(row: int, column: int) -> Origin | None:
        _, parameters, drawing, seconds, evaluations, milliseconds = rows[row]
        whole = f"G {drawing:,} + D {parameters - drawing:,} = {parameters:,}" if row == 0 else f"{parameters:,}"
        told_ = {
            1: Formula(symbols="weights and biases that are trained", numbers=whole),
            2: Formula(symbols="of those, what a sample needs: G, or the whole denoiser", numbers=f"{drawing:,}"),
            3: Formula(symbols="processor time of the optimisation steps", numbers=f"{seconds:.2f} s"),
            4: Formula(symbols="passes through the network, counted by a hook", numbers=str(evaluations)),
            5: Formula(symbols="processor time of one batch / samples in it", numbers=f"{milliseconds:.5f} ms"),
        }
        return Origin(formulas=(told_[column],)) if column in told_ else None

    table = Table(
        name="cost",
        title="weights, processor time and passes, measured here",
        about=(
            "Weights that are trained (a GAN's are G's and D's), and those that draw a sample (G's alone). Passes "
            "through the network are counted exactly. Seconds and milliseconds depend on the machine and its load."
        ),
        columns=("generator", "trained", "to draw", "train s", "passes/sample", "ms/sample"),
        rows=[list(row) for row in rows],
        digits=3,
        cursor=(2, 4),
        origin=origin,
    )
    own, full = race.diffusion.own, race.diffusion.full
    heavier, slower = rows[1][1] / rows[0][2], rows[1][5] / max(rows[0][5], 1e-9)
    text = (
        f"A GAN's sample is one pass. A diffusion sample is a pass a step: {full.evaluations} of T = 1000, or "
        f"{own.evaluations} where steps are left out, with {own.modes}/8 modes all the same. Each of the "
        f"{own.evaluations} passes goes through {heavier:.1f} times as many weights: {own.evaluations * heavier:.0f} "
        f"times the products. Measured were {slower:.0f} times the milliseconds."
    )
    return Frame(
        caption=(
            f"Training took {rows[0][3]:.1f} s (GAN) and {rows[1][3]:.1f} s (diffusion) of processor time. The "
            "price of diffusion is paid for every sample."
        ),
        figures=(table, Card(name="reading", title="what it says", text=text, kind="measured")),
    )


def knobs(state: State) -> Frames:
    """What was measured when the knobs of both were turned, and what remains opinion."""
    return Frames(2, partial(_knobs, state.result("ring-race")))


def _knobs(race: Any, k: int) -> Frame:
    diffusion = race.diffusion
    if k == 0:
        drawn = Table(
            name="sampler",
            title=f"one diffusion model of {FULL_STEPS} steps, samplers varied",
            about="Nothing is trained anew: only how samples are drawn. Spacing above 1 puts more steps near the data.",
            columns=("sampler", "passes", "spacing", "modes", "near"),
            rows=[[d.sampler, d.steps, d.spacing, d.modes, d.near] for d in (*diffusion.knobs, diffusion.full)],
            digits=3,
        )
        trained = Table(
            name="trained",
            title="trained anew, schedules briefly; near: share near a mode",
            about=(
                "The two noise schedules were trained for 600 steps only, a fifth of the model on the left, so that "
                "fewer of their points lie near a mode; compare them with each other. Both GANs have equal networks."
            ),
            columns=("choice", "steps", "modes", "near"),
            rows=_trained(race),
            digits=3,
        )
        return Frame(
            title="Measured sensitivity",
            caption=(
                "Which knob matters? Passes and training steps move the share of good points; a GAN's recipe decides "
                "over modes."
            ),
            figures=(drawn, trained),
        )
    figures: tuple[Figure, ...] = (
        Card(name="opinion", title="opinion", text=OPINION, kind="opinion"),
        Card(name="sensitivity", title="measured here", text=sensitivity(race), kind="measured"),
    )
    caption = "The notes call diffusion harder to tune. That is an opinion."
    return Frame(title="Harder to tune?", caption=caption, figures=figures)


def sensitivity(race: Any) -> str:
    """What the tables say, in a sentence for each family."""
    drawn = (*race.diffusion.knobs, race.diffusion.full)
    least, most = (choose(d.modes for d in drawn) for choose in (min, max))
    low, high = (choose(d.near for d in drawn) for choose in (min, max))
    reached = f"{least} to {most}" if least < most else str(least)
    gans = [told(result.samples) for result in (race.gans.stable, race.gans.collapse)]
    return (
        f"One diffusion model, {len(drawn)} samplers: {reached} of 8 modes, {low:.0%} to {high:.0%} of "
        f"points near one. Two GAN recipes: {gans[0]} and {gans[1]}."
    )


OPINION = (
    "The notes say that fine-tuning diffusion models is more challenging to get the best samples. No theorem says so. "
    "Diffusion has more knobs at sampling time (number of steps, sampler, spacing, guidance; guidance needs labels, "
    "which these points lack), but most are turned without training again. A GAN's knobs, its two learning rates and "
    "the restraint of D, decide whether it works at all. On other data and models it may be otherwise."
)


def _trained(race: Any) -> list[list[Any]]:
    rows: list[list[Any]] = [[f"{name} noise", SHORT_STEPS, *found] for name, found in race.diffusion.schedules.items()]
    for name, result in (("GAN, stable", race.gans.stable), ("GAN, collapse", race.gans.collapse)):
        rows.append([name, result.moments[-1].step, modes(result.samples), near_share(result.samples)])
    return rows
