"""One door to all probes: a request in, a view out."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

import torch
from torch import nn

from ..data.base import Data
from ..objectives.classification import Classification
from ..training.job import Job
from ..training.trainer import Trainer, build_model, objective_class
from .cells import cell_view
from .inside import inside
from .layers import layer_view
from .predictions import predictions
from .requests import (
    LookCell,
    LookInside,
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


def look(request: Request, trainer: Trainer | None, load: Callable[[Job], Data]) -> View:
    """Answer `request` from the loaded model; `load` gives a job's data.

    Raises ValueError, one sentence, if it cannot be done.
    """
    if isinstance(request, LookSketch):
        return sketch(request.job, load(request.job))
    if trainer is None:
        raise ValueError("no model is loaded yet")
    objective, model, step = trainer.objective, trainer.model, trainer.step
    match request:
        case LookStructure():
            known = _LADDERS.get(model) or structure(
                model, trainer.job.model, objective.data, objective.inputs("test", 0), step
            )
            _LADDERS[model] = known
            return with_gradients(known, model, step)
        case LookLayer():
            return layer_view(objective, request, step)
        case LookCell():
            return cell_view(objective, request, step)
        case LookPredictions():
            if not isinstance(objective, Classification):
                raise ValueError(
                    f"{trainer.job.model} has no predictions by class to show: it learns {trainer.job.entry.objective}"
                )
            return predictions(objective, request, step)
        case LookInside():
            return inside(trainer, request)


def sketch(job: Job, data: Data) -> Structure:
    """The structure that `job` would train; torch's random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        model = build_model(job.entry, job.options, data)
        inputs = objective_class(job.entry, data).specimen(job.options, data)
    return structure(model, job.model, data, inputs)
