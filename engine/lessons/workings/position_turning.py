"""The scene of `positions` on clock hands: going on by k turns each pair, and R_k turns all at once. Torch-free."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Formula, Grid, Origin, Plane
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .attending import product
from .position_scenes import entry
from .sinusoids import rates, rotation, sinusoids

PAIRS = 3


def turning(state: State) -> Frames:
    """Each pair of dimensions is a clock hand that R_k turns on by k w_i."""
    width, p, k = state["width"], state["position"], state["offset"]
    before, after = sinusoids(np.array([p, p + k]), width)
    turned = rotation(k, width) @ before
    circle = np.linspace(0, 2 * np.pi, 73)
    ring = np.stack([np.cos(circle), np.sin(circle)], 1)

    def frame(n: int) -> Frame:
        if n == min(PAIRS, width // 2):
            return _block(state)
        # a hand at angle p w: to the right is cos, up is sin
        old, new = before[2 * n : 2 * n + 2][::-1], after[2 * n : 2 * n + 2][::-1]
        rate = float(rates(width)[n])
        nought = np.zeros(2)
        arc = np.linspace(p * rate, (p + k) * rate, 40)
        plane = Plane(
            name="clock",
            title=f"pair {n}: dimensions {2 * n} and {2 * n + 1}",
            about="From each position to the next the hand turns by w_i, counter-clockwise; at 0 it points right. "
            "Going on by k turns it by k w_i.",
            extent=(-1.3, 1.3, -1.3, 1.3),
            paths={
                f"hand at {p}": [np.stack([nought, old])],
                f"hand at {p + k}": [np.stack([nought, new])],
                "circle": [ring],
                "turn": [np.stack([np.cos(arc), np.sin(arc)], 1) * 0.5],
            },
            labels=(
                (1.18 * float(old[0]), 1.18 * float(old[1]), f"{p}"),
                (1.18 * float(new[0]), 1.18 * float(new[1]), f"{p + k}"),
            ),
            x_label="cos",
            y_label="sin",
        )
        degrees = float(np.degrees(k * rate))
        return Frame(
            caption=f"From position {p} to {p + k} the hand of pair {n} turns {degrees:.1f}° counter-clockwise, "
            "from any p alike.",
            figures=(plane,),
            formulas=(
                Formula(
                    symbols="k · w_i, w_i = 10000^(-2i/d)",
                    numbers=f"{k} · {rate:.4g} = {k * rate:.4g} rad = {degrees:.1f}°",
                ),
            ),
        )

    def _block(state: State) -> Frame:
        shown = min(width, 8)
        error = float(np.abs(turned - after).max())

        def origin(row: int, column: int) -> Origin:
            pair = slice(row - row % 2, row - row % 2 + 2)
            block = rotation(k, width)[row, pair]
            numbers = f"{product(block, before[pair], 4)} = {turned[row]:.3f}"
            told = Formula(symbols=f"row {row} of R_{k} times PE({p}); all else is 0", numbers=numbers)
            at = (pair.start, pair.start + 1)
            return Origin(
                formulas=(told,),
                cells={"R": tuple((row, c) for c in at), "before": tuple((r, 0) for r in at)},
            )

        common: dict[str, Any] = {"signed": True, "reach": (-1, 1), "digits": 2}
        figures = (
            Grid(
                name="R",
                title=f"R_{k}, first {shown}x{shown}",
                values=rotation(k, width)[:shown, :shown],
                origin=partial(_turn, k, width),
                **common,
            ),
            Grid(
                name="before",
                title=f"PE({p})",
                values=before[:shown, None],
                join="×",
                origin=lambda row, column: entry(p, row, width),
                **common,
            ),
            Grid(name="after", title=f"PE({p + k})", values=turned[:shown, None], join="=", origin=origin, **common),
        )
        return Frame(
            caption=f"One matrix R_{k} of small rotations takes every PE(p) to PE(p + {k}): moving by {k} is linear.",
            figures=figures,
            formulas=(Formula(symbols="PE(p + k) = R_k PE(p)", numbers=f"largest difference {error:.0e}"),),
        )

    return Frames(min(PAIRS, width // 2) + 1, frame)


def _turn(k: int, width: int, row: int, column: int) -> Origin:
    """An entry of R_k: of a pair's own block a cosine or a sine, else 0."""
    pair = row // 2
    if column // 2 != pair:
        return Origin(formulas=(Formula(symbols="R_k mixes the two dimensions of a pair", numbers="other pairs: 0"),))
    sign, wave = ("", "cos") if row == column else ("", "sin") if row < column else ("-", "sin")
    angle = k * float(rates(width)[pair])
    value = float(rotation(k, width)[row, column])
    return Origin(
        formulas=(
            Formula(
                symbols=f"{sign}{wave}(k · w_{pair}), w_{pair} = 10000^(-{2 * pair}/{width})",
                numbers=f"{sign}{wave}({k} · {rates(width)[pair]:.4g}) = {sign}{wave}({angle:.4g}) = {value:.4f}",
            ),
        )
    )
