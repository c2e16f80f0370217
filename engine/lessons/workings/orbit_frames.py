"""Frames of the game x·y: why the balance of two players is hard to reach by gradient steps. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Curves, Formula, Origin, Plane, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .bilinear import START, orbit, radii
from .kl import signed

NAMES = {"simultaneous": False, "alternating": True}


def orbits(state: State) -> Frames:
    """The two orbits, their radii, and the first steps in numbers."""
    return Frames(3, partial(_frame, state["eta"], state["steps"]))


def _frame(eta: float, steps: int, k: int) -> Frame:
    paths = {name: orbit(eta, steps, turns) for name, turns in NAMES.items()}
    ends = {name: float(radii(path)[-1]) for name, path in paths.items()}
    grown = (1 + eta**2) ** (steps / 2)
    formulas = (
        Formula(
            symbols="simultaneous: radius (1 + eta²)^(t/2)",
            numbers=f"(1 + {eta**2:.4g})^{steps / 2:g} = {grown:.4f}",
        ),
        Formula(
            symbols="x ← x - eta·y, y ← y + eta·x", numbers=f"alternating, y sees the new x: {ends['alternating']:.4f}"
        ),
    )
    if k == 0:
        side = 1.25 * min(max(1.0, *(float(np.abs(path).max()) for path in paths.values())), 1e6)
        plane = Plane(
            name="orbits",
            title="x lowers x·y, y raises it",
            about=(
                "Both players want to be at (0, 0), where neither gains by moving. Each follows its own gradient, and "
                "together they circle: the gradients form a rotation, not a slope towards the middle."
            ),
            extent=(-side, side, -side, side),
            paths={name: [path] for name, path in paths.items()},
            points={"equilibrium": np.zeros((1, 2))},
            labels=((START[0], START[1], "start"),),
            x_label="x",
            y_label="y",
        )
        caption = "Moving at once, they spiral outwards. Taking turns, they circle for ever. Neither arrives."
        if eta == 0:
            caption = "With steps of size 0 nobody moves."
        return Frame(title="Orbits", caption=caption, figures=(plane, _ends(eta, steps, ends)), formulas=formulas)
    if k == 1:
        curves = Curves(
            name="radii",
            title="distance from the equilibrium",
            x=np.arange(steps + 1),
            lines={name: radii(path) for name, path in paths.items()},
            x_label="step",
            levels={"start": 1.0},
        )
        caption = "Smaller steps spiral more slowly, but still outwards: no step size reaches the balance."
        return Frame(title="Radius", caption=caption, figures=(curves, _ends(eta, steps, ends)), formulas=formulas)
    return Frame(
        title="Step by step",
        caption="They differ only in which x the second player sees: the old one, or the one that has just moved.",
        figures=(_steps("simultaneous", eta, paths["simultaneous"]), _steps("alternating", eta, paths["alternating"])),
        formulas=formulas,
    )


def _ends(eta: float, steps: int, ends: dict[str, float]) -> Table:
    return Table(
        name="ends",
        title=f"after {steps} steps, eta {eta:g}",
        columns=("play", "radius"),
        rows=[[name, value] for name, value in ends.items()],
        digits=5,
    )


def _steps(name: str, eta: float, path: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Table:
    shown = path[:7]
    distances = radii(shown)

    def origin(row: int, column: int) -> Origin | None:
        if column == 3:
            (x, y), length = path[row], float(distances[row])
            lengths = Formula(
                symbols="(x² + y²)^½",
                numbers=f"({signed(x, '.5f')}² + {signed(y, '.5f')}²)^0.5 = {length:.4f}",
            )
            return Origin(formulas=(lengths,), cells={name: ((row, 1), (row, 2))})
        if row == 0 or column not in (1, 2):
            return None
        (x, y), (new, high) = path[row - 1], path[row]
        seen = new if NAMES[name] else x
        line = (
            Formula(symbols="x - eta·y", numbers=f"{x:.5f} - {eta:g}·{signed(y, '.5f')} = {new:.4f}")
            if column == 1
            else Formula(symbols="y + eta·x", numbers=f"{y:.5f} + {eta:g}·{signed(seen, '.5f')} = {high:.4f}")
        )
        sees = (row, 1) if column == 2 and NAMES[name] else (row - 1, 1)
        return Origin(formulas=(line,), cells={name: (sees, (row - 1, 2))})

    return Table(
        name=name,
        title=name,
        columns=("step", "x", "y", "radius"),
        rows=[[n, float(x), float(y), float(distances[n])] for n, (x, y) in enumerate(shown)],
        digits=4,
        cursor=(min(1, len(shown) - 1), 2),
        origin=origin,
    )
