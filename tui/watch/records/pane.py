"""Records over steps: pictures, histograms, texts and our own kinds, of all runs that are shown, at one step."""

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from ....engine.runs.readers.reader import Shelf
from ....engine.runs.run import Record
from ...panes.blocks import beside, fitted, heading
from ...render.cells import note
from ...render.numbers import cut
from ..docked import DOCKED
from ..pane import WatchPane
from ..roster import Member
from .drawing import draw, over_time, scrubber
from .shelves import holders, nearest, read, tags, union

HELP = """
# Records

What the runs have kept besides numbers: images, histograms, texts, and the records of our own trainings (feature
maps, attention, samples). One tag at a time, of all runs that are shown side by side, each under its name at the
same step; a run that kept nothing at that step shows the one before. At the end the view follows the newest.

| key | does |
|---|---|
| `n` `p` | the next, the previous tag |
| `left` `right`, with `shift` ten at once | earlier, later |
| `home` `end` | the first; the newest, and follow it |
| `v` | histograms: one step, or all steps as a map of time x bin |
| `up` `down` | scroll a long text |
| `/` | go to a tag by a part of its name |
"""
LEAST = 26
"""Columns that a run's record needs beside others."""


class RecordsPane(WatchPane):
    """One tag, one step, every run that is shown."""

    HELP = HELP + DOCKED
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "tag(1)", "Next", key_display="n/p"),
        Binding("p", "tag(-1)", "Previous", show=False),
        Binding("left,h", "scrub(-1)", "Earlier", key_display="←/→"),
        Binding("right,l", "scrub(1)", "Later", show=False),
        Binding("shift+left,H", "scrub(-10)", "Earlier", show=False),
        Binding("shift+right,L", "scrub(10)", "Later", show=False),
        Binding("home", "scrub(-1000000)", "First", show=False),
        Binding("end", "scrub(1000000)", "Newest", show=False),
        Binding("v", "view", "Over time"),
        Binding("up,k", "scroll_text(-1)", "Up", show=False),
        Binding("down,j", "scroll_text(1)", "Down", show=False),
        Binding("slash", "find", "Find", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "records"
        self._tag = ""
        self._step: int | None = None
        self._time = True
        self._top = 0
        self._kept: dict[tuple[str, str], tuple[tuple[int, int, int], Record | None]] = {}

    def stale(self) -> Hashable:
        """What is watched, and what is chosen here."""
        return super().stale(), self._tag, self._step, self._time, self._top

    def _tags(self) -> list[str]:
        return tags(self.monitor.shown)

    def _current(self) -> str:
        found = self._tags()
        return self._tag if self._tag in found else found[0] if found else ""

    def draw(self, width: int, height: int) -> list[Strip]:
        """The runs side by side, as many as fit, and the scrubber below."""
        ink, tag = self.ink, self._current()
        found = holders(self.monitor.shown, tag)
        if not found or height < 4:
            self.border_title, self.border_subtitle = Content("records"), Content("")
            return note(
                "the runs that are shown have kept no images, histograms, texts or other records", width, ink, height
            )
        steps = union([shelf for _, shelf in found])
        names, fit = self._tags(), max(1, width // LEAST)
        kind = found[0][1].kind
        rest = len(found) - fit
        hidden = f" · for {rest} more run{'s' * (rest != 1)} there is no room" if rest > 0 else ""
        self.border_title = Content(cut(f"records: {tag}", 60))
        self.border_subtitle = Content(
            cut(f"{kind} · tag {names.index(tag) + 1} of {len(names)}{hidden}", max(width - 4, 8))
        )
        at = len(steps) - 1 if self._step is None else max(sum(step <= self._step for step in steps) - 1, 0)
        columns = found[:fit]
        each = (width - 2 * (len(columns) - 1)) // len(columns)
        blocks = [
            (self._column(member, shelf, tag, each, height - 1, steps[at], len(self.monitor.shown) > 1), each)
            for member, shelf in columns
        ]
        return [*fitted(beside(blocks, height - 1, ink), width, height - 1, ink), scrubber(steps, at, width, ink)]

    def _column(
        self, member: Member, shelf: Shelf, tag: str, width: int, height: int, step: int, named: bool
    ) -> list[Strip]:
        ink = self.ink
        if shelf.kind == "histogram" and self._time and len(shelf.steps) > 1:
            body = over_time(shelf, step, width, height - named, ink)
        else:
            record = self._record(member, shelf, tag, step)
            body = draw(record, width, height - named, ink, self._top)
        if not named:
            return body
        own = shelf.steps[nearest(shelf, step)]
        told = "" if own == step else f"step {own:,}"
        head = heading(member.name, told, width, ink)
        return [head, *body]

    def _record(self, member: Member, shelf: Shelf, tag: str, step: int) -> Record | None:
        """The record at a step, read once while it stays the same."""
        key, at = (member.run.path, tag), nearest(shelf, step)
        state = (id(shelf), at, len(shelf.steps))
        kept = self._kept.get(key)
        if kept is None or kept[0] != state:
            self._kept[key] = kept = (state, read(shelf, step))
        return kept[1]

    def action_tag(self, by: int) -> None:
        """Another tag."""
        found = self._tags()
        if found:
            self._tag, self._top = found[(found.index(self._current()) + by) % len(found)], 0
        self.pull()

    def action_scrub(self, by: int) -> None:
        """Earlier or later; at the end it follows the newest."""
        steps = union([shelf for _, shelf in holders(self.monitor.shown, self._current())])
        if not steps:
            return
        at = len(steps) - 1 if self._step is None else max(sum(step <= self._step for step in steps) - 1, 0)
        at = min(max(at + by, 0), len(steps) - 1)
        self._step = None if at == len(steps) - 1 else steps[at]
        self.pull()

    def action_view(self) -> None:
        """Histograms: all steps, or one."""
        self._time = not self._time
        self.pull()

    def action_scroll_text(self, by: int) -> None:
        """Scroll a text."""
        self._top = max(0, self._top + by)
        self.pull()

    def action_find(self) -> None:
        """Ask for a part of a tag's name."""
        self.monitor.ask("go to a tag", "", self._go, self._would)

    def _would(self, text: str) -> str:
        return next((tag for tag in self._tags() if text.lower() in tag.lower()), "no such tag") if text else ""

    def _go(self, text: str) -> str:
        found = next((tag for tag in self._tags() if text.lower() in tag.lower()), None)
        if found is None:
            return f"no tag holds {text!r}"
        self._tag, self._top = found, 0
        self.pull()
        return ""
