"""What is wrong with a training: found where it is, not found in noise, at a cost of what is new."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.analysis.health import Doctor, Doctors
from dlviz.engine.runs.analysis.spikes import Spikes
from dlviz.engine.runs.run import Run

BEGAN = 1.7e9
T = np.arange(20_000)


def doctor(values, tag="train/loss", every=1.0, status="finished") -> Doctor:
    run = Run("a", "a")
    values = np.asarray(values, float)
    run.one(tag).extend_arrays(np.arange(len(values)), BEGAN + every * np.arange(len(values)), values)
    run.status, run.grown = status, BEGAN + every * max(len(values) - 1, 0)
    return Doctor(run)


def texts(one: Doctor, later=0.0) -> list[str]:
    return [finding.text for finding in one.check(one.run.grown + later)]


def noise(seed=0, n=20_000):
    return np.random.default_rng(seed).normal(size=n)


HEALTHY = {
    "white noise": lambda r: 2 + 0.3 * r.normal(size=len(T)),
    "around zero": lambda r: r.normal(size=len(T)),
    "decay": lambda r: 4 * np.exp(-T / 3000) + 0.1 + 0.02 * r.normal(size=len(T)),
    "decay, relative noise": lambda r: 4 * np.exp(-T / 3000 + 0.2 * r.normal(size=len(T))),
    "log-normal": lambda r: np.exp(r.normal(size=len(T))),
    "exponential": lambda r: r.exponential(1, len(T)),
    "steps down": lambda r: np.repeat(2.0 ** -np.arange(10), len(T) // 10) + 0.01 * r.normal(size=len(T)),
    "warm restarts": lambda r: 1 + 0.5 * np.cos(T / 500) + 0.02 * r.normal(size=len(T)),
    "constant": lambda r: np.full(len(T), 0.7),
    "rising": lambda r: 1 + T * 1e-3,
    "mostly zero": lambda r: (r.random(len(T)) < 0.01) * 1.0,
    "quantised": lambda r: np.round(2 + 0.05 * r.normal(size=len(T)), 1),
}


@pytest.mark.parametrize("kind", HEALTHY)
def test_no_spike_is_found_in_healthy_curves(kind):
    """In ten times 20,000 points of each kind none."""
    for seed in range(10):
        spikes = Spikes()
        spikes.see(T, T * 1.0, HEALTHY[kind](np.random.default_rng(seed)))
        assert spikes.found == []


def test_heavy_tails_are_rarely_called_spikes():
    """Fewer than 1 in 1,000 points of Student's t with 3 degrees of freedom, 1 in 20,000 of a Laplace distribution."""
    for draw, most in ((lambda r: r.standard_t(3, len(T)), 20), (lambda r: r.laplace(size=len(T)), 1)):
        for seed in range(5):
            spikes = Spikes()
            spikes.see(T, T * 1.0, 2 + 0.1 * draw(np.random.default_rng(seed)))
            assert spikes.count <= most


def test_a_spike_is_told_with_its_numbers():
    values = 0.66 + 0.02 * noise(n=2000)
    values[1200], values[1201] = 9.3, 4.0
    (finding,) = doctor(values).check(BEGAN + 2000)
    assert (finding.kind, finding.tag, finding.step, finding.time) == ("spike", "train/loss", 1200, BEGAN + 1200)
    assert finding.text == "train/loss jumped to 9.3 at step 1,200: 14x the rolling median 0.659"


def test_the_worst_of_many_spikes_says_how_many_there_were():
    values = 1 + 0.02 * noise(n=9000)
    values[1000::500] = 5 * 4.0 ** np.arange(16)
    found = doctor(values).check(BEGAN)
    assert len(found) == 5
    assert [("16 spikes" in one.text) for one in found].count(True) == 1


def test_only_losses_and_gradient_norms_spike():
    values = 1 + 0.02 * noise(n=500)
    values[300] = 50
    assert texts(doctor(values, "reward")) == []
    assert len(texts(doctor(values, "train/grad_norm"))) == 1


@given(st.lists(st.integers(1, 700), min_size=1, max_size=12))
@settings(max_examples=30)
def test_points_in_pieces_give_the_spikes_that_all_at_once_give(pieces):
    values = 1 + 0.05 * noise(3, 3000)
    values[[700, 1500, 2900]] = 20, 40, 80
    steps = np.arange(3000)
    spikes, at = Spikes(), 0
    for piece in [*pieces, 3000]:
        part = slice(at, min(at + piece, 3000))
        spikes.see(steps[part], steps[part] * 1.0, values[part])
        at = part.stop
    assert [spike.step for spike in spikes.found] == [700, 1500, 2900]


