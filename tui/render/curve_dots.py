"""The dots of one curve: its envelope, its line, its band, its points. Pure arrays; knows no cells and no colours."""

from dataclasses import dataclass

import numpy as np

from .axes import Axis
from .braille import Dots, Floats, fill, link
from .trace import Knots

_DASHES = ("1", "11111100", "1100", "1111110011000")
_CROSS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))

_FAR = 1e12
"""Rows; a line to what lies farther off is upright anyway."""

Span = tuple[Floats, Floats]
"""The rows (top, bottom), one a column, between which a curve is; NaN where it is not; rows count from the top."""


@dataclass(frozen=True)
class Raster:
    """A field of `columns` by `rows` dots, `down` rows to a cell, that shows the values of `axis`."""

    columns: int
    rows: int
    axis: Axis
    down: int = 4

    def row(self, values: Floats) -> Floats:
        """The rows of values, not rounded; outside 0 .. rows-1 where they are not in view."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.clip((1 - self.axis.share(values)) * (self.rows - 1), -_FAR, _FAR)

    def filled(self, span: Span) -> Dots:
        """The dots (rows, columns) between two ends."""
        return fill(*span, self.rows)

    def envelope(self, k: Knots) -> Span:
        """Every column from its least to its greatest value, joined to its neighbours."""
        top, bottom = self.row(k.high), self.row(k.low)
        if self.axis.log:  # A column that reaches down to zero or below reaches the floor.
            bottom = np.where((k.low <= 0) & (k.high > 0), float(self.rows), bottom)
        inside = self.inside(k)
        at = k.at[inside].astype(np.int64)
        upper, lower = np.full(self.columns, np.nan), np.full(self.columns, np.nan)
        upper[at], lower[at] = top[inside], bottom[inside]
        joins = link(k.at, self.row(k.first), self.row(k.last), k.linked, self.columns)
        return np.fmin(upper, joins[0]), np.fmax(lower, joins[1])

    def line(self, k: Knots) -> Span:
        """The smoothed values, joined."""
        rows = self.row(k.smooth)
        return link(k.at, rows, rows, pairs(np.isfinite(rows)), self.columns)

    def points(self, k: Knots, every: bool, smooth: bool) -> Dots | None:
        """A small cross at every point while they are few, else at lone ones; None without any."""
        values = k.smooth if smooth else k.last
        linked = pairs(np.isfinite(self.row(values))) if smooth else k.linked
        wanted = ~(np.append(linked, False) | np.insert(linked, 0, False)) & (k.low == k.high)
        if every and len(k.at) <= self.columns / 8:
            wanted[:] = True
        wanted &= self.inside(k)
        if not wanted.any():
            return None
        dots = np.zeros((self.rows + 2, self.columns + 2), np.bool_)
        with np.errstate(invalid="ignore"):
            r = np.floor(self.row(values) + 0.5)
            here = wanted & (r >= 0) & (r <= self.rows - 1)
        row, column = r[here].astype(np.int64) + 1, k.at[here].astype(np.int64) + 1
        for down, right in _CROSS if self.down == 4 else _CROSS[:1]:
            dots[row + down, column + right] = True
        return dots[1:-1, 1:-1]

    def inside(self, k: Knots) -> Dots:
        """Which knots are in view."""
        return (k.at >= 0) & (k.at <= self.columns - 1)

    def thinned(self, dots: Dots) -> Dots:
        """The outline of an area and every second dot; a line on it stands out where shades are few."""
        inner = dots.copy()
        inner[1:] &= dots[:-1]
        inner[:-1] &= dots[1:]
        odd = (np.arange(self.rows)[:, None] + np.arange(self.columns)) % 2 == 1
        return np.asarray(dots & ~(inner & odd))

    def dashed(self, dots: Dots, shape: int) -> Dots:
        """Gaps in a line, but none in a steep stretch: no spike is lost."""
        if not shape:
            return dots
        pattern = np.array([bit == "1" for bit in _DASHES[shape % len(_DASHES)]])
        return np.asarray(dots & (np.resize(pattern, self.columns) | (dots.sum(0) > self.down)))


def pairs(known: Dots) -> Dots:
    """Where both of two neighbours are known."""
    return known[:-1] & known[1:]
