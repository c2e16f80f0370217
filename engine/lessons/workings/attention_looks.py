"""A sentence looked at by one head: the figures that several scenes on attention share. Torch-free."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Bars, Cell, Formula, Grid, Origin, Tokens
from ..kit.fixtures import Floats
from ..kit.state import State
from .attending import Attention, Projections, causal, product, self_attention
from .sentences import asker, embed, guesses, projections, split

ROOMY = 12
"""Tokens up to which a matrix is shown as numbers."""
STAGES = ("scores", "scaled", "masked", "weights")
SYMBOLS = ("S = QKᵀ", "S / √d_k", "S / √d_k, masked", "A = softmax(S / √d_k)")


@dataclass(frozen=True, eq=False)
class Look:
    """Tokens, their embeddings x (T, D), the projections, every stage, and the token in focus."""

    tokens: tuple[str, ...]
    x: Floats
    w: Projections
    a: Attention
    focus: int
    """From 0; the setting counts from 1, and 0 leaves the choice to the sentence."""

    @property
    def size(self) -> int:
        """T."""
        return len(self.tokens)

    @property
    def label(self) -> str:
        """How honest one must be about the weights."""
        return "hand-set weights" if self.w.hand_set else "random weights"

    @property
    def guessed(self) -> str:
        """Which words the hand-set classes do not know, as the end of a caption."""
        return guesses(self.tokens) if self.w.hand_set else ""


def look(state: State, text: str | None = None) -> Look:
    """The state's sentence, or another text, with the state's weights, mask and focus."""
    tokens = split(state["text"] if text is None else text)
    x, w = embed(tokens), projections(state["weights"], state.seed)
    mask = causal(len(tokens)) if state["mask"] == "causal" else None
    focus = min(state["focus"], len(tokens)) - 1 if state["focus"] else asker(tokens)
    return Look(tokens, x, w, self_attention(x, w, mask), focus)


def short(token: str, most: int = 8) -> str:
    """A token as a label."""
    return token if len(token) <= most else token[: most - 1] + "…"


def labels(seen: Look) -> tuple[str, ...]:
    """The tokens as labels of rows."""
    return tuple(short(token) for token in seen.tokens)


def shown(state: State, seen: Look) -> Any:
    """`numbers` as long as there is room for them."""
    return state["show"] if seen.size <= ROOMY else "shades"


def too_wide(state: State, seen: Look) -> str:
    """Why a matrix is shown in shades although numbers were asked for, as the end of a title."""
    return f", over {ROOMY} tokens: shades" if state["show"] == "numbers" and seen.size > ROOMY else ""


def line(row: int, width: int) -> tuple[Cell, ...]:
    """The cells of one row."""
    return tuple((row, column) for column in range(width))


def pick_row(row: int, column: int) -> dict[str, int]:
    """The focus follows the row of the cursor."""
    return {"focus": row + 1}


def pick_token(row: int, column: int) -> dict[str, int]:
    """The focus follows the token under the cursor."""
    return {"focus": column + 1}


def cell_origin(seen: Look, stage: int, row: int, column: int) -> Origin:
    """From the query and the key to the number at this stage."""
    a = seen.a
    formulas = [
        Formula(
            symbols=f"s = q({short(seen.tokens[row])}) · k({short(seen.tokens[column])})",
            numbers=f"{product(a.q[row], a.k[column])} = {a.scores[row, column]:.2f}",
        )
    ]
    cells = {"Q": line(row, a.q.shape[1]), "K": line(column, a.k.shape[1])}
    d_k, scaled = a.k.shape[1], a.scaled[row, column]
    if stage >= 1:
        formulas.append(Formula(symbols="s / √d_k", numbers=f"{a.scores[row, column]:.2f} / √{d_k} = {scaled:.2f}"))
    allowed = bool(a.mask[row, column])
    if stage >= 2 and not a.mask.all():
        told = f"{scaled:.2f}: it may look" if allowed else f"{scaled:.2f} → -∞: it lies in the future"
        formulas.append(Formula(symbols="mask", numbers=told))
    if stage >= 3:
        most = float(a.masked[row].max())
        total = float(np.exp(a.masked[row] - most).sum())
        power = f"exp({scaled:.2f} - {most:.2f})" if allowed else "exp(-∞)"
        numbers = f"{power} / {total:.2f} = {a.weights[row, column]:.3f}"
        formulas.append(Formula(symbols="a = exp(s - max) / Σ exp(s - max)", numbers=numbers))
    return Origin(formulas=tuple(reversed(formulas)), cells=cells)


def matrix(state: State, seen: Look, stage: int, **more: Any) -> Grid:
    """The (T, T) matrix at one of its four STAGES; what is masked is hatched from the third on."""
    values = getattr(seen.a, STAGES[stage])
    hidden = tuple((int(r), int(c)) for r, c in np.argwhere(~seen.a.mask)) if stage >= 2 else ()
    parts: dict[str, Any] = {
        "name": "matrix",
        "title": f"{_symbols(seen, stage)}, {seen.size}x{seen.size}{too_wide(state, seen)}",
        "about": "Rows are queries, columns keys. Put the cursor on a number to see its query, its key and its sum.",
        "values": np.where(np.isfinite(values), values, np.nan) if stage == 2 else values,
        "shows": shown(state, seen),
        "digits": 2,
        "signed": None if stage < 3 else False,
        "reach": (0, 1) if stage == 3 else None,
        "scope": "weights" if stage == 3 else "scores",
        "row_labels": labels(seen),
        "column_labels": labels(seen),
        "row_axis": "query",
        "column_axis": "key",
        "marks": {"never": hidden, "focus": line(seen.focus, seen.size)},
        "cursor": (seen.focus, int(np.nanargmax(np.where(seen.a.mask, seen.a.scaled, np.nan)[seen.focus]))),
        "picks": pick_row,
        "origin": partial(cell_origin, seen, stage),
    }
    return Grid(**{**parts, **more})


def _symbols(seen: Look, stage: int) -> str:
    return SYMBOLS[1] if stage == 2 and seen.a.mask.all() else SYMBOLS[stage]


def projected(seen: Look, which: str, **more: Any) -> Grid:
    """Q, K or V as a grid with its shape."""
    values = {"Q": seen.a.q, "K": seen.a.k, "V": seen.a.v}[which]
    weights = {"Q": seen.w.query, "K": seen.w.key, "V": seen.w.value}[which]
    size, depth = values.shape

    def origin(row: int, column: int) -> Origin:
        numbers = f"{product(seen.x[row], weights[:, column])} = {values[row, column]:.2f}"
        cells = {"X": line(row, seen.x.shape[1]), f"W_{which}": tuple((r, column) for r in range(len(weights)))}
        return Origin(formulas=(Formula(symbols=f"{which.lower()} = x · w", numbers=numbers),), cells=cells)

    width = "d_v" if which == "V" else "d_k"
    about = {
        "Q": "One row a token: its question. A large number asks for what the column names.",
        "K": "One row a token: what it offers to those who ask.",
        "V": "One row a token: its content, which is handed over to who attends to it.",
    }[which]
    parts: dict[str, Any] = {
        "name": which,
        "title": f"{which}, T x {width} = {size}x{depth}",
        "about": about + ("" if seen.w.hand_set else " The weights are random: the columns mean nothing."),
        "values": values,
        "digits": 2,
        "row_labels": labels(seen),
        "column_labels": seen.w.contents if which == "V" else seen.w.axes,
        "marks": {"focus": line(seen.focus, depth)},
        "cursor": (seen.focus, 0),
        "scope": f"{which} alone",
        "origin": origin,
    }
    return Grid(**{**parts, **more})


def noted(seen: Look) -> tuple[str, ...]:
    """The weights of the token in focus under the tokens; hatched where it may not look."""
    allowed = seen.a.mask[seen.focus]
    return tuple(f"{a:.2f}" if may else "╱╱╱" for a, may in zip(seen.a.weights[seen.focus], allowed, strict=True))


def tinted(seen: Look, **more: Any) -> Tokens:
    """The sentence tinted by the weights of the token in focus."""
    row = seen.a.weights[seen.focus]
    parts: dict[str, Any] = {
        "name": "tokens",
        "title": f'what "{short(seen.tokens[seen.focus], 14)}" looks at ({seen.label})',
        "about": "The tint of a token is its attention weight. Move the cursor to put another token in focus.",
        "tokens": seen.tokens,
        "weights": row,
        "notes": tuple(
            f"{weight:.2f}" if may else "╱╱╱" for weight, may in zip(row, seen.a.mask[seen.focus], strict=True)
        ),
        "focus": seen.focus,
        "dimmed": tuple(int(k) for k in np.flatnonzero(~seen.a.mask[seen.focus])),
        "cursor": (0, seen.focus),
        "picks": pick_token,
    }
    return Tokens(**{**parts, **more})


def ranked(seen: Look, most: int = 5) -> list[int]:
    """Which tokens get most of the attention of the one in focus, the largest weight first."""
    row = seen.a.weights[seen.focus]
    return [int(k) for k in np.argsort(-row, kind="stable")[:most] if seen.a.mask[seen.focus, k]]


def top(seen: Look) -> Bars:
    """The tokens that get most of the attention of the one in focus."""
    row = seen.a.weights[seen.focus]
    order = ranked(seen)

    def origin(bar: int, column: int) -> Origin:
        return cell_origin(seen, 3, seen.focus, order[bar])

    return Bars(
        name="top",
        title=f'top {len(order)} of the row "{short(seen.tokens[seen.focus])}", places from 1',
        about="The largest attention weights of the token in focus; all of its row sum to 1.",
        labels=tuple(f"{k + 1} {short(seen.tokens[k])}" for k in order),
        values=row[order],
        high=1,
        percent=True,
        origin=origin,
    )
