"""Snapshots of a training in memory, dense near the newest and ever sparser before; few, and not large together."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

COUNT = 24
BYTES = 256 * 2**20
RECENT = 4
"""The newest of them are never thinned out while there are older ones."""


@dataclass(frozen=True)
class Snapshot:
    """Everything that decides the steps after `step`, copied; `size` in bytes.

    `told` and `changed` count the marks on the curves and the changes of options that had been made.
    """

    step: int
    state: dict[str, Any]
    size: int
    next_record: float = 0.0
    told: int = 0
    changed: int = 0


@dataclass
class Snapshots:
    """At most `count` snapshots that hold at most `limit` bytes together, in the order of their steps."""

    count: int = COUNT
    limit: int = BYTES
    kept: list[Snapshot] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.kept)

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self.kept)

    @property
    def size(self) -> int:
        """Bytes that all hold together."""
        return sum(snapshot.size for snapshot in self.kept)

    def number(self, step: int) -> int:
        """Which one is of `step`, counted from 1; 0 if none is."""
        return next((k for k, snapshot in enumerate(self.kept, 1) if snapshot.step == step), 0)

    def at(self, step: int) -> Snapshot | None:
        """The newest one of `step` or earlier."""
        return next((snapshot for snapshot in reversed(self.kept) if snapshot.step <= step), None)

    def beside(self, step: int, by: int) -> Snapshot | None:
        """The one that is `by` further than `step`, back if negative; the outermost if there are fewer."""
        if by > 0:
            later = [snapshot for snapshot in self.kept if snapshot.step > step]
            return later[min(by, len(later)) - 1] if later else None
        earlier = [snapshot for snapshot in self.kept if snapshot.step < step]
        return earlier[max(by, -len(earlier))] if earlier and by else None

    def forget_after(self, step: int) -> None:
        """Drop what is of a later step."""
        self.kept = [snapshot for snapshot in self.kept if snapshot.step <= step]

    def make_room(self, step: int, size: int) -> bool:
        """Drop others until one of `step` and `size` bytes has room, and any of that step; False if it is too large."""
        if size > self.limit:
            return False
        self.kept = [snapshot for snapshot in self.kept if snapshot.step != step]
        while self.kept and (len(self.kept) >= self.count or self.size + size > self.limit):
            del self.kept[self._least(step)]
        return True

    def add(self, snapshot: Snapshot) -> None:
        """Keep `snapshot`, for which there is room."""
        self.kept = sorted([*self.kept, snapshot], key=lambda one: one.step)

    def _least(self, coming: int) -> int:
        """The index of the one that is missed least: its neighbours are near each other, for so long ago."""
        steps = [snapshot.step for snapshot in self.kept]
        newest = max(steps[-1], coming)
        around = [*steps, coming] if coming > steps[-1] else steps
        recent = RECENT - 1 if coming > steps[-1] else RECENT
        few = range(1, len(steps) - recent) or range(1, len(around) - 1) or range(len(steps))

        def share(k: int) -> float:
            before, after = around[k - 1] if k else steps[0] - 1, around[min(k + 1, len(around) - 1)]
            return (after - before) / (newest - before)

        return min(few, key=share)


def size_of(state: Any) -> int:
    """Bytes in the tensors of `state`, one that stands there twice counted once."""
    return sum(tensor.nbytes for tensor in _tensors(state, {}).values())


def _tensors(value: Any, found: dict[Any, Tensor]) -> dict[Any, Tensor]:
    if isinstance(value, Tensor):
        found[_place(value)] = value
    elif isinstance(value, dict):
        for part in value.values():
            _tensors(part, found)
    elif isinstance(value, list | tuple):
        for part in value:
            _tensors(part, found)
    return found


def _place(tensor: Tensor) -> Any:
    return tensor.device, tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride()


@torch.no_grad()
def copied(state: Any, to: torch.device | None = None, done: dict[Any, Tensor] | None = None) -> Any:
    """`state` with a copy of every tensor, on device `to` if given; one that stands there twice is copied once."""
    done = {} if done is None else done
    if isinstance(state, Tensor):
        place = _place(state)
        if place not in done:
            tensor = state.detach()
            done[place] = tensor.clone() if to is None else tensor.to(to, copy=True)
        return done[place]
    if isinstance(state, dict):
        new = copy.copy(state)  # keeps what modules write beside their tensors: versions of their layout
        for key, value in state.items():
            new[key] = copied(value, to, done)
        return new
    if isinstance(state, list | tuple):
        return type(state)(copied(value, to, done) for value in state)
    return state
