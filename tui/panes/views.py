"""The panes that look inside a family of models; each is imported when a model that has it is shown."""

from dataclasses import dataclass
from importlib import import_module

from ...engine.catalog import Entry
from .pane import Pane


@dataclass(frozen=True)
class View:
    """A pane, as `file:Class` in this folder, and the kinds of data for which it makes sense; without any, all."""

    pane: str
    kinds: tuple[str, ...] = ()


VIEWS: dict[str, View] = {
    "arena": View("arena.pane:ArenaPane", ("points", "images")),
    "evidence": View("evidence.pane:EvidencePane", ("images",)),
    "attention": View("attention.pane:AttentionPane", ("text", "sequences", "pairs", "images")),
    "latent": View("latent.pane:LatentPane", ("images",)),
    "denoise": View("denoise.pane:DenoisePane", ("images", "points")),
    "hidden": View("hidden.pane:HiddenPane"),
    "predictions": View("predictions.pane:PredictionsPane", ("images", "features", "sequences")),
    "text": View("text.pane:TextPane", ("text", "pairs")),
    "health": View("health.pane:HealthPane"),
}
"""By the names that the catalogue's `views` have."""


def views_of(entry: Entry, data: str) -> tuple[str, ...]:
    """The views of a model on some data that are panes, the first of them first shown."""
    from ...engine.data.load import kind_of  # numpy: not on the way to the first picture

    try:
        kind = kind_of(data, entry.objectives)
    except (ValueError, OSError):  # whoever trains on it will say so
        return ()
    return tuple(name for name in entry.views if name in VIEWS and kind in (VIEWS[name].kinds or (kind,)))


def make(view: str) -> Pane:
    """The pane of a view, with the view's name as its id."""
    file, _, name = VIEWS[view].pane.partition(":")
    pane: Pane = getattr(import_module(f".{file}", __package__), name)(id=view)
    return pane
