"""Tables of what may come next: how likely the model holds each token, and which of them may be drawn.

Shapes: v vocabulary, k rows of a table.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...sampling.text import chances
from ...text import sanitize
from ..requests import Array, LookInside

ROWS = 100
"""Tokens of one table, the likeliest; the whole vocabulary may have tens of thousands."""
CANDIDATES = 20
"""Tokens of the table of each step of a text that is written."""
MOST_TOKENS = 256
GREEDY, TOP_K, TOP_P = "greedy", "top-k", "top-p"
NEVER = "never"
"""The rule for what a model never writes, as padding."""


@dataclass(frozen=True)
class Rules:
    """How the next token is drawn: see `sampling.text.chances`."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    length: int = 64
    """Tokens that are written."""

    @classmethod
    def of(cls, look: LookInside, options: Any, seed: int) -> "Rules":
        """The settings of `look`, where it has none the model's own options; raises ValueError."""
        return cls(
            temperature=number(look, "temperature", getattr(options, "temperature", 1.0), 0.0, 100.0),
            top_k=int(number(look, "top_k", getattr(options, "top_k", 0), 0, 1e9, whole=True)),
            top_p=number(look, "top_p", getattr(options, "top_p", 1.0), 0.0, 1.0),
            seed=int(number(look, "seed", seed, 0, 2**53, whole=True)),
            length=int(number(look, "length", 64, 1, MOST_TOKENS, whole=True)),
        )

    def arrays(self) -> dict[str, Array]:
        """As arrays of a record."""
        names = ("temperature", "top_k", "top_p", "seed")
        return {name: np.array(getattr(self, name)) for name in names}


def number(look: LookInside, name: str, default: float, low: float, high: float, *, whole: bool = False) -> float:
    """The setting `name` within its range; raises ValueError."""
    value = look.get(name, default)
    right = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    if not right or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} cannot be {sanitize(value, limit=40)}: it is {kind} from {low:g} to {high:g}")
    return float(value)


def table(scores_v: Tensor, rules: Rules, most: int, *, with_token: int = -1, chances_v: Tensor | None = None) -> dict[
    str, Array
]:  # fmt: skip
    """The `most` likeliest tokens, likeliest first, as arrays (k,); `with_token` takes the last row if it is not there.

    `number` of each token and its `rank` from 1; `score`, the model's logit (or log-probability); `probability`, their
    softmax; `tempered`, after the temperature alone; `chance`, what the token is drawn with (that is `chances_v` where
    it is known); `rule`, by which it was struck out, empty where it was not. Of the whole vocabulary: `kept`, how many
    tokens may be drawn, `mass`, how much of the tempered probability they have, and `vocabulary`.

    Raises ValueError where the scores are no numbers.
    """
    if bool(scores_v.isnan().any()) or bool((scores_v == math.inf).any()):
        raise ValueError("the model answers with nan, not with numbers, so that no next token can be told")
    chance_v = chances(scores_v, rules.temperature, rules.top_k, rules.top_p) if chances_v is None else chances_v
    if rules.temperature == 0:
        tempered_v = chance_v
        order = torch.cat((chance_v.argmax()[None], scores_v.argsort(descending=True, stable=True)))
        order = order[(order != order[0]) | (torch.arange(len(order)) == 0)]
    else:
        tempered_v = (scores_v.double() / rules.temperature).softmax(0)
        order = tempered_v.argsort(descending=True, stable=True)
    rank_v = torch.empty_like(order).scatter(0, order, torch.arange(1, len(order) + 1))
    by_k, by_p = _struck(scores_v, rules, rank_v, chance_v)
    never_v = scores_v == -math.inf
    kept_v = ~(by_k | by_p | never_v)
    rows = order[:most]
    if with_token >= 0 and with_token not in rows.tolist():
        rows = torch.cat((rows[:-1], torch.tensor([with_token])))
    name = GREEDY if rules.temperature == 0 else TOP_K
    words = {(False, False): "", (True, False): name, (False, True): TOP_P, (True, True): f"{TOP_K}, {TOP_P}"}
    flags = zip(by_k[rows].tolist(), by_p[rows].tolist(), never_v[rows].tolist(), strict=True)
    struck = [NEVER if never else words[k, p] for k, p, never in flags]
    return {
        "number": rows.numpy(),
        "rank": rank_v[rows].numpy(),
        "score": scores_v[rows].float().numpy(),
        "probability": scores_v.float().softmax(0)[rows].numpy(),
        "tempered": tempered_v[rows].float().numpy(),
        "chance": chance_v[rows].float().numpy(),
        "rule": np.array(struck, dtype=np.str_),
        "kept": np.array(int(kept_v.sum())),
        "mass": np.array(float(tempered_v[kept_v].sum())),
        "vocabulary": np.array(len(scores_v)),
    }


def _struck(scores_v: Tensor, rules: Rules, rank_v: Tensor, chance_v: Tensor) -> tuple[Tensor, Tensor]:
    """Which tokens top-k (or greed) and which top-p strikes out, (v,) bool each."""
    none = torch.zeros_like(rank_v, dtype=torch.bool)
    if rules.temperature == 0:
        return rank_v > 1, none
    by_k = rank_v > rules.top_k if rules.top_k else none
    if rules.top_p >= 1:
        return by_k, none
    alone = chances(scores_v, rules.temperature, 0, rules.top_p) if rules.top_k else chance_v
    return by_k, alone == 0


def labels(numbers: Sequence[int] | Array, names: Sequence[str]) -> Array:
    """The texts of tokens, harmless; line feeds stay."""
    return np.array([sanitize(names[k], newlines=True, limit=200) for k in numbers], dtype=np.str_)


def stacked(tables: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """Tables of equal size, one a step, as arrays (steps, k) and, where a table has one number, (steps,)."""
    return {name: np.stack([one[name] for one in tables]) for name in tables[0]}
