"""Opens the monitor: the reading begins before the screen is imported, for that takes as long."""

import gc
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock, Timer
from typing import TYPE_CHECKING

from ...engine.runs.watcher import Watcher

if TYPE_CHECKING:
    from .app import WatchApp

SWITCH = 0.0005
"""Seconds after which a thread that computes makes room: every array operation of a drawing waits so long."""

SPARING = 0.5
"""Seconds between two searches because something is new."""


class Sparing:
    """Calls `act` soon after it is called itself, but so often at the most; the last call is never lost."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act, self._last, self._lock = act, -SPARING, Lock()
        self._timer: Timer | None = None

    def __call__(self) -> None:
        """Act at once, or when it is time again."""
        with self._lock:
            if self._timer is not None:
                return
            self._timer = Timer(max(self._last + SPARING - time.monotonic(), 0.0), self._fire)
            self._timer.daemon = True
            self._timer.start()

    def _fire(self) -> None:
        with self._lock:
            self._last, self._timer = time.monotonic(), None
        self._act()


def open_watch(
    sources: Sequence[Path],
    *,
    title: str,
    key: Sequence[str] = (),
    fresh: bool = False,
    links: Sequence[Callable[[], str]] = (),
    tags: str | None = None,
    which: str | None = None,
    changes: Sequence[Callable[[Callable[[], None]], None]] = (),
    heard: Callable[[int], object] = lambda number: None,
    finish: Callable[[], object] = lambda: None,
) -> int:
    """Show the runs below `sources` until the user leaves; returns the exit status.

    Args:
        sources: folders and files.
        title: the sources in words.
        key: what the session is remembered by; with none, it is not.
        fresh: forget what was remembered.
        links: each says how a connection stands, or nothing where all is well.
        tags: a regular expression that tags must match, in place of what was remembered.
        which: a query that runs must match, likewise.
        changes: each takes what is to be called when something may be new at a source.
        heard: gets the number of a signal that ends the screen.
        finish: closes what is open if the screen then hangs, before the process exits by force.
    """
    sys.setswitchinterval(SWITCH)
    gc.disable()  # until the first charts: collections over fresh imports find nothing
    watcher = Watcher(sources)
    watcher.start()
    app: WatchApp | None = None

    def end(number: int) -> None:
        (heard if app is None else app.end)(number)

    try:
        wake = Sparing(watcher.wake)
        for tell in changes:
            tell(wake)
        from ..leaving import signals_end

        with signals_end(end):
            from . import app as screen
            from . import sessions

            session = sessions.file_of(key) if key else None
            if fresh and session is not None:
                session.unlink(missing_ok=True)
            app = screen.WatchApp(watcher, title=title, session=session, links=links, heard=heard, finish=finish)
            app.sight.tag_filter = app.sight.tag_filter if tags is None else tags
            app.sight.run_filter = app.sight.run_filter if which is None else which
            return app.run() or app.return_code or 0
    finally:
        if app is not None and app.ending is not None:
            app.ending.set()
        watcher.close()
