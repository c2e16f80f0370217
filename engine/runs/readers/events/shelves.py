"""Images, histograms and texts of event files: kept as places, read again when one is asked for."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from crc32c import crc32c
from numpy.typing import NDArray

from ...run import Record
from .checksum import masked
from .framing import HEADER
from .ledger import FileKey
from .message import HISTOGRAM, IMAGE, Value, event
from .tensors import numbers
from .wire import FIXED64, MESSAGE, Malformed, fields

EDGE = 1024
"""Pixels of the longer side beyond which an image is made smaller."""
PIXELS = 1 << 26
"""Images of more are not decoded."""
TEXT = 1 << 20
"""Bytes of a text that are kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the event of one record is."""

    step: int
    file: FileKey
    path: Path
    offset: int
    length: int


class EventShelf:
    """The records of one tag; the same rule as for points takes away those that are logged again."""

    def __init__(self, tag: str, kind: str) -> None:
        self.tag, self.kind = tag, kind
        self._places: list[Place] = []
        self._void: int | None = None

    @property
    def steps(self) -> Sequence[int]:
        """The step of each record, rising."""
        return [place.step for place in tuple(self._places)]

    def add(self, place: Place) -> None:
        """Take in a record; those of its file or of earlier ones at its step or later go."""
        void, self._void = self._void, None
        if void is not None:
            self.cut(void)
        later = next((k for k, other in enumerate(self._places) if other.file > place.file), len(self._places))
        if later < len(self._places) and self._places[later].step <= place.step:
            return
        first = later
        while first and self._places[first - 1].step >= place.step:
            first -= 1
        if first == later == len(self._places):
            self._places.append(place)
        else:
            self._places = [*self._places[:first], place, *self._places[later:]]

    def void(self, step: int) -> None:
        """Those at `step` or later go when another is added."""
        self._void = step if self._void is None else min(step, self._void)

    def cut(self, step: int) -> None:
        """Take away those at `step` or later."""
        self._places = [place for place in self._places if place.step < step]

    def read(self, index: int) -> Record | None:
        """The record number `index`; None if it is no longer there, or is nothing that can be shown."""
        try:
            place = self._places[index]
            with place.path.open("rb") as file:
                data = os.pread(file.fileno(), place.length + 4, place.offset + HEADER)
            body = data[: place.length]
            if data[place.length :] != masked(crc32c(body)).to_bytes(4, "little"):
                return None
            for value in event(body, 0, len(body)).values:
                tag = body[slice(*value.tag)].decode("utf-8", "backslashreplace")
                if tag == self.tag:
                    return self._record(body, value, place.step)
        except (OSError, IndexError, Malformed):
            pass
        return None

    def _record(self, body: bytes, value: Value, step: int) -> Record | None:
        if self.kind == "text":
            text = b"\n\n".join(body[a:b] for a, b in value.tensor.strings)[:TEXT] if value.tensor else b""
            return Record(tag=self.tag, kind=self.kind, step=step, labels={"text": text.decode("utf-8", "replace")})
        if self.kind == "image":
            pixels = _image(body, value)
            arrays: dict[str, NDArray[Any]] = {} if pixels is None else {"image": pixels}
        else:
            arrays = {**_histogram(body, value)}
        return Record(tag=self.tag, kind=self.kind, step=step, arrays=arrays) if arrays else None


def _image(body: bytes, value: Value) -> NDArray[np.uint8] | None:
    """The picture (h, w, 3), no side longer than EDGE; of an animation the first."""
    from PIL import Image

    spans = value.tensor.strings[2:3] if value.tensor else []  # width and height come first
    if value.kind == IMAGE:
        spans = [(a, b) for n, w, a, b in fields(body, *value.span) if n == 4 and w == MESSAGE]
    if not spans:
        return None
    try:
        picture: Image.Image = Image.open(io.BytesIO(body[slice(*spans[-1])]))
        if picture.width * picture.height > PIXELS:
            return None
        picture.draft("RGB", (EDGE, EDGE))
        if picture.mode.startswith("I"):  # 16 bits
            picture = Image.fromarray((np.asarray(picture, np.int64).clip(0, 65535) >> 8).astype(np.uint8))
        picture = picture.convert("RGB")
        picture.thumbnail((EDGE, EDGE))
        return np.asarray(picture, np.uint8)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError):
        return None


def _histogram(body: bytes, value: Value) -> dict[str, NDArray[np.float64]]:
    """Edges (n+1,) and counts (n,)."""
    if value.kind == HISTOGRAM:
        return _histogram_message(body, *value.span)
    rows = numbers(body, value.tensor) if value.tensor else None
    if rows is None or rows.ndim != 2 or rows.shape[1] != 3 or not len(rows):
        return {}
    return {"edges": np.append(rows[:, 0], rows[-1, 1]), "counts": rows[:, 2].copy()}


def _histogram_message(body: bytes, at: int, end: int) -> dict[str, NDArray[np.float64]]:
    """The first and the last bin end at the least and the greatest value; empty ones outside of these are left out."""
    bounds = {1: 0.0, 2: 0.0}
    lists: dict[int, list[bytes]] = {6: [], 7: []}
    for number, wire, start, stop in fields(body, at, end):
        if number in bounds and wire == FIXED64:
            bounds[number] = float(np.frombuffer(body, "<f8", 1, start)[0])
        elif number in lists and wire in (MESSAGE, FIXED64):
            lists[number].append(body[start:stop])
    limits, counts = (_doubles(b"".join(lists[number])) for number in (6, 7))
    if not len(limits) or len(limits) != len(counts):
        return {}
    some = np.flatnonzero(counts)
    first, last = (int(some[0]), int(some[-1])) if len(some) else (0, len(counts) - 1)
    limits, counts = limits[first : last + 1], counts[first : last + 1]
    edges = np.concatenate([[bounds[1]], limits[:-1], [bounds[2]]])
    return {"edges": np.maximum.accumulate(edges), "counts": counts}


def _doubles(raw: bytes) -> NDArray[np.float64]:
    return np.frombuffer(raw[: len(raw) // 8 * 8], "<f8").astype(np.float64)