def test_nan_from_a_step_on_and_infinity_in_between():
    values = np.ones(120)
    values[85:] = math.nan
    assert texts(doctor(values))[0] == "train/loss is NaN from step 85 on: 35 of 120 points are not finite"
    values = np.ones(120)
    values[[12, 40]] = math.inf
    assert texts(doctor(values, "x")) == ["x is infinite at step 12: 2 of 120 points are not finite"]


def test_nan_that_comes_later_is_counted_on():
    one = doctor(np.ones(50))
    assert texts(one) == []
    for k in range(3):
        one.run.series["train/loss"].append(50 + k, BEGAN + 50 + k, math.nan)
        assert texts(one) == [
            f"train/loss is NaN at step 50, its last: {1} of 51 points is not finite" if k == 0
            else f"train/loss is NaN from step 50 on: {k + 1} of {51 + k} points are not finite"
        ]  # fmt: skip


def test_a_series_that_was_read_anew_is_examined_anew():
    one = doctor([math.nan, 1, 1])
    assert len(texts(one)) == 1
    other = Run("b")
    other.one("train/loss").extend([(0, BEGAN, 1.0)])
    one.run.rewrite(other.series, ())
    assert texts(one) == []


IMPROVING = {
    "slowly": lambda n: 1.7 + 8 / (1 + np.arange(n) / n * 30) ** 0.8,
    "root": lambda n: 1 / np.sqrt(np.arange(n) / 100 + 1),
    "linear": lambda n: 3 - np.arange(n) / n,
}
FLAT = {
    "constant": lambda n: np.full(n, 2.3),
    "reached": lambda n: np.exp(-np.arange(n) / n * 30) + 0.5,
    "overfitting": lambda n: 1 + np.abs(np.linspace(-1, 1, n)),
}


@pytest.mark.parametrize("seed", range(5))
def test_plateaus_are_told_from_slow_progress_under_noise(seed):
    n = 5000
    for curve in IMPROVING.values():
        assert not texts(doctor(curve(n) + 0.05 * noise(seed, n), status="running"))
    for curve in FLAT.values():
        (text,) = texts(doctor(curve(n) + 0.05 * noise(seed, n), status="running"))
        assert "has not improved since step" in text


def test_a_plateau_is_told_of_a_loss_that_runs_and_has_points_enough():
    flat = np.full(5000, 2.3)
    assert texts(doctor(flat, status="finished")) == []
    assert texts(doctor(flat, "reward", status="running")) == []
    assert texts(doctor(flat[:100], status="running")) == []
    assert len(texts(doctor(flat[:100], "val/loss", status="running"))) == 1


def timed_run(intervals, status="running") -> Doctor:
    run = Run("a", "a")
    times = BEGAN + np.cumsum(intervals)
    run.one("x").extend_arrays(np.arange(len(times)), times, np.ones(len(times)))
    run.status, run.grown = status, float(times[-1])
    return Doctor(run)


def test_a_drop_of_speed_that_lasts_is_found():
    rng = np.random.default_rng(0)
    intervals = np.where(np.arange(3000) < 2500, 0.5, 1.3) * (1 + 0.1 * rng.random(3000))
    intervals[::200] += 30
    one = timed_run(intervals)
    (finding,) = one.check(one.run.grown)
    assert finding.kind == "slow" and abs(finding.step - 2500) < 40
    assert "0.38x the usual 1.9 steps/s" in finding.text or "0.39x the usual" in finding.text
    one.run.status = "finished"
    assert one.check(one.run.grown) == ()


def test_pauses_and_jitter_are_no_drop_of_speed():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        intervals = np.abs(rng.normal(0.5, 0.2, 3000))
        intervals[::100] += 60
        intervals[rng.random(3000) < 0.01] += 10
        intervals[-3:] += 30
        assert texts(timed_run(intervals)) == []


def test_clocks_of_whole_seconds_are_no_drop_of_speed():
    times = np.floor(np.arange(2000) * 0.3)
    assert texts(timed_run(np.diff(times, prepend=0))) == []


