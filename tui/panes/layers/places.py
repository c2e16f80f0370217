"""Where one has been in each layer; a layer or map entered anew starts at its value farthest from zero."""

from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from ....engine.probes.requests import Array, LayerView, Structure
from .scale import maps_of
from .sight import CELL, CHANNEL, LADDER, LAYER, Sight


class Places:
    """The channel and the cell that the user chose in each layer of one model."""

    def __init__(self) -> None:
        self._channels: dict[str, int] = {}
        self._cells: dict[str, tuple[int, int]] = {}
        self._model: Hashable = None
        self._channel = self._cell = False

    @property
    def seeking(self) -> bool:
        """Whether a start is yet to be found, once the layer's view is there."""
        return self._channel or self._cell

    def of(self, structure: Structure) -> None:
        """Forget the places of another model."""
        model = structure.model, tuple((layer.name, layer.shape) for layer in structure.layers)
        if model != self._model:
            self._channels, self._cells, self._model = {}, {}, model
            self._channel = self._cell = False

    def at(self, sight: Sight, layer: str) -> Sight:
        """The sight moved to `layer`, where one was there the last time."""
        self._channel = self._cell = False
        row, column = self._cells.get(layer, (0, 0))
        return replace(sight, layer=layer, channel=self._channels.get(layer, 0), row=row, column=column, page=0)

    def enter(self, before: Sight, after: Sight, flat: bool) -> None:
        """Seek a start in what was entered, unless one was chosen there before."""
        name = after.layer
        if before.depth == LADDER and after.depth >= LAYER:
            self._channel = name not in self._channels
        elif before.depth == LAYER and after.depth >= CHANNEL:
            self._channels[name] = after.channel
            self._cell = not flat and name not in self._cells

    def leave(self, sight: Sight) -> None:
        """Seek nothing that is no longer shown."""
        self._channel &= sight.depth >= LAYER
        self._cell &= sight.depth >= CHANNEL

    def chose_channel(self, sight: Sight) -> None:
        """The user chose this channel."""
        self._channels[sight.layer], self._channel = sight.channel, False

    def chose_cell(self, sight: Sight) -> None:
        """The user chose this cell."""
        self._cells[sight.layer], self._cell = (sight.row, sight.column), False

    def settle(self, sight: Sight, view: LayerView | None) -> Sight:
        """The sight at the start that was sought, if `view` shows its layer and example."""
        if view is None or (view.layer, view.split, view.index) != (sight.layer, sight.split, sight.index):
            return sight
        maps = maps_of(view)
        if self._channel:
            self._channel = False
            peaks = _sizes(view.maps.reshape(len(view.maps), -1) if maps is None else maps.reshape(len(maps), -1))
            sight = replace(sight, channel=int(peaks.max(axis=1).argmax()))
        if self._cell:
            self._cell = False
            if maps is not None and CHANNEL <= sight.depth <= CELL:
                chosen = _sizes(maps[min(sight.channel, len(maps) - 1)])
                row, column = np.unravel_index(int(chosen.argmax()), chosen.shape)
                sight = replace(sight, row=int(row), column=int(column))
        return sight


def _sizes(values: Array) -> Array:
    """Distances from zero; what is no number is least."""
    return np.where(np.isnan(values), -1.0, np.abs(values))
