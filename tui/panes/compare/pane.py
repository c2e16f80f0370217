"""Models side by side, trained alike in the background: the form, how far it is, and what came out."""

import time
from collections.abc import Hashable
from pathlib import Path

from textual.binding import Binding
from textual.strip import Strip

from ....engine.options import Rule
from ....engine.runs.run import Run
from ...render.cells import note
from ..pane import Pane
from .draft import Draft
from .form import MEANING, SETTINGS, TYPE, form, rows
from .help import HELP
from .process import Background
from .view import progress_of, view

LOOKS = 0.4
"""Seconds between looks at what the process says."""
READS, SHARE = 1.0, 20
"""Curves are read no oftener than once in READS seconds, and in SHARE times what reading took."""
TYPED = Rule(name="model or run", kind=str, default="", help=MEANING[TYPE])


class ComparePane(Pane):
    """Tick models, start, look on; the process that compares is ended with the lab."""

    HELP = HELP
    BINDINGS = [
        Binding("space", "tick", "Tick"),
        Binding("enter", "start", "Start"),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("left", "turn(-1)", "Less", show=False),
        Binding("right", "turn(1)", "More", show=False),
        Binding("x", "cancel", "Cancel"),
        Binding("n", "new", "New comparison"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "compare"
        self.draft: Draft | None = None
        self.work: Background | None = None
        self._at = self._scroll = self._most = 0
        self._form = True
        self._looked = self._next_read = 0.0
        self._news = 0
        self._live: Run | None = None
        self._state = ""

    @property
    def chosen(self) -> Draft:
        """What the form says; first the lab's own model."""
        if self.draft is None:
            self.draft = Draft(ticked=(self.lab.draft.model,))
        return self.draft

    @property
    def running(self) -> bool:
        """Whether a comparison of this lab is under way."""
        return self.work is not None and self.work.running and not self.work.released

    def pull(self) -> None:
        """Look at what the process says now and then, also when the pane is hidden: its end is told."""
        now = time.monotonic()
        if self.work is not None and now - self._looked > LOOKS:
            self._looked = now
            self._news += self.work.look()
            if self.work.status != self._state:
                self._news += 1
                self._state = self.work.status
                self._tell()
            if self._state == "running" and self.is_on_screen and now >= self._next_read:
                self._next_read = now + READS
                self.run_worker(self._read, thread=True, exclusive=True, group="compare", exit_on_error=False)
        super().pull()

    def _tell(self) -> None:
        assert self.work is not None
        if self._state in ("running", "ending"):
            return
        self._live = None
        text = self.work.trouble or f"kept in {self.work.directory}; 9 shows it"
        severity = "error" if self._state == "failed" else "information"
        self.notify(text, title=f"comparison {self._state}", severity=severity, timeout=8, markup=False)  # type: ignore[arg-type]
        self.refresh_bindings()

    def _read(self) -> None:
        """The curves of what is being trained; in a thread."""
        from ....engine.runs.open import open_run

        work = self.work
        path = progress_of(work.said).run if work is not None else ""
        began = time.monotonic()
        try:
            run = open_run(Path(path)) if path else None
        except (ValueError, OSError):  # not begun yet
            run = None
        self._next_read = time.monotonic() + max(READS, SHARE * (time.monotonic() - began))
        self._live = run
        self._news += 1

    def stale(self) -> Hashable:
        """The form, or what the process said."""
        shown = (self.chosen, self._at, self.lab.session.status.state) if self._form else (self._news, self._scroll)
        return self._form, shown, self.has_focus

    def draw(self, width: int, height: int) -> list[Strip]:
        """The form, or the comparison."""
        if self._form or self.work is None:
            self.border_subtitle = "space ticks, enter starts"
            return form(self.chosen, self._at, self.has_focus, self._beside(), width, height, self.ink)
        status = self.work.status
        self.border_subtitle = {"running": "x cancels", "ending": ""}.get(status, f"{status} · n: another one")
        if not self.work.said and self.work.running:
            return note("starting", width, self.ink, height)
        live = self._live if status == "running" else None
        strips, self._most = view(
            self.work.said, status, self.work.trouble, live, self._scroll, width, height, self.ink
        )
        return strips

    def _beside(self) -> str:
        if self.lab.session.status.state == "running":
            return "beside the lab's training: end or pause that for fair times"
        return "in a process of its own"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ticking, starting and turning belong to the form; ending to what runs."""
        if action in ("tick", "start", "turn"):
            return self._form
        if action == "cancel":
            return self.running and not self._form
        if action == "new":
            return not self._form and not self.running
        return True

    def action_move(self, by: int) -> None:
        """Another row of the form, or scroll."""
        if self._form:
            self._at = (self._at + by) % len(rows(self.chosen))
        else:
            self._scroll = min(max(0, self._scroll + by), self._most)
        self.pull()

    def action_tick(self) -> None:
        """Take the model at the cursor in, or leave it out."""
        name = rows(self.chosen)[self._at]
        if name == TYPE:
            self._type()
        elif name in SETTINGS:
            self.action_turn(1)
        else:
            self.draft = self.chosen.toggled(name)
        self.pull()

    def action_turn(self, by: int) -> None:
        """The next data, number of seeds, or budget."""
        name = rows(self.chosen)[self._at]
        if name in SETTINGS:
            self.draft = self.chosen.turned(name, by)
        self.pull()

    def action_start(self) -> None:
        """Compare what is ticked; on the row for it, type another spec."""
        if rows(self.chosen)[self._at] == TYPE:
            self._type()
            return
        plan, trouble = self.chosen.check()
        if plan is None:
            self.notify(trouble, severity="warning", markup=False)
            return
        if self.running:
            self.notify("one comparison at a time, or the times would not be fair", severity="warning", markup=False)
            return
        from ....engine.comparing.state import new_directory

        directory = new_directory()
        try:
            self.work = Background(self.chosen.words(str(directory), self.lab.threads), directory)
        except OSError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._form, self._scroll, self._state, self._live = False, 0, "", None
        self.refresh_bindings()
        self.pull()

    def _type(self) -> None:
        from ...screens.value import ValueScreen

        def take(text: str | None) -> None:
            if text:
                self.draft = self.chosen.with_typed(text)
                self._at = rows(self.draft).index(text.strip())
                self.pull()

        self.app.push_screen(ValueScreen(TYPED, ""), take)

    def action_cancel(self) -> None:
        """End it; what has been trained is kept."""
        if self.work is not None:
            self.work.cancel()
        self.pull()

    def action_new(self) -> None:
        """Back to the form."""
        self._form = True
        self.refresh_bindings()
        self.pull()

    def on_unmount(self) -> None:
        """The lab ends: so does what it started, unless it was told to go on."""
        if self.running and self.work is not None:
            self.work.cancel()
