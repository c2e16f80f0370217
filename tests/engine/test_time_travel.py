"""Going back in a training: exact, and harmless until another way is taken."""

import math
from typing import Any

import pytest
import torch

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.data.load import load_data
from dlviz.engine.runs.open import open_run
from dlviz.engine.runs.run import Run
from dlviz.engine.training.commands import Back, Change, Forward, Go, Half, Pause, Step, Stop
from dlviz.engine.training.job import Job
from dlviz.engine.training.recorder import Recorder
from dlviz.engine.training.remote import RemoteSession
from dlviz.engine.training.trainer import Trainer
from dlviz.engine.training.travel import Act, Travel

from .conftest import PATIENCE, Driver
from .travelling import LONG, Wait, beyond, moved, only_standing, table, to_step, upto

__all__ = ["only_standing"]

MODELS = {
    "mlp": ("dropout=0.4", "augment=1", "steps=40", "validate_every=3"),
    "gpt": ("dropout=0.1", "steps=30", "validate_every=6", "width=16", "context=16", "layers=1", "heads=2"),
    "gan": ("steps=30", "validate_every=9", "batch=16"),
    "bayesnet": ("steps=12", "validate_every=2"),
    "vae": ("steps=20", "validate_every=4"),
}


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
                for key in sorted(value, key=str):
                    if key != "seconds":
                        walk(value[key])
            elif isinstance(value, list | tuple):
                for each in value:
                    walk(each)
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
