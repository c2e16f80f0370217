"""Byte pairs learned merge after merge, as figures; and where the number of a token is from. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Formula, Origin, Table, Tokens
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import byte_pairs as pairs


def chip(kind: str, lower: bool, numbers: list[int], row: int, column: int) -> Origin:
    """Why a token has its number, and the bytes that it stands for."""
    number = numbers[column]
    raw = pairs.table(kind, lower)[number]
    how = "the unknown token" if number == 0 else f"byte {number - 1} + 1" if number <= pairs.BYTES else ""
    how = how or f"{pairs.FIRST} + {number - pairs.FIRST}: the learned vocabulary, counted from 0"
    formula = Formula(
        symbols="token → number, always the same one",
        numbers=f"{pairs.shown(number, kind, lower=lower)} → {number} ({how}; bytes {raw[:12].hex(' ')})",
    )
    return Origin(formulas=(formula,), cells={"tokens": ((0, column),), "counts": ()})


def touching(state: State) -> list[int]:
    """How many merges were learned when one changed the text: 0, then each number after which it is cut otherwise."""
    lower, stops = state["lower"], [0]
    before = pairs.encode(state["text"], "bpe", merged=0, lower=lower)
    for k in range(1, len(pairs.learning(lower)) + 1):
        after = pairs.encode(state["text"], "bpe", merged=k, lower=lower)
        if after != before:
            stops.append(k)
        before = after
    return stops


def merging(state: State) -> Frames:
    """Byte pairs learned: the merges that join something in this text, one after the other."""
    lower = state["lower"]
    stages, stops = pairs.learning(lower), touching(state)
    whole = len(stages)
    if stops[-1] < whole:
        stops = [*stops, whole]

    def told(token: int) -> str:
        return pairs.shown(token, "bpe", lower=lower)

    def frame(at: int) -> Frame:
        k = stops[at]
        numbers = pairs.encode(state["text"], "bpe", merged=k, lower=lower)
        newest = pairs.FIRST + k - 1
        chips = Tokens(
            name="tokens",
            title=f"after {k} merge{'s' * (k != 1)}: {len(numbers)} tokens",
            about="The text with the merges learned so far, each token with its number. The newest token is tinted.",
            tokens=[told(number) for number in numbers],
            notes=[str(number) for number in numbers],
            weights=np.array([float(number == newest) for number in numbers]) if newest in numbers else None,
            scope="the newest token",
            origin=partial(chip, "bpe", lower, numbers),
        )
        ranked = stages[max(0, k - 1)]
        (left, right), count = ranked[0]
        table = Table(
            name="pairs",
            title=f"most frequent neighbours before merge {max(1, k)}",
            about="Counted in the training text, with the merges made before. The first of them is joined; "
            "of equal counts the pair with the smaller token numbers.",
            columns=("left", "right", "times"),
            rows=[(told(left), told(right), count) for (left, right), count in ranked],
            marked=(0,),
            new_row=True,
        )
        pair = f"“{told(left)}” and “{told(right)}”"
        if k == 0:
            caption = f"Bytes at first. {pair} stand side by side most often in the training text: {count} times."
        elif newest in numbers:
            skipped = k - 1 - stops[at - 1]
            caption = f"Merge {k}: {pair}, {count} times side by side in the training text, are token {newest} now."
            caption += f" {skipped} before it join nothing here." if skipped else ""
        else:
            caption = f"The last {whole - stops[at - 1]} of {whole} merges join nothing in this text."
        formula = Formula(symbols="argmax count(left, right)", numbers=f"({told(left)}, {told(right)}): {count}")
        return Frame(caption=caption, figures=(chips, table), formulas=(formula,))

    return Frames(len(stops), frame)
