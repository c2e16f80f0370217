"""The latent pane over a small VAE: what it draws, what it asks, and that a cursor move is decoded."""

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from textual.app import App, ComposeResult

from dlviz.engine.data.load import load_data
from dlviz.engine.models.vae import Vae
from dlviz.engine.objectives.variational import Variational
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.recipes.vae import VaeOptions
from dlviz.engine.runs.run import Record
from dlviz.engine.training.status import Status
from dlviz.tui.panes.latent.layout import Sight, arrangement, compose
from dlviz.tui.panes.latent.pane import LatentPane
from dlviz.tui.panes.latent.view import space
from dlviz.tui.render.latent.grid import tiling
from dlviz.tui.render.latent.plane import Scene, frame, legend, plane
from dlviz.tui.render.numbers import compact
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink

from .answering import Answering

SIZES = ((36, 10), (50, 12), (78, 18), (82, 20), (60, 60), (118, 36), (190, 50))


@cache
def model(**options: Any) -> Any:
    """A trainer whose VAE of digits has learned for a few steps."""
    torch.set_num_threads(1)
    data = load_data("digits", 0)
    chosen = VaeOptions(steps=5, hidden=(32,), channels=4, components=3, **options)
    torch.manual_seed(0)
    of = Variational(Variational.build(Vae, chosen, data), data, chosen, 0, torch.device("cpu"))
    for number in range(5):
        of.step(number, number / 5)
    return SimpleNamespace(objective=of, model=of.model, step=5, job=SimpleNamespace(model="vae"))


def flat() -> Any:
    """Of two latent numbers, as the preset `map`."""
    return model(latent=2, conditional=False, prior="standard")


class Lab(App[None]):
    """An app with a pane and what panes need."""

    def __init__(self, trainer: Any = None, ink: Ink = PLAIN) -> None:
        super().__init__()
        self.session = Answering(trainer or flat())
        self.ink = ink

    def compose(self) -> ComposeResult:
        yield LatentPane(id="latent")

    @property
    def pane(self) -> LatentPane:
        """The pane, up to date."""
        pane = self.query_one(LatentPane)
        pane.focus()
        for _ in range(3):
            pane.pull()
        return pane

    @property
    def settings(self) -> dict[str, Any]:
        """What was asked last."""
        assert self.pane
        return dict(self.session.asked["latent/inside"].settings)


def text(pane: LatentPane) -> str:
    """What the pane shows."""
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


def arrays(app: Lab, tag: str = "latent") -> dict[str, Any]:
    """What was answered last."""
    return next(record.arrays for record in app.pane.records if record.tag == tag)


async def test_the_plane_the_example_and_the_numbers_are_shown() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)):
        shown, found = text(app.pane), arrays(app)
        assert str(app.pane.border_title) == "latent space: 360 test images, 2 numbers"
        assert str(app.pane.border_subtitle) == "step 5"
        assert "decoded  at the cursor" in shown and "z1 0\n" in shown.replace(" │", "\n")
        assert "0 of 360, class " in shown and "reconstruction" in shown
        reconstruction, kl = found["nats"].tolist()
        assert f"-log p(x|z) {reconstruction:.4g}" in shown and f"+ KL {kl:.3g}" in shown
        assert all(f"z{k + 1}" in shown and f"{found['kl'][k]:.2f} nats" in shown for k in (0, 1))
        assert "◆ image 0  ⋯ prior at 1 and 2 sigma" in shown and "0  1  2  3  4" in shown


async def test_a_cursor_move_is_decoded_in_one_look() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("right")
        before = dict(app.settings)
        await pilot.press("right", "up", "K")
        after = app.settings
        view = app.pane._view
        assert view is not None
        left, right, bottom, top = view.window
        assert after["x"] - before["x"] == pytest.approx((right - left) / view.columns, abs=1e-3)
        assert after["y"] - before["y"] == pytest.approx(6 * (top - bottom) / view.rows, abs=1e-3)
        with torch.no_grad():
            expected = app.session.trainer.model.decode(torch.tensor([[after["x"], after["y"]]]))
        np.testing.assert_allclose(arrays(app, "cursor")["images"], expected, atol=1e-5)


async def test_the_mouse_moves_the_cursor_to_where_it_points() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        view = app.pane._view
        assert view is not None
        await pilot.mouse_down("#latent", offset=(view.left + 10 + 1, 5 + 1))
        assert app.pane.chosen.cursor == pytest.approx(view.at(10, 5), abs=1e-3)
        assert view.cell(*app.pane.chosen.cursor) == (10, 5)
        await pilot.press("c")
        found = arrays(app)
        assert app.pane.chosen.cursor == pytest.approx(found["example_at"].tolist(), abs=1e-3)


