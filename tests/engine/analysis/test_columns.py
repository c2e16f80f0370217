"""Columns in a few words: their values against pandas, their errors, the defaults."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.analysis.columns import ColumnError, best, check, defaults, ordered, parse

from .making import run_of

VALUES = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf])), min_size=1, max_size=50
)


def of(spec, run):
    return parse(spec).value(run)


@given(VALUES)
def test_values_of_a_series_are_those_of_pandas(values):
    run = run_of("a", began=1e9, every=2.0, train__loss=values)
    frame = pd.Series(values).replace([math.inf, -math.inf], math.nan)
    assert of("first loss", run) == pytest.approx(values[0], nan_ok=True)
    assert of("loss", run) == pytest.approx(values[-1], nan_ok=True)
    if frame.notna().any():
        assert of("min loss", run) == frame.min() == of("best loss", run)
        assert of("max train/loss", run) == frame.max()
        assert of("mean loss", run) == pytest.approx(frame.mean(), abs=1e-9)
        assert of("min loss step", run) == frame.idxmin()
        assert of("max loss step", run) == frame.idxmax()
        assert of("max loss time", run) == 2.0 * float(str(frame.idxmax()))
    else:
        assert of("min loss", run) is None and of("mean loss", run) is None and of("max loss step", run) is None


def test_the_least_of_a_long_series_is_found_by_blocks():
    values = np.random.default_rng(0).normal(size=50_000)
    run = run_of("a", loss=values)
    assert of("min loss step", run) == values.argmin()
    assert of("max loss step", run) == values.argmax()


def test_configs_and_facts():
    run = run_of("a", {"opt": {"lr": 1e-3}, "layers": [1, 2]}, loss=[3, 2, 1])
    run.status, run.format = "failed", "csv"
    assert [of(spec, run) for spec in ("=lr", "=opt.lr", "= layers", "=none")] == ["0.001", "0.001", "[1, 2]", None]
    assert [of(spec, run) for spec in ("status", "format", "steps", "time", "started")] == [
        "failed",
        "csv",
        2.0,
        2.0,
        1.7e9,
    ]
    assert of("acc", run) is None
    assert of("left", run) is None


def test_tags_with_blanks_and_those_called_like_a_word():
    run = run_of("a", **{"val loss": [2, 1], "step time": [7], "max": [5]})
    assert of("min val loss", run) == 1
    assert of("last val loss step", run) == 1
    assert of("last step time", run) is None  # read as the time of the last `step`
    assert of("max", run) == 5


@pytest.mark.parametrize(
    ("spec", "words"),
    [("", "=lr"), ("=", "config key"), ("mean loss step", "mean"), ("min 'x", None)],
)
def test_what_is_not_understood_is_said_in_a_sentence(spec, words):
    if words is None:
        assert parse(spec).name == "x"
        return
    with pytest.raises(ColumnError, match=words):
        parse(spec)


def test_what_no_run_has_is_said_with_the_nearest():
    runs = [run_of("a", {"optimizer": {"lr": 1}}, val__loss=[1], weird=[1])]
    assert check(parse("min val/los"), runs) == "no run has a series “val/los”; the nearest is val/loss"
    assert "optimizer.lr" in check(parse("=l"), runs)
    assert "say min or max" in check(parse("best weird"), runs)
    assert check(parse("min loss"), runs) == "" == check(parse("=lr"), runs) == check(parse("status"), runs)


def test_the_best_of_a_column_is_marked_only_where_the_name_says_what_is_good():
    assert best(parse("min val/loss"), [0.5, 0.3, None, math.nan, 0.3]) == {1, 4}
    assert best(parse("last acc"), [0.5, 0.3]) == {0}
    assert best(parse("lr"), [0.5, 0.3]) == set()
    assert best(parse("loss"), [0.5, 0.5]) == set()
    assert best(parse("min loss step"), [3.0, 4.0]) == set()


def test_what_is_missing_comes_last_either_way():
    values = [None, 2.0, math.nan, 1.0, "text"]
    assert ordered(values) == [3, 1, 4, 0, 2]
    assert ordered(values, reverse=True) == [4, 1, 3, 0, 2]
    assert ordered(["10", "9", "0.5"]) == [2, 1, 0]


def test_defaults_begin_with_how_the_run_stands_then_what_can_be_good():
    run = run_of("a", epoch=[0], lr=[1], train__loss=[1], acc=[1], **{"system/gpu memory": [1]})
    assert defaults([run]) == [
        "status", "steps", "time", "min train/loss", "last train/loss", "max acc", "last acc", "last lr",
    ]  # fmt: skip
    # Of three runs two have train/loss and lr, one has other things; a series without points is no column.
    two = run_of("b", lr=[1], train__loss=[1], acc=[1])
    other = run_of("c", odd__loss=[1], fid=[1], lr=[1])
    other.one("empty/loss")
    assert defaults([other, run_of("a", train__loss=[1], acc=[1]), two])[3:] == [
        "min train/loss", "last train/loss", "max acc", "last acc", "last lr",
        "min odd/loss", "last odd/loss", "min fid", "last fid",
    ]  # fmt: skip
    assert len(defaults([run_of("a", **{f"loss{k}": [1] for k in range(99)})])) == 3 + 16


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_column_or_one_sentence(text):
    run = run_of("a", {"lr": 1}, loss=[1])
    try:
        column = parse(text)
    except ColumnError:
        return
    column.value(run)
    check(column, [run])
