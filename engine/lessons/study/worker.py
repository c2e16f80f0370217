"""The process of a screen's lessons: `python -m dlviz.engine.lessons.study.worker FD` talks over an inherited socket.

Frames are computed by its first thread, facts by a second, a training by another process. It ends when the socket does.
"""

import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from .desk import Desk
from .messages import Cancel, Place, Point, Prove, Show, Train
from .trainer import Trainings


class Worker:
    """Answers what comes over the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self.desk = Desk()
        self.trainings = Trainings(self.desk, self.send)
        self._wanted: Prove | None = None
        self._left = ""
        """The lesson that is read now."""
        self._called = threading.Condition()

    def send(self, reply: Any) -> None:
        """Send a reply; nobody listening any more ends the process."""
        with self._sending:
            try:
                self._connection.send(reply)
            except (OSError, ValueError):
                os._exit(0)

    def serve(self) -> None:
        """Until the other side is gone."""
        threading.Thread(target=self._prove, name="facts", daemon=True).start()
        try:
            while True:
                self._answer(self._newest(self._connection.recv()))
        except (EOFError, OSError):
            self.trainings.cancel()

    def _newest(self, request: Any) -> list[Any]:
        """The request and all that wait behind it, of those that ask for the same kind only the newest."""
        waiting = [request]
        while self._connection.poll():
            waiting.append(self._connection.recv())
        newest = {type(r): r for r in waiting if isinstance(r, Show | Point)}
        return [r for r in waiting if newest.get(type(r), r) is r]

    def _answer(self, requests: list[Any]) -> None:
        for request in requests:
            match request:
                case Show():
                    if self._wanted is None or self._wanted.place.lesson != request.place.lesson:
                        self._left = request.place.lesson
                    self.send(self.desk.show(request))
                case Point():
                    self.send(self.desk.point(request))
                case Prove():
                    with self._called:
                        self._wanted = request
                        self._called.notify()
                case Train(place=Place() as place, training=str() as name):
                    self.trainings.begin(place, name)
                case Cancel():
                    self.trainings.cancel()

    def _prove(self) -> None:
        """The facts that were last asked for; when others are wanted, the rest is left."""
        while True:
            for proved in self.desk.prove(self._next_wanted()):
                self.send(proved)
                if self._wanted is not None or self._left not in ("", proved.fact.lesson):
                    break  # others are wanted, or another lesson is read by now

    def _next_wanted(self) -> Prove:
        with self._called:
            while self._wanted is None:
                self._called.wait()
            request, self._wanted = self._wanted, None
            return request


def main() -> None:
    """Serve the socket whose number is the argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the screen decides when this ends
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    Worker(Connection(int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
