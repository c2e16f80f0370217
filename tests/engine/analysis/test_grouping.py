"""Groups of runs and their mean curves, against pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.analysis.grouping import aggregate, aggregates, groups

from .making import run_of


def values(one):
    return [series.points().values for series in (one.mean, one.low, one.high)]


def test_runs_are_grouped_by_what_their_configs_say_and_those_without_go_together():
    runs = [run_of(str(k), {"opt": {"lr": lr}} if lr else {}) for k, lr in enumerate([0.1, 0.2, 0.1, None, "0.10"])]
    found = groups(runs, ["lr"])
    assert [(group.label, [run.name for run in group.runs]) for group in found] == [
        ("lr=0.1", ["0", "2", "4"]),
        ("lr=0.2", ["1"]),
        ("lr=(unset)", ["3"]),
    ]
    assert [group.label for group in groups(runs[:2], [])] == ["all"]


def test_mean_and_sd_at_shared_steps_are_those_of_pandas():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(200, 5))
    one = aggregate([run_of(str(k), loss=table[:, k]) for k in range(5)], "loss")
    frame = pd.DataFrame(table)
    mean, low, high = values(one)
    np.testing.assert_allclose(mean, frame.mean(axis=1))
    np.testing.assert_allclose(high - mean, frame.std(axis=1, ddof=1))
    np.testing.assert_allclose(mean - low, frame.std(axis=1, ddof=1))
    assert one.mean.points().steps.tolist() == list(range(200))
    assert one.label == "all (± sd of 5)"
    mean, low, high = values(aggregate([run_of(str(k), loss=table[:, k]) for k in range(5)], "loss", "range"))
    np.testing.assert_allclose(low, frame.min(axis=1))
    np.testing.assert_allclose(high, frame.max(axis=1))


@given(st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=12, unique=True), min_size=1, max_size=4), st.data())
def test_other_steps_are_interpolated_within_each_range_as_pandas_does(steps, data):
    columns = []
    for k, some in enumerate(steps):
        some = sorted(some)
        numbers = data.draw(st.lists(st.floats(-5, 5), min_size=len(some), max_size=len(some)))
        columns.append(pd.Series(numbers, index=some, name=str(k)))
    one = aggregate([run_of(c.name, loss=(c.index, c.to_numpy())) for c in columns], "loss")
    frame = pd.concat(columns, axis=1).sort_index().interpolate(method="index", limit_area="inside")
    mean, low, high = values(one)
    np.testing.assert_allclose(mean, frame.mean(axis=1), atol=1e-12)
    sd = frame.std(axis=1, ddof=1).to_numpy()
    np.testing.assert_allclose((high - low) / 2, sd, atol=1e-9)
    assert one.reach.tolist() == frame.notna().sum(axis=1).tolist()


def test_it_is_said_where_fewer_runs_contribute_and_one_alone_has_no_band():
    long, short = run_of("a", loss=np.ones(10)), run_of("b", loss=np.zeros(4))
    one = aggregate([long, short], "loss")
    assert one.reach.tolist() == [2] * 4 + [1] * 6
    assert np.isnan(values(one)[1][4:]).all() and (values(one)[0][4:] == 1).all()
    assert one.label == "all (± sd of 2, 1 of 2 at the end)"
    assert aggregate([long], "loss").label == "all (1 run, no band)"


def test_nan_is_left_out_where_it_was_logged_and_counted():
    a, b = run_of("a", loss=[1, np.nan, 3, np.inf]), run_of("b", loss=[3, 3, 3, 3])
    one = aggregate([a, b], "loss")
    assert values(one)[0].tolist() == [2, 3, 3, 3]
    assert one.reach.tolist() == [2, 1, 2, 1]
    assert "2 NaN left out" in one.label


def test_nothing_to_average():
    assert aggregate([], "loss") is None
    assert aggregate([run_of("a")], "loss") is None
    assert aggregate([run_of("a", loss=[np.nan])], "loss") is None


def test_a_resumed_run_counts_the_value_logged_last_at_a_step():
    one = aggregate([run_of("a", loss=([0, 1, 2, 1, 2, 3], [9, 9, 9, 1, 2, 3]))], "loss")
    assert one.mean.points().steps.tolist() == [0, 1, 2, 3]
    assert values(one)[0].tolist() == [9, 1, 2, 3]


def test_long_series_are_averaged_over_blocks_and_stay_exact_on_shared_steps():
    n = 100_000
    rng = np.random.default_rng(1)
    table = rng.normal(size=(3, n))
    runs = [run_of(str(k), loss=table[k][: n - 7 * k]) for k in range(3)]
    one = aggregate(runs, "loss")
    assert one.blocks == 32 and len(one.mean) <= 2 * 4096
    blocks = table[:, : n // 32 * 32].reshape(3, -1, 32).mean(2)
    np.testing.assert_allclose(values(one)[0][:3000], blocks.mean(0)[:3000])
    assert "means of 32 points" in one.label


def test_runs_that_share_no_steps_cost_no_more():
    rng = np.random.default_rng(2)
    runs = [run_of(str(k), loss=(np.sort(rng.choice(10**9, 4000, False)), np.ones(4000))) for k in range(20)]
    assert len(aggregate(runs, "loss").mean) <= 2 * 4096


def test_time_and_tags_as_x():
    a = run_of("a", began=1e9, every=2.0, loss=[1, 2, 3], epoch=[0, 0.5, 1])
    b = run_of("b", began=2e9, every=1.0, loss=[3, 4, 5, 6, 7], epoch=[0, 0.25, 0.5, 0.75, 1])
    by_time = aggregate([a, b], "loss", x="time")
    assert by_time.x.tolist() == [0, 1, 2, 3, 4]
    assert values(by_time)[0].tolist() == [2, 2.75, 3.5, 4.25, 5]
    assert by_time.mean.points().times.tolist() == [0, 1, 2, 3, 4]
    by_epoch = aggregate([a, b], "loss", x="epoch")
    assert by_epoch.x.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert values(by_epoch)[0][[0, 2, 4]].tolist() == [2, 3.5, 5]
    assert aggregate([a, b], "loss", x="nothing") is None


def test_what_has_not_changed_is_not_computed_again():
    runs = [run_of("a", loss=[1, 2]), run_of("b", loss=[3, 4])]
    first = aggregate(runs, "loss")
    assert aggregate(runs, "loss") is first
    runs[0].one("loss").append(2, 0.0, 9.0)
    assert aggregate(runs, "loss") is not first
    assert values(aggregate(runs, "loss"))[0].tolist() == [2, 3, 9]


def test_huge_numbers_do_not_overflow():
    one = aggregate([run_of(str(k), loss=[v]) for k, v in enumerate([1e300, -1e300, 1e300])], "loss")
    assert values(one)[0][0] == pytest.approx(1e300 / 3)
    assert np.isfinite(values(one)[1]).all()


def test_every_group_that_has_the_tag_gets_a_curve():
    runs = [run_of(str(k), {"lr": k % 2}, **({"loss": [k]} if k < 3 else {})) for k in range(4)]
    assert [one.name for one in aggregates(runs, "loss", ["lr"])] == ["lr=0", "lr=1"]
    assert [one.count for one in aggregates(runs, "loss", ["lr"])] == [2, 1]
