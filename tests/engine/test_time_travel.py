"""Going back in a training: exact, harmless until another way is taken, and kept on disk when it is."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.data.load import load_data
from dlviz.engine.runs.open import open_run
from dlviz.engine.runs.run import Run
from dlviz.engine.training import travel
from dlviz.engine.training.commands import Back, Change, Forward, Go, Half, Pause, Save, Step, Stop
from dlviz.engine.training.job import Job
from dlviz.engine.training.recorder import Recorder
from dlviz.engine.training.remote import RemoteSession
from dlviz.engine.training.status import Status
from dlviz.engine.training.trainer import Trainer
from dlviz.engine.training.travel import Act, Travel

from .conftest import PATIENCE, Driver

LONG = "steps=100000000"
Wait = Callable[[Callable[[], bool]], None]
Table = dict[str, list[tuple[int, str]]]
MODELS = {
    "mlp": ("dropout=0.4", "augment=1", "steps=40", "validate_every=3"),
    "gpt": ("dropout=0.1", "steps=30", "validate_every=6", "width=16", "context=16", "layers=1", "heads=2"),
    "gan": ("steps=30", "validate_every=9", "batch=16"),
    "bayesnet": ("steps=12", "validate_every=2"),
    "vae": ("steps=20", "validate_every=4"),
}


@pytest.fixture(autouse=True)
def only_standing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots are taken where the training stands, and at no time of the clock's."""
    monkeypatch.setattr(travel, "EVERY", 1e9)
    monkeypatch.setattr(travel, "SOONEST", 1e9)


def table(series: dict[str, Any]) -> Table:
    """Steps and values of every series that has any; NaN as text, so that equal is equal."""
    points = {tag: one.points() for tag, one in series.items()}
    return {
        t: [(int(s), repr(float(v))) for s, v in zip(p.steps, p.values, strict=True)]
        for t, p in points.items()
        if len(p)
    }


def tensorboard(directory: Path) -> Table:
    """The same as TensorBoard reads it."""
    seen = EventAccumulator(str(directory), {"scalars": 0}).Reload()
    return {tag: [(e.step, repr(float(e.value))) for e in seen.Scalars(tag)] for tag in seen.Tags()["scalars"]}


def upto(points: Table, step: int) -> Table:
    return {tag: kept for tag, all_ in points.items() if (kept := [p for p in all_ if p[0] <= step])}


def beyond(points: Table, step: int) -> Table:
    return {tag: kept for tag, all_ in points.items() if (kept := [p for p in all_ if p[0] > step])}


def to_step(drive: Driver, step: int) -> Status:
    """Train until `step` in one go."""
    drive.session.send(Step(step - drive.session.status.step))
    return drive.until("paused", "finished", step=step)


def moved(drive: Driver, command: Any, eventually: Wait) -> Status:
    """Send `command`, and wait until the engine has moved and stands."""
    session, before = drive.session, drive.session.status.moves
    session.send(command)
    eventually(lambda: session.status.moves > before and session.status.state != "running")
    return session.status


@pytest.mark.parametrize("model", MODELS)
def test_what_is_trained_again_is_bit_for_bit_what_it_was(drive: Driver, eventually: Wait, model: str) -> None:
    drive.load(model, *MODELS[model])
    drive.until("ready")
    ends = [4, 5, 10]
    for end in ends:
        to_step(drive, end)
    whole = table(drive.session.run.series)
    status = moved(drive, Back(), eventually)
    assert (status.step, status.state, status.ahead) == (5, "paused", 10)
    assert table(drive.session.run.series) == upto(whole, 5)
    assert table(drive.session.run.branches[0].series) == beyond(whole, 5)
    to_step(drive, 10)
    assert table(drive.session.run.series) == whole
    assert drive.session.run.branches == ()  # nothing was done in another way
    assert moved(drive, Back(to=7), eventually).step == 7
    assert table(drive.session.run.series) == upto(whole, 7)
    to_step(drive, 10)
    assert table(drive.session.run.series) == whole
    moved(drive, Back(99), eventually)
    assert drive.session.status.step == 0 and not table(drive.session.run.series)
    to_step(drive, 10)
    assert table(drive.session.run.series) == whole and drive.session.run.branches == ()


