"""What the frame of the charts says in words, and what stands there instead of charts. Knows nothing of any widget."""

from collections.abc import Sequence

from ...render.axes import Axes
from ...render.curve_frame import place
from ...render.numbers import cut, shorten
from ..roster import Member
from ..sight import Sight
from .grid import Page
from .limits import told
from .smoothing import words as smoothed
from .trouble import Trouble, variants
from .xs import NAMES


def title(page: Page, matches: int, total: int, full: str) -> str:
    """Which page of how many, of how many tags."""
    tags = f"{total} tag{'s' * (total != 1)}" if matches == total else f"{matches} of {total} tags"
    if full:
        return f"charts: {cut(full, 40)} · full screen · {tags}"
    return f"charts: page {page.index + 1} of {page.count} · {tags}" if page.count > 1 else f"charts: {tags}"


HINT = "spikes in view: o trims them"
"""Said where a key can be pressed, and not where charts are printed."""


def mode(sight: Sight, axes: Axes, lacking: int, runs: int, difference: str = "", spiked: bool = False) -> str:
    """How all charts of the page are drawn: what x is and how much of it is shown, smoothing, what is left out.

    `lacking`: so many of the shown runs have not logged what is x; `difference`: of which runs it is shown;
    `spiked`: some chart has a spike.
    """
    parts = [difference + (" instead of groups" if sight.group else "")] if difference else []
    parts += [f"x: {NAMES.get(sight.x, cut(sight.x, 24))}"]
    if lacking:
        parts.append(f"{'all' if lacking == runs else lacking} run{'s' * (runs > 1)} without it")
    if sight.window is not None:
        following = ", follows" if sight.follow else ""
        parts.append(f"{place(axes.low, axes)} to {place(axes.high, axes)}{following}")
    parts += [sight.scale] if sight.scale != "linear" else []
    parts += [smoothed(sight)]
    parts += ["outliers left out"] if sight.trim else [HINT] if spiked else []
    parts += [f"/{cut(sight.tag_filter, 24)}/"] if sight.tag_filter else []
    if sight.group and not difference:
        band = "± sd" if sight.band == "sd" else "least to greatest"
        parts.append(f"grouped by {cut(', '.join(sight.group), 30)}, {band}")
    return " · ".join(parts)


def special(tag: str, sight: Sight, axes: Axes, bad: Sequence[Trouble], notes: Sequence[str]) -> tuple[str, ...]:
    """What is special about one chart, for its own frame, in ever fewer words; what is wrong is told in all of them.

    `notes`: of its curves, the most important first.
    """
    first = ["pinned"] if tag in sight.pinned else []
    if axes.log or axes.log_x:
        first.append("log-log" if axes.log and axes.log_x else "log y" if axes.log else "log x")
    first += [f"y {told(sight.limits[tag])}"] if tag in sight.limits else []
    last, short = ([shorten(note, size) for note in notes] for size in (80, 30))
    wrong = variants(bad)
    if not wrong:
        some = [last, *(short[:k] for k in range(len(last), -1, -1))]
        return tuple(dict.fromkeys(" · ".join([*first, *more]) for more in some if first or more))
    tries = [[*first, text, *more] for more in (last, short, []) for text in wrong[:-1]]
    tries += [[*first[k:], wrong[-1]] for k in range(len(first) + 1)]
    return tuple(dict.fromkeys(" · ".join(parts) for parts in tries))


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
