"""A socket in the run directory through which another process of its owner sees and controls a session."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..probes.requests import Request
from ..runs.files import SOCKET
from ..runs.run import Branch
from ..runs.series import Points
from ..text import sanitize
from .commands import Command
from .session import Session
from .wire import WireError, receive, send

LONGEST = 100
"""Bytes that a socket's address may have; longer paths are reached through an open folder."""


@contextlib.contextmanager
def address(path: Path) -> Iterator[str]:
    """An address for `path` that is short enough for the system."""
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class ControlServer:
    """Serves one session at `directory`/control.sock, readable and writable by its owner only."""

    def __init__(self, session: Session, directory: Path) -> None:
        """Bind and begin to accept; raises OSError where the file system has no sockets."""
        self._session = session
        self._path = directory / SOCKET
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        mask = os.umask(0o177)  # the socket is born with mode 0600
        try:
            with address(self._path) as place:
                self._listener.bind(place)
        finally:
            os.umask(mask)
        self._listener.listen(4)
        threading.Thread(target=self._accept, name="dlviz-control", daemon=True).start()

    def close(self) -> None:
        """Stop accepting and remove the socket; those who are connected keep their link."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(link,), name="dlviz-control-link", daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        keys: set[str] = set()
        client = f"link {link.fileno()}: "  # several may look at different things
        with link, contextlib.suppress(OSError, EOFError, WireError):
            try:
                while True:
                    send(link, self._reply(receive(link), keys, client))
            finally:
                for key in keys:
                    self._session.subscribe(key, None)

    def _reply(self, message: dict[str, Any], keys: set[str], client: str) -> dict[str, Any]:
        check(message)
        for command in message.get("commands", []):
            self._session.send(command)
        wanted = {client + key: request for key, request in message.get("subscriptions", {}).items()}
        for key in keys - wanted.keys():
            self._session.subscribe(key, None)
        keys.clear()
        keys.update(wanted)
        for key, request in wanted.items():
            self._session.subscribe(key, request)
        return snapshot(self._session, message, client)


def serve(session: Session, directory: Path, say: Callable[[str], None]) -> ControlServer | None:
    """Let others attach to the run in `directory`; a file system without sockets is no reason to fail."""
    try:
        return ControlServer(session, directory)
    except OSError as error:
        say(f"nobody can attach to this run: {sanitize(error)}")
        return None


def check(message: dict[str, Any]) -> None:
    """Raise WireError unless `message` is what a client's pull is made of."""
    commands, subscriptions = message.get("commands", []), message.get("subscriptions", {})
    points, answers = message.get("points", {}), message.get("answers", {})
    tables = all(isinstance(table, dict) for table in (subscriptions, points, answers))
    if not (tables and isinstance(commands, list) and isinstance(message.get("log", 0), int)):
        raise WireError("a pull with parts of another kind")
    if not all(isinstance(command, Command) for command in commands):
        raise WireError("a pull with something that is no command")
    if not all(isinstance(k, str) and isinstance(request, Request) for k, request in subscriptions.items()):
        raise WireError("a pull with something that is no request")
    if not all(isinstance(count, int) for count in (*points.values(), message.get("rewrites", 0))):
        raise WireError("a pull with counts that are no numbers")


def snapshot(session: Session, seen: dict[str, Any], client: str) -> dict[str, Any]:
    """What is new since a client's last pull: status, points, marks, its answers, log lines."""
    run, status = session.run, session.status
    rewrites, series, branches = run.whole()
    if seen.get("run") != run.path:
        seen = {}
    same = seen.get("rewrites", 0) == rewrites
    counts: dict[str, int] = seen.get("points", {}) if same else {}
    tails = {tag: one.tail(counts.get(tag, 0)) for tag, one in series.items()}
    versions: dict[str, int] = seen.get("answers", {})
    answers = {k.removeprefix(client): a for k, a in session.answers.items() if k.startswith(client)}
    log, log_version = session.log.news(seen.get("log", 0))
    return {
        "status": status,
        "run": {"path": run.path, "name": run.name, "config": run.config, "metrics": run.metrics},
        "points": {tag: _columns(p) for tag, p in tails.items() if len(p)},
        "starts": {tag: counts.get(tag, 0) for tag, p in tails.items() if len(p)},
        "rewrites": rewrites,
        "branches": None if same and seen else [_sent(branch) for branch in branches],
        "marks": run.marks,
        "answers": {k: a for k, a in answers.items() if versions.get(k) != a.version},
        "answered": list(answers),
        "log": log,
        "log_version": log_version,
    }


def _columns(points: Points) -> list[NDArray[Any]]:
    return [points.steps, points.times, points.values]


def _sent(branch: Branch) -> dict[str, Any]:
    series = {tag: _columns(one.points()) for tag, one in branch.series.items()}
    return {"step": branch.step, "reached": branch.reached, "time": branch.time, "series": series}
