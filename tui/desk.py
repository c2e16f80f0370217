"""The desk: panes side by side, with borders that the mouse can move."""

import time

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from ..engine.catalog import find
from .arrangement import LOWER, PANES, Splits, arrange
from .panes.card import CardPane
from .panes.log import LogPane
from .panes.models import ModelsPane
from .panes.options import OptionsPane
from .panes.runs import RunsPane

STEP = 0.03
SHARE = 0.02
"""Drawing what is new may take this share of one core; what the user does is drawn at once."""
SLOWEST = 0.5
"""Seconds after which it is drawn in any case."""


class Desk(Container):
    """Holds every pane; shows those that `arrange` gives a place."""

    DEFAULT_CSS = """
    Desk { height: 1fr; width: 1fr; overflow: hidden; }
    Desk > * { position: absolute; display: none; }
    """

    class Rearranged(Message):
        """Panes moved, appeared or went."""

        def __init__(self, focus: str, shown: tuple[str, ...]) -> None:
            super().__init__()
            self.focus = focus
            self.shown = shown

    def __init__(self, model: str, start: str) -> None:
        super().__init__()
        self._model = model
        self.current = start
        self.lower = "layers"
        self._beside = "predictions"
        self._shown = ""
        self.splits = Splits()
        self._dragging = ""
        self._turn = 0.0

    def compose(self) -> ComposeResult:
        """The catalogue, for the first picture."""
        yield ModelsPane(self._model, id="models")
        yield CardPane(id="card")
        yield OptionsPane(id="options")

    async def complete(self) -> None:
        """The panes that show a training; importing them takes as long as the first picture did."""
        from .panes.compare import ComparePane
        from .panes.curves import CurvesPane
        from .panes.layers import LayersPane
        from .panes.predictions import PredictionsPane
        from .panes.samples import SamplesPane

        panes = (CurvesPane(id="curves"), LayersPane(id="layers"), PredictionsPane(id="predictions"))
        await self.mount(*panes, RunsPane(id="runs"), LogPane(id="log"))
        await self.mount(ComparePane(id="compare"), SamplesPane(id="samples"))

    @property
    def shown(self) -> list[Widget]:
        """The panes on the screen."""
        return [pane for pane in self.children if pane.display]

    @property
    def pane(self) -> Widget:
        """The pane with the focus."""
        return self.query_one(f"#{self.current}")

    def pull(self, in_turn: bool = False) -> None:
        """Draw what changed in every pane; `in_turn` only as often as the training can spare.

        All panes are drawn together, for putting a picture on the screen costs as much as drawing it.
        """
        now = time.monotonic()
        if in_turn and now < self._turn:
            return
        start = time.thread_time()
        self._suit(self.app.session.status.model)  # type: ignore[attr-defined]
        for pane in self.children:
            pane.pull()  # type: ignore[attr-defined]
        self._turn = now + min((time.thread_time() - start) / SHARE, SLOWEST)

    def _suit(self, model: str) -> None:
        """Show predictions of what predicts, samples of everything else."""
        if model in ("", self._shown):
            return
        self._shown = model
        predicts = "predictions" in find(model).views
        self._beside = "predictions" if predicts else "samples"
        if self.lower in ("layers", "samples") and self.current != self.lower:
            self.lower = "layers" if predicts else "samples"
        self.rearrange()

    def rearrange(self) -> None:
        """Give every pane its place."""
        big = self.screen.maximized
        width, height = self.size
        if big is not None and big in self.children:
            height = self.screen.size.height - 3
            width = self.screen.size.width
            places = {str(big.id): Region(0, 0, width, height)}
        else:
            places = arrange(width, height, self.current, self.lower, self.splits, self._beside)
        for pane in self.children:
            region = places.get(str(pane.id))
            pane.display = region is not None
            if region is not None:
                pane.styles.position = "relative" if pane is big else "absolute"
                pane.styles.offset = (region.x, region.y)
                pane.styles.width, pane.styles.height = region.width, region.height
        self.post_message(self.Rearranged(self.current, tuple(places)))

    def go(self, name: str) -> None:
        """Show the pane `name` and give it the focus."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        self._come(name)
        pane = self.query_one(f"#{name}")
        within = pane.query("*") if not pane.can_focus else [pane]
        target = next((widget for widget in within if widget.can_focus and widget.display), None)
        if target is not None:
            target.focus()

    def _come(self, name: str) -> None:
        self.current = name
        if name in LOWER:
            self.lower = name
        if name in ("predictions", "samples"):
            self._beside = name
        self.rearrange()

    def resize(self, horizontal: int, vertical: int) -> None:
        """Move the borders of the current pane by steps to the right and down."""
        side = self.current in PANES[:3]
        splits = self.splits
        if horizontal:
            inner = {"layers": "lower", "predictions": "lower", "runs": "right", "log": "right"}
            name = "side" if side or self.current not in inner else inner[self.current]
            splits = splits.moved(name, STEP * horizontal)
        if vertical:
            splits = splits.moved("upper", STEP * vertical)
        self.splits = splits
        self.rearrange()

    def on_resize(self) -> None:
        """The terminal has another size."""
        self.rearrange()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A pane that gets the focus is the current one."""
        for widget in event.widget.ancestors_with_self:
            if widget.parent is self and str(widget.id) != self.current:
                self._come(str(widget.id))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of a border."""
        self._dragging = self._border(event.screen_x - self.region.x, event.screen_y - self.region.y)
        if self._dragging:
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the border."""
        if not self._dragging:
            return
        side = next((p for p in self.children if p.id == "models"), None)
        left = side.outer_size.width if side is not None and side.display else 0
        x = (event.screen_x - self.region.x, self.size.width, 0)
        inner = (event.screen_x - self.region.x, self.size.width, left)
        at, whole, base = {"side": x, "lower": inner, "right": inner}.get(
            self._dragging, (event.screen_y - self.region.y, self.size.height, 0)
        )
        share = (at - base) / max(1, whole - base)
        self.splits = self.splits.moved(self._dragging, share - getattr(self.splits, self._dragging))
        self.rearrange()

    def on_mouse_up(self) -> None:
        """Let go."""
        if self._dragging:
            self._dragging = ""
            self.release_mouse()

    def _border(self, x: int, y: int) -> str:
        """The split whose line is at (x, y), or nothing."""
        places = {str(p.id): p.region.translate(-self.region.offset) for p in self.shown}
        if "curves" not in places or self.screen.maximized is not None or len(places) < 3:
            return ""
        curves = places["curves"]
        if x in (curves.x - 1, curves.x):
            return "side"
        if y in (curves.bottom - 1, curves.bottom) and x > curves.x:
            return "upper"
        if "log" in places and y < curves.bottom and x in (curves.right - 1, curves.right):
            return "right"
        layers = places.get("layers")
        if "predictions" in places and layers and y > layers.y and x in (layers.right - 1, layers.right):
            return "lower"
        return ""
