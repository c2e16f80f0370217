"""An event file read piece by piece: the whole records of each, and what between them is none."""

from collections.abc import Iterator
from dataclasses import dataclass

from .checksum import UInt32s
from .columns import Ints
from .files import EventTail
from .framing import FRAME, HEADER, header, next_header, walk

LARGEST = 1 << 28
"""Bytes of a record that is still read; what is larger is passed over."""


@dataclass(frozen=True)
class Piece:
    """Whole records at `offsets` of `data`, which begins at `start` of the file."""

    data: bytes
    start: int
    offsets: Ints
    lengths: UInt32s


@dataclass(frozen=True)
class Gap:
    """Bytes at `start` of the file that were passed over: no records, or one that is too `large`."""

    start: int
    count: int
    large: bool = False


def pieces(tail: EventTail, size: int) -> Iterator[Piece | Gap]:
    """The records in the next `size` bytes or so; a record that is not whole waits. Raises OSError."""
    if tail.skip:
        tail.skip -= len(tail.read(min(tail.skip, size)))
        return
    start, data = tail.offset, tail.read(max(size, tail.wants))
    tail.wants, last = 0, not tail.more
    chain = walk(data, 0)
    while True:
        if len(chain.offsets):
            yield Piece(data, start, chain.offsets, chain.lengths)
        end = chain.end
        at = next_header(data, end + 1) if chain.broken else -1
        if at < 0:
            break
        yield Gap(start + end, at - end)
        chain = walk(data, at)
    if chain.broken and not (last and data.count(0, end) == len(data) - end):
        # No header in what is left; the last bytes may be the beginning of one. Zeros at the end are room
        # that a file system or a crash has made: what is written there later is read then.
        keep = min(HEADER - 1, len(data) - end)
        if len(data) - end > keep:
            yield Gap(start + end, len(data) - end - keep)
        end = len(data) - keep
    tail.back(data[end:])
    if last:
        tail.waits = tail.size
    elif not end and len(data) >= HEADER:
        yield from _larger(tail, header(data, 0) + FRAME)


def _larger(tail: EventTail, length: int) -> Iterator[Gap]:
    """A record of `length` bytes begins at the tail and does not end in the piece that was read."""
    if tail.offset + length > tail.size:
        tail.waits = tail.size
    elif length > LARGEST:
        tail.skip = length
        yield Gap(tail.offset, length, large=True)
    else:
        tail.wants = length
