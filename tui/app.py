"""The lab: compose, keys and wiring; what is shown lives in the panes, what is done in the session."""

import gc
import os
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console
from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding
from textual.constants import COLOR_SYSTEM
from textual.containers import Container
from textual.css.query import NoMatches
from textual.screen import Screen

from ..engine.runs.run import Run
from ..engine.training.commands import Load
from ..engine.training.job import Job
from ..engine.training.session import Session
from .actions import ACTIONS, BINDINGS, general_help
from .arrangement import KEYS
from .controls import Controls
from .desk import Desk
from .inks import ink_for, take_themes
from .leaving import catch_signals
from .render.palette import DARK, Ink, detect_depth
from .screens.lab import LabScreen
from .traffic import Traffic
from .widgets.key_row import KeyRow
from .widgets.status_bar import StatusBar
from .widgets.tab_row import TabRow

if TYPE_CHECKING:
    from ..engine.training.remote import RemoteSession

FPS, FPS_SSH = 10, 5
"""Pulls a second: glyphs carry little per frame, and a slow link fills up."""


class DlvizApp(Controls):
    """Shows one session: our own engine thread, or a training in another process."""

    TITLE = "dlviz"
    CSS = "#chrome { height: 2; dock: top; }"
    ESCAPE_TO_MINIMIZE = False  # panes use escape themselves, and minimise when nothing else is left to leave
    BINDINGS = [
        *BINDINGS,
        *(Binding(key, f"go('{name}')", name, show=False) for name, key in KEYS.items()),
    ]

    def __init__(
        self, *, session: "Session | RemoteSession | None" = None, load: Load | None = None, threads: int = 1
    ) -> None:
        """Show `session`, or make one; `load` is sent to it at once."""
        system = Console(color_system=COLOR_SYSTEM, force_terminal=True).color_system  # type: ignore[arg-type]
        self.depth = detect_depth(os.environ, system)
        super().__init__(ansi_color=True if self.depth in ("16", "none") else None)
        take_themes(self, self.depth)
        self.session = session or Session(threads=threads)
        self.draft = load.job if load else Job.of("cnn")
        self.ink: Ink = DARK
        self.traffic = Traffic()
        self.asked = load
        self.threads = threads
        self._run: Run | None = None
        self.config: dict[str, Any] = {}
        self._state = ""
        self._complete = False
        self.others: list[Run] = []

    def get_default_screen(self) -> Screen[None]:
        """The lab's screen."""
        return LabScreen()

    def compose(self) -> ComposeResult:
        """Two lines on top, the desk, the footer."""
        with Container(id="chrome"):
            yield StatusBar()
            yield TabRow(KEYS)
        yield Desk(self.draft.model, "curves" if self.asked or self.session.remote else "models")
        yield KeyRow()

    def on_mount(self) -> None:
        """Colours and keys first; the engine, which imports torch, after the first picture."""
        self.theme_changed_signal.subscribe(self, lambda _: self._take_ink())
        self._take_ink()
        self.traffic.watch(self._driver)
        catch_signals(self)
        self.call_after_refresh(self.call_after_refresh, self._begin)  # the tree is drawn in the second round

    async def _begin(self) -> None:
        gc.enable()
        desk = self.query_one(Desk)
        await desk.complete()
        self._complete = True
        desk.go(desk.current)
        self.session.open()
        if self.asked is not None:
            self.send_load(self.asked)
        fps = FPS_SSH if "SSH_CONNECTION" in os.environ else FPS
        self.set_interval(1 / fps, partial(self.tick, in_turn=True))

    def tick(self, in_turn: bool = False) -> None:
        """Pull the newest state; only what is visible and changed is drawn, if `in_turn` when it is its turn."""
        if not self._complete:
            return
        status = self.session.status
        if self.session.remote and self.session.over:
            self.reopen()
            return
        try:
            desk, bar, keys = self.query_one(Desk), self.query_one(StatusBar), self.query_one(KeyRow)
        except NoMatches:  # the screen is being taken down
            return
        bar.status = status
        if "DLVIZ_DEBUG" in os.environ:
            bar.sent = self.traffic.rate
        if self.session.run is not self._run:
            self._run = self.session.run
            self.show_runs()
        if self.session.run.config is not self.config:
            self.follow(self.session.run.config)
        if status.state != self._state:
            in_turn, before = False, self._state
            self._state = keys.state = status.state
            if status.state == "failed":
                self.notify(status.message, title="failed", severity="error", timeout=8, markup=False)
            elif status.state == "finished" and before == "running" and self.session.run.metrics:
                self.say_what_next("lessons" if desk.current == "lessons" else desk.view)
        desk.pull(in_turn)

    def _take_ink(self) -> None:
        self.ink = ink_for(self.current_theme, self.theme_variables, self.depth)
        for row in (StatusBar, TabRow, KeyRow):
            self.query_one(row).ink = self.ink  # type: ignore[attr-defined]

    def show_runs(self) -> None:
        """The live run in front, the ticked ones behind."""
        live = [self._run] if self._run is not None else []
        others = [run for run in self.others if run.path != self.session.run.path]
        self.query_one("#curves").show_runs([*live, *others])  # type: ignore[attr-defined]

    def action_go(self, pane: str) -> None:
        """Show a pane and give it the focus."""
        self.query_one(Desk).go(pane)

    def action_big(self) -> None:
        """One pane alone on the screen, or all again."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        else:
            self.screen.maximize(self.query_one(Desk).pane)

    def action_light(self) -> None:
        """The light theme, or the dark one."""
        family = "ansi" if self.depth in ("16", "none") else "dlviz"
        self.theme = f"{family}-light" if self.current_theme.dark else f"{family}-dark"

    def action_resize(self, horizontal: int, vertical: int) -> None:
        """Move the borders of the pane with the focus."""
        self.query_one(Desk).resize(horizontal, vertical)

    def action_help(self) -> None:
        """Explain the pane with the focus."""
        from .screens.help import HelpScreen  # reads Markdown, which is slow to import

        pane = self.query_one(Desk).pane
        self.push_screen(HelpScreen(str(pane.id), getattr(pane, "HELP", ""), general_help()))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Our actions in the palette, beside themes and keys."""
        yield from (c for c in super().get_system_commands(screen) if c.title in ("Theme", "Screenshot"))
        for action in ACTIONS:
            yield SystemCommand(action.title, action.about, partial(self.run_action, action.name))

    @on(TabRow.Chosen)
    def tab(self, event: TabRow.Chosen) -> None:
        """A name in the row of panes was clicked."""
        self.action_go(event.pane)

    @on(Desk.Rearranged)
    def rearranged(self, event: Desk.Rearranged) -> None:
        """Mark in the row what is visible, and draw what appeared."""
        row = self.query_one(TabRow)
        row.focused, row.shown = event.focus, event.shown
        row.views, row.view = event.views, event.view
        self.call_after_refresh(self.tick)
