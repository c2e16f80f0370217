"""The final values of the runs that are shown, sorted and grouped as the user wants; below, the pair."""

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from ....engine.runs.analysis.columns import Column, ColumnError, check, parse
from ....engine.runs.analysis.configs import config_of
from ....engine.runs.analysis.facts import nearest
from ...render.cells import line, note
from ..docked import DOCKED
from ..roster import Member
from .between import LEAST, between
from .finals import DESCENDING, OTHER, SUITING, WITHOUT, columns_of, finals, others
from .help import HELP
from .moving import SheetPane
from .sheet import Sheet, clamp, draw, where

WORDS = ("min", "max", "last", "mean", "best", "first")


class TablePane(SheetPane):
    """Rows are runs or groups, columns are what is typed or what suits them."""

    HELP = HELP + DOCKED
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,o", "sort", "Sort"),
        Binding("O", "reverse", "Reverse"),
        Binding("c", "add", "Add column"),
        Binding("x", "remove", "Remove"),
        Binding("C", "restore", "Own columns", show=False),
        Binding("m", "inside", "Members", show=False),
        Binding("i", "highlight", "Highlight", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.inside = False
        """Whether the members of a group are listed below it."""
        self._columns: list[Column] = []
        self._names: list[str] = []
        self._others: dict[Column, list[str]] = {}
        self._sheet: Sheet | None = None
        self._worked: Hashable = None

    def stale(self) -> Hashable:
        """What is watched, and how it is looked at."""
        return super().stale(), self.inside

    def draw(self, width: int, height: int) -> list[Strip]:
        """The table, and below it what lies between the two runs of the pair."""
        members, sight, ink = self.monitor.shown, self.monitor.sight, self.ink
        if not members:
            self.entitle("table", "")
            return note("no run is shown: space in the list of runs shows one", width, ink, height)
        sheet = self._sheet_of(members)
        below = self._below(width, height, len(sheet.rows))
        room = height - len(below)
        laid, seen, rows = clamp(self.place, sheet, width, room)
        grouped = ", grouped by " + " ".join(sight.group) + ": mean ± sd" if sight.group else ""
        hidden = self._hidden(members)
        told = [part for part in (self._other(), where(self.place, laid, sheet, seen, rows), hidden) if part]
        self.entitle(f"table: {len(members)} run{'s' * (len(members) != 1)}{grouped}", " · ".join(told))
        upper = draw(sheet, self.place, width, room, ink, self.has_focus)
        return [*upper, *[line((), width, ink)] * (room - len(upper)), *below]

    def _sheet_of(self, members: tuple[Member, ...]) -> Sheet:
        """The table, worked out anew only when something but the cursor has changed."""
        key, sight = (self.monitor.key(), self.inside), self.monitor.sight
        if key != self._worked or self._sheet is None:
            self._columns = columns_of(sight.specs, [member.run for member in members])
            self._sheet = finals(members, self._columns, sight.sort, sight.group, self.inside, self.ink)
            self._others = {column: others(column, members) for column in self._columns}
            self._names = [row.name.strip() for row in self._sheet.rows]
            self._worked = key
        return self._sheet

    def _hidden(self, members: tuple[Member, ...]) -> str:
        """How many series have no column."""
        tags = {tag for member in members for tag in member.run.series}
        named = {column.name for column in self._columns if column.subject == "series"}
        specs = self.monitor.sight.specs
        rest = len(tags - named) if not specs or SUITING in specs else 0
        return f"{rest} series without a column: c adds one" if rest else ""

    def _other(self) -> str:
        """Which tags the marked values are of: those of the column at the cursor first."""
        here = [self.column] if self.column is not None else []
        for columns in (here, self._columns):
            tags = list(dict.fromkeys(tag for column in columns for tag in self._others[column] if tag))
            if tags:
                return f"{OTHER} {', '.join(tags[:3])}" + (" …" if len(tags) > 3 else "")
        return ""

    def _below(self, width: int, height: int, rows: int) -> list[Strip]:
        """The lines about the pair, if there is one and room for it."""
        by_path = {member.run.path: member for member in self.monitor.roster.everyone}
        pair = [by_path[path] for path in self.monitor.sight.pair if path in by_path]
        if len(pair) != 2 or height < LEAST + 4:
            return []
        tags = list(dict.fromkeys(tag for member in pair for tag in member.run.series))
        room = max(LEAST + 1, min(height // 2, height - rows - 3))
        ruled = line([("─" * width, self.ink.style(self.ink.dim))], width, self.ink)
        return [ruled, *between(pair[0], pair[1], tags, width, room - 1, self.ink)]

    @property
    def column(self) -> Column | None:
        """The column at the cursor."""
        return self._columns[min(self.place.column, len(self._columns) - 1)] if self._columns else None

    def action_sort(self) -> None:
        """Sort by the column; what is good comes first. Again: as listed."""
        column, sight = self.column, self.monitor.sight
        if column is None:
            return
        first = DESCENDING + column.spec if column.better == "high" else column.spec
        sight.sort = "" if sight.sort in (column.spec, DESCENDING + column.spec) else first
        self.monitor.changed()

    def action_reverse(self) -> None:
        """The other way round; by the column at the cursor where nothing is sorted."""
        sight = self.monitor.sight
        if sight.sort:
            sight.sort = sight.sort[1:] if sight.sort.startswith(DESCENDING) else DESCENDING + sight.sort
            self.monitor.changed()
        else:
            self.action_sort()

    def action_add(self) -> None:
        """Ask for a column, and put it behind the one at the cursor."""
        self.monitor.ask("column", "", self._take, self._explain, self._complete)

    def _explain(self, text: str) -> str:
        """What the typed column would be."""
        if not text.strip():
            return "min val/loss, last acc, max acc step, =lr, status …"
        try:
            column = parse(text)
        except ColumnError as error:
            return str(error)
        return check(column, [member.run for member in self.monitor.shown]) or _told(column)

    def _take(self, text: str) -> str:
        """Add it, or say what is wrong."""
        if not text.strip():
            return ""
        try:
            column = parse(text)
        except ColumnError as error:
            return str(error)
        if wrong := check(column, [member.run for member in self.monitor.shown]):
            return wrong
        sight = self.monitor.sight
        if column not in self._columns:
            specs = [spec for spec in sight.specs or (SUITING,) if spec != WITHOUT + column.spec]
            if self.column is not None and self.column.spec in specs:
                specs.insert(specs.index(self.column.spec) + 1, column.spec)
            elif SUITING in specs:
                specs.insert(specs.index(SUITING), column.spec)
            else:
                specs.append(column.spec)
            sight.specs = tuple(specs)
        columns = columns_of(sight.specs, [member.run for member in self.monitor.shown])
        self.place.column = columns.index(column) if column in columns else self.place.column
        self.monitor.changed()
        return ""

    def _complete(self, text: str) -> list[str]:
        """The series or keys that the last word may become."""
        runs = [member.run for member in self.monitor.shown]
        if text.startswith("="):
            keys = dict.fromkeys(key for run in runs for key in config_of(run))
            return ["=" + key for key in keys if text[1:].strip().lower() in key.lower()]
        words = text.split(" ", 1)
        head = words[0] + " " if len(words) > 1 and words[0] in WORDS else ""
        tail = text[len(head) :].strip().lower()
        tags = list(dict.fromkeys(tag for run in runs for tag in run.series))
        found = [tag for tag in tags if tail in tag.lower()]
        near = nearest(tail, tags) if tail and not found else ""
        return [head + tag for tag in (found or ([near] if near else []))]

    def action_remove(self) -> None:
        """Take the column at the cursor away."""
        column = self.column
        if column is None or len(self._columns) < 2:
            return
        specs = list(self.monitor.sight.specs or (SUITING,))
        if column.spec in specs:
            specs.remove(column.spec)
        else:
            specs.append(WITHOUT + column.spec)
        self.monitor.sight.specs = () if specs == [SUITING] else tuple(specs)
        self.monitor.changed()

    def action_restore(self) -> None:
        """The columns that suit the runs, and only these."""
        self.monitor.sight.specs = ()
        self.monitor.changed()

    def action_inside(self) -> None:
        """The members below their groups, or not."""
        self.inside = not self.inside
        self.pull()

    def action_highlight(self) -> None:
        """Draw the run of the row bright and the others dim, or all alike."""
        name = self._names[self.place.row] if self.place.row < len(self._names) else ""
        path = next((m.run.path for m in self.monitor.shown if name and m.name.endswith(name)), "")
        if path:
            sight = self.monitor.sight
            sight.focus = "" if sight.focus == path else path
            self.monitor.changed()


def _told(column: Column) -> str:
    if column.subject != "series":
        return "enter adds it"
    at = {"": "", "step": ": its step", "time": ": seconds since the run began"}[column.place]
    return f"{column.reduction} of {column.name}{at}; enter adds it"