@pytest.mark.parametrize("model", ["mlp", "gan"])
def test_a_replay_ends_at_the_same_weights(drive: Driver, digits: Dataset, model: str) -> None:
    data = digits if model == "mlp" else load_data("ring", 0, kinds=("points",))

    def state(trainer: Trainer) -> list[Any]:
        flat = []

        def walk(value: Any) -> None:
            if isinstance(value, torch.Tensor):
                flat.append(value.tolist())
            elif isinstance(value, dict):
                [walk(value[k]) for k in sorted(value, key=str) if k != "seconds"]
            elif isinstance(value, list | tuple):
                [walk(v) for v in value]
            else:
                flat.append(value)

        walk(trainer.state_dict())
        return flat

    trainer = Trainer(Job.of(model, MODELS[model]), data)
    recorder = Recorder(Run("x"), trainer.job, data, "there")
    trip = Travel(trainer, recorder)
    recorder.start(trainer)

    def train(to: int) -> None:
        trip.leave()
        trip.stood()
        steps = trainer.steps()
        while trainer.step < to:
            step = next(steps)
            recorder.step(step, trainer)
            trip.passed(step)

    train(3)
    trainer.change("lr", 0.5)
    trip.noted(Act(3, "lr", 0.5))
    three = state(trainer)
    train(6)
    six = state(trainer)
    train(9)
    trip.snapshots.kept = [s for s in trip.snapshots if s.step in (0, 9)]
    trip.move(Back(to=6), "paused")
    assert trainer.step == 0 and trip.goal == 6
    while not trip.replay():
        pass
    trip.arrive()
    assert state(trainer) == six  # the change of step 3 was made again
    trip.move(Back(to=3), "paused")
    while not trip.replay():
        pass
    trip.arrive()
    assert state(trainer) == three


def test_an_option_changed_where_one_goes_back_to_is_in_force_again(drive: Driver, eventually: Wait) -> None:
    drive.load("mlp", LONG, "schedule=constant")
    drive.until("ready")
    to_step(drive, 4)
    drive.session.send(Change("lr", "0.05"))
    to_step(drive, 8)
    whole, marks = table(drive.session.run.series), drive.session.run.marks
    moved(drive, Back(), eventually)
    assert drive.session.run.config["options"]["lr"] == 0.05 and drive.session.run.marks == marks
    to_step(drive, 8)
    assert table(drive.session.run.series) == whole and drive.session.run.branches == ()
    moved(drive, Back(to=2), eventually)
    assert drive.session.run.config["options"]["lr"] == 0.003 and drive.session.run.marks == []
    to_step(drive, 4)
    drive.session.send(Change("lr", "0.05"))
    to_step(drive, 8)
    assert table(drive.session.run.series) == whole and drive.session.run.branches == ()


def test_what_follows_an_option_goes_back_with_it(digits: Dataset) -> None:
    """Dropout lives in modules, the speed of an average in the average; both were changed in flight."""
    for model, name, data in (("mlp", "dropout", digits), ("gan", "ema", load_data("ring", 0, kinds=("points",)))):
        trainer = Trainer(Job.of(model, (f"{name}=0.25",)), data)
        state = trainer.state_dict()
        for value in (0.25, 0.5):
            trainer.change(name, value)
            next(iter(trainer.steps()))
        trainer.load_state_dict(state)
        rates = [m.p for m in trainer.model.modules() if isinstance(m, torch.nn.Dropout)]
        decays = [average.decay for average in trainer.objective.averages.values()]
        assert {*rates, *decays} == {0.25}


