"""The charts of the monitor: wires keys, mouse and typed lines to what the user sees; draws what has changed."""

import time
from collections.abc import Hashable
from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.timer import Timer

from ..sparing import changed
from . import smoothing, xs
from .board import Board
from .extras import Extras
from .help import HELP
from .keys import KEYS
from .mouse import Mouse
from .picture import Box, Picture
from .questions import Question, filter_question, grid_question, limits_question, x_question
from .turns import crossed, freed, gone, moved, paged, pinned, rescaled, resized

if TYPE_CHECKING:
    from ..sight import Sight


BUDGET = 0.03
"""Seconds that drawing may take before keys have their turn; then it goes on."""
REST = 0.1
"""Seconds until it goes on while everything is still being read, for that is in more of a hurry."""


class ChartsPane(Mouse):
    """Named numbers of all shown runs over steps or time."""

    HELP = HELP

    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.board = Board()
        self.picture = Picture([], "charts")
        self._titles = ("", "")
        self._rounds = 0
        self._again: Timer | None = None
        self._alone = False
        """Whether this pane took the whole desk for a chart in full screen."""

    @property
    def sight(self) -> "Sight":
        """What the user chose to see."""
        return self.monitor.sight

    def stale(self) -> Hashable:
        """What is watched and seen, and how often a picture had to be gone on with."""
        return super().stale(), self._rounds

    def draw(self, width: int, height: int) -> list[Strip]:
        """The page of charts."""
        waiting = "reading …" if self.monitor.loading else self.monitor.nothing
        self.picture = self.board.draw(
            self.monitor.members,
            self.sight,
            width,
            height,
            self.ink,
            extras=self._extras(),
            waiting=waiting,
            until=time.perf_counter() + BUDGET,
        )
        if self.picture.unfinished:
            self._rounds += 1
            if self._again is None:  # by a timer: what is typed, and all else that waits, comes first
                self._again = self.set_timer(REST if self.monitor.loading else 0.001, self._go_on)
        self._title(self.picture.title, self.picture.subtitle)
        return self.picture.strips

    def _go_on(self) -> None:
        """Draw what there was no time for."""
        self._again = None
        self.pull()

    def _extras(self) -> Extras:
        members = {member.run.path: member for member in self.monitor.roster.everyone}
        pair = tuple(members[path] for path in self.sight.pair if path in members)
        return Extras(self.monitor.aggregates, self.monitor.difference, pair)

    def _show(self, strips: list[Strip], size: Size) -> None:
        """As every pane, but of a row only what has changed is drawn anew."""
        old = self._strips
        if len(old) != len(strips) or any(s.cell_length != size.width for s in (*old, *strips)) or not old:
            super()._show(strips, size)
            return
        self._strips = strips
        regions = changed(old, strips)
        if regions:
            self.refresh(*regions)

    def _title(self, title: str, subtitle: str) -> None:
        if (title, subtitle) != self._titles:
            self._titles = (title, subtitle)
            self.border_title, self.border_subtitle = Content(title), Content(subtitle)

    def changed(self) -> None:
        """The sight is another: tell it, and draw."""
        self.monitor.changed()
        self.pull()

    def action_page(self, by: int) -> None:
        """Show another page; in full screen, another tag."""
        paged(self.sight, self.picture, by)
        self.changed()

    def action_choose(self, by: int) -> None:
        """Choose the chart before or after."""
        moved(self.sight, self.picture, by)
        self.changed()

    def action_choose_row(self, by: int) -> None:
        """Choose the chart above or below."""
        moved(self.sight, self.picture, by * self.picture.page.grid.columns)
        self.changed()

    def action_large(self) -> None:
        """The chosen chart in full screen, or the grid again."""
        if not self.picture.chosen:
            raise SkipAction
        self._enlarge("" if self.sight.full else self.picture.chosen)
        self.changed()

    def _enlarge(self, tag: str) -> None:
        """One chart in full screen, on the whole desk if it is shared with a pane below; or the grid again."""
        self.sight.full, screen = tag, self.screen
        if tag and self.sight.lower and screen.maximized is None:
            self._alone = screen.maximize(self)
        elif not tag and self._alone:
            self._alone = False
            if screen.maximized is self:
                screen.minimize()

    def action_leave(self) -> None:
        """Remove the crosshair; without one leave the full screen of one chart, then the filter of tags."""
        if self.sight.cursor is not None:
            self.sight.cursor = None
        elif self.sight.full:
            self._enlarge("")
        elif self.sight.tag_filter:
            self.sight.tag_filter = ""
        else:
            raise SkipAction
        self.changed()

    def action_smooth(self, by: int) -> None:
        """More or less smoothing."""
        if not smoothing.turned(self.sight, by):
            self.monitor.tell(
                "smoothed as much as there is: S smooths less" if by > 0 else "not smoothed already: s smooths"
            )
        self.changed()

    def action_median(self) -> None:
        """The median, or the exponential mean."""
        smoothing.switched(self.sight)
        self.changed()

    def action_x_axis(self) -> None:
        """The next kind of x."""
        self.lay_along(xs.following(self.board.scene.runs, self.sight.x))

    def action_scale(self) -> None:
        """The next scale."""
        rescaled(self.sight)
        self.changed()

    def action_trim(self) -> None:
        """Leave outliers out of the range of y, or not."""
        self.sight.trim = not self.sight.trim
        self.changed()

    def action_marker(self) -> None:
        """Braille dots or blocks."""
        self.sight.marker = "blocks" if self.sight.marker == "braille" else "braille"
        self.changed()

    def action_pin(self) -> None:
        """Pin the chosen tag, or let it go."""
        pinned(self.sight, self.picture)
        self.changed()

    def action_grid_by(self, by: int) -> None:
        """More charts on a page, or fewer."""
        resized(self.sight, self.picture, by)
        self.changed()

    def action_zoom(self, by: int) -> None:
        """Zoom at the crosshair, else at the newest point where it is in view, else in the middle."""
        self.zoom(by)

    def zoom(self, by: int, at: float | None = None, chart: Box | None = None) -> None:
        """Zoom a chart in (by = 1) or out at x."""
        gone(self.sight, self.picture, by, at, chart)
        self.changed()

    def action_pan(self, by: int) -> None:
        """Move by a quarter of what is shown."""
        self.pan(by / 4)

    def pan(self, share: float) -> None:
        """Move by a share of what is shown."""
        lens, sight = self.picture.lens, self.sight
        if lens is not None and sight.window is not None:
            sight.window, sight.follow = lens.panned(sight.window, sight.follow, share)
            self.changed()

    def action_whole(self) -> None:
        """Show everything: all of x; pressed again, all of y."""
        done = freed(self.sight, self.picture)
        if done:
            self.monitor.tell(done)
        self.changed()

    def action_cross(self, by: int) -> None:
        """Move the crosshair by so many columns, and to the next logged x at least."""
        crossed(self.sight, self.picture, self.board.scene, by)
        self.changed()

    def seek(self, x: float) -> None:
        """Put the crosshair on the point that is nearest to x."""
        point = self.board.scene.nearest(self.picture.page.tags, x)
        self.sight.cursor = None if point is None else point.x
        self.changed()

    def lay_along(self, x: str) -> None:
        """Another x; the crosshair stays at its point."""
        scene, sight, tags = self.board.scene, self.sight, self.picture.page.tags
        at = None if sight.cursor is None else scene.nearest(tags, sight.cursor)
        sight.x, sight.window, sight.follow, sight.cursor = x, None, False, None
        if at is not None and x in xs.ALWAYS:
            place = {"step": float(at.step), "time": at.elapsed, "clock": at.time}[x]
            sight.cursor = place if abs(place) < 1e300 else None
        self.changed()

    def action_group(self) -> None:
        """Type the config keys by whose values runs are grouped."""
        self.monitor.ask_group()

    def action_band(self) -> None:
        """The band of a group is its standard deviation, or goes from least to greatest."""
        self.sight.band = "range" if self.sight.band == "sd" else "sd"
        self.changed()

    def action_difference(self) -> None:
        """The difference of two runs instead of the runs or groups, and back."""
        if len(self.sight.pair) < 2:
            self.monitor.tell("choose two runs first: D on each in the list of runs")
            return
        self.sight.difference = not self.sight.difference
        if self.sight.difference and self.sight.group:
            self.monitor.tell("the difference is shown instead of groups; D again shows these")
        self.changed()

    def ask(self, question: Question) -> None:
        """Have something typed."""
        self.monitor.ask(question.name, question.text, question.kept, question.heard)

    def action_filter(self) -> None:
        """Type which tags are shown."""
        self.ask(filter_question(self))

    def action_limits(self) -> None:
        """Type limits of the axes."""
        if not self.picture.chosen:
            raise SkipAction
        self.ask(limits_question(self))

    def action_type_x(self) -> None:
        """Type what is to be x."""
        self.ask(x_question(self))

    def action_grid(self) -> None:
        """Type how many charts there are on a page."""
        self.ask(grid_question(self))
