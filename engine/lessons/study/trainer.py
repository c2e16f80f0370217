"""Trainings of lessons in a process of their own: told as they go, ended at once when nobody wants them any more."""

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from .desk import Desk, sentence, training_of
from .messages import Place, Told, Trained

POINTS = 400
"""Numbers of a curve that are told at most; then every second one is dropped."""
TELLING = 0.1
"""Seconds between two tellings at least."""


class Trainings:
    """Runs one training at a time; its result goes to the desk, its progress to `tell`."""

    def __init__(self, desk: Desk, tell: Callable[[Any], None]) -> None:
        self._desk, self._tell = desk, tell
        self._process: subprocess.Popen[bytes] | None = None
        self._name = ""
        self._lock = threading.Lock()

    def begin(self, place: Place, name: str) -> None:
        """Train `name`; one that runs already goes on if it is the same, and is ended if it is another."""
        with self._lock:
            running = self._process is not None and self._process.poll() is None
        if running and self._name == name:
            return
        self.cancel()
        process, connection = start("trainer")
        send(connection, (place, name))
        with self._lock:
            self._process, self._name = process, name
        threading.Thread(target=self._follow, args=(process, connection, place, name), daemon=True).start()

    def cancel(self) -> None:
        """End what runs."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.kill()

    def _follow(self, process: subprocess.Popen[bytes], connection: Connection, place: Place, name: str) -> None:
        """Pass on what the process says."""
        error, done = "", False
        try:
            while not done:
                said = receive(connection)
                if isinstance(said, Told):
                    self._tell(said)
                elif isinstance(said, str):
                    error, done = said, True
                else:
                    training, state = training_of(place, name)
                    self._desk.keep(training.key(state), said[0])
                    done = True
        except (EOFError, OSError):
            pass
        connection.close()
        process.wait()
        with self._lock:
            wanted = self._process is process
        if not done and not error and wanted:
            error = f"the training ended with status {process.returncode} before it was done"
        self._tell(Trained(training=name, error=error, cancelled=not wanted))


def start(module: str) -> tuple["subprocess.Popen[bytes]", Connection]:
    """A process of this package's module `module`, and our end of a socket whose other end it holds."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.{module}", str(theirs.fileno())],
        pass_fds=(theirs.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(part or str(Path.cwd()) for part in sys.path)},
    )
    theirs.close()
    return process, Connection(ours.detach())


def send(connection: Connection, said: Any) -> None:
    """Send a copy; torch's own way would pass handles to memory of a process that is about to end."""
    connection.send_bytes(pickle.dumps(said))


def receive(connection: Connection) -> Any:
    """What the other end has sent."""
    return pickle.loads(connection.recv_bytes())


class Telling:
    """Progress that goes over a connection, as often as a screen can show it."""

    def __init__(self, connection: Connection, training: str) -> None:
        self._connection, self._training = connection, training
        self._begun, self._told = time.monotonic(), 0.0
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
        told = Told(training=self._training, share=share, text=text, seconds=now - self._begun, curves=curves)
        try:
            send(self._connection, told)
        except OSError:
            os._exit(0)


def main() -> None:
    """Train what comes over the socket, and send back a tuple of the result, or a sentence."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(int(sys.argv[1]))
    place, name = receive(connection)
    training, state = training_of(place, name)
    try:
        import torch

        torch.set_num_threads(1)
        result = training.train(state, Telling(connection, name))
    except Exception as error:
        send(connection, sentence(error))
    else:
        send(connection, (result,))


if __name__ == "__main__":
    main()
