"""How many bytes go to the terminal: what an SSH link has to carry."""

import time
from typing import Any


class Traffic:
    """Counts what a Textual driver writes."""

    def __init__(self) -> None:
        self.total = 0
        self._mark = (time.monotonic(), 0)
        self._rate = 0.0

    def watch(self, driver: Any) -> None:
        """Count the bytes of every later `driver.write`."""
        write = driver.write

        def counted(data: str) -> None:
            self.total += len(data.encode("utf-8", "surrogatepass"))
            write(data)

        driver.write = counted

    @property
    def rate(self) -> float:
        """Bytes a second over the last second or so."""
        now = time.monotonic()
        then, before = self._mark
        if now - then >= 1.0:
            self._rate = (self.total - before) / (now - then)
            self._mark = (now, self.total)
        return self._rate
