"""Event files of many scalars, byte for byte as torch's SummaryWriter and TensorFlow's summary writer make them."""

import struct
from pathlib import Path

import numpy as np
from crc32c import crc32c

TAGS = (
    "loss/train",
    "loss/val",
    "accuracy/train",
    "accuracy/val",
    "lr",
    "grad_norm",
    "time/step_seconds",
    "time/data_seconds",
    "tokens_per_second",
    "memory/allocated_gb",
)
FIRST = 1_700_000_000.0


def make(folder: Path, count: int, tags: tuple[str, ...] = TAGS, *, tensors: bool = False) -> Path:
    """Write `count` scalars, one an event, all tags at every step; returns the folder."""
    folder.mkdir(parents=True)
    values = np.random.default_rng(0).normal(size=count).cumsum()
    heads = [_bytes(1, tag.encode()) for tag in tags]
    with (folder / f"events.out.tfevents.{FIRST:.0f}.host.1.0").open("wb") as file:
        file.write(_framed(_wall(FIRST) + _bytes(3, b"brain.Event:2")))
        for at in range(0, count, 10_000):
            part = range(at, min(at + 10_000, count))
            file.write(b"".join(_scalar(k, heads, float(values[k]), tensors) for k in part))
    return folder


def _scalar(number: int, heads: list[bytes], value: float, tensors: bool) -> bytes:
    step, which = divmod(number, len(heads))
    number_ = struct.pack("<f", value)
    if tensors:  # only the first of a tag says what it is
        metadata = _bytes(9, _bytes(1, _bytes(1, b"scalars"))) if step == 0 else b""
        held = metadata + _bytes(8, b"\x08\x01\x12\x00" + _bytes(4, number_))
    else:
        held = b"\x15" + number_
    body = _wall(FIRST + 0.01 * number) + (b"\x10" + _varint(step) if step else b"")
    return _framed(body + _bytes(5, _bytes(1, heads[which] + held)))


def _framed(body: bytes) -> bytes:
    length = struct.pack("<Q", len(body))
    return length + _masked(length) + body + _masked(body)


def _masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _wall(when: float) -> bytes:
    return b"\x09" + struct.pack("<d", when)


def _bytes(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + _varint(value >> 7)
