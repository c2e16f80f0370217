"""The layers pane against a fake session that answers by hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from textual.app import App, ComposeResult

from dlviz.engine.probes.requests import (
    Answer,
    CellView,
    Layer,
    LayerView,
    LookCell,
    LookLayer,
    LookStructure,
    Request,
    Structure,
    View,
)
from dlviz.engine.runs.run import Record, Run
from dlviz.engine.runs.writer import RunWriter
from dlviz.engine.training.status import Status
from dlviz.tui.panes.layers.pane import LayersPane
from dlviz.tui.render.palette import PLAIN, Ink

NAN = float("nan")
CNN = Structure(
    "cnn",
    (1, 8, 8),
    (
        Layer("conv1", "convolution", "3x3 p1", (4, 8, 8), 40, 2304, 0.5),
        Layer("act1", "ReLU", "", (4, 8, 8), 0, 0),
        Layer("conv2", "convolution", "3x3", (6, 6, 6), 222, 7776, 2e-8),
        Layer("flatten", "Flatten", "", (216,), 0, 0),
        Layer("head", "dense", "", (10,), 2170, 2160, 0.25),
    ),
    *(tuple("0123456789"), 100, 20, 30, "digits", 7),
)
MLP = replace(
    CNN,
    model="mlp",
    layers=(
        Layer("flatten", "Flatten", "", (64,), 0, 0),
        Layer("linear1", "dense", "", (32,), 2080, 2048, 0.1),
        Layer("head", "dense", "", (10,), 330, 320, 0.1),
    ),
)


def layer_view(structure: Structure, look: LookLayer) -> LayerView:
    """A view whose numbers depend on layer and index."""
    layer = next(layer for layer in structure.layers if layer.name == look.layer)
    maps = np.sin(np.arange(np.prod(layer.shape)) + look.index).reshape(layer.shape)
    kernels = np.zeros(0)
    if layer.kind == "convolution":
        kernels = np.cos(np.arange(layer.shape[0] * (1 if layer.name == "conv1" else 4) * 9.0))
        kernels = kernels.reshape(layer.shape[0], -1, 3, 3)
    image, low, high = np.linspace(0, 1, 64).reshape(1, 8, 8), float(maps.min()), float(maps.max())
    example = look.index, look.split, "7", image
    histogram = np.array([1, 5, 2]), np.linspace(-1, 1, 4), 0.25
    return LayerView(7, look.layer, layer.kind, *example, maps, kernels, *histogram, low, high, -3.0, 4.0, 64)


def cell_view(look: LookCell) -> CellView:
    """A padded convolution's corner whose formula holds."""
    patch = np.full((1, 3, 3), 0.5)
    patch[0, 0] = NAN
    kernel = np.full((1, 3, 3), 0.25)
    total = 6 * 0.125 + 0.1
    place = look.channel, look.row, look.column, look.row - 1, look.column - 1
    numbers = patch, kernel, 0.1, total, total
    return CellView(7, look.layer, "convolution", *place, *numbers, "sum(patch x kernel) + bias")


class Session:
    """Answers at once, unless told to wait."""

    def __init__(self, structure: Structure | None) -> None:
        self.structure = structure
        self.run = Run("fake")
        self.status = Status(state="running", model=structure.model) if structure else Status()
        self.answers: dict[str, Answer] = {}
        self.asked: dict[str, Request] = {}
        self.waiting = False
        self._version = 0

    def subscribe(self, key: str, request: Request | None) -> None:
        """Record the wish, and answer it."""
        if request is None:
            self.asked.pop(key, None)
            self.answers.pop(key, None)
            return
        self.asked[key] = request
        if not self.waiting:
            self.respond()

    def respond(self) -> None:
        """Answer everything that is asked for."""
        for key, request in self.asked.items():
            self._version += 1
            view = self._view(request)
            error = "" if view else "no model is loaded yet"
            self.answers[key] = Answer(self._version, request, view, error)

    def _view(self, request: Request) -> View | None:
        if self.structure is None:
            return None
        match request:
            case LookStructure():
                return self.structure
            case LookLayer() if any(layer.name == request.layer for layer in self.structure.layers):
                return layer_view(self.structure, request)
            case LookCell():
                return cell_view(request)
        return None


