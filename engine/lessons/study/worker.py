"""The process of a screen's lessons: `python -m dlviz.engine.lessons.study.worker FD` talks over an inherited socket.

It computes frames, and starts processes of their own for facts and for a training. All end when the socket does.
"""

import os
import pickle
import signal
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from .desk import Desk, sentence
from .frames import Frames
from .messages import Cancel, Failed, Place, Point, Prove, Show, Train
from .processes import end_with
from .prover import Proofs
from .trainer import Trainings


class Worker:
    """Answers what comes over the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self.desk = Desk()
        self.frames = Frames(self.desk.results, self.send)
        self.trainings = Trainings(self.desk, self.send)
        self.proofs = Proofs(self.desk, self.send)
        self._proving = ""
        """The lesson whose facts were asked for last."""

    def send(self, reply: Any) -> None:
        """Send a reply; nobody listening any more ends the process."""
        try:
            said = pickle.dumps(reply)
        except Exception as error:  # a figure that cannot travel
            said = pickle.dumps(Failed(ticket=getattr(reply, "ticket", 0), text=sentence(error)))
        with self._sending:
            try:
                self._connection.send_bytes(said)
            except (OSError, ValueError):
                os._exit(0)

    def serve(self) -> None:
        """Until the other side is gone."""
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
                    if self._proving not in ("", request.place.lesson):
                        self._proving = ""
                        self.proofs.ask(None)
                    self.frames.ask(request)
                case Point():
                    self.frames.ask(request)
                case Prove():
                    self._proving = request.place.lesson
                    self.proofs.ask(request)
                case Train(place=Place() as place, training=str() as name):
                    self.trainings.begin(place, name)
                case Cancel():
                    self.trainings.cancel()


def main() -> None:
    """Serve the socket whose number is the argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the screen decides when this ends
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    connection = Connection(int(sys.argv[1]))
    end_with(connection.fileno())
    Worker(connection).serve()


if __name__ == "__main__":
    main()
