"""TensorBoard event files: framed records of protocol buffers; scalars and restarts are read.

Knows only the fields that it needs (tensorflow/core/util/event.proto), so that no large library is imported.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crc32c import crc32c

Field = tuple[int, int, int | bytes]
"""(field number, wire type, value)"""


@dataclass(frozen=True)
class Scalars:
    """One event: values by tag, or a restart that supersedes everything from `step` on."""

    step: int
    time: float
    values: dict[str, float]
    restart: bool = False


def read(path: Path) -> Iterator[Scalars]:
    """The events of one file; stops quietly at a record that is cut short or damaged."""
    data = path.read_bytes()
    at = 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        end = at + 12 + length + 4
        if end > len(data):
            return
        body = data[at + 12 : at + 12 + length]
        if struct.unpack_from("<I", data, end - 4) != (masked(crc32c(body)),):
            return
        try:
            event = _event(body)
        except (IndexError, ValueError, struct.error):
            return
        if event is not None:
            yield event
        at = end


def masked(crc: int) -> int:
    """The form in which records keep a checksum (tensorflow/core/lib/hash/crc32c.h)."""
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _event(data: bytes) -> Scalars | None:
    step, when, restart = 0, 0.0, False
    values: dict[str, float] = {}
    for number, wire, value in _fields(data):
        if number == 1 and wire == 1 and isinstance(value, bytes):
            (when,) = struct.unpack("<d", value)
        elif number == 2 and isinstance(value, int):
            step = value - (1 << 64) if value >> 63 else value
        elif number == 5 and isinstance(value, bytes):
            values |= _summary(value)
        elif number == 7 and isinstance(value, bytes):
            restart = any(n == 1 and v == 1 for n, _, v in _fields(value))
    return Scalars(step, when, values, restart) if values or restart else None


def _summary(data: bytes) -> dict[str, float]:
    values = {}
    for number, _, value in _fields(data):
        if number != 1 or not isinstance(value, bytes):
            continue
        tag, scalar = "", None
        for n, wire, v in _fields(value):
            if n == 1 and isinstance(v, bytes):
                tag = v.decode("utf-8", "replace")
            elif n == 2 and wire == 5 and isinstance(v, bytes):
                (scalar,) = struct.unpack("<f", v)
        if scalar is not None:
            values[tag] = scalar
    return values


def _fields(data: bytes) -> Iterator[Field]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, wire, value
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + size > len(data):
            raise ValueError("field longer than its message")
        yield number, wire, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
        if shift > 63:
            raise ValueError("varint too long")
