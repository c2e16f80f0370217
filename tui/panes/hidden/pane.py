"""The pane of hidden states: a recurrent network along a sequence, a graph network round by round."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.strip import Strip

from ....engine.options import Rule
from ....engine.probes.requests import LookInside
from ....engine.runs.run import Record
from ...render.cells import note
from ...render.graph.canvas import Canvas
from ...render.hidden.map import StateMap
from ..inside import InsidePane
from .graph import Graph, graph_of
from .graph import picture as graph_picture
from .help import HELP
from .sight import Sight
from .states import PARTS, Layer, layers, order, settled
from .states import picture as states_picture

TYPED = Rule(name="text", kind=str, default="", help="what the network reads instead of an example of the data")


class HiddenPane(InsidePane):
    """What a network holds between steps of time or rounds of messages."""

    PROBE = "hidden"
    KINDS = ("hidden", "graph")
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "part", "Gate"),
        Binding("m", "look", "Memory"),
        Binding("full_stop", "turn(1)", "Next/round", key_display=",/."),
        Binding("comma", "turn(-1)", "Before", show=False),
        Binding("o", "order", "Order"),
        Binding("i", "type", "Own text"),
        Binding("left_square_bracket", "layer(-1)", "Layer before", show=False),
        Binding("right_square_bracket", "layer(1)", "Next layer", show=False),
        Binding("f", "large", "Full screen", show=False),
        Binding("escape", "back", "Back", show=False),
        Binding("up,k", "move(0, -1)", "Up", show=False),
        Binding("down,j", "move(0, 1)", "Down", show=False),
        Binding("left,h", "move(-1, 0)", "Left", show=False),
        Binding("right,l", "move(1, 0)", "Right", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.chosen = Sight()
        self.index = 0
        self.typed = ""
        self._graph: tuple[Record, Graph] | None = None
        self._drawn: tuple[StateMap | Canvas | None, int] = (None, 0)

    def look(self) -> LookInside:
        """A sequence of the test split, or the user's own words."""
        return LookInside(self.PROBE, "test", self.index, self.typed)

    def sight(self) -> Hashable:
        """All that the user chose."""
        return self.chosen

    def picture(self, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """The graph, or the layer that is chosen."""
        graph, found = self._graph_of(records), layers(records)
        waits = " …" if self.waits else ""
        if graph is not None:
            drawn, canvas, top = graph_picture(graph, self.chosen, self.ink, width, height)
            self._drawn = canvas, top
            self.entitle(f"hidden › rounds{waits}", self.moment)
            return drawn
        if not found:
            self.entitle("hidden", self.moment)
            return note("no hidden states were kept at this step: | is now", width, self.ink, height)
        layer, part, _, _ = settled(self.chosen, found)
        which = f" {found.index(layer) + 1}/{len(found)}" if len(found) > 1 else ""
        self.entitle(f"hidden › {layer.name}{which} › {PARTS[part]} · {self._place_of(layer)}{waits}", self.moment)
        drawn, states = states_picture(found, self.chosen, self.ink, width, height)
        self._drawn = states, 1
        return drawn

    def _place_of(self, layer: Layer) -> str:
        if self._kept:
            return "kept"
        return "your text" if self.typed else f"sequence {self.index + 1}"

    def _graph_of(self, records: tuple[Record, ...]) -> Graph | None:
        """The graph among the records; kept, since its layout takes time."""
        record = next((record for record in records if record.kind == "graph"), None)
        if record is None:
            return None
        if self._graph is None or self._graph[0] is not record:
            self._graph = record, graph_of(record)
        return self._graph[1]

    def _choose(self, **changes: Any) -> None:
        self.chosen = replace(self.chosen, **changes)
        self.pull()

    def action_part(self) -> None:
        """The next of hidden state, cell and gates."""
        found = layers(self.records)
        if not found:
            self._say("a graph has no gates: , and . step through its rounds")
            return
        layer, part, _, _ = settled(self.chosen, found)
        self._choose(part=layer.parts[(layer.parts.index(part) + 1) % len(layer.parts)])

    def action_look(self) -> None:
        """States or memory."""
        if self._graph_of(self.records) is not None:
            self._say("a graph's memory is whom a node has heard: choose one by the arrows")
            return
        self._choose(look="memory" if self.chosen.look == "states" else "states")

    def action_order(self) -> None:
        """Units by number or by peak, the cursor on the same unit."""
        found = layers(self.records)
        if not found:
            return
        layer, part, row, _ = settled(self.chosen, found)
        values = layer.values(part)
        unit = order(values, self.chosen.by_peak)[row]
        by_peak = not self.chosen.by_peak
        self._choose(by_peak=by_peak, unit=order(values, by_peak).index(unit))

    def action_layer(self, by: int) -> None:
        """Another layer."""
        found = layers(self.records)
        if found:
            self._choose(layer=(min(self.chosen.layer, len(found) - 1) + by) % len(found))

    def action_turn(self, by: int) -> None:
        """Another sequence; of a graph another round."""
        graph = self._graph_of(self.records)
        if graph is None:
            self.index, self.typed, self._kept = max(0, self.index + by), "", ()
            self._choose(token=None)
            return
        now = graph.rounds if self.chosen.round is None else min(self.chosen.round, graph.rounds)
        after = min(max(now + by, 0), graph.rounds)
        self._choose(round=None if after == graph.rounds else after)

    def action_type(self) -> None:
        """Ask for the user's own text."""
        from ...screens.value import ValueScreen

        if self._graph_of(self.records) is not None:
            self._say("a graph network reads no text")
            return

        def take(text: str | None) -> None:
            if text:
                self.typed, self._kept = text, ()
                self._choose(token=None)

        self.app.push_screen(ValueScreen(TYPED, self.typed), take)

    def action_move(self, x: int, y: int) -> None:
        """Move the cursor over units and tokens, or from node to node."""
        graph, found = self._graph_of(self.records), layers(self.records)
        if graph is not None:
            self._choose(node=_next(graph, self._drawn[0], self.chosen.node, x, y))
        elif found:
            layer, part, row, token = settled(self.chosen, found)
            t, u = layer.values(part).shape
            token = min(max(token + x, 0), t - 1)
            self._choose(unit=min(max(row + y, 0), u - 1), token=None if token == t - 1 else token)

    def action_back(self) -> None:
        """Undo one choice: the node, the own text, the full screen."""
        if self.chosen.node is not None:
            self._choose(node=None)
        elif self.typed:
            self.typed = ""
            self._choose(token=None)
        elif self.screen.maximized is self:
            self.screen.minimize()
        else:
            raise SkipAction

    def _say(self, text: str) -> None:
        self.notify(text, timeout=3, markup=False)

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        offset, (drawn, top) = event.get_content_offset(self), self._drawn
        if offset is None or drawn is None:
            return
        if isinstance(drawn, Canvas):
            node = drawn.hit(offset.x, offset.y - top)
            if node is not None:
                self._choose(node=node)
        else:
            at = drawn.hit(offset.x, offset.y - top)
            if at is not None:
                self._choose(unit=at[0], token=at[1])


def _next(graph: Graph, drawn: StateMap | Canvas | None, node: int | None, x: int, y: int) -> int:
    """The nearest node in a direction, as they are drawn; the one with most neighbours to begin with."""
    if node is None or not isinstance(drawn, Canvas):
        return int(graph.degree.argmax())
    rows, columns = np.array(drawn.cells).T
    node = min(node, len(rows) - 1)
    down, across = 2 * (rows - rows[node]), columns - columns[node]
    ahead, aside = (across * x, np.abs(down)) if x else (down * y, np.abs(across))
    far = np.where(ahead > 0, ahead + 2 * aside, np.inf)
    far[node] = np.inf
    return int(far.argmin()) if np.isfinite(far).any() else node
