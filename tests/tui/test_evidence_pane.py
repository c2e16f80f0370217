"""The evidence pane over a small network: what it draws, what it asks, and that a known pixel changes the rest."""

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from textual.app import App, ComposeResult

from dlviz.engine.data.load import load_data
from dlviz.engine.models.bayesnet import Bayesnet
from dlviz.engine.objectives.likelihood import Likelihood
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.recipes.bayesnet import BayesnetOptions
from dlviz.engine.training.status import Status
from dlviz.tui.panes.evidence.layout import Sight, arrangement, compose
from dlviz.tui.panes.evidence.pane import EvidencePane
from dlviz.tui.panes.evidence.view import IMAGES, network
from dlviz.tui.plain_records import draw
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink
from dlviz.tui.render.tree_grid import Pixels, crop, pixel_grid

from .answering import Answering

SIZES = ((36, 10), (50, 12), (78, 18), (82, 20), (60, 60), (118, 36), (190, 50))


@cache
def model(structure: str = "class-trees") -> Any:
    """A trainer whose network has counted the digits."""
    torch.set_num_threads(1)
    data, chosen = load_data("digits", 0), BayesnetOptions(structure=structure, batch=1257)
    of = Likelihood(Likelihood.build(Bayesnet, chosen, data), data, chosen, 0, torch.device("cpu"))
    of.step(0, 0.0)
    of.validate()
    return SimpleNamespace(objective=of, model=of.model, step=1, job=SimpleNamespace(model="bayesnet"))


class Lab(App[None]):
    """An app with a pane and what panes need."""

    def __init__(self, trainer: Any = None, ink: Ink = PLAIN) -> None:
        super().__init__()
        self.session = Answering(trainer or model())
        self.ink = ink

    def compose(self) -> ComposeResult:
        yield EvidencePane(id="evidence")

    @property
    def pane(self) -> EvidencePane:
        """The pane, up to date."""
        pane = self.query_one(EvidencePane)
        pane.focus()
        for _ in range(2):
            pane.pull()
        return pane

    @property
    def evidence(self) -> Any:
        """What was said to be known last."""
        assert self.pane
        return self.session.asked["evidence/inside"].get("evidence", None)

    @property
    def told(self) -> Any:
        """What was answered last."""
        return self.pane.records[0].arrays


def text(pane: EvidencePane) -> str:
    """What the pane shows."""
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


async def test_a_key_sets_the_focused_pixel_and_the_rest_follows() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert "evidence  0/64" in text(app.pane) and "log p(evidence) 0.000 nats" in text(app.pane)
        assert str(app.pane.border_title).startswith("Bayesian network: tree of class ")
        await pilot.press("x")
        assert app.evidence == tuple(1.0 if k == 36 else -1.0 for k in range(64))
        await pilot.press("up", "left", "o")
        assert app.evidence[36] == 1.0 and app.evidence[27] == 0.0
        known = torch.full((64,), -1)
        known[36], known[27] = 1, 0
        posterior, white, log = app.session.trainer.model.infer(known)
        np.testing.assert_allclose(app.told["white"], white, atol=1e-12)
        shown = text(app.pane)
        assert f"log p(evidence) {log:.3f} nats" in shown and "evidence  2/64" in shown
        assert f"{float(posterior.max()):.1%}" in shown and "pixel 4,4  known off" in shown
        await pilot.press("backspace")
        assert app.evidence[27] == -1.0 and "known off" not in text(app.pane)
        await pilot.press("enter", "enter", "c")
        assert app.evidence == ()


async def test_a_click_turns_a_pixel_on_off_and_unknown() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        drawn = app.pane._pictured
        assert drawn is not None
        zoom = drawn.part.zoom
        at = 1 + 5 * 2 * zoom, 2 + 2 * zoom
        for value in (1.0, 0.0, -1.0):
            await pilot.click("#evidence", offset=at)
            assert app.evidence[2 * 8 + 5] == value
        assert drawn.hit(0, 0) is None and drawn.hit(drawn.second, 1) == (0, 0)


async def test_the_upper_half_of_an_example_can_be_known_and_changed() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("u", "full_stop")
        assert "evidence  32/64" in text(app.pane)
        asked = app.session.asked["evidence/inside"]
        assert asked.index == 1 and "evidence" not in dict(asked.settings)
        half = app.told["evidence"].copy()
        await pilot.press("x")
        assert app.evidence == tuple(1.0 if k == 36 else float(v) for k, v in enumerate(half))
        await pilot.press("comma", "comma")
        asked = app.session.asked["evidence/inside"]
        assert asked.index == 359 and "evidence" not in dict(asked.settings)


