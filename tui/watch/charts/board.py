"""The page of charts: what is on it, where, and its strips. Knows nothing of any widget."""

import math
import time
from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial

from textual.strip import Strip

from ....engine.runs.series import Series
from ...render.axes import Axes, neat
from ...render.cells import line, note
from ...render.chart import drawn
from ...render.curve import Curve
from ...render.curve_frame import gutter
from ...render.numbers import cut
from ...render.palette import Ink
from ...render.smoothing import Smooth
from ..roster import Member
from ..sight import Sight
from . import words
from .extras import NONE, Extras, between, difference_of
from .frame import Inner, aside, framed, inner, joined
from .grid import Grid, Page, fitting, paged
from .legend import key_rows
from .lens import Lens
from .picture import Box, Picture
from .scene import Scene
from .table import table, table_rows
from .tags import matching, ordered

ALONE = 0.5
"""A chart whose points fill less than this share of the page's x has an x of its own, while all is shown."""
KEPT = 3
"""So many pages of strips are kept."""


class Board:
    """Draws pages, and keeps the strips of charts of which nothing has changed."""

    def __init__(self) -> None:
        self.scene = Scene()
        self._strips: dict[Hashable, tuple[list[Strip], int]] = {}
        self._last: dict[Hashable, tuple[list[Strip], int]] = {}
        self._worked = False
        self._ordered: tuple[Hashable, list[str]] = ((), [])

    def draw(
        self,
        members: Sequence[Member],
        sight: Sight,
        width: int,
        height: int,
        ink: Ink,
        *,
        extras: Extras = NONE,
        waiting: str = "waiting for logs …",
        until: float = math.inf,
    ) -> Picture:
        """The page that `sight` names, of the members that are shown; at most `height` strips of `width` columns.

        After the moment `until` (see `time.perf_counter`) all but one chart stay as they were, and the picture is
        `unfinished`.
        """
        shown = [member for member in members if member.shown]
        self.scene.show(shown, sight.x)
        tags = self._in_order(sight.pinned)
        matches, _ = matching(tags, sight.tag_filter)
        why = words.nothing(members, shown, len(tags), len(matches), sight, waiting)
        if why:
            return Picture(note(why, width, ink, height), "charts")
        full = sight.full if sight.full in tags else ""
        if full:
            page = Page((full,), matches.index(full) if full in matches else 0, max(len(matches), 1), Grid(1, 1))
        else:
            page = paged(matches, sight.first, fitting(sight.rows, sight.columns, len(matches), width, height))
        lens = self._lens(page.tags, sight)
        low, high = lens.range(sight.window, sight.follow)
        log_x = sight.scale in ("log x", "log-log")
        axes = Axes(x=sight.x, low=low, high=high, log_x=log_x, clip=sight.trim, smooth=smooth(sight))
        chosen = sight.selected if sight.selected in page.tags else page.tags[0]
        sizes = self.scene.sizes(sight.group)
        held = {tag: self._curves(tag, sight, ink, extras, sizes) for tag in page.tags}
        head = [] if full else key_rows(named(self.scene, held, sizes), width, height, ink)
        pair = extras.pair if between(sight, extras) else ()
        foot = self._table(full, held[full], sight, axes, width, height, ink, pair) if full else []
        room = height - len(head) - len(foot)
        boxes, jobs = [], []
        for tag, (left, top, w, h) in zip(page.tags, page.grid.places(width, room), strict=False):
            compact = not full or bool(foot)
            inside = inner(w, h) if compact else Inner(0, 0, w, h)
            own = self._own(tag, sight, axes, lens)
            side = gutter(inside.width, compact)
            boxes.append(Box(tag, left, top + len(head), w, h, left + inside.x, inside.width, side, own))
            bright = tag == chosen and page.grid.size > 1
            jobs.append(partial(self._chart, tag, held[tag], sight, own, w, h, ink, bright, compact, pair))
        self._worked = False
        made = {
            box.tag: job(until) for box, job in sorted(zip(boxes, jobs, strict=True), key=lambda b: b[0].tag != chosen)
        }
        pictures = [made[box.tag] or self._last[box.tag, box.width, box.height, ink] for box in boxes]
        boxes = [replace(box, gutter=left) for box, (_, left) in zip(boxes, pictures, strict=True)]
        blocks = [strips for strips, _ in pictures]
        self._forget(len(page.tags))
        spiked = any(one.kind == "spike" for tag in page.tags for one in self.scene.findings(tag, sight, pair))
        difference = difference_of(pair, 24) if pair else ""
        return Picture(
            [*head, *self._put(blocks, page.grid, width, room, ink), *foot],
            words.title(page, len(matches), len(tags), full),
            words.mode(sight, axes, self.scene.lacking(), len(shown), difference, spiked),
            tuple(boxes),
            page,
            tuple(matches),
            axes,
            lens,
            chosen,
            unfinished=not all(made.values()),
        )

    def _in_order(self, pinned: tuple[str, ...]) -> list[str]:
        tags, lines = frozenset(self.scene.tags()), frozenset(self.scene.lines())
        if self._ordered[0] != (tags, lines, pinned):
            self._ordered = (tags, lines, pinned), ordered(tags, pinned, lines)
        return self._ordered[1]

    def _lens(self, tags: Sequence[str], sight: Sight) -> Lens:
        log = sight.scale in ("log x", "log-log")
        low, high = self.scene.extent(tags, log) or ((1.0, 10.0) if log else (0.0, 1.0))
        return Lens(low=low, high=high, log=log, finest=4.0 if self.scene.x == "step" else 1e-3)

    def _own(self, tag: str, sight: Sight, axes: Axes, lens: Lens) -> Axes:
        """The axes of one chart: those of all, with its own y; and its own x where it has a small part of theirs."""
        low, high = axes.low, axes.high
        extent = None if sight.window is not None or axes.log_x else self.scene.extent((tag,))
        if extent is not None and extent[1] - extent[0] < ALONE * (lens.high - lens.low):
            low, high = neat(*extent)
        y_low, y_high = sight.limits.get(tag, (None, None))
        log = sight.scale in ("log y", "log-log") or tag in sight.logs
        return replace(axes, low=low, high=high, log=log, y_low=y_low, y_high=y_high)

    def _curves(self, tag: str, sight: Sight, ink: Ink, extras: Extras, sizes: dict[str, int]) -> list[Curve]:
        """The difference of two runs before groups, groups before runs."""
        plain = ink.depth == "none"
        if between(sight, extras):
            series: Series | None = extras.difference(tag) if extras.difference is not None else None
            return [] if series is None else [self.scene.lone(difference_of(extras.pair, 40), series)]
        if sight.group and extras.aggregates is not None:
            return self.scene.grouped(extras.aggregates(tag), sizes, plain)
        return self.scene.curves(tag, sight, plain)

    def _chart(
        self,
        tag: str,
        curves: Sequence[Curve],
        sight: Sight,
        own: Axes,
        width: int,
        height: int,
        ink: Ink,
        bright: bool,
        compact: bool,
        pair: tuple[Member, ...],
        until: float,
    ) -> tuple[list[Strip], int] | None:
        """The strips of one chart in its frame, and how many columns are left of its plot.

        None if it is too late, and there are strips of before.
        """
        found = self.scene.findings(tag, sight, pair)
        marks, bad = () if pair else tuple(self.scene.marks(sight)), tuple(one.mark for one in found)
        looks = tuple((c.label, c.slot, c.sign, c.shape, c.dim, c.note, self.scene.state(c)) for c in curves)
        said = words.special(tag, sight, own, found, self._notes(curves, pair))
        key = (tag, own, width, height, ink, sight.cursor, sight.marker, looks, marks, bad, bright, compact, said)
        place = (tag, width, height, ink)
        if key in self._strips:
            self._strips[key] = self._last[place] = self._strips.pop(key)
            return self._strips[key]
        if self._worked and place in self._last and time.perf_counter() >= until:
            return None
        self._worked = True
        room = inner(width, height) if compact else Inner(0, 0, width, height)
        made, left = drawn(
            curves,
            own,
            room.width,
            room.height,
            ink,
            title=cut(tag, width),
            cursor=sight.cursor,
            marks=(*marks, *bad),
            marker=sight.marker,
            compact=compact,
            aside=aside(said, width) if bad else 0,
        )
        if compact:
            made = framed(made, said, width, height, ink, bright, bool(bad))
        self._strips[key] = self._last[place] = made, left
        return made, left

    def _notes(self, curves: Sequence[Curve], pair: Sequence[Member]) -> list[str]:
        """What is to be said of the curves of one chart alone: whose it is, if there is one; which runs are lacking."""
        if pair:
            return [] if curves else ["not in both runs"]
        lone = [curves[0].label] if len(curves) == 1 < len(self.scene.members) else []
        return [*lone, *(f"{curve.sign} {curve.note}" for curve in curves if curve.note)]

    def _table(
        self,
        tag: str,
        curves: Sequence[Curve],
        sight: Sight,
        axes: Axes,
        width: int,
        height: int,
        ink: Ink,
        pair: Sequence[Member],
    ) -> list[Strip]:
        rows = table_rows(len(curves), height)
        marks = [*self.scene.marks(sight), *(one.mark for one in self.scene.findings(tag, sight, pair))]
        return table(curves, axes, sight.cursor, marks, width, rows, ink) if rows else []

    def _put(self, blocks: Sequence[list[Strip]], grid: Grid, width: int, height: int, ink: Ink) -> list[Strip]:
        places = grid.places(width, height)
        widths = [w for _, _, w, _ in places[: grid.columns]]
        heights = [h for _, _, _, h in places[:: grid.columns]]
        rows = [blocks[r * grid.columns : (r + 1) * grid.columns] for r in range(grid.rows)]
        return joined(rows, heights, widths, ink)

    def _forget(self, count: int) -> None:
        """Drop the strips that were not used for the longest time."""
        for key in list(self._strips)[: -max(KEPT * count, 1)]:
            del self._strips[key]
        for place in list(self._last)[: -max(KEPT * count, 1)]:
            del self._last[place]


