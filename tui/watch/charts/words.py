"""What the frame of the charts says in words, and what stands there instead of charts. Knows nothing of any widget."""

from collections.abc import Sequence

from ...render.axes import Axes
from ...render.curve_frame import Mark, place
from ...render.numbers import cut
from ..roster import Member
from ..sight import Sight
from .grid import Page
from .limits import told
from .smoothing import words as smoothed
from .xs import NAMES


def title(page: Page, matches: int, total: int, full: str) -> str:
    """Which page of how many, of how many tags."""
    tags = f"{total} tag{'s' * (total != 1)}" if matches == total else f"{matches} of {total} tags"
    if full:
        return f"charts: {cut(full, 40)} · full screen · {tags}"
    return f"charts: page {page.index + 1} of {page.count} · {tags}" if page.count > 1 else f"charts: {tags}"


def mode(sight: Sight, axes: Axes, lacking: int, runs: int) -> str:
    """How all charts of the page are drawn: what x is and how much of it is shown, smoothing, what is left out.

    `lacking`: so many of the shown runs have not logged what is x.
    """
    parts = [f"x: {NAMES.get(sight.x, cut(sight.x, 24))}"]
    if lacking:
        parts.append(f"{'all' if lacking == runs else lacking} run{'s' * (runs > 1)} without it")
    if sight.window is not None:
        following = ", follows" if sight.follow else ""
        parts.append(f"{place(axes.low, axes)} to {place(axes.high, axes)}{following}")
    parts += [sight.scale] if sight.scale != "linear" else []
    parts += [smoothed(sight)]
    parts += ["outliers left out"] if sight.trim else []
    parts += [f"/{cut(sight.tag_filter, 24)}/"] if sight.tag_filter else []
    if sight.difference and len(sight.pair) == 2:
        parts.append("A minus B")
    elif sight.group:
        band = "± sd" if sight.band == "sd" else "least to greatest"
        parts.append(f"grouped by {cut(', '.join(sight.group), 30)}, {band}")
    return " · ".join(parts)


def special(tag: str, sight: Sight, axes: Axes, bad: Sequence[Mark], lone: str) -> str:
    """What is special about one chart, for its own frame: what is wrong, and the `lone` one of several runs."""
    parts = ["pinned"] if tag in sight.pinned else []
    if axes.log or axes.log_x:
        parts.append("log-log" if axes.log and axes.log_x else "log y" if axes.log else "log x")
    parts += [f"y {told(sight.limits[tag])}"] if tag in sight.limits else []
    if bad:
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        parts.append(f"! {bad[0][1]}{more}")
    parts += [cut(lone, 30)] if lone else []
    return " · ".join(parts)


def nothing(
    members: Sequence[Member], shown: Sequence[Member], tags: int, matches: int, sight: Sight, waiting: str
) -> str:
    """Why there is no chart, and what to do; empty where there is one."""
    if not members:
        if sight.run_filter:
            return f"no run matches {cut(sight.run_filter, 40)!r}"
        return waiting
    if not shown:
        return "no run is shown: choose some in the list of runs"
    if not tags:
        one = shown[0].name if len(shown) == 1 else "none of the shown runs"
        return f"{cut(one, 60)} has logged {'no' if len(shown) == 1 else 'a'} number yet"
    if not matches:
        return f"no tag of {tags} matches /{cut(sight.tag_filter, 60)}/: press / for another filter"
    return ""
