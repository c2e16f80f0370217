"""Protocol buffers on the wire: the fields of a message, as places in its bytes."""

from collections.abc import Iterator

VARINT, FIXED64, MESSAGE, FIXED32 = 0, 1, 2, 5
Field = tuple[int, int, int, int]
"""Field number, wire type, and where its value begins and ends."""


class Malformed(ValueError):
    """The bytes are no message."""


def fields(data: bytes, at: int, end: int) -> Iterator[Field]:
    """The fields of the message in data[at:end]; raises Malformed."""
    while at < end:
        key = data[at]
        at += 1
        if key > 0x7F:
            key, at = varint(data, at - 1, end)
        wire = key & 7
        if wire == VARINT:
            stop = at
            while stop < end and data[stop] > 0x7F:
                stop += 1
            stop += 1
            if stop - at > 10:
                raise Malformed("varint too long")
        elif wire == MESSAGE:
            size, at = varint(data, at, end)
            stop = at + size
        elif wire == FIXED64:
            stop = at + 8
        elif wire == FIXED32:
            stop = at + 4
        else:
            raise Malformed(f"wire type {wire}")
        if stop > end or key < 8:
            raise Malformed("field longer than its message")
        yield key >> 3, wire, at, stop
        at = stop


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """An unsigned number of 64 bits, and where it ends; raises Malformed."""
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    raise Malformed("varint cut short or too long")


def signed(value: int) -> int:
    """The number of 64 bits with a sign that `varint` read."""
    return value - (1 << 64) if value >> 63 else value
