"""The ring of snapshots: bounded in count and bytes, dense near the newest, the first one kept; exact copies."""

from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.runs.run import Run
from dlviz.engine.training import travel
from dlviz.engine.training.commands import Back
from dlviz.engine.training.job import Job
from dlviz.engine.training.recorder import Recorder
from dlviz.engine.training.snapshots import RECENT, Snapshot, Snapshots, copied, size_of
from dlviz.engine.training.trainer import Step, Trainer
from dlviz.engine.training.travel import Travel


def put(ring: Snapshots, step: int, size: int = 1) -> bool:
    if not ring.make_room(step, size):
        return False
    ring.add(Snapshot(step, {}, size))
    return True


def steps(ring: Snapshots) -> list[int]:
    return [snapshot.step for snapshot in ring]


def test_they_thin_out_with_age() -> None:
    ring = Snapshots(count=24, limit=10**9)
    for step in range(10_001):
        put(ring, step)
        assert len(ring) == min(step + 1, 24)
        assert steps(ring)[-RECENT:] == list(range(max(step - RECENT + 1, 0), step + 1)) and steps(ring)[0] == 0
    ages = [10_000 - step for step in steps(ring)]
    assert all(older <= 2.6 * newer for older, newer in pairwise(ages) if newer >= 8)
    spacing = [a - b for a, b in pairwise(ages)]
    assert spacing[0] > 100 * spacing[-1] and sum(age < 100 for age in ages) >= 8


@given(
    sizes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 120)), max_size=60),
    count=st.integers(1, 24),
    limit=st.integers(1, 300),
)
def test_never_more_than_allowed(sizes: list[tuple[int, int]], count: int, limit: int) -> None:
    ring = Snapshots(count=count, limit=limit)
    for step, size in sizes:
        assert put(ring, step, size) == (size <= limit)
        assert len(ring) <= count and ring.size <= limit
        assert steps(ring) == sorted(set(steps(ring)))
        assert size > limit or step in steps(ring)  # the one that came last is there


@given(st.lists(st.integers(0, 50), unique=True, min_size=1), st.integers(0, 50), st.integers(1, 9))
def test_finding_one(held: list[int], step: int, by: int) -> None:
    ring = Snapshots(count=99)
    for one in held:
        put(ring, one)
    at, before, after = ring.at(step), ring.beside(step, -by), ring.beside(step, by)
    assert (at.step if at else None) == max((s for s in held if s <= step), default=None)
    earlier, later = sorted((s for s in held if s < step), reverse=True), sorted(s for s in held if s > step)
    assert (before.step if before else None) == (earlier[min(by, len(earlier)) - 1] if earlier else None)
    assert (after.step if after else None) == (later[min(by, len(later)) - 1] if later else None)
    assert ring.number(step) == (sorted(held).index(step) + 1 if step in held else 0)


def test_a_copy_shares_nothing_and_repeats_what_is_tied() -> None:
    weight = torch.arange(6.0)
    tied = {"a": weight, "b": [weight, (weight[:3], 5, "x")], "empty": {}}
    copy = copied(tied)
    weight.zero_()
    assert copy["a"].tolist() == [0, 1, 2, 3, 4, 5] and copy["b"][0] is copy["a"] and copy["b"][1][1:] == (5, "x")
    assert size_of(tied) == 6 * 4 + 3 * 4


def test_a_copy_keeps_the_versions_of_layers() -> None:
    state = nn.BatchNorm1d(3).state_dict()
    assert copied(state)._metadata == state._metadata  # type: ignore[attr-defined]


class Heavy:
    """A trainer whose state weighs as much as one likes, and that counts its copies."""

    def __init__(self, trainer: Trainer, size: int) -> None:
        self.model, self.options, self.objective, self.done = trainer.model, trainer.options, trainer.objective, False
        self.state = torch.zeros(size, dtype=torch.uint8)
        self.step = 0

    def state_dict(self) -> dict[str, Any]:
        return {"big": self.state}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        assert state["big"].nbytes == self.state.nbytes


@pytest.mark.parametrize(("size", "most"), [(2**20, 24), (40 * 2**20, 6), (100 * 2**20, 2), (300 * 2**20, 0)])
def test_a_large_model_keeps_fewer(blobs: Dataset, tmp_path: Any, size: int, most: int) -> None:
    real = Trainer(Job.of("mlp", ("hidden=2",)), blobs)
    trainer = Heavy(real, size)
    recorder = Recorder(Run("x"), real.job, blobs, str(tmp_path))
    trip = Travel(trainer, recorder)  # type: ignore[arg-type]
    for step in range(0, 300, 10):
        trainer.step = step
        trip.stood()
        assert len(trip.snapshots) <= most and trip.snapshots.size <= 256 * 2**20
    assert len(trip.snapshots) == most
    if most:
        assert steps(trip.snapshots)[0] == 0 and steps(trip.snapshots)[-1] == 290
    refused = trip.move(Back(), "paused")
    assert (refused == travel.TOO_LARGE) == (most == 0)


def test_copying_takes_its_share_and_no_more(blobs: Dataset, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock of our own: a step takes 10 ms, a copy 20 ms."""
    now, copies = [0.0], []
    monkeypatch.setattr("dlviz.engine.training.travel.time.monotonic", lambda: now[0])
    real = Trainer(Job.of("mlp", ("hidden=2",)), blobs)
    trainer = Heavy(real, 10)

    def costly(state: Any, to: Any = None) -> Any:
        now[0] += 0.02
        copies.append(now[0])
        return state

    monkeypatch.setattr(travel, "copied", costly)
    trip = Travel(trainer, Recorder(Run("x"), real.job, blobs, str(tmp_path)))  # type: ignore[arg-type]
    trip.stood()
    for number in range(1, 20_001):
        now[0] += 0.01
        trainer.step = number
        trip.passed(Step(number, {}, validated=number % 50 == 0))
    assert 0.5 * travel.SHARE <= 0.02 * len(copies) / now[0] <= 1.01 * travel.SHARE < 0.01
