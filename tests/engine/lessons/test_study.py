"""The study: the desk's answers, and the real process behind a screen."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

import psutil
import pytest

from dlviz.engine.lessons.index import load
from dlviz.engine.lessons.kit.facts import Claim, Outcome
from dlviz.engine.lessons.kit.figures import Card
from dlviz.engine.lessons.kit.lesson import Frame, Lesson, Scene
from dlviz.engine.lessons.kit.settings import Slider
from dlviz.engine.lessons.kit.training import Training
from dlviz.engine.lessons.kit.wanting import Abandoned, still_wanted
from dlviz.engine.lessons.study import desk as desk_module
from dlviz.engine.lessons.study import trainer as trainer_module
from dlviz.engine.lessons.study.desk import Desk
from dlviz.engine.lessons.study.frames import Frames
from dlviz.engine.lessons.study.messages import Failed, Place, Point, Pointed, Prove, Show, Shown, Untrained
from dlviz.engine.lessons.study.processes import Started
from dlviz.engine.lessons.study.study import Study
from dlviz.engine.lessons.study.trainer import Trainings


def place(lesson: str = "pixels", scene: int = 0, frame: int = 0, **values: object) -> Place:
    return Place(lesson=lesson, values={**load(lesson).defaults, **values}, scene=scene, frame=frame)


class Heard:
    """A study whose replies can be waited for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.study = Study(self._heard)

    def _heard(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, true: Callable[[], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(true, timeout=60), self.study.view


@pytest.fixture
def heard():
    heard = Heard()
    yield heard
    heard.study.close()


def test_a_frame_travels_without_its_callables_and_keeps_them_at_the_desk():
    desk = Desk()
    shown = desk.show(Show(ticket=1, place=place()))
    assert isinstance(shown, Shown) and shown.frames == 1 and shown.explains == {"image", "bytes"}
    assert all(figure.origin is None for figure in shown.frame.figures)
    pointed = desk.point(Point(ticket=2, figure="image", cell=(1, 2)))
    assert isinstance(pointed, Pointed) and pointed.origin is not None
    assert "0.9" in pointed.origin.formulas[0].numbers


def test_beyond_the_last_frame_is_the_last():
    shown = Desk().show(Show(ticket=1, place=place(scene=1, frame=1_000_000)))
    assert isinstance(shown, Shown) and shown.place.frame == shown.frames - 1 > 0


def test_what_is_pointed_at_may_be_gone():
    desk = Desk()
    assert desk.point(Point(ticket=1, figure="image")) == Pointed(ticket=1, figure="image", cell=(0, 0))
    desk.show(Show(ticket=1, place=place()))
    pointed = desk.point(Point(ticket=1, figure="image", cell=(99, 99)))
    assert isinstance(pointed, Failed) and "IndexError" in pointed.text


def _toy(train: Callable[..., object]) -> Lesson:
    def frames(state):
        return (Frame(caption="Trained.", figures=(Card(name="card", text=str(state.result("toy"))),)),)

    return Lesson(
        name="toy",
        chapter="convolution",
        title="Toy",
        summary="A toy.",
        settings=(Slider(name="depth", default=1, low=1, high=3, help="layers"),),
        scenes=(Scene(name="only", title="Only", ids=(), frames=frames, needs="toy"),),
        trainings=(Training(name="toy", title="A toy", seconds=1, train=train, uses=("depth",)),),
    )


@pytest.fixture
def toy(monkeypatch):
    lesson = _toy(lambda state, progress: state["depth"])
    claims = (
        Claim(id="X1", says="five", check=lambda s: Outcome(5, 5, True)),
        Claim(id="X2", says="trained", check=lambda s: Outcome(s.result("toy"), 1, s.result("toy") == 1), needs="toy"),
        Claim(id="X3", says="breaks", check=lambda s: Outcome(1 / 0, 0, False)),
    )
    monkeypatch.setattr(Lesson, "claims", property(lambda self: claims))
    monkeypatch.setattr(desk_module, "load", lambda name: lesson)
    return lesson


def test_what_needs_training_waits_for_it(toy):
    desk = Desk()
    at = Place(lesson="toy", values={"depth": 1})
    assert isinstance(desk.show(Show(ticket=1, place=at)), Untrained)
    told = list(desk.prove(Prove(ticket=2, place=at)))
    assert [(p.waits, p.fact.holds) for p in told] == [(False, True), (True, False), (False, False)]
    assert "ZeroDivisionError" in told[2].fact.computed
    desk.keep(toy.training("toy").key(toy.state()), 1)
    assert isinstance(desk.show(Show(ticket=3, place=at)), Shown)
    assert [p.fact.holds for p in desk.prove(Prove(ticket=4, place=at))] == [True, True, False]
    deeper = Place(lesson="toy", values={"depth": 2})
    assert isinstance(desk.show(Show(ticket=5, place=deeper)), Untrained)  # the result depends on the depth


def test_the_process_answers_what_was_asked_last(heard):
    study = heard.study
    for shuffle in range(1, 30):
        study.show(place(scene=1, frame=1, shuffle=shuffle))
    study.prove(place())
    heard.until(lambda: isinstance(study.view.shown, Shown) and study.view.facts and all(study.view.facts))
    assert study.view.shown.place.values["shuffle"] == 29
    assert all(proved.fact.holds for proved in study.view.facts)
    study.point("edges", (0, 0), None, False)
    heard.until(lambda: study.view.pointed)
    assert study.view.pointed.origin is not None


def test_a_failure_becomes_a_sentence(heard):
    heard.study.show(Place(lesson="pixels", values={"shuffle": 1000}))
    heard.until(lambda: heard.study.view.failed)
    assert "shuffle cannot be 1000" in str(heard.study.view.failed.text).replace("'", "")


def test_a_process_that_dies_is_told_and_comes_back(heard):
    study = heard.study.open()
    os.kill(study._started.process.pid, signal.SIGKILL)
    heard.until(lambda: study.view.gone)
    assert "was killed (signal 9)" in study.view.gone
    study.show(place())
    heard.until(lambda: isinstance(study.view.shown, Shown))
    assert not study.view.gone


def test_closing_ends_the_process():
    study = Study().open()
    process = study._started.process
    study.close()
    study.close()
    assert process.returncode is not None


def test_a_training_in_a_process_of_its_own_gives_modules_and_can_be_cancelled(heard):
    study = heard.study
    name, scene = next((n, k) for n in ("dense",) for k, s in enumerate(load(n).scenes) if s.needs)
    at = place(name, scene)
    needed = load(name).scenes[scene].needs
    study.train(at, needed)
    heard.until(lambda: study.view.told is not None and study.view.told.share > 0)
    study.cancel()
    heard.until(lambda: study.view.ended is not None)
    assert study.view.ended.cancelled and study.view.told is None
    study.train(at, needed)
    heard.until(lambda: study.view.ended is not None)
    assert not study.view.ended.cancelled and not study.view.ended.error
    study.show(at)
    heard.until(lambda: isinstance(study.view.shown, Shown))


def _child(heard: Heard, module: str) -> psutil.Process:
    """The process of the facts or of the training, a child of the worker, which is one of ours."""
    children = psutil.Process(heard.study._started.process.pid).children()
    return next(child for child in children if f"dlviz.engine.lessons.study.{module}" in child.cmdline())


def test_processes_end_with_the_worker_whatever_they_compute(heard):
    study = heard.study
    study.prove(place())
    study.train(place("dense"), load("dense").trainings[0].name)
    heard.until(lambda: study.view.told is not None and study.view.told.share > 0 and study.view.facts)
    children = [_child(heard, "trainer"), _child(heard, "prover")]
    os.kill(study._started.process.pid, signal.SIGKILL)
    assert not psutil.wait_procs(children, timeout=60)[1]


def test_a_process_ends_when_the_other_end_is_closed_though_it_computes_and_reads_nothing():
    computing = "import sys; from dlviz.engine.lessons.study.processes import end_with; end_with(int(sys.argv[1]))\n"
    ours, theirs = socket.socketpair()
    ours.send(b"what is not read")
    command = [sys.executable, "-c", computing + "print(flush=True)\nwhile True: pass", str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stdout=subprocess.PIPE)
    theirs.close()
    assert process.stdout.readline() == b"\n" and process.poll() is None
    ours.close()
    assert process.wait(60) == 0
    process.stdout.close()


def test_facts_of_a_training_that_failed_say_so(toy):
    desk = Desk()
    at = Place(lesson="toy", values={"depth": 1})
    desk.failures[toy.training("toy").key(toy.state())] = "diverged"
    fact = list(desk.prove(Prove(ticket=1, place=at)))[1]
    assert fact.waits and fact.fact.computed == "its training failed: diverged"
    desk.keep(toy.training("toy").key(toy.state()), 1)
    assert list(desk.prove(Prove(ticket=1, place=at)))[1].fact.holds and not desk.failures


class Slow:
    """A lesson whose first scene computes until nobody wants it, and in its second scene until it is let go."""

    def __init__(self, monkeypatch) -> None:
        self.began, self.go = threading.Semaphore(0), threading.Event()
        self.replies: queue.SimpleQueue = queue.SimpleQueue()
        self.abandoned = 0
        lesson = _toy(lambda state, progress: 0)
        scenes = [
            Scene(name=name, title=name, ids=(), frames=getattr(self, name)) for name in ("asks", "deaf", "quick")
        ]
        lesson = replace(lesson, scenes=tuple(scenes))
        monkeypatch.setattr(desk_module, "load", lambda name: lesson)
        self.frames = Frames({}, self.replies.put)

    def asks(self, state):
        self.began.release()
        try:
            while not self.go.wait(0.001):
                still_wanted()
        except Abandoned:
            self.abandoned += 1
            raise
        return self.quick(state)

    def deaf(self, state):
        self.began.release()
        self.go.wait()
        return self.quick(state)

    def quick(self, state):
        return (Frame(caption=str(state["depth"]), figures=()),)

    def ask(self, ticket: int, scene: int, depth: int = 1) -> None:
        self.frames.ask(Show(ticket=ticket, place=Place(lesson="toy", values={"depth": depth}, scene=scene)))


def test_what_nobody_wants_any_more_is_abandoned(monkeypatch):
    slow = Slow(monkeypatch)
    slow.ask(1, scene=0)
    slow.began.acquire()
    slow.ask(2, scene=0, depth=2)
    slow.began.acquire()
    assert slow.abandoned == 1
    slow.ask(3, scene=2, depth=3)
    reply = slow.replies.get(timeout=60)
    assert (reply.ticket, reply.frame.caption) == (3, "3") and slow.replies.empty()


def test_another_scene_is_shown_though_the_last_computes_for_long_and_does_not_ask(monkeypatch):
    slow = Slow(monkeypatch)
    slow.ask(1, scene=1)
    slow.began.acquire()
    slow.ask(2, scene=2, depth=2)
    reply = slow.replies.get(timeout=60)
    assert reply.ticket == 2
    slow.frames.ask(Point(ticket=3, figure="none"))
    assert slow.replies.get(timeout=60) == Pointed(ticket=3, figure="none", cell=(0, 0))
    slow.go.set()
    slow.ask(4, scene=1, depth=3)
    assert slow.replies.get(timeout=60).ticket == 4  # of the first nothing is told


def test_a_training_at_other_settings_takes_the_place_of_one_that_runs(monkeypatch):
    started: list[object] = []
    told: list[object] = []
    trainings = Trainings(Desk(), told.append)

    class Runs:
        poll, kill = staticmethod(lambda: None), staticmethod(lambda: started.append("killed"))

    def start(module):
        started.append(module)
        return Started(Runs(), None, None)

    monkeypatch.setattr(trainer_module, "start", start)
    monkeypatch.setattr(Trainings, "_follow", lambda *words: None)
    name = load("dense").trainings[0].name
    for seed in (0, 0, 1):
        trainings.begin(replace(place("dense"), seed=seed), name)
    assert started == ["trainer", "killed", "trainer"]


def test_facts_of_a_process_that_died_say_so_and_the_next_are_computed_by_another(heard, monkeypatch):
    study = heard.study
    study.prove(place())
    heard.until(lambda: study.view.facts and all(study.view.facts))
    _child(heard, "prover").kill()
    study.prove(place(shuffle=2))
    ticket = study._asked["prove"]
    heard.until(lambda: all(proved.ticket == ticket for proved in study.view.facts))
    assert all(proved.fact.holds or "signal 9" in proved.fact.computed for proved in study.view.facts)
    study.prove(place(shuffle=3))
    heard.until(lambda: all(proved.ticket == ticket + 1 and proved.fact.holds for proved in study.view.facts))
