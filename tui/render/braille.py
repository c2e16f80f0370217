"""Dots, and the cells that they become: a braille cell is 4 rows of 2 dots, a cell of blocks 2 rows of 2.

Knows nothing of axes or runs.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Dots = NDArray[np.bool_]
Floats = NDArray[np.float64]

_COUNT = np.array([bin(bits).count("1") for bits in range(256)])
_ROWS, _COLUMNS = 4, 2

Marker = Literal["braille", "blocks"]
DOWN: dict[Marker, int] = {"braille": _ROWS, "blocks": 2}
"""Rows of dots in a cell; columns are always 2."""
_CODES: dict[Marker, NDArray[np.uint32]] = {
    "braille": 0x2800 + np.arange(256, dtype=np.uint32),
    "blocks": np.array([ord(char) for char in " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"], np.uint32),
}


def pack(dots: Dots) -> NDArray[np.uint8]:
    """Braille patterns (h, w), to be added to U+2800, of dots (4h, 2w)."""
    h, w = dots.shape[0] // _ROWS, dots.shape[1] // _COLUMNS
    if not h * w:
        return np.zeros((h, w), np.uint8)
    # Two dots beside each other are one little-endian number, so that a row of cells takes half the work.
    row = np.ascontiguousarray(dots).view("<u2").reshape(h, _ROWS, w)
    upper = row[:, 0] | row[:, 1] << 1 | row[:, 2] << 2
    lowest = row[:, 3] << 6 & 0x40 | row[:, 3] >> 1 & 0x80
    return np.asarray(upper & 7 | upper >> 5 & 0x38 | lowest, np.uint8)


def pack_blocks(dots: Dots) -> NDArray[np.uint8]:
    """Quadrants (h, w) as bits, upper left first, of dots (2h, 2w)."""
    bits = dots.astype(np.uint8)
    quadrants = (bits[::2, ::2], bits[::2, 1::2] << 1, bits[1::2, ::2] << 2, bits[1::2, 1::2] << 3)
    return np.asarray(np.bitwise_or.reduce(np.stack(quadrants)), np.uint8)


def fill(top: Floats, bottom: Floats, rows: int) -> Dots:
    """Dots (rows, columns) of one vertical span a column; rows count from the top, NaN means no span."""
    row = np.arange(rows)[:, None]
    return (row >= np.floor(top + 0.5)) & (row <= np.floor(bottom + 0.5))


def link(at: Floats, first: Floats, last: Floats, linked: Dots, columns: int) -> tuple[Floats, Floats]:
    """Spans (top, bottom) a column of the straight lines between neighbouring knots.

    Knot k lies at column `at[k]` (ascending, may lie outside 0 .. columns-1), is reached at row `first[k]`
    and left at row `last[k]`; a line runs from it to knot k+1 where `linked[k]`. A column holds what the
    lines do within half a column of it.
    """
    if len(at) < 2:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    column = np.arange(columns, dtype=np.float64)
    points = np.stack([column - 0.5, column, column, column + 0.5])
    k = np.searchsorted(at, points, "right") - 1
    k[1] = np.searchsorted(at, column, "left") - 1
    inside = (k >= 0) & (k < len(at) - 1)
    k = np.clip(k, 0, len(at) - 2)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        t = (points - at[k]) / (at[k + 1] - at[k])
        row = np.where(inside & linked[k], last[k] * (1 - t) + first[k + 1] * t, np.nan)
    return np.fmin.reduce(row), np.fmax.reduce(row)


class Cells:
    """A grid of characters and styles on which layers of dots are merged; later layers win the colour."""

    def __init__(self, width: int, height: int, base: Style, marker: Marker = "braille") -> None:
        self.width, self.height, self.marker = width, height, marker
        self.down = DOWN[marker]
        self.codes = np.full((height, width), ord(" "), np.uint32)
        self.bits = np.zeros((height, width), np.uint8)
        self.looks = np.zeros((height, width), np.intp)
        self._table = [base]
        self._index = {base: 0}

    def look(self, style: Style) -> int:
        """The number of `style` in this grid."""
        if style not in self._index:
            self._index[style] = len(self._table)
            self._table.append(style)
        return self._index[style]

    def text(self, row: int, column: int, text: str, style: Style) -> None:
        """Write `text`, all of whose characters are one cell wide; what lies outside is dropped."""
        if not 0 <= row < self.height:
            return
        text = text[max(-column, 0) : max(self.width - column, 0)]
        column = max(column, 0)
        if text:
            self.codes[row, column : column + len(text)] = [ord(char) for char in text]
            self.looks[row, column : column + len(text)] = self.look(style)

    def put(self, row: int, column: int, char: str, style: Style) -> None:
        """Write one character over the dots of a cell; its background stays."""
        self.bits[row, column] = 0
        self.codes[row, column] = ord(char)
        self.looks[row, column] = self.look(style + self._table[self.looks[row, column]].background_style)

    def dots(self, row: int, column: int, dots: Dots, style: Style) -> Dots:
        """Merge dots (h·down, 2w) into the cells (h, w) from (row, column) on, and say which of them have any.

        No dot there is lost, and no background.
        """
        bits = self.pack(dots)
        here = np.s_[row : row + bits.shape[0], column : column + bits.shape[1]]
        self.bits[here] |= bits
        looks, touched = self.looks[here], bits > 0
        for old in np.flatnonzero(np.bincount(looks[touched])).tolist():
            looks[touched & (looks == old)] = self.look(style + self._table[old].background_style)
        return np.asarray(touched)

    def shade(self, row: int, column: int, over: Dots, style: Style, shades: Sequence[Style]) -> None:
        """Turn dots in `style` in the cells `over` (h, w) into a background, of `shades` by how many."""
        here = np.s_[row : row + over.shape[0], column : column + over.shape[1]]
        shared = over & (self.bits[here] > 0) & (self.looks[here] == self.look(style))
        full = _COUNT[self.bits[here][shared]]
        self.looks[here][shared] = np.array([self.look(shade) for shade in shades])[
            (full * len(shades) - 1) // (2 * self.down)
        ]
        self.bits[here][shared] = 0

    def pack(self, dots: Dots) -> NDArray[np.uint8]:
        """The bits (h, w) of dots (h·down, 2w)."""
        return pack(dots) if self.marker == "braille" else pack_blocks(dots)

    def free(self, row: int, column: int, over: str = "") -> bool:
        """Whether nothing but a grid line, or one of the characters `over`, is in a cell."""
        return not self.bits[row, column] and chr(self.codes[row, column]) in " ┈" + over

    def overlay(self, row: int, column: int, style: Style) -> None:
        """Add `style`, e.g. a background, to what one cell has."""
        self.looks[row, column] = self.look(self._table[self.looks[row, column]] + style)

    def strips(self) -> list[Strip]:
        """One strip a row, with as few segments as its styles allow."""
        codes = np.where(self.bits > 0, _CODES[self.marker][self.bits], self.codes)
        lines = np.ascontiguousarray(codes).view(f"<U{self.width}")[:, 0].tolist() if self.width else []
        return [self._strip(line, looks) for line, looks in zip(lines, self.looks, strict=True)]

    def _strip(self, line: str, looks: NDArray[np.intp]) -> Strip:
        cuts = [0, *(np.flatnonzero(np.diff(looks)) + 1).tolist(), self.width]
        segments = [Segment(line[a:b], self._table[looks[a]]) for a, b in pairwise(cuts)]
        return Strip(segments, self.width)
