"""How every listed run stands, and what is wrong with it."""

import time
from collections.abc import Hashable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from ...render.cells import line, note
from ...render.numbers import cut
from ..docked import DOCKED
from ..pane import WatchPane
from .help import HELP
from .view import Block, blocks, draw, first_line, heading, newest

FAR = 1 << 30


class HealthPane(WatchPane):
    """A line a run, its findings below it."""

    HELP = HELP + DOCKED
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "move(-5)", "Page up", show=False),
        Binding("pagedown", "move(5)", "Page down", show=False),
        Binding("home", f"move({-FAR})", "First", show=False),
        Binding("end", f"move({FAR})", "Last", show=False),
        Binding("w", "unwell", "Only trouble"),
        Binding("enter", "there", "Show there"),
        Binding("i", "highlight", "Highlight", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.unwell = False
        """Whether only runs that want attention are listed."""
        self._at = 0
        self._first = 0
        self._blocks: list[Block] = []
        self._titles = ("", "")

    def stale(self) -> Hashable:
        """What is watched and found, and how it is looked at."""
        found = tuple(hash(member.run.findings) for member in self.monitor.members)
        return super().stale(), found, self._at, self.unwell, self.has_focus

    def draw(self, width: int, height: int) -> list[Strip]:
        """The runs, those with the cursor in view."""
        members = self.monitor.members
        self._blocks = blocks(members, self.unwell)
        hidden = len(members) - len(self._blocks)
        title = f"health: {heading(members)}" if members else "health"
        self._entitle(title, f"{hidden} that {'are' if hidden != 1 else 'is'} well hidden: w" if self.unwell else "")
        if not self._blocks:
            told = "nothing is wrong with any run: w lists them all" if members else "no run is listed"
            return note(told, width, self.ink, height)
        self._at = min(max(self._at, 0), len(self._blocks) - 1)
        self._first = first_line(self._blocks, self._at, self._first, width, height)
        strips = draw(self._blocks, self._at, self._first, width, height, self.ink, self.has_focus, time.time())
        return strips + [line((), width, self.ink)] * (height - len(strips))

    def _entitle(self, title: str, subtitle: str) -> None:
        titles = (cut(title, max(self.size.width - 4, 4)), subtitle)
        if titles != self._titles:
            self._titles = titles
            self.border_title, self.border_subtitle = Content(titles[0]), Content(titles[1])

    def action_move(self, by: int) -> None:
        """Another run."""
        self._at = min(max(self._at + by, 0), max(len(self._blocks) - 1, 0))
        self.pull()

    def action_unwell(self) -> None:
        """Only runs with something wrong, or all."""
        self.unwell = not self.unwell
        self._at = 0
        self.pull()

    def action_there(self) -> None:
        """Put the crosshair where the gravest finding of the run is, its chart first."""
        if not self._blocks:
            return
        member, sight = self._blocks[self._at].member, self.monitor.sight
        finding = newest(member.run.findings)
        if finding is None:
            self.monitor.tell(f"{member.name} has no finding that lies on a curve")
            return
        sight.shown = {**sight.shown, member.run.path: True}
        sight.first = sight.selected = finding.tag
        if sight.x == "step":
            sight.cursor = float(finding.step)
        sight.full = finding.tag if sight.full else ""
        self.monitor.changed()
        self.monitor.show_charts()
        self.monitor.tell(finding.text)

    def action_highlight(self) -> None:
        """Draw the run bright and the others dim, or all alike."""
        if self._blocks:
            path, sight = self._blocks[self._at].member.run.path, self.monitor.sight
            sight.focus = "" if sight.focus == path else path
            self.monitor.changed()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Down."""
        event.stop()
        self.action_move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Up."""
        event.stop()
        self.action_move(-1)
