"""The points of a piece of an event file: records of one length at a time, those of one layout at once."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .checksum import UInt32s, Words, wrong
from .columns import Columns, Ints
from .framing import HEADER
from .layout import Common, Layout, Names, checksums_of, rows_of
from .message import event
from .wire import Malformed

BLOCK = 16_384
"""Records that are gathered at once: a megabyte, which stays in the cache."""
LONGEST, LEAST = 4096, 8
"""Longer records, and those of which there are fewer of one length, are parsed one by one."""
LAYOUTS, STRANGERS = 64, 8
"""Layouts of one length that are kept, and how many records of none are looked at in a block before the rest of it is
parsed one by one."""


@dataclass
class Gathered:
    """Points by the number of their record, and the numbers of the records that are left: to be parsed, or damaged."""

    columns: list[Columns] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)


class Gatherer:
    """Gathers points; keeps the layouts that it has come to know."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._layouts: dict[int, list[Layout]] = {}

    def gather(self, data: bytes, offsets: Ints, lengths: UInt32s) -> Gathered:
        """The points of the whole records at `offsets` of `data`, whose data have such lengths.

        Every checksum is verified but those of the odd ones.
        """
        found = Gathered()
        if not len(offsets):
            return found
        capped = np.minimum(lengths, LONGEST + 1).astype(np.uint16)
        counts = np.bincount(capped)
        order = np.arange(len(offsets)) if counts.max() == len(offsets) else np.argsort(capped, kind="stable")
        first = 0
        for length in np.flatnonzero(counts).tolist():
            members = order[first : first + counts[length]]
            first += len(members)
            room = len(data) - HEADER - length - 11  # a row ends up to 7 bytes behind its record
            if length > LONGEST or not length:
                found.odd.extend(members.tolist())
                continue
            inside = members[: np.searchsorted(offsets[members], room, "right")]
            found.odd.extend(members[len(inside) :].tolist())
            if len(inside) < LEAST:
                found.odd.extend(inside.tolist())
                continue
            for at in range(0, len(inside), BLOCK):
                self._block(found, data, inside[at : at + BLOCK], offsets, length)
        found.odd.sort()
        return found

    def _block(self, found: Gathered, data: bytes, members: Ints, offsets: Ints, length: int) -> None:
        rows = rows_of(data, offsets[members] + HEADER, length)
        damaged = wrong(rows, length, checksums_of(rows, length))
        if damaged is not None:
            found.damaged.extend(members[damaged].tolist())
            members, rows = members[~damaged], rows[~damaged]
        known = self._layouts.setdefault(length, [])
        rest = _Rest(members, rows)
        for layout in known:
            self._take(found, layout, rest)
        for _ in range(STRANGERS):
            if not len(rest.members):
                return
            new = self._learn(rest.rows[0], length)
            if new is None:
                found.odd.append(int(rest.members[0]))
                rest.keep(slice(1, None))
            else:
                self._take(found, new, rest)
                if len(known) < LAYOUTS:
                    known.append(new)
        found.odd.extend(rest.members.tolist())

    def _take(self, found: Gathered, layout: Layout, rest: "_Rest") -> None:
        """Gather the rows that are of this layout."""
        if not len(rest.members):
            return
        match = layout.match(rest.rows, rest.common)
        if match is None:
            found.columns += layout.columns(rest.members, rest.rows, rest.common, self._names)
            rest.keep(slice(0, 0))
        elif match.any():
            mine = _Rest(rest.members[match], rest.rows[match])
            found.columns += layout.columns(mine.members, mine.rows, mine.common, self._names)
            rest.keep(~match)

    def _learn(self, row: Words, length: int) -> Layout | None:
        """The layout of a row that is of none known; None where it is an event of another kind."""
        record = row.tobytes()[:length]
        try:
            parsed = event(record, 0, length)
        except Malformed:
            return None
        return Layout(record, parsed) if Layout.fits(parsed) else None


class _Rest:
    """Records of one length that are still to be gathered."""

    def __init__(self, members: Ints, rows: Words) -> None:
        self.members, self.rows = members, rows

    @cached_property
    def common(self) -> Common:
        """The bits in which they agree."""
        return Common(self.rows)

    def keep(self, part: slice | NDArray[np.bool_]) -> None:
        """Leave the others out."""
        self.members, self.rows = self.members[part], self.rows[part]
        self.__dict__.pop("common", None)
