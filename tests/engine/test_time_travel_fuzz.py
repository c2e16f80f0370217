"""Any sequence of training, going back and forth, and changing an option, against a model of it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.runs.open import open_run
from dlviz.engine.runs.run import Run
from dlviz.engine.training.commands import Back, Forward
from dlviz.engine.training.job import Job
from dlviz.engine.training.recorder import Recorder
from dlviz.engine.training.trainer import Trainer
from dlviz.engine.training.travel import Act, Travel

from .travelling import only_standing, table

__all__ = ["only_standing"]


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
            command: Back | Forward = Back(value) if what == "back" else Back(to=value)
            if what == "forward":
                command = Forward(value)
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
