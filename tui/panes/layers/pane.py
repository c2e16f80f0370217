"""The layers of the model: ladder, feature maps, channels, and where each number came from."""

from collections.abc import Hashable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.strip import Strip

from ....engine.probes.requests import (
    CellView,
    LayerView,
    LookCell,
    LookLayer,
    LookStructure,
    Request,
    Structure,
)
from ..blocks import Parts
from ..model_pane import ModelPane
from ..past import SCRUB, Past
from .canvas import draw_for
from .cell import pages
from .channel import side_width
from .help import HELP
from .past import KINDS, gone
from .places import Places
from .scene import Looked, Scene, Spot, formula_width, scene, shows_maps
from .sight import CELL, CHANNEL, LADDER, LAYER, SCOPES, Sight, extent, find, fits, is_flat, size
from .words import path, told


class LayersPane(ModelPane):
    """Looks inside the loaded model at four depths."""

    HELP = HELP

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "deeper", "Look in"),
        Binding("escape", "back", "Back"),
        Binding("full_stop", "example(1)", "Image", key_display=",/."),
        Binding("comma", "example(-1)", "Previous image", show=False),
        Binding("g", "scope", "Scale"),
        Binding("K,w", "kernels", "Kernels", key_display="K"),
        Binding("D", "draw_image", "Draw"),
        *SCRUB,
        Binding("f", "large", "Full", show=False),
        Binding("t", "split", "Test/validation", show=False),
        Binding("up,k", "move(0, -1)", "Previous layer, or up", show=False),
        Binding("down,j", "move(0, 1)", "Next layer, or down", show=False),
        Binding("left,h", "move(-1, 0)", "Left", show=False),
        Binding("right,l", "move(1, 0)", "Right", show=False),
        Binding("left_square_bracket", "turn(-1)", "Previous channel, or page of inputs", show=False),
        Binding("right_square_bracket", "turn(1)", "Next channel, or page of inputs", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.sight = Sight()
        self._places = Places()
        self._parts = Parts()
        self._scene = Scene([])
        self._past = Past()

    def wants(self) -> dict[str, Request]:
        """The structure, and what is drawn of layer and cell."""
        wanted: dict[str, Request] = {"structure": LookStructure()}
        s, (width, height) = self.sight, self.size
        if not s.layer or self._past.records:
            return wanted
        if shows_maps(s.depth, width, height) or self._places.seeking:
            wanted["layer"] = LookLayer(s.layer, s.split, s.index, s.drawn)
        if s.depth == CELL or (s.depth == CHANNEL and side_width(width)):
            wanted["cell"] = LookCell(s.layer, s.split, s.index, s.channel, s.row, s.column, s.drawn)
        return wanted

    def pull(self) -> None:
        """Keep to places that the loaded model has, then ask and draw."""
        self._past = self._past.of(self.lab.session.run.path)
        structure = self._structure()
        if structure is not None:
            self._places.of(structure)
            self.sight = self.sight.within(structure)
            if self._places.seeking:
                self.sight = self._places.settle(self.sight, self._looked(structure).view)
        super().pull()

    def stale(self) -> Hashable:
        """All that the picture depends on."""
        answers = (self.answer(name) for name in ("structure", "layer", "cell"))
        status = self.lab.session.status
        versions = tuple(a.version if a else 0 for a in answers)
        return self.sight, status.state, status.model, versions, self._past.place, self.lab.session.run.path

    def _structure(self) -> Structure | None:
        answer = self.answer("structure")
        return answer.view if answer is not None and isinstance(answer.view, Structure) else None

    def _looked(self, structure: Structure) -> Looked:
        """The answers that fit this structure; answers to older questions too, for they say what they are."""
        if self._past.records:
            return gone(structure, self._past.records[0], self.sight)
        answers = {name: self.answer(name) for name in ("structure", "layer", "cell")}
        wanted = self.wants()
        errors = [a.error for name, a in answers.items() if a is not None and a.error and a.request == wanted.get(name)]
        layer, cell = answers["layer"], answers["cell"]
        view = layer.view if layer is not None and isinstance(layer.view, LayerView) else None
        made = find(structure, view.layer) if view is not None else None
        if view is not None and (made is None or not fits(made, view.maps)):
            view = None
        got = cell.view if cell is not None and isinstance(cell.view, CellView) else None
        if got is not None and got.layer != self.sight.layer:
            got = None
        key = tuple(a.version if a is not None else 0 for a in answers.values())
        return Looked(structure, view, got, errors[0] if errors else "", key)

    def _waits(self) -> bool:
        """Whether what is drawn answers an earlier question."""
        answers = {name: self.answer(name) for name in self.wants()}
        return any(a is None or a.request != self.wants()[name] for name, a in answers.items())

    def draw(self, width: int, height: int) -> list[Strip]:
        """The chosen depth."""
        structure = self._structure()
        if structure is None:
            self.entitle("layers", "")
            self._scene = Scene([])
            answer = self.answer("structure")
            return self.vacant(answer.error if answer is not None else "", width, height)
        looked = self._looked(structure)
        self._name_frame(looked)
        self._scene = scene(looked, self.sight, self.ink, width, height, self._parts, self._scene.first)
        return self._scene.strips

    def _name_frame(self, looked: Looked) -> None:
        title = path(looked, self.sight) + (" …" if self._waits() else "")
        said = told(looked, self.sight, shows_maps(self.sight.depth, *self.size))
        self.entitle(title, f"{self._past.place} · {said}" if self._past.records else said)

    def show_layer(self, name: str) -> None:
        """Choose a layer by name; one that the model does not have falls back when the model is known."""
        before = self.sight
        self.sight = self._places.at(replace(before, depth=min(before.depth, LAYER)), name)
        self._places.enter(replace(before, depth=LADDER), self.sight, False)
        self.pull()

    def _see(self, **changes: object) -> None:
        self.sight = replace(self.sight, **changes)  # type: ignore[arg-type]
        self.pull()

    def _flat(self) -> bool:
        structure = self._structure()
        layer = find(structure, self.sight.layer) if structure else None
        return layer is None or is_flat(layer)

    def action_deeper(self) -> None:
        """One depth further in."""
        if self._structure() is not None:
            flat, before = self._flat(), self.sight
            self.sight = before.deeper(flat)
            self._places.enter(before, self.sight, flat)
            self.pull()

    def action_back(self) -> None:
        """One depth back; from the ladder, leave the full screen."""
        if self.sight.depth > LADDER:
            self.sight = self.sight.higher(self._flat())
            self._places.leave(self.sight)
        elif self.screen.maximized is self:
            self.screen.minimize()
        else:
            raise SkipAction
        self.pull()

    def action_move(self, x: int, y: int) -> None:
        """Choose the neighbouring layer, channel or cell."""
        s = self.sight
        if s.depth == LADDER:
            self._step_layer(y)
        elif s.depth == LAYER:
            self._choose(s.channel + x + y * self._scene.columns)
        elif self._flat():
            self._choose(s.channel + x + y)
        else:
            self._see_cell(s.row + y, s.column + x)

    def _step_layer(self, by: int) -> None:
        structure = self._structure()
        names = [layer.name for layer in structure.layers] if structure else []
        if by and self.sight.layer in names:
            at = min(max(names.index(self.sight.layer) + by, 0), len(names) - 1)
            self._see_layer(names[at])

    def _see_layer(self, name: str) -> None:
        self.sight = self._places.at(self.sight, name)
        self.pull()

    def _see_cell(self, row: int, column: int) -> None:
        self._see(row=max(0, row), column=max(0, column))
        self._places.chose_cell(self.sight)

    def _choose(self, channel: int) -> None:
        structure = self._structure()
        layer = find(structure, self.sight.layer) if structure else None
        if layer is not None and 0 <= channel < extent(layer)[0]:
            self._see(channel=channel)
            self._places.chose_channel(self.sight)

    def action_turn(self, by: int) -> None:
        """The next channel; at the last depth the next page of input channels."""
        s, answer = self.sight, self.answer("cell")
        cell = answer.view if answer is not None and isinstance(answer.view, CellView) else None
        width, height = formula_width(self.size.width), self.size.height
        each = pages(cell, self.ink, width, height) if cell and s.depth == CELL else 0
        if not each or cell is None:
            self._choose(s.channel + by)
        elif 0 <= s.page + by * each < len(cell.patch):
            self._see(page=s.page + by * each)
        elif by < 0:
            self._see(page=0)

    def action_example(self, by: int) -> None:
        """The next or previous example of the split."""
        structure = self._structure()
        if structure is not None:
            self._see(drawn=(), index=(self.sight.index + by) % max(1, size(structure, self.sight.split)))

    def action_split(self) -> None:
        """Test or validation split."""
        self._see(split="val" if self.sight.split == "test" else "test", index=0, drawn=())

    def action_draw_image(self) -> None:
        """Draw the model's input yourself."""
        structure = self._structure()
        if structure is None or len(structure.input) != 3:
            self.notify("only what reads images can be drawn to", timeout=3, markup=False)
        else:
            draw_for(self, structure)

    def action_scrub(self, by: int) -> None:
        """What the run kept before or after; after the last comes now."""
        past = self._past.turned(self.lab.session.run.path, KINDS, by)
        if past is None:
            self.notify("this run has kept no feature maps yet", timeout=3, markup=False)
        else:
            self._past = past
            self._see(drawn=())

    def action_now(self) -> None:
        """The model as it is."""
        self._past = Past()
        self.pull()

    def action_scope(self) -> None:
        """The next scope of the colour scale."""
        self._see(scope=SCOPES[(SCOPES.index(self.sight.scope) + 1) % len(SCOPES)])

    def action_kernels(self) -> None:
        """Kernels instead of maps, or maps again."""
        self._see(kernels=not self.sight.kernels)

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked; what was chosen already is entered."""
        offset = event.get_content_offset(self)
        spot = self._scene.spot(offset.x, offset.y) if offset is not None else None
        if spot is not None:
            event.stop()
            self._pick(spot)

    def _pick(self, spot: Spot) -> None:
        structure, s = self._structure(), self.sight
        if spot.layer is not None and structure is not None:
            name = structure.layers[spot.layer].name
            if name == s.layer:
                self.action_deeper()
            else:
                self._see_layer(name)
        elif spot.channel is not None:
            if spot.channel == s.channel and s.depth == LAYER:
                self.action_deeper()
            else:
                self._see(channel=spot.channel, depth=LAYER)
                self._places.chose_channel(self.sight)
        elif spot.cell is not None:
            if spot.cell == (s.row, s.column):
                self.action_deeper()
            else:
                self._see_cell(*spot.cell)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The previous layer, or up."""
        event.stop()
        self.action_move(0, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The next layer, or down."""
        event.stop()
        self.action_move(0, 1)
