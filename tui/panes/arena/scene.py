"""The arena as a picture: legend, banner, plane or sheets with the numbers beside them, options in flight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....engine.probes.arena.verdict import Verdict
from ....engine.runs.run import Record, Run
from ...render.arena.plane import Layers, extent_of, plane, window
from ...render.cells import note
from ...render.numbers import compact
from ...render.palette import Ink
from ..blocks import Block, beside, fitted, remark
from . import numbers
from .sheets import sheets
from .words import Knobs, knobs, legend, tints

Arrays = Mapping[str, NDArray[Any]]

PANEL_LEAST, PANEL_MOST = 34, 64
ROOMY = 14


@dataclass(frozen=True)
class Sight:
    """What the user chose."""

    layers: Layers
    knobs: Knobs


def arrays_of(records: Sequence[Record]) -> dict[str, Arrays]:
    """Arrays by what they are: samples, real, discriminator, game."""
    return {record.tag: record.arrays for record in records}


def scene(records: Sequence[Record], run: Run, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """The whole pane in `width` x `height` cells."""
    found = arrays_of(records)
    made, game = found.get("samples"), found.get("game")
    if made is None:
        return note("nothing of the game was kept here", width, ink, height)
    flat = "points" in made
    total = len(made["centers"]) if flat else 0
    told = numbers.story(run, total)
    head = numbers.banner(told, ink, width) if total else []
    turn = int(game["turn"]) if game is not None else 0
    foot = [knobs(sight.knobs, turn, ink, width)] if height >= 8 else []
    if flat:
        head.append(legend(sight.layers, ink, width))
    rows = height - len(head) - len(foot)
    if flat:
        body = _flat(found, made, run, told, sight, ink, width, rows)
    else:
        body = _images(found, made, run, told, ink, width, rows)
    return [*head, *fitted(body, width, rows, ink), *foot]


def _flat(
    found: Mapping[str, Arrays],
    made: Arrays,
    run: Run,
    told: Verdict,
    sight: Sight,
    ink: Ink,
    width: int,
    height: int,
) -> Block:
    """The plane, and beside or below it what there is room for."""
    game, surface = found.get("game"), found.get("discriminator")
    tall = height - (2 if height >= ROOMY else 1)
    wide = min(width, 2 * tall)
    side = width - wide - 2
    if side >= PANEL_LEAST:
        drawn = _captioned(made, surface, sight, ink, wide, height)
        if side > PANEL_MOST:  # the plane may be wider than high: more of it is seen
            wide = width - 2 - PANEL_MOST
            side = PANEL_MOST
            drawn = _captioned(made, surface, sight, ink, wide, height)
        panel = numbers.panel(run, made, game, told, ink, side, height)
        return beside([(drawn, wide), (panel, side)], height, ink)
    below = height - wide // 2 - 1
    if below >= 8:
        drawn = _captioned(made, surface, sight, ink, width, height - below)
        return [*drawn, *numbers.panel(run, made, game, told, ink, width, below)]
    line = [numbers.brief(made, game, ink, width)]
    return [*line, *_captioned(made, surface, sight, ink, width, height - 1)]


def _captioned(made: Arrays, surface: Arrays | None, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """The plane with its edges and the tints' meaning below, where there is room for them."""
    rows = height - (2 if height >= ROOMY else 1 if height >= 9 else 0)
    drawn = plane(made, surface, sight.layers, ink, width, rows)
    if height >= 9:
        view = window(extent_of(made, surface), width, rows)
        left, right, bottom, top = (compact(edge, 6, 2) for edge in view)
        away = outside(made, view)
        told = f"x {left}..{right}  y {bottom}..{top}"
        for more in ([f"  {away} fakes outside"] if away else []) + _fold(made):
            told += more if len(told + more) <= width else ""
        drawn.append(remark(told, width, ink))
    if height >= ROOMY and surface is not None:
        drawn.append(tints(surface, ink, width))
    return drawn


def outside(made: Arrays, view: tuple[float, float, float, float]) -> int:
    """Generated points that the window does not show, those that are no numbers among them."""
    points = np.asarray(made["points"], dtype=np.float64)
    left, right, bottom, top = view
    x, y = points[:, 0], points[:, 1]
    return int(len(points) - ((x >= left) & (x < right) & (y >= bottom) & (y < top)).sum())


def _fold(made: Arrays) -> list[str]:
    """What the manifold's lattice is."""
    if "manifold" not in made:
        return []
    first, reach = int(made["first"]) + 1, compact(float(made["reach"]), 4, 2)
    names = f"z{first}" if len(made["manifold"]) == 1 else f"z{first},z{first + 1}"
    return [f"  M: {names} ±{reach}"]


def _images(
    found: Mapping[str, Arrays], made: Arrays, run: Run, told: Verdict, ink: Ink, width: int, height: int
) -> Block:
    game = found.get("game")
    border = float(made.get("border", np.float64(0.5)))
    side = min(PANEL_MOST, width * 2 // 5)
    if side >= PANEL_LEAST:
        wide = width - side - 2
        drawn = sheets(made, found.get("real"), border, ink, wide, height)
        panel = numbers.panel(run, None, game, told, ink, side, height)
        return beside([(drawn, wide), (panel, side)], height, ink)
    line = [numbers.brief(None, game, ink, width)]
    if height >= 24 and game is not None:
        lower = numbers.panel(run, None, game, told, ink, width, height // 2)
        return [*sheets(made, found.get("real"), border, ink, width, height - len(lower)), *lower]
    return [*line, *sheets(made, found.get("real"), border, ink, width, height - 1)]
