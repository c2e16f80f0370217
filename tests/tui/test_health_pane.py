"""The health pane against a fake session, its table against a golden text, its map against plain sums."""

import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.app import App, ComposeResult

from dlviz.engine.probes.health.bins import BINS, edges
from dlviz.engine.probes.requests import Answer, Inside, LookInside, Request
from dlviz.engine.runs.run import Record, Run
from dlviz.engine.training.status import Status
from dlviz.tui.panes.health import scene
from dlviz.tui.panes.health.pane import HealthPane
from dlviz.tui.panes.views import VIEWS, make
from dlviz.tui.plain_records import draw
from dlviz.tui.render.health import table
from dlviz.tui.render.health.map import FLOOR, density, over_time
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink

GOLDEN = Path(__file__).parent / "golden" / "health.txt"
REWRITE = "DLVIZ_REWRITE_GOLDEN"
NAN = float("nan")
HOSTILE = "[/x] \x1b]0;x\x07 ["


def arrays(more: int = 0, **changes: Any) -> dict[str, np.ndarray]:
    """A net of five layers, of which the rectifier is half dead and the last too fast; and `more` that are well."""
    names = ["conv1", "act1", "block1.feed_forward.conv2", "tanh", "head", *(f"more{k}" for k in range(more))]
    pad = [1.0] * more
    given: dict[str, Any] = {
        "layers": names,
        "kinds": ["convolution", "ReLU", "convolution", "Tanh", "dense", *(["dense"] * more)],
        "mean": [-0.02, 0.112, NAN, 0.5, -3.1, *pad],
        "sd": [0.3, 0.187, NAN, 0.25, 6.8, *pad],
        "zeros": [0.13, 0.66, 0.0, 0.001, 0.0, *pad],
        "saturated": [NAN, NAN, NAN, 0.31, NAN, *[NAN] * more],
        "gradient": [0.037, NAN, 4.2e-7, NAN, 2.3, *pad],
        "gradient_mean": [1e-5, NAN, 0.0, NAN, 0.1, *pad],
        "gradient_sd": [2e-3, NAN, 0.0, NAN, 0.2, *pad],
        "weight": [2.9, NAN, 7.1, NAN, 6.1, *pad],
        "update": [1e-3, NAN, 2e-8, NAN, 0.31, *[1e-3] * more],
        "units": [-1, 32, -1, -1, -1, *[-1] * more],
        "dead": [-1, 18, -1, -1, -1, *[-1] * more],
        "level": [0, 2, 2, 0, 1, *[0] * more],
        "verdicts": [
            "ok",
            "18 of 32 units dead over the last 8 batches",
            "vanishing: gradient 1e-6 of the median",
            "ok",
            "fast: a step moves it by 0.31 of its size; 0.001 is usual",
            *["ok"] * more,
        ],
        "headline": "act1: 18 of 32 units dead over the last 8 batches, and 2 more layers",
        "examples": 64,
        "first": 0,
        "batches": 8,
        "update_step": 312,
        "factor": 0.5,
        "tried": False,
        "broken_layer": "",
        "broken_step": -1,
    }
    return {name: np.array(value) for name, value in (given | changes).items()}


