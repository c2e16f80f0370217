"""Opens the monitor: the reading begins before the screen is imported, for that takes as long."""

import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ...engine.runs.watcher import Watcher

SWITCH = 0.0005
"""Seconds after which a thread that computes makes room: every array operation of a drawing waits so long."""


def open_watch(
    sources: Sequence[Path],
    *,
    title: str,
    key: Sequence[str] = (),
    fresh: bool = False,
    links: Sequence[Callable[[], str]] = (),
    tags: str | None = None,
    which: str | None = None,
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
    """
    sys.setswitchinterval(SWITCH)
    gc.disable()  # until the first charts: collections over fresh imports find nothing
    watcher = Watcher(sources)
    watcher.start()
    try:
        from . import sessions
        from .app import WatchApp

        session = sessions.file_of(key) if key else None
        if fresh and session is not None:
            session.unlink(missing_ok=True)
        app = WatchApp(watcher, title=title, session=session, links=links)
        app.sight.tag_filter = app.sight.tag_filter if tags is None else tags
        app.sight.run_filter = app.sight.run_filter if which is None else which
        return app.run() or 0
    finally:
        watcher.close()
