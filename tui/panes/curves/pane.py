"""The training curves of a run, earlier runs behind it: zoomed, smoothed, read off by key or mouse."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from ....engine.runs.run import Run
from ....engine.training.commands import Back
from ...render.axes import Axes, X
from ...render.cells import note
from ...render.chart import chart, column_x
from ...render.curve_frame import GUTTER
from ...render.numbers import cut
from ...render.smoothing import Smooth
from ..pane import Pane
from .help import HELP
from .scene import Scene
from .view import View
from .words import mode, newest

XS: tuple[X, ...] = ("step", "time", "clock")
LONGEST = 2**20


class CurvesPane(Pane):
    """Charts of named numbers over steps or time."""

    HELP = HELP

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "page(1)", "Next curve"),
        Binding("p", "page(-1)", "Previous curve", show=False),
        Binding("s", "smooth(-1)", "Less smoothing", show=False),
        Binding("S", "smooth(1)", "Smoother", key_display="s/S"),
        Binding("y", "log_y", "Log y"),
        Binding("x", "x_axis", "Step/time"),
        Binding("enter", "large", "Full screen"),
        Binding("o", "clip", "Clip outliers", show=False),
        Binding("plus,equals_sign", "zoom(1)", "Zoom in", show=False),
        Binding("minus", "zoom(-1)", "Zoom out", show=False),
        Binding("w", "whole", "Show everything", show=False),
        Binding("left_square_bracket", "pan(-1)", "Pan left", show=False),
        Binding("right_square_bracket", "pan(1)", "Pan right", show=False),
        Binding("left,h", "cross(-1)", "Crosshair left", show=False),
        Binding("right,l", "cross(1)", "Crosshair right", show=False),
        Binding("shift+left,H", "cross(-10)", "Crosshair far left", show=False),
        Binding("shift+right,L", "cross(10)", "Crosshair far right", show=False),
        Binding("B", "go_there", "Back to the crosshair", show=False),
        Binding("escape", "dismiss", "Remove crosshair", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.cursor: float | None = None
        self.window = 16
        self.clip = False
        self.logs: frozenset[str] = frozenset()
        self.first = ""
        self._scene = Scene()
        self._view = View()
        self._drag: tuple[int, bool] | None = None
        self._titles = ("", "")

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs that are shown."""
        return self._scene.runs

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show `runs`: the first is the live one, in front; a run keeps its colour as others come and go."""
        self._scene.show(runs)
        self.pull()

    def stale(self) -> Hashable:
        """All that the picture depends on."""
        data = tuple((id(run), run.version) for run in self.runs)
        view = (self._view.window, self._view.follow, self._scene.x)
        return (
            data,
            view,
            self.lab.session.status.state,
            self._shown_cursor(),
            self.window,
            self.logs,
            self.clip,
            self.first,
        )

    def draw(self, width: int, height: int) -> list[Strip]:
        """As many charts, one below the other, as fit; they share x and the crosshair."""
        charts = self._scene.charts()
        if not charts:
            self._title("curves", "")
            status = self.lab.session.status
            loading = status.state == "loading" or (status.state == "idle" and self.lab.asked is not None)
            return note("loading …" if loading else "no curves yet: press space to train", width, self.ink, height)
        count = min(len(charts), max(height // 14, 1 + (height >= 20)))
        page, axes, marks, cursor = self._page(list(charts)), self._axes(), self._scene.marks(), self._shown_cursor()
        names = [list(charts)[(page + i) % len(charts)] for i in range(count)]
        of = f" ({page + 1} of {len(charts)})" if count == 1 < len(charts) else ""
        how = mode(axes, sorted(self.logs), names, self._view.window is not None)
        mark = newest(axes, marks, width - cell_len(how) - len(" · ") - 4)
        self._title("curves: " + ", ".join(cut(name, 30) for name in names) + of, f"{mark} · {how}" if mark else how)
        strips: list[Strip] = []
        for i, name in enumerate(names):
            rows = height // count + (i < height % count)
            strips += chart(
                self._scene.curves(charts[name]),
                replace(axes, log=name in self.logs),
                width,
                rows,
                self.ink,
                title=name,
                cursor=cursor,
                marks=marks,
                x_labels=i == count - 1,
            )
        return strips

    def _axes(self) -> Axes:
        low, high = self._view.range(*self._scene.extent())
        return Axes(x=self._scene.x, low=low, high=high, clip=self.clip, smooth=Smooth("mean", self.window))

    def _page(self, charts: Sequence[str]) -> int:
        """Where the measure shown first is among all; it stays the first as others come and go."""
        return charts.index(self.first) if self.first in charts else 0

    def _shown_cursor(self) -> float | None:
        """The crosshair, unless another pane has the focus: then the legend gives the newest values."""
        return self.cursor if self.screen.focused in (None, self) else None

    def _title(self, title: str, subtitle: str) -> None:
        """Set the frame's texts; only a change repaints it."""
        if (title, subtitle) != self._titles:
            self._titles = (title, subtitle)
            self.border_title, self.border_subtitle = Content(title), Content(subtitle)

    def action_page(self, by: int) -> None:
        """Show the next or previous measure first."""
        charts = list(self._scene.charts())
        if charts:
            self.first = charts[(self._page(charts) + by) % len(charts)]
        self.pull()

    def action_smooth(self, by: int) -> None:
        """Half or double the number of points that a mean is over; 1 is no smoothing."""
        self.window = min(self.window * 2, LONGEST) if by > 0 else max(self.window // 2, 1)
        self.pull()

    def action_log_y(self) -> None:
        """Linear or logarithmic y of the measure that is shown first."""
        charts = list(self._scene.charts())
        if charts:
            self.logs ^= {charts[self._page(charts)]}
        self.pull()

    def action_clip(self) -> None:
        """Leave outliers out of the range of y, or not."""
        self.clip = not self.clip
        self.pull()

    def action_x_axis(self) -> None:
        """Step, time, time of day; the crosshair stays at its point."""
        scene = self._scene
        at = None if self.cursor is None else scene.nearest(self.cursor)
        scene.x = XS[(XS.index(scene.x) + 1) % len(XS)]
        self._view.reset()
        if at is not None:
            self._place({"step": float(at.step), "time": at.elapsed, "clock": at.time}[scene.x])
        self.pull()

    def action_zoom(self, by: int) -> None:
        """Zoom at the crosshair, else at the newest point where it is in view, else in the middle."""
        low, high = self._scene.extent()
        a, b = self._view.range(low, high)
        inside = self.cursor is not None and a <= self.cursor <= b
        at = self.cursor if inside and self.cursor is not None else high if a <= high <= b else (a + b) / 2
        self._zoom(by, at)

    def action_pan(self, by: int) -> None:
        """Move by a quarter of the view."""
        self._view.pan(by / 4, *self._scene.extent())
        self.pull()

    def action_whole(self) -> None:
        """Show everything."""
        self._view.reset()
        self.pull()

    def action_cross(self, by: int) -> None:
        """Move the crosshair by so many columns, and to the next point at least."""
        extent = self._scene.extent()
        low, high = self._view.range(*extent)
        if self.cursor is None:
            self._place(min(high, extent[1]))
        else:
            cell = (high - low) / max(self.size.width - GUTTER, 1)
            self.cursor = self._scene.beyond(self.cursor + by * cell, by > 0)
        if self.cursor is not None:
            self._view.reveal(self.cursor, *extent)
        self.pull()

    def action_dismiss(self) -> None:
        """Remove the crosshair; without one, leave the full screen."""
        if self.cursor is not None:
            self.cursor = None
        elif self.screen.maximized is self:
            self.screen.minimize()
        else:
            raise SkipAction
        self.pull()

    def action_go_there(self) -> None:
        """Let the training go to the crosshair's step; without one, or where it stands there, as everywhere."""
        at, session = self._shown_cursor(), self.lab.session
        point = None if at is None else self._scene.nearest(at)
        live = self.runs and self.runs[0] is session.run
        if point is None or not live or not session.status.snapshots or point.step == session.status.step:
            raise SkipAction
        session.send(Back(to=point.step))

    def action_large(self) -> None:
        """This pane alone on the screen, or not."""
        if self.screen.maximized is self:
            self.screen.minimize()
        else:
            self.screen.maximize(self)

    def _place(self, x: float) -> None:
        """Put the crosshair on the point that is nearest to `x`."""
        point = self._scene.nearest(x)
        self.cursor = None if point is None else point.x

    def _zoom(self, by: int, at: float) -> None:
        least = 4.0 if self._scene.x == "step" else 1e-3
        self._view.zoom(1.5**-by, at, *self._scene.extent(), least)
        self.pull()

    def on_focus(self) -> None:
        """Show the crosshair again."""
        self.pull()

    def on_blur(self) -> None:
        """Hide the crosshair if another pane has got the focus."""
        self.pull()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in at the pointer."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out at the pointer."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        offset = event.get_content_offset(self)
        if offset is not None:
            event.stop()
            self._zoom(by, column_x(self._axes(), self.size.width, offset.x))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a click or a drag."""
        offset = event.get_content_offset(self)
        if offset is not None and event.button == 1:
            self._drag = (offset.x, False)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Pan by as many columns as the mouse is dragged."""
        if self._drag is None:
            return
        x = event.get_content_offset_capture(self).x
        if x != self._drag[0]:
            self._view.pan((self._drag[0] - x) / max(self.size.width - GUTTER, 1), *self._scene.extent())
            self._drag = (x, True)
            self.pull()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Place the crosshair where the mouse did not move in between."""
        if self._drag is None:
            return
        self.release_mouse()
        (x, moved), self._drag = self._drag, None
        if not moved and x >= GUTTER:
            self._place(column_x(self._axes(), self.size.width, x))
            self.pull()
