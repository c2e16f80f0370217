"""Writes `.wandb` files: records with the framing of LevelDB's log, as wandb's core does."""

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zlib import crc32

HEADER = b":W&B" + struct.pack("<HB", 0xBEE1, 0)
BLOCK = 32_768


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value & 0xFFFF_FFFF_FFFF_FFFF)
    body = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(body)) + body


def item(path: Sequence[str], text: str, nested: bool = True) -> bytes:
    """A HistoryItem; a path of one key may be written either way."""
    keys = b"".join(field(2, key) for key in path) if nested else field(1, path[0])
    return keys + field(16, text)


def row(step: int, values: Mapping[tuple[str, ...], Any], when: float | None = None, number: int = 1) -> bytes:
    """A Record of one history row."""
    own: dict[tuple[str, ...], Any] = {("_step",): step}
    if when is not None:
        own[("_timestamp",)] = when
    items = [field(1, item(path, json.dumps(value))) for path, value in {**values, **own}.items()]
    return field(1, number) + field(2, b"".join(items) + field(2, field(1, step) if step else b""))


def framed(records: Iterable[bytes]) -> bytes:
    """A whole file."""
    out = bytearray(HEADER)
    for record in records:
        at, first = 0, True
        while first or at < len(record):
            left = BLOCK - len(out) % BLOCK
            if left < 7:
                out += bytes(left)
                continue
            part = record[at : at + left - 7]
            at += len(part)
            kind = (1 if first else 4) if at == len(record) else (2 if first else 3)
            out += struct.pack("<IHB", crc32(part, crc32(bytes([kind]))), len(part), kind) + part
            first = False
    return bytes(out)
