"""Drawing the input of the layers pane: the canvas shows what the model says, the pane what its layers make of it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ....engine.probes.requests import LayerView, LookLayer, Structure

if TYPE_CHECKING:
    from .pane import LayersPane

KEY = "canvas/guess"


def draw_for(pane: "LayersPane", structure: Structure) -> None:
    """Open the canvas; the pane follows every stroke, and goes back to its example if the user cancels."""
    from ...screens.canvas import CanvasScreen  # not on the way to the first picture

    before = pane.sight
    session, last = pane.lab.session, structure.layers[-1].name
    channels, rows, columns = structure.input
    start = np.zeros((rows, columns), np.float32)
    if before.drawn:
        start = np.asarray(before.drawn, np.float32).reshape(channels, rows, columns)[0]

    def changed(image: Any) -> None:
        drawn = tuple(np.repeat(image[None], channels, axis=0).ravel().tolist())
        pane.sight = replace(pane.sight, drawn=drawn)
        session.subscribe(KEY, LookLayer(last, drawn=drawn))
        pane.pull()

    def guess() -> Any:
        answer = session.answers.get(KEY)
        return answer.view.maps.ravel() if answer is not None and isinstance(answer.view, LayerView) else None

    def closed(keep: bool | None) -> None:
        session.subscribe(KEY, None)
        if not keep or not any(pane.sight.drawn):
            pane.sight = replace(pane.sight, drawn=before.drawn)
        pane.pull()

    pane.app.push_screen(CanvasScreen(start, structure.classes, changed, guess, pane.ink), closed)
