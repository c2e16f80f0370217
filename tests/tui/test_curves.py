import math
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from dlviz.engine.runs.run import Run
from dlviz.engine.training.status import Status
from dlviz.tui.panes.curves.pane import CurvesPane
from dlviz.tui.panes.pane import Pane
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink

Session = Pilot[None]


class Tiny(App[None]):
    """An app with nothing but the pane."""

    CSS = "CurvesPane { width: 1fr; height: 1fr; }"
    ESCAPE_TO_MINIMIZE = False

    def __init__(self, ink: Ink = PLAIN) -> None:
        super().__init__()
        self.ink = ink
        self.session, self.asked = SimpleNamespace(status=Status()), None

    def compose(self) -> ComposeResult:
        yield CurvesPane()


def trained(name: str = "cnn", n: int = 600, seed: int = 0) -> Run:
    run, rng = Run(name), np.random.default_rng(seed)
    steps = np.arange(n, dtype=np.int64)
    times = np.asarray(1e9 + steps * 0.5, np.float64)
    loss = np.asarray(0.2 + 2 * np.exp(-steps / 100) + 0.2 * rng.random(n), np.float64)
    for tag, values in {
        "loss/train": loss,
        "accuracy/train": 1 - loss / 3,
        "lr": 1e-3 * (1 - steps / n),
        "grad_norm": loss**2,
    }.items():
        run.one(tag).extend_arrays(steps, times, np.asarray(values, np.float64))
    for tag in ("loss/val", "accuracy/val"):
        run.one(tag).extend_arrays(steps[::50], times[::50], loss[::50])
    run.mark(300, 1e9 + 150, "lr halved")
    return run


async def opened(pilot: Session, *runs: Run) -> CurvesPane:
    pane = pilot.app.query_one(CurvesPane)
    pane.focus()
    pane.show_runs(runs)
    await settled(pilot)
    return pane


async def settled(pilot: Session) -> None:
    await pilot.pause()
    pilot.app.query_one(CurvesPane).pull()
    await pilot.pause()


def picture(pane: CurvesPane) -> str:
    return "\n".join(pane.render_line(y).text for y in range(pane.size.height))


def alone(pilot: Session) -> Widget | None:
    return pilot.app.screen.maximized


def cursor(pane: CurvesPane) -> float | None:
    return pane.cursor


def labels(pane: CurvesPane) -> tuple[str, str]:
    """The frame's texts, without the newest mark."""
    return str(pane.border_title), re.sub("^⚑ [^·]* · ", "", str(pane.border_subtitle))


async def test_without_runs_it_says_what_to_do() -> None:
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot)
        assert "no curves yet: press space to train" in picture(pane)
        await pilot.press("n", "s", "S", "y", "x", "o", "plus", "minus", "w", "left", "right", "escape")
        await opened(pilot, Run("empty"))
        assert "no curves yet" in picture(pane)


async def test_large_panes_stack_and_small_ones_page() -> None:
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, trained())
        assert labels(pane) == ("curves: loss, accuracy", "mean of last 16")
        await pilot.press("n")
        assert labels(pane)[0] == "curves: accuracy, learning rate"
        await pilot.press("p", "p")
        assert labels(pane)[0] == "curves: gradient norm, loss"
        await pilot.resize_terminal(80, 16)
        await settled(pilot)
        assert labels(pane)[0] == "curves: gradient norm (4 of 4)"
        await pilot.resize_terminal(200, 60)
        await settled(pilot)
        assert picture(pane).count("┴") == 0 and picture(pane).count("└") == 4


@pytest.mark.parametrize("ink", [DARK, LIGHT, replace(DARK, depth="256"), ANSI16_DARK, PLAIN])
async def test_every_size_is_filled_exactly(ink: Ink) -> None:
    async with Tiny(ink).run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, trained(), trained("old", 400, 1))
        await pilot.press("left")
        for width, height in ((200, 60), (120, 40), (30, 8), (12, 4), (80, 24)):
            await pilot.resize_terminal(width, height)
            await settled(pilot)
            assert all(pane.render_line(y).cell_length == pane.size.width for y in range(pane.size.height))


async def test_the_crosshair_walks_over_points_and_leaves() -> None:
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, trained())
        await pilot.press("left")
        assert cursor(pane) == 599.0 and "step 599 · 4m59" in picture(pane)
        await pilot.press("h")
        first = cursor(pane)
        assert first is not None and 585 < first < 599
        await pilot.press("H")
        assert (cursor(pane) or math.inf) < first - 60
        await pilot.press("right", "shift+right", "L", "l")
        assert cursor(pane) == 599.0
        await pilot.press("escape")
        assert cursor(pane) is None and "step 599" not in picture(pane)


