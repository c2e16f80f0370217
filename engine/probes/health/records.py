"""The records that tell a model's health: arrays of one entry a layer, and histograms."""

from collections.abc import Sequence

import numpy as np
import torch

from ...runs.run import Record
from ..layers import histogram as spread
from .bins import aligned, edges
from .layers import Outputs, Part
from .memory import History, Memory
from .trial import Trial
from .verdicts import Vitals
from .weights import Gradients

MANY = 0.1
"""Share of outputs that are exactly zero, from which on they have no column of their own."""


def table(
    order: Sequence[Part],
    met: dict[str, Outputs],
    grads: Sequence[Gradients],
    norms: Sequence[float],
    vitals: Sequence[Vitals],
    verdicts: Sequence[tuple[int, str]],
    memory: Memory,
    trial: Trial | None,
    said: str,
) -> Record:
    """Kind `health`; l layers, in order.

    Strings (l,): layers, kinds, verdicts. Numbers (l,), NaN where there are none: mean, sd, zeros and saturated
    (shares) of the outputs; gradient (norm, after clipping), gradient_mean, gradient_sd; weight (norm); update (norm
    of one update over that of the weights). Whole numbers (l,): units, dead (-1 where none can be), level (0 well,
    1 to watch, 2 bad). Of all: headline; examples in a batch and where in the split it began (first); batches over
    which units were dead; update_step (-1: none yet) and factor of the schedule in it; tried: whether gradients and
    update are those of one more step, tried on a copy; broken_layer, broken_step.
    """
    none = Outputs()
    outputs = [met.get(part.name, none) for part in order]
    numbers = {
        "mean": [found.mean for found in outputs],
        "sd": [found.sd for found in outputs],
        "zeros": [found.zeros for found in outputs],
        "saturated": [v.saturated for v in vitals],
        "gradient": [grad.norm for grad in grads],
        "gradient_mean": [grad.mean for grad in grads],
        "gradient_sd": [grad.sd for grad in grads],
        "weight": norms,
        "update": [v.update for v in vitals],
    }
    step, layer, _ = memory.broken or (-1, "", "")
    arrays = {name: np.array(values, np.float64) for name, values in numbers.items()} | {
        "layers": np.array([part.name for part in order]),
        "kinds": np.array([part.kind for part in order]),
        "units": np.array([v.units for v in vitals]),
        "dead": np.array([v.dead for v in vitals]),
        "level": np.array([level for level, _ in verdicts]),
        "verdicts": np.array([words for _, words in verdicts]),
        "headline": np.array(said),
        "examples": np.array(memory.seen),
        "first": np.array(memory.first),
        "batches": np.array(memory.batches),
        "update_step": np.array(trial.step + 1 if trial else memory.updates.step),
        "factor": np.array(trial.factor if trial else memory.updates.factor),
        "tried": np.array(trial is not None),
        "broken_layer": np.array(layer),
        "broken_step": np.array(step),
    }
    return Record(tag="health", kind="health", step=0, arrays=arrays)


def histories(layer: str, history: History) -> Record:
    """Kind `histograms`: counts (s, bins) of a layer's weights at `steps` (s,), between `edges` (bins + 1,)."""
    counts, reach = aligned(history.counts, history.exponents)
    arrays = {"layer": np.array(layer), "steps": np.array(history.steps), "counts": counts, "edges": edges(reach)}
    return Record(tag=f"weights/{layer}", kind="histograms", step=0, arrays=arrays)


def distribution(layer: str, found: Outputs) -> Record:
    """Kind `histogram`: counts (bins,) of a layer's outputs over the batch, between `edges` (bins + 1,).

    Zeros that are many, as those of a rectifier, are left out, for no other column would be seen; `left_out` says
    how many.
    """
    values = torch.cat([output.flatten() for output in found.kept or []]).float()
    many = found.zeros > MANY
    counts, borders = spread(values[values != 0].cpu().numpy() if many else values.cpu().numpy())
    arrays = {
        "layer": np.array(layer),
        "counts": counts,
        "edges": borders,
        "left_out": np.array(found.zero if many else 0),
    }
    return Record(tag=f"outputs/{layer}", kind="histogram", step=0, arrays=arrays)
