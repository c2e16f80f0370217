"""What a renderer paints with: the terminal's colour depth, a theme's colours, and the colour maps.

Colour names in an Ink are always `#rrggbb`; `Ink.style` turns them into what the depth allows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rich.style import Style

from .colour import ANSI, ansi, mix, oklab, xterm

Depth = Literal["truecolor", "256", "16", "none"]

SEQUENTIAL = "sequential"
DIVERGING = "diverging"
LEVELS = 33
"""Steps of a colour map; odd, so that a diverging map has a middle step that means zero."""

_ANCHORS = {
    (SEQUENTIAL, True): ("#24265c", "#2a5c94", "#2f9a93", "#7fcb62", "#f2e45a", "#fffbe0"),
    (SEQUENTIAL, False): ("#cdeac0", "#78c8a4", "#2f97a5", "#2a6598", "#2b3a7c", "#17103c"),
    ("negative", True): ("#123a63", "#1a64a8", "#2f94dd", "#66bdff"),
    ("negative", False): ("#bfdcf2", "#5aa5da", "#1c68a8", "#0a3158"),
    ("positive", True): ("#573309", "#9c5a00", "#d98410", "#ffab33"),
    ("positive", False): ("#fbdcae", "#ec9a3c", "#b35a08", "#592600"),
}


@dataclass(frozen=True)
class Ink:
    """The colours of one theme at one colour depth; `dark` says whether the background is dark."""

    depth: Depth
    dark: bool
    background: str
    foreground: str
    dim: str
    accent: str
    good: str
    bad: str
    categories: tuple[str, ...]

    @property
    def coloured(self) -> bool:
        """Whether there are colours enough to paint pictures in them."""
        return self.depth in ("truecolor", "256")

    @property
    def track(self) -> str:
        """A quiet surface just off the background: the empty part of a bar."""
        return mix(self.background, self.foreground, 0.12)

    @property
    def cursor(self) -> str:
        """A colour that no colour map contains."""
        return "#ff4fc3" if self.dark else "#d6008f"

    @property
    def invalid(self) -> str:
        """The grey of values that are no numbers."""
        return "#8a8a8a"

    def style(
        self,
        fg: str | None = None,
        bg: str | None = None,
        bold: bool = False,
        reverse: bool = False,
        dim: bool = False,
        underline: bool = False,
    ) -> Style:
        """An explicit style: no `fg` is the foreground, no `bg` the background of this ink."""
        return _style(self, fg or self.foreground, bg or self.background, bold, reverse, dim, underline)

    def tint(self, colour: str, share: float) -> str:
        """The background with `share` (0..1) of `colour` in it, stronger where dark tints would be greys."""
        if self.depth == "256":
            return xterm(mix(self.background, colour, 0.4 + 0.6 * share))
        return mix(self.background, colour, share)

    def selected(self, fg: str | None = None) -> Style:
        """The style of a selected row or cell, visible at every depth."""
        if self.coloured:
            return self.style(fg, self.tint(self.accent, 0.35), bold=True)
        return self.style(fg, bold=True, reverse=True)


@lru_cache(maxsize=8192)
def _style(ink: Ink, fg: str, bg: str, bold: bool, reverse: bool, dim: bool, underline: bool) -> Style:
    strong, turned, lined = bold or None, reverse or None, underline or None
    if ink.depth == "none":
        strong, faint = strong or fg == ink.accent or None, dim or fg == ink.dim or None
        return Style(bold=strong, reverse=turned, underline=lined, dim=faint)
    if ink.depth == "16":
        front = "default" if fg == ink.foreground else ansi(fg)
        back = "default" if bg == ink.background else ansi(bg)
        return Style(color=front, bgcolor=back, bold=strong, reverse=turned, underline=lined, dim=dim or None)
    if dim:
        fg = mix(fg, bg, 0.45)
    if ink.depth == "256":
        fg, bg = xterm(fg), xterm(bg)
    return Style(color=fg, bgcolor=bg, bold=strong, reverse=turned, underline=lined)


@lru_cache(maxsize=64)
def levels(name: str, ink: Ink) -> tuple[str, ...]:
    """The LEVELS colours of the map `name` (SEQUENTIAL or DIVERGING) on this ink's background.

    Lightness changes steadily away from the background, and blue runs against yellow or orange:
    so the maps survive grey printing and every common colour blindness.
    """
    ground = mix(ink.background, ink.foreground, 0.07)
    if name == SEQUENTIAL:
        return _ramp((ground, *_ANCHORS[SEQUENTIAL, ink.dark]), LEVELS, ink)
    half = LEVELS // 2 + 1
    below = _ramp((ground, *_ANCHORS["negative", ink.dark]), half, ink)
    return (*below[:0:-1], *_ramp((ground, *_ANCHORS["positive", ink.dark]), half, ink))


def _ramp(anchors: tuple[str, ...], count: int, ink: Ink) -> tuple[str, ...]:
    """`count` colours through the anchors, never turning back in lightness."""
    colours: list[str] = []
    for index in range(count):
        place = index * (len(anchors) - 1) / (count - 1)
        start = min(int(place), len(anchors) - 2)
        colour = mix(anchors[start], anchors[start + 1], place - start)
        colour = xterm(colour) if ink.depth == "256" else colour
        # The few colours of a 256-colour terminal are no smooth path: a step back repeats the last one.
        turns = colours and (oklab(colour)[0] > oklab(colours[-1])[0]) != ink.dark
        colours.append(colours[-1] if turns else colour)
    return tuple(colours)


def detect_depth(environ: Mapping[str, str], color_system: str | None) -> Depth:
    """The depth to draw at: NO_COLOR (any text but an empty one) wins over rich's `color_system`."""
    if environ.get("NO_COLOR") or color_system is None:
        return "none"
    if color_system == "truecolor":
        return "truecolor"
    return "256" if color_system == "256" else "16"


