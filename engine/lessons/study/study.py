"""The study: a screen's face of the process that computes its lessons. Never waits, publishes the newest."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from .messages import (
    Cancel,
    Failed,
    Place,
    Point,
    Pointed,
    Prove,
    Proved,
    Reply,
    Request,
    Show,
    Shown,
    Told,
    Train,
    Trained,
    Untrained,
)
from .outbox import Outbox
from .processes import Started, start

MOMENT = 0.2
"""Seconds that a frame may take before the screen says that it is computing."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What is known now; replaced as a whole."""

    number: int = 0
    """Grows with every change."""
    shown: Shown | Untrained | None = None
    failed: Failed | None = None
    """Why the newest frame is not there."""
    pointed: Pointed | None = None
    facts: tuple[Proved | None, ...] = ()
    """The facts of the lesson and state that was asked for last, those that are computed."""
    told: Told | None = None
    """How far the training is, while one runs."""
    began: float = 0.0
    """When the training was asked for, by the monotonic clock."""
    ended: Trained | None = None
    """How the last training ended."""
    gone: str = ""
    """Why the process is gone, if it is."""
    asked: int = 0
    """The ticket of the frame that was asked for last."""
    asked_at: float = 0.0
    """Since when something newer than what is shown has been asked for, by the monotonic clock."""

    @property
    def behind(self) -> bool:
        """Whether what is shown is older than what was asked for last."""
        return self.asked > max((reply.ticket for reply in (self.shown, self.failed) if reply is not None), default=0)

    @property
    def busy(self) -> bool:
        """Whether it has been so for longer than a moment, so that it is worth a word on the screen."""
        return self.behind and not self.gone and time.monotonic() - self.asked_at > MOMENT


class Study:
    """Owns the process and a thread that listens to it."""

    def __init__(self, heard: Callable[[], object] = lambda: None) -> None:
        """`heard` is called by the listening thread after every reply."""
        self.heard = heard
        self.view = View()
        self._ticket = 0
        self._asked: dict[str, int] = {}
        self._proving = ""
        self._started: Started | None = None
        self._outbox: Outbox | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def open(self) -> "Study":
        """Start the process, if it does not run."""
        if self._started is None:
            self._started = started = start("worker")
            self._outbox = Outbox(started.connection)
            if self.view.gone:
                self._publish(replace(self.view, gone=""))
            self._thread = threading.Thread(target=self._listen, args=(started,), name="study", daemon=True)
            self._thread.start()
        return self

    def close(self) -> None:
        """End the process and what it trains; safe to call twice."""
        started, self._started = self._started, None
        if started is None:
            return
        if self._outbox is not None:
            self._outbox.close()
        started.process.kill()
        started.process.wait()
        started.connection.close()
        if self._thread is not None:
            self._thread.join(2.0)

    def show(self, place: Place) -> None:
        """Ask for a frame."""
        ticket = self._next("show")
        since = self.view.asked_at if self.view.behind else time.monotonic()
        self._publish(replace(self.view, asked=ticket, asked_at=since))
        self._ask(Show(ticket=ticket, place=place))

    def point(self, figure: str, cell: tuple[int, int], at: tuple[float, float] | None, pick: bool) -> None:
        """Ask where a number of the frame came from, and what picking it sets."""
        self._ask(Point(ticket=self._next("point"), figure=figure, cell=cell, at=at, pick=pick))

    def prove(self, place: Place) -> None:
        """Ask for the facts of a lesson in a state; those of an earlier state stay until they are computed anew."""
        if place.lesson != self._proving:
            self._proving = place.lesson
            self._publish(replace(self.view, facts=()))
        self._ask(Prove(ticket=self._next("prove"), place=place))

    def train(self, place: Place, training: str) -> None:
        """Begin a training."""
        told = Told(training=training, place=place, share=0.0, text="starting PyTorch")
        self._publish(replace(self.view, told=told, began=time.monotonic(), ended=None))
        self._ask(Train(place=place, training=training))

    def cancel(self) -> None:
        """End the training that runs."""
        self._ask(Cancel())

    def _next(self, kind: str) -> int:
        self._ticket += 1
        self._asked[kind] = self._ticket
        return self._ticket

    def _ask(self, request: Request) -> None:
        self.open()
        assert self._outbox is not None
        self._outbox.put(request)

    def _listen(self, started: Started) -> None:
        try:
            while True:
                self.take(started.connection.recv())
        except (EOFError, OSError, TypeError):  # TypeError: the connection was closed while it was read
            pass
        if self._started is started:
            self._started = None
            gone = (
                f"The process of the lessons {started.ending()}. What it had trained is lost; any key starts it again."
            )
            self._publish(replace(self.view, gone=gone, told=None))
            self.heard()

    def take(self, reply: Reply) -> None:
        """Publish a reply, unless something newer was asked for since."""
        view = self.view
        match reply:
            case Shown() | Untrained():
                if reply.ticket == self._asked.get("show"):
                    view = replace(view, shown=reply, failed=None, pointed=None)
            case Failed():
                if reply.ticket == self._asked.get("show"):
                    view = replace(view, failed=reply)
            case Pointed():
                if reply.ticket == self._asked.get("point"):
                    view = replace(view, pointed=reply)
            case Proved():
                if reply.ticket == self._asked.get("prove"):
                    facts = view.facts if len(view.facts) == reply.count else (None,) * reply.count
                    view = replace(view, facts=(*facts[: reply.index], reply, *facts[reply.index + 1 :]))
            case Told():
                view = replace(view, told=reply)
            case Trained():
                view = replace(view, told=None, ended=reply)
        if view is not self.view:
            self._publish(view)
            self.heard()

    def _publish(self, view: View) -> None:
        with self._lock:
            self.view = replace(view, number=self.view.number + 1)

    def __del__(self) -> None:
        if self._started is not None and self._started.process.poll() is None:
            self._started.process.kill()