class Lab(App[None]):
    """An app with a pane and what panes need."""

    def __init__(self, structure: Structure | None, ink: Ink = PLAIN) -> None:
        super().__init__()
        self.session = Session(structure)
        self.ink = ink

    def compose(self) -> ComposeResult:
        yield LayersPane(id="layers")

    @property
    def pane(self) -> LayersPane:
        """The pane, up to date."""
        pane = self.query_one(LayersPane)
        pane.focus()
        pane.pull()
        pane.pull()
        return pane


def peak(name: str) -> tuple[int, ...]:
    """Channel, row and column of the value farthest from zero."""
    maps = layer_view(CNN, LookLayer(name)).maps
    return tuple(int(k) for k in np.unravel_index(np.abs(maps).argmax(), maps.shape))


def text(pane: LayersPane) -> str:
    """What the pane shows."""
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


async def test_without_a_model_it_says_what_to_do() -> None:
    app = Lab(None)
    async with app.run_test(size=(80, 20)):
        assert "no model is loaded: choose one and press space" in text(app.pane)


async def test_while_loading_it_says_so() -> None:
    app = Lab(None)
    app.session.status = Status(state="loading", model="cnn")
    async with app.run_test(size=(80, 20)):
        assert "loading cnn" in text(app.pane)


async def test_the_ladder_shows_layers_totals_and_gradients() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(140, 40)):
        shown = text(app.pane)
        assert "log scale" in shown and "convolution 3x3 p1" in shown
        assert "2e-8" in shown and "1e-8 to 1" in shown
        assert "total of 5" in shown and "2.43k" in shown
        assert "image 0  labelled 7" in shown and "25.0% zero" in shown
        assert "4 maps 8x8" in shown and "scale: layer" in shown
        assert str(app.pane.border_title) == "layers"
        assert str(app.pane.border_subtitle) == "step 7 · test image 0, labelled 7 · scale: layer"


async def test_it_asks_only_for_what_it_draws() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(60, 12)) as pilot:
        assert set(app.pane.wants()) == {"structure"}
        await pilot.resize_terminal(140, 40)
        assert set(app.pane.wants()) == {"structure", "layer"}
        pane = app.pane
        pane.action_deeper()
        assert set(pane.wants()) == {"structure", "layer"}
        pane.action_deeper()
        assert pane.wants()["cell"] == LookCell("conv1", "test", 0, *peak("conv1"))  # type: ignore[arg-type]
        pane.action_deeper()
        await pilot.resize_terminal(80, 24)
        assert set(app.pane.wants()) == {"structure", "cell"}


async def test_keys_go_through_the_four_depths() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(140, 40)) as pilot:
        assert app.pane.sight.layer == "conv1"
        await pilot.press("j", "down")
        assert app.pane.sight.layer == "conv2"
        await pilot.press("enter")
        assert str(app.pane.border_title) == "layers › conv2"
        await pilot.press("right", "l")
        assert app.pane.sight.channel == peak("conv2")[0] + 2
        await pilot.press("enter", *["up"] * 6, *["left"] * 6, "down", "right", "right")
        assert str(app.pane.border_title) == "layers › conv2 › channel 2"
        await pilot.press("enter")
        assert str(app.pane.border_title) == "layers › conv2 › channel 2 › cell (1,2)"
        await pilot.press("left")
        assert app.pane.wants()["cell"] == LookCell("conv2", "test", 0, 2, 1, 1)
        await pilot.press("up", "up", "left", "left", "left")
        assert (app.pane.sight.row, app.pane.sight.column) == (0, 0)
        await pilot.press("escape", "escape", "escape")
        assert str(app.pane.border_title) == "layers"


async def test_the_formula_says_both_sides_and_what_padding_is() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(100, 24)) as pilot:
        assert app.pane
        await pilot.press("enter", "enter", "enter")
        shown = text(app.pane)
        assert "computed 0.85, layer says 0.85 ✓" in shown
        assert "padding: 3 of 9 cells" in shown and "░" in shown and "nan" not in shown
        assert "bias 0.1000  = 0.8500" in shown


