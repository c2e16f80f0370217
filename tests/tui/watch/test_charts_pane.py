"""The charts in the monitor: every key, the mouse, what is typed; and that nothing is sent while nothing changes."""

import numpy as np
import pytest
from textual import events

from dlviz.engine.runs.run import Run
from dlviz.tui.render.curve import GLYPHS
from dlviz.tui.render.curve_frame import BAD, NOTE
from dlviz.tui.watch.bar import WatchBar
from dlviz.tui.watch.charts import pane as charts
from dlviz.tui.watch.charts.board import Board
from dlviz.tui.watch.charts.pane import ChartsPane
from dlviz.tui.widgets.prompt import Prompt

TAGS = ("train_loss", "train_acc", "val_loss", "lr", "grad_norm", "system_gpu", "system_cpu")


@pytest.fixture
def runs(make) -> list[Run]:
    """Two runs of seven tags over 500 and 400 steps, the second with every second step alone."""
    whole, half = np.arange(500.0), {int(k): float(k) + 1 for k in range(0, 400, 2)}
    return [
        make("one", **{tag: whole + k for k, tag in enumerate(TAGS)}, epoch=whole // 50),
        make("two", began=1e9 + 5000, **dict.fromkeys(TAGS[:3], half)),
    ]


def pane_of(app) -> ChartsPane:
    return app.query_one(ChartsPane)


def text_of(pane: ChartsPane) -> str:
    return "\n".join("".join(s.text for s in strip) for strip in pane._strips)


async def test_charts_of_all_runs_with_pages_and_a_choice(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        pane = pane_of(app)
        assert pane.picture.title == "charts: page 1 of 2 · 8 tags"
        assert pane.picture.page.tags[:2] == ("train/loss", "val/loss")
        assert "one" in text_of(pane) and "two" in text_of(pane)
        await pilot.press(")")
        assert app.sight.selected == "val/loss"
        await pilot.press("(", "down", "down", "down")
        assert pane.picture.page.index == 1 and app.sight.selected == "system/cpu"
        await pilot.press("p")
        assert pane.picture.page.index == 0
        await pilot.press("n", "n")
        assert pane.picture.page.index == 0
        await pilot.press("pagedown", "enter")
        assert app.sight.full == pane.picture.page.tags[0] and "full screen" in pane.picture.title
        await pilot.press("n")
        assert pane.picture.page.tags == (app.sight.full,)
        await pilot.press("escape")
        assert not app.sight.full and len(pane.picture.page.tags) > 1


async def test_pins_grids_scales_and_smoothing(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        pane = pane_of(app)
        await pilot.press(")", ")", "P")
        pinned = app.sight.pinned[0]
        assert pane.picture.tags[0] == pinned and pane.picture.chosen == pinned
        await pilot.press("P")
        assert app.sight.pinned == ()
        size = pane.picture.page.grid.size
        await pilot.press(".")
        assert pane.picture.page.grid.size > size
        await pilot.press(",", ",")
        assert pane.picture.page.grid.size < size
        await pilot.press("s", "s", "y", "o", "M")
        assert pane.picture.subtitle.endswith("log y · EMA 0.6 · outliers left out")
        assert app.sight.marker == "blocks" and not any("\u2801" <= c <= "\u28ff" for c in text_of(pane))
        await pilot.press("m", "S")
        assert "median of 3" in pane.picture.subtitle
        await pilot.press("y", "y")
        assert pane.picture.axes.log_x and app.sight.scale == "log-log"


async def test_the_crosshair_goes_over_the_union_of_steps(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        await pilot.press("left")
        assert app.sight.cursor == 499
        await pilot.press("right")
        assert app.sight.cursor == 499
        app.sight.window = (0.0, 20.0)
        app.sight.cursor = 6.0
        app.changed()
        seen = []
        for _ in range(3):
            await pilot.press("h")
            seen.append(app.sight.cursor)
        assert seen == [5, 4, 3]  # odd steps are the first run's alone
        await pilot.press("shift+right")
        assert app.sight.cursor > 5
        await pilot.press("escape")
        assert app.sight.cursor is None


async def test_x_stays_at_the_crosshairs_point(watching, runs) -> None:
    async with watching(runs[0], size=(140, 40)) as (app, pilot):
        app.sight.cursor = 100.0
        seen = []
        for _ in range(3):
            await pilot.press("x")
            seen.append((app.sight.x, app.sight.cursor))
        assert seen == [("time", 100.0), ("clock", 1e9 + 100), ("epoch", None)]
        await pilot.press("x")
        assert app.sight.x == "step"


async def test_zoom_pan_and_reset(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        await pilot.press("+", "+")
        a, b = app.sight.window
        assert b - a == pytest.approx(500 / 2.25, rel=0.02) and app.sight.follow
        runs[0].one("train/loss").append(600, 1e9 + 600, 1.0)
        app.watcher.generation += 1
        app._drawn = 0
        app.tick()
        assert pane_of(app).picture.axes.high == 600
        await pilot.press("[")
        assert not app.sight.follow and app.sight.window[1] < 600
        await pilot.press("]", "-", "-", "-", "-")
        assert app.sight.window is None
        await pilot.press("+", "0")
        assert app.sight.window is None


async def test_limits_are_typed_and_wrong_ones_told(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        await pilot.press("L", *"y=5")
        assert app.query_one(Prompt).display
        await pilot.press("enter")
        assert app.query_one(Prompt).display and app.sight.limits == {}
        await pilot.press(*":50 x=10:100", "enter")
        assert not app.query_one(Prompt).display
        assert app.sight.limits == {"train/loss": (5.0, 50.0)} and app.sight.window == (10.0, 100.0)
        assert "y 5:50" in text_of(pane_of(app))
        await pilot.press("L", *["backspace"] * 20, "enter")
        assert app.sight.limits == {} and app.sight.window is None


async def test_the_filter_follows_what_is_typed_and_escape_restores(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        pane = pane_of(app)
        await pilot.press("/", *"loss")
        assert pane.picture.tags == ("train/loss", "val/loss") and "2 of 8 tags" in pane.picture.title
        await pilot.press("(")
        assert pane.picture.tags == ("train/loss", "val/loss") and app.sight.tag_filter == "loss"
        await pilot.press("escape")
        assert app.sight.tag_filter == "" and len(pane.picture.tags) == 8
        await pilot.press("n", "enter")
        before = (app.sight.first, app.sight.full)
        await pilot.press("/", *"loss")
        assert not app.sight.full
        await pilot.press("escape")
        assert (app.sight.first, app.sight.full) == before and before[1]
        await pilot.press("enter")
        await pilot.press("/", *"^sys", "enter")
        assert app.sight.tag_filter == "^sys" and app.focused is pane
        await pilot.press("/", *["backspace"] * 4, *"zzz", "enter")
        assert "no tag of 8 matches /zzz/" in text_of(pane)


async def test_x_and_the_grid_are_typed(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        await pilot.press("X", *"epo", "enter")
        assert app.sight.x == "epoch"
        await pilot.press("X", *"o", "enter", "escape")
        assert app.sight.x == "epoch"
        await pilot.press("g", *"1x2", "enter")
        assert pane_of(app).picture.page.grid.size == 2


async def test_the_mouse_zooms_pans_chooses_and_resets(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        pane = pane_of(app)
        box = pane.picture.boxes[1]
        middle = (box.left + box.gutter + (box.inside - box.gutter) // 2 + 1, box.y + box.height // 2 + 1)
        await pilot.click(pane, offset=middle)
        assert app.sight.selected == box.tag and app.sight.cursor == pytest.approx(250, abs=8)
        await pilot._post_mouse_events([events.MouseScrollUp], pane, offset=middle)
        a, b = app.sight.window
        assert a < 250 < b < 499 and (a + b) / 2 == pytest.approx(250, abs=8)
        await pilot.mouse_down(pane, offset=middle)
        await pilot.hover(pane, offset=(middle[0] - 8, middle[1]))
        await pilot.mouse_up(pane, offset=(middle[0] - 8, middle[1]))
        assert app.sight.window[0] > a
        await pilot.click(pane, offset=middle, times=2)
        assert app.sight.window is None and app.sight.cursor is None


async def test_a_growing_run_is_drawn_and_an_idle_one_is_not(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, _):
        pane, drawn = pane_of(app), []
        pane.refresh = lambda *regions, **_: drawn.append(regions)  # type: ignore[method-assign, assignment]
        for _ in range(3):
            app.tick()
        assert drawn == []
        runs[1].one("val/loss").append(400, 1e9 + 5400, 500.0)
        app.watcher.generation += 1
        app._drawn = 0
        app.tick()
        box = next(box for box in pane.picture.boxes if box.tag == "val/loss")
        assert drawn and all(
            box.x <= r.x and r.right <= box.x + box.width and box.y <= r.y < box.y + box.height for r in drawn[0]
        )


async def test_keys_come_before_the_rest_of_a_picture_and_all_of_it_comes(watching, runs, monkeypatch) -> None:
    monkeypatch.setattr(charts, "BUDGET", -1.0)  # one chart a round
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        pane, seen = pane_of(app), []
        real = pane.board.draw

        def watched(*rest, **named):
            picture = real(*rest, **named)
            seen.append(picture.unfinished)
            return picture

        monkeypatch.setattr(pane.board, "draw", watched)
        await pilot.press("S", "y")
        for _ in range(100):
            await pilot.pause()
        assert seen.count(True) >= len(pane.picture.boxes) - 1 and not seen[-1]
        assert pane.picture.strips == Board().draw(app.members, app.sight, *pane.size, app.ink).strips


async def test_zero_frees_x_then_y_and_escape_leaves_the_filter_last(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        sight = app.sight
        sight.limits, sight.window = {"train/loss": (0.0, 5.0), "elsewhere": (1.0, 2.0)}, (0.0, 20.0)
        sight.tag_filter, sight.cursor = "loss", 3.0
        app.changed()
        await pilot.press("0")
        assert sight.window is None and len(sight.limits) == 2
        await pilot.press("0")
        assert sight.limits == {"elsewhere": (1.0, 2.0)} and "train/loss" in app.query_one(WatchBar).told
        await pilot.press("enter", "escape")
        assert sight.cursor is None and sight.full
        await pilot.press("escape")
        assert not sight.full and sight.tag_filter == "loss"
        await pilot.press("escape")
        assert sight.tag_filter == ""


async def test_smoothing_says_where_it_ends(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        await pilot.press("S")
        assert "not smoothed already" in app.query_one(WatchBar).told and app.sight.weight == 0
        await pilot.press(*"sssss")
        assert app.sight.weight == 0.99
        await pilot.press(*"sss")
        assert app.sight.weight == 0.999 and "as much as there is" in app.query_one(WatchBar).told


async def test_a_chart_in_full_screen_takes_the_desk_of_the_pane_below(watching, runs) -> None:
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        pane = pane_of(app)
        await pilot.press("7", "2")
        await pilot.pause()
        half = pane.size.height
        await pilot.press("enter")
        await pilot.pause()
        assert pane.size.height > 1.5 * half and app.sight.full and len(pane.picture.strips) == pane.size.height
        await pilot.press("escape")
        await pilot.pause()
        assert pane.size.height == half and not app.sight.full and app.focused is pane


async def test_a_difference_says_that_it_goes_before_groups(watching, runs) -> None:
    for run, lr in zip(runs, (0.1, 0.2), strict=True):
        run.config = {"lr": lr}
    async with watching(*runs, size=(140, 40)) as (app, pilot):
        app.sight.pair, app.sight.group = tuple(run.path for run in runs), ("lr",)
        await pilot.press("D")
        assert "instead of groups" in app.query_one(WatchBar).told
        assert "one − two instead of groups" in pane_of(app).picture.subtitle


def test_every_sign_is_explained() -> None:
    for told in (NOTE, BAD, "×", "▴", "▾", "≈", *GLYPHS, "drop the filter", "pressed again", "more, less smoothing"):
        assert told in ChartsPane.HELP
    assert not {NOTE, BAD} & set(GLYPHS)
