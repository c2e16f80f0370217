"""Facts in a process of their own, so that they, and the imports of their oracles, hold up no frame.

`python -m dlviz.engine.lessons.study.prover FD` answers over an inherited socket until that is closed.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Hashable, Iterator, Set
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from ..index import load
from ..kit.wanting import Abandoned, still_wanted, while_wanted
from .desk import Desk, waiting
from .messages import Prove, Proved
from .processes import Started, end_with, receive, send, start

GENTLE = 5
"""How much frames and keys go before facts where the processors are busy."""


class Proofs:
    """Has the facts that were asked for last computed; what comes goes to `tell`. Never holds up who asks."""

    def __init__(self, desk: Desk, tell: Callable[[Any], None]) -> None:
        self._desk, self._tell = desk, tell
        self._started: Started | None = None
        self._known: set[Hashable] = set()
        """Results of trainings that the process has."""
        self._wanted: Prove | None = None
        self._told: set[int] = set()
        """The facts of what is wanted that have come."""
        self._news = False
        self._changed = threading.Condition()
        threading.Thread(target=self._send, name="facts-wanted", daemon=True).start()

    def ask(self, request: Prove | None) -> None:
        """Want the facts of a lesson in a state, instead of those that were wanted before; None: no facts."""
        with self._changed:
            self._wanted, self._told, self._news = request, set(), True
            self._changed.notify()

    def _send(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._news)
                self._news, wanted, started = False, self._wanted, self._started
            if started is None and wanted is None:
                continue
            try:
                self._pass_on(wanted, started)
            except OSError:  # it has died: once more, with a new one
                with suppress(OSError):
                    self._pass_on(wanted, None)

    def _pass_on(self, wanted: Prove | None, started: Started | None) -> None:
        if started is None:
            started = start("prover")
            with self._changed:
                self._started, self._known = started, set()
            threading.Thread(target=self._follow, args=(started,), name="facts", daemon=True).start()
        results = dict(self._desk.results)
        news = {key: results[key] for key in results.keys() - self._known}
        send(started.connection, (wanted, tuple(results), news, dict(self._desk.failures)))
        self._known = set(results)

    def _follow(self, started: Started) -> None:
        """Pass on what the process says; if it dies, the facts that are missing say so."""
        try:
            while True:
                proved = receive(started.connection)
                with self._changed:
                    if self._wanted is not None and self._wanted.ticket == proved.ticket:
                        self._told.add(proved.index)
                self._tell(proved)
        except (EOFError, OSError):
            ending = f"the process of the facts {started.ending()}"
        with self._changed:
            wanted, told = self._wanted, self._told
            if self._news or self._started is not started:  # another one answers
                return
            self._started = None
        if wanted is not None:
            for proved in unproved(wanted, told, ending):
                self._tell(proved)


def unproved(wanted: Prove, told: Set[int], why: str) -> Iterator[Proved]:
    """The facts that were not `told`, as ones that do not hold."""
    lesson = load(wanted.place.lesson)
    for index, claim in enumerate(lesson.claims):
        if index not in told:
            fact = replace(waiting(lesson, claim, why), expected="a result")
            yield Proved(ticket=wanted.ticket, index=index, count=len(lesson.claims), fact=fact)


def newest(connection: Connection, desk: Desk) -> Prove | None:
    """What is wanted after all that has come, which is waited for; results are kept as they come."""
    wanted: Prove | None
    while True:
        wanted, keys, news, desk.failures = receive(connection)
        desk.results = {key: news[key] if key in news else desk.results[key] for key in keys}
        if not connection.poll():
            return wanted


def serve(connection: Connection, told: Callable[[Proved], None]) -> None:
    """Compute facts one by one, until something else is wanted. EOFError when nobody listens."""
    desk = Desk()
    while True:
        wanted = newest(connection, desk)
        if wanted is None:
            continue
        with suppress(Abandoned), while_wanted(lambda: not connection.poll()):
            for proved in desk.prove(wanted):
                told(proved)
                still_wanted()


def main() -> None:
    """Serve the socket whose number is the argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the screen decides when this ends
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.nice(GENTLE)
    connection = Connection(int(sys.argv[1]))
    end_with(connection.fileno())
    try:
        serve(connection, lambda proved: send(connection, proved))
    except (EOFError, OSError):
        os._exit(0)


if __name__ == "__main__":
    main()
