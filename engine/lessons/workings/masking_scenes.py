"""The scenes of `masks` that need no training. Torch-free."""

from typing import Any

import numpy as np

from ..kit.figures import Bars, Card, Cell, Formula, Grid, Tokens
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .attending import Mask, Projections, causal, self_attention
from .attention_looks import short
from .masking import Batch, attended, changes, combined, losses, padded, vectors
from .sentences import projections, split

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
    """A mask as ones and hatched noughts."""
    names = tuple(short(token, 6) for token in tokens)
    return Grid(
        name=name,
        title=title,
        values=mask.astype(float),
        digits=0,
        shows="shades",
        signed=False,
        reach=(0, 1),
        row_labels=names,
        column_labels=names,
        row_axis="query",
        column_axis="key",
        marks={"never": hidden(mask)},
        **more,
    )


def look_ahead(state: State) -> Frames:
    """From no mask to exact zeros."""
    tokens = sentence(state)
    size = len(tokens)
    mask = causal(size)
    a = attended(tokens, mask)
    free = attended(tokens, None)
    names = tuple(short(token, 6) for token in tokens)
    count = size * (size + 1) // 2
    common: dict[str, Any] = {"row_labels": names, "column_labels": names, "row_axis": "query", "column_axis": "key"}
    steps = (
        (free.scaled, "scaled scores", "All tokens are scored, the future too.", (), 1, None),
        (
            np.where(mask, a.scaled, np.nan),
            "scores, future = -∞",
            "The upper triangle is set to -∞.",
            hidden(mask),
            1,
            None,
        ),
        (
            a.weights,
            "weights",
            "exp(-∞) = 0: masked weights are exactly 0, and rows sum to 1.",
            hidden(mask),
            2,
            (0, 1),
        ),
    )

    def frame(k: int) -> Frame:
        values, title, caption, marks, digits, reach = steps[k]
        grid = Grid(
            name="matrix",
            title=f"{title}, {size}x{size}",
            about="Rows are queries, columns keys. Hatched: the key lies in the query's future.",
            values=values,
            digits=digits,
            reach=reach,
            shows="numbers" if size <= 10 else "shades",
            marks={"never": marks},
            **common,
        )
        allowed = mask_grid("mask", mask, tokens, f"causal mask: {count} of {size * size}")
        numbers = f"{size}·{size + 1}/2 = {count} of {size * size}"
        formula = Formula(symbols="allowed = n(n+1)/2", numbers=numbers)
        shown = (grid, allowed) if k else (grid,)
        return Frame(caption=caption, figures=shown, formulas=(formula,))

    return Frames(3, frame)


def future(state: State) -> Frames:
    """Edit one token: which outputs notice?"""
    tokens = sentence(state)
    size = len(tokens)

    def frame(j: int) -> Frame:
        moved = changes(vectors(tokens), j, mask_of(state, size))
        noticed = [k for k in range(j) if moved[k] > 0]
        caption = (
            f'Token {j} "{tokens[j]}" is edited: no output before it changes by any bit.'
            if state["masked"]
            else f'No mask: editing token {j} "{tokens[j]}" changes {len(noticed)} outputs before it. They peek.'
        )
        row = Tokens(
            name="tokens",
            title="which outputs change (hand-set weights)",
            tokens=tokens,
            weights=np.minimum(moved, 1.0),
            notes=tuple("edit" if k == j else f"{change:.2f}" for k, change in enumerate(moved)),
            focus=j,
        )
        bars = Bars(
            name="changes",
            title="largest change of each output",
            about="Outputs of the causal model before the edited token cannot depend on it.",
            labels=tuple(short(token) for token in tokens),
            values=moved,
            marked=tuple(noticed),
            notes=tuple("before it" if k < j else "edited" if k == j else "after it" for k in range(size)),
        )
        before = float(moved[:j].max()) if j else 0.0
        formula = Formula(symbols="max |Δ out_i|, i < j", numbers=f"{before:g}")
        return Frame(caption=caption, figures=(row, bars), formulas=(formula,))

    return Frames(size, lambda k: frame(size - 1 - k))


