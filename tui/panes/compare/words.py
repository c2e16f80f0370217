"""The words that a comparison is said in, on paper and on the screen. Knows nothing of any widget."""

from collections.abc import Mapping, Sequence
from typing import Any

from ....engine.comparing.state import Progress
from ....engine.text import sanitize
from ...render.numbers import clock

ENOUGH = 4
"""Points of a curve of held-out data; with fewer the training's own loss tells more."""


def where(state: Progress) -> str:
    """Which training, and how far it is."""
    if not state.run:
        return state.message or "loading"
    step = f" step {state.step:,}" + (f"/{state.steps:,}" if state.steps else "") if state.step else ""
    doing = f" {sanitize(state.message, limit=60)}" if state.message else ""
    return f"{min(state.done + 1, state.tasks)}/{state.tasks} {sanitize(state.name)} seed {state.seed}{step}{doing}"


def left(seconds: float | None) -> str:
    """The time that is left, in words."""
    return "" if seconds is None else f", {clock(seconds)} left"


def headline(document: Mapping[str, Any]) -> str:
    """What was compared, in a sentence."""
    names = ", ".join(sanitize(entry["name"], limit=100) for entry in document["entries"])
    count = len(document["seeds"])
    seeds = f"{count} seeds" if count != 1 else "one seed"
    state = "" if document["status"] == "finished" else f" ({document['status']})"
    return f"{names} on {sanitize(document['data'])}{state}: {seeds}, {document['budget']['words']}"


def common_tag(entries: Sequence[Mapping[str, Any]]) -> str:
    """The curve that all of them have: of held-out data if it has points enough."""
    tags = [tag for tag in (entries[0]["curves"] if entries else ()) if all(tag in e["curves"] for e in entries)]
    long = [tag for tag in tags if all(len(e["curves"][tag]["steps"]) >= ENOUGH for e in entries)]
    return str((long or tags or [""])[-1])
