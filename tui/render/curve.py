"""A curve of a chart: a trace and its looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from .colour import mix
from .palette import Ink
from .trace import Trace

SWATCHES = ("━━", "╺╸", "┅┅", "━╸")
"""How the dashes of each shape look in a legend."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A trace and its looks.

    `slot` numbers its colour, `pale` makes it lighter, `shape` numbers its dashes; `smooth`: the line is the
    trailing mean over a dim envelope of the raw values; `dotted`: its points are marked; `faded`: an earlier
    run, drawn behind and quieter.
    """

    label: str
    trace: Trace
    slot: int = 0
    shape: int = 0
    pale: bool = False
    smooth: bool = False
    dotted: bool = False
    faded: bool = False

    def averaged(self, window: int) -> bool:
        """Whether the line is a mean over more than one point."""
        return self.smooth and window > 1

    def colour(self, ink: Ink) -> str:
        """The colour of the line and of its swatch."""
        own = ink.categories[self.slot % len(ink.categories)]
        if not ink.coloured:
            return own
        own = mix(own, ink.foreground, 0.5) if self.pale else own
        return mix(own, ink.background, 0.25) if self.faded else own

    @property
    def swatch(self) -> str:
        """How the line looks, in two cells."""
        return "●━" if self.dotted else SWATCHES[self.shape % len(SWATCHES)]


def letters(curves: Sequence[Curve], ink: Ink) -> list[str]:
    """A letter for each curve, or "" for all where colour and shape already tell them apart."""
    plain = ink.depth == "none"
    looks = {c.shape if plain else (c.slot % len(ink.categories), c.shape, c.dotted) for c in curves}
    if len(looks) == len(curves):
        return [""] * len(curves)
    return ["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index % 26] for index in range(len(curves))]
