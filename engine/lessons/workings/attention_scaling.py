"""Why scores are divided by sqrt(d_k), and what softmax does to five of them. Torch-free."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Origin, Table
from ..kit.fixtures import S1_OPEN, Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .attending import entropy, softmax

DEPTHS = (4, 8, 16, 32, 64, 128, 256)
KEYS, QUERIES = 10, 600


@lru_cache(maxsize=64)
def dot_products(d_k: int, seed: int) -> Floats:
    """[600, 10]: random queries times ten random keys each, all numbers independent with mean 0 and variance 1."""
    rng = np.random.default_rng((d_k, seed))
    q, k = rng.standard_normal((QUERIES, d_k)), rng.standard_normal((QUERIES, KEYS, d_k))
    scores: Floats = np.einsum("nd,nkd->nk", q, k)
    return scores


def evenness(scores: Floats) -> float:
    """Mean entropy of the softmax over ln of the number of keys: 1 is even, 0 is one key alone."""
    return float(entropy(softmax(scores)).mean() / np.log(scores.shape[-1]))


def scaled_down(scores: Floats, d_k: int) -> Floats:
    """The scores over sqrt(d_k)."""
    answer: Floats = scores / np.sqrt(d_k)
    return answer


def scaling(state: State) -> tuple[Frame, ...]:
    """Entropy with and without the division, over d_k; one query's weights both ways."""
    d_k, seed = state["d_k"], state.seed
    all_scores = {d: dot_products(d, seed) for d in DEPTHS}
    raw = [evenness(scores) for scores in all_scores.values()]
    kept = [evenness(scaled_down(scores, d)) for d, scores in all_scores.items()]
    at = DEPTHS.index(d_k)
    here = all_scores[d_k]
    gauge = Bars(
        name="gauge",
        title=f"entropy / ln {KEYS} at d_k = {d_k}",
        about=f"1: all {KEYS} keys get the same; 0: one key gets everything, and hardly any gradient passes.",
        labels=("unscaled", "scaled"),
        values=np.array([raw[at], kept[at]]),
        high=1,
    )
    curves = Curves(
        name="entropy",
        title="entropy of the weights over d_k",
        about=f"Means of {QUERIES} random queries with {KEYS} random keys each.",
        x=np.array(DEPTHS, dtype=float),
        lines={"unscaled": np.array(raw), "scaled": np.array(kept)},
        x_label="d_k",
        y_label=f"entropy / ln {KEYS}",
        log_x=True,
        at=float(d_k),
        new_row=True,
    )
    order = np.argsort(-here[0])
    sides = [("unscaled", here[0]), ("scaled", scaled_down(here[0], d_k))]
    pair = tuple(
        Bars(
            name=name,
            title=f"{name}: softmax of one row",
            labels=tuple(f"key {k + 1}" for k in order),
            values=softmax(scores)[order],
            high=1,
            percent=True,
        )
        for name, scores in sides
    )
    table = Table(
        name="variances",
        title="q·k of random q and k",
        columns=("d_k", "Var(q·k)", "sd", "√d_k", "unscaled", "scaled"),
        rows=[
            [d, float(s.var()), float(s.std()), float(np.sqrt(d)), raw[i], kept[i]]
            for i, (d, s) in enumerate(all_scores.items())
        ],
        marked=(at,),
        digits=3,
    )
    formula = Formula(
        symbols="Var(q·k) = Σ Var(q_i k_i) = d_k",
        numbers=f"measured {here.var():.1f}; after dividing by √{d_k}: {scaled_down(here, d_k).var():.2f}",
    )
    return (
        Frame(
            caption="Without the division softmax hardens as d_k grows; divided by √d_k it stays soft. Turn it with d.",
            figures=(gauge, curves),
            formulas=(formula,),
        ),
        Frame(
            caption=f"The same ten scores at d_k = {d_k}, with and without the division.",
            figures=pair,
            formulas=(formula,),
        ),
        Frame(
            caption="A sum of d_k random products has variance d_k, so its standard deviation (sd) grows as √d_k: "
            "scores are divided by that.",
            figures=(table,),
            formulas=(formula,),
        ),
    )


