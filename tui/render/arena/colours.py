"""The colours of the arena: real is orange and generated is blue everywhere, in points, surface, curves and bars."""

from functools import lru_cache

from rich.style import Style

from ..palette import DIVERGING, LEVELS, Ink, levels

BLANK, REAL, FAKE, BOTH, MANIFOLD, LINE, PULL, MISSING = range(8)
"""What a cell shows."""
NO_GROUND = 17
"""The tint of cells without a surface; below it are the tints from surely generated to surely real."""
GROUNDS = NO_GROUND + 1


def real(ink: Ink) -> str:
    """The colour of real examples."""
    return levels(DIVERGING, ink)[LEVELS - 1 if ink.dark else LEVELS - 4] if ink.coloured else ink.categories[1]


def fake(ink: Ink) -> str:
    """The colour of generated examples."""
    return levels(DIVERGING, ink)[0 if ink.dark else 3] if ink.coloured else ink.categories[0]


def manifold(ink: Ink) -> str:
    """The colour of the generator's manifold."""
    return ink.good


def pull(ink: Ink) -> str:
    """The colour of arrows."""
    return ink.cursor if ink.coloured else ink.categories[3]


def ground(tint: int, ink: Ink) -> str | None:
    """The background of a tint: the inner, quieter half of the diverging map, so that points stand out."""
    if tint >= NO_GROUND or not ink.coloured:
        return None
    steps = tint - NO_GROUND // 2
    return levels(DIVERGING, ink)[LEVELS // 2 + (steps if ink.dark else round(0.7 * steps))]


@lru_cache(maxsize=4096)
def style(look: int, ink: Ink) -> Style:
    """The style of a cell: what it shows times GROUNDS, plus its tint."""
    shown, tint = divmod(look, GROUNDS)
    colours = {
        BLANK: ink.dim,
        REAL: real(ink),
        FAKE: fake(ink),
        BOTH: ink.foreground,
        MANIFOLD: manifold(ink),
        LINE: ink.dim if not ink.coloured else ink.foreground,
        PULL: pull(ink),
        MISSING: ink.bad,
    }
    return ink.style(colours[shown], ground(tint, ink), bold=shown in (MISSING, PULL))
