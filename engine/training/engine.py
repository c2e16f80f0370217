"""The body of the engine thread: takes commands, steps the trainer, answers looks.

Nobody else touches tensors.
"""

import contextlib
import gc
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch

from ..data.base import Data
from ..data.load import load_data, stamp
from ..options import OptionError
from ..runs.run import Run
from ..text import in_words, sanitize
from . import commands
from .changes import change
from .control import ControlServer, serve
from .job import Job
from .looker import Looker
from .moving import Moving
from .pace import Pace
from .recorder import Recorder
from .session import Session
from .status import Status
from .telling import Cancelled, Telling
from .trainer import Trainer
from .travel import Act, Travel

STATUS_SECONDS = 0.05
SAVE_SECONDS = 15.0
FIRST_SAVE_SECONDS = 2.0


class Engine(Moving):
    """Runs until its session closes; a failure of one training leaves it ready for the next."""

    def __init__(self, session: Session) -> None:
        torch.set_num_threads(session.threads)
        super().__init__(session)
        self._left = 0
        self._next_status = self._next_save = 0.0
        self._gap = self._not_before = 0.0
        self._read = lru_cache(maxsize=2)(self._load_data)
        self._looker = Looker(session, self._data)
        self._tell = Telling(self._murmur, lambda: session.interrupting)
        self._control: ControlServer | None = None

    def main(self) -> None:
        """Serve until the session closes."""
        self._freeze()
        self._say("ready" if self.trainer else "idle", "PyTorch is loaded")
        while True:
            for command in self.session.take(self._patience()):
                self._guard(lambda command=command: self._do(command))  # type: ignore[misc]
            if self.session.closing:
                self._guard(self._stop)
                self._unserve()
                return
            if self._left and time.monotonic() >= self._not_before:
                self._guard(self._advance)
            self._looker.answer(self.trainer, training=bool(self._left))

    def _patience(self) -> float | None:
        """Seconds to wait for commands: none while there is something to do, for ever while there is not."""
        if self._left:
            return max(self._not_before - time.monotonic(), 0.0) if self._gap else 0.0
        return 0.0 if self._looker.due(self.trainer) else None

    def _guard(self, work: Callable[[], None]) -> None:
        """Do `work`; a failure becomes a visible state, never the thread's end."""
        try:
            work()
        except Cancelled as cancelled:
            self._left = 0
            self._say("stopped", f"ended on your wish: {cancelled}")
        except Exception as error:
            self._left = 0
            expected = isinstance(error, ValueError | OSError)
            trace = "" if expected else sanitize(traceback.format_exc(), newlines=True)
            for line in trace.splitlines():
                self._print(line)
            message = sanitize(in_words(error) if expected else f"{type(error).__name__}: {error}")
            if self.recorder is not None:
                with contextlib.suppress(OSError):  # a full disk is a failure that cannot be written down
                    self.recorder.end("failed", self.trainer, message)
            self._say("failed", message, trace=trace)
            if isinstance(error, OptionError):
                self._publish(replace(self.session.status, misuse=True))

    def _do(self, command: commands.Command) -> None:
        if self._travel is not None and self._travel.goal >= 0 and not isinstance(command, commands.Speed):
            self._arrive(self._travel)
        match command:
            case commands.Load():
                self._load(command)
            case commands.Go():
                self._go(-1)
            case commands.Step(count):
                self._go(max(count, 0) + max(self._left, 0))
            case commands.Half(side):
                self._go(1, side)
                if self._left:
                    self._advance()
            case commands.Back() | commands.Forward():
                self._move(command)
            case commands.Pause():
                if self._left and self.recorder is not None and self.trainer is not None:
                    self._pause()
                    self.recorder.checkpoint(self.trainer)
            case commands.Stop():
                self._stop()
            case commands.Save():
                if self.recorder is not None and self.trainer is not None and self._travel is not None:
                    self._travel.leave()
                    self.recorder.checkpoint(self.trainer)
                    self._print(f"checkpoint saved at step {self.trainer.step}")
            case commands.Speed(limit):
                self._gap = 1 / limit if limit > 0 else 0.0
                self._not_before = 0.0
            case commands.Change(name, text):
                self._change(name, text)

    def _load(self, command: commands.Load) -> None:
        self._stop()
        job = command.job
        self._unserve()
        self.trainer = self.recorder = self._travel = None
        self._looker.forget()
        self.session.run = Run(job.model, command.run_dir)
        self._publish(Status(state="loading", model=job.model, message=f"loading {job.data}"))
        data = self._data(job)
        trainer = Trainer(job, data, self._tell)
        recorder = Recorder(self.session.run, job, data, command.run_dir, command.resume)
        finished = command.resume and recorder.resume(trainer)
        self.trainer, self.recorder, self._travel = trainer, recorder, Travel(trainer, recorder)
        self._describe(trainer)
        self._pace = Pace()
        self._freeze()
        if finished:
            self._say("finished", "this run had finished before")
            return
        self._print(f"{job.model} on {sanitize(data.name)}: {trainer.parameters:,} parameters, {trainer.device}")
        if command.resume:
            self._print(recorder.resumed)
        self._say("ready", data.description)
        if command.start:
            self._go(-1)

    def _describe(self, trainer: Trainer) -> None:
        """Let the run's config say what is in force now."""
        options = trainer.options.to_json()
        self.session.run.config = {**trainer.job.to_json(), "options": options}

    def _go(self, steps: int, side: str = "") -> None:
        if (
            self.trainer is None
            or self.recorder is None
            or self._travel is None
            or self.session.status.state in ("finished", "stopped", "failed")
            or steps == 0
            or side not in ("", *self.trainer.objective.SIDES)
        ):
            return
        if not self.recorder.started:
            self.recorder.start(self.trainer)
            self._serve()
            self._next_save = time.monotonic() + FIRST_SAVE_SECONDS
        self._travel.leave()
        self._travel.stood()
        if side:
            self._travel.noted(Act(self.trainer.step, side=side))
        self._left = steps
        self._steps = self.trainer.half(side) if side else self.trainer.steps()
        self._pace = Pace()
        self.recorder.status("running", self.trainer)
        self._say("running", "")

    def _serve(self) -> None:
        assert self.recorder is not None
        self._unserve()
        self._control = serve(self.session, Path(self.recorder.path), self._print)

    def _unserve(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None

    def _pause(self) -> None:
        assert self.trainer is not None and self.recorder is not None
        self._left = 0
        if self._travel is not None:
            self._travel.stood()
        self.recorder.status("paused", self.trainer)
        self._say("paused", "")

    def _stop(self) -> None:
        if self.trainer is None or self.recorder is None or self.session.status.state not in ("running", "paused"):
            return
        self._left = 0
        if self._travel is not None and self._travel.home() in ("finished", "stopped"):
            self._stand(self._travel)
            return
        self.recorder.checkpoint(self.trainer)
        self.recorder.end("stopped", self.trainer)
        self._print(f"stopped at step {self.trainer.step}, saved")
        self._say("stopped", "")

    def _change(self, name: str, text: str) -> None:
        if self.trainer is None or self.recorder is None:
            return
        try:
            said = change(self.trainer, name, text)
        except OptionError as error:
            said = str(error)
            self._print(said)
        else:
            if not said:
                return
            if self._travel is not None:
                self._travel.leave()
            self._describe(self.trainer)
            self.recorder.mark(self.trainer.step, said)
            if self._travel is not None:
                self._travel.noted(Act(self.trainer.step, name=name, value=getattr(self.trainer.options, name)))
            self._print(f"step {self.trainer.step}: {said}")
        self._publish(replace(self.session.status, message=said))

    def _advance(self) -> None:
        assert self.trainer is not None and self.recorder is not None and self._travel is not None
        trainer, recorder, travel = self.trainer, self.recorder, self._travel
        if travel.goal >= 0:
            if travel.replay():
                self._arrive(travel)
            return
        step = next(self._steps, None)
        now = time.monotonic()
        if step is not None:
            recorder.step(step, trainer)
            travel.passed(step)
            self._pace.tick(now)
            self._not_before = now + self._gap
            if recorder.diverged_at == trainer.step:
                self._print(f"step {trainer.step}: the loss is {recorder.loss}; a smaller lr may help")
        else:
            self._looker.forget()  # half a step changes the model, not the step
        self._left -= self._left > 0
        if trainer.done:
            self._finish()
            return
        if not self._left:
            self._pause()
        elif now >= self._next_status:
            self._next_status = now + STATUS_SECONDS
            recorder.tick(now, trainer)
            self._say("running", self.session.status.message)
        if now >= self._next_save:
            recorder.checkpoint(trainer)
            self._next_save = now + SAVE_SECONDS

    def _finish(self) -> None:
        assert self.trainer is not None and self.recorder is not None
        self._left = 0
        self.recorder.checkpoint(self.trainer)
        self._murmur("testing")
        try:
            metrics = self.trainer.test()
            self._print("finished: " + ", ".join(f"{k} {v:.4f}" for k, v in metrics.items()))
            self.recorder.finish(self.trainer, metrics)
        except Cancelled as cancelled:
            self.recorder.end("stopped", self.trainer)
            self._print(f"trained, but not tested: ended while {cancelled}; resume it to test")
            self._say("stopped", "")
            return
        self._say("finished", "")

    def _load_data(self, source: str, seed: int, kinds: tuple[str, ...], stamp: int) -> Data:
        def progress(what: str, done: int, total: int | None) -> None:
            share = f" of {total / 1e6:.1f}" if total else ""
            self._murmur(f"{what}: {done / 1e6:.1f}{share} MB")

        return load_data(source, seed, progress, kinds=kinds)

    def _data(self, job: Job) -> Data:
        """The data, read once as long as the file or folder is what it was."""
        return self._read(job.data, job.seed, tuple(job.entry.objectives), stamp(job.data))

    @staticmethod
    def _freeze() -> None:
        """Hide all that lives now from the collector: a collection over torch stalls a screen 150 ms."""
        gc.collect()
        gc.freeze()
