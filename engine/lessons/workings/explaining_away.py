"""Two causes that compete for one effect: the sprinkler asked again and again with more known. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.settings import Matrix
from ..kit.state import State
from .sprinkler import posterior
from .sprinkler_shown import answer, network, short

SPRINKLER, RAIN = 1, 2
STAGES: tuple[tuple[dict[int, int], str], ...] = (
    ({}, "P(S)"),
    ({3: 1}, "P(S|W)"),
    ({3: 1, 2: 1}, "P(S|W,R)"),
    ({2: 1}, "P(S|R)"),
)
CLOUDED: tuple[tuple[dict[int, int], str], ...] = (
    ({}, "P(S|C)"),
    ({2: 1}, "P(S|C,R)"),
    ({3: 1}, "P(S|C,W)"),
    ({3: 1, 2: 1}, "P(S|C,W,R)"),
)
"""The same with the clouds known as well, so that nothing can move through them."""
SAME = 5e-5


def away(table: Matrix) -> int:
    """-1 if rain explains the sprinkler away: wet grass seen and the clouds known, it lowers P(S); +1 raises, 0 keeps.

    With the clouds known no other way leads from rain to the sprinkler than through the grass.
    """
    moves = [0.0]
    for cloudy in (0, 1):
        wet = posterior(table, SPRINKLER, {0: cloudy, 3: 1})
        both = posterior(table, SPRINKLER, {0: cloudy, 3: 1, 2: 1})
        if wet is not None and both is not None:
            moves.append(both - wet)
    most = max(moves, key=abs)
    return 0 if abs(most) < SAME else -1 if most < 0 else 1


def _turn(before: float, value: float) -> int:
    return 0 if abs(value - before) < SAME else 1 if value > before else -1


def story(table: Matrix, k: int) -> str:
    """What the k-th stage shows, whatever the tables are."""
    value, name = posterior(table, SPRINKLER, STAGES[k][0]), STAGES[k][1]
    before = posterior(table, SPRINKLER, STAGES[k - 1 if k < 3 else 0][0]) if k else 0.0
    known = ("Nothing is known yet", "The grass is wet", "It rained as well", "Rain alone, the grass not seen")[k]
    if value is None or before is None:
        return f"{known}: with these tables that cannot happen, so there is no {name}."
    if k == 0:
        return f"{known}: the sprinkler ran with probability {short(value)}. Step on with the full stop."
    turn = _turn(before, value)
    how = {0: f"stays at {short(value)}", 1: "rises", -1: "falls"}[turn]
    moved = f"P(S) {how}" + (f" from {short(before)} to {short(value)}" if turn else "")
    if k == 1:
        return f"{known}. {moved}" + (": the sprinkler may be why." if turn > 0 else ".")
    if k == 3:
        return f"{known}. {moved}: " + (
            "rain tells of clouds, and clouds of sprinklers." if turn else "it tells nothing of the sprinkler."
        )
    effect = away(table)
    if effect == 0:
        return f"{known}. {moved}" + (", through the clouds alone" if turn else "") + ": nothing is explained away."
    if effect < 0:
        return (
            f"{known}, which explains the grass. {moved}: the sprinkler is explained away."
            if turn < 0
            else f"{known}. {moved}; only with the clouds known is the sprinkler explained away."
        )
    return f"{known}. {moved}. With the clouds known it rises: rain and sprinkler help each other here."


def _cell(table: Matrix, row: int, column: int) -> Origin | None:
    if not column:
        return None
    return Origin(formulas=(answer(table, {0: column - 1, **CLOUDED[row][0]}, SPRINKLER),))


def _clouds_known(table: Matrix) -> Frame:
    rows = [
        (name, *("-" if v is None else v for v in (posterior(table, SPRINKLER, {0: c, **known}) for c in (0, 1))))
        for known, name in CLOUDED
    ]
    clouded = Table(
        name="clouded",
        title="with the clouds known",
        about="Clouds move rain and sprinkler alike. With the clouds known, rain can tell of the sprinkler only "
        "through the grass: what moves then is explaining away, and nothing else.",
        columns=("sprinkler ran", "C=0", "C=1"),
        rows=rows,
        marked=(3,),
        origin=partial(_cell, table),
    )
    told = {
        -1: "once the grass is wet it lowers P(S): explaining away.",
        0: "and with wet grass seen it tells nothing either: nothing is explained away.",
        1: "once the grass is wet it raises P(S): the causes help each other.",
    }[away(table)]
    caption = f"With the clouds known, rain tells nothing of the sprinkler; {told}"
    evidence = {0: 0, 3: 1, 2: 1}
    return Frame(
        caption=caption,
        figures=(network(table, evidence, SPRINKLER), clouded),
        formulas=(answer(table, evidence, SPRINKLER),),
    )


def explaining(state: State) -> Frames:
    """Explaining away: two causes compete once their effect is seen."""
    table = state["tables"]
    known = [posterior(table, SPRINKLER, evidence) for evidence, _ in STAGES]
    rain = [posterior(table, RAIN, evidence) for evidence, _ in STAGES]
    notes = ["cannot happen" if value is None else f"P(R) {short(value)}" for value in rain]

    def frame(k: int) -> Frame:
        if k == len(STAGES):
            return _clouds_known(table)
        evidence = STAGES[k][0]
        bars = Bars(
            name="sprinkler",
            title="did the sprinkler run?",
            about="One question, asked with more and more known; the marked bar is the stage that the net shows.",
            labels=[name for _, name in STAGES],
            values=np.array([value or 0.0 for value in known]),
            high=1.0,
            marked=(k,),
            dropped=tuple(at for at, value in enumerate(known) if value is None),
            notes=notes,
        )
        return Frame(
            caption=story(table, k),
            figures=(network(table, evidence, SPRINKLER), bars),
            formulas=(answer(table, evidence, SPRINKLER),),
        )

    return Frames(len(STAGES) + 1, frame)
