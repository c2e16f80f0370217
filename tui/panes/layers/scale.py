"""The colour scale of a layer's maps: of each map, of the layer, or of the whole network."""

import numpy as np
from textual.strip import Strip

from ....engine.probes.requests import Array, LayerView
from ...render.legend import legend
from ...render.palette import Ink
from ...render.scale import Scale

_WORDS = {"layer": "layer", "global": "all layers"}


def maps_of(view: LayerView) -> Array | None:
    """The maps (c, h, w) of a view, or None if it is a row of units."""
    if view.maps.ndim == 3:
        return view.maps
    return view.maps[None] if view.maps.ndim == 2 else None


def scope_of(view: LayerView, scope: str) -> str:
    """The scope that can be drawn: single numbers have no range of their own."""
    return "layer" if scope == "unit" and maps_of(view) is None else scope


def scale_of(view: LayerView, scope: str, channel: int) -> Scale:
    """The scale of one channel in this scope."""
    maps = maps_of(view)
    if scope == "unit" and maps is not None:
        return Scale.of(maps[min(channel, len(maps) - 1)])
    if scope == "global":
        return Scale.of(np.array([view.global_low, view.global_high]))
    return Scale.of(np.array([view.low, view.high]))


def scales_of(view: LayerView, scope: str) -> Scale | list[Scale]:
    """The scale of every channel, or one for all."""
    maps = maps_of(view)
    if scope == "unit" and maps is not None:
        return [Scale.of(channel) for channel in maps]
    return scale_of(view, scope, 0)


def key(view: LayerView, scope: str, channel: int, ink: Ink, width: int) -> Strip:
    """The legend's line, with the scope in words."""
    scope = scope_of(view, scope)
    words = _WORDS.get(scope) or f"map {channel}, each own"
    return legend(scale_of(view, scope, channel), ink, width, words)