def test_where_it_diverged_is_known_at_the_step_where_one_stands(drive: Driver, eventually: Wait) -> None:
    drive.load("mlp", LONG, "schedule=constant", "optimizer=sgd")
    drive.until("ready")
    to_step(drive, 3)
    drive.session.send(Change("lr", "100"))
    drive.session.send(Change("clip", "0"))
    to_step(drive, 60)
    diverged = drive.session.status.diverged_at
    assert 3 < diverged <= 60
    assert moved(drive, Back(to=diverged - 1), eventually).diverged_at == 0
    assert moved(drive, Forward(9), eventually).diverged_at == diverged
    status = moved(drive, Back(to=2), eventually)
    assert status.diverged_at == 0 and math.isfinite(status.loss)


def test_another_option_makes_a_branch_that_is_kept_on_disk(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG, "validate_every=4", "schedule=constant")
    drive.until("ready")
    for end in (5, 9, 12):
        to_step(drive, end)
    run, old = drive.session.run, table(drive.session.run.series)
    moved(drive, Back(2), eventually)
    drive.session.send(Change("lr", "0.05"))
    eventually(lambda: len(run.marks) == 2)
    assert [(m.step, m.text) for m in run.marks] == [(5, "went back to step 5"), (5, "lr 0.003 → 0.05")]
    to_step(drive, 7)
    new = table(run.series)
    assert upto(new, 5) == upto(old, 5) and new["loss/train"][5] == old["loss/train"][5]  # the old weights' loss
    assert new["loss/train"][6] != old["loss/train"][6]
    (branch,) = run.branches
    assert (branch.step, branch.reached) == (5, 12) and table(branch.series) == beyond(old, 5)
    drive.session.send(Stop())
    drive.until("stopped")
    kept = open_run(directory)
    assert table(kept.series) == new == tensorboard(directory) and kept.marks == run.marks
    assert [(b.step, b.reached, b.time) for b in kept.branches] == [(5, 12, branch.time)]
    assert table(kept.branches[0].series) == beyond(old, 5)


def test_the_records_of_steps_done_again_are_set_aside(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG, "validate_every=2")
    drive.until("ready")
    for end in (3, 12):
        to_step(drive, end)

    def kept() -> set[int]:
        return {int(path.stem) for path in (directory / "records").rglob("*.npz")}

    before = kept()
    assert before == {2, 4, 6, 10}
    moved(drive, Back(), eventually)
    assert kept() == before and {r.step for r in drive.session.run.records.values()} == {2}  # looking is harmless
    drive.session.send(Change("lr", "0.5"))
    to_step(drive, 4)
    assert kept() == {2, 4}
    assert {int(path.stem) for path in (directory / "branches").rglob("*.npz")} == {4, 6, 10}


def test_what_was_made_again_as_it_was_leaves_nothing_aside(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG, "validate_every=2")
    drive.until("ready")
    for end in (3, 8):
        to_step(drive, end)
    moved(drive, Back(), eventually)
    to_step(drive, 8)
    assert not list((directory / "branches").rglob("*.npz")) and drive.session.run.branches == ()


def test_a_branch_begins_where_the_ways_part(drive: Driver, eventually: Wait) -> None:
    drive.load("mlp", LONG, "schedule=constant")
    drive.until("ready")
    for end in (3, 12):
        to_step(drive, end)
    old = table(drive.session.run.series)
    moved(drive, Back(), eventually)
    to_step(drive, 6)
    drive.session.send(Change("lr", "0.5"))
    to_step(drive, 9)
    (branch,) = drive.session.run.branches
    assert branch.step == 6 and table(branch.series) == beyond(old, 6)  # step 7 has another learning rate


def test_looking_back_and_forth_changes_nothing(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG)
    drive.until("ready")
    for end in (3, 6, 9):
        to_step(drive, end)
    described = (directory / "run.json").read_bytes()
    whole, run = table(drive.session.run.series), drive.session.run
    assert moved(drive, Back(2), eventually).step == 3
    assert moved(drive, Forward(), eventually).step == 6
    assert table(run.series) == upto(whole, 6)
    status = moved(drive, Forward(5), eventually)
    assert (status.step, status.ahead, status.snapshot, status.snapshots) == (9, 0, 4, 4)
    assert table(run.series) == whole and run.branches == ()
    moved(drive, Back(2), eventually)
    assert (directory / "run.json").read_bytes() == described
    drive.session.send(Stop())
    assert drive.until("stopped").step == 9  # the run is where it was
    assert table(open_run(directory).series) == whole


