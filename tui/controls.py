"""What keys do to a training: the draft in the form, the session, and the commands that pass between them."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.app import App

from ..engine.catalog import find
from ..engine.options import OptionError, show
from ..engine.runs.run import Run
from ..engine.training.commands import Back, Change, Forward, Go, Load, Pause, Save, Speed, Step, Stop
from ..engine.training.job import Job
from ..engine.training.session import Session
from ..engine.training.status import ACTIVE, ENDED
from .leaving import Farewell, leave
from .panes.models import ModelsPane
from .panes.options import SEED, OptionsPane
from .panes.runs import RunsPane

if TYPE_CHECKING:
    from ..engine.training.remote import RemoteSession


SPEEDS = (0.0, 100.0, 30.0, 10.0, 3.0)


class Controls(App[Farewell]):
    """Holds one session, our own thread or a training in another process, and the draft of the next."""

    session: "Session | RemoteSession"
    draft: Job
    """What the form says, and what the next start trains."""
    loaded: Job | None = None
    """What was loaded last."""
    others: list[Run]
    """Runs that lie behind the live one."""
    asked: Load | None = None
    """What the command line asked to load."""
    config: dict[str, Any]
    """What the run said of itself when the form last followed it."""
    threads: int = 1
    moves: int = 0
    """How often the training had gone back or forth when the form last followed it."""
    speed: float = 0.0
    """Steps a second that the user wants to watch; 0 for all there are."""

    def tick(self) -> None:
        """Draw what changed; the lab knows how."""

    def show_runs(self) -> None:
        """Show the live run and the others; the lab knows where."""

    def say_what_next(self, view: str) -> None:
        """A training has finished: the result, and what there is to see; a lesson is not covered by that."""
        if view == "lessons":
            return
        metrics = self.session.run.metrics
        name = next(iter(metrics))
        inside = view and f"6: its {view}   "
        said = f"5 and enter: its layers   {inside}3: other options, then r trains again"
        title = f"finished: {name.replace('_', ' ')} {metrics[name]:.4g}"
        self.notify(said, title=title, timeout=8, markup=False)

    def follow(self, config: dict[str, Any]) -> None:
        """Let the form say what a run that was resumed or attached is trained with."""
        self.config = config
        self._follow_moves(config)
        resumed = self.asked is not None and self.asked.resume
        if not (config and (self.session.remote or resumed)):
            return
        with contextlib.suppress(ValueError, KeyError, TypeError):  # a training of another version
            self.draft = self.loaded = Job.from_json(config)

    def _follow_moves(self, config: dict[str, Any]) -> None:
        """After going back or forth, let the form have the options that may change in flight as they are there."""
        if (moves := self.session.status.moves) == self.moves or config.get("model") != self.draft.model:
            return
        self.moves = moves
        options, there = self.draft.options, self.draft.options.from_json(config["options"])
        for name, rule in options.rules().items():
            if rule.live and getattr(options, name) != getattr(there, name):
                options = options.with_value(name, getattr(there, name))
        self.draft = replace(self.draft, options=options)

    @work
    async def action_quit(self) -> None:  # type: ignore[override]
        """Quit, asking what shall become of a comparison and of a training."""
        from .panes.compare.quit import may_quit  # not on the way to the first picture

        if await may_quit(self):
            await leave(self)

    def send_load(self, load: Load) -> None:
        self.loaded = load.job
        self.session.send(load)

    def set_option(self, name: str, text: str) -> None:
        """Set an option of the form, and of the training if that option may change in flight."""
        try:
            if name == "data":
                self.draft = self.draft.on(text)
            elif name == "seed":
                self.draft = replace(self.draft, seed=SEED.parse(text))
            else:
                rule = self.draft.options.rule(name)
                self.draft = replace(self.draft, options=self.draft.options.with_value(name, rule.parse(text)))
                if rule.live and self.session.status.model == self.draft.model:
                    self.session.send(Change(name, text))
        except OptionError as error:
            self.clear_notifications()
            self.notify(str(error), severity="warning", markup=False)
        self.tick()

    def action_run(self) -> None:
        """Train; pause; go on."""
        match self.session.status.state:
            case "running":
                self.session.send(Pause())
            case "paused":
                self.session.send(Go())
            case "ready" if self.loaded == self.draft:
                self.session.send(Go())
            case "loading":
                pass
            case _:
                self.action_restart()

    def action_restart(self) -> None:
        """Train what the form says, from the first step; a training in progress is saved and stopped."""
        if self.session.remote:
            if self.session.status.state not in ENDED:
                self.notify("this lab shows a training elsewhere: end it first (e), or quit", markup=False)
                return
            self.session.close(0)
            self.session = Session(threads=self.threads).open()
        self.send_load(Load(job=self.draft, start=True))

    async def action_train(self) -> None:
        """Enter on a model: train it, if nothing else trains."""
        if self.session.status.state not in ("running", "paused", "loading"):
            self.action_restart()
        await self.run_action("go('curves')")

    def action_steps(self, count: int) -> None:
        """Some steps, then pause; loads the model first if need be."""
        state = self.session.status.state
        if state not in ("ready", "running", "paused", "loading") and not self.session.remote:
            self.send_load(Load(job=self.draft))
        self.session.send(Step(count))

    def action_earlier(self) -> None:
        """To the snapshot before."""
        status = self.session.status
        if not status.snapshots or status.snapshot == 1:
            self.notify("nothing to go back to: no earlier snapshot is in memory", timeout=3, markup=False)
            return
        self.session.send(Back())

    def action_later(self) -> None:
        """To the next snapshot, if one has gone back."""
        if not self.session.status.ahead:
            self.notify("nothing to go forward to: B goes back first", timeout=3, markup=False)
            return
        self.session.send(Forward())

    def action_speed(self) -> None:
        """The next slower speed, and after the slowest full speed."""
        self.speed = SPEEDS[(SPEEDS.index(self.speed) + 1) % len(SPEEDS)]
        self.session.send(Speed(self.speed))
        self.clear_notifications()
        self.notify(f"{self.speed:g} steps a second" if self.speed else "full speed", timeout=2, markup=False)

    def action_end(self) -> None:
        """Save and stop."""
        self.session.send(Stop())

    def action_save(self) -> None:
        """Write a checkpoint."""
        self.session.send(Save())

    def action_lr(self, factor: float) -> None:
        """Scale the learning rate."""
        if (lr := getattr(self.draft.options, "lr", None)) is None:
            self.notify(f"{self.draft.model} has no learning rate: it counts", severity="warning", markup=False)
            return
        self.set_option("lr", show(float(f"{lr * factor:.4g}")))

    @on(ModelsPane.Chosen)
    def choose(self, event: ModelsPane.Chosen) -> None:
        """Another model in the form."""
        entry = find(event.model)
        self.draft = Job.of(entry.name, seed=self.draft.seed)
        self.tick()

    @on(OptionsPane.Edit)
    def edit(self, event: OptionsPane.Edit) -> None:
        """Choose or type a value."""
        from .screens.choice import asking  # not on the way to the first picture

        name = event.rule.name
        screen = asking(event.rule, event.value, self.draft.entry.objectives)
        self.push_screen(screen, lambda text: self.set_option(name, text) if text else None)

    @on(RunsPane.Overlaid)
    def overlay(self, event: RunsPane.Overlaid) -> None:
        """Read the ticked runs in a thread and lay them behind the live one."""
        kept = {run.path: run for run in self.others}

        def read() -> None:
            from ..engine.runs.open import open_run  # the readers of logs: not on the way to the first picture

            others = []
            for path in event.paths:
                with contextlib.suppress(ValueError):  # deleted since it was listed
                    others.append(kept.get(str(path)) or open_run(path))
            self.call_from_thread(self._take_others, others)

        self.run_worker(read, thread=True, exclusive=True, group="overlay", exit_on_error=False)

    def _take_others(self, others: list[Run]) -> None:
        self.others = others
        self.show_runs()

    @on(RunsPane.Attach)
    async def attach(self, event: RunsPane.Attach) -> None:
        """Look at a training in another process instead of our own engine; one that has ended is opened."""
        if self.session.status.state in ("running", "paused", "loading"):
            self.notify("end the training here first (e)", severity="warning", markup=False)
            return
        from ..engine.runs.files import read_run_json
        from ..engine.runs.open import status_of
        from ..engine.training.remote import RemoteSession
        from ..engine.training.train import resumed_job

        try:
            if status_of(read_run_json(event.path) or {}) not in ACTIVE:
                await self._reopen(Load(job=resumed_job(event.path), run_dir=str(event.path), resume=True))
                return
            session = RemoteSession(event.path)
        except ValueError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        self.session.close(0)
        self.session = session.open()
        await self.run_action("go('curves')")

    def reopen(self) -> None:
        """The process of the run that was shown is gone: show what it has left behind."""
        from ..engine.training.train import resumed_job

        directory = self.session.run.path
        self.session = Session(threads=self.threads).open()
        try:
            load = Load(job=resumed_job(Path(directory)), run_dir=directory, resume=True)
        except ValueError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        self.asked, self.draft = load, load.job
        self.send_load(load)

    async def _reopen(self, load: Load) -> None:
        """Show a stored run: its curves, and the inside of its model where the checkpoint left it."""
        if self.session.remote:
            self.session.close(0)
            self.session = Session(threads=self.threads).open()
        self.asked, self.draft = load, load.job
        self.send_load(load)
        await self.run_action("go('curves')")
