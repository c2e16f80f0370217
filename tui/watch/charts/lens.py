"""The part of x that the charts show: everything, or a window that zooms, pans and follows the newest point.

Knows nothing of any widget.
"""

import math
from dataclasses import dataclass

from ...render.axes import neat

Window = tuple[float, float] | None
LEAST = 1e-9
"""The narrowest window, as a share of the whole."""


@dataclass(frozen=True, kw_only=True)
class Lens:
    """x of the data from `low` to `high`, on a logarithmic axis if `log` (then low > 0); `finest`: of windows."""

    low: float
    high: float
    log: bool = False
    finest: float = 1e-3

    def range(self, window: Window, follow: bool = False) -> tuple[float, float]:
        """The x to show."""
        if window is None or (self.log and window[1] <= self.low):
            return self._whole()
        a, b = window
        if follow and b != self.high:
            a, b = self._out(self._in(self.high) - self._width(a, b)), self.high
        if self.log and a <= 0:
            a = min(self.low, b / 10)
        return (a, b) if a < b else self._whole()

    def zoomed(self, window: Window, follow: bool, factor: float, at: float) -> tuple[Window, bool]:
        """The window `factor` times as wide around x = `at`; None where everything is in it."""
        a, b = self.range(window, follow)
        whole = self._width(*self._whole())
        width = max(self._width(a, b) * factor, 0.0 if self.log else self.finest, whole * LEAST)
        if width >= whole:
            return None, False
        share = min(max((self._in(at) - self._in(a)) / self._width(a, b), 0.0), 1.0)
        return self._placed(self._in(at) - share * width, width)

    def panned(self, window: Window, follow: bool, share: float) -> tuple[Window, bool]:
        """The window moved by `share` of its width; there is nowhere to go if everything is shown."""
        if window is None:
            return None, False
        a, b = self.range(window, follow)
        width = self._width(a, b)
        return self._placed(self._in(a) + share * width, width)

    def revealed(self, window: Window, follow: bool, x: float) -> tuple[Window, bool]:
        """The window moved just so far that `x` is in it."""
        a, b = self.range(window, follow)
        if window is None or a <= x <= b:
            return window, follow
        width = self._width(a, b)
        return self._placed(self._in(x) - (0.0 if x < a else width), width)

    def at(self, share: float, window: Window, follow: bool) -> float:
        """The x that lies `share` (0..1) of the way through what is shown."""
        a, b = self.range(window, follow)
        return self._out(self._in(a) + share * self._width(a, b))

    def _whole(self) -> tuple[float, float]:
        return neat(self.low, self.high, self.log)

    def _placed(self, a: float, width: float) -> tuple[Window, bool]:
        low, high = self._in(self.low), self._in(self.high)
        a = min(max(a, low), max(high - width, low))
        ends = self._out(a), self._out(a + width)
        if not ends[0] < ends[1]:
            return None, False
        return ends, a + width >= high - 1e-9 * (high - low)

    def _in(self, x: float) -> float:
        return math.log10(max(x, 5e-324)) if self.log else x

    def _out(self, place: float) -> float:
        return 10.0 ** min(max(place, -300.0), 300.0) if self.log else place

    def _width(self, a: float, b: float) -> float:
        return self._in(b) - self._in(a)
