"""How a run is marked and named wherever it is told in a line: sign, dashes, colour. Knows nothing of any widget."""

from collections.abc import Sequence

from ..render.curve import GLYPHS, SWATCHES
from ..render.palette import Ink


def looks(slot: int, ink: Ink) -> tuple[str, str]:
    """The swatch and the colour of a slot, as in the legends of charts; without colours the dashes differ."""
    count = len(ink.categories)
    shape = slot if ink.depth == "none" else slot // count
    glyph = GLYPHS[(slot + slot // len(GLYPHS)) % len(GLYPHS)]
    return glyph + SWATCHES[shape % len(SWATCHES)], ink.categories[slot % count]


def common(names: Sequence[str]) -> str:
    """The folder that all names begin with, e.g. `sweep/`; empty for a single name."""
    if len(names) < 2:
        return ""
    parts = [name.split("/")[:-1] for name in names]
    shared = 0
    while all(len(part) > shared and part[shared] == parts[0][shared] for part in parts):
        shared += 1
    return "".join(part + "/" for part in parts[0][:shared])
