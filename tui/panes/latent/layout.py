"""How the parts of the latent pane lie: the plane, and beside or below it what is decoded and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....engine.runs.run import Record
from ...render.heatmap import size
from ...render.latent import grid as latent_grid
from ...render.latent import plane as latent_plane
from ...render.latent.plane import Frame, Scene
from ...render.palette import Ink
from ..blocks import Block, beside, fitted, heading, remark
from .parts import at_cursor, example, image_size, nats, numbers, shot, strip, whereabouts
from .view import Space, decoded, images, pair

PARTS = ("plane", "image", "numbers")
OUTLINES = ("prior", "aggregated posterior", "none")
_WIDE, _HIGH, _STACK = 66, 12, 26


def arrangement(width: int, height: int) -> str:
    """All in a `row`, in a `stack`, or one part a `page`."""
    if width >= _WIDE and height >= _HIGH:
        return "row"
    return "stack" if height >= _STACK else "page"


@dataclass(frozen=True)
class Sight:
    """What the user chose."""

    cursor: tuple[float, float] = (0.0, 0.0)
    index: int = 0
    split: str = "test"
    told: int | None = None
    start: int | None = None
    """The example from which the way to the chosen one is decoded."""
    grid: bool = False
    outline: str = OUTLINES[0]
    part: str = PARTS[0]


@dataclass(frozen=True)
class Picture:
    """The strips, and where in them the plane lies: at (0, 0), one cell for each place the cursor can be."""

    strips: Block
    view: Frame | None
    plan: latent_grid.Tiling | None
    """How images would tile the plane, whether they do or not."""


def compose(records: Sequence[Record], known: Space, sight: Sight, ink: Ink, width: int, height: int) -> Picture:
    """All that fits."""
    found = tuple(records)
    kind = arrangement(width, height)
    if kind == "row":
        side = min(max(34, width * 2 // 5), 72)
        left = width - side - 3
        plane = _plane(found, known, sight, ink, left, height)
        right = _side(found, known, sight, ink, side, height)
        strips = beside([(plane.strips, left), (right, side)], height, ink, gap=3, rule=True)
        return Picture(strips, plane.view, plane.plan)
    if kind == "stack":
        upper = max(14, height // 2)
        plane = _plane(found, known, sight, ink, width, upper)
        under = _side(found, known, sight, ink, width, height - upper - 1)
        return Picture([*fitted(plane.strips, width, upper + 1, ink), *under], plane.view, plane.plan)
    if sight.part == "image":
        return Picture(_side(found, known, sight, ink, width, height), None, None)
    if sight.part == "numbers":
        return Picture(numbers(known, ink, width, height), None, None)
    return _plane(found, known, sight, ink, width, height, inset=width >= 34)


def _plane(
    records: tuple[Record, ...], known: Space, sight: Sight, ink: Ink, width: int, height: int, inset: bool = False
) -> Picture:
    """The plane with its legend; below it the way between two examples, beside it in an `inset` the decoded image."""
    frames = images(records, "interpolation")
    below: Block = [latent_plane.legend(known.labels, known.classes, ink, width)] if height >= 8 else []
    if height >= 14:
        below.append(remark(_key(known, sight), width, ink))
    if frames is not None and height >= 16:
        told = f"from image {sight.start} to {int(known.number('example'))}"
        below += strip(frames, told, ink, width, min(10, height // 3))
    room = height - len(below)
    shown = decoded(records, known, sight.cursor, sight.told or 0)
    side: Block = []
    wide = width
    if inset and shown is not None:
        h, w = shown.image.shape[1:]
        box = image_size(h, w, ink, width * 2 // 5, room - 1)
        wide = width - box[0] - 1
        side = [heading("decoded", "", box[0], ink), *shot(shown.image, ink, *box)]
    view = latent_plane.frame(known.window, wide, room)
    plan = None
    if shown is not None:
        plan = latent_grid.tiling(*_sides(shown.image), ink, view)
    drawn, view = _drawn(records, known, sight, ink, wide, room, view, plan)
    strips = beside([(drawn, wide), (side, width - wide - 1)], room, ink, gap=1) if side else drawn
    return Picture([*strips, *below], view, plan)


def _drawn(
    records: tuple[Record, ...],
    known: Space,
    sight: Sight,
    ink: Ink,
    width: int,
    height: int,
    view: Frame,
    plan: latent_grid.Tiling | None,
) -> tuple[Block, Frame]:
    """The grid if it is wanted and has come, else the points."""
    tiles = images(records, "plane") if sight.grid else None
    if tiles is not None and plan is not None and len(tiles) == plan.columns * plan.rows:
        small = plan.frame(view)
        cells = latent_grid.grid(tiles, plan, small.cell(*sight.cursor), ink)
        block = latent_grid.pooled(*_sides(tiles), ink, plan)
        name = known.axes[0] + (f", {block}x{block} pixels averaged" if block > 1 else "")
        gutter = latent_plane.uprights(fitted(cells, view.columns, view.rows, ink), known.axes[1], view, ink)
        return [*gutter, latent_plane.foot(name, view, ink, width)], small
    return latent_plane.plane(scene(known, sight), ink, width, height), view


def _sides(images: Any) -> tuple[int, int]:
    return int(images.shape[-2]), int(images.shape[-1])


def scene(known: Space, sight: Sight) -> Scene:
    """What the plane shows."""
    arrays = known.arrays
    outlines: list[tuple[Any, Any, float]] = []
    if sight.outline == "prior" and "prior_mean" in arrays:
        sigmas = (1.0,) if bool(arrays["mixture"]) else (1.0, 2.0)
        for mean, covariance in zip(arrays["prior_mean"], arrays["prior_covariance"], strict=True):
            outlines += [(mean, covariance, reach) for reach in sigmas]
    if sight.outline == "aggregated posterior" and "aggregated_mean" in arrays:
        outlines += [(arrays["aggregated_mean"], arrays["aggregated_covariance"], reach) for reach in (1.0, 2.0)]
    across, up = known.axes
    return Scene(
        known.points, known.labels, known.window, sight.cursor, arrays.get("example_at"),
        arrays.get("example_covariance"), arrays.get("to_at"), tuple(outlines), across, up,
    )  # fmt: skip


def _key(known: Space, sight: Sight) -> str:
    """What the marks and lines in the plane are."""
    if not known.live:
        return "as kept: | goes back to now"
    told = f"{latent_plane.EXAMPLE} image {int(known.number('example'))}"
    if sight.outline == "prior":
        mixture = bool(known.arrays["mixture"])
        about = f", class {known.classes[known.told]}" if mixture and known.told >= 0 else ""
        count = len(known.arrays["prior_mean"])
        told += f"  ⋯ prior: {count} Gaussians{about}, 1 sigma" if mixture else "  ⋯ prior at 1 and 2 sigma"
    elif sight.outline != "none":
        told += "  ⋯ aggregated posterior, 1 and 2 sigma"
    left, right, bottom, top = known.window
    with np.errstate(invalid="ignore"):
        x, y = np.asarray(known.points).T
        seen = int(((x >= left) & (x <= right) & (y >= bottom) & (y <= top)).sum())
    return told + (f"  {len(known.points) - seen} outside" if seen < len(known.points) else "")


def _side(records: tuple[Record, ...], known: Space, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """The decoded image, the example, and the numbers: one below the other, or where it is low, images in one row."""
    shown, both = decoded(records, known, sight.cursor, sight.told or 0), pair(records, known, sight.index)
    one = shown.image if shown is not None else both[0] if both is not None else np.zeros((1, 8, 8))
    h, w = one.shape[1:]
    rows = known.count
    for counted, zoom, air in ((12, 2, 2), (3, 2, 2), (12, 1, 2), (3, 1, 2), (3, 1, 0)):
        room = height - 6 - min(rows, counted) - air
        if room // 2 >= size(h, w, ink, zoom)[1]:
            box = image_size(h, w, ink, (width - 2) // 2, room // 2)
            gap = [remark("", width, ink)] * (air // 2)
            above = [*at_cursor(shown, known, box, ink, width), *gap]
            above += [*example(both, known, sight.index, box, ink, width), *gap]
            return [*above, *numbers(known, ink, width, height - len(above))]
    box = image_size(h, w, ink, (width - 4) // 3, max(1, min(height - 3, max(height // 2, size(h, w, ink)[1]))))
    blocks = [("decoded", one if shown is not None else None), *zip(
        ("input", "recon"), both if both is not None else (None, None), strict=True)]  # fmt: skip
    columns = [
        ([remark(name, box[0], ink), *(shot(image, ink, *box) if image is not None else [])], box[0])
        for name, image in blocks
    ]
    told = ", ".join(filter(None, whereabouts(shown, known))) if shown is not None else ""
    low = [
        *beside(columns, box[1] + 1, ink),
        remark(f"decoded at {told}" if told else "", width, ink),
        *nats(known, ink, width),
        remark("", width, ink),
    ]
    return [*low, *numbers(known, ink, width, height - len(low))] if height - len(low) >= 2 else low
