"""alpha-bar and the signal-to-noise ratio along a trajectory: two small charts, noise left, data right."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from ..braille import Cells, fill
from ..cells import line
from ..palette import Ink
from .film import Film, ratio, share

GUTTER = 5
DECADES = 4
"""Powers of ten above and below 1 that the chart of the ratio shows; what lies beyond is drawn at its edge."""


def alpha_bar_chart(film: Film, frame: int, width: int, height: int, ink: Ink) -> list[Strip]:
    """The share of the variance that is signal, 0 to 1."""
    head = f"alpha-bar {share(film.alpha_bar[frame])}"
    return _chart(film, film.alpha_bar, frame, head, ("1", "0"), width, height, ink, ink.categories[0])


def snr_chart(film: Film, frame: int, width: int, height: int, ink: Ink) -> list[Strip]:
    """The signal-to-noise ratio on a logarithmic scale."""
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.log10(film.snr)
    values = np.clip(powers / (2 * DECADES) + 0.5, 0, 1)
    head = f"SNR {ratio(film.snr[frame])} (log)"
    return _chart(film, values, frame, head, (f"1e{DECADES}", f"1e-{DECADES}"), width, height, ink, ink.categories[1])


def _chart(
    film: Film,
    values: NDArray[Any],
    frame: int,
    head: str,
    ends: tuple[str, str],
    width: int,
    height: int,
    ink: Ink,
    colour: str,
) -> list[Strip]:
    """A title, and `values` (f,) in 0..1 as a line, as far as the walk has gone, with a mark at `frame`."""
    title = line([(head[:width], ink.style(colour, bold=True))], width, ink)
    rows, columns = height - 1, width - GUTTER
    if rows < 1 or columns < 4:
        return [title][: max(0, height)]
    cells = Cells(width, rows, ink.style())
    quiet = ink.style(ink.dim)
    cells.text(0, GUTTER - 1 - len(ends[0]), ends[0], quiet)
    if rows > 1:
        cells.text(rows - 1, GUTTER - 1 - len(ends[1]), ends[1], quiet)
    finite = np.isfinite(values)
    gone = min(max(film.walked / max(1, film.steps), 0.0), 1.0)
    dots = max(1, round(2 * columns * gone))
    at = np.linspace(0, len(values) - 1, dots)
    cursor = GUTTER + round(frame / max(1, len(values) - 1) * gone * (columns - 1))
    if finite.all():
        y = (1 - np.interp(at, np.arange(len(values)), values)) * (4 * rows - 1)
        after = np.append(y[1:], y[-1:])
        line_dots = np.zeros((4 * rows, 2 * columns), np.bool_)
        line_dots[:, :dots] = fill(np.minimum(y, after), np.maximum(y, after), 4 * rows)
        cells.dots(0, GUTTER, line_dots, ink.style(colour))
    for row in range(rows):
        if cells.free(row, cursor):
            cells.text(row, cursor, "│", ink.style(ink.accent))
        else:
            cells.overlay(row, cursor, ink.style(ink.accent, bold=True, reverse=not ink.coloured))
    return [title, *cells.strips()]


def told(film: Film, frame: int) -> str:
    """t, alpha-bar and the ratio of a frame in one line."""
    return f"t {film.t[frame]}  alpha-bar {share(film.alpha_bar[frame])}  SNR {ratio(film.snr[frame])}"
