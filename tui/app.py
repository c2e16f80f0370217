"""The lab: compose, keys and wiring; what is shown lives in the panes, what is done in the session."""

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from rich.console import Console
from textual import on, work
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding
from textual.constants import COLOR_SYSTEM
from textual.screen import Screen
from textual.widgets import Footer

from ..engine.catalog import find
from ..engine.options import OptionError, show
from ..engine.runs.open import open_run
from ..engine.runs.run import Run
from ..engine.training.commands import Change, Go, Load, Pause, Save, Step, Stop
from ..engine.training.job import Job
from ..engine.training.remote import RemoteSession
from ..engine.training.session import Session
from .actions import ACTIONS, BINDINGS
from .arrangement import PANES
from .desk import Desk
from .inks import THEMES, first_theme, ink_for
from .leaving import Farewell, catch_signals, leave
from .panes.curves import CurvesPane
from .panes.models import ModelsPane
from .panes.options import SEED, OptionsPane
from .panes.runs import RunsPane
from .render.palette import DARK, Ink, detect_depth
from .screens.help import HelpScreen
from .screens.value import ValueScreen
from .traffic import Traffic
from .widgets.status_bar import StatusBar
from .widgets.tab_row import TabRow

FPS, FPS_SSH = 10, 5
"""Pulls a second: glyphs carry little per frame, and a slow link fills up."""
CHROME = "StatusBar,TabRow,Footer"


class LabScreen(Screen[None]):
    """The only full screen: status, tabs, desk, footer."""

    ALLOW_IN_MAXIMIZED_VIEW = CHROME

    def watch_maximized(self) -> None:
        """One pane takes the whole desk, or gives it back."""
        self.query_one(Desk).rearrange()


