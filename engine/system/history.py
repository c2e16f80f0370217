"""Readings of this machine over time, taken by a thread while somebody looks at them."""

import threading
import time
from collections import deque

from .sampler import Reading, Sampler

SECONDS = 2.0
MOST = 5400
"""Readings of each quantity that are kept: three hours."""


class History:
    """The last readings of every quantity."""

    def __init__(self, sampler: Sampler | None = None, seconds: float = SECONDS) -> None:
        self._sampler = sampler
        self.seconds = seconds
        self.version = 0
        """Grows with each round of readings."""
        self.newest: dict[str, Reading] = {}
        """The last reading of each quantity by its tag."""
        self._kept: dict[str, deque[tuple[float, float]]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def sampler(self) -> Sampler | None:
        """What reads; None until the first reading."""
        return self._sampler

    def start(self) -> None:
        """Read from now on, if it is not done already."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="dlviz-system", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2)

    def take(self, when: float) -> None:
        """Read once."""
        if self._sampler is None:
            self._sampler = Sampler()
        readings = self._sampler.read()
        with self._lock:
            for reading in readings:
                self._kept.setdefault(reading.tag, deque(maxlen=MOST)).append((when, reading.share))
            self.newest = {reading.tag: reading for reading in readings}
            self.version += 1

    def shares(self, tag: str, count: int) -> list[float]:
        """The last `count` readings of a quantity as parts of what is possible, 0..1, oldest first."""
        with self._lock:
            kept = self._kept.get(tag, ())
            return [share for _, share in list(kept)[-count:]]

    def _work(self) -> None:
        while True:
            self.take(time.time())
            if self._stop.wait(self.seconds):
                return
