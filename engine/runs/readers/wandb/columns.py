"""Many history records at once: where their items lie, gathered in bulk with numpy.

A record is `num`, then the History message: items of key (or nested keys) and value_json, and the step. Items come in
any order, so that records are walked side by side, one item a turn, and items are grouped by the bytes of their key.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

HISTORY, SUMMARY = 0x12, 0x1A
_PAD = 64
_WEIGHTS = np.random.default_rng(20_251).integers(1, 2**63, 4096, np.uint64) | np.uint64(1)


@dataclass(frozen=True)
class Items:
    """One item a row: its record, and where in the data its key (with tags and lengths) and its value_json lie."""

    record: Ints
    key: Ints
    key_end: Ints
    value: Ints
    value_end: Ints

    def take(self, index: Ints | NDArray[np.bool_]) -> "Items":
        """Those at `index`."""
        columns = (self.record, self.key, self.key_end, self.value, self.value_end)
        return Items(*(c[index] for c in columns))

    def texts(self, data: bytes, index: Ints) -> list[bytes]:
        """The value_json of those at `index`."""
        # Lists, since Python takes numbers out of them several times as fast as out of arrays.
        starts, ends = self.value[index].tolist(), self.value_end[index].tolist()
        return [data[a:b] for a, b in zip(starts, ends, strict=True)]


@dataclass(frozen=True)
class Columns:
    """What bulk reading found: `history` are the records it has read; the `others` are to be read one by one."""

    history: Ints
    steps: Ints
    """The step of each of `history`; -1 where it has none."""
    items: Items
    others: Ints


def gather(data: bytes, starts: Ints, ends: Ints) -> Columns:
    """The history among the records `data[starts[k]:ends[k]]`; summaries are passed over."""
    buffer = np.frombuffer(data + bytes(_PAD), np.uint8)
    at, limit = starts.copy(), len(data)
    numbered = buffer[at] == 0x08
    at[numbered] = _varint(buffer, at[numbered] + 1)[1]
    for tag in ((0xC2, 0x0C), (0x82, 0x01)):  # _info and control, which some versions write first
        place = np.minimum(at, limit)
        first = np.flatnonzero((buffer[place] == tag[0]) & (buffer[place + 1] == tag[1]))
        if len(first):
            length, body = _varint(buffer, at[first] + 2)
            at[first] = np.minimum(body + length, limit)
    at = np.minimum(at, limit)
    kind = np.where(at < ends, buffer[at], 0)
    rows = np.flatnonzero(kind == HISTORY)
    length, body = _varint(buffer, at[rows] + 1)
    fits = (length >= 0) & (body + length <= ends[rows])
    odd = [np.flatnonzero((kind != HISTORY) & (kind != SUMMARY)), rows[~fits]]
    rows, body, length = rows[fits], body[fits], length[fits]
    steps, items, bad = _walk(buffer, body, body + length)
    if len(bad):
        good = np.ones(len(rows), bool)
        good[bad] = False
        odd.append(rows[bad])
        items = items.take(good[items.record])
        items = Items(np.cumsum(good)[items.record] - 1, items.key, items.key_end, items.value, items.value_end)
        rows, steps = rows[good], steps[good]
    return Columns(rows, steps, items, np.sort(np.concatenate(odd)))


def groups(data: bytes, items: Items) -> list[tuple[bytes, Ints]]:
    """The items by the bytes of their key: each key, and the numbers of its items in order."""
    if not len(items.key):
        return []
    buffer = np.frombuffer(data, np.uint8)
    lengths = items.key_end - items.key
    marks = np.empty(len(lengths), np.uint64)
    for length in np.unique(lengths).tolist():
        chosen = np.flatnonzero(lengths == length)
        # Weighted sums of the bytes, modulo 2^64: equal for equal keys, and for others by no accident.
        total = np.full(len(chosen), length, np.uint64)
        base = items.key[chosen]
        for k in range(length):
            total += buffer[base + k] * _WEIGHTS[k % 4096] ^ np.uint64(k // 4096)
        marks[chosen] = total
    order = np.argsort(marks, kind="stable")
    edges = np.flatnonzero(np.diff(marks[order])) + 1
    found = []
    for members in np.split(order, edges):
        k = int(members[0])
        found.append((data[int(items.key[k]) : int(items.key_end[k])], members))
    return found


def _walk(buffer: Bytes, at: Ints, end: Ints) -> tuple[Ints, Items, Ints]:
    """Steps and items of the messages `buffer[at:end]`, and which of them are not plain."""
    steps = np.full(len(at), -1, np.int64)
    alive = np.arange(len(at))
    at, bad, found = at.copy(), [], []
    while True:
        going = at < end[alive]
        alive, at = alive[going], at[going]
        if not len(alive):
            break
        tag = buffer[at]
        length, body = _varint(buffer, at + 1)
        behind = body + length
        plain = (length >= 0) & (behind <= end[alive]) & ((tag == 0x0A) | (tag == 0x12))
        if not plain.all():
            bad.append(alive[~plain])
            alive, tag, length, body, behind = alive[plain], tag[plain], length[plain], body[plain], behind[plain]
        item = np.flatnonzero(tag == 0x0A)
        if len(item):
            found.append((alive[item], body[item], behind[item]))
        step = np.flatnonzero(tag == 0x12)
        if len(step):
            filled = (length[step] > 1) & (buffer[body[step]] == 0x08)
            number = np.where(filled, _varint(buffer, np.where(filled, body[step] + 1, 0))[0], 0)
            steps[alive[step]] = number
        at = behind
    if not found:
        none = np.empty(0, np.int64)
        return steps, Items(none, none, none, none, none), _joined(bad)
    record, key, last = (np.concatenate(column) for column in zip(*found, strict=True))
    at, value, fine = key.copy(), key.copy(), np.ones(len(key), bool)
    open_ = np.arange(len(key))
    while len(open_):
        place = at[open_]
        named = (place < last[open_]) & ((buffer[place] == 0x0A) | (buffer[place] == 0x12))
        open_, place = open_[named], place[named]
        length, body = _varint(buffer, place + 1)
        behind = body + length
        fits = (length >= 0) & (behind <= last[open_])
        fine[open_[~fits]] = False
        open_ = open_[fits]
        at[open_] = behind[fits]
    fine &= (buffer[at] == 0x82) & (buffer[at + 1] == 0x01) & (at > key)
    length, value = _varint(buffer, np.where(fine, at + 2, 0))
    fine &= value + length == last
    if not fine.all():
        bad.append(np.unique(record[~fine]))
    order = np.argsort(record, kind="stable")  # so that the items of a key come in the order of their rows
    return steps, Items(record, key, at, value, last).take(order), _joined(bad)


def _joined(parts: list[Ints]) -> Ints:
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)


def _varint(buffer: Bytes, at: Ints) -> tuple[Ints, Ints]:
    """The numbers that begin at `at`, and the places behind them; -1 for one of more than five bytes."""
    at = np.minimum(at, len(buffer) - 8)
    byte = buffer[at].astype(np.int64)
    value, behind = byte & 0x7F, at + 1
    more = np.flatnonzero(byte >= 0x80)
    shift = 7
    while len(more) and shift < 35:
        byte = buffer[np.minimum(behind[more], len(buffer) - 1)].astype(np.int64)
        value[more] |= (byte & 0x7F) << shift
        behind[more] += 1
        more = more[byte >= 0x80]
        shift += 7
    value[more] = -1
    return value, behind