async def test_units_go_from_the_layer_to_the_formula() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(100, 30)) as pilot:
        app.pane.show_layer("head")
        await pilot.press("enter", "up", "enter")
        assert str(app.pane.border_title) == f"layers › head › unit {peak('head')[0] - 1}"
        await pilot.press("escape")
        assert str(app.pane.border_title) == "layers › head"
        assert "logits" in text(app.pane)


async def test_examples_turn_and_wrap_and_the_split_toggles() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(100, 30)) as pilot:
        assert app.pane
        await pilot.press("comma")
        assert app.pane.wants()["layer"] == LookLayer("conv1", "test", 29)
        await pilot.press("full_stop", "full_stop")
        assert app.pane.wants()["layer"] == LookLayer("conv1", "test", 1)
        await pilot.press("t")
        assert app.pane.wants()["layer"] == LookLayer("conv1", "val", 0)
        assert "validation image 0" in str(app.pane.border_subtitle)


async def test_the_scope_of_the_scale_cycles() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(140, 40)) as pilot:
        assert "scale: layer" in text(app.pane)
        await pilot.press("g")
        shown = text(app.pane)
        assert "all layers" in shown and "-4" in shown
        await pilot.press("g")
        assert "each own" in text(app.pane)


async def test_kernels_replace_the_maps() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(140, 40)) as pilot:
        assert app.pane
        await pilot.press("K")
        assert "4 kernels 3x3" in text(app.pane)
        app.pane.show_layer("conv2")
        await pilot.press("right_square_bracket")
        assert "channel 1: 3x3 kernels for 4 inputs" in text(app.pane)
        await pilot.press("w")
        assert "6 maps 6x6" in text(app.pane)


async def test_an_old_answer_stays_and_is_never_mixed() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(140, 40)) as pilot:
        assert "4 maps 8x8" in text(app.pane)
        app.session.waiting = True
        await pilot.press("j", "j", "full_stop")
        pane = app.pane
        assert str(pane.border_title) == "layers …"
        assert "4 maps 8x8" in text(pane) and "image 0  labelled" in text(pane)
        assert "test image 0" in str(pane.border_subtitle)
        app.session.respond()
        pane = app.pane
        assert str(pane.border_title) == "layers"
        assert "6 maps 6x6" in text(pane) and "image 1" in text(pane)


async def test_another_model_keeps_the_layer_or_falls_back() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(120, 30)) as pilot:
        app.pane.show_layer("head")
        await pilot.press("enter")
        app.session.structure = MLP
        app.session.respond()
        assert app.pane.sight.layer == "head" and app.pane.sight.depth == 2
        app.session.structure = CNN
        app.session.respond()
        app.pane.show_layer("conv2")
        app.session.structure = MLP
        app.session.respond()
        assert app.pane.sight.layer == "linear1" and app.pane.sight.depth == 1


async def test_a_view_of_another_model_is_not_drawn() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(120, 30)):
        assert "4 maps 8x8" in text(app.pane)
        app.session.waiting = True
        wider = replace(CNN.layers[0], shape=(9, 8, 8))
        app.session.structure = replace(CNN, layers=(wider, *CNN.layers[1:]))
        answer = app.session.answers["layers/structure"]
        app.session.answers["layers/structure"] = replace(answer, version=99, view=app.session.structure)
        assert "4 maps 8x8" not in text(app.pane)


async def test_an_error_is_one_line() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(120, 30)):
        assert app.pane
        answer = app.session.answers["layers/layer"]
        app.session.answers["layers/layer"] = replace(answer, version=50, view=None, error="no layer 'x'")
        assert text(app.pane).splitlines()[-1] == "no layer 'x'"


async def test_the_mouse_chooses_layers_maps_and_cells() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(140, 40)) as pilot:
        assert app.pane
        await pilot.click("#layers", offset=(3, 5))
        assert app.pane.sight.layer == "conv2"
        await pilot.click("#layers", offset=(3, 5))
        assert app.pane.sight.depth == 2
        await pilot.click("#layers", offset=(40, 5))
        assert app.pane.sight.channel == 1
        await pilot.click("#layers", offset=(40, 5))
        assert app.pane.sight.depth == 3
        await pilot.click("#layers", offset=(9, 4))
        assert (app.pane.sight.row, app.pane.sight.column) == (2, 1)


