"""How far a verification is: what is done, what is being computed, and how long the rest may take."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ..kit.facts import Fact

STARTING = 3.0
"""Seconds until a process computes its first fact, roughly: most of it is the import of PyTorch."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """How far it is now."""

    done: int
    count: int
    """Pieces of work."""
    share: float
    """How much is done, 0..1, by the seconds that the pieces are expected to take."""
    left: float
    """Seconds that the rest may take, roughly."""
    running: tuple[str, ...]
    """What is being computed."""
    failed: tuple[Fact, ...] = ()
    """Facts that do not hold, news only."""


class Stages:
    """Counts pieces that some processes work on, each with the seconds that it is expected to take."""

    def __init__(self, expected: Sequence[tuple[str, float]], processes: int) -> None:
        """`expected`: the title and the seconds of each piece, in the order in which they are begun."""
        self._expected, self._processes = expected, processes
        self._start = time.monotonic()
        self._began: dict[int, float] = {}
        self._done: set[int] = set()

    def end(self, piece: int) -> None:
        """A piece is done."""
        self._done.add(piece)

    def now(self, failed: Sequence[Fact] = ()) -> Stage:
        """How far it is; to be called often."""
        now, total = time.monotonic(), sum(seconds for _, seconds in self._expected)
        waiting = [piece for piece in range(len(self._expected)) if piece not in self._done]
        running = waiting[: self._processes]
        worked = sum(self._expected[piece][1] for piece in self._done)
        for piece in running:
            lasted = now - self._began.setdefault(piece, now)
            worked += min(lasted, 0.9 * self._expected[piece][1])
        share, since = worked / total if total else 1.0, now - self._start
        guess = STARTING + total / min(self._processes, max(1, len(self._expected)))
        return Stage(
            done=len(self._done),
            count=len(self._expected),
            share=share,
            left=since * (1 - share) / share if share > 0.1 else max(0.0, guess - since),
            running=tuple(self._expected[piece][0] for piece in running),
            failed=tuple(failed),
        )
