"""`dlviz watch`: any training, from the logs that it writes."""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.runs.files import dump_json
from ..engine.runs.run import Run
from ..engine.runs.series import Series
from ..engine.runs.watcher import Watcher
from ..engine.text import sanitize


@dataclass(frozen=True)
class Opened:
    """Sources as local paths, and what to ask about those that are not local."""

    paths: tuple[Path, ...]
    links: tuple[Callable[[], str], ...] = ()
    waits: tuple[Callable[[], None], ...] = ()
    """Each returns when all that was there at first, or will ever be, has arrived."""
    changes: tuple[Callable[[Callable[[], None]], None], ...] = ()
    """Each takes what is to be called when something new may have arrived."""
    close: Callable[[], None] = lambda: None
    """Leaves nothing behind; for the case that the end is not reached."""


@contextlib.contextmanager
def opened(sources: Sequence[str], *, awaited: bool = False) -> Iterator[Opened]:
    """Open every source: a path, `-`, or user@host:path. Raises ValueError with one sentence where that fails.

    A signal closes them too. `awaited`: paths may come into being later.
    """
    from ..engine.runs.sources import opening
    from ..tui.leaving import signals_end

    stack = contextlib.ExitStack()
    with signals_end(finish=stack.close), stack:
        found = []
        for text in sources:
            place = opening.place(text)
            if place is not None and sys.stderr.isatty():
                print(f"connecting to {sanitize(place.host)} …", file=sys.stderr)
            found.append(stack.enter_context(opening.source(text, awaited=awaited)))
        yield Opened(
            tuple(one.path for one in found),
            tuple(one.link for one in found if one.link is not None),
            tuple(one.wait for one in found if one.wait is not None),
            tuple(one.on_change for one in found if one.on_change is not None),
            stack.close,
        )


def once(sources: Sequence[str], *, json: bool, tags: str = "", which: str = "", whole: bool = False) -> None:
    """Read all there is, and print it: charts sized to the terminal, or one JSON document."""
    with opened(sources) as places:
        for wait in places.waits:
            wait()
        watcher = Watcher(places.paths)
        runs = watcher.complete()
        for told in filter(None, (link() for link in places.links)):
            print(f"dlviz: {told}", file=sys.stderr)
        for failure in watcher.failures:
            print(f"dlviz: {sanitize(failure)}", file=sys.stderr)
        if watcher.problems:
            path, why = next(iter(watcher.problems.items()))
            raise ValueError(f"{sanitize(path)}: {why}")
        if not runs:
            where, count = ", ".join(map(sanitize, sources)), watcher.files
            unread = sum(source.unreadable for source in watcher.sources)
            closed = f"; {unread} cannot be read" if unread else ""
            raise ValueError(f"no run in {where}: {count} file{'s' * (count != 1)}, none of them a log{closed}")
        for run in runs:
            for warning in run.warnings:
                print(f"dlviz: {sanitize(run.name)}: {sanitize(warning)}", file=sys.stderr)
        if which:
            from ..engine.runs.analysis.query import query

            runs = tuple(filter(query(which, runs), runs))
            if not runs:
                raise ValueError(f"no run matches {which!r}")
        if json:
            print(dump_json({"runs": [document(run) for run in runs]}))
        else:
            from ..tui.watch.once import text

            size = shutil.get_terminal_size((100, 40))
            colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
            print(text(runs, size.columns, size.lines, colour=colour, tags=tags, which=which, whole=whole))


def live(sources: Sequence[str], *, fresh: bool, tags: str | None = None, which: str | None = None) -> int:
    """Open the monitor; returns the exit status."""
    from ..tui.watch.open import open_watch

    with opened(sources, awaited=True) as places:
        texts = zip(sources, places.paths, strict=True)
        key = [str(path.absolute()) if path == Path(text).expanduser() else text for text, path in texts]
        title = ", ".join("standard input" if text == "-" else text for text in sources)
        kept = () if "-" in sources else key
        return open_watch(
            places.paths,
            title=title,
            key=kept,
            fresh=fresh,
            links=places.links,
            tags=tags,
            which=which,
            changes=places.changes,
            finish=places.close,
        )


def document(run: Run) -> dict[str, Any]:
    """A run as `--json` tells it; tags and texts are the raw ones."""
    return {
        "name": run.name,
        "title": run.title,
        "path": run.path,
        "format": run.format,
        "status": run.status,
        "reason": run.reason,
        "steps": run.steps,
        "config": plain(run.config),
        "series": [summary(tag, series) for tag, series in run.series.items()],
        "records": [{"tag": t, "kind": s.kind, "count": len(s.steps)} for t, s in run.shelves.items()],
        "marks": [{"step": mark.step, "text": mark.text} for mark in run.marks],
        "findings": [{"kind": f.kind, "tag": f.tag, "step": f.step, "text": f.text} for f in run.findings],
        "warnings": run.warnings,
    }


def summary(tag: str, series: Series) -> dict[str, Any]:
    """The ends and the range of a series; least and greatest are of its finite values, null where there is none."""
    points = series.points()
    n = len(points)
    whole = series.ranges(np.array([0]), np.array([n]))
    finite = int(whole.count[0]) > 0
    return {
        "tag": tag,
        "points": n,
        "first_step": int(points.steps[0]) if n else None,
        "last_step": int(points.steps[-1]) if n else None,
        "first": float(points.values[0]) if n else None,
        "last": float(points.values[-1]) if n else None,
        "min": float(whole.low[0]) if finite else None,
        "max": float(whole.high[0]) if finite else None,
        "nonfinite": int(whole.nonfinite[0]),
    }


def plain(value: Any) -> Any:
    """A config as JSON can tell it: what is of no JSON kind becomes text."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
