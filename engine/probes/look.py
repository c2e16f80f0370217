"""One door to all probes: a request in, a view out."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

import torch
from torch import nn

from ..catalog import find
from ..data.dataset import Dataset
from ..training.job import Job
from ..training.trainer import Trainer, build_model
from .cells import cell_view
from .layers import layer_view
from .predictions import predictions
from .requests import (
    LookCell,
    LookLayer,
    LookPredictions,
    LookSketch,
    LookStructure,
    Request,
    Structure,
    View,
)
from .structure import structure, with_gradients

_LADDERS: WeakKeyDictionary[nn.Module, Structure] = WeakKeyDictionary()
"""A model's shapes do not change while it trains; its gradients do."""


def look(request: Request, trainer: Trainer | None, load: Callable[[str, int], Dataset]) -> View:
    """Answer `request` from the loaded model; `load` gives data by name and seed.

    Raises ValueError, one sentence, if it cannot be done.
    """
    if isinstance(request, LookSketch):
        return sketch(request.job, load(request.job.data, request.job.seed))
    if trainer is None:
        raise ValueError("no model is loaded yet")
    model, data, device, step = trainer.model, trainer.objective.data, trainer.device, trainer.step
    match request:
        case LookStructure():
            known = _LADDERS.get(model) or structure(model, trainer.job.model, data, device, step)
            _LADDERS[model] = known
            return with_gradients(known, model, step)
        case LookLayer():
            return layer_view(model, data, request, step, device)
        case LookCell():
            return cell_view(model, data, request, step, device)
        case LookPredictions():
            return predictions(model, trainer.objective, request, step)


def sketch(job: Job, data: Dataset) -> Structure:
    """The structure that `job` would train; torch's random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        model = build_model(find(job.model), job.options, data.shape, len(data.classes))
    return structure(model, job.model, data, torch.device("cpu"))
