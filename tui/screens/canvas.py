"""A small canvas: draw an image by mouse or keys; the model's answer to it is told while it is drawn."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Label

from ..render.bars import bars
from ..render.heatmap import heatmap, size
from ..render.palette import DARK, Ink
from ..render.scale import Scale

Image = NDArray[np.float32]
SHOWN, SHOWN_MOST = 4, 10
"""Classes whose probabilities are told on a small screen, and on one of at least TALL rows."""
TALL = 36
ZOOM = {8: 4, 16: 2}
"""Enlargement of images with at most so many rows; larger ones are drawn as they are."""
SOFT = 0.5
"""What the brush leaves on the neighbours: pens are wider than a pixel."""


class Canvas(Widget, can_focus=True):
    """An image (h, w) in 0..1 under a brush."""

    BINDINGS = [
        Binding("up,k", "move(-1, 0)", "Up", show=False),
        Binding("down,j", "move(1, 0)", "Down", show=False),
        Binding("left,h", "move(0, -1)", "Left", show=False),
        Binding("right,l", "move(0, 1)", "Right", show=False),
        Binding("space,x", "paint(1)", "Paint"),
        Binding("backspace,o", "paint(0)", "Erase"),
        Binding("c", "clear", "Clear"),
    ]

    def __init__(self, image: Image, ink: Ink, changed: Callable[[Image], None]) -> None:
        super().__init__()
        self.image, self.ink, self._changed = image.copy(), ink, changed
        self.at = (image.shape[0] // 2, image.shape[1] // 2)
        self.zoom = next((zoom for rows, zoom in ZOOM.items() if image.shape[0] <= rows), 1)
        self._ink = 1.0
        self.styles.width, self.styles.height = size(image.shape[0], image.shape[1], ink, self.zoom)

    def render_line(self, y: int) -> Strip:
        """The image with its cursor."""
        strips = heatmap(self.image, Scale.of(np.array([0.0, 1.0])), self.ink, zoom=self.zoom, cursor=self.at)
        return strips[y] if y < len(strips) else Strip.blank(self.size.width)

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        h, w = self.image.shape
        self.at = (self.at[0] + rows) % h, (self.at[1] + columns) % w
        self.refresh()

    def action_paint(self, value: int) -> None:
        """Paint or erase under the cursor."""
        self.stroke(*self.at, float(value))

    def action_clear(self) -> None:
        """An empty canvas."""
        self.image[:] = 0
        self._tell()

    def stroke(self, row: int, column: int, value: float) -> None:
        """One touch of the brush: ink also softens onto the four neighbours; an eraser takes one pixel."""
        h, w = self.image.shape
        self.image[row, column] = value
        for y, x in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if value and 0 <= y < h and 0 <= x < w:
                self.image[y, x] = max(self.image[y, x], SOFT)
        self.at = (row, column)
        self._tell()

    def _tell(self) -> None:
        self.refresh()
        self._changed(self.image)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a stroke; the right button erases."""
        self._ink = 0.0 if event.button == 3 else 1.0
        self.capture_mouse()
        self._touch(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Go on with the stroke."""
        if event.button:
            self._touch(event)

    def on_mouse_up(self) -> None:
        """End the stroke."""
        self.release_mouse()

    def _touch(self, event: events.MouseEvent) -> None:
        high, wide = (2, 1) if self.ink.coloured else (1, 2)  # pixels a cell; cells a pixel
        row, column = int(event.y) * high // self.zoom, int(event.x) // (wide * self.zoom)
        if 0 <= row < self.image.shape[0] and 0 <= column < self.image.shape[1]:
            self.stroke(row, column, self._ink)


class Guess(Widget):
    """The likeliest classes of what is drawn."""

    def __init__(self, ink: Ink, count: int) -> None:
        super().__init__()
        self.ink, self.count = ink, count
        self.styles.height = count
        self.names: list[str] = []
        self.values: list[float] = []

    def show(self, logits: Any, classes: tuple[str, ...]) -> None:
        """Tell the softmax of `logits` (k,)."""
        odds = np.exp(logits - np.max(logits))
        shares = odds / odds.sum()
        order = np.argsort(-shares)[: self.count]
        names, values = [classes[k] for k in order], [float(shares[k]) for k in order]
        if (names, values) != (self.names, self.values):
            self.names, self.values = names, values
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One class a line."""
        width = self.size.width
        drawn = bars(self.names, self.values, self.ink, width) if self.names else []
        return drawn[y] if y < len(drawn) else Strip.blank(width)


class CanvasScreen(ModalScreen[bool]):
    """The canvas in a corner; what is drawn is told to `changed` at once, and what the model says is asked of `guess`.

    Dismissed with whether the drawing is to stay.
    """

    DEFAULT_CSS = """
    CanvasScreen {
        align: left bottom; background: $background 0%;
        Vertical {
            width: auto; height: auto; padding: 0 1; margin: 0 0 1 1;
            border: round $accent; background: $surface; border-title-color: $accent;
        }
        Guess { width: 100%; }
        Label { color: $foreground 60%; }
    }
    """
    BINDINGS = [Binding("escape", "close(False)", "Cancel"), Binding("enter", "close(True)", "Keep")]

    def __init__(
        self,
        image: Image,
        classes: tuple[str, ...],
        changed: Callable[[Image], None],
        guess: Callable[[], Any],
        ink: Ink = DARK,
    ) -> None:
        super().__init__()
        self._image, self._changed, self._guess, self._colours = image, changed, guess, ink
        self._names = classes

    def compose(self) -> ComposeResult:
        """Canvas and answer."""
        with Vertical() as box:
            box.border_title = "draw"
            yield Canvas(self._image, self._colours, self._changed)
            yield Label("mouse, or arrows")
            yield Label("space paint, o erase")
            yield Label("c clear, enter keep")
            if self._names:
                most = SHOWN_MOST if self.app.size.height >= TALL else SHOWN
                yield Guess(self._colours, min(most, len(self._names)))

    def on_mount(self) -> None:
        """Ask now and then what the model says."""
        self._changed(self._image)
        self.set_interval(0.1, self._look)

    def _look(self) -> None:
        logits = self._guess()
        if self._names and logits is not None and len(logits) == len(self._names):
            self.query_one(Guess).show(logits, self._names)

    def action_close(self, keep: bool) -> None:
        """Done."""
        self.dismiss(keep)
