"""The monitor: compose, keys and wiring; what is shown lives in the panes, what is read in the watcher."""

import gc
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from rich.console import Console
from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding
from textual.constants import COLOR_SYSTEM
from textual.containers import Container
from textual.css.query import NoMatches
from textual.screen import Screen

from ...engine.runs.watcher import Watcher
from ..actions import general_help
from ..inks import ink_for, take_themes
from ..leaving import STATUSES, last_resort
from ..render.palette import detect_depth
from ..traffic import Traffic
from ..widgets.key_row import KeyRow
from ..widgets.prompt import Prompt
from ..widgets.tab_row import TabRow
from . import sessions
from .actions import ACTIONS, BINDINGS, GOING, PANES
from .bar import WatchBar
from .controls import Watching
from .desk import WatchDesk
from .facts import facts
from .screen import WatchScreen
from .sight import Sight

HERTZ = 10
SOON = 0.02
"""Seconds between two looks at whether everything has been read."""
SAVE = 1.0
"""Seconds between two looks at whether the sight is to be kept."""


class WatchApp(Watching):
    """Shows the runs that a watcher finds."""

    TITLE = "dlviz watch"
    CSS = "#chrome { height: 2; dock: top; } #foot { dock: bottom; height: auto; }"
    ESCAPE_TO_MINIMIZE = False
    BINDINGS = [*BINDINGS, *(Binding(str(k), f"go('{n}')", n, show=False) for k, n in enumerate(PANES, start=1))]

    def __init__(
        self,
        watcher: Watcher,
        *,
        title: str,
        session: Path | None = None,
        links: Sequence[Callable[[], str]] = (),
        heard: Callable[[int], object] = lambda number: None,
        finish: Callable[[], object] = lambda: None,
    ) -> None:
        """Show what `watcher` reads.

        Args:
            watcher: started by the caller, who closes it.
            title: the sources in words.
            session: where what is seen is kept; nowhere if None.
            links: each says how a connection stands, or nothing where all is well.
            heard: gets the number of a signal that ends the screen.
            finish: closes what is open if the screen then hangs, before the process exits by force.
        """
        system = Console(color_system=COLOR_SYSTEM, force_terminal=True).color_system  # type: ignore[arg-type]
        self.depth = detect_depth(os.environ, system)
        super().__init__(ansi_color=True if self.depth in ("16", "none") else None)
        take_themes(self, self.depth)
        self.setup(watcher, title, session)
        self.links, self._heard, self._finish = links, heard, finish
        self.traffic = Traffic()
        self.ending: Event | None = None
        """Calls off the end by force, which is due soon after a signal."""
        self._status, self._ticked = 0, False

    def get_default_screen(self) -> Screen[None]:
        """The monitor's screen."""
        return WatchScreen()

    def compose(self) -> ComposeResult:
        """Two lines on top, the desk, the line for typing, the footer."""
        with Container(id="chrome"):
            yield WatchBar()
            yield TabRow({name: str(k) for k, name in enumerate(PANES, start=1)})
        yield WatchDesk(self.sight)
        yield KeyRow(ACTIONS)
        yield Prompt()

    def on_mount(self) -> None:
        """Colours, the first picture, and the pulse."""
        self.theme_changed_signal.subscribe(self, lambda _: self._take_ink())
        self._take_ink()
        self.traffic.watch(self._driver)
        if self.sight.light and self.current_theme.dark:
            self.action_light()
        self.query_one(WatchDesk).go("charts")
        self.set_interval(1 / HERTZ, self.tick)
        self._waiting = self.set_interval(SOON, self._when_loaded)
        self.set_interval(SAVE, self.save)
        self.call_after_refresh(self.tick)

    def _when_loaded(self) -> None:
        """Draw at once what was there at first, as soon as all of it was read."""
        if not self.loading:
            self._waiting.stop()
            gc.enable()
            self.tick()

    @property
    def debug_traffic(self) -> float | None:
        """Bytes a second to the terminal, while debugging."""
        return self.traffic.rate if "DLVIZ_DEBUG" in os.environ else None

    def tick(self) -> None:
        """Draw what was read, now and then; what the user did was drawn before."""
        if not self.is_headless and self.ending is None and not os.isatty(0):
            self.end(signal.SIGHUP)
        try:
            bar, desk = self.query_one(WatchBar), self.query_one(WatchDesk)
        except NoMatches:  # the screen is being taken down
            return
        self._ticked = True
        if self.ending is not None:
            self.exit(self._status, return_code=self._status)
            return
        self.take_data()
        bar.facts = facts(self)
        desk.pull()

    def save(self) -> None:
        """Keep the sight if it is another."""
        document = self.sight.document()
        if self.session is not None and document != self._saved:
            self._saved = document
            self.run_worker(partial(sessions.save, self.session, Sight.of(document)), thread=True, group="save")

    def _take_ink(self) -> None:
        self.ink = ink_for(self.current_theme, self.theme_variables, self.depth)
        for row in (WatchBar, TabRow, KeyRow):
            self.query_one(row).ink = self.ink  # type: ignore[attr-defined]

    def action_go(self, pane: str) -> None:
        """Show a pane and give it the focus."""
        self.query_one(WatchDesk).go(pane)

    def action_sidebar(self) -> None:
        """Show or hide the list of runs."""
        desk = self.query_one(WatchDesk)
        self.sight.sidebar = not self.sight.sidebar
        if desk.current == "runs":
            desk.go("charts")
        else:
            desk.rearrange()

    def action_reload(self) -> None:
        """Look for new runs and points at once."""
        self.watcher.wake()
        self.tell("looking again")

    def action_big(self) -> None:
        """One pane alone on the screen, or all again."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        else:
            self.screen.maximize(self.query_one(WatchDesk).pane)

    def action_light(self) -> None:
        """The light theme, or the dark one."""
        family = "ansi" if self.depth in ("16", "none") else "dlviz"
        self.sight.light = self.current_theme.dark
        self.theme = f"{family}-light" if self.sight.light else f"{family}-dark"

    def action_resize(self, horizontal: int, vertical: int) -> None:
        """Move the borders."""
        self.query_one(WatchDesk).resize(horizontal, vertical)

    def action_help(self) -> None:
        """Explain the pane with the focus."""
        from ..screens.help import HelpScreen  # reads Markdown, which is slow to import

        pane = self.query_one(WatchDesk).pane
        self.push_screen(HelpScreen(str(pane.id), getattr(pane, "HELP", ""), general_help(ACTIONS, GOING)))

    async def action_quit(self) -> None:
        """Remember what is seen, and leave."""
        if self.session is not None:
            sessions.save(self.session, self.sight)
        self.exit(0)

    def end(self, number: int) -> None:
        """Leave because of a signal, or as if there had been one."""
        if self.ending is None:
            self._status = STATUSES[signal.Signals(number)]
            self.ending = last_resort(self._status, self._finish)
            if self.session is not None:
                sessions.save(self.session, self.sight)
        self._heard(number)
        if self._ticked:  # else it is still being built, and leaves at the first tick
            self.exit(self._status, return_code=self._status)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Our actions in the palette, beside themes and keys."""
        yield from (c for c in super().get_system_commands(screen) if c.title in ("Theme", "Screenshot"))
        for action in ACTIONS:
            yield SystemCommand(action.title, action.about, partial(self.run_action, action.name))

    @on(TabRow.Chosen)
    def tab(self, event: TabRow.Chosen) -> None:
        """A name in the row of panes was clicked."""
        self.action_go(event.pane)

    @on(WatchDesk.Rearranged)
    def rearranged(self, event: WatchDesk.Rearranged) -> None:
        """Mark in the row what is visible, and draw what appeared."""
        row = self.query_one(TabRow)
        row.focused, row.shown = event.focus, event.shown
        self.call_after_refresh(self.tick)
