"""The session: one owned thread that trains, and what others may see and ask of it.

Torch-free: torch is imported by the thread, so that a screen can be painted before.
"""

import queue
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace

from ..probes.requests import Answer, Request
from ..runs.run import Log, Run
from ..text import sanitize
from .commands import Command, Load, Stop
from .status import Status


class Session:
    """A thread with a command queue; its state is published as frozen snapshots that anyone may read.

    Attributes:
        run: series, records and marks of the training that is loaded.
        status: the newest Status.
        answers: the newest Answer of each subscription, by key.
        log: the newest lines for the user.
    """

    def __init__(self, *, threads: int = 1, on_state: Callable[[Status], None] | None = None) -> None:
        """Prepare a session; `on_state` is called in the engine thread when the state changes."""
        self.run = Run("none")
        self.status = Status()
        self.log = Log()
        self.answers: dict[str, Answer] = {}
        self.threads = threads
        self.on_state = on_state
        self.remote = False
        self._subscriptions: dict[str, Request] = {}
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._ending = threading.Event()
        self._over = True  # until it is opened
        self._thread = threading.Thread(target=self._main, name="dlviz-engine", daemon=True)

    def open(self) -> "Session":
        """Start the thread, which begins by importing torch."""
        self._over = False
        self._thread.start()
        return self

    def send(self, command: Command) -> None:
        """Queue a command; it is answered between two steps."""
        if isinstance(command, Stop | Load):
            self._ending.set()
        self._commands.put(command)

    def subscribe(self, key: str, request: Request | None) -> None:
        """Ask for a view under `key`, kept fresh while the model trains; None ends it."""
        if self._subscriptions.get(key) == request:
            return
        subscriptions = {k: r for k, r in self._subscriptions.items() if k != key}
        if request is not None:
            subscriptions[key] = request
        self._subscriptions = subscriptions
        self._commands.put(None)  # wakes an idle engine

    def wait(self, done: Callable[[Status], bool], timeout: float | None = None) -> bool:
        """Block until `done(status)`, looked at when the state changes; False if `timeout` seconds passed before."""
        with self._changed:
            return self._changed.wait_for(lambda: done(self.status) or self._over, timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Stop the training, saving it, and join the thread; False if it did not end in time."""
        self._closing.set()
        self._commands.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def over(self) -> bool:
        """Whether the thread has ended."""
        return self._over

    @property
    def closing(self) -> bool:
        """Whether `close` was called."""
        return self._closing.is_set()

    @property
    def interrupting(self) -> bool:
        """Whether something is queued that ends what is loaded: long work between two steps may stop for it."""
        return self._ending.is_set() or self.closing

    @property
    def subscriptions(self) -> dict[str, Request]:
        """The requests to keep answered, by key; replaced as a whole, never changed."""
        return self._subscriptions

    def take(self, patience: float | None) -> list[Command]:
        """For the engine: the commands queued so far; waits up to `patience` seconds (None: for ever) for one."""
        taken: list[Command] = []
        self._ending.clear()
        while True:
            try:
                command = self._commands.get(patience != 0.0, patience)
            except queue.Empty:
                return taken
            patience = 0.0
            if command is not None:
                taken.append(command)

    def publish(self, status: Status) -> None:
        """For the engine: replace the status, and tell who waits if the state is another."""
        before, self.status = self.status, status
        if status.state != before.state:
            with self._changed:
                self._changed.notify_all()
            if self.on_state is not None:
                self.on_state(status)

    def answer(self, key: str, answer: Answer | None) -> None:
        """For the engine: replace the answer under `key`, or drop it."""
        answers = {k: a for k, a in self.answers.items() if k != key}
        if answer is not None:
            answers[key] = answer
        self.answers = answers

    def _main(self) -> None:
        try:
            from .engine import Engine  # torch: 1-2 s, so never on the way to the first picture

            Engine(self).main()
        except Exception as error:
            trace = sanitize(traceback.format_exc(), newlines=True)
            for line in trace.splitlines():
                self.log.write(line)
            message = f"the engine stopped: {sanitize(error)}"
            self.publish(replace(self.status, state="failed", message=message, trace=trace))
        finally:
            self._over = True
            with self._changed:
                self._changed.notify_all()