def weights(layer: str, looks: int = 3) -> Record:
    counts = np.zeros((looks, BINS), np.uint32)
    counts[:, BINS // 2 - 4 : BINS // 2 + 4] = 10 + np.arange(looks)[:, None]
    told = {"layer": np.array(layer), "steps": 100 * np.arange(1, looks + 1), "counts": counts, "edges": edges(0)}
    return Record(tag=f"weights/{layer}", kind="histograms", step=312, arrays=told)


def spread(layer: str) -> Record:
    told = {"layer": np.array(layer), "counts": np.array([1, 5, 2]), "edges": np.array([-1.0, 0.0, 1.0, 2.0])}
    told |= {"left_out": np.array(1200)} if layer == "act1" else {}
    return Record(tag=f"outputs/{layer}", kind="histogram", step=312, arrays=told)


class Session:
    """Answers at once, unless told to wait; `table` may be changed by a test."""

    def __init__(self) -> None:
        self.status = Status(state="running", model="cnn")
        self.run = Run("fake")
        self.answers: dict[str, Answer] = {}
        self.asked: dict[str, Request] = {}
        self.waiting, self.error = False, ""
        self.table = arrays()

    def subscribe(self, key: str, request: Request | None) -> None:
        if request is None:
            self.asked.pop(key, None)
            return
        self.asked[key] = request
        if not self.waiting:
            self.respond()

    def respond(self) -> None:
        """Answer everything that is asked for."""
        for key, request in self.asked.items():
            assert isinstance(request, LookInside) and request.probe == "health"
            version = self.answers[key].version + 1 if key in self.answers else 1
            records = [Record(tag="health", kind="health", step=312, arrays=self.table)]
            layer = str(request.get("layer", ""))
            if layer:
                k = list(self.table["layers"]).index(layer)
                records += [weights(layer)] if np.isfinite(self.table["weight"][k]) else []
                records += [spread(layer)]
            view = None if self.error else Inside(312, "health", tuple(records))
            self.answers[key] = Answer(version, request, view, self.error)


class Lab(App[None]):
    """An app with the pane and what panes need."""

    def __init__(self, ink: Ink = PLAIN) -> None:
        super().__init__()
        self.session = Session()
        self.ink = ink

    def compose(self) -> ComposeResult:
        yield HealthPane(id="health")

    @property
    def pane(self) -> HealthPane:
        """The pane, up to date."""
        pane = self.query_one(HealthPane)
        pane.focus()
        for _ in range(3):
            pane.pull()
        return pane


def text(pane: HealthPane) -> str:
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


def test_the_table_is_as_it_was_when_a_person_read_it() -> None:
    shown = []
    for width, height in ((34, 8), (48, 8), (78, 16), (118, 14), (150, 14)):
        strips = scene.table((), arrays(), 1, 0, width, height, PLAIN)
        assert all(strip.cell_length == width for strip in strips) and len(strips) <= height
        shown.append(f"{width} columns\n" + "\n".join(strip.text.rstrip() for strip in strips))
    found = "\n\n".join(shown) + "\n"
    if os.environ.get(REWRITE):
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text(), f"if it is meant so: run with {REWRITE}=1 and read {GOLDEN.name}"


def test_columns_go_one_by_one_where_it_is_narrow_the_verdict_last() -> None:
    kept = [[column.title for column in table.columns(arrays(), width)[0]] for width in range(20, 200)]
    for narrow, wide in itertools.pairwise(kept):
        assert set(narrow) <= set(wide)
    assert kept[0] == [] and len(kept[-1]) == len(table.ORDER)
    for width in (20, 30, 40, 60, 80, 120):
        line = "".join(part for part, _ in table.row(arrays(), 1, width))
        assert "✗ 18" in line and len(line) == width
    nothing = arrays(gradient=[NAN] * 5, update=[NAN] * 5, saturated=[NAN] * 5, units=[-1] * 5)
    titles = [column.title for column in table.columns(nothing, 150)[0]]
    assert titles == ["kind", "mean±sd", "zeros", "norm w"], "what nothing is known of takes no room"


def test_log_scales_put_numbers_where_they_lie() -> None:
    assert table.log_place(1e-3, 1e-6, 1) == pytest.approx(0.5) and table.log_place(1e-9, 1e-6, 1) == 0
    assert all(np.isnan(table.log_place(bad, 1e-6, 1)) for bad in (0.0, -1.0, NAN, float("inf")))
    assert table.gradient_range(arrays()) == pytest.approx((1e-7, 10.0))
    assert table.gradient_range(arrays(gradient=[NAN] * 5)) == (1e-3, 1.0)
    gauge = ["".join(part for part, _ in table.UPDATE_GAUGE.cell(arrays(), k, 13)) for k in range(5)]
    assert gauge == ["······●······", "······│······", "●·····│······", "······│······", "······│····●·"]


async def test_the_pane_says_what_stands_out_and_over_what() -> None:
    app = Lab()
    async with app.run_test(size=(124, 16)):
        shown = text(app.pane)
        assert "✗ act1: 18 of 32 units dead over the last 8 batches, and 2 more layers" in shown
        assert (
            "64 examples in evaluation mode · dead: zero in the last 8 batches · update/w of step 312 at 0.5" in shown
        )
        assert "18/32" in shown and "4.2e-7" in shown and "-3.1±6.8" in shown and "31%" in shown
        assert str(app.pane.border_title) == "health: 5 layers" and str(app.pane.border_subtitle) == "step 312"
        assert app.session.asked == {"health/inside": LookInside("health")}, "no layer is asked for that is not shown"


async def test_keys_choose_layers_and_w_finds_the_ill_ones_worst_first() -> None:
    app = Lab()
    async with app.run_test(size=(90, 16)) as pilot:
        pane = app.pane
        await pilot.press("down")
        assert (
            pane.chosen == "act1" and text(pane).endswith("act1 (ReLU): 18 of 32 units dead over the last 8 batches\n")
        ) or "act1 (ReLU): 18 of 32" in text(pane)
        await pilot.press("end", "down")
        assert pane.chosen == "head"
        await pilot.press("home")
        assert pane.chosen == "conv1"
        found = []
        for _ in range(4):
            await pilot.press("w")
            found.append(pane.chosen)
        assert found == ["act1", "block1.feed_forward.conv2", "head", "act1"]


async def test_enter_shows_a_layer_with_its_weights_over_time_and_escape_goes_back() -> None:
    app = Lab()
    async with app.run_test(size=(90, 26)) as pilot:
        pane = app.pane
        await pilot.press("enter")
        shown = text(app.pane)
        assert app.session.asked["health/inside"] == LookInside("health", settings=(("layer", "conv1"),))
        assert "conv1: convolution  layer 1 of 5" in shown and str(pane.border_title) == "health › conv1"
        assert "weights by value over time" in shown and "3 looks" in shown and "step 100" in shown and "300" in shown
        assert "outputs now: 8" in shown and "gradient: norm 0.037, mean 0.00001, sd 0.002" in shown
        assert "weights: norm 2.9, moved by 0.001 of it in step 312" in shown and "log10 share" in shown
        await pilot.press("right")
        shown = text(app.pane)
        assert "act1: ReLU" in shown and "18 of 32 units dead" in shown
        assert "weights by value" not in shown and "outputs now: 8, 1.20k zeros left out" in shown
        await pilot.press("left", "escape")
        assert "verdict" in text(app.pane) and not pane.alone and pane.chosen == "conv1"


async def test_where_there_is_room_the_chosen_layer_stands_below_the_table() -> None:
    app = Lab()
    async with app.run_test(size=(124, 40)) as pilot:
        shown = text(app.pane)
        assert "verdict" in shown and "conv1: convolution  layer 1 of 5" in shown and "weights by value over" in shown
        await pilot.press("down", "down")
        assert "block1.feed_forward.conv2: convolution" in text(app.pane)


async def test_while_another_layer_is_answered_no_old_histogram_is_shown_under_its_name() -> None:
    app = Lab()
    async with app.run_test(size=(90, 26)) as pilot:
        assert app.pane
        await pilot.press("enter")
        assert "outputs now" in text(app.pane)
        app.session.waiting = True
        await pilot.press("right")
        shown = text(app.pane)
        assert "act1: ReLU" in shown and "outputs now" not in shown and "…" in shown


async def test_a_long_table_scrolls_with_the_cursor() -> None:
    app = Lab()
    async with app.run_test(size=(80, 12)) as pilot:
        app.session.table = arrays(more=60)
        assert "more0 " in text(app.pane) and "more40" not in text(app.pane)
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        assert app.pane.chosen in text(app.pane) and "conv1" not in text(app.pane)
        await pilot.press("end")
        assert "more59" in text(app.pane)
        await pilot.click(HealthPane, offset=(4, 5))
        assert app.pane.chosen != "more59" and app.pane.chosen in text(app.pane)


async def test_the_first_nan_is_the_headline() -> None:
    app = Lab()
    async with app.run_test(size=(80, 12)):
        said = "first NaN or infinity: conv2, seen at step 312, in its output"
        app.session.table = arrays(
            headline=said, broken_layer="conv2", broken_step=312, mean=[NAN, np.inf, -np.inf, 1, 1]
        )
        assert text(app.pane).startswith("✗ " + said)


async def test_why_there_is_nothing_is_a_sentence() -> None:
    app = Lab()
    async with app.run_test(size=(100, 12)):
        app.session.error = "naive-bayes learns by counting: it has no gradients"
        assert "naive-bayes learns by counting: it has no gradients" in text(app.pane)
        app.session.status = Status()
        assert "no model is loaded" in text(app.pane)


@pytest.mark.parametrize("ink", [DARK, LIGHT, ANSI16_DARK, PLAIN])
@pytest.mark.parametrize("size", [(36, 10), (50, 14), (80, 24), (190, 50)])
async def test_every_size_and_ink_is_drawn_with_hostile_names_as_data(ink: Ink, size: tuple[int, int]) -> None:
    app = Lab(ink)
    async with app.run_test(size=size) as pilot:
        app.session.table = arrays(layers=[HOSTILE, "act1", "名前" * 30, "tanh", "head"], verdicts=[HOSTILE] * 5)
        for key in ("home", "enter", "right", "escape", "w"):
            await pilot.press(key)
            pane = app.pane
            shown = [pane.render_line(y) for y in range(pane.size.height)]
            assert all(strip.cell_length == pane.size.width for strip in shown)
            assert "\x1b" not in text(pane) and "\x07" not in text(pane)


def test_the_map_holds_the_shares_of_every_look() -> None:
    rng = np.random.default_rng(0)
    edge = np.linspace(-1, 1, 17)
    counts = np.array([np.histogram(rng.normal(0, s, 1000).clip(-1, 1), edge)[0] for s in (0.1, 0.2, 0.4)])
    drawn = density(counts, edge, 16, 3)
    assert drawn is not None and drawn.bins == drawn.looks == 1
    used = np.flatnonzero(counts.sum(0))
    shares = counts[:, used[0] : used[-1] + 1] / 1000
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(drawn.levels, np.maximum(np.log10(shares.T[::-1]), FLOOR))
    assert (drawn.low, drawn.high) == (edge[used[0]], edge[used[-1] + 1])
    pooled = density(counts, edge, 4, 1)
    assert pooled is not None and pooled.looks == 3 and pooled.levels.shape[1] == 1
    assert (10 ** pooled.levels[:, 0]).sum() == pytest.approx(1, abs=4 * 10**FLOOR)
    assert density(np.zeros((2, 4)), np.arange(5), 4, 4) is None


def test_the_map_has_labels_on_both_axes() -> None:
    shown = [strip.text for strip in over_time(weights("x").arrays, DARK, 60, 12, "weights")]
    assert len(shown) <= 12
    assert shown[0].startswith("weights  3 looks") and shown[1].split()[0] == "0.031"
    assert "step 100" in shown[-2] and "300" in shown[-2] and "log10 share" in shown[-1]
    assert [line.split()[0] for line in shown[1:-2] if line[:8].strip()] == ["0.031", "0", "-0.031"]


def test_on_paper_everything_fits_and_every_reason_is_told() -> None:
    record = Record(tag="health", kind="health", step=3, arrays=arrays())
    lines = draw(record, 78, False)
    assert max(map(len, lines)) <= 78 and not any("\x1b" in line for line in lines)
    told = "\n".join(lines)
    assert "act1: 18 of 32 units dead over the last 8 batches" in told and "vanishing: gradient 1e-6" in told
    assert any(line.startswith("conv1") and line.endswith("✓ ok") for line in lines)
    assert any("\x1b" in line for line in draw(record, 78, True))
    for other in (weights("conv1"), spread("conv1")):
        lines = draw(other, 78, False)
        assert len(lines) > 3 and max(map(len, lines)) <= 78
    assert "100 to 300" in draw(weights("conv1"), 78, False)[0]


def test_the_view_is_registered_for_every_kind_of_data() -> None:
    assert VIEWS["health"].kinds == () and isinstance(make("health"), HealthPane)
