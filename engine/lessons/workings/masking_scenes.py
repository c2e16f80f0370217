"""The scenes of `masks` that need no training. Torch-free."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Bars, Cell, Formula, Grid, Origin
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .attending import Mask, causal, product
from .attention_looks import line, short
from .masking import Batch, attended, changes, padded, vectors
from .sentences import AXES, split

MOST = 14
"""Tokens of a sentence here."""


def sentence(state: State) -> tuple[str, ...]:
    """The tokens of the first sentence."""
    return split(state["text"], MOST)


def batch(state: State) -> Batch:
    """Both sentences, padded."""
    return padded((sentence(state), split(state["second"], MOST)), state["pad"])


def mask_of(state: State, size: int) -> Mask | None:
    """The causal mask, or none where it is switched off."""
    return causal(size) if state["masked"] else None


def hidden(mask: Mask) -> tuple[Cell, ...]:
    """The cells that may not be looked at."""
    return tuple((int(row), int(column)) for row, column in np.argwhere(~mask))


def mask_grid(name: str, mask: Mask, tokens: tuple[str, ...], title: str, **more: Any) -> Grid:
    """A mask as ones and hatched zeros."""
    names = tuple(short(token, 6) for token in tokens)
    return Grid(
        name=name,
        title=title,
        values=mask.astype(float),
        digits=0,
        shows="shades",
        signed=False,
        reach=(0, 1),
        scope="1: may look",
        row_labels=names,
        column_labels=names,
        row_axis="query",
        column_axis="key",
        marks={"never": hidden(mask)},
        **more,
    )


def look_ahead(state: State) -> Frames:
    """From no mask to exact zeros; with the mask switched off nothing is hidden."""
    tokens = sentence(state)
    size = len(tokens)
    mask = causal(size) if state["masked"] else np.ones((size, size), dtype=bool)
    a = attended(tokens, mask)
    names = tuple(short(token, 6) for token in tokens)
    count = int(mask.sum())
    on = state["masked"]
    captions = (
        "All tokens are scored, the future too: q·k / √d_k.",
        "The upper triangle, the future, is set to -∞ (hatched)."
        if on
        else "The mask is off (m): nothing is set to -∞. Every token would see its future.",
        "exp(-∞) = 0: masked weights are exactly 0, and rows sum to 1."
        if on
        else "Without the mask weight falls on the future, above the diagonal. Turn the mask on with m.",
    )

    sources = tuple(
        Grid(
            name=name,
            title=f"{name}, {size}x{values.shape[1]} (hand-set weights)",
            about=what,
            values=values,
            row_labels=names,
            column_labels=AXES,
            scope=f"{name} alone",
            new_row=name == "Q",
        )
        for name, values, what in (
            ("Q", a.q, "One row a token: what it asks for."),
            ("K", a.k, "One row a token: what it offers."),
        )
    )

    def origin(k: int, row: int, column: int) -> Origin:
        score = Formula(
            symbols=f"q({short(tokens[row])}) · k({short(tokens[column])}) / √{a.k.shape[1]}",
            numbers=f"({product(a.q[row], a.k[column])}) / √{a.k.shape[1]} = {a.scaled[row, column]:.2f}",
        )
        if k == 0:
            return Origin(formulas=(score,), cells={"Q": line(row, a.q.shape[1]), "K": line(column, a.k.shape[1])})
        if not mask[row, column]:
            hidden_ = Formula(symbols="j > i: -∞", numbers=f"token {column + 1} stands after token {row + 1}")
            zero = Formula(symbols="a = exp(-∞) / Σ", numbers="0")
            return Origin(formulas=(hidden_,) if k == 1 else (zero, hidden_))
        most = float(a.masked[row].max())
        total = float(np.exp(a.masked[row] - most).sum())
        largest = f"({most:.2f})" if most < 0 else f"{most:.2f}"
        numbers = f"exp({a.scaled[row, column]:.2f} - {largest}) / {total:.3f} = {a.weights[row, column]:.3f}"
        share = Formula(symbols="a = exp(s - max) / Σ of the row", numbers=numbers)
        return Origin(formulas=(score,) if k == 1 else (share, score))

    def frame(k: int) -> Frame:
        values = (a.scaled, np.where(mask, a.scaled, np.nan), a.weights)[k]
        title = ("scaled scores", "scores, future = -∞" if on else "scores, no mask", "weights")[k]
        grid = Grid(
            name="matrix",
            title=f"{title}, {size}x{size}",
            about="Rows are queries, columns keys. Hatched: the key lies in the query's future.",
            values=values,
            digits=2 if k == 2 else 1,
            reach=(0, 1) if k == 2 else None,
            shows="numbers" if size <= 10 else "shades",
            scope="weights" if k == 2 else "scores",
            marks={"never": hidden(mask) if k else ()},
            row_labels=names,
            column_labels=names,
            row_axis="query",
            column_axis="key",
            origin=partial(origin, k),
        )
        allowed = mask_grid("mask", mask, tokens, f"{'causal' if on else 'no'} mask: {count} of {size * size}")
        formula = (
            Formula(symbols="allowed = n(n+1)/2", numbers=f"{size}·{size + 1}/2 = {count} of {size * size} cells")
            if on
            else Formula(symbols="allowed = n²", numbers=f"{size}·{size} = {count} of {size * size} cells")
        )
        if k == 0:
            best = int(a.scaled[-1].argmax())
            return Frame(caption=captions[0], figures=(grid, *sources), formulas=origin(0, size - 1, best).formulas)
        share = origin(2, size - 1, size - 1).formulas[:1]
        return Frame(caption=captions[k], figures=(grid, allowed), formulas=(formula,) if k == 1 else share)

    return Frames(3, frame)


def future(state: State) -> Frames:
    """Edit one token: which outputs notice? From the second token to the last, then the first."""
    tokens = sentence(state)
    size = len(tokens)
    order = [*range(size - 1, 0, -1), 0]

    def frame(j: int) -> Frame:
        moved = changes(vectors(tokens), j, mask_of(state, size))
        noticed = [k for k in range(j) if moved[k] > 0]
        count = len(noticed)
        caption = (
            f'Token 1 "{short(tokens[0], 14)}" is edited: nothing stands before it, so nothing could peek at it.'
            if j == 0
            else f'Token {j + 1} "{short(tokens[j], 14)}" is edited: no output before it changes by any bit.'
            if state["masked"]
            else f'No mask: editing token {j + 1} "{short(tokens[j], 14)}" changes {count} '
            f"output{'s' * (count != 1)} before it. " + ("They peek." if count > 1 else "It peeks." if count else "")
        )
        bars = Bars(
            name="changes",
            title="largest change of each output (hand-set weights)",
            about="Outputs of the causal model before the edited token cannot depend on it.",
            labels=tuple(f"{k + 1} {short(token)}" for k, token in enumerate(tokens)),
            values=moved,
            marked=tuple(noticed),
            notes=tuple("before it" if k < j else "edited" if k == j else "after it" for k in range(size)),
        )
        before = float(moved[:j].max()) if j else 0.0
        formula = Formula(
            symbols="max |Δ out_i|, i before it", numbers=f"{before:g}" if j else "no token stands before it"
        )
        return Frame(caption=caption.strip(), figures=(bars,), formulas=(formula,))

    return Frames(size, lambda k: frame(order[k]))
