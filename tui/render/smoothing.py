"""Smoothing: trailing averages of a growing array, exact for every point and asked for at the few that are drawn."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...engine.runs.pyramid import Pyramid
from .ema import Ema

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kind = Literal["none", "mean", "ema", "median"]

_CHUNK = 1 << 20
_WINDOWED = 1 << 22
"""So many values are sorted at once for medians."""


@dataclass(frozen=True)
class Smooth:
    """How curves are smoothed: `amount` is points of a trailing mean or median, or the weight 0 .. <1 of an ema."""

    kind: Kind = "none"
    amount: float = 0.0

    def __post_init__(self) -> None:
        if self.kind == "ema":
            assert 0 <= self.amount < 1, self.amount
        elif self.kind != "none":
            assert 1 <= self.amount < 2**40, self.amount

    @property
    def on(self) -> bool:
        """Whether a smoothed value may differ from the value."""
        return self.kind != "none" and self.amount > (0 if self.kind == "ema" else 1)

    @property
    def points(self) -> int:
        """How many points a trailing mean or median looks at."""
        return int(self.amount) if self.kind in ("mean", "median") else 1

    def words(self) -> str:
        """As a legend says it: "ema 0.9", "mean of last 16", "median of 9"; "" if it is off."""
        if not self.on:
            return ""
        if self.kind == "ema":
            return f"ema {self.amount:.4g}"
        return f"{'mean of last' if self.kind == 'mean' else 'median of'} {self.points}"


NONE = Smooth()


class Smoothed:
    """Smoothed values of one append-only array."""

    def __init__(self, smooth: Smooth) -> None:
        self.smooth = smooth
        self._size = 0
        self._values: Floats = np.empty(0)
        self._pyramid = Pyramid() if smooth.kind == "mean" else None
        self._ema = Ema(smooth.amount) if smooth.kind == "ema" else None
        self._drawn: tuple[Ints, Floats] = np.empty(0, np.int64), np.empty(0)
        """Points whose medians were asked for last, ascending, and these: the next picture has most of them."""

    def __len__(self) -> int:
        return self._size

    def update(self, values: Floats) -> None:
        """Take in what `values`, the whole array so far, has got since the last call."""
        assert len(values) >= self._size
        if self._ema is not None:
            for start in range(self._size, len(values), _CHUNK):
                self._ema.extend(values[start : start + _CHUNK], values)
        if self._pyramid is not None:
            self._pyramid.extend(values)
        self._size, self._values = len(values), values

    def at(self, index: Ints) -> Floats:
        """The smoothed values of the points number `index`; of what is not finite, those of the last that is.

        NaN where there is none, which for a mean or a median is: none in its window.
        """
        if self._pyramid is not None:
            return self._pyramid.ranges(self._values, np.maximum(index + 1 - self.smooth.points, 0), index + 1).mean
        if self._ema is not None:
            return self._ema.at(index)
        if self.smooth.kind == "median":
            return self._medians(index)
        return self._values[index]

    def all(self) -> Floats:
        """The smoothed values of all points; what is not finite passes through."""
        if self._ema is not None:
            made = self._ema.all()
        else:
            made = self.at(np.arange(self._size))
        bad = ~np.isfinite(self._values)
        if bad.any():
            made = np.where(bad, self._values, made)
        return made

    def _medians(self, index: Ints) -> Floats:
        held, known = self._drawn
        place = np.minimum(np.searchsorted(held, index), max(len(held) - 1, 0))
        old = held[place] == index if len(held) else np.zeros(len(index), np.bool_)
        made = np.empty(len(index))
        made[old], made[~old] = known[place[old]], self._fresh_medians(index[~old])
        if len(index) > 1 and (index[1:] > index[:-1]).all():
            self._drawn = index, made
        return made

    def _fresh_medians(self, index: Ints) -> Floats:
        n = min(self.smooth.points, max(self._size, 1))
        made, step = np.empty(len(index)), max(_WINDOWED // n, 1)
        for start in range(0, len(index), step):
            places = index[start : start + step, None] + np.arange(1 - n, 1)
            windows = self._values[np.maximum(places, 0)]
            windows[(places < 0) | ~np.isfinite(windows)] = np.nan
            made[start : start + step] = _middle(windows)
        return made


def _middle(windows: Floats) -> Floats:
    """The medians of rows, NaN left out; NaN of rows that are all NaN."""
    known = np.isfinite(windows).sum(1)
    width = windows.shape[1]
    if len(known) and known.min() == width:
        ordered = np.partition(windows, [(width - 1) // 2, width // 2], axis=1)
    else:
        ordered = np.sort(windows, axis=1)  # NaN come last
    rows = np.arange(len(windows))
    low = ordered[rows, np.maximum(known - 1, 0) // 2]
    high = ordered[rows, np.minimum(known // 2, width - 1)]
    return np.where(known > 0, np.where(low == high, low, low / 2 + high / 2), np.nan)
