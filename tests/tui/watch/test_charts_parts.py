"""The parts of the charts that need no screen: order of tags, pages, windows, typed limits, kinds of x, smoothing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.tui.watch.charts import smoothing, xs
from dlviz.tui.watch.charts.grid import LEAST, Grid, another, fitting, paged, typed
from dlviz.tui.watch.charts.lens import Lens
from dlviz.tui.watch.charts.limits import Limits
from dlviz.tui.watch.charts.limits import told as limits_told
from dlviz.tui.watch.charts.limits import typed as limits_typed
from dlviz.tui.watch.charts.tags import matching, ordered
from dlviz.tui.watch.sight import Sight


def test_pinned_then_losses_then_prefixes_then_counters_then_the_machine() -> None:
    tags = [
        "system/gpu",
        "lr",
        "layer10/w",
        "layer2/w",
        "val/loss",
        "epoch",
        "train/loss",
        "train/acc",
        "loss_ce_3",
        "_step",
    ]
    expected = ["lr", "train/loss", "val/loss", "loss_ce_3", "layer2/w", "layer10/w", "train/acc", "_step", "epoch"]
    assert ordered(tags, ("gone", "lr")) == [*expected, "system/gpu"]


@given(st.lists(st.text(max_size=12)), st.lists(st.text(max_size=12), max_size=3))
def test_ordering_loses_and_doubles_no_tag(tags: list[str], pinned: list[str]) -> None:
    assert sorted(ordered(tags, pinned)) == sorted(set(tags))


def test_a_filter_tells_what_is_wrong_with_it_and_loses_nothing() -> None:
    tags = ["train/loss", "val/loss", "Lr"]
    assert matching(tags, "loss$") == (["train/loss", "val/loss"], "")
    assert matching(tags, "lr") == (["Lr"], "") and matching(tags, "LR") == ([], "")
    found, wrong = matching(tags, "(loss")
    assert found == tags and wrong.startswith("not a regular expression: missing )")


@given(st.text(max_size=20))
def test_no_text_breaks_the_filter(pattern: str) -> None:
    found, wrong = matching(["a/b"], pattern)
    assert found == ["a/b"] or not wrong


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 200), st.integers(1, 250), st.integers(1, 80))
def test_a_grid_fits_and_fills_its_area(rows: int, columns: int, count: int, width: int, height: int) -> None:
    grid = fitting(rows, columns, count, width, height)
    places = grid.places(width, height)
    assert len(places) == grid.size and sum(w * h for *_, w, h in places) == width * height
    assert all(w >= min(LEAST[0], width) and h >= min(LEAST[1], height) for *_, w, h in places)
    if not (rows and columns):
        assert grid.rows == 1 or (grid.rows - 1) * grid.columns < count  # no row would be empty


def test_pages_hold_every_tag_once_and_the_first_stays_on_its_page() -> None:
    tags, grid = [f"t{k}" for k in range(37)], Grid(3, 3)
    pages = [paged(tags, tags[k * 9], grid) for k in range(5)]
    assert [tag for page in pages for tag in page.tags] == tags
    assert [(page.index, page.count) for page in pages] == [(k, 5) for k in range(5)]
    assert paged(tags, "t10", grid).index == 1 and paged(tags, "gone", grid).index == 0


def test_more_and_fewer_charts_go_from_one_to_81_and_back() -> None:
    grid, seen = Grid(1, 1), []
    while (more := another(grid, 1)) != grid:
        grid = more
        seen.append(grid.size)
    assert seen == sorted(set(seen)) and grid == Grid(9, 9)
    while (fewer := another(grid, -1)) != grid:
        grid = fewer
    assert grid == Grid(1, 1)


@pytest.mark.parametrize(("text", "grid"), [("3x2", (3, 2)), (" 9 X 1 ", (9, 1)), ("", (0, 0))])
def test_a_grid_is_typed(text: str, grid: tuple[int, int]) -> None:
    assert typed(text) == grid


@pytest.mark.parametrize("text", ["0x2", "10x1", "3", "x", "3x2x1"])
def test_a_wrong_grid_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="like 3x2"):
        typed(text)


@given(
    st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.booleans(), st.lists(st.tuples(st.integers(-3, 3), st.floats(0, 1)))
)
def test_zooming_and_panning_stay_inside(low: float, span: float, log: bool, moves: list[tuple[int, float]]) -> None:
    low = abs(low) + 1e-3 if log else low
    lens, window, follow = Lens(low=low, high=low + span, log=log), None, False
    for by, share in moves:
        before = lens.range(window, follow)
        window, follow = lens.zoomed(window, follow, 1.5**-by, lens.at(share, window, follow))
        window, follow = lens.panned(window, follow, share - 0.5)
        a, b = lens.range(window, follow)
        assert a < b and math.isfinite(a) and math.isfinite(b) and (not log or a > 0)
        assert a <= max(low + span, before[1]) and b >= low


def test_zooming_keeps_the_x_at_the_pointer_and_out_again_shows_everything() -> None:
    for lens in (Lens(low=0, high=1000, finest=4.0), Lens(low=1, high=1000, log=True)):
        at = lens.at(0.3, None, False)
        window, follow = lens.zoomed(None, False, 0.5, at)
        assert lens.at(0.3, window, follow) == pytest.approx(at)
        assert lens.zoomed(window, follow, 2.0, at) == (None, False)


def test_a_window_at_the_right_edge_follows_what_comes() -> None:
    lens = Lens(low=0, high=100)
    window, follow = lens.zoomed(None, False, 0.25, 100)
    assert follow
    grown = Lens(low=0, high=150)
    a, b = grown.range(window, follow)
    assert b == 150 and b - a == pytest.approx(25)
    window, follow = grown.panned(window, follow, -1)
    assert not follow and grown.range(window, follow)[1] < 150


def test_limits_are_typed() -> None:
    assert limits_typed("x=0:5000 y=2.5:13") == Limits((0, 5000), (2.5, 13))
    assert limits_typed("y = :1e-3") == Limits(None, (None, 1e-3))
    assert limits_typed("x=1k:2.5M") == Limits((1000, 2.5e6), None)
    assert limits_typed("  ") == Limits((None, None), (None, None))
    assert limits_typed("x=5m:1h", "time") == Limits((300, 3600), None)
    assert limits_typed("x=..3") == Limits((None, 3), None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5:10", "is no limit"),
        ("x=5", "wants two ends"),
        ("y=5:a", "'a' is no number"),
        ("y=nan:1", "'nan' is no number"),
        ("x=9:3", "the least x must be below the greatest"),
        ("x=1:2 x=3:4", "named twice"),
    ],
)
def test_wrong_limits_are_told_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        limits_typed(text)


@given(st.floats(0, 4e9))
def test_times_of_day_are_typed_as_they_are_told(epoch: float) -> None:
    text = limits_told((float(int(epoch)), float(int(epoch)) + 3600 * 5), "clock")
    found = limits_typed(f"x={text}", "clock", epoch).x
    assert found is not None and found[0] is not None and found[0] % 3600 == int(epoch) % 3600


@given(st.text(max_size=30), st.sampled_from(["step", "time", "clock"]))
def test_no_text_breaks_the_limits(text: str, x: str) -> None:
    try:
        limits_typed(text, x, 1e9)
    except ValueError as error:
        assert str(error)


def test_x_goes_through_step_times_epoch_and_what_grows(make) -> None:
    run = make("a", loss=[3, 2, 1], epoch=[0, 0, 1], tokens=[10, 20, 30], time_left=[3, 2, 1], lr=[1, 1, 1])
    assert xs.choices([run]) == ["step", "time", "clock", "epoch", "tokens"]
    assert [xs.following([run], x) for x in ("clock", "tokens", "gone")] == ["epoch", "step", "step"]
    assert xs.typed("tok", ["tokens", "loss"]) == ("tokens", ["tokens"])
    assert xs.typed("wall time", []) == ("clock", ["wall time"])
    assert xs.typed("o", ["tokens", "loss"])[0] == "" and xs.typed("zzz", ["loss"]) == ("", [])


def test_smoothing_goes_through_its_steps_and_the_median_through_the_same() -> None:
    sight, seen = Sight(), []
    for _ in range(9):
        smoothing.turned(sight, 1)
        seen.append(sight.weight)
    assert seen == [0.3, 0.6, 0.9, 0.95, 0.99, 0.995, 0.999, 0.999, 0.999]
    smoothing.turned(sight, -1)
    smoothing.switched(sight)
    assert sight.smoothing == "median" and smoothing.words(sight) == "median of 201"
    smoothing.switched(sight)
    assert sight.smoothing == "ema" and sight.weight == 0.995
    sight.weight = 0.97
    smoothing.turned(sight, -1)
    assert sight.weight == 0.95