def named(scene: Scene, held: dict[str, list[Curve]], sizes: dict[str, int]) -> list[Curve]:
    """Each run or group of the curves by tag once, in the listed order, without what is said of one tag alone."""
    every = [curve for curves in held.values() for curve in curves]
    curves = {curve.label: curve for curve in sorted(every, key=lambda curve: curve.shape)}
    if curves and set(curves) <= set(sizes):
        return [replace(curves[k], note=f"{n} run{'s' * (n != 1)}") for k, n in sizes.items() if k in curves]
    order = [member.name for member in scene.members]
    return sorted(curves.values(), key=lambda c: order.index(c.label) if c.label in order else -1)


def smooth(sight: Sight) -> Smooth:
    """The smoothing that is set."""
    if sight.smoothing == "ema":
        return Smooth("ema", min(max(sight.weight, 0.0), 0.9999))
    return Smooth("median", max(sight.span, 1))


def page(members: Sequence[Member], sight: Sight, width: int, height: int, ink: Ink) -> list[Strip]:
    """The charts that `sight` names under a line that says how they are drawn, without any app."""
    picture = Board().draw(members, sight, width, max(height - 1, 1), ink)
    told = f" · {picture.subtitle}".replace(f" · {words.HINT}", "") if picture.subtitle else ""
    head = line([(" " + picture.title, ink.style(bold=True)), (told, ink.style(ink.dim))], width, ink)
    return [head, *picture.strips][:height]