class DlvizApp(App[Farewell]):
    """Shows one session: our own engine thread, or a training in another process."""

    TITLE = "dlviz"
    ESCAPE_TO_MINIMIZE = False  # panes use escape themselves, and minimise when nothing else is left to leave
    BINDINGS = [
        *BINDINGS,
        *(Binding(str(k), f"go('{n}')", n, show=False) for k, n in enumerate(PANES, start=1)),
    ]

    def __init__(
        self, *, session: Session | RemoteSession | None = None, load: Load | None = None, threads: int = 1
    ) -> None:
        """Show `session`, or make one; `load` is sent to it at once."""
        system = Console(color_system=COLOR_SYSTEM, force_terminal=True).color_system  # type: ignore[arg-type]
        self.depth = detect_depth(os.environ, system)
        super().__init__(ansi_color=True if self.depth in ("16", "none") else None)
        self.session: Session | RemoteSession = session or Session(threads=threads)
        self.draft = load.job if load else Job.of("cnn")
        self.ink: Ink = DARK
        self.traffic = Traffic()
        self._load = load
        self._loaded: Job | None = None
        self._run: Run | None = None
        self._state = ""
        self._others: list[Run] = []

    def get_default_screen(self) -> Screen[None]:
        """The lab's screen."""
        return LabScreen()

    def compose(self) -> ComposeResult:
        """Two lines on top, the desk, the footer."""
        yield StatusBar()
        yield TabRow()
        yield Desk(self.draft.model, "curves" if self._load or self.session.remote else "models")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Colours and keys first; the engine, which imports torch, after the first picture."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = first_theme(self.depth)
        self.theme_changed_signal.subscribe(self, lambda _: self._take_ink())
        self._take_ink()
        self.traffic.watch(self._driver)
        catch_signals(self)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        desk = self.query_one(Desk)
        desk.go(desk.current)
        self.session.open()
        if self._load is not None:
            self._send_load(self._load)
        self.set_interval(1 / (FPS_SSH if "SSH_CONNECTION" in os.environ else FPS), self.tick)

    def tick(self) -> None:
        """Pull the newest state; only what is visible and changed is drawn."""
        status, desk = self.session.status, self.query_one(Desk)
        bar = self.query_one(StatusBar)
        bar.status = status
        if "DLVIZ_DEBUG" in os.environ:
            bar.sent = self.traffic.rate
        if self.session.run is not self._run:
            self._run = self.session.run
            self._show_runs()
        if status.state != self._state:
            self._state = status.state
            self.refresh_bindings()
            if status.state == "failed":
                self.notify(status.message, title="failed", severity="error", timeout=8, markup=False)
        for pane in desk.children:
            pane.pull()  # type: ignore[attr-defined]

    def _take_ink(self) -> None:
        self.ink = ink_for(self.current_theme, self.theme_variables, self.depth)
        self.query_one(StatusBar).ink = self.query_one(TabRow).ink = self.ink

    def _show_runs(self) -> None:
        live = [self._run] if self._run is not None else []
        others = [run for run in self._others if run.path != self.session.run.path]
        self.query_one(CurvesPane).show_runs([*live, *others])

    def _send_load(self, load: Load) -> None:
        self._loaded = load.job
        self.session.send(load)

    def set_option(self, name: str, text: str) -> None:
        """Set an option of the form, and of the training if that option may change in flight."""
        try:
            if name == "data":
                self.draft = replace(self.draft, data=text)
            elif name == "seed":
                self.draft = replace(self.draft, seed=SEED.parse(text))
            else:
                rule = self.draft.options.rule(name)
                self.draft = replace(
                    self.draft, options=self.draft.options.with_value(name, rule.parse(text))
                )
                if rule.live and self.session.status.model == self.draft.model:
                    self.session.send(Change(name, text))
        except OptionError as error:
            self.notify(str(error), severity="warning", markup=False)
        self.tick()

    def action_run(self) -> None:
        """Train; pause; go on."""
        match self.session.status.state:
            case "running":
                self.session.send(Pause())
            case "paused":
                self.session.send(Go())
            case "ready" if self._loaded == self.draft:
                self.session.send(Go())
            case "loading":
                pass
            case _:
                self.action_restart()

    def action_restart(self) -> None:
        """Train what the form says, from the first step; a training in progress is saved and stopped."""
        if self.session.remote:
            self.notify(
                "this lab is attached to a training elsewhere; quit it to start another", markup=False
            )
            return
        self._send_load(Load(job=self.draft, start=True))

    def action_train(self) -> None:
        """Enter on a model: train it, if nothing else trains."""
        if self.session.status.state not in ("running", "paused", "loading"):
            self.action_restart()
        self.query_one(Desk).go("curves")

    def action_steps(self, count: int) -> None:
        """Some steps, then pause; loads the model first if need be."""
        state = self.session.status.state
        if state not in ("ready", "running", "paused", "loading") and not self.session.remote:
            self._send_load(Load(job=self.draft))
        self.session.send(Step(count))

    def action_end(self) -> None:
        """Save and stop."""
        self.session.send(Stop())

    def action_save(self) -> None:
        """Write a checkpoint."""
        self.session.send(Save())

    def action_lr(self, factor: float) -> None:
        """Scale the learning rate."""
        self.set_option("lr", show(float(f"{self.draft.options.lr * factor:.4g}")))

    def action_go(self, pane: str) -> None:
        """Show a pane and give it the focus."""
        self.query_one(Desk).go(pane)

    def action_big(self) -> None:
        """One pane alone on the screen, or all again."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        else:
            self.screen.maximize(self.query_one(Desk).pane)

    def action_resize(self, horizontal: int, vertical: int) -> None:
        """Move the borders of the pane with the focus."""
        self.query_one(Desk).resize(horizontal, vertical)

    def action_help(self) -> None:
        """Explain the pane with the focus."""
        pane = self.query_one(Desk).pane
        self.push_screen(HelpScreen(str(pane.id), getattr(pane, "HELP", "")))

    @work
    async def action_leave(self) -> None:
        """Quit, asking what shall become of a training."""
        await leave(self)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Our actions in the palette, beside themes and keys."""
        yield from (
            c for c in super().get_system_commands(screen) if c.title in ("Theme", "Keys", "Screenshot")
        )
        for action in ACTIONS:
            yield SystemCommand(action.title, action.about, partial(self.run_action, action.name))

    @on(ModelsPane.Chosen)
    def choose(self, event: ModelsPane.Chosen) -> None:
        """Another model in the form."""
        entry = find(event.model)
        self.draft = Job.of(entry.name, seed=self.draft.seed)
        self.tick()

    @on(OptionsPane.Edit)
    def edit(self, event: OptionsPane.Edit) -> None:
        """Type a value."""
        name = event.rule.name
        screen = ValueScreen(event.rule, event.value)
        self.push_screen(screen, lambda text: self.set_option(name, text) if text else None)

    @on(RunsPane.Overlaid)
    def overlay(self, event: RunsPane.Overlaid) -> None:
        """Read the ticked runs in a thread and lay them behind the live one."""
        kept = {run.path: run for run in self._others}

        def read() -> None:
            others = [kept.get(str(path)) or open_run(path) for path in event.paths]
            self.call_from_thread(self._take_others, others)

        self.run_worker(read, thread=True, exclusive=True, group="overlay", exit_on_error=False)

    def _take_others(self, others: list[Run]) -> None:
        self._others = others
        self._show_runs()

    @on(RunsPane.Attach)
    def attach(self, event: RunsPane.Attach) -> None:
        """Look at a training in another process instead of our own engine."""
        if self.session.status.state in ("running", "paused", "loading"):
            self.notify("end the training here first (e)", severity="warning", markup=False)
            return
        try:
            session = RemoteSession(event.path)
        except ValueError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        self.session.close(0)
        self.session = session.open()
        self.query_one(Desk).go("curves")

    @on(TabRow.Chosen)
    def tab(self, event: TabRow.Chosen) -> None:
        """A name in the row of panes was clicked."""
        self.action_go(event.pane)

    @on(Desk.Rearranged)
    def rearranged(self, event: Desk.Rearranged) -> None:
        """Mark in the row what is visible, and draw what appeared."""
        row = self.query_one(TabRow)
        row.focused, row.shown = event.focus, event.shown
        self.call_after_refresh(self.tick)
