"""Follows a file of lines that are rows: its pieces are parsed the fast way where possible, else line by line."""

import time
from abc import abstractmethod
from pathlib import Path
from typing import Any

from ..reader import Reader
from ..sidecars import config
from .block import Block, joined
from .lines import Lines
from .sheet import Sheet

SLICE = 128 << 10
"""Bytes that are parsed line by line before the time is looked at."""
HALVED = 512 << 10
"""A piece that is not clean is halved down to this size, so that the fast way takes what is clean of it."""


HELD, SOON = 1_000_000, 0.3
"""Rows, and seconds, after which what was parsed is passed on."""


class FollowingReader(Reader):
    """One file of rows; the formats say how rows are parsed."""

    def __init__(self, path: Path, step_key: str = "", logger: str = "", alone: bool = False) -> None:
        """`step_key` names the column of the steps, where the user knows better; `logger` what writes it.

        An `alone` file is one of several runs in its folder, so that no config beside it is its own.
        """
        super().__init__()
        self.path = path
        self.logger = logger or self.FORMAT
        self._beside = None if alone else path.parent
        self._folder = -1
        self.lines = Lines(path, self.damage)
        self.sheet = Sheet(self, lambda: self.lines.tail.mtime, step_key, path.name)
        self._configs: dict[str, Any] = {}
        self._dirty = False
        self._held: list[Block] = []
        self._passed = 0.0
        self._pieces: list[bytes] = []
        self._early = b""

    @abstractmethod
    def begin(self, piece: bytes) -> bytes:
        """The rows in a piece that follows what was read; empty if there are none yet."""

    @abstractmethod
    def fast(self, piece: bytes) -> Block | None:
        """The rows of a piece if it is clean and big enough for the fast way; the same that `slow` would find."""

    @abstractmethod
    def slow(self, piece: bytes) -> Block:
        """The rows of some lines, whatever is in them."""

    @abstractmethod
    def whole(self, line: bytes, quiet: bool) -> bool:
        """Whether a last line without its end is complete; `quiet` if nothing was written for a while."""

    def said(self) -> dict[str, Any]:
        """What the file itself says of how the training was set up."""
        return {}

    def _configure(self) -> None:
        """Read the config anew, if a file has come or gone beside the log."""
        if self._beside is not None and self._folder != (now := self._beside.stat().st_mtime_ns):
            self._folder = now
            self._configs = config(self._beside, self.damage)
        found = {**self._configs, **self.said()}
        if found != self.config:
            self.config = found

    def forget(self) -> None:
        super().forget()
        self.sheet.clear()
        self._pieces, self._held, self._early = [], [], b""

    def look(self, until: float) -> bool:
        if not self._held:
            self._passed = time.monotonic()
        try:
            seen = self.lines.tail.mtime
            if self.lines.replaced():
                self.forget()
            self._dirty = self._dirty or self.lines.tail.mtime != seen
            while self._pieces or self._next():
                if not self._parse():
                    self._again()
                if time.monotonic() > until and (self._pieces or self.lines.more):
                    return True
            if not self._pass_on():
                self._again()
                return True
            if self.lines.rest and not self._early:
                self._last_line()
            if self._dirty:
                self._configure()
                self._dirty = False
        except OSError as error:
            self._pass_on()
            text = f"{self.path.name}: {error.strerror or error}"
            self.damage[text] = 1
        return False

    def _again(self) -> None:
        self.lines.again()
        self.forget()

    def _next(self) -> bool:
        """Put the next piece in line; False if there is none."""
        while True:
            piece = self.lines.piece()
            if not piece:
                if not self.lines.more:
                    return False
                continue
            if self._early:
                if not piece.startswith((self._early + b"\n", self._early + b"\r\n")):
                    self._again()
                    continue
                piece, self._early = piece[piece.index(b"\n") + 1 :], b""
            if piece and (rows := self.begin(piece)):
                self._pieces = [rows]
                return True

    def _parse(self) -> bool:
        """Parse one piece; False if all is to be read anew."""
        piece = self._pieces.pop()
        block = self.fast(piece)
        if block is None:
            # The last half of a piece is the first one popped next.
            half = piece.find(b"\n", len(piece) // 2) + 1 if len(piece) > HALVED else 0
            end = half if half else piece.find(b"\n", SLICE) + 1
            if 0 < end < len(piece):
                self._pieces += [piece[end:], piece[:end]]
                if half:
                    return True
                piece = self._pieces.pop()
            block = self.slow(piece)
        self._held.append(block)
        # Series grow cheaply by much at once; but what was read is to be seen soon, and the first rows decide.
        few = sum(held.rows for held in self._held) < HELD and time.monotonic() < self._passed + SOON
        if few and self.sheet.rows:
            return True
        return self._pass_on()

    def _pass_on(self) -> bool:
        """Give what was parsed to the series; False if all is to be read anew."""
        self._passed = time.monotonic()
        held, self._held = self._held, []
        return self.sheet.take(joined(held)) if held else True

    def _last_line(self) -> None:
        """Take a last line without its end, if it is whole; should it go on after all, everything is read anew."""
        rest = self.lines.rest
        if self.whole(rest, time.time() - self.lines.tail.mtime > 60):
            self._early = rest
            if not self.sheet.take(self.slow(rest + b"\n")):
                self._again()