async def test_the_grid_is_what_the_decoder_makes_of_its_places() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("g")
        columns, rows, *window = app.settings["grid"]
        tiles = arrays(app, "plane")
        assert len(tiles["images"]) == columns * rows and app.pane._view is not None
        assert app.pane._view.columns == columns and list(app.pane._view.window) == window
        await pilot.press("right", "down")
        column, row = app.pane._view.cell(*app.pane.chosen.cursor)
        k = row * int(columns) + column
        np.testing.assert_allclose(tiles["z"][k], app.pane.chosen.cursor, atol=1e-3)
        np.testing.assert_allclose(tiles["images"][k], arrays(app, "cursor")["images"][0], atol=1e-2)
        plan = app.pane._plan
        assert plan is not None
        await pilot.mouse_down("#latent", offset=(1 + app.pane._view.left + 1, 1))
        assert app.pane._view.cell(*app.pane.chosen.cursor) == (0, 0)


async def test_examples_turn_and_a_way_leads_from_one_to_the_next() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("comma", "i", "full_stop", "full_stop")
        assert app.settings["to"] == 359 and app.pane.chosen.index == 1
        shown = text(app.pane)
        assert "on the way  from image 359 to 1" in shown and "1 of 360" in shown
        await pilot.press("i")
        assert "to" not in app.settings and "on the way" not in text(app.pane)


async def test_a_conditional_decoder_is_told_a_class() -> None:
    app = Lab(model())
    async with app.run_test(size=(120, 40)) as pilot:
        own = int(arrays(app)["told"])
        assert f"class {own}" in text(app.pane) and "pc1" in text(app.pane)
        assert "6 numbers (plane " in str(app.pane.border_title)
        await pilot.press("right_square_bracket")
        assert app.settings["class"] == (own + 1) % 10
        assert f"Gaussians, class {(own + 1) % 10}, 1 sigma" in text(app.pane)
        await pilot.press("backslash")
        assert "class" not in app.settings
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("right_square_bracket")
        assert "class" not in app.settings


async def test_splits_outlines_and_parts_turn() -> None:
    app = Lab()
    async with app.run_test(size=(50, 14)) as pilot:
        assert "KL by number" not in text(app.pane)
        await pilot.press("m")
        assert "recon" in text(app.pane)
        await pilot.press("m")
        assert "KL by number" in text(app.pane)
        await pilot.press("m", "p", "t")
        assert "validation" not in text(app.pane) and app.session.asked["latent/inside"].split == "val"
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("p")
        assert "aggregated posterior" in text(app.pane)
        await pilot.press("p")
        assert "⋯" not in text(app.pane)


async def test_an_old_answer_stays_until_the_new_one_comes() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        app.session.waiting = True
        await pilot.press("full_stop")
        assert str(app.pane.border_title).endswith(" …") and "0 of 360" in text(app.pane)
        app.session.respond()
        assert "1 of 360" in text(app.pane) and not str(app.pane.border_title).endswith("…")


async def test_without_a_latent_space_it_says_why() -> None:
    broken: Any = SimpleNamespace(objective=object(), step=0, job=SimpleNamespace(model="cnn"))
    app = Lab(broken)
    async with app.run_test(size=(120, 40)) as pilot:
        assert "cnn has no latent space" in text(app.pane)
        await pilot.press("right", "full_stop", "g", "i", "c", "right_square_bracket", "left_curly_bracket")
        app.session.status, app.session.answers = Status(), {}
        app.session.waiting = True
        assert "no model is loaded" in text(app.pane)


async def test_kept_records_are_drawn_with_what_they_have() -> None:
    of = flat().objective
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        pane = app.pane
        pane._kept = tuple(of.records())
        pane._place = "kept, 1 of 2"
        shown = text(app.pane)
        assert "nearest kept image" in shown and "0, as kept" in shown and "| goes back to now" in shown
        assert "180 val images" in str(pane.border_title)
        await pilot.press("right", "comma")
        assert app.pane.chosen.index == 9
        z = next(record for record in pane._kept if record.tag == "plane").arrays["z"]
        near = z[np.square(z - app.pane.chosen.cursor).sum(1).argmin()]
        assert f"z1 {compact(float(near[0]), 6, 3)}" in text(app.pane)
        pane._place = "kept, 2 of 2"
        pane._kept = (Record(tag="samples", kind="images", step=1),)
        assert "kept records have no latent space" in text(app.pane)
        await pilot.press("vertical_line")
        assert "decoded  at the cursor" in text(app.pane)


