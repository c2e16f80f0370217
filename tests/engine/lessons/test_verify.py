"""Verification: what there is to do, seeds that become one fact, failures that are told."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from typing import Any

import psutil
import pytest

from dlviz.commands.verify import Telling
from dlviz.commands.verify import verify as command
from dlviz.engine.lessons.index import NAMES, load
from dlviz.engine.lessons.kit.facts import Claim, Fact, Outcome
from dlviz.engine.lessons.kit.lesson import Lesson
from dlviz.engine.lessons.kit.training import Training
from dlviz.engine.lessons.study import stages as stages_module
from dlviz.engine.lessons.study import verify as module
from dlviz.engine.lessons.study.documents import fact_document, lesson_document, verify_document
from dlviz.engine.lessons.study.stages import Stage, Stages
from dlviz.engine.lessons.study.verify import Task, in_turn, proved, run, tasks, verify
from dlviz.engine.options import OptionError
from dlviz.engine.runs.files import dump_json


def test_a_training_that_lessons_share_is_done_once_a_seed():
    work = tasks(seeds=(0, 1, 2))
    assert sorted(task.lessons[0] for task in work if not task.training) == sorted(NAMES)
    trained = [(task.training, task.seed) for task in work if task.training]
    assert len(set(trained)) == len(trained)
    names = {training.name for name in NAMES for training in load(name).trainings}
    assert set(trained) == {(name, seed) for name in names for seed in (0, 1, 2)}
    assert not any(task.training for task in tasks(trained=False))


def test_every_trained_claim_is_in_some_task():
    work = tasks(seeds=(0,))
    for name in NAMES:
        for claim in load(name).claims:
            assert any(task.training == claim.needs and name in task.lessons for task in work), (name, claim.id)


def test_processes_compute_the_facts_of_a_lesson():
    told: list[Any] = []
    facts = verify(tasks(["pixels"]), told.append, processes=1)
    assert [fact.id for fact in facts] == [claim.id for claim in load("pixels").claims]
    assert all(fact.holds for fact in facts) and not any(stage.failed for stage in told)
    assert (told[0].done, told[0].share, told[0].running, told[0].count) == (0, 0.0, ("pixels",), 1)
    assert (told[-1].done, told[-1].share, told[-1].running) == (1, 1.0, ())


def test_one_process_begins_with_what_is_quick():
    work = tasks(["pixels", "dense", "gan"], seeds=(0, 1))
    assert sorted(map(repr, in_turn(work, 2))) == sorted(map(repr, work))
    assert [task.training for task in in_turn(work, 2)[:4]] == ["ring-gans", "", "", ""]
    assert not any(task.training for task in in_turn(work, 1)[:3])


def test_progress_is_weighed_by_what_pieces_take(monkeypatch):
    now = 100.0
    monkeypatch.setattr(stages_module.time, "monotonic", lambda: now)
    stages = Stages([("long", 30.0), ("quick", 1.0), ("next", 9.0)], 2)
    assert (stages.now().share, stages.now().left, stages.now().running) == (0.0, 23.0, ("long", "quick"))
    now = 102.0
    stages.end(1)
    stage = stages.now()
    assert stage.done == 1 and stage.share == pytest.approx(3 / 40) and stage.running == ("long", "next")
    now = 200.0
    assert stages.now().share == pytest.approx((1 + 27 + 8.1) / 40)  # late, but not done
    stages.end(0), stages.end(2)
    assert stages.now().share == 1.0 and stages.now().left == 0.0


def test_a_fact_that_does_not_hold_is_told_at_once(capsys):
    fact = Fact(lesson="gan", id="AD0", claim="x", computed=1, expected=2, holds=False, seeds={0: True, 2: False})
    tell = Telling()
    tell(Stage(done=0, count=2, share=0.0, left=130.0, running=("gan",)))
    tell(Stage(done=1, count=2, share=0.04, left=1.0, running=("gan",), failed=(fact,)))
    said = capsys.readouterr().err.splitlines()
    assert said == ["2 pieces, about 2:10", "does not hold: gan AD0 (seed 2): x: 1 (expected 2)"]


def _verifying(*words):
    """`dlviz verify` at work, in a session of its own, once it has children."""
    command = [sys.executable, "-m", "dlviz", "verify", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)
    assert b"about" in process.stderr.readline()
    while not (children := psutil.Process(process.pid).children(recursive=True)):
        assert process.poll() is None
    return process, children


@pytest.mark.parametrize(
    ("number", "status", "said"),
    [(signal.SIGINT, 130, b"interrupted after 0 of "), (signal.SIGTERM, 143, b""), (signal.SIGKILL, -9, b"")],
)
def test_whatever_ends_it_leaves_no_process(number, status, said):
    process, children = _verifying("--only", "gan-vs-diffusion", "--only", "unet")
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as Ctrl+C does
    else:
        process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == status and told.startswith(said)
    assert number == signal.SIGKILL or b"Traceback" not in told
    assert not psutil.wait_procs(children, timeout=60)[1]


def test_a_count_of_seeds_that_is_not_allowed_is_told():
    with pytest.raises(OptionError, match="--seeds cannot be '0'; allowed: a whole number from 1 to 100"):
        command((), seeds=0, quick=True, json=False)


@pytest.fixture
def seeded(monkeypatch):
    """The lesson `pixels` with a training whose result is the seed; with seed 2 it fails."""

    def train(state, progress):
        if state.seed == 2:
            raise ArithmeticError("diverged")
        return state.seed

    lesson = load("pixels")
    training = Training(name="toy", title="A toy", seconds=1, train=train)
    claims = (
        Claim(id="A1", says="always", check=lambda s: Outcome(1, 1, True)),
        Claim(
            id="A2", says="below 1", check=lambda s: Outcome(s.result("toy"), "< 1", s.result("toy") < 1), needs="toy"
        ),
    )
    monkeypatch.setattr(Lesson, "claims", property(lambda self: claims))
    monkeypatch.setattr(module, "load", lambda name: lesson)
    monkeypatch.setattr(Lesson, "training", lambda self, name: training)


def test_a_seed_that_fails_fails_the_fact_and_speaks_for_it(seeded):
    found = [fact for seed in (0, 1, 2) for fact in run(Task(lessons=("pixels",), training="toy", seed=seed))]
    found += run(Task(lessons=("pixels",)))
    always, below = module._merged(found)
    assert always.holds and not always.seeds
    assert not below.holds and below.seeds == {0: True, 1: False, 2: False} and below.computed == 1


def test_a_training_that_fails_is_a_fact_that_does_not_hold(seeded):
    ((_, _, fact),) = run(Task(lessons=("pixels",), training="toy", seed=2))
    assert not fact.holds and "diverged" in fact.computed


def test_documents_are_what_the_command_promises():
    lesson = load("pixels")
    state = lesson.state()
    document = lesson_document(lesson, state)
    assert {"name", "title", "notes", "settings", "frames", "facts"} <= set(document)
    assert document["frames"] >= 3 and all(fact["holds"] for fact in document["facts"])
    assert set(document["facts"][0]) == {"lesson", "id", "claim", "computed", "expected", "holds"}
    facts = [claim.fact("pixels", state) for claim in lesson.claims]
    whole = verify_document(facts, ["pixels"], (0,), 1.0)
    assert (whole["held"], whole["failed"]) == (len(facts), 0)
    assert dump_json(whole).isascii() and dump_json(document).isascii()


def test_a_fact_in_json_has_plain_numbers_only():
    import numpy as np

    claim = Claim(
        id="X",
        says="x",
        check=lambda s: Outcome({"a": np.float32(0.5), "b": (np.int64(3), np.nan)}, np.array([1.0, 2.0]), np.True_),
    )
    fact = claim.fact("pixels", load("pixels").state())
    assert isinstance(fact, Fact) and fact.holds is True
    assert dump_json(fact_document(fact)["computed"]) == '{"a": 0.5, "b": [3, "NaN"]}'


def test_a_fact_that_holds_only_by_the_symmetry_of_the_defaults_fails():
    lesson = replace(load("stride"), probe={"stride": 3})
    claim = Claim(
        id="F1", says="the stride is 2", check=lambda state: Outcome(state["stride"], 2, state["stride"] == 2)
    )
    fact = proved(lesson, claim, lesson.state())
    assert not fact.holds and fact.claim == "the stride is 2 (with stride=3)" and fact.computed == 3
