"""`dlviz export`: what is watched as a table, JSON, vector graphics, or a page that stands alone."""

import csv
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from ..engine.runs.analysis.query import query
from ..engine.runs.files import dump_json
from ..engine.runs.run import Run
from ..engine.text import sanitize
from .watch import document, opened

KINDS = ("csv", "json", "svg", "html")


def export(
    sources: Sequence[str], kind: str, out: Path | None, tags: str, which: str, settings: dict[str, Any]
) -> None:
    """Write what is below `sources` as `kind` to `out`, or to standard output.

    Args:
        sources: as for `watch`.
        kind: one of KINDS.
        out: a file; it is replaced.
        tags: a regular expression that tags must match.
        which: a query that runs must match.
        settings: fields of the sight of pictures: x, scale, weight, group.
    """
    from ..engine.runs.watcher import Watcher

    with opened(sources) as places:
        for wait in places.waits:
            wait()
        watcher = Watcher(places.paths)
        runs = watcher.complete()
        for path, why in watcher.problems.items():
            raise ValueError(f"{sanitize(path)}: {why}")
        chosen = tuple(filter(query(which, runs), runs)) if which else runs
        if not chosen:
            raise ValueError(f"no run matches {which!r}" if runs else f"no run in {', '.join(map(sanitize, sources))}")
        title = ", ".join(sources)
        if out is None:
            stream: Any = Harmless(sys.stdout) if sys.stdout.isatty() else sys.stdout
            write(chosen, kind, stream, tags, settings, title)
            return
        aside = out.with_name(f".{out.name}.{os.getpid()}.tmp")  # what was there stays until all of it is written
        try:
            with aside.open("w", encoding="utf-8", newline="") as file:
                write(chosen, kind, file, tags, settings, title)
            aside.replace(out)
        finally:
            aside.unlink(missing_ok=True)
        print(f"{out}: {len(chosen)} runs", file=sys.stderr)


class Harmless:
    """Writes to a terminal, to which what logs hold must not give orders."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write `text` without sequences and control characters."""
        return self._stream.write(sanitize(text, newlines=True, limit=len(text) + 1))


def write(runs: Sequence[Run], kind: str, stream: IO[str], tags: str, settings: dict[str, Any], title: str) -> None:
    """Write `runs` as `kind`."""
    if kind == "csv":
        table(runs, stream, tags)
    elif kind == "json":
        stream.write(dump_json({"runs": [whole(run, tags) for run in runs]}) + "\n")
    else:
        from ..tui.watch.export import page
        from ..tui.watch.roster import Member, Roster
        from ..tui.watch.sight import Sight

        sight = Sight(**settings, tag_filter=tags)
        found = Roster().update(runs, sight, lambda run: True)
        members = [Member(m.run, m.slot, m.name) for m in found]
        stream.write(page.svg(members, sight) if kind == "svg" else page.html(members, sight, title))


def matching(run: Run, tags: str) -> list[str]:
    """The tags of a run that match; raises ValueError for a wrong expression."""
    from ..tui.watch.charts.tags import matching as match

    found, wrong = match(list(run.series), tags)
    if wrong:
        raise ValueError(f"--tags: {wrong}")
    return found


def table(runs: Sequence[Run], stream: IO[str], tags: str) -> None:
    """A line a point: run, tag, step, time (seconds since the epoch; empty where it is not known), value."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("run", "tag", "step", "time", "value"))
    for run in runs:
        for tag in matching(run, tags):
            writer.writerows(_lines(run, tag))


def _lines(run: Run, tag: str) -> Iterator[tuple[str, str, int, object, float]]:
    points = run.series[tag].points()
    for step, when, value in zip(points.steps.tolist(), points.times.tolist(), points.values.tolist(), strict=True):
        yield run.name, tag, step, when if when == when else "", value


def whole(run: Run, tags: str) -> dict[str, Any]:
    """A run as `watch --json` tells it, with all the points of its series."""
    told = document(run)
    wanted = matching(run, tags)
    told["series"] = [
        {"tag": tag, "steps": p.steps.tolist(), "times": p.times.tolist(), "values": p.values.tolist()}
        for tag in wanted
        for p in (run.series[tag].points(),)
    ]
    return told
