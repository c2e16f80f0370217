"""The table of decoding and its bars: token, logit, logit / T, kept?, p. Torch-free."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..kit.figures import Bars, Formula, Origin, Table
from ..kit.fixtures import Floats
from .decoding import Decoded
from .weight_origins import figured
from .writing import Rules

SOFTMAX = Formula(symbols="p_i = exp(z_i / T) / Σ_j exp(z_j / T), then the kept p alone, summing to 1")


def short(number: float) -> str:
    """A number of a formula: three figures, brackets where it is negative."""
    text = f"{number:.3g}"
    return f"({text})" if text.startswith("-") else text


def decoding_table(
    names: Sequence[str],
    logits: Floats,
    decoded: Decoded,
    rules: Rules,
    *,
    rows: int = 10,
    chosen: int | None = None,
    title: str = "the next token",
    name: str = "table",
) -> Table:
    """The likeliest `rows` tokens, and the `chosen` one in any case; what top-k or top-p dropped is struck.

    Where tokens are drawn, Σ p is where each one's share of 0..1 ends.
    """
    ranks = decoded.order().tolist()
    order = with_chosen(ranks, rows, chosen)
    reached = np.cumsum(decoded.chances[ranks])
    columns = [
        "token",
        "logit z",
        f"z / {rules.temperature:g}",
        "p of all",
        "kept?",
        "p",
        *(["Σ p"] * rules.sampled),
    ]
    body = []
    for k in order:
        cells = [names[k], _round(logits[k]), _round(decoded.scaled[k]), _share(decoded.full[k])]
        cells += ["yes" if decoded.kept[k] else "no", _share(decoded.chances[k])]
        body.append([*cells, *([_share(reached[ranks.index(k)])] * rules.sampled)])
    others = [k for k in ranks if k not in order]
    rest_all, rest_kept = float(decoded.full[others].sum()), float(decoded.chances[others].sum())
    if others:
        kept = {0: "no", len(others): "yes"}.get(int(decoded.kept[others].sum()), "some")
        body.append([f"… {len(others)} more", "", "", _share(rest_all), kept, _share(rest_kept), *[""] * rules.sampled])
    kept_sum = float(decoded.full[decoded.kept].sum())

    def origin(row: int, column: int) -> Origin | None:
        if row >= len(order):
            told = {3: rest_all, 5: rest_kept}.get(column)
            shares = Formula(
                symbols=f"1 - Σ of the {len(order)} rows above", numbers=f"1 - {1 - (told or 0):.5f} = {told or 0:.5f}"
            )
            return None if told is None else Origin(formulas=(shares,))
        k = order[row]
        z, t = short(logits[k]), f"{rules.temperature:g}"
        top = float(logits.max()) / rules.temperature
        rest = float(np.exp(decoded.scaled - top).sum())
        parts = {
            1: Formula(symbols="z = h · W_token + b", numbers=f"the model's score of {names[k]!r}: {z}"),
            2: Formula(symbols="z / T", numbers=f"{figured(logits[k])} / {t} = {figured(decoded.scaled[k])}"),
            3: Formula(
                symbols="p = exp(z/T - max) / Σ exp(z/T - max)",
                numbers=f"exp({figured(decoded.scaled[k])} - {figured(top)}) / {figured(rest)} = {decoded.full[k]:.4f}",
            ),
            4: Formula(
                symbols="kept = among the k likeliest, and needed for the mass",
                numbers=_why(decoded, rules, ranks.index(k)),
            ),
            5: Formula(
                symbols="p / Σ of the kept p",
                numbers=f"{decoded.full[k]:.5f} / {kept_sum:.5f} = {decoded.chances[k]:.4f}"
                if decoded.kept[k]
                else "dropped: 0",
            ),
            6: Formula(symbols="Σ of p from the likeliest down to this one", numbers=_ends(decoded, reached, ranks, k)),
        }
        used = {2: ((row, 1),), 3: ((row, 2),), 4: tuple((r, 3) for r in range(row + 1)), 5: ((row, 3),)}
        formula = parts.get(column, Formula(symbols="a token of the vocabulary", numbers=f"number {k}"))
        return Origin(formulas=(formula,), cells={name: used[column]} if column in used else {})

    return Table(
        name=name,
        title=title,
        about="The likeliest tokens. Logits are divided by T; top-k and top-p drop the struck rows; what is kept is "
        "scaled to sum to 1.",
        columns=columns,
        rows=body,
        struck=tuple(row for row, k in enumerate(order) if not decoded.kept[k]),
        marked=(order.index(chosen),) if chosen in order else (),
        digits=3,
        origin=origin,
        new_row=True,
    )


def decoding_bars(
    names: Sequence[str],
    decoded: Decoded,
    *,
    rows: int = 10,
    chosen: int | None = None,
    title: str = "p of the next token",
    notes: Mapping[int, str] | None = None,
    name: str = "bars",
) -> Bars:
    """The same tokens as bars."""
    order = with_chosen(decoded.order().tolist(), rows, chosen)
    return Bars(
        name=name,
        title=title,
        about="What the next token is drawn from. Dropped tokens have no chance at all.",
        labels=[names[k] for k in order],
        values=decoded.chances[order],
        high=1.0,
        percent=True,
        dropped=tuple(row for row, k in enumerate(order) if not decoded.kept[k]),
        marked=(order.index(chosen),) if chosen in order else (),
        notes=[(notes or {}).get(k, "") for k in order] if notes else (),
    )


def _round(number: float) -> float:
    return float(f"{float(number):.4g}")


def _share(p: float) -> str:
    """A probability in four decimals."""
    return "<.0001" if 0 < p < 0.00005 else f"{p:.4f}"


def with_chosen(ranks: list[int], rows: int, chosen: int | None) -> list[int]:
    """The first `rows` tokens, the last of them given up for the chosen one where that is farther down."""
    shown = ranks[:rows]
    return shown if chosen is None or chosen in shown else [*shown[:-1], chosen]


def _ends(decoded: Decoded, reached: Floats, ranks: list[int], k: int) -> str:
    """Where the share of a token begins and ends."""
    end, p = float(reached[ranks.index(k)]), float(decoded.chances[k])
    return f"{max(0.0, end - p):.4f} + {p:.4f} = {end:.4f}"


def _why(decoded: Decoded, rules: Rules, row: int) -> str:
    """Why the token in this row is kept or dropped."""
    before = float(decoded.full[decoded.order()[:row]].sum())
    if rules.top_k and row >= rules.top_k:
        return f"rank {row + 1} > k = {rules.top_k}: dropped"
    if before >= rules.top_p - 1e-12:
        return f"those before have {before:.3f} >= {rules.top_p:g} together: dropped"
    return f"rank {row + 1}; those before have {before:.3f} < {rules.top_p:g} together: kept"
