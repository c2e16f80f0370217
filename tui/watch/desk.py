"""The monitor's panes side by side; those that are not docked are made when they are first wanted."""

from importlib import import_module

from textual import events
from textual.containers import Container
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from .arrangement import Splits, arrange
from .pane import WatchPane
from .sight import Sight

MADE = {
    "runs": ".runs.pane:RunsPane",
    "charts": ".charts.pane:ChartsPane",
    "configs": ".configs.pane:ConfigsPane",
    "table": ".table.pane:TablePane",
    "records": ".records.pane:RecordsPane",
    "console": ".console.pane:ConsolePane",
    "health": ".health.pane:HealthPane",
    "system": ".system.pane:SystemPane",
}
"""Where the class of each pane is."""
STEP = 0.04


def make(name: str) -> WatchPane:
    """A new pane."""
    module, _, kind = MADE[name].partition(":")
    pane: WatchPane = getattr(import_module(module, __package__), kind)(id=name)
    return pane


class WatchDesk(Container):
    """Holds the panes; shows those that `arrange` gives a place."""

    DEFAULT_CSS = """
    WatchDesk { height: 1fr; width: 1fr; overflow: hidden; }
    WatchDesk > * { position: absolute; display: none; }
    """

    class Rearranged(Message):
        """Panes moved, appeared or went."""

        def __init__(self, focus: str, shown: tuple[str, ...]) -> None:
            super().__init__()
            self.focus = focus
            self.shown = shown

    def __init__(self, sight: Sight) -> None:
        super().__init__()
        self.sight = sight
        self.current = "charts"
        self.splits = Splits()
        self._dragging = ""

    @property
    def pane(self) -> Widget:
        """The pane with the focus."""
        return self.query_one(f"#{self.current}")

    def pull(self) -> None:
        """Draw what changed in every pane that is shown."""
        for pane in self.children:
            if pane.display:
                pane.pull()  # type: ignore[attr-defined]

    def go(self, name: str) -> None:
        """Show the pane `name` and give it the focus; a docked pane that has it is put away."""
        if name == self.current and name == self.sight.lower:
            self.sight.lower, name = "", "charts"
        if self.screen.maximized is not None:
            self.screen.minimize()
        self._come(name)
        self.query_one(f"#{name}").focus()

    def _come(self, name: str) -> None:
        self.current = name
        if name not in ("runs", "charts"):
            self.sight.lower = name
        self.rearrange()

    def rearrange(self) -> None:
        """Give every pane its place."""
        width, height = self.size
        big = self.screen.maximized
        if big is not None and big in self.children:
            places = {str(big.id): Region(0, 0, self.screen.size.width, self.screen.size.height - 3)}
        else:
            places = arrange(width, height, self.current, self.sight.lower, self.sight.sidebar, self.splits)
        for name in places:
            if not self.query(f"#{name}"):
                self.mount(make(name))
        for pane in self.children:
            region = places.get(str(pane.id))
            pane.display = region is not None
            if region is not None:
                pane.styles.position = "relative" if pane is big else "absolute"
                pane.styles.offset = (region.x, region.y)
                pane.styles.width, pane.styles.height = region.width, region.height
        self.post_message(self.Rearranged(self.current, tuple(places)))

    def resize(self, horizontal: int, vertical: int) -> None:
        """Move the borders by steps to the right and down."""
        if horizontal:
            self.splits = self.splits.moved("side", STEP * horizontal)
        if vertical:
            self.splits = self.splits.moved("upper", STEP * vertical)
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
        x, y = event.screen_x - self.region.x, event.screen_y - self.region.y
        places = {str(p.id): p.region.translate(-self.region.offset) for p in self.children if p.display}
        charts = places.get("charts")
        if charts is None or self.screen.maximized is not None:
            return
        if "runs" in places and x in (charts.x - 1, charts.x):
            self._dragging = "side"
        elif charts.bottom < self.size.height and y in (charts.bottom - 1, charts.bottom) and x > charts.x:
            self._dragging = "upper"
        if self._dragging:
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the border."""
        if self._dragging == "side":
            share = (event.screen_x - self.region.x) / max(self.size.width, 1)
        elif self._dragging:
            share = (event.screen_y - self.region.y) / max(self.size.height, 1)
        else:
            return
        self.splits = self.splits.moved(self._dragging, share - getattr(self.splits, self._dragging))
        self.rearrange()

    def on_mouse_up(self) -> None:
        """Let go."""
        if self._dragging:
            self._dragging = ""
            self.release_mouse()
