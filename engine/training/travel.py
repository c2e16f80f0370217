"""Going back in a training and forth again, and taking another way from there.

Looking back costs nothing: the run is as it was until something is trained or changed at an earlier step. Then what
lay ahead becomes a branch. Lives in the engine thread.
"""

import time
from dataclasses import dataclass, replace
from typing import Any

import torch

from ..runs.run import Branch, Mark
from ..runs.series import Series
from .commands import Back, Forward
from .recorder import Recorder, as_written
from .snapshots import Snapshot, Snapshots, copied, size_of
from .trainer import Step, Trainer

SHARE = 0.005
"""Copying may take this share of the time."""
EVERY, SOONEST = 0.2, 0.05
"""Seconds from one snapshot to the next, and to the next validation that may have one."""
CPU = torch.device("cpu")
TOO_LARGE = "this model is too large for two snapshots of it in memory: there is no going back"


@dataclass(frozen=True)
class Act:
    """What the user did after `step`: changed the option `name`, or trained one `side` alone.

    `told` counts the marks on the curves by then.
    """

    step: int
    name: str = ""
    value: Any = None
    side: str = ""
    told: int = 0


@dataclass(frozen=True)
class Tip:
    """Where the run stood before one looked back; `state` is paused, finished or stopped."""

    snapshot: Snapshot
    state: str
    series: dict[str, Series]
    branches: tuple[Branch, ...]
    marks: list[Mark]
    metrics: dict[str, float]
    diverged_at: int
    shadow: Branch | None


