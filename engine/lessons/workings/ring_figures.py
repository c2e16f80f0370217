"""Figures of generators on the ring of eight Gaussians: planes, and tables of what is measured. Torch-free.

Shapes: n points. Points are in the units of the data.
"""

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

import numpy as np

from ...data.points import ring
from ..kit.figures import Bars, Formula, Origin, Plane, Table
from ..kit.fixtures import Floats
from .best_discriminator import reference
from .modes import CENTERS, REACH, SHARE, modes, near, near_share

EXTENT = (-2.6, 2.6, -2.6, 2.6)
SHOWN = 300
ARROWS = 60
"""Generated points that an arrow is drawn at."""
LONGEST = 0.7
"""Length in the plane of an arrow at the ninetieth percentile."""
LINES = 9
"""Lines of the generator's grid, each way."""


def real_points(seed: int, count: int = SHOWN) -> Floats:
    """[count, 2]: points of the ring."""
    return ring(np.random.default_rng([seed, 0x2D]), count)


def grid_lines(manifold: Any) -> list[Any]:
    """A lattice [g, g, 2] as lines along and across."""
    every = (len(manifold) - 1) // (LINES - 1)
    return [manifold[k] for k in range(0, len(manifold), every)] + [
        manifold[:, k] for k in range(0, len(manifold), every)
    ]


def arrow_scale(pulls: Any) -> float:
    """Length in the plane of one nat by unit, so that nine arrows of ten are at most LONGEST."""
    lengths = np.hypot(*np.asarray(pulls, dtype=np.float64).T)
    return LONGEST / max(float(np.percentile(lengths, 90)), 1e-12)


def plane(
    name: str,
    title: str,
    *,
    fake: Any,
    real: Any,
    about: str = "",
    surface: Any = None,
    manifold: Any = None,
    arrows: tuple[Any, Any] | None = None,
    arrows_label: str = "",
    new_row: bool = False,
) -> Plane:
    """Real and generated points, over D's answers, with the generator's grid and arrows where they are given."""
    return Plane(
        name=name,
        title=title,
        about=about,
        extent=EXTENT,
        points={"real": real, _named(fake): fake} if len(fake) else {"real": real},
        surface=surface,
        surface_label="D: 1 is real",
        surface_reach=(0.0, 1.0),
        paths={} if manifold is None else {"G's grid": grid_lines(manifold)},
        arrows=arrows,
        arrows_label=arrows_label,
        new_row=new_row,
    )


def _named(fake: Any) -> str:
    """The legend of made points, which tells how many lie outside of the plane."""
    left, right, bottom, top = EXTENT
    x, y = np.asarray(fake, dtype=np.float64).T
    outside = int((~((left <= x) & (x <= right) & (bottom <= y) & (y <= top))).sum())
    return f"generated, {outside} of {len(x)} outside" if outside else "generated"


def mode_bars(name: str, title: str, points: Any, join: str = "") -> Bars:
    """How many points lie near each of the eight centers."""
    counts, total = near(points), len(points)

    def origin(row: int, column: int) -> Origin:
        counted = f"{counts[row]} / {total} = {counts[row] / total:.1%}"
        verdict = "reached" if counts[row] >= SHARE * total else "missed"
        symbols = f"share within {REACH:g}σ of mode {row + 1}; reached from {SHARE:.0%} on"
        return Origin(formulas=(Formula(symbols=symbols, numbers=f"{counted}, {verdict}"),))

    return Bars(
        name=name,
        title=f"{title}: modes {modes(points)}/8, {near_share(points):.0%} near one",
        about=(
            f"A point belongs to a mode if it lies within {REACH:g} standard deviations (σ = 0.02) of its center. "
            f"A mode counts as reached if at least {SHARE:.0%} of all points belong to it; its fair share is 12.5 %."
        ),
        labels=[f"mode {k + 1} at {45 * k}°" for k in range(len(CENTERS))],
        values=counts / total,
        high=0.25,
        percent=True,
        reference=("1/8", 1 / 8),
        marked=tuple(int(k) for k in np.flatnonzero(counts >= SHARE * total)),
        join=join,
        origin=origin,
    )


def levels(loss: str) -> dict[str, float]:
    """D's and G's loss where p_g = p_data, by what they are called, from the loss in use."""
    values = reference(loss)
    signed = "ln 2" if values["G"] > 0 else "-ln 2"
    return {"2 ln 2": values["D"], signed: values["G"]}


def table(name: str, title: str, rows: Sequence[tuple[str, Any, str]], formulas: Mapping[int, Formula]) -> Table:
    """What was measured, and what it would be if nobody could tell real from made."""

    def origin(row: int, column: int) -> Origin | None:
        return Origin(formulas=(formulas[row],)) if column == 1 else None

    return Table(
        name=name, title=title, columns=("measured", "now", "balance"), rows=[list(row) for row in rows],
        digits=3, cursor=(0, 1), origin=origin,
    )  # fmt: skip


def pointwise(label: int, answer: float) -> tuple[float, Formula]:
    """The loss of one row of D's batch: -ln of the probability that D gives to its label."""
    if label:
        value = 0.0 - log(max(answer, 1e-300))
        return value, Formula(symbols="label 1: -ln D(x)", numbers=f"-ln {plain(answer)} = {plain(value, 4)}")
    value = 0.0 - log(max(1 - answer, 1e-300))
    return value, Formula(symbols="label 0: -ln(1 - D(x))", numbers=f"-ln(1 - {plain(answer)}) = {plain(value, 4)}")


def plain(value: float, digits: int = 7) -> str:
    """A number with so many digits that 1 less a little is told from 1."""
    return f"{value:.{digits}g}"
