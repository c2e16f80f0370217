"""Bytes that a program wrote as lines, and as what it drew over a line before it went on."""

import codecs
import re

from .bars import apart

LONGEST, WIDEST = 10_000, 1_000_000
"""Characters of a line that are read, and of one that holds many refreshes; what is behind them is left out."""

_SPACES = re.compile(r"\s{3,}")
_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-Z\\^-~]")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]{0,200}|[ -/]*)?$")
_MOVES = re.compile(r"\x1b\[\d*[ABEFHJKf]|\x08+")
"""What takes the cursor elsewhere: the text behind it is another."""


def decoder(head: bytes) -> tuple[codecs.IncrementalDecoder, int]:
    """A decoder for text that begins so, and how many bytes are its byte-order mark."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return codecs.getincrementaldecoder(name)("replace"), len(mark)
    return codecs.getincrementaldecoder("utf-8")("replace"), 0


class Frames:
    """Cuts text that comes in pieces into lines and refreshes, without escape sequences."""

    def __init__(self) -> None:
        self._left = ""
        self._open: list[str] = []
        self._length = 0

    def write(self, text: str) -> list[str]:
        """The lines and refreshes that end in this piece of text; the same whatever the pieces are."""
        text = self._left + text
        self._left = ""
        if "\x1b" in text:
            if cut := _UNFINISHED.search(text):
                self._left, text = text[cut.start() :], text[: cut.start()]
            text = _ESCAPE.sub("", _MOVES.sub("\r", text))
        elif "\x08" in text:
            text = text.replace("\x08", "\r")
        if "\r" in text:
            text = text.replace("\r", "\n")
        if "\0" in text:
            text = text.replace("\0", "")
        first, *rest = text.split("\n")
        if not rest:
            self._add(first)
            return []
        self._add(first)
        lines = ["".join(self._open), *rest[:-1]]
        self._open, self._length = [], 0
        self._add(rest[-1])
        return [part[:LONGEST] for line in lines if line and not line.isspace() for part in _parts(line)]

    @property
    def open(self) -> list[str]:
        """The line that has not ended yet."""
        return [part[:LONGEST] for part in _parts("".join(self._open))]

    def _add(self, text: str) -> None:
        if text and self._length < WIDEST:
            self._open.append(text)
            self._length += len(text)


def _parts(line: str) -> list[str]:
    if len(line) > 200:
        line = _SPACES.sub("  ", line)
    return apart(line[:WIDEST]) if "%" in line or "[=" in line or "[>" in line or "[." in line else [line]
