"""The row of pane names with their number keys; a click goes there."""

from collections.abc import Mapping

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ..render.cells import line
from ..render.palette import DARK, Ink


class TabRow(Widget):
    """`1 models  2 card …`: the focused one marked, visible ones bright, others dim."""

    DEFAULT_CSS = "TabRow { height: 1; }"

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    focused: reactive[str] = reactive("models")
    """The pane with the focus."""
    shown: reactive[tuple[str, ...]] = reactive(())
    """The panes on the screen."""
    views: reactive[tuple[str, ...]] = reactive(())
    """The views of the model, which share one number."""
    view: reactive[str] = reactive("")
    """Which of them has it."""
    ink: reactive[Ink] = reactive(DARK)
    """Colours."""

    def __init__(self, panes: Mapping[str, str]) -> None:
        """`panes` in order, each with the key that goes there."""
        super().__init__()
        self._panes = panes

    def render_line(self, y: int) -> Strip:
        """The row."""
        parts = []
        for name, text in self._labels():
            if name == self.focused:
                style = self.ink.selected()
            elif name in self.shown:
                style = self.ink.style()
            else:
                style = self.ink.style(self.ink.dim)
            parts.append((text, style))
        return line(parts, self.size.width, self.ink)

    def on_click(self, event: events.Click) -> None:
        """Go to the pane whose name was clicked."""
        x = 0
        for name, text in self._labels():
            x += len(text)
            if event.x < x:
                self.post_message(self.Chosen(name))
                return

    def _labels(self) -> list[tuple[str, str]]:
        named = [(key, (self.view or "-") if name == "inside" else name) for name, key in self._panes.items()]
        full: list[tuple[str, str]] = []
        for k, name in named:
            full.append((name, f" {k} {name} "))
            if name == self.view:
                full += [(other, f" {other} ") for other in self._others()]
        if sum(len(text) for _, text in full) <= self.size.width:
            return full
        more = f"+{len(self.views) - 1}" if len(self.views) > 1 else ""
        return self._short(named, more, 4) or self._short(named, more, 3) or self._short(named, more, 2, force=True)

    def _short(
        self, named: list[tuple[str, str]], more: str, letters: int, force: bool = False
    ) -> list[tuple[str, str]]:
        """The names in so many letters, but the one with the focus in full; nothing where that is too long."""
        told = [(name, f" {k} {name if name == self.focused else name[:letters]}") for k, name in named]
        row = [(name, f"{text}{more if name == self.view else ''} ") for name, text in told]
        return row if force or sum(len(text) for _, text in row) <= self.size.width else []

    def _others(self) -> list[str]:
        """The model's other views, in the order in which the key goes through them."""
        at = self.views.index(self.view) if self.view in self.views else 0
        return [*self.views[at + 1 :], *self.views[:at]]
