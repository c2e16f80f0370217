"""Which records there are of the runs that are shown, and the one of each run nearest to a step. Knows no widget."""

from bisect import bisect_right
from collections.abc import Sequence

from ....engine.runs.readers.reader import Shelf
from ....engine.runs.run import Record
from ..roster import Member

ORDER = ("image", "images", "histogram", "text")
"""Kinds that come first."""


def tags(members: Sequence[Member]) -> list[str]:
    """The tags of all records, pictures first."""
    kinds = {tag: shelf.kind for member in members for tag, shelf in member.run.shelves.items()}
    return sorted(kinds, key=lambda tag: (ORDER.index(kinds[tag]) if kinds[tag] in ORDER else len(ORDER), tag))


def holders(members: Sequence[Member], tag: str) -> list[tuple[Member, Shelf]]:
    """The runs that have kept records under `tag`."""
    return [(m, shelf) for m in members if (shelf := m.run.shelves.get(tag)) is not None and len(shelf.steps)]


def union(shelves: Sequence[Shelf]) -> list[int]:
    """The steps at which any of them has a record, rising."""
    return sorted({step for shelf in shelves for step in shelf.steps})


def nearest(shelf: Shelf, step: int | None) -> int:
    """The number of the last record at `step` or before it, else of the first after it; None is the newest."""
    steps = list(shelf.steps)
    if step is None:
        return len(steps) - 1
    at = (
        bisect_right(steps, step) - 1
        if steps == sorted(steps)
        else max((k for k, one in enumerate(steps) if one <= step), default=-1)
    )
    return max(at, 0)


def read(shelf: Shelf, step: int | None) -> Record | None:
    """The record at a step, or the one before it."""
    return shelf.read(nearest(shelf, step))
