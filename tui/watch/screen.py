"""The monitor's own screen, behind all dialogs."""

from .desk import WatchDesk
from .sparing import SparingScreen

CHROME = "#chrome,KeyRow,Prompt"


class WatchScreen(SparingScreen):
    """The only full screen: facts, tabs, desk, footer."""

    AUTO_FOCUS = ""  # the desk decides
    ALLOW_IN_MAXIMIZED_VIEW = CHROME

    def watch_maximized(self) -> None:
        """One pane takes the whole desk, or gives it back."""
        self.query_one(WatchDesk).rearrange()

    def on_resize(self) -> None:
        """The terminal has another size; a desk behind a maximised pane is not told."""
        self.call_later(self.query_one(WatchDesk).rearrange)
