"""A layer as it was: the feature maps that the run kept at an earlier step, as the layers pane draws them."""

from dataclasses import replace
from math import prod

import numpy as np

from ....engine.probes.requests import NOTHING, Array, LayerView, Structure
from ....engine.runs.run import Record
from .scene import Looked
from .sight import CELL, Sight, extent, find, is_flat

KINDS = ("feature maps",)
BINS = 48


def past_view(record: Record, structure: Structure, layer: str) -> LayerView | None:
    """The layer's output for the one example that was kept; None if the record has none that fits."""
    made, kept = find(structure, layer), record.arrays.get(layer)
    if made is None or kept is None or kept.size != prod(made.shape):
        return None
    maps = kept.astype(np.float32).reshape((prod(made.shape),) if is_flat(made) else extent(made))
    low, high = _range(maps)
    others = [_range(array.astype(np.float32)) for name, array in record.arrays.items() if name != "input"]
    counts, edges = np.histogram(maps[np.isfinite(maps)], BINS, (low, high if high > low else low + 1))
    return LayerView(
        step=record.step,
        layer=layer,
        kind=made.kind,
        index=0,
        split="test",
        label="",
        image=record.arrays.get("input", NOTHING),
        maps=maps,
        kernels=NOTHING,
        counts=counts,
        edges=edges,
        zeros=float((maps == 0).mean()),
        low=low,
        high=high,
        global_low=min(a for a, _ in others),
        global_high=max(b for _, b in others),
        examples=1,
    )


def gone(structure: Structure, record: Record, sight: Sight) -> Looked:
    """What there is to draw of the past: maps, and no formulas."""
    view = past_view(record, structure, sight.layer)
    error = "" if view is not None else f"of {sight.layer} nothing was kept at step {record.step:,}"
    if sight.depth == CELL:
        error = "formulas are of now: | goes there, escape goes back"
    bare = replace(structure, layers=tuple(replace(layer, gradient=float("nan")) for layer in structure.layers))
    return Looked(bare, view, None, error, (-record.step, -record.step, 0))


def _range(values: Array) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
