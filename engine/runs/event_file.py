"""Writes TensorBoard event files: framed, checksummed protocol buffers of scalars, images, histograms and texts.

Only the fields that are needed are written (tensorflow/core/util/event.proto, summary.proto), so that a training of
anybody's pays for no large library.
"""

import itertools
import os
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from crc32c import crc32c

START = 1
"""SessionLog: what follows supersedes what was logged at this step or later."""
LARGEST = 1 << 20
"""Bytes after which what was written is not kept back any longer."""
_STRING = 7
_numbers = itertools.count()


class EventFile:
    """One new event file of a directory; call from one thread only."""

    def __init__(self, directory: Path, suffix: str = ".dlviz") -> None:
        directory.mkdir(parents=True, exist_ok=True)
        second, fraction = divmod(time.time_ns(), 1_000_000_000)
        # TensorBoard reads the files of a directory in the order of their names.
        name = f"events.out.tfevents.{second:010d}.{socket.gethostname()}.{fraction:09d}.{os.getpid()}.{next(_numbers)}"
        self.path = directory / f"{name}{suffix}"
        self._file = self.path.open("xb", buffering=0)  # a buffer of the file's would be written twice after a fork
        self._pending: list[bytes] = []
        self._size = 0
        self._write(_double(1, time.time()) + _bytes(3, b"brain.Event:2"))

    def scalars(self, step: int, when: float, values: Mapping[str, float]) -> None:
        """The values of one step, by tag; they are kept as single precision, as TensorBoard has it."""
        self.summary(step, when, [_bytes(1, _utf8(tag)) + b"\x15" + _float(value) for tag, value in values.items()])

    def image(self, step: int, when: float, tag: str, png: bytes, height: int, width: int) -> None:
        """An encoded image."""
        body = _varint_field(1, height) + _varint_field(2, width) + _varint_field(3, 3) + _bytes(4, png)
        self.summary(step, when, [_bytes(1, _utf8(tag)) + _bytes(4, body)])

    def histogram(
        self,
        step: int,
        when: float,
        tag: str,
        limits: Sequence[float],
        counts: Sequence[float],
        moments: Sequence[float],
    ) -> None:
        """Counts of the bins up to each of `limits`; `moments`: least, greatest, number, sum and sum of squares."""
        body = b"".join(_double(k, value) for k, value in enumerate(moments, start=1))
        body += _bytes(6, struct.pack(f"<{len(limits)}d", *limits)) + _bytes(
            7, struct.pack(f"<{len(counts)}d", *counts)
        )
        self.summary(step, when, [_bytes(1, _utf8(tag)) + _bytes(5, body)])

    def text(self, step: int, when: float, tag: str, text: str) -> None:
        """A text in Markdown."""
        tensor = _varint_field(1, _STRING) + _bytes(2, _bytes(2, _varint_field(1, 1))) + _bytes(8, _utf8(text))
        plugin = _bytes(1, _bytes(1, b"text"))
        self.summary(step, when, [_bytes(1, _utf8(tag)) + _bytes(8, tensor) + _bytes(9, plugin)])

    def restart(self, step: int, when: float) -> None:
        """Supersede what was logged so far at `step` or later."""
        self._write(_double(1, when) + _varint_field(2, step) + _bytes(7, _varint_field(1, START)))

    def summary(self, step: int, when: float, values: Sequence[bytes]) -> None:
        """One event of encoded values."""
        self._write(_double(1, when) + _varint_field(2, step) + _bytes(5, b"".join(_bytes(1, v) for v in values)))

    def flush(self) -> None:
        """Hand everything to the operating system, which keeps it even if this process is killed."""
        data = memoryview(b"".join(self._pending))
        self._pending, self._size = [], 0
        while len(data):
            data = data[self._file.write(data) :]

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        self._file.close()

    def _write(self, event: bytes) -> None:
        length = struct.pack("<Q", len(event))
        self._pending.append(length + _crc(length) + event + _crc(event))
        self._size += len(event)
        if self._size > LARGEST:
            self.flush()


def _crc(data: bytes) -> bytes:
    """A masked checksum (tensorflow/core/lib/hash/crc32c.h)."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _float(value: float) -> bytes:
    try:
        return struct.pack("<f", value)
    except OverflowError:
        return struct.pack("<f", float("inf") if value > 0 else float("-inf"))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _varint(value: int) -> bytes:
    value &= 0xFFFF_FFFF_FFFF_FFFF
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _varint_field(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _double(number: int, value: float) -> bytes:
    return _varint(number << 3 | 1) + struct.pack("<d", value)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value
