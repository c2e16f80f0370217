"""Frames that compare generators on one ring: modes, cost, and what turning the knobs changes. Torch-free."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Card, Figure, Formula, Origin, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .modes import CENTERS, SIGMA, told
from .ring_figures import SHOWN, mode_bars, plane, real_points

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
    """Three generators of the same points, and their modes."""
    return Frames(2, partial(_race, state, state.result("ring-race")))


def _race(state: State, race: Any, k: int) -> Frame:
    if k == 0:
        real = real_points(state.seed)
        planes = tuple(
            plane(name, f"{name}: {told(result.samples)}", fake=result.samples[:SHOWN], real=real)
            for name, result in _three(race)
        )
        caption = "The same data, three generators. The collapsed one makes plausible points, but few kinds of them."
        return Frame(title="Side by side", caption=caption, figures=planes)
    bars = tuple(mode_bars(name, name, result.samples) for name, result in _three(race))
    caption = "Share of 4,000 points within three deviations of each center; one in eight would be fair."
    return Frame(title="Modes reached", caption=caption, figures=bars)


def cost(state: State) -> Frames:
    """Parameters, training, evaluations and time for a sample."""
    return Frames(1, partial(_cost, state.result("ring-race")))


def rows_of(race: Any) -> tuple[tuple[str, int, float, int, float], ...]:
    """Name, parameters, training seconds, network evaluations and milliseconds a sample, modes left out."""
    gan, diffusion = race.gans.stable, race.diffusion
    of_gan = ("GAN", gan.parameters, gan.seconds, gan.evaluations, gan.milliseconds)
    trained = diffusion.parameters, diffusion.seconds
    drawn = (
        (f"diffusion, {drawn.steps} steps", *trained, drawn.evaluations, drawn.milliseconds)
        for drawn in (diffusion.own, diffusion.full)
    )
    return (of_gan, *drawn)


def _cost(race: Any, k: int) -> Frame:
    rows = rows_of(race)

    def origin(row: int, column: int) -> Origin | None:
        _, parameters, seconds, evaluations, milliseconds = rows[row]
        told_ = {
            1: Formula(symbols="weights and biases of all networks", numbers=f"{parameters:,}"),
            2: Formula(symbols="processor time of the optimisation steps", numbers=f"{seconds:.2f} s"),
            3: Formula(symbols="passes through the network, counted by a hook", numbers=str(evaluations)),
            4: Formula(symbols="processor time of one batch / samples in it", numbers=f"{milliseconds:.5f} ms"),
        }
        return Origin(formulas=(told_[column],)) if column in told_ else None

    table = Table(
        name="cost",
        title="measured here, on this machine",
        about="Evaluations are counted exactly. Seconds and milliseconds depend on the machine and its load.",
        columns=("generator", "parameters", "train s", "evaluations/sample", "ms/sample"),
        rows=[list(row) for row in rows],
        digits=3,
        cursor=(2, 3),
        origin=origin,
    )
    own, full = race.diffusion.own, race.diffusion.full
    text = (
        f"A GAN's sample is one pass. A diffusion sample is a pass a step: {full.evaluations} of T = 1000, or "
        f"{own.evaluations} where steps are left out, with {own.modes}/8 modes all the same. What is dear is "
        "drawing."
    )
    return Frame(
        caption=(
            f"Training took {rows[0][2]:.1f} s (GAN) and {rows[1][2]:.1f} s (diffusion) of processor time. The "
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
            title="one trained diffusion model, samplers varied",
            about="Nothing is trained anew: only how samples are drawn. Spacing above 1 puts more steps near the data.",
            columns=("sampler", "steps", "spacing", "modes", "near a mode"),
            rows=[[d.sampler, d.steps, d.spacing, d.modes, d.near] for d in (*diffusion.knobs, diffusion.full)],
            digits=3,
        )
        trained = Table(
            name="trained",
            title="trained anew",
            about="Noise schedules after 600 steps each; GAN recipes with the same networks.",
            columns=("choice", "modes", "near a mode"),
            rows=_trained(race),
            digits=3,
        )
        return Frame(
            title="Measured sensitivity",
            caption="Which knob matters? Steps and schedule move diffusion's quality; GAN recipes decide over modes.",
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
    gans = [told(result.samples) for result in (race.gans.stable, race.gans.collapse)]
    return (
        f"One diffusion model, {len(drawn)} samplers: {least} to {most} of 8 modes, {low:.0%} to {high:.0%} of "
        f"points near one. Two GAN recipes: {gans[0]} and {gans[1]}."
    )


OPINION = (
    "The notes say that fine-tuning diffusion models is more challenging to get the best samples. No theorem says so. "
    "Diffusion has more knobs at sampling time (number of steps, sampler, spacing, guidance; guidance needs labels, "
    "which these points lack), but most are turned without training again. A GAN's knobs, its two learning rates and "
    "the restraint of D, decide whether it works at all. On other data and models it may be otherwise."
)


def _trained(race: Any) -> list[list[Any]]:
    from .modes import modes, near_share

    rows: list[list[Any]] = [[f"diffusion, {name} noise", *found] for name, found in race.diffusion.schedules.items()]
    for name, result in (("GAN, stable recipe", race.gans.stable), ("GAN, collapse recipe", race.gans.collapse)):
        rows.append([name, modes(result.samples), near_share(result.samples)])
    return rows
