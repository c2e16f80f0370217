"""Records of the kind `attention` as maps to draw: checked, named and put in order. Knows nothing of strips."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....engine.probes.attention.numbers import NUMBERS, numbers
from ....engine.runs.run import Record
from ....engine.text import sanitize
from ..numbers import compact
from ..pooling import factor, shrink

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """One layer: weights (h, q, k) of its heads, its tokens, where it may look (h, q, k), its numbers by name (h,)."""

    tag: str
    type: str
    weights: NDArray[np.float64]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    mask: NDArray[np.bool_] | None
    numbers: Mapping[str, NDArray[np.float64]]
    note: str = ""
    layers: int = 0
    """Of a rollout, how many layers it goes through; else 0."""
    shape: tuple[int, int] | None = None
    """(rows, columns) of the map whose pixels are the tokens."""

    @classmethod
    def of(cls, tag: str, arrays: Mapping[str, Any]) -> "AttentionMap":
        """The map that a record holds; raises ValueError or KeyError for one that is damaged."""
        weights = np.asarray(arrays["weights"], dtype=np.float64)
        rows, columns = (
            tuple(sanitize(name, limit=60) for name in np.atleast_1d(arrays[s])) for s in ("rows", "columns")
        )
        if weights.ndim != 3 or weights.shape[1:] != (len(rows), len(columns)) or not weights.size:
            raise ValueError(f"weights {weights.shape} for {len(rows)} rows and {len(columns)} columns")
        mask = None
        if "mask" in arrays:
            mask = np.broadcast_to(np.asarray(arrays["mask"], dtype=bool), weights.shape)
        found = {name: arrays[name] for name in NUMBERS if name in arrays} or numbers(np.nan_to_num(weights), mask)
        told = {name: np.broadcast_to(np.asarray(v, dtype=np.float64), len(weights)) for name, v in found.items()}
        layers = int(arrays["layers"]) if "layers" in arrays else 0
        kind, note = (sanitize(arrays.get(name, ""), limit=80) for name in ("type", "note"))
        side = tuple(int(n) for n in np.ravel(arrays.get("shape", ())))
        shape = (side[0], side[1]) if len(side) == 2 and side[0] * side[1] == len(rows) == len(columns) else None
        return cls(tag, kind, weights, rows, columns, mask, told, note, layers, shape)

    @property
    def heads(self) -> int:
        """How many there are."""
        return len(self.weights)

    @property
    def name(self) -> str:
        """The layer as people call it: `encoder 1`, `decoder 2 cross`, `rollout encoder`."""
        words = self.tag.removeprefix("attention/").replace("cross_attention", "cross").replace("word_cross", "words")
        words = re.sub(r"(^|\.)(attention|self_attn|attn)(?=$|\.)", "", words).strip(".") or "attention"
        return sanitize(" ".join(words.replace("_", " ").split(".")), limit=40)

    def head(self, head: int | None) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None]:
        """Weights (q, k) and mask of a head, or, for None, of the mean of all; masked there is what all mask."""
        if head is None:
            some = None if self.mask is None else np.asarray(self.mask.any(0))
            return self.weights.mean(0), None if some is None or some.all() else some
        return self.weights[head], None if self.mask is None else self.mask[head]

    def told(self, head: int | None) -> dict[str, float]:
        """The numbers of a head, or their means over the heads."""
        return {n: float(v.mean() if head is None else v[head]) for n, v in self.numbers.items()}


def maps(records: Iterable[Record]) -> list[AttentionMap]:
    """The maps of the records that can be drawn: the encoder's first, layers as they are counted, rollouts last."""
    found = []
    for record in records:
        if record.kind == "attention":
            try:
                found.append(AttentionMap.of(record.tag, record.arrays))
            except (KeyError, ValueError, TypeError, IndexError):
                continue
    layers = [each for each in found if each.tag.startswith("attention/")]
    return sorted(layers or found, key=_place)


def _place(attention: AttentionMap) -> tuple[Any, ...]:
    tag = attention.tag.removeprefix("attention/")
    parts = tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in re.split(r"(\d+)", tag))
    return attention.layers > 0, not tag.startswith(("encoder", "rollout.encoder")), parts


def pooled(weights_qk: Any, rows: int, columns: int, block: int = 0) -> tuple[NDArray[np.float64], int]:
    """Weights in at most rows x columns, blocks pooled to their largest, and the side of those blocks (1: none)."""
    values = np.asarray(weights_qk, dtype=np.float64)
    block = block or factor(values.shape[0], values.shape[1], rows, columns)
    return shrink(values, -(-values.shape[0] // block), -(-values.shape[1] // block)), block


def span(names: Sequence[str], start: int, block: int) -> str:
    """What a pooled row or column is called: its token, or the first and an ellipsis."""
    return names[start] if block == 1 or start + 1 >= len(names) else names[start] + "…"


def measure(told: Mapping[str, float], width: int = 0) -> str:
    """The numbers of a head in words, in shorter ones where `width` is given and small."""
    entropy, share, distance, first = (told.get(name, math.nan) for name in NUMBERS)
    if not math.isfinite(entropy):
        return "no query has a choice"
    nats, far = compact(entropy, 5, 3), compact(distance, 5, 3)
    ways = (
        f"entropy {nats} nats ({_percent(share)} of log n) · distance {far} · first token {_percent(first)}",
        f"entropy {nats} nats ({_percent(share)}) · distance {far} · first {_percent(first)}",
        f"{nats} nats ({_percent(share)}) · dist {far} · 1st {_percent(first)}",
    )
    return next((way for way in ways if not width or len(way) <= width), ways[-1])


def per_head(attention: AttentionMap) -> list[str]:
    """A line for each head."""
    lines = [measure(attention.told(k)) for k in range(attention.heads)]
    return [f"head {k + 1}  {text}" if attention.heads > 1 else text for k, text in enumerate(lines)]


def _percent(share: float) -> str:
    return f"{share:.0%}" if math.isfinite(share) else "?"
