"""Trainings of lessons in a process of their own: told as they go, ended at once when nobody wants them any more."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Hashable
from multiprocessing.connection import Connection
from typing import Any

from .desk import Desk, sentence, training_of
from .messages import Place, Told, Trained
from .processes import Started, end_with, receive, send, start

POINTS = 400
"""Numbers of a curve that are told at most; then every second one is dropped."""
TELLING = 0.1
"""Seconds between two tellings at least."""


class Trainings:
    """Runs one training at a time; its result goes to the desk, its progress to `tell`."""

    def __init__(self, desk: Desk, tell: Callable[[Any], None]) -> None:
        self._desk, self._tell = desk, tell
        self._started: Started | None = None
        self._key: Hashable = None
        self._lock = threading.Lock()

    def begin(self, place: Place, name: str) -> None:
        """Train `name`; one that runs already goes on if it gives the same, and is ended if it gives something else."""
        training, state = training_of(place, name)
        key = training.key(state)
        with self._lock:
            running = self._started is not None and self._started.process.poll() is None
        if running and self._key == key:
            return
        self.cancel()
        started = start("trainer")
        with self._lock:
            self._started, self._key = started, key
        threading.Thread(target=self._follow, args=(started, place, name, key), daemon=True).start()

    def cancel(self) -> None:
        """End what runs."""
        with self._lock:
            started, self._started = self._started, None
        if started is not None and started.process.poll() is None:
            started.process.kill()

    def _follow(self, started: Started, place: Place, name: str, key: Hashable) -> None:
        """Pass on what the process says."""
        connection = started.connection
        error, done = "", False
        try:
            send(connection, (place, name))
            while not done:
                said = receive(connection)
                if isinstance(said, Told):
                    self._tell(said)
                elif isinstance(said, str):
                    error, done = said, True
                else:
                    self._desk.keep(key, said[0])
                    done = True
        except (EOFError, OSError):
            pass
        connection.close()
        ending = started.ending()
        with self._lock:
            wanted = self._started is started
        if not done and not error and wanted:
            error = f"the process that trained {ending}"
        if error:
            self._desk.failures[key] = error
        self._tell(Trained(training=name, place=place, error=error, cancelled=not wanted))


class Telling:
    """Progress that goes over a connection, as often as a screen can show it."""

    def __init__(self, connection: Connection, place: Place, training: str) -> None:
        self._connection, self._place, self._training = connection, place, training
        self._told = 0.0
        self._curves: dict[str, list[float]] = {}

    def __call__(self, share: float, text: str = "", **numbers: float) -> None:
        """Tell how far it is; nobody listening any more ends the process."""
        for name, value in numbers.items():
            curve = self._curves.setdefault(name, [])
            curve.append(float(value))
            if len(curve) > POINTS:
                del curve[::2]
        now = time.monotonic()
        if now - self._told < TELLING and share < 1.0:
            return
        self._told = now
        curves = {name: tuple(curve) for name, curve in self._curves.items()}
        told = Told(training=self._training, place=self._place, share=share, text=text, curves=curves)
        try:
            send(self._connection, told)
        except OSError:
            os._exit(0)


def main() -> None:
    """Train what comes over the socket, and send back a tuple of the result, or a sentence."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(int(sys.argv[1]))
    end_with(connection.fileno())
    place, name = receive(connection)
    training, state = training_of(place, name)
    try:
        import torch

        torch.set_num_threads(1)
        result = training.train(state, Telling(connection, place, name))
    except Exception as error:
        send(connection, sentence(error))
    else:
        send(connection, (result,))


if __name__ == "__main__":
    main()
