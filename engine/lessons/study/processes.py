"""Processes of this package that talk over an inherited socket: starting one, sending, how it ends. Torch-free."""

import os
import pickle
import select
import socket
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import IO, Any

from ...fresh import command, environment
from ...text import sanitize


@dataclass(frozen=True)
class Started:
    """A process, the socket to it, and what it says on standard error."""

    process: "subprocess.Popen[bytes]"
    connection: Connection
    words: IO[bytes]

    def ending(self) -> str:
        """How it ended, in a few words, once it has; its last words among them."""
        code = self.process.wait()
        how = f"was killed (signal {-code})" if code < 0 else f"ended with status {code}"
        self.words.seek(0)
        lines = self.words.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return f"{how}: {sanitize(lines[-1], limit=200)}" if lines else how


def start(module: str) -> Started:
    """A process of this package's module `module`, and our end of a socket whose other end it holds."""
    ours, theirs = socket.socketpair()
    words = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
    process = subprocess.Popen(
        command(f"{__package__}.{module}", str(theirs.fileno())),
        pass_fds=(theirs.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=words,
        start_new_session=True,
        env=environment(),
    )
    theirs.close()
    return Started(process, Connection(ours.detach()), words)


def send(connection: Connection, said: Any) -> None:
    """Send a copy; torch's own way would pass handles to memory of a process that is about to end."""
    connection.send_bytes(pickle.dumps(said))


def receive(connection: Connection) -> Any:
    """What the other end has sent."""
    return pickle.loads(connection.recv_bytes())


def end_with(descriptor: int) -> None:
    """End this process at once when the other end of a socket or pipe is closed, whatever it computes by then."""
    watched = select.poll()
    watched.register(descriptor, 0)  # the end of the other side is told all the same

    def watch() -> None:
        while not watched.poll():
            pass
        os._exit(0)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
