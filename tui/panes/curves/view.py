"""What part of x the curves show: everything, or a window that zooms, pans and follows the newest point.

Knows nothing of any widget.
"""

from dataclasses import dataclass

from ...render.axes import neat

LEAST = 1e-9
"""The narrowest window, as a share of the whole."""


@dataclass
class View:
    """A window over the data's extent; None shows everything, with a little room for what comes."""

    window: tuple[float, float] | None = None
    follow: bool = False

    def range(self, low: float, high: float) -> tuple[float, float]:
        """The x to show for data from low to high."""
        if self.window is None:
            return neat(low, high)
        a, b = self.window
        if self.follow and b != high:
            a, b = high - (b - a), high
            self.window = (a, b)
        return a, b

    def zoom(self, factor: float, at: float, low: float, high: float, least: float) -> None:
        """Make the window `factor` times as wide around x = `at`, but not narrower than `least`."""
        a, b = self.range(low, high)
        whole = neat(low, high)
        width = max((b - a) * factor, least, (whole[1] - whole[0]) * LEAST)
        if width >= whole[1] - whole[0]:
            self.reset()
            return
        share = (at - a) / (b - a)
        self._move(at - share * width, width, low, high)

    def pan(self, share: float, low: float, high: float) -> None:
        """Move the window by `share` of its width; there is nowhere to go if everything is shown."""
        if self.window is not None:
            a, b = self.range(low, high)
            self._move(a + share * (b - a), b - a, low, high)

    def reveal(self, x: float, low: float, high: float) -> None:
        """Move the window just so far that `x` is in it."""
        a, b = self.range(low, high)
        if self.window is not None and not a <= x <= b:
            self._move(x if x < a else x - (b - a), b - a, low, high)

    def reset(self) -> None:
        """Show everything."""
        self.window, self.follow = None, False

    def _move(self, a: float, width: float, low: float, high: float) -> None:
        a = min(max(a, low), max(high - width, low))
        self.window = (a, a + width)
        self.follow = a + width >= high - 1e-9 * (high - low)
