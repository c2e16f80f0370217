"""A pane with a cursor in a sheet: how it moves, by key and by mouse."""

from collections.abc import Hashable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content

from ...render.numbers import cut
from ..pane import WatchPane
from .sheet import Place

FAR = 1 << 30


class SheetPane(WatchPane):
    """Moves a cursor over rows and columns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "across(-1)", "Left", show=False),
        Binding("right,l", "across(1)", "Right", show=False),
        Binding("up,k", "down(-1)", "Up", show=False),
        Binding("down,j", "down(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", f"down({-FAR})", "First row", show=False),
        Binding("end", f"down({FAR})", "Last row", show=False),
        Binding("shift+home", f"across({-FAR})", "First column", show=False),
        Binding("shift+end", f"across({FAR})", "Last column", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.place = Place()
        self._titles = ("", "")

    def stale(self) -> Hashable:
        """What is watched, and where the cursor is."""
        place = self.place
        return super().stale(), place.column, place.row, place.left, place.top, self.has_focus

    def entitle(self, title: str, subtitle: str) -> None:
        """Set the frame's texts; only a change repaints it."""
        room = max(self.size.width - 4, 4)
        titles = (cut(title, room), cut(subtitle, room))
        if titles != self._titles:
            self._titles = titles
            self.border_title, self.border_subtitle = Content(titles[0]), Content(titles[1])

    def action_across(self, by: int) -> None:
        """Another column."""
        self.place.column = max(0, self.place.column + by)
        self.pull()

    def action_down(self, by: int) -> None:
        """Another row."""
        self.place.row = max(0, self.place.row + by)
        self.pull()

    def action_page(self, by: int) -> None:
        """As many rows as are seen."""
        self.action_down(by * max(self.size.height - 2, 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Down."""
        event.stop()
        self.action_down(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Up."""
        event.stop()
        self.action_down(-3)
