"""The mouse on charts: wheel zooms, drag pans, a click puts the crosshair, a double click shows everything."""

from textual import events

from ..pane import WatchPane
from .picture import Box, Picture
from .turns import placed


class Mouse(WatchPane):
    """A pane of charts that follows the mouse; its picture says where they are."""

    picture: Picture

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._drag: tuple[int, Box, bool] | None = None

    def changed(self) -> None:
        """The sight is another: tell it, and draw."""
        raise NotImplementedError

    def zoom(self, by: int, at: float | None = None, chart: Box | None = None) -> None:
        """Zoom a chart in (by = 1) or out at x."""
        raise NotImplementedError

    def pan(self, share: float) -> None:
        """Move by a share of what is shown."""
        raise NotImplementedError

    def seek(self, x: float) -> None:
        """Put the crosshair on the point that is nearest to x."""
        raise NotImplementedError

    def action_whole(self) -> None:
        """Show everything."""
        raise NotImplementedError

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in at the pointer."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out at the pointer."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        offset = event.get_content_offset(self)
        box = None if offset is None else self.picture.box(offset.x, offset.y)
        if offset is not None and box is not None:
            event.stop()
            self.zoom(by, self._x(box, offset.x), box)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a click or a drag."""
        offset = event.get_content_offset(self)
        box = None if offset is None else self.picture.box(offset.x, offset.y)
        if offset is not None and box is not None and event.button == 1:
            self._drag = (offset.x, box, False)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Pan by as many columns as the mouse is dragged."""
        if self._drag is None:
            return
        x, box, _ = self._drag
        now = event.get_content_offset_capture(self).x
        if now != x:
            self._drag = (now, box, True)
            self.pan((x - now) / max(columns(box), 1))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Choose the chart, and put the crosshair, where the mouse did not move in between."""
        if self._drag is None:
            return
        self.release_mouse()
        (x, box, moved), self._drag = self._drag, None
        if not moved:
            self.monitor.sight.selected = box.tag
            if x >= start(box):
                self.seek(self._x(box, x))
            else:
                self.changed()

    def on_click(self, event: events.Click) -> None:
        """Twice: show everything."""
        if event.chain == 2:
            self.monitor.sight.cursor = None
            self.action_whole()

    def _x(self, box: Box, column: int) -> float:
        return placed(box.axes, (column - start(box)) / max(columns(box) - 1, 1))


def start(box: Box) -> int:
    """The column in which the plot of a chart begins."""
    return box.left + box.gutter


def columns(box: Box) -> int:
    """How many columns its plot has."""
    return box.inside - box.gutter
