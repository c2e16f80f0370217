"""What waits to be sent to the process of the lessons: the screen only puts it down, a thread sends it."""

import threading
from multiprocessing.connection import Connection

from .messages import Point, Prove, Request, Show


class Outbox:
    """Sends requests in order; of those that replace each other only the newest waits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[Request] = []
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._send, name="study-outbox", daemon=True).start()

    def put(self, request: Request) -> None:
        """Send when the other side reads."""
        with self._changed:
            if isinstance(request, Show | Point | Prove):
                self._waiting = [r for r in self._waiting if type(r) is not type(request)]
            self._waiting.append(request)
            self._changed.notify()

    def close(self) -> None:
        """Send nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _send(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                request = self._waiting.pop(0)
            try:
                self._connection.send(request)
            except (OSError, ValueError, TypeError):  # it is gone, which the listening thread tells
                return
