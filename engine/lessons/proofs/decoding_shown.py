"""What is claimed of temperature, top-k, top-p and the draw, by the lab's decoder and by enumeration."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...sampling.text import chances
from ..generation import LESSON, LOGITS
from ..kit.facts import Outcome, equal
from ..kit.figures import Bars, Table
from ..kit.fixtures import Floats
from ..kit.state import State
from ..workings import decoding
from .shown import bars_by_label, difference, figures, together

TABLE = {1.0: (0.665, 0.245, 0.090), 0.2: (0.993, 0.007, 0.000), 10.0: (0.367, 0.332, 0.301)}
"""Softmax of [2, 1, 0] by temperature."""
GRID = tuple((t, k, p) for t in (0.2, 1.0, 5.0) for k in (0, 1, 3) for p in (0.5, 0.9, 1.0))
"""T, top-k, top-p."""
SPREAD = (np.array([2.0, 1.0, 0.0]), np.array([0.0, 1.5, -1.0, 2.0, 0.5]))
UNIFORM = (0.0, 0.12, 0.31, 0.5, 0.62, 0.77, 0.91, 0.999)
MASSES = (0.1, 0.3, 0.5, 0.66, 0.7, 0.9, 0.99)
OTHER: tuple[dict[str, Any], ...] = ({}, {"temperature": 5.0}, {"temperature": 5.0, "top_k": 2}, {"top_p": 0.7})
"""Settings at which what is shown is read, besides those that are set."""
ROUNDED = 1e-12
"""A probability below this may be 0 by rounding, whether its token is kept or not."""
Asked = tuple[float, int, float]


def asked(state: State) -> Asked:
    """T, top-k and top-p of the settings."""
    return float(state["temperature"]), int(state["top_k"]), float(state["top_p"])


def read_right(table: Table, bars: Bars, names: Sequence[str], logits: Tensor, rule: Asked) -> bool:
    """Whether every cell of a table of decoding, its struck rows and its bars are those of the lab's decoder."""
    t = rule[0]
    lab, full = chances(logits, *rule), (logits / t).softmax(0)
    ends = lab[(order := torch.sort(full, descending=True, stable=True).indices)].cumsum(0)
    reached = dict(zip(order.tolist(), ends.tolist(), strict=True))
    shown = [(names.index(row[0]), row) for row in table.rows if row[0] in names]
    tokens, right = [k for k, _ in shown], []
    for k, (_, z, scaled, of_all, kept, p, *total) in shown:
        right += [_figures(z, logits[k]), _figures(scaled, logits[k] / t), _share(of_all, full[k]), _share(p, lab[k])]
        right += [kept == ("yes" if lab[k] > 0 else "no") or (kept == "yes" and float(full[k]) < ROUNDED)]
        right += [_share(end, reached[k]) for end in total]
    rest = [k for k in range(len(names)) if k not in tokens]
    for row in table.rows[len(shown) :]:
        right += [str(len(rest)) in row[0], _share(row[3], full[rest].sum()), _share(row[5], lab[rest].sum())]
    likeliest = order.tolist()[: len(tokens)]
    right.append(len(shown) + (len(rest) > 0) == len(table.rows))
    right.append(tokens[:-1] == likeliest[: len(tokens) - 1] and (tokens == likeliest or bool(table.marked)))
    right.append(list(table.struck) == [i for i, (_, row) in enumerate(shown) if row[4] == "no"])
    by_token = bars_by_label(bars)
    right.append(all(abs(p - float(lab[names.index(token)])) < 1e-6 for token, p in by_token.items()))
    right.append(list(by_token) == [row[0] for _, row in shown])
    right.append(list(bars.dropped) == list(table.struck) and list(bars.marked) == list(table.marked))
    return all(right)


def _figures(shown: float, right: Any) -> bool:
    """Equal to the four figures that are printed."""
    exact = float(right)
    return shown == exact or abs(shown - exact) <= 5.01e-4 * abs(exact) + 1e-12


def _share(shown: str, right: Any) -> bool:
    """Equal to the four decimals that are printed."""
    return float(right) < 5.1e-5 if shown.startswith("<") else abs(float(shown) - float(right)) < 5.1e-5


def table(state: State) -> Outcome:
    """torch.softmax of [2, 1, 0] / T token by token, and the rounded numbers of the syllabus."""
    here = state.with_values(logits=LOGITS["2-1-0"])
    names, bars = figures(LESSON, "softmax", here, 0)["logits"].column_labels, figures(LESSON, "softmax", here, 1)
    pairs, found = [], []
    for t in TABLE:
        shown = bars_by_label(bars[f"T {t:g}"])
        found.append([round(shown[name], 3) for name in names])
        right = (torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64) / t).softmax(0).numpy()
        pairs.append(([shown[name] for name in names], right))
    return together(
        {"p of the first": [row[0] for row in found]},
        {"p of the first": [row[0] for row in TABLE.values()]},
        found == [list(row) for row in TABLE.values()],
        difference(*pairs, limit=1e-12),
        _stable(state),
    )


