"""Where one looks inside a model: layer, channel, cell, example, and how the colours are scaled."""

from dataclasses import dataclass, replace
from math import prod
from typing import Self

from ....engine.probes.requests import Array, Layer, Structure

SCOPES = ("unit", "layer", "global")
SPLITS = {"test": "test", "val": "validation", "train": "training"}
LADDER, LAYER, CHANNEL, CELL = 1, 2, 3, 4
"""The depths."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One place to look at; `page` is the first input channel that a cell's formula shows."""

    depth: int = LADDER
    layer: str = ""
    channel: int = 0
    row: int = 0
    column: int = 0
    page: int = 0
    split: str = "test"
    index: int = 0
    scope: str = "layer"
    kernels: bool = False
    drawn: tuple[float, ...] = ()
    """The image that the user drew, in place of the example."""

    def within(self, structure: Structure) -> Self:
        """The same place in this model, or the nearest sensible one where it has no such layer or cell."""
        layer = find(structure, self.layer)
        if layer is None:
            layer, depth = first_of_interest(structure), LADDER
        else:
            depth = self.depth
        if layer is None:
            return replace(self, depth=LADDER, layer="")
        count, rows, columns = extent(layer)
        flat = is_flat(layer)
        return replace(
            self,
            layer=layer.name,
            depth=LAYER if flat and depth == CHANNEL else depth,
            channel=_clamp(self.channel, count),
            row=_clamp(self.row, rows),
            column=_clamp(self.column, columns),
            index=self.index % max(1, size(structure, self.split)),
            drawn=self.drawn if len(self.drawn) == prod(structure.input) else (),
        )

    def deeper(self, flat: bool) -> Self:
        """One depth further in; what has no rows and columns goes from the layer to the unit's formula."""
        depth = min(CELL, self.depth + (2 if flat and self.depth == LAYER else 1))
        return replace(self, depth=depth, page=0)

    def higher(self, flat: bool) -> Self:
        """One depth back."""
        return replace(self, depth=max(LADDER, self.depth - (2 if flat and self.depth == CELL else 1)))


def _clamp(index: int, count: int) -> int:
    return min(max(index, 0), max(0, count - 1))


def find(structure: Structure, name: str) -> Layer | None:
    """The layer called `name`."""
    return next((layer for layer in structure.layers if layer.name == name), None)


def first_of_interest(structure: Structure) -> Layer | None:
    """The first convolution, else the first layer with parameters, else the first."""
    layers = structure.layers
    convolutions = (layer for layer in layers if layer.kind == "convolution")
    learnt = (layer for layer in layers if layer.parameters)
    return next(convolutions, None) or next(learnt, None) or next(iter(layers), None)


def is_flat(layer: Layer) -> bool:
    """Whether an output is a row of units, not maps."""
    return len(layer.shape) < 2


def extent(layer: Layer) -> tuple[int, int, int]:
    """Channels, rows and columns of the output; a unit is a channel of one cell, a matrix is one map."""
    if is_flat(layer):
        return prod(layer.shape), 1, 1
    return prod(layer.shape[:-2]), layer.shape[-2], layer.shape[-1]


def fits(layer: Layer, maps: Array) -> bool:
    """Whether `maps` can be what the layer put out."""
    return maps.shape == (prod(layer.shape),) if is_flat(layer) else maps.shape == extent(layer)


def size(structure: Structure, split: str) -> int:
    """The number of examples of a split."""
    return {"train": structure.train, "val": structure.val, "test": structure.test}[split]


def source(structure: Structure, name: str) -> tuple[int, ...]:
    """The shape that was flattened for the dense layer `name`, or () if its input was not flattened."""
    names = [layer.name for layer in structure.layers]
    if name not in names:
        return ()
    at = names.index(name) - 1
    while at >= 0 and structure.layers[at].kind == "Dropout":
        at -= 1
    if at < 0 or structure.layers[at].kind != "Flatten":
        return ()
    return structure.layers[at - 1].shape if at else structure.input


def shown_shape(shape: tuple[int, ...]) -> str:
    """A shape in words: 16x8x8."""
    return "x".join(map(str, shape)) or "1"
