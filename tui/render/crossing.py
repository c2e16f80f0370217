"""How dark a cell of a printed matrix is, and what stands over its columns."""

from rich.cells import cell_len

from ...engine.text import sanitize

GLYPHS = "·░▒▓█"
EDGES = (0.05, 0.25, 0.5, 0.75)
KEY = "· below .05  ░ below .25  ▒ below .5  ▓ below .75  █ above"


def head(name: str, width: int) -> str:
    """As much of the beginning of a token as `width` columns hold; an ellipsis would take the place of a letter."""
    name = sanitize(name, limit=80)
    while cell_len(name) > width:
        name = name[:-1]
    return name
