"""Verification: what there is to do, seeds that become one fact, failures that are told."""

import pytest

from dlviz.engine.lessons.index import NAMES, load
from dlviz.engine.lessons.kit.facts import Claim, Fact, Outcome
from dlviz.engine.lessons.kit.lesson import Lesson
from dlviz.engine.lessons.kit.training import Training
from dlviz.engine.lessons.study import verify as module
from dlviz.engine.lessons.study.documents import fact_document, lesson_document, verify_document
from dlviz.engine.lessons.study.verify import Task, run, tasks, verify
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
    told = []
    facts = verify(tasks(["pixels"]), lambda done, count, title: told.append((done, count, title)), processes=1)
    assert [(fact.id, fact.holds) for fact in facts] == [("A1", True), ("A2", True), ("A3", True)]
    assert told == [(1, 1, "pixels")]


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
    assert (whole["held"], whole["failed"]) == (3, 0)
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
