"""The complete lines of a file that grows, gzipped or not, in pieces of bounded size."""

import codecs
import zlib
from collections import Counter
from pathlib import Path

from ..tail import Tail

PIECE = 16 << 20
"""Bytes in a piece; enough for the fast parsers, few enough to stop soon."""
LONGEST = 64 << 20
"""A line may be so long; what is longer is skipped."""


class Lines:
    """Reads whole lines; the last one, as long as nothing ends it, waits in `rest`."""

    def __init__(self, path: Path, damage: Counter[str]) -> None:
        self.path = path
        self.tail = Tail(path)
        self.rest = b""
        self.line = 0
        """How many lines were given out."""
        self._damage = damage
        self._packed: zlib._Decompress | None = None
        self._waiting = b""
        self._broken = self._skipping = self._old = False
        self._wide: codecs.IncrementalDecoder | None = None

    def replaced(self) -> bool:
        """Whether the file is another one now, and has to be read from the start. Raises OSError."""
        if not self.tail.replaced():
            return False
        self.again()
        return True

    def again(self) -> None:
        """Start over."""
        tail = Tail(self.path)
        tail.replaced()
        self.tail, self.rest, self.line = tail, b"", 0
        self._packed, self._waiting, self._wide = None, b"", None
        self._broken = self._skipping = self._old = False

    @property
    def more(self) -> bool:
        """Whether there was more in the file than was given out."""
        return (self.tail.more or bool(self._waiting)) and not self._broken

    def piece(self) -> bytes:
        """The next whole lines, with their ends; empty where no line is complete. Raises OSError."""
        data = self._bytes()
        if not data:
            return b""
        end = data.rfind(b"\n") + 1
        if not end:
            self.rest += data
            if len(self.rest) > LONGEST:
                self._damage[f"{self.path.name}: a line is longer than {LONGEST >> 20} MB"] += 1
                self.rest, self._skipping = b"", True
            return b""
        start = data.index(b"\n") + 1 if self._skipping else 0
        piece = b"".join((self.rest, memoryview(data)[start:end]))
        self.rest, self._skipping = data[end:], False
        return piece

    def _bytes(self) -> bytes:
        start = not self.tail.offset
        if self._packed is None:
            data = self.tail.read(PIECE) if self.tail.more else b""
            if start and data[:2] == b"\x1f\x8b":
                self._packed, self._waiting = zlib.decompressobj(wbits=31), data
            else:
                return self._plain(data, start)
        return self._unpack(self._packed)

    def _plain(self, data: bytes, start: bool) -> bytes:
        """Bytes as they would be in UTF-8, with lines that end as they do today."""
        if start:
            self._wide = _wide(data)
            self._old = self._wide is None and b"\r" in data and b"\n" not in data
        if self._wide is not None:
            data = self._wide.decode(data).encode()
        elif self._old:
            data = data.replace(b"\r", b"\n")
        return data.removeprefix(b"\xef\xbb\xbf") if start else data

    def _unpack(self, packed: "zlib._Decompress") -> bytes:
        out, size = [], 0
        while size < PIECE and not self._broken:
            if not self._waiting:
                self._waiting = self.tail.read(PIECE) if self.tail.more else b""
                if not self._waiting:
                    out.append(b"" if packed.eof else packed.decompress(b"", PIECE))
                    break
            try:
                if packed.eof:  # another member follows, or zeros that pad the file
                    self._waiting = self._waiting.lstrip(b"\0")
                    packed = self._packed = zlib.decompressobj(wbits=31)
                    continue
                data = packed.decompress(self._waiting, PIECE)
            except zlib.error as error:
                self._damage[f"{self.path.name}: cannot be unpacked further ({error})"] += 1
                self._broken, self._waiting = True, b""
                break
            self._waiting = packed.unused_data if packed.eof else packed.unconsumed_tail
            out.append(data)
            size += len(data)
        whole = b"".join(out)
        return whole.removeprefix(b"\xef\xbb\xbf") if not self.line and not self.rest else whole


def _wide(data: bytes) -> codecs.IncrementalDecoder | None:
    """What reads UTF-16, if a file begins as such: PowerShell redirects into it."""
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    return codecs.getincrementaldecoder("utf-16")("replace")
