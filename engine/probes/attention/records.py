"""The attention weights of one forward pass as records of the kind `attention`, each with its tokens and numbers.

Shapes: h heads, q queries, k keys.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...models.attention import ScaledDotProduct
from ...runs.run import Record
from ...text import sanitize
from ..capture import forward
from .numbers import numbers, rollout

TAG = "attention/"
LONGEST = 40
"""Characters of a token's label."""

Labels = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True)
class Heard:
    """One attention layer in one pass: weights (h, q, k), and where it may look, (h or 1, q, k) bool, if not all."""

    layer: str
    type: str
    """self, causal or cross."""
    weights: NDArray[np.float32]
    mask: NDArray[np.bool_] | None = None
    shape: tuple[int, ...] = ()
    """(rows, columns) of the map whose pixels are the tokens; empty for a sequence."""


class Ear:
    """Collects the attention layers that a forward pass goes through; give `seen` to `capture.forward`."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._given: dict[str, Tensor] = {}
        self._maps: dict[int, tuple[int, ...]] = {}
        """The shape of the latest map of so many pixels."""

    def seen(self, name: str, module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        """A layer of any kind, with what it was given and put out."""
        if isinstance(module, ScaledDotProduct):
            self.heard.append(self._layer(name, module, given))
            return
        if given:
            self._given[name] = given[0]
        if isinstance(module, nn.GroupNorm | nn.Conv2d) and output.dim() == 4:
            rows, columns = output.shape[2:]
            self._maps[rows * columns] = (rows, columns)

    def _layer(self, name: str, module: ScaledDotProduct, given: tuple[Tensor, ...]) -> Heard:
        q_bhtd, k_bhsd, _, *masks = given
        weights = module.weights(q_bhtd, k_bhsd, *masks)[0].float().cpu().numpy()
        _, t, s = weights.shape
        mask = _mask(masks[0], t, s) if masks else None
        layer = name.rpartition(".")[0]
        asks, told = self._given.get(f"{layer}.query"), self._given.get(f"{layer}.key")
        kind = "cross" if asks is not told or t != s else "self"
        if kind == "self" and mask is not None and (mask == np.tri(t, dtype=bool)).all() and t > 1:
            kind = "causal"
        return Heard(layer or name, kind, weights, mask, self._maps.get(t, ()) if kind == "self" else ())


def hear(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[Heard]:
    """Every attention layer that the first example of `inputs` goes through, in order."""
    ear = Ear()
    forward(model, tuple(part[:1] for part in inputs), ear.seen)
    return ear.heard


def attention_records(
    heard: Iterable[Heard],
    labels: Callable[[Heard], Labels],
    more: Mapping[str, NDArray[Any]] | None = None,
    *,
    rolled: bool = True,
) -> Iterator[Record]:
    """A record for each layer, and one for each stack of two or more layers of self-attention: their rollout.

    Each holds weights (h, q, k), its tokens as rows and columns, its type, the mask if there is one, and by name one
    number a head (see `attention_numbers.numbers`); `more` are further arrays of each.
    """
    stacks: dict[str, list[Heard]] = {}
    for each in heard:
        yield record(TAG + each.layer, each, labels(each), more)
        if each.type != "cross":
            stacks.setdefault(re.sub(r"\d+", "*", each.layer), []).append(each)
    stacks = {name: stack for name, stack in stacks.items() if len(stack) > 1 and rolled}
    for name, stack in stacks.items():
        tag = TAG + ("rollout" if len(stacks) == 1 else f"rollout.{name.partition('.')[0]}")
        yield record(tag, _rolled(stack), labels(stack[0]), {"layers": np.array(len(stack)), **(more or {})})


def record(tag: str, heard: Heard, labels: Labels, more: Mapping[str, NDArray[Any]] | None = None) -> Record:
    """One map with its tokens and numbers."""
    rows, columns = (np.array([_harmless(name) for name in side], dtype=np.str_) for side in labels)
    assert heard.weights.shape[1:] == (len(rows), len(columns)), (tag, heard.weights.shape, len(rows), len(columns))
    places = None
    arrays: dict[str, Any] = {"weights": heard.weights, "rows": rows, "columns": columns, "type": np.array(heard.type)}
    if heard.shape:
        places = (np.indices(heard.shape).reshape(2, -1).T,) * 2
        arrays["shape"] = np.array(heard.shape)
    if heard.mask is not None and not heard.mask.all():
        arrays["mask"] = heard.mask
    arrays |= numbers(heard.weights, arrays.get("mask"), places)
    return Record(tag=tag, kind="attention", step=0, arrays={**arrays, **(more or {})})


def label(token: str) -> str:
    """A token with its white space to be seen: ␣ for a space at its start, ⏎ for a line feed."""
    space = len(token) - len(token.lstrip(" "))
    return "␣" * space + token[space:].replace("\n", "⏎")


def pixels(shape: Sequence[int]) -> list[str]:
    """`row,column` of every pixel of a map, counted from 0."""
    return [f"{y},{x}" for y, x in np.ndindex(*shape)]


@lru_cache(maxsize=8192)
def _harmless(name: str) -> str:
    return sanitize(name, limit=LONGEST)


def _rolled(stack: Sequence[Heard]) -> Heard:
    """The rollout of a stack as a map of one head; masked is what no path can reach for being masked in every layer."""
    first = stack[0]
    weights = rollout([each.weights for each in stack])[None]
    masks = [each.mask for each in stack if each.mask is not None and len(each.mask) == 1]
    alike = len(masks) == len(stack) and all(np.array_equal(mask, masks[0]) for mask in masks)
    # A token's own residual path leads even to a padding token.
    mask = masks[0] | np.eye(weights.shape[1], dtype=bool) if alike else None
    return Heard("rollout", first.type, weights, mask, first.shape)


def _mask(mask: Tensor, t: int, s: int) -> NDArray[np.bool_]:
    """(h or 1, t, s) of a mask that broadcasts to (b, h, t, s)."""
    while mask.dim() < 4:
        mask = mask[None]
    found: NDArray[np.bool_] = mask[0].expand(-1, t, s).to(torch.bool).cpu().numpy().copy()
    return found
