"""A layout: what events of one make have in common, so that their numbers are gathered without parsing each.

Events that one program writes under one tag differ only in time, step, number and, among tags of one length, in the
tag. Where all other bits of a record are those of a parsed one, its numbers lie at the same places.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .checksum import Words
from .columns import Columns, Floats, Ints
from .message import SCALAR, Event
from .tensors import BFLOAT16, itemsize, plain

Names = Callable[[bytes, str | None], int]
"""The number of the series of a tag with such metadata, or -1 where its values are no series."""
FOLD = 64
_FACTORS = [(0x9E3779B97F4A7C15 ** (2 * k + 1)) & 0xFFFF_FFFF_FFFF_FFFF for k in range(64)]


class Common:
    """The bits that `all` of some rows (n, words) have set, and those that `either` has."""

    def __init__(self, rows: Words) -> None:
        self.all, self.either = _folded(np.bitwise_and, rows), _folded(np.bitwise_or, rows)


def _folded(what: np.ufunc, rows: Words) -> Words:
    """A bitwise operation over rows, many next to each other at a time, which is how numpy is fast."""
    width = rows.shape[1]
    whole = len(rows) // FOLD * FOLD
    wide = what.reduce(rows[:whole].reshape(-1, FOLD * width), axis=0).reshape(-1, width)
    return np.asarray(what.reduce(np.concatenate([wide if whole else rows[:0], rows[whole:]]), axis=0))


class Layout:
    """The layout of one event, and the tags that were seen in it."""

    def __init__(self, record: bytes, event: Event) -> None:
        """`record` is the data of an event for which `fits` holds, without its checksum."""
        self.words = _words(len(record))
        first = np.zeros(8 * self.words, np.uint8)
        first[: len(record)] = np.frombuffer(record, np.uint8)
        fixed, tags = np.zeros_like(first), np.zeros_like(first)
        fixed[: len(record)] = 0xFF
        self.time_at, self.step_span, self.values = event.time_at, event.step_span or (0, 0), event.values
        if event.time_at >= 0:
            fixed[event.time_at : event.time_at + 8] = 0
        fixed[slice(*self.step_span)] = 0x80  # whether a varint goes on
        for value in event.values:
            fixed[value.place : value.place + itemsize(value.type)] = 0
            fixed[slice(*value.tag)] = 0
            tags[slice(*value.tag)] = 0xFF
        self._first, self._fixed, self._tags = (a.view("<u8") for a in (first, fixed, tags))
        self._tag_words = np.flatnonzero(self._tags)
        self._numbers: dict[int, int] = {}
        self._bits = 8
        self._slots = np.zeros(1 << self._bits, np.int64)
        self._hashes = np.zeros(1, np.uint64)
        self._series = np.zeros((1, len(self.values)), np.int64)

    @staticmethod
    def fits(event: Event) -> bool:
        """Whether an event holds nothing but numbers at fixed places."""
        alike = all(value.kind == SCALAR and value.place >= 0 for value in event.values)
        return event.plain and bool(event.values) and alike

    def match(self, rows: Words, common: "Common") -> NDArray[np.bool_] | None:
        """Which rows are of this layout; None if all are."""
        vary = common.either ^ common.all
        strange = (common.all ^ self._first) & self._fixed
        if (strange & ~vary).any():
            return np.zeros(len(rows), np.bool_)
        if not (vary & self._fixed).any():
            return None
        differ = rows ^ self._first
        differ &= self._fixed
        return np.asarray(~differ.any(axis=1))

    def columns(self, members: Ints, rows: Words, common: "Common", names: Names) -> list[Columns]:
        """The points in rows of this layout, which are the records `members`, one set for each value of an event.

        Those of no series are left out.
        """
        steps, times = self._steps(rows), np.zeros(len(rows))
        if self.time_at >= 0:
            times = _column(rows, self.time_at, "<f8")
        sets = self._sets(rows, common, names)
        found = []
        for k, value in enumerate(self.values):
            series = np.broadcast_to(self._series[sets, k], len(rows))
            columns = Columns(members, series, steps, times, _column(rows, value.place, value.type))
            some = series >= 0
            found.append(columns if some.all() else columns[some])
        return found

    def _steps(self, rows: Words) -> Ints:
        start, stop = self.step_span
        steps = np.zeros(len(rows), np.uint64)
        for k in range(stop - start):
            byte = np.ndarray((len(rows),), np.uint8, rows, start + k, (8 * self.words,))
            steps |= (byte & np.uint8(0x7F)).astype(np.uint64) << np.uint64(7 * k)
        return steps.view(np.int64)

    def _sets(self, rows: Words, common: "Common", names: Names) -> Ints | int:
        """The number of the tags of each row, or the one number that all have."""
        hashes = np.zeros(len(rows), np.uint64)
        if not ((common.either ^ common.all) & self._tags).any():
            rows, hashes = rows[:1], hashes[:1]
        for k, word in enumerate(self._tag_words.tolist()):
            hashes = (hashes ^ (rows[:, word] & self._tags[word])) * np.uint64(_FACTORS[k % len(_FACTORS)])
            hashes ^= hashes >> np.uint64(29)
        found = self._slots[hashes >> np.uint64(64 - self._bits)]
        missed = np.flatnonzero((self._hashes[found] != hashes) | (found == 0))
        if len(missed):
            new, first, inverse = np.unique(hashes[missed], return_index=True, return_inverse=True)
            unknown = [k for k, h in enumerate(new.tolist()) if h not in self._numbers]
            if unknown:
                self._learn(new[unknown], rows[missed[first[unknown]]], names)
            found[missed] = np.array([self._numbers[h] for h in new.tolist()])[inverse]
        return found if len(rows) > 1 else int(found[0])

    def _learn(self, hashes: Words, rows: Words, names: Names) -> None:
        """Give numbers to tags that are new, by their hashes of 64 bits."""
        series = []
        for hashed, row in zip(hashes.tolist(), rows, strict=True):
            self._numbers[hashed] = len(self._numbers) + 1
            data = row.tobytes()
            series.append([names(data[slice(*value.tag)], value.plugin) for value in self.values])
        self._series = np.concatenate([self._series, np.array(series, np.int64)])
        self._hashes = np.concatenate([self._hashes, hashes])
        count = len(self._numbers)
        while count << 4 > 1 << self._bits and self._bits < 16:
            self._bits += 4
        self._slots = np.zeros(1 << self._bits, np.int64)
        # Of those that share a slot, the first has it.
        self._slots[(self._hashes[1:] >> np.uint64(64 - self._bits))[::-1]] = np.arange(count, 0, -1)


def _words(length: int) -> int:
    """Words of 8 bytes in a row that holds the data of a record and its checksum."""
    return (length + 4 + 7) // 8


def rows_of(data: bytes, offsets: Ints, length: int) -> Words:
    """The data of records of one length (n, words), each followed by its checksum and what else fills a word."""
    size = 8 * _words(length)
    return np.ndarray((len(data) - size + 1,), f"V{size}", data, 0, (1,))[offsets].view("<u8").reshape(len(offsets), -1)


def checksums_of(rows: Words, length: int) -> NDArray[np.uint32]:
    """The stored checksums of rows."""
    return np.ndarray((len(rows),), "<u4", rows, length, (8 * rows.shape[1],)).copy()


def _column(rows: Words, place: int, kind: str) -> Floats:
    """The numbers of one type at one place of every row."""
    if kind == BFLOAT16:
        bits = np.ndarray((len(rows),), "<u2", rows, place, (8 * rows.shape[1],)).copy()
        return plain(bits.view(np.uint8).reshape(-1, 2), kind)
    with np.errstate(invalid="ignore"):
        kind = "u1" if kind == "?" else kind
        return np.ndarray((len(rows),), kind, rows, place, (8 * rows.shape[1],)).astype(np.float64)