async def test_the_legend_gives_the_values_at_the_crosshair() -> None:
    run = trained()
    async with Tiny().run_test(size=(120, 24)) as pilot:
        pane = await opened(pilot, run)
        pane.cursor = 301.0
        pane.pull()
        values = run.series["loss/train"].points().values
        assert f"train {values[301]:.4f}".rstrip("0") in picture(pane)
        assert f"mean of last 16 {values[286:302].mean():.4f}".rstrip("0") in picture(pane)
        assert "@300" in picture(pane) and "lr halved" in picture(pane)


async def test_zoom_pan_and_follow() -> None:
    run = trained()
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, run)
        await pilot.press("plus", "plus")
        assert labels(pane)[1] == "step 332-599 · mean of last 16"
        run.add(700, 1e9 + 400, {"loss/train": 0.5})
        await settled(pilot)
        assert labels(pane)[1].startswith("step 433-700"), "at the right edge the view follows"
        await pilot.press("left_square_bracket")
        away = labels(pane)[1]
        run.add(800, 1e9 + 500, {"loss/train": 0.5})
        await settled(pilot)
        assert labels(pane)[1] == away, "elsewhere it stays"
        await pilot.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        assert "-800" in labels(pane)[1]
        await pilot.press("minus", "minus", "minus", "minus")
        assert labels(pane)[1] == "mean of last 16"
        await pilot.press("plus", "w")
        assert labels(pane)[1] == "mean of last 16"
        for _ in range(15):
            await pilot.press("plus")
        assert labels(pane)[1].startswith("step 796-800")


async def test_the_crosshair_pulls_the_window_along() -> None:
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, trained())
        await pilot.press("plus", "plus", "plus", "plus", "left")
        for _ in range(12):
            await pilot.press("H")
        low, high = (int(part) for part in labels(pane)[1].split()[1].split("-"))
        assert low <= (cursor(pane) or math.inf) <= high < 560


async def test_modes_are_said_on_the_frame() -> None:
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, trained())
        await pilot.press("S")
        assert pane.window == 32 and labels(pane)[1] == "mean of last 32"
        for _ in range(7):
            await pilot.press("s")
        assert labels(pane)[1] == "not smoothed" and "mean of" not in picture(pane)
        await pilot.press("y", "o")
        assert labels(pane)[1] == "log y: loss · clipped · not smoothed" and "clipped to 5-95 %" in picture(pane)
        await pilot.press("x")
        assert " time " in picture(pane)
        await pilot.press("x")
        assert " clock " in picture(pane)
        await pilot.press("x")
        assert " step " in picture(pane)


async def test_the_crosshair_keeps_its_point_when_x_changes() -> None:
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, trained())
        await pilot.press("left")
        await pilot.press("x")
        assert cursor(pane) == pytest.approx(299.5) and "4m59 · step 599" in picture(pane)
        await pilot.press("x", "x")
        assert cursor(pane) == 599.0


async def test_the_mouse_clicks_drags_and_zooms() -> None:
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, trained())
        await pilot.click(CurvesPane, offset=(45, 5))
        at = cursor(pane)
        assert at is not None and 290 < at < 320
        await pilot._post_mouse_events([MouseScrollUp], CurvesPane, offset=(45, 5), button=0)
        await pilot.pause()
        low, high = (int(part) for part in labels(pane)[1].split()[1].split("-"))
        assert high - low == 400 and low < at < high
        await pilot.mouse_down(CurvesPane, offset=(45, 5))
        await pilot.hover(CurvesPane, offset=(55, 5))
        await pilot.mouse_up(CurvesPane, offset=(55, 5))
        dragged = int(labels(pane)[1].split()[1].split("-")[0])
        assert low - 70 < dragged < low - 40 and cursor(pane) == at


async def test_enter_maximises_and_escape_returns() -> None:
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, trained())
        await pilot.press("enter")
        assert alone(pilot) is pane
        await pilot.press("left", "escape")
        assert alone(pilot) is pane, "the first escape removes the crosshair"
        await pilot.press("escape")
        assert alone(pilot) is None
        await pilot.press("enter", "enter")
        assert alone(pilot) is None


async def test_earlier_runs_are_named_and_keep_their_colours() -> None:
    live, old, older = trained("live"), trained("old", seed=1), trained("older", seed=2)
    async with Tiny(DARK).run_test(size=(120, 40)) as pilot:
        pane = await opened(pilot, live, old)
        assert "train live" in picture(pane) and "val old" in picture(pane)
        before = [curve.slot for curve in pane._scene.curves(pane._scene.charts()["loss"])]
        assert before == [0, 0, 1, 1]
        pane.show_runs((live, older, old))
        after = {c.label: c.slot for c in pane._scene.curves(pane._scene.charts()["loss"])}
        assert after["val old"] == 1 and after["val older"] == 2 and after["val live"] == 0