@pytest.mark.parametrize("ink", (DARK, LIGHT, ANSI16_DARK, PLAIN), ids=("dark", "light", "sixteen", "none"))
@pytest.mark.parametrize("which", ({"latent": 2, "conditional": False, "prior": "standard"}, {}, {"latent": 1}))
def test_every_size_and_ink_is_drawn(which: dict[str, Any], ink: Ink) -> None:
    for settings in ((("to", 3.0),), (("grid", 4.0),)):
        records = inside(model(**which), LookInside("latent", settings=settings)).records
        known = space(records)
        assert known is not None
        for width, height in SIZES:
            for sight in (Sight(), Sight(grid=True, start=3), Sight(part="image"), Sight(part="numbers")):
                picture = compose(records, known, sight, ink, width, height)
                assert 0 < len(picture.strips) <= height + 1
                assert all(strip.cell_length <= width for strip in picture.strips), (width, height, sight)


async def test_a_pane_of_any_size_is_filled() -> None:
    app = Lab(ink=DARK)
    async with app.run_test(size=(36, 10)) as pilot:
        for size in SIZES:
            await pilot.resize_terminal(*size)
            pane = app.pane
            assert len(pane._strips) == pane.size.height
            assert all(strip.cell_length == pane.size.width for strip in pane._strips)
            await pilot.press("g")


def test_a_plane_to_read() -> None:
    points = np.array([[-0.9, 0.9], [0.0, 0.0], [0.05, 0.0], [0.05, 0.0], [0.9, -0.9], [np.nan, 0.0], [5.0, 0.0]])
    scene = Scene(points, np.array([0, 1, 2, 2, 3, 4, 5]), (-1, 1, -1, 1), (0.5, 0.5), example=(-0.5, -0.5))
    drawn = [strip.text for strip in plane(scene, PLAIN, 31, 6)]
    assert [line.rstrip() for line in drawn] == [
        "    1│ 0",
        "     │                  +",
        "   z2│            12",
        "     │      ◆",
        "   -1│                       3",
        "      -1          z1          1",
    ]


def test_a_cell_shows_the_class_that_has_most_images_there() -> None:
    points = np.array([[0.1, 0.1], [0.12, 0.1], [0.1, 0.12], [np.nan, 0.0], [7.0, 0.0]])
    scene = Scene(points, np.array([4, 8, 8, 7, 7]), (-1, 1, -1, 1), (-0.9, -0.9))
    drawn = "".join(strip.text for strip in plane(scene, PLAIN, 12, 6))
    assert "8" in drawn and "4" not in drawn and "7" not in drawn, "what is outside or no number is not drawn"


def test_outlines_are_circles_of_the_right_size() -> None:
    circle = ((np.zeros(2), np.eye(2), 1.0),)
    scene = Scene(np.zeros((0, 2)), np.zeros(0, int), (-2, 2, -2, 2), (1.9, 1.9), outlines=circle)
    view = frame(scene.window, 86, 41)
    drawn = [strip.text[view.left :] for strip in plane(scene, PLAIN, 86, 41)]
    for x, y, there in ((0, 1, True), (1, 0, True), (-1, 0, True), (0.7, 0.7, True), (0, 0, False), (1.4, 0, False)):
        column, row = view.cell(x, y)
        near = "".join(line[max(0, column - 1) : column + 2] for line in drawn[max(0, row - 1) : row + 2])
        assert bool(near.strip()) == there, (x, y)


def test_a_cell_and_its_place_are_the_same() -> None:
    view = frame((-2.0, 3.0, -1.0, 1.0), 60, 20)
    for column in range(view.columns):
        for row in range(view.rows):
            assert view.cell(*view.at(column, row)) == (column, row)
    assert view.hit(view.left - 1, 0) is None and view.hit(view.left, 0) == view.at(0, 0)


def test_hostile_names_are_data() -> None:
    shown = legend(np.array([0, 1]), ("[/x]", "\x1b]0;x\x07cat"), DARK, 40).text
    assert "[/x]" in shown and "cat" in shown and "\x1b" not in shown


def test_tiles_never_pass_the_limit() -> None:
    for width, height in ((10, 5), (40, 12), (190, 50)):
        view = frame((-1, 1, -1, 1), width, height)
        for h, w in ((8, 8), (28, 28), (1, 1), (200, 300)):
            for ink in (DARK, PLAIN):
                plan = tiling(h, w, ink, view)
                assert 1 <= plan.columns * plan.rows <= 400
                assert plan.columns * (plan.wide + 1) <= view.columns or plan.columns == 1


def test_arrangements() -> None:
    assert arrangement(118, 36) == "row" and arrangement(78, 18) == "row"
    assert arrangement(36, 10) == "page" and arrangement(60, 50) == "stack"