DARK = Ink(
    depth="truecolor",
    dark=True,
    background="#101418",
    foreground="#d8dee6",
    dim="#87919c",
    accent="#56b4e9",
    good="#35b88a",
    bad="#f2703a",
    categories=("#2db4f5", "#f1a400", "#00a06f", "#df7fbb", "#ffe959", "#5074ee", "#f64800", "#c3c7b7"),
)
LIGHT = Ink(
    depth="truecolor",
    dark=False,
    background="#fbfbf8",
    foreground="#20262d",
    dim="#68717b",
    accent="#0067a8",
    good="#00775a",
    bad="#bf4009",
    categories=("#3f83e1", "#ca8000", "#005967", "#a24aa4", "#494800", "#4329bb", "#c74703", "#5f9492"),
)
ANSI16_DARK = Ink(
    depth="16",
    dark=True,
    background=ANSI["black"],
    foreground=ANSI["bright_white"],
    dim=ANSI["bright_black"],
    accent=ANSI["bright_cyan"],
    good=ANSI["bright_green"],
    bad=ANSI["bright_red"],
    categories=tuple(
        ANSI[name] for name in ("cyan", "yellow", "green", "magenta", "bright_yellow", "bright_blue", "red", "white")
    ),
)
ANSI16_LIGHT = Ink(
    depth="16",
    dark=False,
    background=ANSI["bright_white"],
    foreground=ANSI["black"],
    dim=ANSI["bright_black"],
    accent=ANSI["blue"],
    good=ANSI["green"],
    bad=ANSI["red"],
    categories=tuple(
        ANSI[name] for name in ("blue", "yellow", "green", "magenta", "cyan", "bright_blue", "red", "bright_black")
    ),
)
PLAIN = Ink(
    depth="none",
    dark=True,
    background=DARK.background,
    foreground=DARK.foreground,
    dim=DARK.dim,
    accent=DARK.accent,
    good=DARK.good,
    bad=DARK.bad,
    categories=DARK.categories,
)