def test_forward_is_no_way_once_something_else_was_trained(drive: Driver, eventually: Wait) -> None:
    drive.load("mlp", LONG)
    drive.until("ready")
    for end in (3, 6):
        to_step(drive, end)
    moved(drive, Back(), eventually)
    to_step(drive, 4)
    drive.session.send(Forward())
    eventually(lambda: "nothing to go forward to" in drive.session.status.message)
    assert drive.session.status.step == 4


def test_the_first_snapshot_is_where_it_began(drive: Driver, eventually: Wait) -> None:
    drive.load("mlp", LONG)
    drive.until("ready")
    drive.session.send(Back())
    to_step(drive, 2)
    moved(drive, Back(), eventually)
    drive.session.send(Back())
    eventually(lambda: "no earlier snapshot" in drive.session.status.message)
    assert (drive.session.status.step, drive.session.status.snapshot) == (0, 1)
    assert math.isnan(drive.session.status.loss)


def test_going_back_while_it_trains_pauses(drive: Driver, eventually: Wait) -> None:
    drive.load("mlp", LONG)
    drive.until("ready")
    to_step(drive, 3)
    drive.session.send(Go())
    drive.until("running")
    eventually(lambda: drive.session.status.step > 20)
    status = moved(drive, Back(), eventually)
    assert status.state == "paused" and status.step < status.ahead
    assert drive.session.run.series["loss/train"].points().steps[-1] == status.step
    drive.session.send(Go())
    eventually(lambda: drive.session.status.step > 30)


def test_a_finished_run_can_be_redone_from_earlier(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", "steps=8", "schedule=constant")
    drive.until("ready")
    to_step(drive, 3)
    drive.session.send(Go())
    drive.until("finished")
    run, metrics = drive.session.run, dict(drive.session.run.metrics)
    whole = table(run.series)
    assert metrics
    status = moved(drive, Back(to=5), eventually)
    assert (status.state, status.step, run.metrics) == ("paused", 5, {})
    assert moved(drive, Forward(9), eventually).state == "finished"
    assert run.metrics == metrics and table(run.series) == whole
    moved(drive, Back(to=5), eventually)
    drive.session.send(Stop())
    eventually(lambda: drive.session.status.state == "finished")
    assert open_run(directory).metrics == metrics
    moved(drive, Back(to=5), eventually)
    drive.session.send(Go())
    eventually(lambda: drive.session.status.state == "finished")
    assert run.metrics == metrics and table(run.series) == whole and run.branches == ()
    kept = open_run(directory)
    assert table(kept.series) == whole and kept.branches == () and kept.metrics == metrics and kept.status == "finished"
    moved(drive, Back(to=5), eventually)
    drive.session.send(Change("lr", "0.5"))
    drive.session.send(Go())
    eventually(lambda: drive.session.status.state == "finished")
    assert run.metrics != metrics and len(open_run(directory).branches) == 1


def test_a_replay_can_be_ended_on_the_way(drive: Driver, eventually: Wait) -> None:
    drive.load("mlp", LONG)
    drive.until("ready")
    to_step(drive, 1500)
    session = drive.session
    whole = table(session.run.series)
    before = session.status.moves
    session.send(Back(to=1490))
    session.send(Pause())
    eventually(lambda: session.status.moves > before and session.status.state == "paused")
    stood = session.status.step
    assert stood <= 1490 and session.status.replaying == 0
    assert table(session.run.series) == upto(whole, stood)
    assert moved(drive, Forward(99), eventually).step == 1500 and table(session.run.series) == whole


def test_a_checkpoint_of_an_earlier_step_takes_the_other_way(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG)
    drive.until("ready")
    for end in (3, 6):
        to_step(drive, end)
    moved(drive, Back(), eventually)
    drive.session.send(Save())
    eventually(lambda: drive.session.status.ahead == 0 or bool(open_run(directory).branches))
    kept = open_run(directory)
    assert [b.step for b in kept.branches] == [3] and kept.series["loss/train"].points().steps.tolist() == [1, 2, 3]


def test_a_killed_branch_is_continued(drive: Driver, eventually: Wait, tmp_path: Path) -> None:
    """The directory as it is right after the first step of the branch, as a kill leaves it."""
    texts = (LONG, "schedule=constant", "dropout=0.3")
    directory = drive.load("mlp", *texts)
    drive.until("ready")
    for end in (4, 9):
        to_step(drive, end)
    old = table(drive.session.run.series)
    moved(drive, Back(), eventually)
    drive.session.send(Change("lr", "0.02"))
    to_step(drive, 5)
    copy = tmp_path / "killed"
    drive.session.send(Step(2))
    drive.until("paused", step=7)
    shutil.copytree(directory, copy, ignore=shutil.ignore_patterns("control.sock"))
    new = table(drive.session.run.series)
    described = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps(described | {"pid": 2**22 + 7, "status": "running"}))
    drive.load("mlp", *texts, run_dir=copy, resume=True)
    status = drive.until("ready")
    assert status.step == 4  # the checkpoint that was written when the other way was taken
    run = drive.session.run
    assert [(b.step, table(b.series)) for b in run.branches] == [(4, beyond(old, 4))]
    drive.session.send(Change("lr", "0.02"))
    to_step(drive, 7)
    assert table(run.series) == new
    drive.session.send(Stop())
    drive.until("stopped")
    kept = open_run(copy)
    assert table(kept.series) == new and [table(b.series) for b in kept.branches] == [beyond(old, 4)]


