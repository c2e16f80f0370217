"""What panes ask of the monitor: who is shown, what has changed, and what can be computed of the runs together."""

import errno
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from ...engine.runs.run import Run
from ...engine.runs.series import Series
from ...engine.runs.watcher import Watcher
from ..render.palette import DARK, Ink
from ..widgets.prompt import Answer, Prompt
from . import sessions
from .bar import WatchBar
from .desk import WatchDesk
from .roster import Member, Roster
from .sight import Sight

if TYPE_CHECKING:
    from ...engine.runs.analysis.grouping import Aggregate

SETTLE, HURRY = 1.0, 0.5
"""Seconds between two pictures while only data change; while everything is still being read."""
TELL = 4.0
"""Seconds that a remark stands on top."""


class Watching(App[int]):
    """Holds the runs, and what the user chose to see of them."""

    links: Sequence[Callable[[], str]] = ()
    """Each says how a connection stands, or nothing where all is well."""

    def setup(self, watcher: Watcher, title: str, session: Path | None) -> None:
        """Begin with what was seen the last time."""
        self.watcher, self.sources, self.session = watcher, title, session
        self.sight = sessions.load(session) if session is not None else Sight()
        self.roster = Roster()
        self.members: tuple[Member, ...] = ()
        self.ink: Ink = DARK
        self._choices = 0
        self._data = -1
        self._drawn = time.monotonic()
        self._partial = True
        self._saved: dict[str, Any] = self.sight.document()
        self._told = 0.0
        self._matches: tuple[str, Callable[[Run], bool]] = ("", lambda run: True)

    @property
    def shown(self) -> tuple[Member, ...]:
        """The runs that are drawn."""
        return tuple(member for member in self.members if member.shown)

    @property
    def loading(self) -> bool:
        """Whether what was there at first is still being read."""
        return not self.watcher.loaded

    @property
    def troubles(self) -> list[str]:
        """How connections stand that are not well, and which sources cannot be read."""
        found = [told for link in self.links if (told := link())]
        for path, why in self.watcher.problems.items():
            near = path.removeprefix(f"{Path.cwd()}{os.sep}")
            found.append(f"waiting for {near}" if why == os.strerror(errno.ENOENT) else f"{path}: {why}")
        return found

    @property
    def nothing(self) -> str:
        """What is said where no run was found."""
        wrong = "; ".join(self.troubles)
        return wrong or f"no run yet in {self.sources}: waiting for logs ({self.watcher.files} files seen)"

    def key(self) -> tuple[object, ...]:
        """Equal keys mean that neither the data nor what is seen of them has changed."""
        return self._choices, self._data, self.ink, None if self.members or self.loading else self.nothing

    def take_data(self) -> None:
        """Take in what was read, now and then; what the user did was drawn before."""
        now = time.monotonic()
        if self._told and now > self._told:
            self._told, self.query_one(WatchBar).told = 0.0, ""
        complete = self._partial and not self.loading
        self._partial = self.loading
        wait = 0.0 if complete else HURRY if self.loading else SETTLE
        if self.watcher.generation != self._data and now - self._drawn >= wait:
            self._data, self._drawn = self.watcher.generation, now
            self.refresh_members()

    def refresh_members(self) -> None:
        """Who is listed and who is shown."""
        runs, text = self.watcher.runs, self.sight.run_filter
        if self._matches[0] != text:
            from ...engine.runs.analysis.query import QueryError, query  # not on the way to the first charts

            try:
                self._matches = (text, query(text, runs))
            except QueryError:
                self._matches = (text, lambda run: True)
        self.members = self.roster.update(runs, self.sight, self._matches[1])

    def changed(self) -> None:
        """The sight has changed: draw it at once."""
        self._choices += 1
        self.refresh_members()
        self.query_one(WatchDesk).pull()

    def aggregates(self, tag: str) -> "tuple[Aggregate, ...]":
        """A curve with its band for each group of the shown runs; none where runs are not grouped."""
        sight = self.sight
        if not sight.group:
            return ()
        from ...engine.runs.analysis.grouping import aggregate, groups

        found = groups([member.run for member in self.shown], sight.group)
        made = (aggregate(group.runs, tag, sight.band, sight.x, group.label) for group in found)
        return tuple(one for one in made if one is not None)

    def difference(self, tag: str) -> Series | None:
        """A minus B of a tag, where the user has chosen both."""
        runs = {member.run.path: member.run for member in self.roster.everyone}
        pair = [runs[path] for path in self.sight.pair if path in runs]
        if len(pair) != 2:
            return None
        from ...engine.runs.analysis.difference import difference

        return difference(pair[0], pair[1], tag, self.sight.x)

    def ask_group(self) -> None:
        """Ask for the config keys by whose values runs are grouped."""
        from ...engine.runs.analysis.configs import config_of, differences
        from ...engine.runs.analysis.grouping import groups

        runs = [member.run for member in self.members]
        keys = sorted({key for run in runs for key in config_of(run)})
        first = ", ".join((differences(runs).keys or tuple(keys))[:4])

        def change(text: str) -> str:
            wanted = text.replace(",", " ").split()
            unknown = next((key for key in wanted if key not in keys), None)
            if unknown is not None:
                return f"no key {unknown!r}; there are: {first}" if keys else "these runs tell no config"
            if wanted:
                count = len(groups(runs, wanted))
                return f"{count} group{'s' * (count != 1)}"
            return f"keys: {first}" if keys else "these runs tell no config"

        def done(text: str) -> str:
            wanted = text.replace(",", " ").split()
            if any(key not in keys for key in wanted):
                return change(text)
            self.sight.group = tuple(wanted)
            self.changed()
            return ""

        def complete(text: str) -> list[str]:
            head, _, word = text.replace(",", " ").rpartition(" ")
            return [f"{head} {key}".strip() for key in keys if key.startswith(word)]

        self.ask("group by", " ".join(self.sight.group), done, change, complete)

    def show_charts(self) -> None:
        """Have the charts on the screen, where what is docked has taken their place."""
        desk = self.query_one(WatchDesk)
        if not desk.query_one("#charts").display:
            desk.go("charts")

    def tell(self, text: str) -> None:
        """Say one line on top for a few seconds."""
        self.query_one(WatchBar).told = text
        self._told = time.monotonic() + TELL

    def ask(
        self,
        question: str,
        value: str,
        done: Answer,
        change: Answer | None = None,
        complete: Callable[[str], list[str]] | None = None,
    ) -> None:
        """Ask for a line of text (see `Prompt.ask`)."""
        self.query_one(Prompt).ask(question, value, done, change, complete)