def _stable(state: State) -> bool:
    """Single precision as it stands against torch's exp, the safe way against torch.softmax; where NaN is marked."""
    logits, right = torch.tensor(state["logits"][0], dtype=torch.float64), []
    shown = figures(LESSON, "softmax", state, 2)["stable"]
    for k, (t, largest, plain, safe, total) in enumerate(shown.rows):
        scaled = logits / float(t)
        powers = scaled.float().exp()
        naive = float(powers[0] / powers.sum())
        right += [_figures(float(largest), scaled.max()), _figures(float(safe), scaled.softmax(0)[0]), total == "1"]
        right += [plain == "NaN" if np.isnan(naive) else abs(float(plain) - naive) <= 1e-3 * naive + 1e-9]
        right += [(k in shown.marked) == np.isnan(naive)]
    times = [row[0] for row in shown.rows]
    return all(right) and len(set(times)) == len(times) >= 2 and "0.01" in times


def _smallest(p: Floats, mass: float) -> set[int]:
    """Of all subsets with at least `mass` the smallest, and of those the likeliest."""
    for size in range(1, len(p) + 1):
        fitting = [part for part in combinations(range(len(p)), size) if p[list(part)].sum() >= mass - 1e-12]
        if fitting:
            return set(max(fitting, key=lambda part: (round(float(p[list(part)].sum()), 12), [-k for k in part])))
    return set(range(len(p)))


def decoded(state: State) -> Outcome:
    """What is shown against the lab's decoder, at T = 5 too; a grid of T, k, p; T = 0.01; top-p against all subsets."""
    logits = np.array(state["logits"][0], dtype=float)
    right, shown = [], []
    for values in OTHER:
        here = state.with_values(**values)
        seen = figures(LESSON, "softmax", here, 0)
        names = list(seen["logits"].column_labels)
        right.append(read_right(seen["table"], seen["bars"], names, torch.from_numpy(logits), asked(here)))
        shown.append((np.ravel(seen["logits"].values), logits))
    lab = chances(torch.from_numpy(logits), *asked(state)).numpy()
    pairs = [*shown, (decoding.decode(logits, *asked(state)).chances, lab)]
    for z in SPREAD:
        pairs += [(decoding.decode(z, *rule).chances, chances(torch.from_numpy(z), *rule).numpy()) for rule in GRID]
    cold = decoding.tempered(logits, 0.01)
    top = float(cold[logits == logits.max()].sum())
    wrong = 0
    for p in (decoding.tempered(z, 1.0) for z in (logits, *SPREAD)):
        masses = [mass for mass in (*MASSES, state["top_p"]) if mass < 1]
        wrong += sum(
            set(np.flatnonzero(decoding.top_p_kept(p, mass)).tolist()) != _smallest(p, mass) for mass in masses
        )
    same = difference(*pairs, limit=1e-6)
    return together(
        {**same.computed, "p at T = 0.01": top},
        {"largest difference": same.expected, "p at T = 0.01": 1},
        same,
        *right,
        bool(np.isfinite(cold).all()) and top > 0.99,
        wrong == 0,
    )


def drawn(state: State) -> Outcome:
    """Which token u draws, and its share, against subtracting shares from u one after the other."""
    wrong = 0
    for chances_v in (decoding.decode(z, *rule).chances for z in SPREAD for rule in GRID):
        for u in UNIFORM:
            token = decoding.draw(chances_v, u)
            begin, end = decoding.share_of(chances_v, token)
            wrong += token != subtracting(chances_v, u) or not begin - 1e-9 <= u <= end + 1e-9
    return equal({"draws that differ": wrong}, {"draws that differ": 0})


def subtracting(chances_v: Floats, u: float) -> int:
    """The token that is drawn by u: shares are taken from it, the largest first, until it lies in one."""
    ranked = sorted(range(len(chances_v)), key=lambda k: (-chances_v[k], k))
    for k in ranked:
        if u < chances_v[k]:
            return k
        u -= chances_v[k]
    raise ValueError("u is 1 or more")


def uniforms(seed: int) -> Iterator[float]:
    """The numbers that a draw takes, one after the other."""
    random = np.random.default_rng(seed)
    while True:
        yield float(random.random())
