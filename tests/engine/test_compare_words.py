"""Differences in plain words, from results made up by hand."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.comparing.curves import mean_curve
from dlviz.engine.comparing.document import document
from dlviz.engine.comparing.metrics import METRICS, metric
from dlviz.engine.comparing.outcome import Difference, Finished, Result, difference
from dlviz.engine.comparing.plan import plan
from dlviz.engine.comparing.statistics import Interval
from dlviz.engine.comparing.words import digits, leaders, reading, summary, verdict
from dlviz.engine.runs.series import Series


def side(name: str, **metrics: list[float]) -> Result:
    """A model with these metrics over its seeds."""
    count = len(next(iter(metrics.values())))
    runs = tuple(
        Finished(
            seed=seed,
            path="nowhere",
            steps=100,
            seconds=2.0 * len(name),
            parameters=100 * len(name),
            metrics={key: values[seed] for key, values in metrics.items()},
            fingerprint=f"split {seed}",
            diverged_at=0,
            curves=("loss/train",),
        )
        for seed in range(count)
    )
    return Result(name=name, spec=name, model="mlp", kind="c", options={}, multiply_adds=9, runs=runs)


def said(name: str, first: list[float], second: list[float]) -> str:
    """The verdict on two models called a and b."""
    found = difference(name, side("a", **{name: first}), side("b", **{name: second}))
    assert found is not None
    return verdict(found)


def test_more_accuracy_is_better_and_said_in_points() -> None:
    assert said("test_accuracy", [0.981, 0.985, 0.982], [0.967, 0.97, 0.969]) == "a better by 1.40 ± 0.25 points"


@pytest.mark.parametrize(
    ("name", "winner"),
    [("test_loss", "b"), ("frechet", "b"), ("val_bits_per_char", "b"), ("near_mode", "a"), ("sample_seconds", "b")],
)
def test_each_metric_knows_which_way_is_better(name: str, winner: str) -> None:
    assert said(name, [0.51, 0.52, 0.5], [0.21, 0.22, 0.2]).startswith(f"{winner} better by ")


def test_an_interval_that_holds_zero_is_no_difference() -> None:
    assert said("test_accuracy", [0.9, 0.8], [0.8, 0.9]).startswith("no difference seen (a minus b: -127 … 127 points)")


def test_a_lopsided_interval_is_given_by_its_ends() -> None:
    gap = Interval(-0.019, -0.039, -0.001, "examples")
    found = Difference(metric="test_accuracy", first="a", second="b", values=(-0.019,), interval=gap)
    assert verdict(found) == "b better by 1.9 (0.1 … 3.9 points)"


def test_one_seed_says_so() -> None:
    assert said("frechet", [0.5], [0.2]) == "b better by 0.3; one seed, so no interval"
    assert said("frechet", [0.5], [0.5]) == "no difference; one seed, so no interval"


def test_what_never_varies_has_no_interval_to_show() -> None:
    assert said("modes", [8, 8, 8], [3, 3, 3]) == "a better by 5 in each of 3 seeds"
    assert said("modes", [8, 8], [8, 8]) == "no difference: equal in each of 2 seeds"


def test_an_unknown_metric_is_higher_not_better() -> None:
    assert said("wobble", [3.0, 3.1], [1.0, 1.1]) == "a higher by 2 in each of 2 seeds"
    assert metric("wobble").better == 0


def test_a_value_that_is_no_number_is_not_compared() -> None:
    assert "no number" in said("test_loss", [float("nan"), 1.0], [0.5, 0.6])


def test_only_seeds_that_both_have_are_paired() -> None:
    a, b = side("a", frechet=[1.0, 2.0, 3.0]), side("b", frechet=[0.5, 1.0])
    found = difference("frechet", a, b)
    assert found is not None and found.values == (0.5, 1.0)
    assert difference("frechet", a, replace(b, runs=())) is None


def test_the_group_of_the_best_holds_who_is_not_seen_to_be_worse() -> None:
    sides = [side("a", frechet=[0.1]), side("b", frechet=[0.2]), side("c", frechet=[0.3])]
    gaps = [
        Difference(metric="frechet", first="a", second="b", values=(0.0,), interval=Interval(-0.1, -0.3, 0.1, "")),
        Difference(metric="frechet", first="a", second="c", values=(0.0,), interval=Interval(-0.2, -0.3, -0.1, "")),
    ]
    assert leaders("frechet", sides, gaps) == ["a", "b"]


def test_the_document_says_the_best_against_each_other() -> None:
    sides = [side("x", test_accuracy=[0.9, 0.91, 0.9]), side("yy", test_accuracy=[0.99, 0.98, 0.99])]
    sides.append(side("zzz", test_accuracy=[0.985, 0.991, 0.988], frechet=[0.2] * 3, frechet_floor=[0.1] * 3))
    whole = document(plan(("mlp", "mlp", "cnn"), seeds=3), sides, "runs/c", "finished", [])
    (sentence,) = whole["verdicts"]
    assert sentence.startswith("test accuracy: zzz best (98.8 %); yy: no difference seen (")
    assert "; better than x by 8." in sentence
    assert whole["reading"] == [
        "Fréchet distance, as a multiple of that of real test images: zzz 2.",
        "Only zzz states: Fréchet distance.",
        "x has the fewest parameters, zzz 3 times as many; x trained the shortest (2 s), zzz 3 times as long.",
    ]
    assert [gap["metric"] for gap in whole["differences"]] == ["test_accuracy"] * 3
    assert whole["leaders"] == {"test_accuracy": ["zzz", "yy"]}


def test_nothing_is_read_off_from_nothing() -> None:
    assert reading([replace(side("a", frechet=[1.0]), runs=())]) == []


@pytest.mark.parametrize(
    ("number", "spread", "text"),
    [
        (98.123, 0.41, "98.1"),
        (98.123, 0.21, "98.12"),
        (1234.5, 99.0, "1234.5"),
        (1234.5, 300.0, "1234"),
        (0.5, 0.0, "0.5"),
    ],
)
def test_a_number_has_the_digits_that_its_spread_leaves(number: float, spread: float, text: str) -> None:
    assert digits(number, spread) == text


def test_every_known_metric_of_the_design_has_words() -> None:
    named = "test_accuracy test_loss test_ece val_bits_per_char exact_match alignment frechet near_mode modes"
    assert {*named.split(), "sample_seconds", "test_log_likelihood"} <= METRICS.keys()
    assert metric("test_accuracy_shift2").better == 1 and metric("strange_floor").better == 0


def test_curves_are_averaged_where_all_of_them_reach() -> None:
    def series(steps: list[int], values: list[float]) -> Series:
        one = Series("loss")
        one.extend([(step, 0.0, value) for step, value in zip(steps, values, strict=True)])
        return one

    curve = mean_curve([series([10, 20, 30], [3.0, 2.0, 1.0]), series([5, 15, 25, 35], [1.0, 2.0, 3.0, 4.0])])
    assert curve is not None and curve.steps.tolist() == [10, 20, 30]
    assert curve.mean == pytest.approx([2.25, 2.25, 2.25]) and curve.sd[0] == pytest.approx(np.std([3.0, 1.5], ddof=1))
    assert mean_curve([]) is None and mean_curve([Series("empty")]) is None
    long = mean_curve([series(list(range(1000)), [1.0] * 999 + [float("nan")])])
    assert long is not None and len(long.steps) == 120 and long.mean == pytest.approx(1.0)


def test_what_is_equal_for_all_has_no_best() -> None:
    results = [side(name, coverage=[1.0, 1.0]) for name in "abc"]
    assert summary("coverage", results, []) == "classes covered: all the same (100 %)"
