"""One line on top of the monitor: where it looks, how many runs, how they stand, what is being read."""

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ..render.cells import Part, line
from ..render.numbers import cut
from ..render.palette import DARK, Ink

Facts = tuple[tuple[str, str], ...]
"""Texts with the kind of each: head, good, bad, dim or plain; the last are left out first."""


class WatchBar(Widget):
    """Facts, the most important first; repainted only when one changes."""

    DEFAULT_CSS = "WatchBar { height: 1; }"

    facts: reactive[Facts] = reactive(())
    """What it says."""
    told: reactive[str] = reactive("")
    """A remark on what was just done, in place of the facts."""
    ink: reactive[Ink] = reactive(DARK)
    """Colours."""

    def render_line(self, y: int) -> Strip:
        """The line."""
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
            text = cut(text, max(width - 2, 1))
            if len(text) + 2 > room:
                break
            parts.append((f" {text} ", styles[kind]))
            room -= len(text) + 2
        return line(parts, width, ink)
