"""The frames of the weather chain: a forecast day by day, each from the day before alone. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Curves, Edge, Formula, Grid, Net, Node, Origin
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .weather import DAYS, STATES, changed, forecasts, settles, transition


def _term(p: Floats, chain: Floats, state: int) -> Formula:
    sums = " + ".join(f"{p[i]:.3g}·{chain[i, state]:.3g}" for i in range(3))
    return Formula(symbols="p(t+1)_j = Σ_i p(t)_i P_ij", numbers=f"{sums} = {p @ chain[:, state]:.3g}")


def _today(told: Floats, chain: Floats, day: int, direct: bool, row: int, column: int) -> Origin | None:
    """A state's probability on a day: from the day before (`direct`: which is shown), through its column of P."""
    if day == 0:
        return None
    cells = {"yesterday": tuple((i, 0) for i in range(3)), "P": tuple((i, row) for i in range(3))}
    if not direct:
        del cells["yesterday"]
    return Origin(formulas=(_term(told[day - 1], chain, row),), cells=cells)


def _divided(given: Floats, chain: Floats, row: int, column: int) -> Origin:
    """A transition probability: the number that was set, over the sum of its row."""
    total = given[row].sum()
    if total <= 0:
        return Origin(formulas=(Formula(symbols="P_ij = 1/3 where a row is empty", numbers="1/3 = 0.333"),))
    formula = Formula(
        symbols="P_ij = w_ij / Σ_j w_ij", numbers=f"{given[row, column]:g} / {total:g} = {chain[row, column]:.3g}"
    )
    return Origin(formulas=(formula,), cells={"P": tuple((row, j) for j in range(3))})


def _net(p: Floats, chain: Floats) -> Net:
    places = ((0.12, 0.0), (0.88, 0.0), (0.5, 1.0))
    nodes = tuple(
        Node(name=name, x=x, y=y, label=f"{p[i]:.2f}", role="active" if p[i] == p.max() else "plain")
        for i, (name, (x, y)) in enumerate(zip(STATES, places, strict=True))
    )
    edges = tuple(
        Edge(source=i, target=j, label=f"{chain[i, j]:.2g}", role="plain" if chain[i, j] > 0 else "quiet")
        for i in range(3)
        for j in range(3)
        if i != j
    )
    return Net(name="net", title="the chain: probability of a change", nodes=nodes, edges=edges, height=6, new_row=True)


def weather(state: State) -> Frames:
    """Day by day: yesterday's probabilities times P are today's."""
    given, chain = np.array(state["P"]), transition(state["P"])
    told = forecasts(STATES.index(state["today"]), state["P"])
    fate = (
        "In the end the probabilities settle; noise will do the same."
        if settles(told[0], chain)
        else "They go round for ever and never settle."
    )
    rows = [STATES[i] for i in changed(state["P"])]
    scaled = f" The rows of {', '.join(rows)} did not sum to 1 and were divided by their sums." if rows else ""

    def frame(day: int) -> Frame:
        before = told[max(day - 1, 0)]
        figures = (
            Bars(
                name="yesterday",
                title=f"p({day - 1}), the day before" if day else "p(0), known",
                labels=STATES,
                values=before,
                high=1.0,
                percent=True,
                origin=partial(_today, told, chain, day - 1, False) if day else None,
            ),
            Grid(
                name="P",
                title="P: from row to column",
                about="Row i holds the probabilities of tomorrow's weather after weather i. Edit a weight with + and "
                "-: each row is divided by its sum, so that it stays a distribution.",
                values=chain,
                row_labels=STATES,
                column_labels=STATES,
                row_axis="today",
                column_axis="tomorrow",
                reach=(0, 1),
                signed=False,
                edits="P",
                cursor=(0, 0),
                origin=partial(_divided, given, chain),
                join="×" if day else "",
            ),
            Bars(
                name="today",
                title=f"p({day})",
                about="The probability of each weather on this day, given the weather of day 0 alone.",
                labels=STATES,
                values=told[day],
                high=1.0,
                percent=True,
                join="=" if day else "",
                origin=partial(_today, told, chain, day, True),
            ),
            _net(told[day], chain),
        )
        caption = (
            "A Markov chain: what comes next depends on the present state alone. Today is known; press . for tomorrow."
            if day == 0
            else f"Day {day} needs day {day - 1} and P, nothing older. {fate}"
        )
        return Frame(caption=caption + scaled, figures=figures if day else figures[1:])

    def all_days() -> Frame:
        days = Curves(
            name="days",
            title="p(t) = p(0) P^t over the days",
            x=np.arange(DAYS + 1),
            lines={name: told[:, i] for i, name in enumerate(STATES)},
            x_label="day",
        )
        return Frame(
            title="all days at once", caption=f"Thirteen days, each from the one before. {fate}", figures=(days,)
        )

    return Frames(DAYS + 2, lambda day: frame(day) if day <= DAYS else all_days())
