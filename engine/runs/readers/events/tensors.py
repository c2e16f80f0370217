"""Tensors in event files (tensorflow/core/framework/tensor.proto): scalars with their places, arrays, strings."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .wire import FIXED32, FIXED64, MESSAGE, VARINT, Malformed, fields, signed, varint

BFLOAT16, STRING = "bfloat16", "string"
TYPES = {
    1: "<f4",
    2: "<f8",
    3: "<i4",
    4: "u1",
    5: "<i2",
    6: "i1",
    7: STRING,
    9: "<i8",
    10: "?",
    14: BFLOAT16,
    17: "<u2",
    19: "<f2",
    22: "<u4",
    23: "<u8",
}
"""DataType: how a number is kept in tensor_content."""
LISTS = {
    5: ("<f4",),
    6: ("<f8",),
    7: ("<i4", "<i2", "i1", "u1", "<u2"),
    10: ("<i8",),
    11: ("?",),
    13: ("<f2", BFLOAT16),
    16: ("<u4",),
    17: ("<u8",),
}
"""Field: the types whose numbers it keeps one by one."""
LARGEST = 1 << 24
"""Numbers of a tensor that are read."""
Spans = list[tuple[int, int, int]]
"""Wire type, start and end of values."""


@dataclass
class Tensor:
    """A tensor in data[...]: its type, its shape, and where its values are."""

    type: str = ""
    shape: list[int] = field(default_factory=list)
    content: tuple[int, int] | None = None
    listed: Spans = field(default_factory=list)
    strings: list[tuple[int, int]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many values its shape has room for."""
        return math.prod(self.shape)


def tensor(data: bytes, at: int, end: int) -> Tensor:
    """The tensor in data[at:end]; raises Malformed."""
    found = Tensor()
    lists: dict[int, Spans] = {}
    for number, wire, start, stop in fields(data, at, end):
        if number == 1 and wire == VARINT:
            found.type = TYPES.get(varint(data, start, stop)[0], "")
        elif number == 2 and wire == MESSAGE:
            found.shape = list(_shape(data, start, stop))
        elif number == 4 and wire == MESSAGE:
            found.content = (start, stop) if stop > start else None
        elif number == 8 and wire == MESSAGE:
            found.strings.append((start, stop))
        elif number in LISTS:
            lists.setdefault(number, []).append((wire, start, stop))
    for number, spans in lists.items():
        if found.type in LISTS[number]:
            found.listed = spans
    return found


def _shape(data: bytes, at: int, end: int) -> Iterator[int]:
    for number, wire, start, stop in fields(data, at, end):
        if number == 2 and wire == MESSAGE:
            sizes = [varint(data, a, b)[0] for n, w, a, b in fields(data, start, stop) if n == 1 and w == VARINT]
            yield signed(sizes[-1]) if sizes else 0


def scalar_place(data: bytes, of: Tensor) -> int:
    """Where the tensor's one number is kept in as many bytes as its type has, or -1 where it is not."""
    width = itemsize(of.type)
    if of.size != 1 or not width:
        return -1
    if of.content is not None:
        return of.content[0] if of.content[1] - of.content[0] == width else -1
    if len(of.listed) == 1 and of.type in ("<f4", "<f8"):
        wire, start, stop = of.listed[0]
        return start if wire in (MESSAGE, FIXED32, FIXED64) and stop - start == width else -1
    return -1


def itemsize(kind: str) -> int:
    """Bytes of a number of this type; 0 for what is no number."""
    return 2 if kind == BFLOAT16 else 0 if kind in (STRING, "") else np.dtype(kind).itemsize


def numbers(data: bytes, of: Tensor) -> NDArray[np.float64] | None:
    """The tensor's values in its shape; None where they are no numbers or not as many."""
    width = itemsize(of.type)
    if not width or not 0 <= of.size <= LARGEST or any(size < 0 for size in of.shape):
        return None
    if of.content is not None:
        start, stop = of.content
        flat = plain(np.frombuffer(data, np.uint8, (stop - start) // width * width, start).reshape(-1, width), of.type)
    else:
        flat = np.array([v for span in of.listed for v in _listed(data, of.type, *span)], np.float64)
        if len(flat) and len(flat) < of.size:  # the last one is meant to fill the rest
            flat = np.concatenate([flat, np.full(of.size - len(flat), flat[-1])])
    return flat.reshape(of.shape) if len(flat) == of.size else None


def plain(raw: NDArray[np.uint8], kind: str) -> NDArray[np.float64]:
    """Numbers of a type from their bytes (n, itemsize)."""
    raw = np.ascontiguousarray(raw)
    if kind == BFLOAT16:
        return np.asarray((raw.view("<u2").astype(np.uint32) << np.uint32(16)).view(np.float32), np.float64).reshape(-1)
    with np.errstate(invalid="ignore"):  # a signalling NaN is one too
        return np.asarray(raw.view(np.uint8 if kind == "?" else kind).reshape(-1), np.float64)


def _listed(data: bytes, kind: str, wire: int, start: int, stop: int) -> Iterator[Any]:
    if kind in ("<f4", "<f8"):
        width = itemsize(kind)
        if (stop - start) % width or wire == VARINT:
            raise Malformed("a list of numbers that is cut short")
        yield from np.frombuffer(data, kind, (stop - start) // width, start).astype(np.float64).tolist()
        return
    while start < stop:
        value, start = varint(data, start, stop)
        if kind in ("<f2", BFLOAT16):
            yield float(plain(np.frombuffer((value & 0xFFFF).to_bytes(2, "little"), np.uint8).reshape(1, 2), kind)[0])
        else:
            yield value if kind in ("<u4", "<u8") else signed(value)
