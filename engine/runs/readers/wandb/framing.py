"""The framing of a `.wandb` file: LevelDB's log format behind a header of seven bytes.

The file is blocks of 32 KiB; a block is chunks of checksum (CRC-32 of kind and data), length, kind, data; a record is
one chunk, or a first, middles and a last one. See leveldb/doc/log_format.md and wandb's core/pkg/leveldb/record.go.
"""

import struct
from dataclasses import dataclass, field
from zlib import crc32

MAGIC = b":W&B"
HEADER = 7
"""Bytes before the first chunk (magic, 0xBEE1, version); they count as part of the first block."""
BLOCK = 32_768
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4

_CHUNK = struct.Struct("<IHB")
_HEAD = _CHUNK.size


@dataclass
class Cut:
    """The whole records in a piece of the file: record k is `data[starts[k]:ends[k]]`."""

    data: bytes
    base: int
    """Where in the file the piece begins."""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    used: int = 0
    """So many bytes of the piece are done with; the others are a chunk that is not complete."""
    damaged: list[int] = field(default_factory=list)
    """Offsets in the file of what could not be read, one a block."""
    joined: dict[int, int] = field(default_factory=dict)
    """Of records put together from several chunks: start in `data`, offset in the file of the first chunk."""

    def place(self, k: int) -> int:
        """The offset in the file of the chunk with which record k begins."""
        start = self.starts[k]
        return self.joined.get(start, self.base + start - _HEAD)


class Framing:
    """Cuts a file into records, piece by piece; keeps what a piece has of a record that is not complete."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._begun = 0

    def cut(self, data: bytes, base: int, last: bool = True) -> Cut:
        """The records of `data`, which begins at byte `base` of the file, after the header or what the last cut used.

        A chunk that fails its checksum is left out; where the chain of chunks breaks, reading goes on at the next
        block. Zeros at the end of the `last` piece are room that is not yet written to, and wait.
        """
        cut, size, rest = Cut(data, base), len(data), list[bytes]()
        at, behind = 0, size
        view, unpack = memoryview(data), _CHUNK.unpack_from
        start, stop = cut.starts.append, cut.ends.append
        while at < size:
            limit = (base + at) // BLOCK * BLOCK + BLOCK - base
            reach, wrong = min(limit, size) - _HEAD, False
            while at <= reach:
                check, length, kind = unpack(data, at)
                body = at + _HEAD
                end = body + length
                if end > limit or not FULL <= kind <= LAST:
                    if last and not (check or length or kind) and not data[at:].strip(b"\0"):
                        limit = size + _HEAD
                    else:
                        if not wrong:
                            cut.damaged.append(base + at)
                        self._parts, at = [], limit
                    break
                if end > size:
                    break
                if crc32(view[at + 6 : end]) != check:
                    if not wrong:
                        cut.damaged.append(base + at)
                    wrong, self._parts = True, []
                elif kind == FULL:
                    start(body)
                    stop(end)
                    if self._parts:
                        self._parts = []
                elif done := self._join(kind, data[body:end], base + at):
                    cut.joined[behind] = self._begun
                    start(behind)
                    behind += len(done)
                    stop(behind)
                    rest.append(done)
                at = end
            if at < limit and limit - at >= _HEAD:
                break
            at = limit
        cut.used = min(at, size)
        if rest:
            cut.data = b"".join([data, *rest])
        return cut

    def _join(self, kind: int, data: bytes, place: int) -> bytes:
        """The record that a chunk completes, or nothing; a middle or last one whose beginning is lost is dropped."""
        if kind == FIRST:
            self._parts, self._begun = [data], place
        elif self._parts:
            self._parts.append(data)
            if kind == LAST:
                done = b"".join(self._parts)
                self._parts = []
                return done
        return b""


def record_at(data: bytes, base: int) -> bytes:
    """The first whole record of `data`, which begins at byte `base` of the file; empty if there is none."""
    cut = Framing().cut(data, base)
    return cut.data[cut.starts[0] : cut.ends[0]] if cut.starts else b""
