"""How a run is marked and named wherever it is told: in lists, tables and charts alike. Knows nothing of any widget.

A slot numbers a colour and a sign: the 64 slots from 0 on have each pair of the 8 colours and 8 signs once.
"""

from collections import Counter
from collections.abc import Sequence

from ..render.curve import GLYPHS, SWATCHES
from ..render.palette import Ink

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@&"
"""One for each of the slots: what stands for a run where there are no colours."""
COLOURS = 8


def looks(slot: int, ink: Ink) -> tuple[str, str]:
    """The swatch and the colour of a slot, as in the legends of charts; without colours the dashes differ."""
    shape = slot % len(SWATCHES) if ink.depth == "none" else 0
    return sign(slot, ink.depth == "none") + SWATCHES[shape], ink.categories[slot % len(ink.categories)]


def sign(slot: int, plain: bool) -> str:
    """What stands for a slot in one cell: a sign, or where there are no colours (`plain`) a letter."""
    return LETTERS[slot % len(LETTERS)] if plain else GLYPHS[_glyph(slot)]


def distinct(slots: Sequence[int]) -> list[int]:
    """Slots of the same colours whose signs differ as far as there are signs; those that do are left as they are.

    The result depends on which slots there are alone. Slots that were told apart once are told apart.
    """
    uses = Counter(map(_glyph, slots))
    most = -(-len(slots) // len(GLYPHS))
    if len({_pair(slot) for slot in slots}) == len(slots) and max(uses.values(), default=0) <= most:
        return list(slots)
    found: dict[int, int] = {}
    uses, pairs = Counter(), set()
    for slot in sorted(slots):
        own = [slot % COLOURS + COLOURS * k for k in range(len(GLYPHS))]
        free = [one for one in own if _pair(one) not in pairs] or own
        start = _glyph(slot)
        found[slot] = min(free, key=lambda one: (uses[_glyph(one)], (_glyph(one) - start) % len(GLYPHS)))
        uses[_glyph(found[slot])] += 1
        pairs.add(_pair(found[slot]))
    return [found[slot] for slot in slots]


def _glyph(slot: int) -> int:
    return (slot + slot // len(GLYPHS)) % len(GLYPHS)


def _pair(slot: int) -> tuple[int, int]:
    return slot % COLOURS, _glyph(slot)


def common(names: Sequence[str]) -> str:
    """The folder that all names begin with, e.g. `sweep/`; empty for a single name."""
    if len(names) < 2:
        return ""
    parts = [name.split("/")[:-1] for name in names]
    shared = 0
    while all(len(part) > shared and part[shared] == parts[0][shared] for part in parts):
        shared += 1
    return "".join(part + "/" for part in parts[0][:shared])
