"""The configs of the runs that are shown, reduced to what differs."""

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from ...render.cells import note
from ...render.numbers import cut
from ..docked import DOCKED
from ..table.moving import SheetPane
from ..table.sheet import clamp, draw, where
from .help import HELP
from .sheet import Configs, configs


class ConfigsPane(SheetPane):
    """A row a run and a column a key, or the other way round."""

    HELP = HELP + DOCKED
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "everything", "All keys"),
        Binding("g", "group", "Group by"),
        Binding("slash", "filter", "Filter", key_display="/"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.everything = False
        self.words = ""
        """What keys must hold to be shown."""
        self._configs: Configs | None = None
        self._worked: Hashable = None

    def stale(self) -> Hashable:
        """What is watched, and how it is looked at."""
        return super().stale(), self.everything, self.words

    def draw(self, width: int, height: int) -> list[Strip]:
        """The table, or why there is none."""
        found = self._found(width, height)
        what = "all keys" if self.everything else "what differs"
        if found.empty:
            self.entitle(f"configs: {what}", found.note)
            return note(found.empty, width, self.ink, height)
        laid, seen, room = clamp(self.place, found.sheet, width, height)
        filtered = f" with “{cut(self.words, 20)}”" if self.words else ""
        told = [part for part in (where(self.place, laid, found.sheet, seen, room), found.note) if part]
        self.entitle(f"configs: {what}{filtered} ({len(found.keys)})", " · ".join(told))
        return draw(found.sheet, self.place, width, height, self.ink, self.has_focus)

    def _found(self, width: int, height: int) -> Configs:
        """The table, worked out anew only when something but the cursor has changed."""
        key = (self.monitor.key(), self.everything, self.words, width, height)
        if key != self._worked or self._configs is None:
            self._configs = configs(self.monitor.shown, self.everything, self.words, width, height, self.ink)
            self._worked = key
        return self._configs

    @property
    def key(self) -> str:
        """The config key at the cursor."""
        found = self._configs
        if found is None or not found.keys:
            return ""
        at = self.place.row if found.turned else self.place.column
        return found.keys[min(at, len(found.keys) - 1)]

    def action_everything(self) -> None:
        """All keys, or only what differs."""
        self.everything = not self.everything
        self.pull()

    def action_group(self) -> None:
        """Group by the key at the cursor, or no longer."""
        key, sight = self.key, self.monitor.sight
        if key:
            kept = tuple(one for one in sight.group if one != key)
            sight.group = kept if key in sight.group else (*kept, key)
            self.monitor.changed()
            self.monitor.tell(f"grouped by {', '.join(sight.group)}" if sight.group else "no longer grouped")

    def action_filter(self) -> None:
        """Ask for what keys must hold."""
        self.monitor.ask("keys that hold", self.words, self._done, self._narrow)

    def _narrow(self, text: str) -> str:
        self.words = text.strip()
        self.pull()
        count = len(self._configs.keys) if self._configs is not None else 0
        return f"{count} key{'s' * (count != 1)}"

    def _done(self, text: str) -> str:
        self._narrow(text)
        return ""
