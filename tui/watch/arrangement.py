"""Where each pane of the monitor goes: a pure function of the room, the focus and the user's splits."""

from dataclasses import dataclass, replace

from textual.geometry import Region

NARROW, SHORT = 72, 20
"""With fewer columns the list of runs is no sidebar, with fewer rows nothing is docked."""


@dataclass(frozen=True)
class Splits:
    """The user's division of the room, in shares."""

    side: float = 0.24
    upper: float = 0.58

    def moved(self, name: str, by: float) -> "Splits":
        """A copy with the split `name` moved, within reason."""
        return replace(self, **{name: min(max(getattr(self, name) + by, 0.1), 0.9)})


def arrange(width: int, height: int, focus: str, lower: str, sidebar: bool, splits: Splits) -> dict[str, Region]:
    """The region of every pane that is shown.

    Args:
        width: columns of the room.
        height: rows of the room.
        focus: the pane that must be visible.
        lower: the pane that is docked below the charts, or nothing.
        sidebar: whether the list of runs stands at the left.
        splits: the user's division.
    """
    places = {}
    left = 0
    if sidebar and width >= NARROW and (focus in ("runs", "charts") or width >= 100):
        left = min(max(round(width * splits.side), 22), 60)
        places["runs"] = Region(0, 0, left, height)
    elif focus == "runs":
        return {"runs": Region(0, 0, width, height)}
    room = width - left
    docked = lower if lower not in ("", "runs", "charts") else ""
    if docked and height >= SHORT + 8:
        upper = min(max(round(height * splits.upper), 8), height - 7)
        places["charts"] = Region(left, 0, room, upper)
        places[docked] = Region(left, upper, room, height - upper)
    elif docked and focus == docked:
        places[docked] = Region(left, 0, room, height)
    else:
        places["charts"] = Region(left, 0, room, height)
    return places