def test_half_steps_are_done_again_too(drive: Driver, eventually: Wait) -> None:
    drive.load("gan", *MODELS["gan"])
    drive.until("ready")
    to_step(drive, 2)
    session = drive.session
    for side in ("discriminator", "discriminator", "generator"):
        session.send(Half(side))
    drive.until("paused", step=3)
    to_step(drive, 6)
    whole = table(session.run.series)
    moved(drive, Back(to=1), eventually)
    moved(drive, Back(to=5), eventually)
    assert table(session.run.series) == upto(whole, 5)
    session.send(Go())
    drive.until("running")
    eventually(lambda: session.status.step > 6)
    assert upto(table(session.run.series), 6) == whole


def test_it_works_from_afar(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG, "schedule=constant")
    drive.until("ready")
    for end in (3, 7):
        to_step(drive, end)
    remote = RemoteSession(directory).open()
    late: list[RemoteSession] = []
    try:
        local = drive.session.run
        eventually(lambda: table(remote.run.series) == table(local.series) != {})
        remote.send(Back())
        eventually(lambda: (remote.status.step, remote.status.ahead) == (3, 7))
        assert table(remote.run.series) == table(local.series) and table(local.series)["loss/train"][-1][0] == 3
        assert [table(b.series) for b in remote.run.branches] == [table(b.series) for b in local.branches] != []
        remote.send(Change("lr", "0.5"))
        remote.send(Step(9))
        eventually(lambda: (remote.status.state, remote.status.step) == ("paused", 12))
        eventually(lambda: table(remote.run.series) == table(local.series))
        (branch,) = remote.run.branches
        assert (branch.step, branch.reached) == (3, 7) and table(branch.series) == table(local.branches[0].series)
        assert remote.run.marks == local.marks
        late.append(RemoteSession(directory).open())
        eventually(lambda: len(late[0].run.branches) == 1 and table(late[0].run.series) == table(local.series))
    finally:
        assert all(one.close(PATIENCE) for one in (remote, *late))


