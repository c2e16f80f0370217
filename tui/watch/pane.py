"""The base of every pane of the monitor: a pane that shows what is watched, as the user wants to see it."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, cast

from ..panes.pane import Pane

if TYPE_CHECKING:
    from .app import WatchApp


class WatchPane(Pane):
    """Pulled by the monitor; draws from its members and its sight."""

    @property
    def monitor(self) -> "WatchApp":
        """The app, typed."""
        return cast("WatchApp", self.app)

    def stale(self) -> Hashable:
        """What is watched, and what the user chose to see of it."""
        return self.monitor.key()
