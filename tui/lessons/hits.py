"""What the mouse hits: drawn parts carry a name, which is found again in the strip that was drawn."""

from typing import Any

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

Target = tuple[str, str]
"""What is hit: `scrub`, `scenes`, `setting`, `track`, `lesson` or `entry`, and which of them by name."""


def target(kind: str, name: str = "") -> Style:
    """A style that makes what is drawn with it a target; it adds no colour."""
    return Style(meta={"target": (kind, name)})


def hit(strip: Strip, x: int) -> tuple[Target, float] | None:
    """The target at column `x`, and where in it from left to right, 0..1, that column lies."""
    start = 0
    spans: list[tuple[int, int, Any]] = []
    for text, style, _ in strip:
        end = start + cell_len(text)
        found = style.meta.get("target") if style is not None else None
        if spans and spans[-1][2] == found:
            spans[-1] = (spans[-1][0], end, found)
        else:
            spans.append((start, end, found))
        start = end
    for first, last, found in spans:
        if found is not None and first <= x < last:
            return found, (x - first) / max(1, last - first - 1)
    return None
