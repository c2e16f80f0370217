"""`dropout`: facts turn red when a mask, a scale or a chance is wrong; the bench is what it says."""

import numpy as np
import pytest

from dlviz.engine.lessons.dropout import LESSON
from dlviz.engine.lessons.trainings import dropout_bench
from dlviz.engine.lessons.workings import dropout_trained, mini_batches
from dlviz.engine.lessons.workings import masks_of_units as work
from dlviz.engine.options import OptionError


def holds(words, state=None, id_="", **values):
    """Whether the claim whose words begin so, of a row of the syllabus, holds in a state."""
    (claim,) = [c for c in LESSON.claims if c.says.startswith(words) and c.id.startswith(id_)]
    return claim.fact("dropout", state or LESSON.state(values)).holds


@pytest.fixture
def fresh():
    """Nothing remembered from before, nor for later."""
    caches = (work.trained, work.chances, work.sums, mini_batches.points)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_a_missing_scale_turns_prediction_red(monkeypatch):
    assert holds("means over 4096")
    assert holds("weights times r against")
    monkeypatch.setattr(work, "scaled_output", lambda unit, n, keep: float(work.activate(unit, work.sums(n)[-1])))
    assert not holds("means over 4096")
    assert not holds("weights times r against")


def test_a_missing_division_turns_pytorchs_dropout_red(monkeypatch):
    assert holds("nn.Dropout(p)")
    monkeypatch.setattr(work, "inverted", lambda h, mask, keep: h * mask)
    assert not holds("nn.Dropout(p)")


def test_the_drop_probability_in_place_of_r_turns_red(monkeypatch, fresh):
    right = work.draw
    assert holds("kept fraction")
    monkeypatch.setattr(work, "draw", lambda step, n, keep, seed=0: right(step, n, 1 - keep, seed))
    assert not holds("kept fraction")


def test_a_gradient_that_forgets_the_mask_turns_red(monkeypatch, fresh):
    right = work.gradients
    assert holds("dropped units get", id_="L1")
    work.trained.cache_clear()
    monkeypatch.setattr(
        work, "gradients", lambda inward, outward, mask, x, y: right(inward, outward, np.ones_like(mask), x, y)
    )
    assert not holds("dropped units get", id_="L1")


def test_a_mask_that_stays_for_two_steps_turns_red(monkeypatch, fresh):
    right = work.draw
    assert holds("masks of neighbouring")
    monkeypatch.setattr(work, "draw", lambda step, n, keep, seed=0: right(step // 2, n, keep, seed))
    assert not holds("masks of neighbouring")


def test_a_sum_in_place_of_the_mean_turns_mini_batches_red(monkeypatch, fresh):
    assert holds("mean of all mini-batches")
    monkeypatch.setattr(
        mini_batches, "of_batches", lambda seed, size: mini_batches.each(seed).reshape(-1, size, 2).sum(1)
    )
    assert not holds("mean of all mini-batches")


def test_a_wrong_scale_in_training_turns_red(monkeypatch):
    assert holds("nn.Dropout(p)")
    monkeypatch.setattr(work, "inverted", lambda h, mask, keep: h * mask / (1 - keep))
    assert not holds("nn.Dropout(p)")


def test_gradients_that_point_uphill_turn_red(monkeypatch, fresh):
    right = mini_batches.of_batches
    assert holds("mean of all mini-batches")
    monkeypatch.setattr(mini_batches, "of_batches", lambda seed, size: -right(seed, size))
    assert not holds("mean of all mini-batches")


def test_relu_units_whose_mean_is_wrong_turn_red(monkeypatch):
    right = work.mean_output
    assert holds("weights times r against", unit="relu")
    monkeypatch.setattr(work, "mean_output", lambda unit, n, keep: right(unit, n, keep) + 0.1)
    assert not holds("weights times r against", unit="relu")


def test_networks_that_are_miscounted_turn_red(monkeypatch):
    right = work.masks
    assert holds("12 units")
    monkeypatch.setattr(work, "masks", lambda n: right(n)[: n**2] if n > 4 else right(n))
    assert not holds("12 units")


def test_chances_sum_to_one_and_masks_are_all_different():
    for n in (2, 7, 12):
        assert len(np.unique(work.masks(n), axis=0)) == 2**n
        assert work.chances(n, 0.3).sum() == pytest.approx(1)


@pytest.mark.parametrize("unit", work.UNITS)
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_scaling_holds_as_it_is_said_for_every_unit(unit, keep):
    assert holds("weights times r against", unit=unit, r=keep, units=5)


def test_a_short_bench_is_deterministic_and_its_masks_obey_jensen(monkeypatch):
    monkeypatch.setattr(dropout_bench, "STEPS", 20)
    monkeypatch.setattr(dropout_bench, "MASKS", 6)
    told = []
    state = LESSON.state(seed=3)
    first = dropout_bench.train(state, lambda share, text="", **numbers: told.append(share))
    again = dropout_bench.train(state, lambda *said, **numbers: None)
    assert (first.masked == again.masked).all()
    assert told == sorted(told)
    assert told[-1] == 1
    assert not first.model.training
    trained = state.with_result("dropout-bench", first)
    assert holds("masks averaged", trained)
    assert holds("so with new masks", trained)


def test_an_ensemble_that_multiplies_turns_red(monkeypatch):
    monkeypatch.setattr(dropout_bench, "STEPS", 20)
    monkeypatch.setattr(dropout_bench, "MASKS", 6)
    result = dropout_bench.train(LESSON.state(), lambda *said, **numbers: None)
    trained = LESSON.state({"members": 5}).with_result("dropout-bench", result)
    right = dropout_trained.loss
    assert holds("masks averaged", trained)
    monkeypatch.setattr(
        "dlviz.engine.lessons.proofs.dropout.averaged_loss",
        lambda masked, labels, members: right(masked[:members].prod(0), labels),
    )
    assert not holds("masks averaged", trained)


@pytest.mark.parametrize("text", ["r=1.5", "units=13", "unit=[/x]", "batch=3", "members=0"])
def test_texts_that_fit_no_setting_are_refused(text):
    with pytest.raises(OptionError):
        LESSON.parse([text])
