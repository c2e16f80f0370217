"""What a watched program printed, as a terminal would show it; follows the newest line until it is scrolled."""

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from ....engine.runs.readers.console import Console
from ...render.cells import Part, line, note
from ...render.numbers import cut
from ..docked import DOCKED
from ..pane import WatchPane
from ..roster import Member

HELP = """
# Console

What the run printed, or what was found of it in a log beside its numbers: carriage returns overwrite, as they do in a
terminal, escapes are left out, and the newest 10,000 lines are kept. Errors are red, lines that match are marked.

| key | does |
|---|---|
| `up` `down`, `pageup` `pagedown` | scroll |
| `left` `right` | move along long lines |
| `home` `end` | the oldest line; the newest, and follow it again |
| `n` `p` | the next, the previous run that has printed anything |
| `/` | search; `N` goes to the next match above |
"""
BAD = ("Error", "error:", "Traceback", "Exception", "CUDA out of memory", "FAILED", "Killed")


class ConsolePane(WatchPane):
    """Lines, the newest at the bottom."""

    HELP = HELP + DOCKED
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_lines(1)", "Scroll", show=False),
        Binding("down,j", "scroll_lines(-1)", "Scroll", show=False),
        Binding("pageup", "scroll_lines(20)", "Up", show=False),
        Binding("pagedown", "scroll_lines(-20)", "Down", show=False),
        Binding("home", "scroll_lines(1000000)", "Oldest", show=False),
        Binding("end", "newest", "Newest"),
        Binding("left", "shift(-20)", "Left", show=False),
        Binding("right", "shift(20)", "Right", show=False),
        Binding("n", "other(1)", "Next run"),
        Binding("p", "other(-1)", "Previous run", show=False),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("N", "match", "Next match", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "console"
        self._run = ""
        self._back = 0
        self._left = 0
        self._find = ""
        self._kept: tuple[int, int] = (0, 0)

    def stale(self) -> Hashable:
        """The choices, and the console's own version: what is printed is shown at once."""
        member = self._member()
        printed = member.run.console.version if member is not None and member.run.console is not None else 0
        return super().stale(), self._run, self._back, self._left, self._find, printed

    def _members(self) -> list[Member]:
        return [m for m in self.monitor.shown or self.monitor.members if m.run.console is not None]

    def _member(self) -> Member | None:
        members = self._members()
        return next((m for m in members if m.run.path == self._run), members[0] if members else None)

    def draw(self, width: int, height: int) -> list[Strip]:
        """The lines that fit, above them nothing."""
        ink, member = self.ink, self._member()
        if member is None or member.run.console is None:
            self._titles("console", "")
            return note(self._nothing(), width, ink, height)
        lines = member.run.console.lines()
        self._hold(member.run.console, len(lines), height)
        end = len(lines) - self._back
        told = (
            f"{self._back:,} lines below · end follows"
            if self._back
            else f"{len(lines):,} line{'s' * (len(lines) != 1)}"
        )
        found = sum(self._find.lower() in text.lower() for text in lines) if self._find else 0
        self._titles(f"console: {member.name}", f"/{self._find}: {found} · {told}" if self._find else told)
        return [self._line(text, width) for text in lines[max(0, end - height) : end]]

    def _nothing(self) -> str:
        """Why there is nothing to read, and what would change that."""
        count = len(self.monitor.shown or self.monitor.members)
        told = "nothing that this run printed" if count == 1 else "nothing that the runs that are shown printed"
        return (
            f"{told} was found: put a log file (like train.log) beside its numbers, "
            "start it by `dlviz run -- python train.py`, or pipe it: `python train.py | dlviz watch -`"
        )

    def _hold(self, console: Console, count: int, height: int) -> None:
        """Who has scrolled up keeps seeing the same lines while others come."""
        same, before = self._kept
        if self._back and same == id(console):
            self._back += max(count - before, 0)
        self._kept = (id(console), count)
        self._back = min(self._back, max(0, count - height))

    def _line(self, text: str, width: int) -> Strip:
        ink = self.ink
        bad = any(word in text for word in BAD)
        style = ink.style(ink.bad if bad else None)
        text = text[self._left :]
        at = text.lower().find(self._find.lower()) if self._find else -1
        if at < 0:
            return line([(cut(text, width), style)], width, ink)
        end = at + len(self._find)
        parts: list[Part] = [(cut(text[:at], width), style), (text[at:end], ink.selected()), (text[end:], style)]
        return line(parts, width, ink)

    def _titles(self, title: str, subtitle: str) -> None:
        self.border_title, self.border_subtitle = Content(cut(title, 60)), Content(cut(subtitle, 60))

    def action_scroll_lines(self, by: int) -> None:
        """Towards older (positive) or newer lines."""
        self._back = max(0, self._back + by)
        self.pull()

    def action_newest(self) -> None:
        """Follow the newest line."""
        self._back = 0
        self.pull()

    def action_shift(self, by: int) -> None:
        """Move along long lines."""
        self._left = max(0, self._left + by)
        self.pull()

    def action_other(self, by: int) -> None:
        """Another run that has printed."""
        paths = [m.run.path for m in self._members()]
        if paths:
            at = paths.index(self._run) if self._run in paths else 0
            self._run, self._back = paths[(at + by) % len(paths)], 0
        self.pull()

    def action_search(self) -> None:
        """Ask what to look for."""
        self.monitor.ask("search", self._find, self._take, self._count)

    def _count(self, text: str) -> str:
        member = self._member()
        lines = member.run.console.lines() if member is not None and member.run.console is not None else []
        count = sum(text.lower() in one.lower() for one in lines)
        return f"{count:,} line{'s' * (count != 1)}" if text else ""

    def _take(self, text: str) -> str:
        self._find = text
        self.action_match()
        return ""

    def action_match(self) -> None:
        """Scroll to the next match above what is shown at the bottom; after the oldest comes the newest."""
        member = self._member()
        if self._find and member is not None and member.run.console is not None:
            lines = member.run.console.lines()
            hits = [k for k, one in enumerate(lines) if self._find.lower() in one.lower()]
            end = len(lines) - self._back - 1
            if hits:
                at = max((k for k in hits if k < end), default=hits[-1])
                self._back = len(lines) - 1 - at
        self.pull()
