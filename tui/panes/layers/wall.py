"""A wall of maps that scrolls to the selected one."""

from collections.abc import Sequence

from ....engine.probes.requests import Array
from ...render.palette import Ink
from ...render.scale import Scale
from ...render.tiles import Tiles, tiles


def wall(
    maps: Array,
    names: Sequence[str],
    scales: Scale | Sequence[Scale],
    ink: Ink,
    width: int,
    height: int,
    *,
    selected: int | None = None,
    first: int = 0,
) -> Tiles:
    """Maps (n, h, w) in exactly `width` x `height` cells, from tile row `first` or where the selected is."""
    drawn = tiles(maps, names, scales, ink, width, height, selected=selected, first=first)
    if selected is None or not drawn.shown or selected in drawn.shown:
        return drawn
    return tiles(maps, names, scales, ink, width, height, selected=selected, first=drawn.first_for(selected))


def seen(drawn: Tiles, count: int) -> str:
    """In words: which of `count` maps are in view and how they are pooled; empty if all are, as they are."""
    parts = [f"{drawn.shown.start}-{drawn.shown.stop - 1} of {count}"] if len(drawn.shown) < count else []
    parts += [f"pooled {drawn.pooled}x{drawn.pooled}"] if drawn.pooled > 1 else []
    return ", ".join(parts)
