"""One event: its step, its time, what it holds, and where in its bytes each number is kept."""

import struct
from dataclasses import dataclass, field

from .tensors import Tensor, numbers, scalar_place, tensor
from .wire import FIXED32, FIXED64, MESSAGE, VARINT, Malformed, fields, signed, varint

SCALAR, TENSOR, IMAGE, HISTOGRAM = "scalar", "tensor", "image", "histogram"
Span = tuple[int, int]


@dataclass
class Value:
    """One value of a summary.

    `plugin` is None where it has no metadata; `span` holds the bytes of the image, histogram or tensor. The number of
    a scalar is `number`; it is kept as a number of type `type` at `place`, which is -1 where its bytes are of no
    fixed number.
    """

    tag: Span = (0, 0)
    kind: str = ""
    plugin: str | None = None
    content: Span = (0, 0)
    span: Span = (0, 0)
    number: float | None = None
    place: int = -1
    type: str = "<f4"
    tensor: Tensor | None = None


@dataclass
class Event:
    """An event; `plain` if it holds nothing but a step, a time and values, each once."""

    time: float = 0.0
    time_at: int = -1
    step: int = 0
    step_span: Span | None = None
    values: list[Value] = field(default_factory=list)
    restart: bool = False
    plain: bool = True


def event(data: bytes, at: int, end: int) -> Event:
    """The event in data[at:end]; raises Malformed."""
    found, summaries = Event(), 0
    for number, wire, start, stop in fields(data, at, end):
        if number == 1 and wire == FIXED64:
            found.plain &= found.time_at < 0
            (found.time,) = struct.unpack_from("<d", data, start)
            found.time_at = start
        elif number == 2 and wire == VARINT:
            found.plain &= found.step_span is None
            found.step = signed(varint(data, start, stop)[0])
            found.step_span = start, stop
        elif number == 5 and wire == MESSAGE:
            summaries += 1
            for n, w, a, b in fields(data, start, stop):
                if n == 1 and w == MESSAGE:
                    found.values.append(_value(data, a, b))
        else:
            found.plain = False
            if number == 7 and wire == MESSAGE:  # SessionLog; 1 is START
                found.restart = any(
                    n == 1 and w == VARINT and varint(data, a, b)[0] == 1 for n, w, a, b in fields(data, start, stop)
                )
    found.plain &= summaries == 1
    return found


def _value(data: bytes, at: int, end: int) -> Value:
    found = Value()
    for number, wire, start, stop in fields(data, at, end):
        if number == 1 and wire == MESSAGE:
            found.tag = start, stop
        elif number == 2 and wire == FIXED32:
            found.kind, found.place, found.type = SCALAR, start, "<f4"
            (found.number,) = struct.unpack_from("<f", data, start)
        elif number == 4 and wire == MESSAGE:
            found.kind, found.span = IMAGE, (start, stop)
        elif number == 5 and wire == MESSAGE:
            found.kind, found.span = HISTOGRAM, (start, stop)
        elif number == 8 and wire == MESSAGE:
            found.kind, found.span = TENSOR, (start, stop)
        elif number == 9 and wire == MESSAGE:
            found.plugin, found.content = _metadata(data, start, stop)
    if found.kind == TENSOR:
        _read_tensor(data, found)
    return found


def _metadata(data: bytes, at: int, end: int) -> tuple[str, Span]:
    """The name of the plugin, and where its own content is."""
    name, content = "", (0, 0)
    for number, wire, start, stop in fields(data, at, end):
        if number == 1 and wire == MESSAGE:
            for n, w, a, b in fields(data, start, stop):
                if n == 1 and w == MESSAGE:
                    name = data[a:b].decode("utf-8", "replace")
                elif n == 2 and w == MESSAGE:
                    content = a, b
    return name, content


def _read_tensor(data: bytes, value: Value) -> None:
    """A tensor that holds one number is a scalar, unless its metadata name another plugin."""
    if value.plugin not in (None, "", "scalars", "histograms", "images", "text"):
        return
    found = value.tensor = tensor(data, *value.span)
    if found.size != 1 or value.plugin not in (None, "", "scalars"):
        return
    value.place, value.type = scalar_place(data, found), found.type
    array = numbers(data, found)
    if array is not None:
        value.kind, value.number = SCALAR, float(array.reshape(-1)[0])


__all__ = ["HISTOGRAM", "IMAGE", "SCALAR", "TENSOR", "Event", "Malformed", "Value", "event"]