async def test_an_unchanged_run_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained()
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, run)
        drawn: list[tuple[int, int]] = []
        original = pane.draw

        def draw(width: int, height: int) -> list[Strip]:
            drawn.append((width, height))
            return original(width, height)

        monkeypatch.setattr(pane, "draw", draw)
        pane.pull()
        pane.pull()
        assert not drawn
        run.add(600, 1e9 + 300, {"loss/train": math.nan})
        pane.pull()
        assert drawn and "1 nan or inf" in picture(pane)


async def test_hostile_names_stay_text() -> None:
    run = Run("[/x]\x1b]0;x\x07")
    run.add(1, 1.0, {"[bold]\x1b[31m/[": 1.0, "loss/[x]": 2.0})
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, run, Run("b"))
        text = picture(pane)
        assert "\x1b" not in text and "[/x]" in text and "[bold]" in text
        assert "\x1b" not in str(pane.border_title)


async def test_two_runs_from_different_formats_share_a_chart() -> None:
    a, b = Run("a"), Run("b")
    a.add(0, 1.0, {"train/loss": 1.0})
    b.add(0, 1.0, {"loss": 2.0})
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, a, b)
        assert labels(pane)[0] == "curves: loss"
        assert "train a 1" in picture(pane) and "loss b 2" in picture(pane)


async def test_the_newest_mark_in_view_is_told_on_the_frame() -> None:
    run = trained()
    run.mark(400, 1e9 + 200, "[b]\x1b[31mlr 0.01 → 0.02" + "!" * 99)
    async with Tiny().run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot, run)
        told = str(pane.border_subtitle)
        assert told.startswith("⚑ step 400: \\[b]lr 0.01 → 0.02!") and told.endswith("!… · mean of last 16")
        assert len(told) <= 77, "with an escape"
        await pilot.press("x")
        assert str(pane.border_subtitle).startswith("⚑ 3m20: \\[b]lr")
        await pilot.press("x", "x", "plus", "plus", "plus")
        assert "⚑" not in str(pane.border_subtitle), "neither mark is in view"


async def test_log_y_is_kept_for_each_measure() -> None:
    async with Tiny().run_test(size=(80, 16)) as pilot:
        pane = await opened(pilot, trained())
        await pilot.press("y")
        assert labels(pane) == ("curves: loss (1 of 4)", "log y · mean of last 16")
        await pilot.press("n")
        assert labels(pane) == ("curves: accuracy (2 of 4)", "mean of last 16")
        await pilot.press("p")
        assert labels(pane)[1].startswith("log y")
        await pilot.press("y")
        assert labels(pane)[1] == "mean of last 16"


async def test_paging_visits_every_measure_and_stays_at_one_as_others_come() -> None:
    run = trained()
    async with Tiny().run_test(size=(80, 16)) as pilot:
        pane = await opened(pilot, run)
        seen = [labels(pane)[0]]
        for _ in range(3):
            await pilot.press("n")
            seen.append(labels(pane)[0])
        assert len(set(seen)) == 4 and seen[3] == "curves: gradient norm (4 of 4)"
        run.add(600, 1e9 + 300, {"aaa": 1.0, "test_ece": 0.1})
        await pilot.press("n")
        assert labels(pane)[0] == "curves: calibration error (ECE) (5 of 6)" and "test 0.1" in picture(pane)
        run.add(600, 1e9 + 300, {"val_bits_per_char": 2.0})
        await settled(pilot)
        assert labels(pane)[0] == "curves: calibration error (ECE) (5 of 7)"


class Two(Tiny):
    """The pane beside another that can have the focus."""

    CSS = "CurvesPane { width: 80; height: 24; }"

    def compose(self) -> ComposeResult:
        yield CurvesPane()
        yield Pane()


async def test_the_crosshair_hides_while_another_pane_has_the_focus() -> None:
    async with Two().run_test(size=(80, 30)) as pilot:
        pane = await opened(pilot, trained())
        await pilot.press("left", "H")
        assert "┷" in picture(pane)
        await pilot.press("tab")
        assert pane.cursor is not None and "┷" not in picture(pane) and "@" not in picture(pane)
        await pilot.press("shift+tab")
        assert "┷" in picture(pane)
        pane.screen.set_focus(None)
        await pilot.pause()
        assert "┷" in picture(pane), "nothing else has the focus"


async def test_runs_are_named_by_the_setting_that_differs() -> None:
    fast, slow = trained("cnn-20261123-072331"), trained("cnn-20261123-072412", seed=1)
    async with Tiny().run_test(size=(120, 24)) as pilot:
        pane = await opened(pilot, fast, slow)
        assert "train 072331" in picture(pane) and "val 072412" in picture(pane)
        for run, lr in ((fast, 0.02), (slow, 0.01)):
            run.config = {"model": "cnn", "options": {"lr": lr, "width": 8}}
        await pilot.press("s")
        assert "train lr=0.02" in picture(pane) and "val lr=0.01" in picture(pane)
