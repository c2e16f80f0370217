"""What the engine said, newest last; the traceback of a failure."""

from collections.abc import Hashable

from textual.binding import Binding
from textual.strip import Strip

from ..render.cells import line, note
from ..render.numbers import cut
from .pane import Pane


class LogPane(Pane):
    """Lines of the session's log; scrolls back."""

    HELP = """
# Log

What the engine said and did: what was loaded, options that changed, checkpoints, results. When a training fails,
its traceback is here. The same lines are in `console.log` of the run directory.

`up` `down` `pageup` `pagedown` scroll; `end` follows the newest line again.
"""
    BINDINGS = [
        Binding("up,k", "scroll_by(1)", "Scroll", show=False),
        Binding("down,j", "scroll_by(-1)", "Scroll", show=False),
        Binding("pageup", "scroll_by(10)", "Scroll", show=False),
        Binding("pagedown", "scroll_by(-10)", "Scroll", show=False),
        Binding("end", "newest", "Newest", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "log"
        self._back = 0

    def stale(self) -> Hashable:
        """The log's version, and how far back it is scrolled."""
        session = self.lab.session
        return id(session), session.log.version, self._back, session.status.state

    def draw(self, width: int, height: int) -> list[Strip]:
        """The newest lines that fit, or those above."""
        lines = self.lab.session.log.lines()
        if not lines:
            return note("nothing said yet", width, self.ink, height)
        self._back = min(self._back, max(0, len(lines) - height))
        end = len(lines) - self._back
        self.border_subtitle = f"{self._back} lines up" if self._back else ""
        bad = self.ink.style(self.ink.bad)
        plain = self.ink.style()
        return [
            line(
                [(cut(text, width), bad if "Error" in text or "Traceback" in text else plain)],
                width,
                self.ink,
            )
            for text in lines[max(0, end - height) : end]
        ]

    def action_scroll_by(self, lines: int) -> None:
        """Scroll towards older (positive) or newer lines."""
        self._back = max(0, self._back + lines)
        self.pull()

    def action_newest(self) -> None:
        """Follow the newest line."""
        self._back = 0
        self.pull()
