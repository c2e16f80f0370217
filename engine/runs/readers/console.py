"""What a program printed, as a terminal would show it: a carriage return overwrites, escapes are gone."""

import codecs
import re
import threading
from collections import deque

from ...text import sanitize

LINES = 10_000
LONGEST = 10_000
"""Characters of a line that are kept."""
VOLUME = 16_000_000
"""Characters that all lines together may have; the oldest go first."""
REACH = 200
"""So many lines above the last can still be overwritten, like a screen's."""

_PIECE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]|[\r\n\x08\x0b\x0c]"
)
_CONTROLS = re.compile(r"[\x1b\r\x08\x0b\x0c]")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]{0,4096}\x1b?|[ -/]*)?$")


class Console:
    """The newest lines of output, bounded; written by one thread, read by another."""

    def __init__(self, limit: int = LINES) -> None:
        self._limit = limit
        self._lines: deque[str] = deque([""], maxlen=limit + 1)
        self._volume = 0
        self._up = 0
        """Lines between the cursor and the last line."""
        self._column = 0
        self._left = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lock = threading.Lock()
        self.version = 0
        """Grows with every write."""

    def write(self, output: str | bytes) -> None:
        """Take in output, which may end in the middle of a line, an escape sequence or a character."""
        text = output if isinstance(output, str) else self._decoder.decode(output)
        with self._lock:
            self.version += 1
            text = self._left + text
            self._left = ""
            if "\x1b" in text[-8192:] and (cut := _UNFINISHED.search(text, max(len(text) - 8192, 0))):
                self._left, text = text[cut.start() :], text[: cut.start()]
            self._draw(text)
            self._bound()

    def lines(self, last: int | None = None) -> list[str]:
        """The lines kept, or the `last` of them, oldest first, the unfinished one last."""
        with self._lock:
            lines = (
                list(self._lines)
                if last is None
                else [self._lines[i] for i in range(-min(last + 1, len(self._lines)), 0)]
            )
        if lines and not lines[-1]:
            lines.pop()
        lines = lines[-self._limit :] if last is None else lines[len(lines) - min(last, len(lines)) :]
        return [sanitize(line.rstrip()) for line in lines]

    def _draw(self, text: str) -> None:
        if not self._up and not _CONTROLS.search(text):
            first, *rest = text.split("\n")
            self._put(first)
            if rest:
                self._lines.extend([line[:LONGEST] for line in rest])
                self._column = len(self._lines[-1])
                self._volume += len(text)
            return
        at = 0
        for found in _PIECE.finditer(text):
            if found.start() > at:
                self._put(text[at : found.start()])
            at = found.end()
            self._control(found[0])
        if at < len(text):
            self._put(text[at:])

    def _control(self, sign: str) -> None:
        if sign == "\n" or sign in "\x0b\x0c":
            self._column = 0
            if self._up:
                self._up -= 1
            else:
                self._lines.append("")
        elif sign == "\r":
            self._column = 0
        elif sign == "\b":
            self._column = max(0, self._column - 1)
        elif sign.startswith("\x1b["):
            self._sequence(sign)

    def _sequence(self, sign: str) -> None:
        """Cursor up and down, left and right; erasing. Colours and everything else do nothing."""
        numbers = sign[2:-1]
        count = int(numbers) if numbers.isascii() and numbers.isdigit() and len(numbers) < 6 else None
        reach = min(REACH, len(self._lines) - 1)
        match sign[-1]:
            case "A" | "F":
                self._up = min(self._up + (count or 1), reach)
                self._column = 0 if sign[-1] == "F" else self._column
            case "B" | "E":
                self._up = max(self._up - (count or 1), 0)
                self._column = 0 if sign[-1] == "E" else self._column
            case "C":
                self._column = min(self._column + (count or 1), LONGEST)
            case "D":
                self._column = max(self._column - (count or 1), 0)
            case "G":
                self._column = min((count or 1) - 1, LONGEST)
            case "K":
                line = self._lines[-1 - self._up]
                erased = {None: line[: self._column], 0: line[: self._column], 2: ""}
                self._lines[-1 - self._up] = erased.get(count, " " * self._column + line[self._column :])
            case "J":
                if count in (None, 0):
                    self._lines[-1 - self._up] = self._lines[-1 - self._up][: self._column]
                    for i in range(self._up):
                        self._lines[-1 - i] = ""

    def _put(self, text: str) -> None:
        """Write text over the line that the cursor is in."""
        if not text:
            return
        room = LONGEST - self._column
        text = text[: max(room, 0)]
        line = self._lines[-1 - self._up]
        column = self._column
        if column == len(line):
            whole = line + text
        else:
            whole = line[:column].ljust(column) + text + line[column + len(text) :]
        self._lines[-1 - self._up] = whole
        self._volume += max(len(whole) - len(line), 0)
        self._column = column + len(text)

    def _bound(self) -> None:
        """Let the oldest lines go when all together are too long."""
        if self._volume > VOLUME:
            total = sum(map(len, self._lines))
            while total > VOLUME // 2 and len(self._lines) > REACH + 1:
                total -= len(self._lines.popleft())
            self._volume = total
