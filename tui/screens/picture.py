"""A record as a real image, over the lab; any key closes it."""

from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen


class PictureScreen(ModalScreen[None]):
    """One widget that shows an image, as large as it fits."""

    DEFAULT_CSS = """
    PictureScreen {
        align: center middle;
        Vertical {
            width: auto; height: auto; max-width: 95%; max-height: 95%; padding: 0 1;
            border: round $accent; background: $surface; border-title-color: $accent;
        }
        Vertical > * { width: auto; height: auto; }
    }
    """

    def __init__(self, title: str, image: Any) -> None:
        super().__init__()
        self._told, self._image = title, image

    def compose(self) -> ComposeResult:
        """The image in a frame."""
        with Vertical() as box:
            box.border_title = Content(self._told)
            box.border_subtitle = "any key closes"
            yield self._image

    def on_key(self, event: events.Key) -> None:
        """Close."""
        event.stop()
        self.dismiss()
