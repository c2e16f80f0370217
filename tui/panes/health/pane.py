"""The health of any model: activations, gradients, updates and dead units by layer, and what stands out."""

from collections.abc import Hashable
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.strip import Strip

from ....engine.probes.requests import LookInside
from ....engine.runs.run import Record
from ....engine.text import sanitize
from ..inside import InsidePane
from . import scene
from .help import HELP


class HealthPane(InsidePane):
    """A table of the layers; `enter` shows one of them with its histograms."""

    PROBE = "health"
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Layer"),
        Binding("w", "worst", "Worst layer"),
        Binding("escape", "back", "Back", show=False),
        Binding("f", "large", "Full screen", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move(-1000000)", "First", show=False),
        Binding("end", "move(1000000)", "Last", show=False),
        Binding("left,h", "turn(-1)", "Layer before", show=False),
        Binding("right,l", "turn(1)", "Layer after", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.chosen = ""
        """The layer under the cursor, by name; of another model the first."""
        self.alone = False
        """Whether that layer alone is shown."""
        self._first = 0
        self._model = ""

    def look(self) -> LookInside:
        """All layers, and of the one that is shown alone its histograms too."""
        table, names = self.table, self.names
        under = table is not None and scene.beneath(table, self.size.width, self.size.height)
        settings = (("layer", names[self.place]),) if names and (self.alone or under) else ()
        return LookInside(self.PROBE, settings=settings)

    def sight(self) -> Hashable:
        """The layer, alone or in the table."""
        return self.chosen, self.alone, self._first

    def stale(self) -> Hashable:
        """Another model has other layers."""
        model = self.lab.session.status.model
        if model != self._model:
            self._model, self.chosen, self.alone, self._first = model, "", False, 0
        return super().stale()

    @property
    def table(self) -> scene.Arrays | None:
        """The newest answer about all layers."""
        record = scene.of_kind(self.records, "health")
        return record.arrays if record is not None and len(record.arrays["layers"]) else None

    @property
    def names(self) -> list[str]:
        """The names of the layers."""
        return [str(name) for name in self.table["layers"]] if self.table is not None else []

    @property
    def rows(self) -> int:
        """For how many layers there is room."""
        return scene.rows_shown(self.table, self.size.width, self.size.height) if self.table is not None else 1

    @property
    def place(self) -> int:
        """Where the chosen layer stands in the table."""
        names = self.names
        return names.index(self.chosen) if self.chosen in names else 0

    def picture(self, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """The table, or the layer."""
        arrays = self.table
        if arrays is None:
            self.entitle("health", self.moment)
            return self.empty("this model has no layers whose health could be told", width, height)
        at = self.place
        if self.alone:
            self.entitle(f"health › {sanitize(arrays['layers'][at], limit=60)}", self.moment)
            return scene.layer(records, arrays, at, width, height, self.ink)
        self.entitle(f"health: {len(arrays['layers'])} layers", self.moment)
        self._first = scene.first_row(at, self._first, len(arrays["layers"]), self.rows)
        return scene.table(records, arrays, at, self._first, width, height, self.ink)

    def _choose(self, at: int) -> None:
        names = self.names
        if names:
            self.chosen = names[max(0, min(at, len(names) - 1))]
            self.pull()

    def action_move(self, by: int) -> None:
        """Another layer of the table; alone, the layer before or after."""
        self._choose(self.place + by)

    def action_page(self, by: int) -> None:
        """A page of the table up or down."""
        self._choose(self.place + by * max(1, self.rows - 1))

    def action_turn(self, by: int) -> None:
        """The layer before or after, where one is shown alone."""
        if not self.alone:
            raise SkipAction
        self._choose(self.place + by)

    def action_worst(self) -> None:
        """The next layer that is not well, the worst first, in the order of the forward pass."""
        levels = [int(level) for level in self.table["level"]] if self.table is not None else []
        ill = sorted((k for k, level in enumerate(levels) if level), key=lambda k: (-levels[k], k))
        if not ill:
            self.notify("nothing stands out in any layer", timeout=3, markup=False)
            return
        at = self.place
        self._choose(ill[(ill.index(at) + 1) % len(ill)] if at in ill else ill[0])

    def action_open(self) -> None:
        """The chosen layer alone."""
        if self.names:
            self.chosen, self.alone = self.names[self.place], True
            self.pull()

    def action_back(self) -> None:
        """Back to the table; from there out of the full screen."""
        if self.alone:
            self.alone = False
            self.pull()
        elif self.screen.maximized is self:
            self.screen.minimize()
        else:
            raise SkipAction

    def on_click(self, event: events.Click) -> None:
        """Choose the layer that was clicked; a second click shows it alone."""
        offset = event.get_content_offset(self)
        if offset is None or self.alone or self.table is None:
            return
        down = offset.y - scene.rows_above(self.table, self.size.width, self.size.height)
        at = self._first + down
        if 0 <= down < self.rows and at < len(self.names):
            event.stop()
            if at == self.place and self.chosen:
                self.action_open()
            else:
                self._choose(at)
