"""From numbers to the levels of a colour map. Knows nothing of colours."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .palette import DIVERGING, LEVELS, SEQUENTIAL

BAD = 255
"""The level of a value that is no finite number."""


@dataclass(frozen=True)
class Scale:
    """The range that a colour map spans; a diverging one is symmetric about zero."""

    low: float
    high: float
    diverging: bool

    @classmethod
    def of(cls, array: Any, diverging: bool | None = None) -> Self:
        """The range of the finite values; diverging, unless told, where there are both signs.

        A constant is told from zero: 0..c for a positive one, -c..c for a negative one.
        """
        values = np.asarray(array)
        if not values.size:
            return cls(0.0, 0.0, bool(diverging))
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            values = values[np.isfinite(values)]
        if not values.size:
            return cls(0.0, 0.0, bool(diverging))
        low, high = float(values.min()), float(values.max())
        if diverging is None:
            diverging = low < 0 < high or low == high < 0
        if diverging:
            reach = max(abs(low), abs(high))
            return cls(-reach, reach, True) if reach else cls(0.0, 0.0, True)
        return cls(min(low, 0.0), max(high, 0.0), False) if low == high else cls(low, high, False)

    @property
    def map(self) -> str:
        """The name of the colour map."""
        return DIVERGING if self.diverging else SEQUENTIAL

    def quantise(self, array: Any) -> NDArray[np.uint8]:
        """The level 0..LEVELS-1 of each value (clipped to the range), BAD for NaN and infinities."""
        values = np.asarray(array, dtype=np.float64)
        finite = np.isfinite(values)
        middle = (LEVELS - 1) / 2 if self.diverging else 0.0
        if self.high > self.low:
            with np.errstate(over="ignore", invalid="ignore"):
                # Halves, so that a range as wide as all floats does not overflow.
                share = (values / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
            steps = np.where(finite, share, 0.0).clip(0.0, 1.0) * (LEVELS - 1)
        else:
            steps = np.full(values.shape, middle)
        codes: NDArray[np.uint8] = np.rint(steps).astype(np.uint8)
        codes[~finite] = BAD
        return codes
