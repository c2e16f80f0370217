"""Protocol buffers without their schema: the fields of one message, as wandb_internal.proto numbers them."""

import struct
from collections.abc import Iterator
from typing import Any

from .values import decoded


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message as (number, value). Raises ValueError where it is not one."""
    at, size = 0, len(data)
    while at < size:
        key, at = _varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if wire == 2:
            length, at = _varint(data, at)
        elif wire == 1 or wire == 5:
            length = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + length > size:
            raise ValueError("a field longer than its message")
        yield key >> 3, data[at : at + length]
        at += length


def part(data: bytes, number: int) -> bytes:
    """The field `number`, a message or bytes; empty if it is not there."""
    for found, value in fields(data):
        if found == number and isinstance(value, bytes):
            return value
    return b""


def words(data: bytes | int) -> str:
    """Bytes as text."""
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""


def seconds(data: bytes | int) -> float:
    """A google.protobuf.Timestamp in seconds since the epoch."""
    whole = nanos = 0
    if isinstance(data, bytes):
        for number, value in fields(data):
            if isinstance(value, int):
                whole, nanos = (value, nanos) if number == 1 else (whole, value)
    return whole + nanos / 1e9 if whole < 1 << 40 else 0.0


def item(data: bytes) -> tuple[tuple[str, ...], Any]:
    """A HistoryItem, ConfigItem, SummaryItem or StatsItem: its path of keys and its value.

    Raises ValueError where it is none. The value is JSON (16); newer versions of the format have typed fields as well.
    """
    path: list[str] = []
    value: Any = None
    for number, found in fields(data):
        if number in (1, 2):
            path.append(words(found))
        elif number in (8, 16) and isinstance(found, bytes):
            value = decoded(found)
        elif number == 4:
            value = bool(found)
        elif number == 5 and isinstance(found, int):
            value = (found >> 1) ^ -(found & 1)
        elif number == 6 and isinstance(found, bytes) and len(found) == 8:
            value = struct.unpack("<d", found)[0]
        elif number == 7:
            value = words(found)
    return tuple(path), value


def placed(into: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value at a path of nested dicts."""
    for key in path[:-1]:
        inner = into.get(key)
        if not isinstance(inner, dict):
            inner = into[key] = {}
        into = inner
    into[path[-1]] = value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    for place in range(at, min(at + 10, len(data))):
        byte = data[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, place + 1
        shift += 7
    raise ValueError("a number that does not end")
