"""A session that lives in another process, seen through the socket in its run directory."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..probes.requests import Answer, Request
from ..runs.files import SOCKET
from ..runs.run import Branch, Log, Run
from ..runs.series import Series
from ..text import sanitize
from .commands import Command
from .control import address
from .status import ENDED, Status
from .wire import WireError, receive, send

EVERY = 0.1


class RemoteSession:
    """The same face as Session: run, status, answers, log, send, subscribe, wait, close."""

    def __init__(self, directory: Path, on_state: Callable[[Status], None] | None = None) -> None:
        """Connect to the training in `directory`; raises ValueError if nothing listens there."""
        self.run = Run(sanitize(directory.name), str(directory))
        self.status = Status(state="loading", run=str(directory))
        self.log = Log()
        self.answers: dict[str, Answer] = {}
        self.on_state = on_state
        self.remote = True
        self._link = socket.socket(socket.AF_UNIX)
        self._link.settimeout(10)
        try:
            with address(directory / SOCKET) as place:
                self._link.connect(place)
        except OSError as error:
            self._link.close()
            raise ValueError(f"no training listens in {directory}: it has ended, or runs on another machine") from error
        self._commands: list[Command] = []
        self._subscriptions: dict[str, Request] = {}
        self._log_version = 0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._changed = threading.Condition()
        self._closed = self._over = False
        self._thread = threading.Thread(target=self._main, name="dlviz-remote", daemon=True)

    def open(self) -> "RemoteSession":
        """Begin to pull."""
        self._thread.start()
        return self

    def send(self, command: Command) -> None:
        """Pass a command to the engine there."""
        with self._lock:
            self._commands.append(command)
        self._wake.set()

    def subscribe(self, key: str, request: Request | None) -> None:
        """Ask for a view under `key`; None ends it."""
        if self._subscriptions.get(key) == request:
            return
        subscriptions = {k: r for k, r in self._subscriptions.items() if k != key}
        if request is not None:
            subscriptions[key] = request
        self._subscriptions = subscriptions
        self._wake.set()

    def wait(self, done: Callable[[Status], bool], timeout: float | None = None) -> bool:
        """Block until `done(status)`, looked at when the state changes; False if `timeout` seconds passed before."""
        with self._changed:
            return self._changed.wait_for(lambda: done(self.status) or self._over, timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Let go of the training, which runs on."""
        self._closed = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def over(self) -> bool:
        """Whether the process there is gone, or let go of."""
        return self._over

    def _main(self) -> None:
        try:
            with self._link:
                while not self._closed:
                    self._pull()
                    self._wake.wait(EVERY)
                    self._wake.clear()
                if self._commands:
                    self._pull()
        except (OSError, EOFError, WireError):
            if self.status.state not in ENDED:
                self._publish(Status(state="stopped", run=self.status.run, message="the training's process is gone"))
        finally:
            self._over = True
            with self._changed:
                self._changed.notify_all()

    def _pull(self) -> None:
        with self._lock:
            commands, self._commands = self._commands, []
        send(
            self._link,
            {
                "commands": commands,
                "subscriptions": self._subscriptions,
                "run": self.run.path,
                "rewrites": self.run.rewrites,
                "points": {tag: len(series) for tag, series in self.run.series.items()},
                "answers": {key: answer.version for key, answer in self.answers.items()},
                "log": self._log_version,
            },
        )
        news = receive(self._link)
        try:
            self._take(news)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise WireError("news that make no sense") from error

    def _take(self, news: dict[str, Any]) -> None:
        about = news["run"]
        if about["path"] != self.run.path:
            self.run = Run(about["name"], about["path"])
        run = self.run
        run.name, run.config, run.metrics = about["name"], about["config"], about["metrics"]
        if news["branches"] is not None:
            branches = tuple(Branch(**{**b, "series": _series(b["series"])}) for b in news["branches"])
            again = news["rewrites"] != run.rewrites
            run.rewrite(_series(news["points"]) if again else run.series, branches, news["rewrites"])
        for tag, (steps, times, values) in news["points"].items():
            series = run.one(tag)
            if news["starts"][tag] == len(series):
                series.extend_arrays(steps, times, values)
        run.marks = news["marks"]
        kept = {k: a for k, a in self.answers.items() if k in news["answered"]}
        self.answers = kept | news["answers"]
        for line in news["log"]:
            self.log.write(line)
        self._log_version = news["log_version"]
        self._publish(news["status"])

    def _publish(self, status: Status) -> None:
        before, self.status = self.status, status
        self.run.status = status.state
        if status.state != before.state:
            with self._changed:
                self._changed.notify_all()
            if self.on_state is not None:
                self.on_state(status)


def _series(columns: dict[str, Any]) -> dict[str, Series]:
    """The series whose points came as steps, times and values."""
    found = {}
    for tag, (steps, times, values) in columns.items():
        series = found[tag] = Series(tag)
        series.extend_arrays(steps, times, values)
    return found
