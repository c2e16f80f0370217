"""What the frame of the layers pane says: where one looks, at which step, at which example."""

from ...render.numbers import cut
from .scene import Looked
from .sight import CELL, CHANNEL, LAYER, SPLITS, Sight, find, is_flat


def path(looked: Looked, sight: Sight) -> str:
    """The way in: layers, layer, channel, cell."""
    parts = ["layers"]
    made = find(looked.structure, sight.layer)
    if sight.depth >= LAYER:
        parts.append(cut(sight.layer, 40))
    flat = made is not None and is_flat(made)
    if sight.depth >= CHANNEL:
        parts.append(f"unit {sight.channel}" if flat else f"channel {sight.channel}")
    if sight.depth == CELL and not flat:
        parts.append(f"cell ({sight.row},{sight.column})")
    return " › ".join(parts)


def told(looked: Looked, sight: Sight, maps: bool) -> str:
    """Step, example and scale of what is drawn; `maps` if maps are."""
    view, cell, structure = looked.view, looked.cell, looked.structure
    word = "image" if len(structure.input) == 3 else "example"
    if sight.depth == CELL and cell is not None:
        known = view is not None and view.label and (view.split, view.index) == (sight.split, sight.index)
        label = f", labelled {view.label}" if known and view is not None else ""
        seen = "your drawing" if sight.drawn else f"{SPLITS[sight.split]} {word} {sight.index}{label}"
        return f"step {cell.step} · {seen}"
    if view is None or not maps:
        return f"step {structure.step}"
    label = f", labelled {cut(view.label, 20)}" if view.label else ""
    seen = "your drawing" if sight.drawn else f"{SPLITS[view.split]} {word} {view.index}{label}"
    return f"step {view.step} · {seen} · scale: {sight.scope}"
