"""What the script over there answers, read as it comes; nothing of it counts before its end has come."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from .mirror import Piece, Stat
from .ssh import BUDGET, LARGEST, Lost, Talk

DATABASES = (".db", ".sqlite", ".sqlite3")
NONSENSE = "the answer from over there makes no sense"


@dataclass
class Answer:
    """One look at what has changed."""

    skew: float = 0.0
    """Our clock less theirs, in seconds; 0 where they agree within what can be told."""
    missing: bool = False
    """Whether there is no such path."""
    gone: list[str] = field(default_factory=list)
    large: list[Stat] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    after: dict[str, Stat] = field(default_factory=dict)
    """What was sent, as it was when all was sent."""
    more: bool = False
    """Whether there is more than fitted in."""

    def good(self, known: dict[str, tuple[int, str]]) -> list[Piece]:
        """The pieces of files that did not change under the script's hands in a way that matters.

        A database counts only if it stayed the same all the time, together with its write-ahead log; `known` tells what
        of it is here already.
        """
        void = {p.group for p in self.pieces if p.group and not self._same(p)}
        return [piece for piece in self.pieces if piece.group not in void and self._whole(piece, known)]

    def _same(self, piece: Piece) -> bool:
        after = self.after.get(piece.stat.name)
        return after is not None and after.line == piece.stat.line

    def _whole(self, piece: Piece, known: dict[str, tuple[int, str]]) -> bool:
        stat, after = piece.stat, self.after.get(piece.stat.name)
        if after is None or after.node != stat.node or after.size < piece.end:
            return False
        if stat.name.endswith(DATABASES):
            log = next((p for p in self.pieces if p.stat.name == f"{stat.name}-wal"), None)
            return after.line == stat.line and (log is None or log.stat.name in self.after)
        base = stat.name.removesuffix("-wal")
        if base != stat.name and base in self.after:
            sent = next((p.stat.line for p in self.pieces if p.stat.name == base), known.get(base, (0, ""))[1])
            return self.after[base].line == sent
        return True


def read_answer(talk: Talk, request: bytes, aside: Path) -> Answer:
    """Ask, and read the answer to its end; pieces too large for memory go to files in `aside`. Raises Lost, OSError."""
    asked = time.time()
    clock = talk.ask(request)
    answer = Answer(skew=_skew(clock, asked, time.time()))
    waiting: list[tuple[int, Stat | None]] = []
    groups = 0
    while True:
        line = os.fsdecode(talk.line())
        kind, _, rest = line.partition("|")
        if line == "N":
            answer.missing = True
            return answer
        if line == "E":
            break
        if kind == "D" and rest.startswith("./"):
            answer.gone.append(rest)
        elif kind == "L" and (stat := Stat.of(rest)) is not None:
            answer.large.append(stat)
        elif kind == "F":
            offset, count, stat = _head(rest)
            data = _take(talk, count, aside / str(len(answer.pieces)))
            if stat is not None:
                answer.pieces.append(Piece(stat, offset, data))
        elif kind == "G":
            waiting.append(_head(rest)[1:])
        elif kind == "B":
            groups += 1
            for count, stat in waiting:
                data = _take(talk, count, aside / str(len(answer.pieces)))
                if stat is not None:
                    answer.pieces.append(Piece(stat, 0, data, groups))
            waiting = []
        elif kind not in ("D", "L"):
            raise Lost(NONSENSE)
    while not (line := os.fsdecode(talk.line())).startswith("Z|"):
        if (stat := Stat.of(line)) is not None:
            answer.after[stat.name] = stat
    answer.more = line == "Z|1"
    return answer


def _head(text: str) -> tuple[int, int, Stat | None]:
    """OFFSET|COUNT|STAT; the last is None where its name cannot be used."""
    offset, _, rest = text.partition("|")
    count, _, line = rest.partition("|")
    if not (_number(offset) and _number(count)) or int(count) > LARGEST:
        raise Lost(NONSENSE)
    return int(offset), int(count), Stat.of(line)


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _take(talk: Talk, left: int, aside: Path) -> bytes | Path:
    """The next `left` bytes; in the file `aside` if they are many."""
    if left > BUDGET:
        with aside.open("wb") as file:
            while left:
                left -= file.write(talk.some(left))
        return aside
    parts = []
    while left:
        parts.append(talk.some(left))
        left -= len(parts[-1])
    return b"".join(parts)


def _skew(clock: str, asked: float, answered: float) -> float:
    """How far our clock is ahead of one that tells whole seconds, which was read between two times of ours."""
    if not _number(clock):
        return 0.0
    theirs = int(clock)
    if asked - 1.5 <= theirs <= answered + 0.5:
        return 0.0
    return round((asked + answered) / 2 - theirs - 0.5)