def test_silence_is_a_stall_when_it_is_unusual():
    def slow_run(intervals):
        found = timed_run(intervals)
        found.run.steps = 10_000
        return found

    one = slow_run(np.full(500, 2.0))
    assert texts(one, 200) == []
    assert texts(one, 720) == ["nothing new for 12 min, after step 499; usually a point comes every 2 s"]
    assert texts(one, 2 * 86_400) == []
    rare = slow_run(np.full(500, 300.0))
    assert texts(rare, 2000) == [] and len(texts(rare, 3600)) == 1
    paused = slow_run(np.where(np.arange(500) % 50 == 40, 400.0, 2.0))
    assert texts(paused, 720) == []
    one.run.status = "finished"
    assert texts(one, 720) == []


def test_silence_alone_is_no_stall_for_most_logs_never_say_that_they_are_over():
    one = timed_run(np.full(500, 2.0))
    assert texts(one, 720) == []
    one.run.steps = 500
    assert texts(one, 720) == []  # its last step is reached
    one.run.steps = None
    one.run.grown += 4  # it grew while it was watched
    assert texts(one, 100) == [] and len(texts(one, 720)) == 1


def test_a_stretch_of_nan_at_the_end_is_told_from_those_before():
    values = np.ones(60)
    values[[7, 50, 51]] = math.nan
    values[55:] = math.nan
    expected = "x is NaN at step 7, and not finite from step 55 on: 8 of 60 points are not finite"
    assert texts(doctor(values, "x")) == [expected]
    one = doctor(values[:57], "x")
    texts(one)
    one.run.series["x"].extend((k, BEGAN + k, math.nan) for k in range(57, 60))
    assert texts(one) == [expected]


def test_a_look_costs_what_is_new():
    one = doctor(1 + 0.1 * noise(n=50_000))
    one.check(BEGAN)
    seen = []
    spikes = one._charts["train/loss"].spikes
    original = spikes.see
    spikes.see = lambda steps, times, values: (seen.append(len(values)), original(steps, times, values))  # type: ignore[assignment]
    one.check(BEGAN)
    one.run.series["train/loss"].extend((50_000 + k, BEGAN, 1.0) for k in range(7))
    one.check(BEGAN)
    assert seen == [7]


def test_the_gravest_come_first_and_are_bounded():
    run = Run("a", "a")
    for k in range(100):
        run.one(f"loss{k}").extend((s, BEGAN + s, math.nan if s == k else 1.0) for s in range(300))
    run.one("late/loss").extend((s, BEGAN + s, 30.0 if s == 299 else 1.0 + s % 3 / 10) for s in range(300))
    run.status, run.grown = "running", BEGAN + 299
    found = Doctor(run).check(run.grown + 5)
    assert len(found) == 64
    assert {one.kind for one in found} == {"nonfinite"}
    assert [one.step for one in found] == sorted((one.step for one in found), reverse=True)


def test_a_run_whose_status_says_that_nothing_comes_is_not_called_stalled():
    for status, kinds in (("running", ["stalled"]), ("silent", []), ("unknown", []), ("failed", [])):
        one = doctor([1, 1], status=status)
        one.run.steps = 100
        assert [found.kind for found in one.check(one.run.grown + 1000)] == kinds


def test_doctors_write_into_runs_and_review_those_that_stand_still():
    run = doctor([1, math.nan], status="running").run
    run.steps = 100
    doctors = Doctors()
    doctors.see(run, run.grown)
    assert [one.kind for one in run.findings] == ["nonfinite"]
    before = run.findings
    doctors.see(run, run.grown)
    assert run.findings is before
    assert doctors.review([run], run.grown + 1000)
    assert [one.kind for one in run.findings] == ["nonfinite", "stalled"]
    assert not doctors.review([run], run.grown + 1000)


@given(st.lists(st.one_of(st.floats(), st.just(math.nan)), max_size=80), st.lists(st.floats(), max_size=80))
def test_whatever_is_logged_nothing_is_raised(values, times):
    run = Run("a", "a")
    series = run.one("loss")
    series.extend((k * (-1) ** (k % 7 == 0), times[k] if k < len(times) else 0.0, v) for k, v in enumerate(values))
    run.status, run.grown = "running", BEGAN
    with np.errstate(all="ignore"):
        Doctor(run).check(BEGAN + 1000)