async def test_images_and_trees_turn() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert "p(on | evidence)" in text(app.pane)
        await pilot.press("m")
        assert "most probable" in text(app.pane)
        await pilot.press("s", "s")
        assert "sample 1" in text(app.pane) and app.told["seed"] == 1
        await pilot.press("m")
        assert "test image" in text(app.pane)
        first = int(app.told["posterior"].argmax())
        await pilot.press("right_square_bracket")
        assert f"tree of class {(first + 1) % 10}" in str(app.pane.border_title)
        await pilot.press("backslash")
        assert f"tree of class {first}" in str(app.pane.border_title)


async def test_an_own_choice_is_drawn_before_the_answer_comes() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        app.session.waiting = True
        await pilot.press("x")
        assert "evidence  1/64" in text(app.pane) and str(app.pane.border_title).endswith(" …")
        assert "log p(evidence) 0.000 nats" in text(app.pane)


async def test_kept_trees_are_drawn_without_evidence() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        pane = app.pane
        pane._kept = tuple(record for record in model().objective.records() if record.kind == "tree")
        shown = text(app.pane)
        assert "as kept" in shown and "tree of class 0" in str(app.pane.border_title)
        await pilot.press("x", "u", "right_square_bracket")
        assert "tree of class 1" in str(app.pane.border_title) and app.pane.chosen.evidence == ()
        await pilot.press("vertical_line", "x")
        assert "evidence  1/64" in text(app.pane)


async def test_where_there_is_nothing_it_says_why() -> None:
    app = Lab(SimpleNamespace(objective=object(), step=0, job=SimpleNamespace(model="cnn")))
    async with app.run_test(size=(120, 40)) as pilot:
        assert "cnn takes no evidence" in text(app.pane)
        await pilot.press("x", "u", "right", "right_square_bracket", "s", "m")
        assert "cnn takes no evidence" in text(app.pane)


async def test_another_model_begins_with_nothing_known() -> None:
    app = Lab()
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.pane
        await pilot.press("x")
        app.session.status = Status(state="running", model="other")
        assert app.evidence == ()


@pytest.mark.parametrize("ink", (DARK, LIGHT, ANSI16_DARK, PLAIN), ids=("dark", "light", "sixteen", "none"))
@pytest.mark.parametrize("structure", ("class-trees", "tree", "independent"))
def test_every_size_and_ink_is_drawn(structure: str, ink: Ink) -> None:
    records = inside(model(structure), LookInside("evidence", index=2)).records
    for kept in (records, records[1:]):
        net = network(kept, None)
        assert net is not None
        for width, height in SIZES:
            for which in IMAGES:
                picture = compose(net, Sight(evidence=None, shown=which), ink, width, height)
                assert 0 < len(picture.strips) <= height
                assert all(strip.cell_length <= width for strip in picture.strips)


async def test_structures_without_a_tree_or_classes_say_so() -> None:
    app = Lab(model("independent"))
    async with app.run_test(size=(120, 40)):
        assert "this structure knows no classes" in text(app.pane)
        assert "no pixel depends on another here" in text(app.pane)


def test_a_tree_to_read() -> None:
    parents = np.array([-1, 0, 1, 0, 1, 2])
    pixels = Pixels(np.array([1, -1, -1, 0, -1, -1]), parents, np.array([0, 0.5, 0.5, 0.5, 0.001, 0.5]), 3, 1)
    drawn = [strip.text.rstrip() for strip in pixel_grid(pixels, crop(2, 3, 2, 20, 10, (0, 0)), PLAIN)]
    # The focus between its parent and its child; no line to the fifth, which shares next to nothing.
    assert drawn == [" 1^  ?   v", "  ⡏⠉⠉⠉⠉⠉⠉⠉⡇", " 0⡇       ⡇", "  ⠁       ⠁"]


def test_a_crop_follows_the_focus() -> None:
    part = crop(28, 28, 1, 20, 9, (27, 0))
    assert (part.rows, part.columns, part.top, part.left) == (9, 10, 19, 0)
    assert part.hit(0, 8) == (27, 0) and part.hit(20, 0) is None
    assert crop(8, 8, 2, 100, 100, (4, 4)).width == 32


def test_the_plain_form_tells_the_same_numbers() -> None:
    told, _ = inside(model(), LookInside("evidence", index=3)).records
    shown = "\n".join(draw(told, 78, False))
    assert "32 of 64 pixels known, the upper half of image 3" in shown
    assert f"{float(told.arrays['log_evidence']):.3f} nats" in shown.replace("\n  ", " ")
    assert f"{float(told.arrays['posterior'].max()):.2%}" in shown
    assert all(len(line) <= 78 for line in shown.split("\n"))


def test_arrangements() -> None:
    assert arrangement(8, 8, 118, 20).kind == "row" and arrangement(8, 8, 36, 10).kind == "small"
    assert arrangement(8, 8, 84, 18).zoom == 2 and arrangement(8, 8, 78, 18).zoom == 1
