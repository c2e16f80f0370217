"""The desk: panes side by side, with borders that the mouse can move."""

import time

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from ..engine.catalog import find
from .arrangement import LOWER, SIDE, Splits, arrange
from .panes.card import CardPane
from .panes.log import LogPane
from .panes.models import ModelsPane
from .panes.options import OptionsPane
from .panes.runs import RunsPane
from .panes.views import make, views_of

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

        def __init__(self, focus: str, shown: tuple[str, ...], views: tuple[str, ...], view: str) -> None:
            super().__init__()
            self.focus = focus
            self.shown = shown
            self.views = views
            self.view = view

    def __init__(self, model: str, start: str) -> None:
        super().__init__()
        self._model = model
        self.current = start
        self.lower = "layers"
        self.views: tuple[str, ...] = ()
        self.view = ""
        """Which of the model's views stands in the place `inside`."""
        self._beside = "inside"
        self._shown = ("", "")
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
        from .panes.compare.pane import ComparePane
        from .panes.curves.pane import CurvesPane
        from .panes.layers.pane import LayersPane
        from .panes.samples import SamplesPane

        await self.mount(CurvesPane(id="curves"), LayersPane(id="layers"), RunsPane(id="runs"), LogPane(id="log"))
        await self.mount(ComparePane(id="compare"), SamplesPane(id="samples"))
        self._suit()

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
        self._suit()
        for pane in self.children:
            pane.pull()  # type: ignore[attr-defined]
        self._turn = now + min((time.thread_time() - start) / SHARE, SLOWEST)

    def _suit(self) -> None:
        """Have the views of the model that is loaded, else chosen; where there is none, samples stand there."""
        session, draft = self.app.session, self.app.draft  # type: ignore[attr-defined]
        model = session.status.model or draft.model
        data = session.run.config.get("data") or (draft.data if draft.model == model else find(model).data)
        if (model, data) == self._shown:
            return
        self._shown = model, data
        self.views = views_of(find(model), data)
        for view in self.views:
            if not self.query(f"#{view}"):
                self.mount(make(view))
        gone, self.view = self.view, self.views[0] if self.views else ""
        self._beside = "inside" if self.views else "samples"
        if self.current == gone and gone not in ("", *self.views):
            self.go(self.view or "samples")
        if self.lower in ("layers", "samples", "inside") and self.slot(self.current) != self.lower:
            self.lower = "layers" if "predictions" in self.views else self._beside
        self.rearrange()

    def slot(self, name: str) -> str:
        """The place of the pane `name`."""
        return "inside" if name in self.views else name

    def rearrange(self) -> None:
        """Give every pane its place."""
        big = self.screen.maximized
        width, height = self.size
        if big is not None and big in self.children:
            height = self.screen.size.height - 3
            width = self.screen.size.width
            places = {str(big.id): Region(0, 0, width, height)}
        else:
            found = arrange(width, height, self.slot(self.current), self.lower, self.splits, self._beside)
            places = {(self.view or "samples") if name == "inside" else name: at for name, at in found.items()}
        for pane in self.children:
            region = places.get(str(pane.id))
            pane.display = region is not None
            if region is not None:
                pane.styles.position = "relative" if pane is big else "absolute"
                pane.styles.offset = (region.x, region.y)
                pane.styles.width, pane.styles.height = region.width, region.height
        self.post_message(self.Rearranged(self.current, tuple(places), self.views, self.view))

    def go(self, name: str) -> None:
        """Show the pane `name` and give it the focus; `inside` is the model's view, and again its next one."""
        if name == "inside":
            at = self.views.index(self.current) + 1 if self.current in self.views else None
            name = (self.view if at is None else self.views[at % len(self.views)]) if self.views else "samples"
        if self.screen.maximized is not None:
            self.screen.minimize()
        if name == "lessons" and not self.query("#lessons"):
            self._add_lessons()
        self._come(name)
        pane = self.query_one(f"#{name}")
        within = pane.query("*") if not pane.can_focus else [pane]
        target = next((widget for widget in within if widget.can_focus and widget.display), None)
        if target is not None:
            target.focus()

    def _add_lessons(self) -> None:
        from .lessons.pane import LessonsPane
        from .lessons.visited import Visited, default_file

        self.mount(LessonsPane(visited=Visited(default_file()), id="lessons"))

    def _come(self, name: str) -> None:
        self.current = name
        if name in self.views:
            self.view = name
        slot = self.slot(name)
        if slot in LOWER:
            self.lower = slot
        if slot in ("inside", "samples"):
            self._beside = slot
        self.rearrange()

    def resize(self, horizontal: int, vertical: int) -> None:
        """Move the borders of the current pane by steps to the right and down."""
        slot = self.slot(self.current)
        splits = self.splits
        if horizontal:
            inner = {"layers": "lower", "inside": "lower", "runs": "right", "log": "right"}
            name = "side" if slot in SIDE or slot not in inner else inner[slot]
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
        if self.view in places and layers and y > layers.y and x in (layers.right - 1, layers.right):
            return "lower"
        return ""