class Travel:
    """The snapshots of one training, and where in its past it stands."""

    def __init__(self, trainer: Trainer, recorder: Recorder) -> None:
        self.snapshots = Snapshots()
        self.moves = 0
        """How often it went back or forth."""
        self.goal = -1
        """The step up to which it is trained again as it was; -1 if it is not."""
        self._trainer = trainer
        self._recorder = recorder
        self._run = recorder.run
        self._tip: Tip | None = None
        self._from: Snapshot | None = None
        self._acts: list[Act] = []
        self._done = 0
        self._shadow: Branch | None = None
        self._next = self._last = 0.0

    @property
    def ahead(self) -> int:
        """The step that lies furthest ahead; 0 if nothing does."""
        return self._tip.snapshot.step if self._tip else 0

    @property
    def number(self) -> int:
        """At which snapshot it stands, counted from 1; 0 if at none."""
        return self.snapshots.number(self._trainer.step)

    def noted(self, act: Act) -> None:
        """Know of something that decides the steps after it, so that it can be done again; its mark is made."""
        self._acts.append(replace(act, told=len(self._run.marks)))
        self._done = len(self._acts)

    def stood(self) -> None:
        """Have a snapshot of where the training stands."""
        if not self.number:
            self._take()

    def passed(self, step: Step) -> None:
        """After each step that was recorded: take a snapshot if it is time."""
        if self._shadow is not None:
            self._follow(step, self._shadow)
        now = time.monotonic()
        due = now >= self._next and (step.validated or now >= self._last + EVERY)
        if due or self._trainer.done:
            self._take()

    def move(self, command: Back | Forward, state: str) -> str:
        """Go, or begin to train again up to a `goal`; `state` is the session's. Returns why not, if it is not possible.

        The run's series end where the trainer stands, and what lies ahead is its last branch.
        """
        here, self.goal = self._trainer.step, -1
        if self._tip is None and not self._remember(state):
            return TOO_LARGE
        assert self._tip is not None
        last = self._tip.snapshot.step
        if isinstance(command, Forward):
            target = self.snapshots.beside(here, max(command.count, 1))
        elif command.to < 0:
            target = self.snapshots.beside(here, -max(command.count, 1))
        else:
            target = self.snapshots.at(min(command.to, last))
        if target is None:
            if here == last:
                self._tip = None
            way = "forward to" if isinstance(command, Forward) else "back to: no earlier snapshot is in memory"
            return f"nothing to go {way}"
        goal = min(command.to, last) if isinstance(command, Back) and command.to >= 0 else target.step
        if goal == last:
            self.home()
            return ""
        self.moves += 1
        self._restore(target)
        if goal > target.step:
            self.goal = goal
        else:
            self._change_again()
        self._show()
        return ""

    def replay(self) -> bool:
        """Do again what was done after this step; whether the goal is reached."""
        if self._trainer.step < self.goal:
            step = self._again()
            if step is not None:
                self._recorder.passed(step, self._trainer)
        return self._trainer.step >= self.goal

    def arrive(self) -> None:
        """End training again, here."""
        self.goal = -1
        self._change_again()
        self._show()
        self.stood()

    def home(self) -> str:
        """Return to where the run stood before one looked back; its state there, "" if nobody did."""
        if self._tip is None:
            return ""
        tip, self._tip = self._tip, None
        self.goal = -1
        self.moves += 1
        self._restore(tip.snapshot)
        self._run.rewrite(tip.series, tip.branches)
        self._run.marks, self._run.metrics, self._shadow = tip.marks, tip.metrics, tip.shadow
        self._recorder.diverged_at = tip.diverged_at
        self._recorder.go_to(tip.snapshot.step, tip.snapshot.next_record, self._trainer)
        self._run.status = tip.state
        return tip.state

    def leave(self) -> None:
        """Take another way from here: what lies ahead is a branch from now on."""
        if self._tip is None:
            return
        if self.goal >= 0:
            self.arrive()
        tip, self._tip = self._tip, None
        del self._acts[self._done :]
        self.snapshots.forget_after(self._trainer.step)
        self._shadow = self._recorder.leave(self._run.branches[-1], self._trainer)
        self._run.rewrite(self._run.series, (*tip.branches, self._shadow))
        self._recorder.status("paused", self._trainer)

    def _take(self) -> bool:
        """Copy everything that decides the remaining steps; False if it is too large."""
        start = time.monotonic()
        state, step = self._trainer.state_dict(), self._trainer.step
        size = size_of(state)
        if not self.snapshots.make_room(step, size):
            self._next = float("inf")
            return False
        told, due = len(self._run.marks), self._recorder.next_record
        self.snapshots.add(Snapshot(step, copied(state, CPU), size, due, told, self._done))
        self._last = time.monotonic()
        self._next = self._last + max((self._last - start) / SHARE, SOONEST)
        return True

    def _remember(self, state: str) -> bool:
        """Keep the run as it is, and how to come back to it."""
        if not self._take():
            return False
        run, shadow = self._run, self._shadow
        if shadow is not None:
            self._shadow = None
            shadow = self._part(shadow, self._trainer.step)
        snapshot = self.snapshots.at(self._trainer.step)
        assert snapshot is not None
        ended = state if state in ("finished", "stopped") else "paused"
        self._tip = Tip(
            snapshot, ended, run.series, run.branches, run.marks, run.metrics, self._recorder.diverged_at, shadow
        )
        return True

    def _restore(self, snapshot: Snapshot) -> None:
        self._trainer.load_state_dict(copied(snapshot.state))
        self._trainer.model.zero_grad(set_to_none=True)  # they belong to another step
        self._from, self._done = snapshot, snapshot.changed

    def _show(self) -> None:
        """Let the run end where the trainer stands."""
        tip, start, step = self._tip, self._from, self._trainer.step
        assert tip is not None and start is not None
        ahead = Branch(
            step=step,
            reached=tip.snapshot.step,
            time=0.0,
            series={tag: series.after(step) for tag, series in tip.series.items()},
        )
        self._run.rewrite({tag: series.until(step) for tag, series in tip.series.items()}, (*tip.branches, ahead))
        told = max([start.told, *(act.told for act in self._acts[start.changed : self._done])])
        self._run.marks = [mark for k, mark in enumerate(tip.marks) if k < told or mark.step < step]
        self._run.metrics = {}
        self._recorder.diverged_at = tip.diverged_at
        due = start.next_record if step == start.step else self._recorder.next_record
        self._recorder.go_to(step, due, self._trainer)
        self._run.status = "paused"

    def _again(self) -> Step | None:
        """One step, or what the user did after the last one, as it was done before."""
        trainer = self._trainer
        if self._done < len(self._acts) and self._acts[self._done].step == trainer.step:
            act = self._acts[self._done]
            self._done += 1
            if act.side:
                return next(trainer.half(act.side), None)
            trainer.change(act.name, act.value)
            return None
        return next(trainer.steps(), None)

    def _change_again(self) -> None:
        """Have the options that the next step was done with."""
        while self._done < len(self._acts):
            act = self._acts[self._done]
            if act.step != self._trainer.step or act.side:
                return
            self._done += 1
            self._trainer.change(act.name, act.value)

    def _follow(self, step: Step, old: Branch) -> None:
        """As long as everything is measured again as it was, the old way is no other way."""
        if all(_same(value, old.series.get(tag), step.number) for tag, value in as_written(step.values).items()):
            if step.number < old.reached:
                return
            self._recorder.rejoined(old)
            self._swap(old, None)
        else:
            self._part(old, step.number - 1)
        self._shadow = None

    def _part(self, old: Branch, step: int) -> Branch:
        """Let the branch begin after `step`, up to which it is the live way."""
        new = replace(old, step=step, series={tag: series.after(step) for tag, series in old.series.items()})
        self._swap(old, new)
        return new

    def _swap(self, old: Branch, new: Branch | None) -> None:
        others = [new if branch is old else branch for branch in self._run.branches]
        self._run.rewrite(self._run.series, tuple(branch for branch in others if branch is not None))


def _same(value: float, series: Series | None, step: int) -> bool:
    """Whether the series holds `value` at `step`."""
    if series is None:
        return False
    points = series.points()
    k = int(points.steps.searchsorted(step))
    if k >= len(points) or points.steps[k] != step:
        return False
    return bool(points.values[k] == value or (value != value and points.values[k] != points.values[k]))
