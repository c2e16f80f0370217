"""The lower end of a page that scrolls: a figure of which only the first rows would be seen is not begun."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from ...engine.lessons.kit.figures import Figure, Grid, Table
from ..render.cells import line
from ..render.numbers import cut
from ..render.palette import Ink
from .page import Page
from .sizing import joined

_HEADS = {Grid: 2, Table: 1}
"""Lines between a title and the first row."""
_NAME = 24
"""Columns of a title that names a figure in a sentence."""


def short_title(figure: Figure, most: int = _NAME) -> str:
    """The title of a figure up to its shape, and up to `=` if it is longer: `Q, T x d_k = 11x4` is `Q`."""
    name = (figure.title or figure.name).split(",")[0]
    return name if cell_len(name) <= most else name.split(" = ")[0]


def ended(page: Page, part: Sequence[Strip], scroll: int, ink: Ink) -> tuple[list[Strip], int | None]:
    """The rows of a page from `scroll` on without what is cut, which a line names; the row where that begins."""
    rows, hidden = list(part), [k for k in range(len(page.figures)) if _cut(page, k, scroll, len(part))]
    later = [k for k, place in enumerate(page.places) if place.y >= scroll + len(rows)]
    if not hidden and not (later and rows and not rows[-1].text.strip()):
        return rows, None
    for k in hidden:
        place, before = page.places[k], joined(page.figures[k])
        for y in range(place.y - scroll, len(rows)):
            rows[y] = _over(rows[y], place.x - before + 1, place.w + before, "", ink)
    first = page.places[(*hidden, *later)[0]]
    names = (cut(short_title(page.figures[k]), _NAME) for k in sorted((*hidden, *later)))
    y, text = min(first.y - scroll, len(rows) - 1), f"{', '.join(names)} below: PgDn"
    wide = min(cell_len(text), rows[y].cell_length - first.x - 1)
    rows[y] = _over(rows[y], first.x + 1, wide, cut(text, wide), ink)
    return rows, min(page.places[k].y for k in (*hidden, *later))


def headed(strips: Sequence[Strip], page: Page, text: str, ink: Ink) -> list[Strip]:
    """The rows of a page with a dim text above its formulas, in a line of its own if none is blank there."""
    rows, told = list(strips), page.formulas
    y, wide = told.y - 1, min(cell_len(text), told.w)
    if y < 0 or rows[y].text[told.x + 1 :].strip():
        if told.x:
            return rows
        rows.insert(told.y, line([], rows[0].cell_length, ink))
        y = told.y
    rows[y] = _over(rows[y], told.x + 1, wide, cut(text, wide), ink)
    return rows


def _cut(page: Page, k: int, scroll: int, rows: int) -> bool:
    """Whether less than half of the rows of a figure would be seen, at the end."""
    place = page.places[k]
    top, head = place.y - scroll, page.titles[k] + _HEADS.get(type(page.figures[k]), 0)
    if not 0 < top < rows < top + place.h:
        return False
    return 2 * (rows - top - head) < min(place.h, rows) - head


def _over(strip: Strip, x: int, wide: int, text: str, ink: Ink) -> Strip:
    """A row with a dim text over `wide` of its columns."""
    middle = line([(text, ink.style(ink.dim))], wide, ink)
    return Strip.join([strip.crop(0, x), middle, strip.crop(x + wide)])
