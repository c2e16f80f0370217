"""One line on top of the monitor: where it looks, how many runs, how they stand, what is being read."""

from rich.cells import cell_len
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ..render.cells import Part, line
from ..render.numbers import cut
from ..render.palette import DARK, Ink
from .sparing import changed

LEAST = 8
"""Columns that a fact needs; the last that is told may be cut."""
Facts = tuple[tuple[str, str], ...]
"""Texts with the kind of each: head, good, bad, dim or plain; the last are left out first."""


class WatchBar(Widget):
    """Facts, the most important first; repainted only when one changes."""

    DEFAULT_CSS = "WatchBar { height: 1; }"

    facts: reactive[Facts] = reactive((), repaint=False)
    """What it says."""
    told: reactive[str] = reactive("", repaint=False)
    """A remark on what was just done, in place of the facts."""
    ink: reactive[Ink] = reactive(DARK)
    """Colours."""

    def __init__(self) -> None:
        super().__init__()
        self._line: Strip | None = None

    def watch_facts(self) -> None:
        """Repaint what differs."""
        self._redraw()

    def watch_told(self) -> None:
        """Repaint what differs."""
        self._redraw()

    def _redraw(self) -> None:
        old, self._line = self._line, self._draw()
        if old is None or old.cell_length != self._line.cell_length:
            self.refresh()
        elif regions := changed([old], [self._line]):
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """The line."""
        self._line = self._draw()
        return self._line

    def _draw(self) -> Strip:
        ink, width = self.ink, self.size.width
        if self.told:
            return line([(" " + cut(self.told, width - 1), ink.style(ink.accent))], width, ink)
        styles = {
            "head": ink.style(ink.accent, bold=True),
            "good": ink.style(ink.good, bold=True),
            "bad": ink.style(ink.bad, bold=True),
            "dim": ink.style(ink.dim),
            "plain": ink.style(),
        }
        parts: list[Part] = []
        room = width
        for text, kind in self.facts:
            text = cut(text, room - 2)
            if room < LEAST:
                break
            parts.append((f" {text} ", styles[kind]))
            room -= cell_len(text) + 2
        return line(parts, width, ink)
