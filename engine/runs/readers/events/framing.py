"""Where the records of an event file begin (TFRecord: u64 length, u32 checksum, data, u32 checksum).

The offsets are a chain, each known only by the record before it. To follow it faster than one record at a time, a
piece of the file is cut into lanes; in each the first valid header is searched, all lanes are followed at once, and
where one ends exactly at the header that the next began with, it is one chain. Elsewhere it is followed step by step.
"""

import struct
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from crc32c import crc32c
from numpy.typing import NDArray

from .checksum import UInt32s, header_checksums, masked
from .columns import Ints

HEADER, FRAME = 12, 16
"""Bytes before the data of a record, and around it."""
LANE, WINDOW = 4160, 512
"""Bytes of a lane, and at its start those in which a header is searched. Were lanes a power of two long, their
records would compete for the same lines of the processor's cache."""
MOST = 2048
"""Records of a lane that are followed; one that is still not at its end is followed step by step."""
KNOWN = 1 << 16
"""Lengths below have their checksums in a table; a record as long ends the chain of a lane."""
LONGEST = 1 << 30
"""A record that says to be longer is damaged."""
_unpack = struct.Struct("<QI").unpack_from


@dataclass(frozen=True)
class Chain:
    """Whole records: where they begin, how long their data are, where the last ends, and whether no header follows."""

    offsets: Ints
    lengths: UInt32s
    end: int
    broken: bool


def walk(data: bytes, at: int) -> Chain:
    """The whole records from `at` on."""
    if at or len(data) < 8 * LANE:  # behind damage, of which there may be more
        return Chain(*_steps(data, at, frozenset()))
    return _lanes(data)


def header(data: bytes, at: int) -> int:
    """The length of the data of the record at `at`, or -1 where there is no valid header."""
    length, crc = _unpack(data, at)
    return length if length <= LONGEST and _crc(length) == crc else -1


@lru_cache(4096)
def _crc(length: int) -> int:
    return masked(crc32c(length.to_bytes(8, "little")))


def _steps(data: bytes, at: int, joins: Container[int]) -> tuple[Ints, UInt32s, int, bool]:
    """The records from `at` on, one by one, until one begins at one of `joins`."""
    offsets: list[int] = []
    lengths: list[int] = []
    size, broken = len(data), False
    while at not in joins and at + HEADER <= size:
        length, crc = _unpack(data, at)
        if length > LONGEST or _crc(length) != crc:
            broken = True
            break
        if at + FRAME + length > size:
            break
        offsets.append(at)
        lengths.append(length)
        at += FRAME + length
    return np.array(offsets, np.int64), np.array(lengths, np.uint32), at, broken


def _lanes(data: bytes) -> Chain:
    size = len(data)
    words: UInt32s = np.ndarray((size - 3,), "<u4", data, 0, (1,))
    starts = np.concatenate([[0], _first_headers(data, words)])
    ends = np.append(starts[1:], size)
    places = _follow(words, starts, ends)
    inside = places < ends[:, None]
    counts = inside.sum(axis=1)
    offsets = places[inside]
    while len(offsets) and offsets[-1] + HEADER > size:
        offsets = offsets[:-1]
    heads = np.ndarray((size - HEADER + 1,), f"V{HEADER}", data, 0, (1,))[offsets].view("<u4").reshape(-1, 3)
    lengths = heads[:, 0].copy()
    valid = (lengths < KNOWN) & (heads[:, 1] == 0) & (heads[:, 2] == header_checksums()[lengths & (KNOWN - 1)])
    lasts = places[np.arange(len(starts)), np.minimum(counts, places.shape[1] - 1)]
    met = lasts[:-1] == ends[:-1]
    if valid.all() and met.all():
        if len(offsets) and offsets[-1] + FRAME + int(lengths[-1]) > size:
            offsets, lengths = offsets[:-1], lengths[:-1]
        end = int(offsets[-1]) + FRAME + int(lengths[-1]) if len(offsets) else 0
        return Chain(offsets, lengths, end, end + HEADER <= size and header(data, end) < 0)
    return _stitch(data, starts, ends, np.cumsum(counts), offsets, lengths, valid, met)


def _first_headers(data: bytes, words: UInt32s) -> Ints:
    """The offset of the first valid header in each lane behind the first, where its window holds one."""
    count = (len(data) - WINDOW - FRAME) // LANE
    windows = np.frombuffer(data, np.uint8)[: count * LANE].reshape(count, LANE)[1:, : WINDOW + 8]
    zero = windows == 0
    pairs = zero[:, :-1] & zero[:, 1:]
    # Six zeros: the upper bytes of a length below 65,536.
    lanes, within = np.nonzero(pairs[:, 2:-5] & pairs[:, 4:-3] & pairs[:, 6:-1])
    places = (lanes + 1) * LANE + within
    valid = words[places + 8] == header_checksums()[words[places] & (KNOWN - 1)]
    _, first = np.unique(lanes[valid], return_index=True)
    return np.asarray(places[valid][first], np.int64)


def _follow(words: UInt32s, starts: Ints, ends: Ints) -> Ints:
    """The chains (lanes, records) from `starts` on; each goes on beyond its end until all have come to theirs."""
    at, last, rows = starts, len(words) - 1, [starts]
    while len(rows) < MOST:
        for _ in range(16):
            at = at + words[np.minimum(at, last)]
            at += FRAME
            rows.append(at)
        if (at >= ends).all():
            break
    return np.ascontiguousarray(np.stack(rows).T)


def _stitch(
    data: bytes,
    starts: Ints,
    ends: Ints,
    bounds: Ints,
    offsets: Ints,
    lengths: UInt32s,
    valid: NDArray[np.bool_],
    met: NDArray[np.bool_],
) -> Chain:
    """One chain out of the lanes that are good, and of single steps between them.

    The records of lane k are number bounds[k-1] .. bounds[k]-1; it is good if all are valid and it met the next.
    """
    good = {}
    for lane, start in enumerate(starts[:-1].tolist()):
        part = slice(int(bounds[lane - 1]) if lane else 0, int(bounds[lane]))
        if met[lane] and valid[part].all():
            good[start] = part, int(ends[lane])
    at, found = 0, []
    while True:
        if at in good:
            part, at = good[at]
            found.append((offsets[part], lengths[part]))
            continue
        more, sizes, at, broken = _steps(data, at, good)
        found.append((more, sizes))
        if at not in good:
            return Chain(np.concatenate([o for o, _ in found]), np.concatenate([s for _, s in found]), at, broken)


def next_header(data: bytes, at: int) -> int:
    """The offset of the first valid header from `at` on, or -1; damage is skipped up to there."""
    known, step = header_checksums(), 4096
    while at + HEADER <= len(data):
        words: UInt32s = np.ndarray((min(step, len(data) - at - HEADER + 1) + 8,), "<u4", data, at, (1,))
        lengths = words[:-8]
        places = np.flatnonzero((words[4:-4] == 0) & (lengths <= LONGEST))
        small = places[lengths[places] < KNOWN]
        hits = small[words[small + 8] == known[lengths[small]]].tolist()
        hits += [p for p in places[lengths[places] >= KNOWN].tolist() if header(data, at + p) >= 0]
        if hits:
            return at + int(min(hits))
        at += len(lengths)
        step = min(4 * step, 1 << 20)
    return -1
