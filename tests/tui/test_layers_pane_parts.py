"""What the layers pane is drawn from: ladder, units, kernels, formulas, at every size and colour depth."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.probes.requests import Array, CellView, Layer, LayerView, Structure
from dlviz.tui.panes.blocks import Parts
from dlviz.tui.panes.decimals import column, decimals
from dlviz.tui.panes.layers.cell import agrees, formula
from dlviz.tui.panes.layers.ladder import decades, ladder
from dlviz.tui.panes.layers.panel import odd
from dlviz.tui.panes.layers.scene import Looked, scene
from dlviz.tui.panes.layers.sheet import sheet
from dlviz.tui.panes.layers.sight import CELL, CHANNEL, LAYER, Sight, source
from dlviz.tui.panes.signed_bars import signed_bars
from dlviz.tui.panes.units import units
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink
from dlviz.tui.render.scale import Scale

NAN = float("nan")
SIZES = ((8, 3), (20, 6), (48, 10), (58, 16), (88, 20), (116, 34), (196, 54))
INKS = (DARK, LIGHT, ANSI16_DARK, PLAIN)


def structure(*layers: Layer) -> Structure:
    """A model of these layers."""
    return Structure("net", (3, 16, 16), layers, ("cat", "dog"), 9, 9, 9, "pets", 5)


CONV = Layer("a.very.long.name.of.a.convolution.in.a.deep.model", "convolution", "3x3 p1", (40, 16, 16), 1120, 1)
BIG = Layer("big", "convolution", "7x7", (2, 300, 500), 1120, 10**9, 1e-9)
FLAT = Layer("flat", "Flatten", "", (10240,), 0, 0)
HEAD = Layer("head", "dense", "", (2,), 20482, 20480, 3.0)
NET = structure(CONV, BIG, FLAT, HEAD)


def view(layer: Layer, maps: Array, kernels: Array) -> LayerView:
    """A view with these maps."""
    finite = maps[np.isfinite(maps)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    image = np.linspace(0, 1, 768).reshape(3, 16, 16)
    rest = np.array([3, 4]), np.array([0.0, 1.0, 2.0]), 0.5, low, high, low, high, 64
    return LayerView(5, layer.name, layer.kind, 0, "test", "cat", image, maps, kernels, *rest)


def cell(patch: Array, kernel: Array, kind: str = "convolution", text: str = "sum(patch x kernel) + bias") -> CellView:
    """A cell with a formula that holds, of the long-named layer."""
    total = float(np.nansum(patch * kernel)) + 0.5 if kernel.size else float(np.nanmax(patch))
    return CellView(5, CONV.name, kind, 0, 0, 0, -1, -1, patch, kernel, 0.5, total, total, text)


def drawn(looked: Looked, sight: Sight, ink: Ink, width: int, height: int) -> str:
    """The picture as text; its size is checked."""
    strips = scene(looked, sight, ink, width, height, Parts(), 0).strips
    assert len(strips) == height
    assert all(strip.cell_length == width for strip in strips)
    return "\n".join(strip.text for strip in strips)


@pytest.mark.parametrize("ink", INKS, ids=("dark", "light", "sixteen", "none"))
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_depth_fills_exactly_its_room(width: int, height: int, ink: Ink) -> None:
    rng = np.random.default_rng(0)
    views = {
        CONV: view(CONV, rng.normal(size=CONV.shape), rng.normal(size=(40, 3, 3, 3))),
        BIG: view(BIG, rng.normal(size=BIG.shape), rng.normal(size=(2, 40, 7, 7))),
        FLAT: view(FLAT, rng.normal(size=FLAT.shape), np.zeros(0)),
        HEAD: view(HEAD, rng.normal(size=2), rng.normal(size=(2, 10240))),
    }
    patches = {
        CONV: cell(rng.normal(size=(3, 3, 3)), rng.normal(size=(3, 3, 3))),
        BIG: cell(rng.normal(size=(40, 7, 7)), rng.normal(size=(40, 7, 7))),
        FLAT: cell(np.array([1.0]), np.zeros(0), "Flatten", "the same number, in a row"),
        HEAD: cell(rng.normal(size=10240), rng.normal(size=10240), "dense"),
    }
    for layer, seen in views.items():
        looked = Looked(NET, seen, patches[layer], "", (1, 1, 1))
        for depth in range(1, 5):
            for kernels in (False, True):
                sight = Sight(layer=layer.name, depth=depth, channel=1, row=3, column=4, kernels=kernels)
                drawn(looked, sight.within(NET), ink, width, height)
        drawn(replace(looked, view=None, cell=None, error="it failed"), Sight(layer=layer.name), ink, width, height)


def test_values_that_are_no_numbers_are_seen_and_counted() -> None:
    maps = np.zeros((40, 16, 16))
    maps[0, 0, 0], maps[1, 2, 3] = NAN, np.inf
    assert odd(maps) == "2 not finite, 38 all zero"
    looked = Looked(NET, view(CONV, maps, np.zeros(0)), None, "", (1, 1, 1))
    text = drawn(looked, Sight(layer=CONV.name, depth=LAYER), PLAIN, 196, 54)
    assert "2 not finite" in text and "xx" in text


def test_large_maps_are_pooled_or_scrolled_and_say_so() -> None:
    maps = np.random.default_rng(0).normal(size=BIG.shape)
    looked = Looked(NET, view(BIG, maps, np.zeros(0)), None, "", (1, 1, 1))
    assert "pooled" in drawn(looked, Sight(layer="big", depth=LAYER), DARK, 116, 34)
    text = drawn(looked, Sight(layer="big", depth=CHANNEL, row=290, column=490), DARK, 116, 34)
    assert "from row" in text and "cell 290,490" in text


def test_a_pool_marks_the_winner_and_a_sum_shows_its_parts() -> None:
    pooled = cell(np.array([[[1.0, 2.0], [5.0, 3.0]]]), np.zeros(0), "max pool", "max(patch)")
    text = "\n".join(s.text for s in formula(pooled, NET, 0, PLAIN, 90, 12))
    assert "5.00" in text and "largest of 4" in text and "computed 5, layer says 5 ✓" in text
    added = replace(pooled, patch=np.array([0.25, -1.0]), total=-0.75, output=-0.75, formula="F(x) + x", kind="Add")
    text = "\n".join(s.text for s in formula(added, NET, 0, PLAIN, 90, 12))
    assert "F(x), the branch" in text and "-1.0000" in text and "-0.7500" in text


def test_a_formula_gets_its_numbers_put_in() -> None:
    relu = replace(cell(np.array([-0.5]), np.zeros(0), "ReLU", "max(0, x)"), total=0.0, output=0.0)
    text = "\n".join(s.text for s in formula(relu, NET, 0, PLAIN, 60, 9))
    assert "max(0, -0.5000) = 0" in text
    norm = replace(relu, formula="2 (x - -0.5) / sqrt(4 + 1e-05) + -1", total=-1.0, output=-1.0)
    text = "\n".join(s.text for s in formula(norm, NET, 0, PLAIN, 90, 9))
    assert "2 (-0.5000 + 0.5) / sqrt(4 + 1e-05) - 1 = -1" in text


def test_a_formula_that_does_not_hold_is_called_out() -> None:
    right = cell(np.ones((1, 3, 3)), np.ones((1, 3, 3)))
    assert agrees(right) and agrees(replace(right, output=right.total + 1e-6))
    wrong = replace(right, output=right.total + 1)
    assert not agrees(wrong) and not agrees(replace(right, output=NAN))
    assert agrees(replace(right, total=NAN, output=NAN))
    assert "✗ differs" in formula(wrong, NET, 0, PLAIN, 90, 12)[-1].text


def test_a_true_nan_is_no_padding() -> None:
    patch = np.ones((1, 3, 3))
    patch[0, 0, 0] = patch[0, 2, 2] = NAN
    seen = cell(patch, np.ones((1, 3, 3)))
    assert "2 of 9" in "\n".join(s.text for s in formula(seen, NET, 0, PLAIN, 90, 14))
    text = "\n".join(s.text for s in formula(replace(seen, output=NAN), NET, 0, PLAIN, 90, 14))
    assert "1 of 9" in text and "nan" in text


def test_pages_of_input_channels_reach_the_last() -> None:
    seen = cell(np.ones((16, 3, 3)), np.ones((16, 3, 3)))
    looked = Looked(NET, None, seen, "", (1, 1, 1))
    text = drawn(looked, Sight(layer=CONV.name, depth=CELL, page=15), PLAIN, 90, 20)
    assert "-15 of 16" in text and "in 15" in text and "144.0000" in text
    assert "in 0" not in text


def test_contributions_of_a_dense_unit_add_up() -> None:
    x, w = np.arange(40.0), np.full(40, 0.5)
    seen = replace(cell(x, w, "dense"), layer="head")
    text = "\n".join(s.text for s in formula(seen, structure(HEAD), 1, PLAIN, 90, 12))
    assert "head unit 0, class cat" in text and "39" in text
    assert "the other 34 add 280.5000 (1 of them are 0)" in text


def test_inputs_of_a_dense_layer_are_named_by_their_place() -> None:
    assert source(NET, "head") == (2, 300, 500)
    assert source(structure(FLAT, HEAD), "head") == (3, 16, 16)
    assert source(structure(HEAD), "head") == ()


def test_the_gradient_axis_holds_all_norms() -> None:
    assert decades([1e-9, 0.5, NAN]) == (-9, 0)
    assert decades([0.5, 0.2]) == (-3, 0)
    assert decades([100.0]) == (-1, 2)
    assert decades([NAN, 0.0]) is None
    strips = ladder(NET, PLAIN, 100, 8, "head").strips
    assert "1e-9 to 10" in strips[-1].text


def test_the_ladder_scrolls_to_the_selected_layer() -> None:
    many = structure(*(replace(HEAD, name=f"layer{k}") for k in range(50)))
    made = ladder(many, PLAIN, 60, 10, "layer33")
    assert any("layer33" in strip.text for strip in made.strips)
    assert "of 50" in made.strips[0].text
    row = next(y for y, strip in enumerate(made.strips) if "layer33" in strip.text)
    assert made.hit(row) == 33 and made.hit(0) is None and made.hit(99) is None


def test_bars_of_both_signs_share_a_zero() -> None:
    strips = signed_bars(["a", "b"], [-1.0, 0.5], PLAIN, 40)
    zero = strips[0].text.index("│")
    assert strips[1].text[zero] == "│"
    assert strips[0].text[zero - 1] == "█" and strips[1].text[zero + 1] == "█"
    assert "-1.000" in strips[0].text and "0.500" in strips[1].text
    assert "nan" in signed_bars(["a"], [NAN], PLAIN, 40)[0].text


def test_a_wall_of_units_finds_its_units() -> None:
    made = units(np.arange(64.0), (), PLAIN, 60, 10, selected=9)
    assert made.columns == 8 and "9.00" in made.strips[1].text
    assert made.hit(made.left + made.cell * 1, 1) == 9
    assert made.hit(0, 0) is None
    wall = units(np.arange(1000.0), (), DARK, 40, 8, selected=999)
    assert all(strip.cell_length == 40 for strip in wall.strips)
    assert wall.hit(wall.left, len(wall.strips) - 1) is not None


def test_a_layer_without_bias_says_so_and_adds_none() -> None:
    bare = replace(cell(np.ones((1, 3, 3)), np.ones((1, 3, 3))), bias=NAN, total=9.0, output=9.0)
    text = "\n".join(s.text for s in formula(bare, NET, 0, PLAIN, 90, 12))
    assert "9.0000, no bias" in text and "plus bias" not in text and "✓" in text
    dense = replace(bare, patch=np.ones(9), kernel=np.ones(9), kind="dense")
    text = "\n".join(s.text for s in formula(dense, NET, 0, PLAIN, 90, 16))
    assert "9.0000, no bias" in text and "plus bias" not in text


@pytest.mark.parametrize(("value", "told"), [(NAN, "not a number"), (np.inf, "not finite")])
def test_what_is_no_number_is_never_ticked(value: float, told: str) -> None:
    broken = replace(cell(np.ones((1, 3, 3)), np.ones((1, 3, 3))), total=value, output=value)
    last = formula(broken, NET, 0, DARK, 90, 12)[-1]
    assert told in last.text and "✓" not in last.text
    style = next(segment.style for segment in last if told in segment.text)
    assert style == DARK.style(DARK.bad, bold=True)


def test_numbers_of_one_grid_are_written_alike() -> None:
    assert decimals([0.5, -0.003], 7) == 3
    assert decimals([0.5, -0.03, 0.0, NAN], 5) == 2
    assert decimals([1234.5, 0.001], 7) == 2
    assert decimals([], 7) == 2
    assert (column(43, 3), column(20, 3), column(10, 3)) == (8, 6, 6)
    weights = np.array([[[-0.003, 0.003, 0.5]]])
    strips, _ = sheet(weights, ["0"], Scale.of(weights), PLAIN, 40, 4)
    assert strips[1].text.split() == ["-0.003", "0.003", "0.500"]


def test_small_maps_take_the_room_there_is() -> None:
    few = np.random.default_rng(0).normal(size=(4, 3, 3))
    strips, shown = sheet(few, list("0123"), Scale.of(few), DARK, 43, 17)
    assert shown == range(4) and f"{few[3, 2, 2]:.2f}" in "".join(s.text for s in strips)
    many = np.random.default_rng(0).normal(size=(16, 3, 3))
    strips, shown = sheet(many, list(map(str, range(16))), Scale.of(many), DARK, 43, 17)
    assert shown == range(16) and strips[0].text[7] == "1"
    assert len(strips) == 17 and all(strip.cell_length == 43 for strip in strips)
    _, shown = sheet(np.ones((400, 3, 3)), list(map(str, range(400))), Scale.of(many), DARK, 43, 17)
    assert len(shown) < 400
