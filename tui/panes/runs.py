"""The last runs; those that are ticked lie behind the live curves."""

import time
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip

from ...engine.runs.listing import headline
from ..render.cells import line, note
from ..render.numbers import cut, pad
from .pane import Pane

RESCAN_SECONDS = 2.0


class RunsPane(Pane):
    """Runs under runs/, newest first, with status and result."""

    HELP = """
# Runs

The trainings kept under `runs/`, newest first: status, steps, test accuracy.

| key | does |
|---|---|
| `up` `down` | choose a run |
| `o` | overlay its curves on the live ones, or take them away |
| `enter` | see it: attach to it if it trains in the background, else open it and look inside its model |
| `c` | take all overlays away |
"""
    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("o", "overlay", "Overlay"),
        Binding("enter", "attach", "Open"),
        Binding("c", "clear", "Clear overlays", show=False),
    ]

    class Overlaid(Message):
        """Other runs are to be laid behind the curves."""

        def __init__(self, paths: tuple[Path, ...]) -> None:
            super().__init__()
            self.paths = paths

    class Attach(Message):
        """The user wants to see a run, one that trains in the background or one that has ended."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "runs"
        self.rows: list[dict[str, Any]] = []
        self.overlaid: tuple[str, ...] = ()
        self._at = 0
        self._scanned = 0.0
        self._version = 0

    def pull(self) -> None:
        """Look at the folder now and then."""
        now = time.monotonic()
        if self.is_on_screen and now - self._scanned > RESCAN_SECONDS:
            self._scanned = now
            self.run_worker(self._scan, thread=True, exclusive=True, group="runs", exit_on_error=False)
        super().pull()

    def _scan(self) -> None:
        from ...engine.runs.files import ROOT
        from ...engine.runs.listing import listing

        rows = listing(ROOT)
        if rows != self.rows:
            self.app.call_from_thread(self._take, rows)

    def _take(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self._version += 1

    def stale(self) -> Hashable:
        """The rows, the cursor, the ticks, and the run that is live."""
        return self._version, self._at, self.overlaid, self.lab.session.run.path, self.has_focus

    def draw(self, width: int, height: int) -> list[Strip]:
        """One line a run."""
        ink = self.ink
        if not self.rows:
            return note("no runs yet: space trains one", width, ink, height)
        self._at = min(self._at, len(self.rows) - 1)
        first = max(0, self._at - height + 1)
        strips = []
        for k, row in enumerate(self.rows[first : first + height], start=first):
            live = row["path"] == self.lab.session.run.path
            tick = "▶" if live else "●" if row["path"] in self.overlaid else " "
            result = headline(row["metrics"])[1]
            steps = f"{row['step'] or 0:,}"
            tail = f"{row['status']:>9} {steps:>7} {result:>7}" if width >= 50 else f"{row['status']:>9}"
            text = pad(f"{tick} {cut(str(row['name']), width - len(tail) - 3)}", width - len(tail)) + tail
            style = ink.style()
            if k == self._at:
                style = ink.selected() if self.has_focus else ink.style(bold=True)
            elif row["status"] in ("failed", "lost"):
                style = ink.style(ink.bad)
            strips.append(line([(text, style)], width, ink))
        self.border_subtitle = f"{self._at + 1}/{len(self.rows)}"
        return strips

    def action_move(self, by: int) -> None:
        """Choose another run."""
        if self.rows:
            self._at = (self._at + by) % len(self.rows)
            self.pull()

    def action_overlay(self) -> None:
        """Tick or untick the run at the cursor."""
        if not self.rows:
            return
        path = str(self.rows[self._at]["path"])
        if path == self.lab.session.run.path:
            return
        kept = tuple(p for p in self.overlaid if p != path)
        self.overlaid = kept if path in self.overlaid else (*self.overlaid, path)
        self.post_message(self.Overlaid(tuple(Path(p) for p in self.overlaid)))
        self.pull()

    def action_clear(self) -> None:
        """Untick all."""
        self.overlaid = ()
        self.post_message(self.Overlaid(()))
        self.pull()

    def action_attach(self) -> None:
        """See and control the run at the cursor."""
        if self.rows:
            self.post_message(self.Attach(Path(self.rows[self._at]["path"])))