async def test_full_screen_and_back() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(100, 30)) as pilot:
        pane = app.pane
        await pilot.press("f")
        assert app.screen.maximized is pane
        await pilot.press("escape")
        assert app.screen.maximized is None


async def test_hostile_names_are_shown_as_text() -> None:
    hostile = replace(CNN.layers[0], name="[/x]\x1b]0;x\x07[")
    app = Lab(replace(CNN, layers=(hostile, *CNN.layers[1:])))
    async with app.run_test(size=(120, 30)) as pilot:
        assert app.pane
        await pilot.press("enter")
        assert "[/x][" in str(app.pane.border_title)
        assert "\x1b" not in text(app.pane)


async def test_an_unchanged_picture_is_not_drawn_again() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(120, 30)):
        pane = app.pane
        strips = pane._strips
        pane.pull()
        assert pane._strips is strips


async def test_a_map_starts_at_its_peak_and_a_chosen_cell_is_kept() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(120, 30)) as pilot:
        assert app.pane
        await pilot.press("enter", "right", "enter")
        maps = layer_view(CNN, LookLayer("conv1")).maps
        top = np.unravel_index(np.abs(maps[1]).argmax(), maps[1].shape)
        assert (app.pane.sight.channel, app.pane.sight.row, app.pane.sight.column) == (1, *top)
        await pilot.press(*["up"] * 8, *["left"] * 8, "right", "escape", "right", "enter")
        assert (app.pane.sight.channel, app.pane.sight.row, app.pane.sight.column) == (2, 0, 1)
        await pilot.press("escape", "escape", "down", "down", "enter", "escape", "up", "up", "enter", "enter")
        sight = app.pane.sight
        assert (sight.layer, sight.channel, sight.row, sight.column) == ("conv1", 2, 0, 1)


async def test_a_start_waits_for_its_answer_even_at_the_last_depth() -> None:
    app = Lab(CNN)
    async with app.run_test(size=(100, 24)) as pilot:
        assert app.pane
        app.session.waiting = True
        await pilot.press("full_stop", "enter", "enter", "enter")
        assert "layer" in app.pane.wants()
        app.session.waiting = False
        app.session.respond()
        maps = layer_view(CNN, LookLayer("conv1", "test", 1)).maps
        sight = app.pane.sight
        assert (sight.channel, sight.row, sight.column) == np.unravel_index(np.abs(maps).argmax(), maps.shape)  # type: ignore[comparison-overlap]
        assert set(app.pane.wants()) == {"structure", "cell"}


async def test_what_was_kept_is_gone_through_and_now_comes_after_it(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    for step in (10, 20):
        maps: dict[str, Any] = {
            "conv1": np.full((4, 8, 8), step / 10, np.float16),
            "input": np.zeros((1, 8, 8), np.float32),
        }
        writer.record(Record(tag="features", kind="feature maps", step=step, arrays=maps))
    app = Lab(CNN)
    app.session.run.path = str(tmp_path)
    async with app.run_test(size=(120, 30)) as pilot:
        pane = app.pane
        await pilot.press("enter", "left_curly_bracket")
        assert str(pane.border_subtitle).startswith("kept, 2 of 2 · step 20")
        assert set(pane.wants()) == {"structure"}
        view = pane._looked(CNN).view
        assert view is not None and (view.maps == 2).all() and view.maps.shape == (4, 8, 8)
        await pilot.press("left_curly_bracket", "left_curly_bracket")
        assert str(pane.border_subtitle).startswith("kept, 1 of 2 · step 10")
        await pilot.press("right_curly_bracket", "right_curly_bracket")
        assert "kept" not in str(pane.border_subtitle) and "layer" in pane.wants()
        await pilot.press("left_curly_bracket", "enter", "enter")
        assert "formulas are of now" in text(pane)
        await pilot.press("vertical_line")
        assert "formulas are of now" not in text(pane)
        await pilot.press("left_curly_bracket")
        app.session.run = Run("another")
        pane.pull()
        assert "kept" not in str(pane.border_subtitle)