def padding(state: State) -> tuple[Frame, ...]:
    """A batch of two lengths; what padding may and may not do."""
    both = batch(state)
    shorter = int(both.real.sum(1).argmin())
    tokens, real = both.tokens[shorter], both.real[shorter]
    size = len(tokens)
    w = projections("hand-set")
    rows = tuple(
        Tokens(
            name=f"sentence {k + 1}",
            title=f"sentence {k + 1}: {int(both.real[k].sum())} tokens of {size}",
            tokens=row,
            dimmed=tuple(int(j) for j in np.flatnonzero(~both.real[k])),
            new_row=True,
        )
        for k, row in enumerate(both.tokens)
    )
    keys = np.broadcast_to(real, (size, size)).copy()
    first = Frame(
        caption="Sentences of a batch are padded to one length. The mask hides the padding from every query.",
        figures=(*rows, mask_grid("padding", keys, tokens, "key padding mask", new_row=True)),
        formulas=(Formula(symbols="allowed(i, j) = token j is real", numbers=f"{int(real.sum())} of {size} keys"),),
    )
    outputs = {}
    for name, mask in (("masked", keys), ("not masked", None)):
        for pad in (0.0, state["junk"]):
            x = vectors(tokens, pad)
            with np.errstate(invalid="ignore"):
                outputs[name, pad] = attended_vectors(x, w, mask)[real]
    change = {
        name: float(np.abs(outputs[name, state["junk"]] - outputs[name, 0.0]).max())
        for name in ("masked", "not masked")
    }
    second = Frame(
        caption="Fill the padding with junk: with the mask no real output moves; without it all do.",
        figures=(
            Bars(
                name="moved",
                title=f"largest change of a real output, padding = {state['junk']:g} instead of 0",
                labels=("masked", "not masked"),
                values=np.array([change["masked"], change["not masked"]]),
                notes=("exactly 0" if change["masked"] == 0 else "", ""),
            ),
        ),
        formulas=(
            Formula(symbols="max |Δ out|", numbers=f"masked {change['masked']:g}, not {change['not masked']:.3g}"),
        ),
    )
    nll = position_losses(tokens, keys)
    mean = float(nll[real].mean())
    third = Frame(
        caption="Padding has no next word: its losses are left out of the mean, or they would teach nonsense.",
        figures=(
            Bars(
                name="losses",
                title="-ln p of each token (random head)",
                about="The mean goes over real tokens alone, as cross_entropy(ignore_index=…) does.",
                labels=tuple(short(token) for token in tokens),
                values=nll,
                dropped=tuple(int(j) for j in np.flatnonzero(~real)),
                reference=("mean", mean),
            ),
        ),
        formulas=(
            Formula(
                symbols="loss = Σ_real -ln p / n_real", numbers=f"{mean:.3f}; over all it would be {nll.mean():.3f}"
            ),
        ),
    )
    return first, second, third


def attended_vectors(x: Floats, w: Projections, mask: Mask | None) -> Floats:
    """The outputs (T, 4)."""
    return self_attention(x, w, mask).output


def position_losses(tokens: tuple[str, ...], mask: Mask) -> Floats:
    """[T]: -ln p of each token among the different tokens of the sentence, by a random head."""
    names = sorted(set(tokens))
    output = attended_vectors(vectors(tokens), projections("hand-set"), mask)
    return losses(output, len(names), [names.index(token) for token in tokens])


def together(state: State) -> tuple[Frame, ...]:
    """Causal and padding: three matrices, and the row that nothing is left of."""
    both = batch(state)
    shorter = int(both.real.sum(1).argmin())
    tokens, real = both.tokens[shorter], both.real[shorter]
    size = len(tokens)
    keys = np.broadcast_to(real, (size, size)).copy()
    allowed = combined(real)
    empty = [int(row) for row in np.flatnonzero(~allowed.any(1))]
    three = (
        mask_grid("causal", causal(size), tokens, f"causal: {int(causal(size).sum())}"),
        mask_grid("padding", keys, tokens, f"padding: {int(keys.sum())}", join="∧"),
        mask_grid("both", allowed, tokens, f"both: {int(allowed.sum())} of {size * size}", join="="),
    )
    a = attended(tokens, allowed)
    broken = bool(np.isnan(a.weights).any())
    caption = (
        f"{len(empty)} row{'s' if len(empty) > 1 else ''} may look at nothing: softmax of -∞ alone is 0/0 = NaN. "
        "Padding on the left did it."
        if empty
        else "A token may look at what is neither in its future nor padding. Every row keeps at least one key."
    )
    names = tuple(short(token, 6) for token in tokens)
    weights = Grid(
        name="weights",
        title="weights (hand-set)",
        about="A row without any allowed key has no softmax: 0/0 is not a number, and it spreads to all that reads it.",
        values=a.weights,
        shows="numbers" if size <= 10 else "shades",
        signed=False,
        reach=(0, 1),
        row_labels=names,
        column_labels=names,
        marks={"never": hidden(allowed)},
    )
    told = Card(
        name="told",
        title="rows without a key",
        kind="measured",
        text=f"Rows {', '.join(map(str, empty))} are NaN. PyTorch gives NaN there too. Pad on the right (key e), or "
        "let such rows look at themselves and ignore what they give."
        if broken
        else "None: all weights are finite. Put the padding on the left (key e) to see what happens then.",
    )
    numbers = f"{int(allowed.sum())} of {size * size} cells; rows without a key: {len(empty)}"
    formula = Formula(symbols="allowed = causal ∧ real", numbers=numbers)
    return (
        Frame(caption=caption, figures=three, formulas=(formula,)),
        Frame(caption=caption, figures=(weights, told), formulas=(formula,)),
    )
