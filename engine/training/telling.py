"""How far long work between steps is, in words, and the way out of it."""

import time
from collections.abc import Callable

EVERY = 0.2
SURE = 0.05
"""Share after which the time that is left can be told."""


class Cancelled(Exception):
    """Long work was ended on the user's wish; what was there before is kept."""


class Telling:
    """Called with what is being done and the share done; says so, at most five times a second, with the time left."""

    def __init__(self, say: Callable[[str], None], cancelled: Callable[[], bool]) -> None:
        self._say = say
        self._cancelled = cancelled
        self._what = ""
        self._began = self._next = 0.0

    def __call__(self, what: str, share: float) -> None:
        """Raises Cancelled when the user wants out."""
        if self._cancelled():
            raise Cancelled(what)
        now = time.monotonic()
        if what != self._what or share <= 0:
            self._what, self._began, self._next = what, now, now
        if now < self._next:
            return
        self._next = now + EVERY
        spent = now - self._began
        left = f", {spent * (1 - share) / share:.0f} s left" if share > SURE and spent > EVERY else ""
        self._say(f"{what}: {share:.0%}{left}" if share > 0 else what)
