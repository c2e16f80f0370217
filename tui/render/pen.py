"""Lines of a report that is printed once: texts that may have a colour, and none where colours are not wanted.

Unlike Strips they keep the terminal's own background.
"""

from collections.abc import Iterable

from rich.color import ColorSystem
from rich.style import Style

Part = tuple[str, Style | None]
Line = list[Part]


def written(parts: Iterable[Part], colour: bool) -> str:
    """One line; with `colour` in 24-bit escape sequences, without it in plain characters. Blank ends are cut.

    The texts are already harmless.
    """
    if not colour:
        return "".join(text for text, _ in parts).rstrip()
    return "".join(
        text if style is None else style.render(text, color_system=ColorSystem.TRUECOLOR) for text, style in parts
    ).rstrip(" ")


def plain(text: str) -> Line:
    """A line of one text without colour."""
    return [(text, None)]


def pen(colour: str, bold: bool = False) -> Style:
    """A style that colours only the characters."""
    return Style(color=colour, bold=bold or None)
