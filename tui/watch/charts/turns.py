"""What keys change in the sight, given the picture that they are pressed on. Knows nothing of any widget."""

import numpy as np

from ...render.axes import Axes
from ..sight import SCALES, Sight
from .grid import another
from .picture import Box, Picture
from .scene import Scene

FACTOR = 1.5
"""One step of the zoom."""


def paged(sight: Sight, picture: Picture, by: int) -> None:
    """Another page, round and round; in full screen another tag."""
    page, tags = picture.page, picture.tags
    if not tags:
        return
    if sight.full:
        at = tags.index(sight.full) if sight.full in tags else -(by > 0)
        sight.full = sight.selected = tags[(at + by) % len(tags)]
        sight.first = sight.full
        return
    sight.first = tags[(page.index + by) % page.count * page.grid.size]
    sight.selected = ""


def moved(sight: Sight, picture: Picture, by: int) -> None:
    """Choose another chart; beyond the ends of the page the page is turned."""
    tags = picture.tags
    if not tags or picture.chosen not in tags:
        return
    at = min(max(tags.index(picture.chosen) + by, 0), len(tags) - 1)
    sight.selected = tags[at]
    if sight.full:
        sight.full = sight.selected
    if sight.selected not in picture.page.tags:
        sight.first = sight.selected


def resized(sight: Sight, picture: Picture, by: int) -> None:
    """The next grid with more charts (by = 1) or fewer."""
    if sight.full:
        return
    grid = another(picture.page.grid, by)
    sight.rows, sight.columns, sight.first = grid.rows, grid.columns, picture.chosen or sight.first


def rescaled(sight: Sight) -> None:
    """The next of linear, log y, log x and log-log; what x shows is kept where a log x has a place for it."""
    sight.scale = SCALES[(SCALES.index(sight.scale) + 1) % len(SCALES)]
    if sight.window is not None and sight.scale in ("log x", "log-log") and sight.window[0] <= 0:
        sight.window, sight.follow = None, False


def freed(sight: Sight, picture: Picture) -> str:
    """Show all of x; where all of it is shown, all of y too: what was done, where that is not to be seen."""
    if sight.window is not None:
        sight.window, sight.follow = None, False
        return ""
    typed = [tag for tag in picture.page.tags if tag in sight.limits]
    sight.limits = {tag: ends for tag, ends in sight.limits.items() if tag not in typed}
    return f"y is free again: {', '.join(typed)}" if typed else ""


def pinned(sight: Sight, picture: Picture) -> None:
    """Pin the chosen tag behind those that are, or let it go."""
    tag = picture.chosen
    if tag:
        others = tuple(one for one in sight.pinned if one != tag)
        sight.pinned = others if len(others) < len(sight.pinned) else (*others, tag)
        sight.selected = tag
        sight.first = tag if tag in sight.pinned else sight.first


def gone(sight: Sight, picture: Picture, by: int, at: float | None = None, chart: Box | None = None) -> None:
    """Zoom a chart in (by = 1) or out at x, else at the crosshair, the newest point or the middle, if in view."""
    lens, box = picture.lens, chart or _chosen(picture)
    if lens is None or box is None or (sight.window is None and by < 0):
        return
    axes = box.axes
    low, high = axes.start, axes.high
    if at is None:
        inside = sight.cursor is not None and low <= sight.cursor <= high
        at = sight.cursor if inside else lens.high if low <= lens.high <= high else placed(axes, 0.5)
    assert at is not None
    window, follow = (low, high), sight.follow and sight.window is not None
    sight.window, sight.follow = lens.zoomed(window, follow, FACTOR**-by, at)


def crossed(sight: Sight, picture: Picture, scene: Scene, by: int) -> None:
    """Move the crosshair by so many columns, and at least to the next x at which any run of the page has a point."""
    lens, box = picture.lens, _chosen(picture)
    if lens is None or box is None:
        return
    at, axes = sight.cursor, box.axes
    if at is None or not np.isfinite(at):
        point = scene.nearest((box.tag,), axes.high)
        sight.cursor = None if point is None else point.x
    else:
        width = max(box.inside - box.gutter - 1, 1)
        share = float(axes.share(np.array([at]))[0])
        target = placed(axes, share + by / width, bounded=False) if np.isfinite(share) else at
        sight.cursor = scene.beyond(picture.page.tags, at, target)
    if sight.cursor is not None:
        sight.window, sight.follow = lens.revealed(sight.window, sight.follow, sight.cursor)


def _chosen(picture: Picture) -> Box | None:
    return next((box for box in picture.boxes if box.tag == picture.chosen), None)


def placed(axes: Axes, share: float, bounded: bool = True) -> float:
    """The x at a share of the width of a plot; inside of it if `bounded`."""
    return float(axes.at(np.array([min(max(share, 0.0), 1.0) if bounded else share]))[0])
