"""Steps a second of late, unmoved by what happened before training began or by a pause."""

from collections import deque

EVERY = 0.1
WINDOW = 30


class Pace:
    """Feed `tick` once a step; `rate` covers the last few seconds."""

    def __init__(self) -> None:
        self.rate = 0.0
        self._count = 0
        self._marks: deque[tuple[float, int]] = deque(maxlen=WINDOW)

    def tick(self, now: float) -> None:
        """One step was done at `now`, in seconds of a clock that never goes back."""
        self._count += 1
        if self._marks and now - self._marks[-1][0] < EVERY:
            return
        self._marks.append((now, self._count))
        (first, before), (last, count) = self._marks[0], self._marks[-1]
        if last > first:
            self.rate = (count - before) / (last - first)
