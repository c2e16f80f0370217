"""`dlviz lesson`: the lessons alone on the screen. Compose, keys and wiring."""

import gc
import os

from rich.console import Console
from textual.app import App, ComposeResult
from textual.constants import COLOR_SYSTEM
from textual.screen import Screen

from ..actions import Action, bindings, general_help
from ..inks import ink_for, take_themes
from ..leaving import STATUSES, Farewell
from ..render.palette import DARK, Ink, detect_depth
from ..watch.sparing import SparingScreen
from ..widgets.key_row import KeyRow
from .pane import LessonsPane

ACTIONS = (
    Action("ctrl+t", "light", "Light or dark", "the light theme, or the dark one", "ctrl+t"),
    Action("question_mark", "help", "Help", "explain everything on the screen", "?", True),
    Action("q,ctrl+c,ctrl+q", "quit", "Quit", "quit", "q", True),
)
HERTZ = 10


class LessonApp(App[Farewell]):
    """One pane of lessons, a line of keys, a line to type in."""

    TITLE = "dlviz lesson"
    BINDINGS = [*bindings(ACTIONS)]
    CSS = "LessonsPane { height: 1fr; width: 1fr; }"

    def __init__(self, pane: LessonsPane) -> None:
        system = Console(color_system=COLOR_SYSTEM, force_terminal=True).color_system  # type: ignore[arg-type]
        self.depth = detect_depth(os.environ, system)
        super().__init__(ansi_color=True if self.depth in ("16", "none") else None)
        take_themes(self, self.depth)
        self.ink: Ink = DARK
        self._pane = pane

    def get_default_screen(self) -> Screen[None]:
        """A screen that sends only the cells that differ."""
        return SparingScreen()

    def compose(self) -> ComposeResult:
        """The pane and the line of keys."""
        yield self._pane
        yield KeyRow(ACTIONS)

    def on_mount(self) -> None:
        """Colours, the focus, the pulse, and signals."""
        self.theme_changed_signal.subscribe(self, lambda _: self._take_ink())
        self._take_ink()
        self._pane.focus()
        self.set_interval(1 / HERTZ, self._pane.pull)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        gc.enable()
        self._pane.pull()

    def end(self, number: int) -> None:
        """A signal ends the screen, with its status."""
        status = STATUSES.get(number, 128 + number)  # type: ignore[call-overload]
        self._pane.study.close()
        self.exit(Farewell(status=status), return_code=status)

    def _take_ink(self) -> None:
        self.ink = ink_for(self.current_theme, self.theme_variables, self.depth)
        self.query_one(KeyRow).ink = self.ink
        self.call_after_refresh(self._pane.pull)

    def action_light(self) -> None:
        """The light theme, or the dark one."""
        family = "ansi" if self.depth in ("16", "none") else "dlviz"
        self.theme = f"{family}-light" if self.current_theme.dark else f"{family}-dark"

    def action_help(self) -> None:
        """Explain everything on the screen."""
        from ..screens.help import HelpScreen  # reads Markdown, which is slow to import

        everywhere = general_help(ACTIONS, "")
        self.push_screen(HelpScreen("lessons", self._pane.HELP, everywhere))
