"""The base of every data pane: strips are built when the data changed, and only rows that differ are sent."""

import os
from collections.abc import Hashable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from ...engine.text import sanitize
from ..render.cells import note
from ..render.numbers import cut
from ..render.palette import DARK, Ink

if TYPE_CHECKING:
    from ...engine.probes.requests import Answer, Request
    from ..app import DlvizApp


class Pane(Widget, can_focus=True):
    """A framed view that the app asks to `pull` at its own pace while it is visible."""

    DEFAULT_CSS = """
    Pane {
        border: round $foreground 30%;
        border-title-color: $foreground 80%;
        border-subtitle-color: $foreground 60%;
        &:focus { border: round $accent; border-title-color: $accent; border-title-style: bold; }
    }
    """

    HELP: ClassVar[str] = ""
    """Markdown shown by `?` while this pane has the focus."""

    FORGIVES: ClassVar[bool] = "DLVIZ_DEBUG" not in os.environ
    """Whether a failure of its drawing is shown in the pane, instead of ending the lab."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._strips: list[Strip] = []
        self._key: Hashable = None
        self._asked: dict[str, Request] = {}

    @property
    def ink(self) -> Ink:
        """The colours that the terminal and theme allow."""
        return cast("Ink", getattr(self.app, "ink", DARK))

    @property
    def lab(self) -> "DlvizApp":
        """The app, typed."""
        return cast("DlvizApp", self.app)

    def stale(self) -> Hashable:
        """A key of all that `draw` depends on but size and ink; equal keys mean equal pictures."""
        return None

    def draw(self, width: int, height: int) -> list[Strip]:
        """The picture: at most `height` strips of `width` cells."""
        return []

    def wants(self) -> "dict[str, Request]":
        """The views to ask the engine for while this pane is visible, by a name of the pane's own."""
        return {}

    def answer(self, name: str) -> "Answer | None":
        """The newest answer to the request that `wants` calls `name`; it may answer an earlier question."""
        return self.lab.session.answers.get(f"{self.id}/{name}")

    def pull(self) -> None:
        """Ask the engine for what is wanted, and redraw if anything that the pane shows has changed."""
        size = self.size
        if not (size.width and size.height and self.is_on_screen):
            self._ask({})
            return
        self._ask(self.wants())
        key = (size, self.ink, self.stale())
        if key != self._key:
            self._key = key
            self._show(self._picture_of(size), size)

    def _picture_of(self, size: Size) -> list[Strip]:
        """The picture; a failure of the drawing becomes a sentence, for the lab outlives a pane."""
        if not self.FORGIVES:
            return self.draw(size.width, size.height)
        try:
            return self.draw(size.width, size.height)
        except Exception as error:
            failure = f"this view failed: {sanitize(f'{type(error).__name__}: {error}', limit=200)}"
            return note(cut(failure, size.width), size.width, self.ink, size.height)

    def _ask(self, wanted: "dict[str, Request]") -> None:
        if wanted == self._asked:
            return
        for name in self._asked.keys() | wanted.keys():
            self.lab.session.subscribe(f"{self.id}/{name}", wanted.get(name))
        self._asked = wanted

    def _show(self, strips: list[Strip], size: Size) -> None:
        strips = strips[: size.height]
        if len(strips) < size.height or any(s.cell_length != size.width for s in strips):
            plain = self.rich_style  # Textual works it out anew each time
            strips = [s.adjust_cell_length(size.width, plain) for s in strips]
            strips += [Strip.blank(size.width, plain)] * (size.height - len(strips))
        old, self._strips = self._strips, strips
        if len(old) != len(strips):
            self.refresh()
            return
        changed = [y for y, (a, b) in enumerate(zip(old, strips, strict=True)) if a != b]
        if changed:
            self.refresh(*(Region(0, y, size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """The strip of row `y`, built when the data changed."""
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)

    def notify_style_update(self) -> None:
        """Forget the picture when the theme changes."""
        super().notify_style_update()
        self._key = None