def naive(scores: Floats) -> tuple[Floats, Floats]:
    """exp(s) and exp(s) / sum as 32 bits hold them, without subtracting the largest: too large is inf, inf/inf NaN."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        powers = np.exp(scores.astype(np.float32))
        return powers, powers / powers.sum()


def alphas(state: State) -> Frames:
    """alpha_0 … alpha_4: scores, their powers, the shares of each, and what becomes of them without the largest."""
    scores = np.array([cell for row in state["scores"] for cell in row])
    words = S1_OPEN.split()
    names = tuple(f"α_{k}" + (f" {words[k]}" if len(scores) == len(words) else "") for k in range(len(scores)))
    with np.errstate(under="ignore"):
        powers = np.exp(scores - scores.max())
    weights = softmax(scores)
    cells = tuple((r, c) for r in range(len(state["scores"])) for c in range(len(state["scores"][0])))
    lost = [name for name, power in zip(names, powers, strict=True) if power == 0]

    def origin(bar: int, column: int) -> Origin:
        power = Formula(
            symbols="exp(s_i - max)", numbers=f"exp({scores[bar]:g} - {_signed(scores.max())}) = {powers[bar]:.4g}"
        )
        share = Formula(symbols="α_i = exp(s_i - max) / Σ", numbers=_shares(powers, bar))
        return Origin(formulas=(share, power), cells={"scores": cells})

    def power_origin(bar: int, column: int) -> Origin:
        return Origin(formulas=origin(bar, column).formulas[1:], cells={"scores": (cells[bar],)})

    editable = Grid(
        name="scores",
        title="scores, edit with + and -",
        about="Unnormalised: any real numbers. Only their differences matter.",
        values=np.array(state["scores"]),
        digits=1,
        edits="scores",
        column_labels=words if len(scores) == len(words) and len(state["scores"]) == 1 else (),
        reach=(-4, 4),
    )

    def frame(k: int) -> Frame:
        if k == 2:
            return _without_the_largest(editable, scores, names, weights)
        bars = Bars(
            name="alphas",
            title=("exp(s - max)", "α = softmax(s)")[k],
            labels=names,
            values=(powers, weights)[k],
            high=1,
            percent=k == 1,
            new_row=True,
            origin=origin if k else power_origin,
        )
        positive = (
            f"{lost[0]} is so small that it is stored as 0." if lost else "All are positive, the largest is exp(0) = 1."
        )
        caption = (
            f"The largest score is subtracted, then exp: nothing overflows. {positive}",
            "Then all are divided by their sum: five weights that sum to 1, in the order of the scores."
            if len(scores) == 5
            else f"Then all are divided by their sum: {len(scores)} weights that sum to 1, in the order of the scores.",
        )[k]
        numbers = f"Σ = {(powers, weights)[k].sum():.4f}; largest: {names[int(scores.argmax())]}"
        symbols = ("exp(s_i - max s)", "(α_0, …, α_4) = softmax(s_0, …, s_4)" if len(scores) == 5 else "α = softmax(s)")
        return Frame(
            caption=caption, figures=(editable, bars), formulas=(Formula(symbols=symbols[k], numbers=numbers),)
        )

    return Frames(3, frame)


def _signed(number: float) -> str:
    return f"({number:g})" if number < 0 else f"{number:g}"


def _shares(powers: Floats, bar: int) -> str:
    return f"{powers[bar]:.4g} / ({' + '.join(f'{p:.4g}' for p in powers)}) = {powers[bar] / powers.sum():.4f}"


def _without_the_largest(editable: Grid, scores: Floats, names: tuple[str, ...], weights: Floats) -> Frame:
    powers, shares = naive(scores)
    table = Table(
        name="naive",
        title="both ways, in the 32 bits of a network",
        about="Both are the same number on paper: exp(-max) is cancelled. In 32 bits exp(88.8) is too large already.",
        columns=("", "s", "exp(s)", "exp(s) / Σ", "with max"),
        rows=[
            [name, f"{s:g}", _told(power), _told(share), f"{weight:.4f}"]
            for name, s, power, share, weight in zip(names, scores, powers, shares, weights, strict=True)
        ],
        marked=tuple(int(k) for k in np.flatnonzero(~np.isfinite(shares) | ~np.isfinite(powers))),
    )
    caption = (
        "Without subtracting the largest score exp overflows to inf, and inf / inf is not a number (NaN). With it: ok."
        if np.isinf(powers).any()
        else "Without subtracting the largest score every exp is stored as 0, and 0 / 0 is not a number. With it: fine."
        if not powers.sum()
        else "Without subtracting the largest score the weights are the same here. A score above 88 breaks it (key z)."
    )
    return Frame(
        caption=caption,
        figures=(editable, replace(table, new_row=True)),
        formulas=(Formula(symbols="exp(s) / Σ exp(s) = exp(s - max) / Σ exp(s - max)"),),
    )


def _told(number: float) -> str:
    return "NaN" if np.isnan(number) else "inf" if np.isinf(number) else f"{number:.4g}"
