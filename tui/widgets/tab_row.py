"""The row of pane names with their number keys; a click goes there."""

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ..arrangement import PANES
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
    ink: reactive[Ink] = reactive(DARK)
    """Colours."""

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
        full = [(name, f" {k % 10} {name} ") for k, name in enumerate(PANES, start=1)]
        if sum(len(text) for _, text in full) <= self.size.width:
            return full
        short = [(k % 10, name, name if name == self.focused else name[:4]) for k, name in enumerate(PANES, start=1)]
        return [(name, f" {k} {shown} ") for k, name, shown in short]
