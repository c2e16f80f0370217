"""A curve of a chart: a trace and its looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from .colour import mix
from .palette import Ink
from .smoothing import Smooth
from .trace import Trace

SWATCHES = ("━━", "╺╸", "┅┅", "━╸")
"""How the dashes of each shape look in a legend."""

GLYPHS = "●■◆▼✚★○□"
"""What tells curves apart beside their colours, in the legend and every now and then on the line."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A trace and its looks.

    `slot` numbers its colour, `pale` makes it lighter, `shape` numbers its dashes; `smooth`: the line is smoothed as
    the axes say, over a dim envelope of the raw values; `dotted`: its points are marked; `faded`: an earlier run,
    drawn behind and quieter; `dim`: another run has the focus; `low` and `high`: the ends of a band around the line,
    instead of an envelope; `note`: what the legend says of it, e.g. "± sd of 3"; `sign`: the character that stands for
    it everywhere, instead of one that is chosen here.
    """

    label: str
    trace: Trace
    slot: int = 0
    shape: int = 0
    pale: bool = False
    smooth: bool = False
    dotted: bool = False
    faded: bool = False
    low: Trace | None = None
    high: Trace | None = None
    note: str = ""
    dim: bool = False
    sign: str = ""

    def averaged(self, smooth: Smooth) -> bool:
        """Whether the line is smoothed, on axes that smooth so."""
        return self.smooth and smooth.on

    @property
    def behind(self) -> bool:
        """Whether it is drawn quieter, and behind the others."""
        return self.faded or self.dim

    @property
    def glyph(self) -> str:
        """Its own sign, or that of its slot; where colours repeat, signs do not."""
        return self.sign or GLYPHS[(self.slot + self.slot // len(GLYPHS)) % len(GLYPHS)]

    def colour(self, ink: Ink) -> str:
        """The colour of the line and of its swatch."""
        own = ink.categories[self.slot % len(ink.categories)]
        if not ink.coloured:
            return own
        own = mix(own, ink.foreground, 0.5) if self.pale else own
        return mix(own, ink.background, 0.6 if self.dim else 0.25) if self.behind else own

    @property
    def swatch(self) -> str:
        """How the line looks, in two cells."""
        return "●━" if self.dotted else SWATCHES[self.shape % len(SWATCHES)]


def letters(curves: Sequence[Curve], ink: Ink) -> list[str]:
    """A letter for each curve, or "" for all where colour, shape and glyph already tell them apart."""
    plain = ink.depth == "none"
    if curves and all(curve.sign for curve in curves):
        return [curve.sign if plain and len(curves) > 1 else "" for curve in curves]
    looks = {c.shape if plain else (c.slot % len(ink.categories), c.shape, c.dotted or c.glyph) for c in curves}
    if len(looks) == len(curves):
        return [""] * len(curves)
    slots = [curve.slot for curve in curves]
    numbers = slots if len(set(slots)) == len(slots) else range(len(curves))  # a run's letter is the same everywhere
    return ["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26] for number in numbers]


def glyphs(curves: Sequence[Curve], ink: Ink) -> list[str]:
    """A sign for each curve whose points are not marked anyway, or "" for all where nothing is to be told apart."""
    lines = [curve for curve in curves if not curve.dotted]
    if ink.depth == "none" or len(lines) < 2 or any(letters(curves, ink)):
        return [""] * len(curves)
    return ["" if curve.dotted else curve.glyph for curve in curves]
