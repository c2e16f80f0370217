"""What the top line of the monitor says. Knows nothing of any widget."""

from collections import Counter
from typing import TYPE_CHECKING

from ...engine.text import sanitize
from ..render.numbers import short, size_bytes
from .bar import Facts

if TYPE_CHECKING:
    from .app import WatchApp


def facts(app: "WatchApp") -> Facts:
    """The sources, how the runs stand, connections that do not, and what is still being read."""
    runs = app.watcher.runs
    found: list[tuple[str, str]] = [(sanitize(app.sources, limit=60), "head")]
    found += [(told, "bad") for told in app.troubles]
    found += [(failure, "bad") for failure in app.watcher.failures]
    if app.loading:
        found.append(("reading …", "good"))
    states = Counter(run.status for run in runs)
    for status, kind in (("running", "good"), ("failed", "bad")):
        if states[status]:
            found.append((f"{states[status]} {status}", kind))
    found.append((f"{len(runs)} run{'s' * (len(runs) != 1)}", "plain"))
    if app.sight.run_filter:
        found.append((f"filtered to {len(app.members)}", "plain"))
    if app.sight.group:
        found.append(("grouped by " + ", ".join(app.sight.group), "plain"))
    points = sum(len(one) for member in app.shown for one in member.run.series.values())
    if points:
        found.append((f"{short(points, 2)} points shown", "dim"))
    warned = sum(len(run.warnings) for run in runs)
    if warned:
        found.append((f"{warned} warning{'s' * (warned != 1)}", "dim"))
    if app.debug_traffic is not None:
        found.insert(1, (f"{size_bytes(app.debug_traffic)}/s sent", "dim"))
    return tuple(found)