OPS = st.one_of(
    st.tuples(st.just("train"), st.integers(1, 7)),
    st.tuples(st.just("back"), st.integers(1, 4)),
    st.tuples(st.just("to"), st.integers(0, 40)),
    st.tuples(st.just("forward"), st.integers(1, 4)),
    st.tuples(st.just("change"), st.sampled_from([0.001, 0.01, 0.1, 0.4])),
    st.tuples(st.just("stand"), st.just(0)),
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(ops=st.lists(OPS, max_size=25), few=st.integers(2, 6))
def test_whatever_one_does_the_series_hold_the_way_that_was_taken(
    tmp_path_factory: pytest.TempPathFactory, blobs: Dataset, ops: list[tuple[str, Any]], few: int
) -> None:
    """The model: the loss of a step is a function of the learning rates of all steps before, so a way is its rates."""
    job = Job.of("mlp", ("steps=400", "schedule=cosine", "dropout=0.2", "validate_every=5", "hidden=3", "lr=0.01"))
    trainer = Trainer(job, blobs)
    directory = tmp_path_factory.mktemp("run")
    recorder = Recorder(Run("x"), job, blobs, str(directory))
    trip, run = Travel(trainer, recorder), recorder.run
    trip.snapshots.count = few
    recorder.start(trainer)
    trip.stood()
    way: list[float] = []
    ahead: list[float] = []
    rate, rates_ahead = 0.01, 0.01

    def commit() -> None:
        nonlocal ahead
        trip.leave()
        ahead = []

    def stand_at(step: int) -> None:
        nonlocal way, ahead, rate, rates_ahead
        everything = way + ahead
        if not ahead:
            rates_ahead = rate
        way, ahead = everything[:step], everything[step:]
        rate = trainer.options.lr  # type: ignore[attr-defined]
        assert rate == (ahead[0] if ahead else rates_ahead)  # so that going on would be the same way

    for what, value in ops:
        if what == "train":
            commit()
            trip.stood()
            steps = trainer.steps()
            for _ in range(value):
                step = next(steps)
                recorder.step(step, trainer)
                trip.passed(step)
                way.append(rate)
        elif what == "stand":
            trip.stood()
        elif what == "change":
            if value != rate:
                trainer.change("lr", value)
                commit()
                trip.noted(Act(trainer.step, "lr", value))
                rate = value
        else:
            command = {"back": Back(value), "to": Back(to=value), "forward": Forward(value)}[what]
            before = trainer.step
            refused = trip.move(command, "paused")
            if not refused and trip.goal >= 0:
                while not trip.replay():
                    pass
                trip.arrive()
            assert not refused or trainer.step == before
            if what == "to" and not refused:
                assert trainer.step == min(value, len(way) + len(ahead))
            stand_at(trainer.step)
        assert trainer.step == len(way) and len(trip.snapshots) <= few
        assert run.series.get("lr") is None or run.series["lr"].points().steps.tolist() == list(range(1, len(way) + 1))
        pending = [b for b in run.branches if not b.time]
        assert len(pending) == bool(ahead) and trip.ahead == (len(way) + len(ahead) if ahead else 0)
        if pending:
            assert pending[0].series["lr"].points().steps.tolist() == list(
                range(len(way) + 1, len(way) + len(ahead) + 1)
            )
    trip.home()
    recorder.end("stopped", trainer)
    way = way + ahead
    fresh, losses = Trainer(job, blobs), []
    steps = fresh.steps()
    for rate in way:
        fresh.change("lr", rate)
        losses.append(float(np.float32(next(steps).values["loss/train"])))
    live = run.series["loss/train"].points() if "loss/train" in run.series else None
    assert (live.values.tolist() if live is not None else []) == losses
    kept = open_run(directory)
    assert table(kept.series) == table(run.series)
    assert [(b.step, b.reached, table(b.series)) for b in kept.branches] == [
        (b.step, b.reached, table(b.series)) for b in run.branches
    ]
