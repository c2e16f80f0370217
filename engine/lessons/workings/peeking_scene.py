"""The scene of the two trained models, one of which peeked. Torch-free."""

from typing import Any

import numpy as np

from ..kit.figures import Bars, Card, Curves, Formula, Origin, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .grammar import WORDS, entropy_rate

NAMES = {"honest": "causal mask", "cheating": "no mask"}


def cheating(state: State) -> tuple[Frame, ...]:
    """Loss curves with what is possible at best; what each writes; what each is worth when it must write."""
    peeking: Any = state.result("peeking")
    arms = {name: getattr(peeking, name) for name in NAMES}
    rate = entropy_rate()
    guess = float(np.log(len(WORDS)))
    first = "honest" if state["masked"] else "cheating"
    curves = Curves(
        name="loss",
        title="training loss, nats a word",
        about="The grammar is known, so the least loss that is possible without peeking is known too: its entropy.",
        x=np.arange(1, len(arms["honest"].losses) + 1, dtype=float),
        lines={NAMES[name]: np.asarray(arm.losses) for name, arm in arms.items()},
        x_label="step",
        y_label="nats a word",
        levels={"floor: entropy": rate, f"guessing, ln {len(WORDS)}": guess},
    )
    falls = Frame(
        caption="With the mask the loss stops at the floor, the entropy of the text. Below it is only peeking (m)."
        if state["masked"]
        else "Without the mask the loss falls through the floor: below the entropy of the text is only peeking.",
        figures=(curves,),
        formulas=(
            Formula(
                symbols="held-out sentences: loss at the end, their floor",
                numbers=f"causal {arms['honest'].held_out:.2f}, no mask {arms['cheating'].held_out:.3f}, "
                f"floor {peeking.floor:.2f}",
            ),
        ),
    )
    order = (first, *(name for name in NAMES if name != first))
    cards = tuple(
        Card(
            name=f"written {name}",
            title=f"{NAMES[name]} writes: {100 * arms[name].right:.0f} % of its sentences are right",
            kind="measured",
            text=" ".join(arms[name].written) or "nothing",
        )
        for name in order
    )
    writes = Frame(
        caption="When it must write there is no next word to look at: the model that peeked has learned nothing else.",
        figures=cards,
    )
    names = tuple(NAMES[name] for name in order)

    def measured(name: str, alone: bool) -> Origin:
        value = arms[name].alone if alone else arms[name].held_out
        how = "a pass over the words before it alone" if alone else f"a pass over its whole passage, {NAMES[name]}"
        told = (
            Formula(symbols="mean of -ln p of every held-out word", numbers=f"measured: {value:.4f} nats"),
            Formula(symbols="each word is predicted from", numbers=how),
        )
        return Origin(formulas=told)

    def cell(row: int, column: int) -> Origin | None:
        if column == 3:
            told = Formula(
                symbols="least possible: -ln p in the grammar itself, mean", numbers=f"{peeking.floor:.4f} nats"
            )
            return Origin(formulas=(told,))
        return measured(order[row], column == 2) if column else None

    bars = Bars(
        name="alone",
        title="nats a word, as trained and as in writing",
        about="Each held-out word is predicted from a pass over the words before it alone, as in writing.",
        labels=(*(f"{name}, as trained" for name in names), *(f"{name}, as in writing" for name in names)),
        values=np.array([*(arms[name].held_out for name in order), *(arms[name].alone for name in order)]),
        reference=(f"guessing, ln {len(WORDS)}", guess),
        marked=(3,) if first == "honest" else (2,),
        origin=lambda bar, column: measured(order[bar % 2], bar >= 2),
    )
    table = Table(
        name="arms",
        title="held-out sentences",
        columns=("", "as trained", "as in writing", "floor"),
        rows=[[NAMES[name], arms[name].held_out, arms[name].alone, peeking.floor] for name in order],
        digits=3,
        origin=cell,
    )
    worse = "more than" if arms["cheating"].alone > guess else "less than"
    worth = Frame(
        caption="Scored as it was trained the cheat looks perfect. As it is used a word costs it "
        f"{arms['cheating'].alone:.2f} nats, {worse} guessing blindly: {guess:.2f}.",
        figures=(bars, table),
    )
    return falls, writes, worth
