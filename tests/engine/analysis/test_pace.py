"""Speed and time left, from points whose pace is known."""

import math

import numpy as np
import pytest

from dlviz.engine.runs.analysis.pace import observe, pace
from dlviz.engine.runs.run import Run

from .making import run_of

BEGAN = 1.7e9


def timed(intervals, config=None, steps=None, **more) -> Run:
    """A running run with a point after each of `intervals` seconds."""
    run = Run("a", "a", config or {})
    times = BEGAN + np.cumsum(intervals)
    steps = np.arange(1, len(times) + 1) if steps is None else np.asarray(steps)
    run.one("loss").extend_arrays(steps, times, np.ones(len(times)))
    for tag, values in more.items():
        run.one(tag).extend_arrays(steps, times, np.asarray(values, float))
    run.status, run.grown = "running", float(times[-1])
    return run


def test_a_steady_run():
    run = timed(np.full(1000, 0.5), {"max_steps": 3000})
    found = pace(run, run.grown)
    assert (found.step, found.total) == (1000, 3000)
    assert found.recent == pytest.approx(2.0) == found.overall
    assert found.elapsed == pytest.approx(999 * 0.5)
    assert found.remaining == pytest.approx(1000.0)
    assert pace(run, run.grown + 60).remaining == pytest.approx(940.0)


def test_validation_pauses_count_and_interruptions_do_not():
    intervals = np.full(1000, 0.5)
    intervals[99::100] = 10.5  # validation
    intervals[500] = 86_400.0  # killed, resumed a day later
    found = pace(timed(intervals, {"total_steps": 2000}))
    assert found.recent == pytest.approx(1 / 0.6, rel=0.1)
    assert found.elapsed == pytest.approx(1000 * 0.6, rel=0.05)
    assert found.overall == pytest.approx(1 / 0.6, rel=0.05)


def test_a_resume_that_goes_back_does_not_turn_the_speed_round():
    steps = [*range(1, 501), *range(401, 901)]
    found = pace(timed(np.full(1000, 1.0), steps=steps))
    assert found.recent == pytest.approx(1.0)
    assert found.step == 900


def test_a_long_series_is_sampled():
    found = pace(timed(np.full(1_000_000, 0.1), {"max_steps": 2_000_000}))
    assert found.elapsed == pytest.approx(99_999.9, rel=1e-6)
    assert found.overall == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("config", "total"),
    [
        ({"max_steps": 500}, 500),
        ({"trainer": {"max_iters": 500}}, 500),
        ({"num_train_steps": "500"}, 500),
        ({"total_timesteps": 500}, 500),
        ({"max_steps": -1}, None),  # transformers: not given
        ({"max_steps": 50}, None),  # was passed: counts something else
        ({"eval_steps": 500, "warmup_steps": 500, "save_steps": 500}, None),
        ({"epochs": 500}, 500),  # a step is an epoch
        ({"epochs": 5}, None),
        ({}, None),
    ],
)
def test_the_total_is_found_in_the_config(config, total):
    assert pace(timed(np.ones(100), config)).total == total


def test_the_log_is_believed_before_the_config():
    run = timed(np.ones(100), {"max_steps": 500})
    run.steps = 400
    assert pace(run).total == 400


def test_epochs_become_steps():
    whole = timed(np.ones(100), {"max_epochs": 10}, epoch=np.arange(100) // 25)
    assert pace(whole).total == 250
    share = timed(np.ones(100), {"num_train_epochs": 3}, epoch=np.arange(1, 101) / 100)
    assert pace(share).total == 300


def test_keras_counts_epochs_itself():
    run = timed(np.ones(10), {"epochs": 30}, steps=range(10), epoch=range(10))
    assert pace(run).total == 30


def test_nothing_is_known_of_an_empty_run_or_one_without_times():
    empty = pace(Run("a"))
    assert empty.step is None and np.isnan(empty.recent)
    run = run_of("a", {"max_steps": 100}, began=0.0, loss=[1, 2, 3])
    run.status = "running"
    found = pace(run)
    assert found.step == 2 and np.isnan(found.recent) and np.isnan(found.remaining)


def test_a_log_without_times_has_the_speed_at_which_it_was_seen_to_grow():
    run = Run("a", "a", {"max_steps": 1000})
    loss = run.one("loss")
    run.status = "running"

    def seen(step, grown):
        loss.append(step, math.nan, 1.0)
        run.grown = grown
        observe(run)
        return pace(run, grown + 10)

    assert math.isnan(seen(100, BEGAN).recent)
    assert math.isnan(seen(200, BEGAN).recent)  # more was read of what was there
    assert math.isnan(seen(204, BEGAN + 2).recent)  # too soon to tell
    found = seen(240, BEGAN + 20)
    assert found.recent == pytest.approx(2.0) and found.remaining == pytest.approx(760 / 2 - 10)
    assert math.isnan(found.overall) and math.isnan(found.elapsed)
    for k in range(100):  # the newest looks count
        found = seen(250 + k, BEGAN + 30 + 10 * k)
    assert found.recent == pytest.approx(0.1)
    assert math.isnan(seen(360, BEGAN + 9000).recent)  # after an interruption it begins anew


def test_an_ended_run_has_nothing_left():
    run = timed(np.ones(100), {"max_steps": 500})
    run.status = "finished"
    assert np.isnan(pace(run).remaining)


def test_the_machine_does_not_tell_the_time():
    run = timed(np.ones(100))
    run.one("system/gpu").extend_arrays(np.arange(9999), BEGAN + np.arange(9999.0), np.ones(9999))
    assert pace(run).step == 100
