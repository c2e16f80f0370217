"""Where each pane of the lab goes: a pure function of the room, the focus and the user's splits."""

from dataclasses import dataclass, replace

from textual.geometry import Region

SIDE = ("models", "card", "options")
UPPER = ("curves",)
LOWER = ("layers", "inside", "runs", "log", "compare", "samples")
ALONE = ("lessons",)
"""Panes that take the whole desk."""
PANES = ("models", "card", "options", "curves", *LOWER, *ALONE)
"""In the order of their KEYS; `inside` is the place of whatever view the model has."""
KEYS = dict(zip(PANES, "1234567890T", strict=True))
"""The key that goes to each pane."""

NARROW, SHORT = 100, 28
"""With fewer columns or rows, one thing is shown at a time."""
WIDE, TALL = 160, 44
"""From here on, the lower half shows two panes and a column for runs and log."""


@dataclass(frozen=True)
class Splits:
    """The user's division of the room, in shares."""

    side: float = 0.28
    upper: float = 0.46
    lower: float = 0.58
    right: float = 0.72

    def moved(self, name: str, by: float) -> "Splits":
        """A copy with the split `name` moved, within reason."""
        return replace(self, **{name: min(max(getattr(self, name) + by, 0.12), 0.88)})


def arrange(
    width: int, height: int, focus: str, lower: str, splits: Splits, beside: str = "inside"
) -> dict[str, Region]:
    """The region of every pane that is shown.

    Args:
        width: columns of the room.
        height: rows of the room.
        focus: the pane that must be visible.
        lower: which of LOWER was last looked at.
        splits: the user's division.
        beside: what stands beside the layers where there is room: inside or samples.
    """
    if focus in ALONE:
        return {focus: Region(0, 0, width, height)}
    if width < NARROW or height < SHORT:
        return _narrow(width, height, focus)
    side = min(max(round(width * splits.side), 28), 64)
    places = _side(side, height)
    left, room = side, width - side
    upper = min(max(round(height * splits.upper), 8), height - 8)
    if width >= WIDE and height >= TALL:
        curves = min(max(round(room * splits.right), 30), room - 30)
        places["curves"] = Region(left, 0, curves, upper)
        runs = upper // 2
        places["runs"] = Region(left + curves, 0, room - curves, runs)
        places["log"] = Region(left + curves, runs, room - curves, upper - runs)
        if lower == "compare":
            places["compare"] = Region(left, upper, room, height - upper)
            return places
        layers = min(max(round(room * splits.lower), 30), room - 30)
        places["layers"] = Region(left, upper, layers, height - upper)
        beside = focus if focus in ("inside", "samples") else beside
        places[beside] = Region(left + layers, upper, room - layers, height - upper)
        return places
    places["curves"] = Region(left, 0, room, upper)
    places[lower] = Region(left, upper, room, height - upper)
    return places


def _side(width: int, height: int) -> dict[str, Region]:
    models = min(10, height // 4)
    card = (height - models) // 2
    return {
        "models": Region(0, 0, width, models),
        "card": Region(0, models, width, card),
        "options": Region(0, models + card, width, height - models - card),
    }


def _narrow(width: int, height: int, focus: str) -> dict[str, Region]:
    if focus in SIDE and width >= 64:
        left = width * 2 // 5
        first, second = ("card", "options") if focus == "options" else ("models", "card")
        return {first: Region(0, 0, left, height), second: Region(left, 0, width - left, height)}
    return {focus: Region(0, 0, width, height)}
