"""Frames are computed in a thread, so that the process hears meanwhile what is wanted by now.

Of several requests that wait the newest is answered; what is computed for an older one is abandoned where it asks
(`kit.wanting`), and left behind where it shows another scene: then a new thread goes on.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Any

from ..kit.wanting import Abandoned, while_wanted
from .desk import Desk
from .messages import Point, Show

PATIENCE = 0.05
"""Seconds that another scene waits for what is being computed."""


class Frames:
    """Has the frame that was asked for last computed, and tells of its numbers. Hardly ever holds up who asks."""

    def __init__(self, results: dict[Hashable, Any], tell: Callable[[Any], None]) -> None:
        self._results, self._tell = results, tell
        self._at = Computing(results, tell)

    def ask(self, request: Show | Point) -> None:
        """Answer later, unless something newer is asked for until then."""
        self._at.ask(request)
        if isinstance(request, Show) and self._at.elsewhere(request):
            self._at = Computing(self._results, self._tell)
            self._at.ask(request)


class Computing:
    """A thread and its desk, which knows the frame that it showed last."""

    def __init__(self, results: dict[Hashable, Any], tell: Callable[[Any], None]) -> None:
        self._desk, self._tell = Desk(results), tell
        self._waiting: list[Show | Point] = []
        self._computed: Show | None = None
        """What is being computed."""
        self._left = False
        self._changed = threading.Condition()
        threading.Thread(target=self._compute, name="frames", daemon=True).start()

    def ask(self, request: Show | Point) -> None:
        """Answer after what is being computed."""
        with self._changed:
            self._waiting = [r for r in self._waiting if type(r) is not type(request)]
            self._waiting.append(request)
            self._changed.notify_all()

    def elsewhere(self, request: Show) -> bool:
        """Whether another scene than the request's is being computed, and will be for some time: then this ends."""

        def free() -> bool:
            busy = self._computed
            return busy is None or (busy.place.lesson, busy.place.scene) == (request.place.lesson, request.place.scene)

        with self._changed:
            self._left = not self._changed.wait_for(free, PATIENCE)
            return self._left

    def _wanted(self) -> bool:
        return not (self._left or any(isinstance(request, Show) for request in self._waiting))

    def _compute(self) -> None:
        while True:
            with self._changed:
                self._computed = None
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting or self._left)
                if self._left:
                    return
                request = self._waiting.pop(0)
                self._computed = request if isinstance(request, Show) else None
            try:
                with while_wanted(self._wanted):
                    reply = self._desk.show(request) if isinstance(request, Show) else self._desk.point(request)
            except Abandoned:
                continue
            if not self._left:
                self._tell(reply)
