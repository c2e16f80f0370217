"""Softmax by hand: three logits at several temperatures, and why the largest is subtracted. Torch-free."""

import numpy as np

from ..kit.figures import Bars, Formula, Grid, Origin, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .decoding import decode, tempered
from .decoding_figures import SOFTMAX, decoding_bars, decoding_table, short
from .writing import rules

TEMPERATURES = (1.0, 0.2, 10.0)
NAMES = ("mat", "sofa", "moon", "cat", "sea", "tea")


def given_logits(state: State) -> Floats:
    """(n,): the logits of the settings; of a matrix the first row."""
    return np.array(state["logits"][0], dtype=float)


def naive(logits: Floats, temperature: float) -> Floats:
    """exp(z / T) / Σ exp(z / T) in single precision as it stands: too large a power is infinite, and then NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp((logits / temperature).astype(np.float32))
        answer: Floats = (powers / powers.sum()).astype(np.float64)
    return answer


def softmax_frames(state: State) -> Frames:
    """One temperature, three side by side, and a very small one."""
    logits, wanted = given_logits(state), rules(state)
    names = NAMES[: len(logits)]
    decoded = decode(logits, wanted.temperature, wanted.top_k, wanted.top_p)

    def frame(k: int) -> Frame:
        if k == 0:
            row = Grid(
                name="logits",
                title="logits, edit with + and -",
                values=logits[None],
                digits=1,
                column_labels=names,
                edits="logits",
                signed=True,
            )
            table = decoding_table(names, logits, decoded, wanted, title="temperature, top-k and top-p", name="table")
            return Frame(
                caption="Divide by T (w), drop what top-k (a) and top-p (m) drop, take the softmax of the rest.",
                figures=(row, table, decoding_bars(names, decoded, title="p")),
                formulas=(SOFTMAX,),
            )
        if k == 1:
            return Frame(
                caption="A low temperature sharpens, a high one flattens; the order of the tokens stays.",
                figures=tuple(_at(logits, names, t) for t in TEMPERATURES),
                formulas=(SOFTMAX,),
            )
        rows = []
        for t in (1.0, 0.1, 0.02, 0.01):
            plain, safe = naive(logits, t), tempered(logits, t)
            rows.append(
                (f"{t:g}", f"{logits.max() / t:g}", *(_said(part) for part in (plain[0], safe[0])), _said(safe.sum()))
            )
        table = Table(
            name="stable",
            title="p of the first token, single precision",
            about="exp of more than 88 is infinite in single precision, and infinite by infinite is NaN. Subtracting "
            "the largest logit from all changes no probability and makes the largest power 1.",
            columns=("T", "largest z / T", "exp as it stands", "max subtracted", "sum"),
            rows=rows,
            marked=tuple(i for i, row in enumerate(rows) if row[2] == "NaN"),
        )
        return Frame(
            caption="Subtract the largest logit first: no power overflows, and T = 0.01 is simply the argmax.",
            figures=(table,),
            formulas=(Formula(symbols="exp(z_i) / Σ exp(z_j) = exp(z_i - max) / Σ exp(z_j - max)"),),
        )

    return Frames(3, frame)


def _said(number: float) -> str:
    return "NaN" if np.isnan(number) else f"{number:.4g}"


def _at(logits: Floats, names: tuple[str, ...], temperature: float) -> Bars:
    p = tempered(logits, temperature)

    def origin(i: int, _: int) -> Origin:
        powers = np.exp((logits - logits.max()) / temperature)
        numbers = f"{short(powers[i])} / ({' + '.join(short(x) for x in powers)}) = {p[i]:.3f}"
        return Origin(formulas=(Formula(symbols="exp((z - max) / T) / Σ", numbers=numbers),))

    return Bars(
        name=f"T {temperature:g}",
        title=f"T = {temperature:g}",
        labels=names,
        values=p,
        high=1.0,
        percent=True,
        origin=origin,
    )
