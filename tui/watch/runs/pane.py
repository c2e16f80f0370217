"""The runs that are watched, as a tree: which are shown, how each stands, what is wrong with it."""

from collections.abc import Hashable
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from ...render.cells import line, note
from ...render.numbers import cut
from ..looks import looks
from ..pair import numerals
from ..pane import WatchPane
from ..roster import Member
from ..tree import Row, rows
from .foot import of_branch, of_run
from .help import HELP
from .rows import branch, leaf

FOOT, SHARE = 3, 0.2
"""Lines at the bottom, and the share of all, that tell more of the run at the cursor; free lines are taken too."""


class RunsPane(WatchPane):
    """A line a run, newest first."""

    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "move(-10)", "Up", show=False),
        Binding("pagedown", "move(10)", "Down", show=False),
        Binding("home", "move(-100000)", "First", show=False),
        Binding("end", "move(100000)", "Last", show=False),
        Binding("space", "switch", "Show"),
        Binding("a", "everyone", "All"),
        Binding("enter", "solo", "Only this"),
        Binding("i", "focus_run", "Highlight", show=False),
        Binding("left", "fold(True)", "Fold", show=False),
        Binding("right", "fold(False)", "Unfold", show=False),
        Binding("D", "pair", "Difference", show=False),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("G", "group", "Group"),
        Binding("escape", "calm", "Undo", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "runs"
        self._at = 0
        self._top = self._room = 0
        self._rows: list[Row] = []
        self._titled = ("", "")

    def stale(self) -> Hashable:
        """What is watched, and where the cursor is."""
        return super().stale(), self._at, self.has_focus, self.monitor.loading

    def draw(self, width: int, height: int) -> list[Strip]:
        """The tree, and below it the run at the cursor in more words."""
        ink, members, sight = self.ink, self.monitor.members, self.monitor.sight
        self._rows = rows([member.name for member in members], sight.collapsed)
        self._titles(members)
        if not self._rows:
            told = "reading …" if self.monitor.loading else self.monitor.nothing
            return note("no run matches: / changes the filter" if sight.run_filter else told, width, ink, height)
        self._at = min(max(self._at, 0), len(self._rows) - 1)
        foot = self._foot(width, height)
        room = self._room = height - len(foot)
        self._top = min(max(self._top, self._at - room + 1), self._at, max(len(self._rows) - room, 0))
        strips = []
        for k, row in enumerate(self._rows[self._top : self._top + room], start=self._top):
            base = ink.style()
            if k == self._at:
                base = ink.selected() if self.has_focus else ink.style(bold=True)
            if row.leaf is None:
                below = [m for m in members if m.name.startswith(row.path)]
                strips.append(branch(row, sum(m.shown for m in below), width, ink, base))
                continue
            member = members[row.leaf]
            swatch, colour = looks(member.slot, ink)
            path = member.run.path
            pair = numerals(ink)[sight.pair.index(path)] if path in sight.pair[:2] else ""
            strips.append(leaf(row, member, swatch, colour, width, ink, base, pair, path == sight.focus))
        return [*strips, *[line((), width, ink)] * (room - len(strips)), *foot]

    def _titles(self, members: tuple[Member, ...]) -> None:
        shown, total, room = sum(m.shown for m in members), len(self.monitor.roster.everyone), self.size.width - 4
        told = (f"runs: {shown} of {len(members)} shown", f"runs {shown}/{len(members)}")
        title = next((text for text in told if len(text) <= room), told[1]) if members else "runs"
        words = self.monitor.sight.run_filter
        match = (f"{len(members)} of {total} match /{words}", f"{len(members)}/{total} /{words}")
        subtitle = cut(match[cell_len(match[0]) > room], max(room, 4)) if words else ""
        if (title, subtitle) != self._titled:
            self._titled = title, subtitle
            self.border_title, self.border_subtitle = Content(title), Content(subtitle)

    def _foot(self, width: int, height: int) -> list[Strip]:
        """The run, or the branch, at the cursor, in the lines that are free; why a run failed is told in any case."""
        if height < 12:
            return []
        member, least, free = self._member(), max(FOOT, round(height * SHARE)), height - len(self._rows) - 1
        if member is None:
            told = of_branch(self._rows[self._at].path, self._meant(), width, max(least, free), self.ink)
        else:
            most = max(least, height // 2) if member.run.status == "failed" else max(least, min(free, height // 2))
            told = of_run(member, width, most, self.ink)
        return [line((), width, self.ink)] * (least - len(told)) + told

    def _member(self) -> Member | None:
        row = self._rows[self._at] if self._at < len(self._rows) else None
        members = self.monitor.members
        return members[row.leaf] if row is not None and row.leaf is not None and row.leaf < len(members) else None

    def _meant(self) -> list[Member]:
        """The run at the cursor, or all below the branch that is."""
        if not self._rows:
            return []
        row = self._rows[self._at]
        if row.leaf is not None:
            return [member] if (member := self._member()) is not None else []
        return [member for member in self.monitor.members if member.name.startswith(row.path)]

    def action_move(self, by: int) -> None:
        """Another line."""
        self._at = min(max(self._at + by, 0), max(len(self._rows) - 1, 0))
        self.pull()

    def action_switch(self) -> None:
        """Show the run, or all of the branch, or take them away; then go on to the next line."""
        self._switch(self._meant())
        self.action_move(1)

    def action_everyone(self) -> None:
        """Show all runs that match, or none of them."""
        self._switch(list(self.monitor.members))

    def _switch(self, members: list[Member]) -> None:
        sight = self.monitor.sight
        on = not all(member.shown for member in members)
        sight.solo = ""
        before = {member.run.path: member.shown for member in self.monitor.members}
        sight.shown = {**sight.shown, **before, **{member.run.path: on for member in members}}
        self.monitor.changed()

    def action_solo(self) -> None:
        """Show this run alone, or as it was before; a branch is folded or unfolded."""
        member, sight = self._member(), self.monitor.sight
        if member is None:
            self.action_fold(None)
            return
        sight.solo = "" if sight.solo == member.run.path else member.run.path
        self.monitor.changed()

    def action_focus_run(self) -> None:
        """Draw this run bright and the others dim, or all alike."""
        member, sight = self._member(), self.monitor.sight
        if member is not None:
            sight.focus = "" if sight.focus == member.run.path else member.run.path
            self.monitor.changed()

    def action_fold(self, close: bool | None) -> None:
        """Fold or unfold the branch at the cursor."""
        row = self._rows[self._at] if self._at < len(self._rows) else None
        if row is None or row.leaf is not None:
            return
        sight = self.monitor.sight
        close = row.open if close is None else close
        kept = tuple(path for path in sight.collapsed if path != row.path)
        sight.collapsed = (*kept, row.path) if close else kept
        self.monitor.changed()

    def action_pair(self) -> None:
        """Take this run as the first, the next one as the second of the pair; a third begins anew."""
        member, sight = self._member(), self.monitor.sight
        if member is None:
            return
        path = member.run.path
        if path in sight.pair:
            sight.pair = tuple(one for one in sight.pair if one != path)
        else:
            sight.pair = (*sight.pair, path) if len(sight.pair) < 2 else (path,)
        self.monitor.changed()
        if len(sight.pair) == 2:
            one, two = numerals(self.ink)
            self.monitor.tell(f"{one} and {two} are set: the table compares them, D in the charts shows {one}−{two}")

    def action_filter(self) -> None:
        """Ask for a query; what matches is listed as it is typed."""
        from ....engine.runs.analysis.query import complete

        runs = [member.run for member in self.monitor.roster.everyone]
        before = self.monitor.sight.run_filter
        self.monitor.ask("filter runs", before, self._refuse, self._filter, lambda text: complete(text, runs))

    def _filter(self, text: str) -> str:
        from ....engine.runs.analysis.query import QueryError, query

        runs = [member.run for member in self.monitor.roster.everyone]
        try:
            matching = sum(map(query(text, runs), runs))
        except QueryError as error:
            return str(error)
        self.monitor.sight.run_filter = text.strip()
        self.monitor.changed()
        return f"{matching} of {len(runs)} run{'s' * (len(runs) != 1)}"

    def _refuse(self, text: str) -> str:
        from ....engine.runs.analysis.query import QueryError, query

        runs = [member.run for member in self.monitor.roster.everyone]
        try:
            query(text, runs)
        except QueryError as error:
            return str(error)
        self._filter(text)
        return ""

    def action_group(self) -> None:
        """Ask for the config keys by whose values runs are grouped."""
        self.monitor.ask_group()

    def action_calm(self) -> None:
        """Undo what singles runs out: the filter last."""
        sight = self.monitor.sight
        if sight.solo or sight.focus or sight.pair:
            sight.solo, sight.focus, sight.pair = "", "", ()
        elif sight.run_filter:
            sight.run_filter = ""
        self.monitor.changed()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click chooses a line; on its marks it shows the run or takes it away."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y >= self._room or self._top + offset.y >= len(self._rows):
            return
        self._at = self._top + offset.y
        row = self._rows[self._at]
        if row.leaf is None:
            self.action_fold(None)
        elif offset.x < 2 * row.depth + 5:
            self._switch(self._meant())
        self.pull()

    def on_mouse_scroll_down(self) -> None:
        """Down."""
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        """Up."""
        self.action_move(-3)
