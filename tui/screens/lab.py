"""The lab's own screen, behind all dialogs."""

from textual.screen import Screen

from ..desk import Desk

CHROME = "#chrome,KeyRow"


class LabScreen(Screen[None]):
    """The only full screen: status, tabs, desk, footer."""

    AUTO_FOCUS = ""  # the desk decides
    ALLOW_IN_MAXIMIZED_VIEW = CHROME

    def watch_maximized(self) -> None:
        """One pane takes the whole desk, or gives it back."""
        self.query_one(Desk).rearrange()

    def on_resize(self) -> None:
        """The terminal has another size; a desk behind a maximised pane is not told."""
        self.call_later(self.query_one(Desk).rearrange)
