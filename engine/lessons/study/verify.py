"""Verification: every fact of every lesson, computed headless by a few processes; trained ones with several seeds."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from ..index import NAMES, load
from ..kit.facts import Claim, Fact
from ..kit.lesson import Lesson
from ..kit.state import State
from ..kit.training import silent
from .desk import sentence
from .processes import end_with
from .stages import Stage, Stages

SEEDS = (0, 1, 2)
TICK = 1.0
"""Seconds between two words on how far it is, at most."""
ENDS = (signal.SIGINT, signal.SIGTERM)
"""Signals that end a verification, but not while its processes are started."""

Found = tuple[str, int, Fact]
"""A fact with its lesson and its place among the claims."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A piece of the verification: the untrained facts of a lesson, or all facts about one training with one seed."""

    lessons: tuple[str, ...]
    training: str = ""
    seed: int = 0
    seconds: float = 0.5
    """What it may take, roughly."""

    @property
    def title(self) -> str:
        """What it does, in a few words."""
        return f"{self.training}, seed {self.seed}" if self.training else self.lessons[0]


def tasks(names: Sequence[str] = NAMES, seeds: Sequence[int] = SEEDS, trained: bool = True) -> list[Task]:
    """What there is to do, the longest first, so that no core waits for another at the end."""
    found = [Task(lessons=(name,)) for name in names]
    if trained:
        users: dict[str, list[str]] = {}
        seconds: dict[str, float] = {}
        for name in names:
            for training in load(name).trainings:
                users.setdefault(training.name, []).append(name)
                seconds[training.name] = training.seconds
        found += [
            Task(lessons=tuple(users[training]), training=training, seed=seed, seconds=seconds[training])
            for training in users
            for seed in seeds
        ]
    return sorted(found, key=lambda task: -task.seconds)


def run(task: Task) -> list[Found]:
    """The facts of a task, in a process that does nothing else at the time."""
    found: list[Found] = []
    result, failure = None, ""
    for name in task.lessons:
        lesson = load(name)
        state = lesson.state(seed=task.seed)
        if task.training:
            if result is None and not failure:
                try:
                    result = lesson.training(task.training).train(state, silent)
                except Exception as error:
                    failure = f"the training failed: {sentence(error)}"
            state = state.with_result(task.training, result)
        for index, claim in enumerate(lesson.claims):
            if claim.needs != task.training:
                continue
            fact = unfounded(name, claim, failure) if failure else proved(lesson, claim, state)
            found.append((name, index, replace(fact, seeds={task.seed: fact.holds}) if task.training else fact))
    return found


def proved(lesson: Lesson, claim: Claim, state: State) -> Fact:
    """The fact in a state; an untrained one that holds must hold at the lesson's probe as well."""
    fact = claim.fact(lesson.name, state)
    if fact.holds and lesson.probe and not claim.needs:
        probed = claim.fact(lesson.name, lesson.state(lesson.probe, seed=state.seed))
        if not probed.holds:
            told = " ".join(f"{name}={lesson.setting(name).show(value)}" for name, value in lesson.probe.items())
            return replace(probed, claim=f"{probed.claim} (with {told})")
    return fact


def unfounded(lesson: str, claim: Claim, failure: str) -> Fact:
    """A fact whose training failed."""
    return Fact(
        lesson=lesson,
        id=claim.id,
        claim=claim.says,
        computed=failure,
        expected="a result",
        holds=False,
        trained=claim.needs,
    )


def lost(task: Task) -> list[Found]:
    """The facts of a task whose process ended before it was done."""
    failure = "the process that computed it was killed; is there memory enough?"
    return [
        (name, index, replace(unfounded(name, claim, failure), seeds={task.seed: False} if task.training else {}))
        for name in task.lessons
        for index, claim in enumerate(load(name).claims)
        if claim.needs == task.training
    ]


def in_turn(work: Sequence[Task], processes: int) -> list[Task]:
    """The longest first, but one process begins with what is quick: a fact that fails is soon seen."""
    long = sorted((task for task in work if task.training), key=lambda task: -task.seconds)
    return [*long[: processes - 1], *(task for task in work if not task.training), *long[processes - 1 :]]


def verify(
    work: Sequence[Task], told: Callable[[Stage], object] = lambda stage: None, processes: int = 0
) -> list[Fact]:
    """All facts of `work` in the order of lessons and claims; the seeds of a fact become one.

    Args:
        work: from `tasks`.
        told: hears how far it is, at once, after every piece, and now and then.
        processes: how many work at once; as many as there are cores by default, four at most.
    """
    processes = min(processes or min(4, _cores()), max(1, len(work)))
    order = in_turn(work, processes)
    stages = Stages([(task.title, task.seconds) for task in order], processes)
    told(stages.now())
    found: list[Found] = []
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        waiting = _submitted(pool, order)
        while waiting:
            failed: list[Fact] = []
            for future in wait(waiting, TICK, FIRST_COMPLETED).done:
                piece = waiting.pop(future)
                stages.end(piece)
                try:
                    facts = future.result()
                except BrokenProcessPool:
                    facts = lost(order[piece])
                found += facts
                failed += [fact for _, _, fact in facts if not fact.holds]
            told(stages.now(failed))
    except BaseException:
        for process in list((pool._processes or {}).values()):  # the public way would wait for what they train
            process.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return list(_merged(found))


def _submitted(pool: ProcessPoolExecutor, order: Sequence[Task]) -> dict[Future[list[Found]], int]:
    """The pieces as futures; the processes start deaf to Ctrl+C, which is ours to heed once all are there."""
    came: list[int] = []
    main = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.signal(number, lambda n, _: came.append(n)) for number in ENDS} if main else {}
    deaf = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return {pool.submit(run, task): piece for piece, task in enumerate(order)}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, deaf)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)


def _merged(found: Sequence[Found]) -> Iterator[Fact]:
    """Facts in the order of lessons and claims; of several seeds the first that fails, else the first, speaks."""
    groups: dict[tuple[int, int], list[Fact]] = {}
    for name, index, fact in found:
        groups.setdefault((NAMES.index(name), index), []).append(fact)
    for key in sorted(groups):
        group = sorted(groups[key], key=lambda fact: min(fact.seeds, default=0))
        front = next((fact for fact in group if not fact.holds), group[0])
        seeds = {seed: holds for fact in group for seed, holds in fact.seeds.items()}
        yield replace(front, holds=all(fact.holds for fact in group), seeds=seeds)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin() -> None:
    """One thread each, for the processes share the cores; and none outlives who asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if (parent := multiprocessing.parent_process()) is not None:
        end_with(parent.sentinel)
    import torch

    torch.set_num_threads(1)
