"""Trajectories from noise to data, as far as they are walked: x_t, the noise and the data that the model sees in it.

Shapes: f kept frames, n samples, … one example, all in the scale of the network: x_t = sqrt(alpha_bar) x_0 +
sqrt(1 - alpha_bar) eps.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...data.points import Points
from ...objectives.denoising import Denoising
from ...runs.run import Record
from ...sampling.diffusion import Diffusion
from ...sampling.samplers import Frame
from ...training.trainer import Trainer
from ..requests import LookInside
from .asked import Asked
from .walks import Trajectory, trajectories

PARTICLES = 400
Arrays = dict[str, NDArray[Any]]


def denoise(trainer: Trainer, look: LookInside) -> Iterator[Record]:
    """A record of kind `denoising` for the trajectory, and one for what is walked beside it.

    Settings: sampler, steps, seed, class, guidance, count, beside (`forward` or `sampler`), and `seconds`: how long
    to walk on now; ask again for more. Raises ValueError, one sentence, for a model that does not denoise.
    """
    objective = trainer.objective
    if not isinstance(objective, Denoising):
        raise ValueError(f"{trainer.job.model} does not denoise: it learns {trainer.job.entry.objective}")
    asked, known = settings(trainer, look), trajectories(trainer)
    way = known.get(trainer, asked)
    seconds = float(look.get("seconds", float("inf")))
    way.go(seconds)
    shared = _shared(way, objective)
    for name, walk in way.walks.items():
        x, eps, x0 = (torch.stack([getattr(frame, part) for frame in walk.frames]) for part in ("x", "eps", "x0"))
        arrays = shared | _along(objective.diffusion, walk.frames) | _three(x, eps, x0)
        arrays |= {"labels": np.array(asked.labels), "sampler": np.array(name), "walked": np.array(walk.walked)}
        arrays |= known.judge.names(walk, objective.diffusion, objective.data)
        yield Record(tag=f"denoising/{name}", kind="denoising", step=0, arrays=arrays)
    if way.forward is not None:
        found, times = way.forward, next(iter(way.walks.values())).places
        arrays = shared | _times(objective.diffusion, [way.stops[place] for place in times])
        arrays |= _three(found.x, found.eps, found.x0) | {"true": _small(found.true)}
        arrays |= {"labels": np.array([found.label] * found.x.shape[1]), "sampler": np.array("forward")}
        arrays |= {"walked": np.array(asked.steps), "example": np.array([look.split, str(look.index)])}
        yield Record(tag="denoising/forward", kind="denoising", step=0, arrays=arrays)


def settings(trainer: Trainer, look: LookInside) -> Asked:
    """What `look` asks of the model, checked against its options and classes; raises OptionError."""
    objective = trainer.objective
    assert isinstance(objective, Denoising)
    classes = objective.data.classes if objective.diffusion.classes else ()
    many = PARTICLES if isinstance(objective.data, Points) else 1
    return Asked.of(look, objective.options, classes, many)


def _shared(way: Trajectory, objective: Denoising) -> Arrays:
    """What all records of one answer say alike."""
    asked, scaling, data = way.asked, objective.diffusion.scaling, objective.data
    center = scaling.center.cpu().numpy() if isinstance(scaling.center, Tensor) else np.array(scaling.center)
    arrays: Arrays = {
        "of_step": np.array(way.step),
        "steps": np.array(asked.steps),
        "seed": np.array(asked.seed),
        "guidance": np.array(asked.guidance),
        "center": center,
        "unit": np.array(scaling.unit),
    }
    if isinstance(data, Points):
        arrays |= {"centers": data.centers, "real": data.val[:PARTICLES]}
    elif objective.diffusion.classes:
        arrays["classes"] = np.array(data.classes)
    return arrays


def _along(diffusion: Diffusion, frames: list[Frame]) -> Arrays:
    return _times(diffusion, [frame.t for frame in frames])


def _times(diffusion: Diffusion, times: list[int]) -> Arrays:
    """t, alpha_bar and the signal-to-noise ratio alpha_bar / (1 - alpha_bar) of each frame: (f,)."""
    alpha_bar = diffusion.noise.alpha_bar[times].cpu().numpy()
    with np.errstate(divide="ignore"):
        return {"t": np.array(times), "alpha_bar": alpha_bar, "snr": alpha_bar / (1 - alpha_bar)}


def _three(x: Tensor, eps: Tensor, x0: Tensor) -> Arrays:
    return {"x": _small(x), "eps": _small(eps), "x0": _small(x0)}


def _small(values: Tensor) -> NDArray[np.float32]:
    return values.cpu().numpy().astype(np.float32)
