"""Both networks in one picture: what the generator makes, what the discriminator thinks of it, where it is pulled.

Everything is computed in evaluation mode from the same random numbers every time, and changes nothing.
Shapes: n examples, z random numbers, k centers, g places of a grid. Points are in the units of the data.
"""

from collections.abc import Iterator
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..data.points import Points
from ..probes.capture import looking
from ..quality.points import FAIR, mode_counts
from ..runs.run import Record
from .adversarial_losses import LOSSES
from .adversarial_records import A_CLASS, SURFACE, scatter, sheet, sheet_labels, surface

if TYPE_CHECKING:
    from .adversarial import Adversarial

POINTS, IMAGES = 512, A_CLASS * A_CLASS
SEED = 3
"""Of the random numbers that samples are shown from, always."""
PORTION = 256
PLACES = 33
"""Latent vectors along one axis of the generator's manifold."""
LEAST_REACH = 2.0


def made(objective: "Adversarial", averaged: bool) -> tuple[Tensor, Tensor | None]:
    """Generated examples in the networks' scale, the same random numbers every time, and their labels if any.

    Of the generator that plays, or of its slow average, which is validated, tested and kept.
    """
    labels = sheet_labels(objective.classes, objective.device)
    count = POINTS if isinstance(objective.data, Points) else IMAGES if labels is None else len(labels)
    generator, parts = network(objective, averaged), []
    random = objective.random(SEED)
    with looking(objective.model):
        for start in range(0, count, PORTION):  # in portions, as `sample` draws them
            chosen = None if labels is None else labels[start : start + PORTION]
            parts.append(generator(objective.noise(min(PORTION, count - start), random), chosen))
    return torch.cat(parts), labels


def real(objective: "Adversarial", split: str = "train") -> tuple[Tensor, Tensor | None]:
    """Real examples in the networks' scale beside those of `made`, of the same classes as far as there are any."""
    data, wanted = objective.data, sheet_labels(objective.classes, objective.device)
    if isinstance(data, Points):
        return objective.scaling.inside(torch.from_numpy(data.split(split)[:POINTS]).to(objective.device)), None
    assert isinstance(data, Dataset)
    examples, index = data.split(split), np.arange(IMAGES)
    if wanted is not None:
        own = [np.flatnonzero(examples.y == label)[:A_CLASS] for label in wanted[::A_CLASS].tolist()]
        index = np.concatenate(own)
    index = index[index < len(examples.y)]
    x = objective.scaling.inside(torch.from_numpy(examples.x[index]).to(objective.device))
    return x, None if wanted is None else torch.from_numpy(examples.y[index]).to(objective.device)


def network(objective: "Adversarial", averaged: bool) -> nn.Module:
    """The generator, or its slow average."""
    return objective.averages["generator"].module if averaged else objective.model.generator


def plane(
    objective: "Adversarial", *, averaged: bool = True, places: int = SURFACE, first: int = 0
) -> Iterator[Record]:
    """Of two-dimensional data: samples with their pulls, the generator's manifold, the discriminator's surface.

    Of kind `points`: real, points, pulls (n, 2), centers (k, 2), how many points each has: counts (k,), and which of
    them are covered (k,); manifold (g, g, 2), or (1, g, 2) of one latent number, its reach, the first latent number
    that it varies. Of kind `surface`: grid and extent, `border`, D's answer where it cannot tell, whether the
    loss fixed it.
    """
    data, scaling = objective.data, objective.scaling
    assert isinstance(data, Points)
    fake, _ = made(objective, averaged)
    beside, _ = real(objective)
    with looking(objective.model):
        folded = network(objective, averaged)(lattice(objective.options.z, first).to(objective.device))
    record = scatter(scaling.outside(fake), data)
    points = record.arrays["points"]
    counts = mode_counts(points[np.isfinite(points).all(axis=1)], data) if len(data.centers) else np.zeros(0, np.int64)
    record.arrays.update(
        pulls=pulls(objective, fake, beside).cpu().numpy(),
        manifold=scaling.outside(folded).reshape(-1, PLACES, 2).cpu().numpy(),
        reach=np.array(reach(objective.options.z), dtype=np.float32),
        first=np.array(first % max(1, objective.options.z - 1)),
        counts=counts,
        covered=counts >= FAIR * len(points) / max(1, len(counts)),
        averaged=np.array(averaged),
    )
    yield record
    ground = surface(lambda x: objective.opinions(scaling.inside(x.to(objective.device))), data.extent, places)
    ground.arrays["border"] = np.array(border(objective, beside, fake), dtype=np.float32)
    ground.arrays["fixed"] = np.array(LOSSES[objective.options.loss].border is not None)
    yield ground


def sheets(objective: "Adversarial", *, averaged: bool = True) -> Iterator[Record]:
    """Of images: a sheet of generated ones, always from the same random numbers, with D's answer to each (n,)."""
    images, labels = made(objective, averaged)
    beside, known = real(objective)
    line = border(objective, beside, images, (known, labels))
    yield judged("samples", objective, images, labels, averaged=np.array(averaged), border=np.array(line))


def judged(tag: str, objective: "Adversarial", images: Tensor, labels: Tensor | None, **more: Any) -> Record:
    """A sheet of images (n, c, h, w), given in the networks' scale, with D's answers as `scores`."""
    record = sheet(objective.scaling.outside(images), labels)
    scores = objective.opinions(images, labels).cpu().numpy()
    return Record(tag=tag, kind=record.kind, step=0, arrays=record.arrays | {"scores": scores} | more)


def pulls(objective: "Adversarial", fake: Tensor, beside: Tensor) -> Tensor:
    """Where the generator's loss pulls each of its points (n, 2): minus the slope of that point's own loss, (n, 2).

    In loss by unit of the data; `beside` are the real partners of losses that have any. Points are in the networks'
    scale.
    """
    loss, judge = LOSSES[objective.options.loss], objective.model.discriminator
    x = fake.detach().clone().requires_grad_()
    partners = beside[torch.arange(len(x), device=x.device) % len(beside)]
    with looking(objective.model), torch.enable_grad():
        value = loss.generator(judge(partners).detach(), judge(x))
        (slopes,) = torch.autograd.grad(value, x)
    return -slopes * len(x) / objective.scaling.unit


def reach(z: int) -> float:
    """How far from 0 the manifold's lattice goes: as far as random vectors of `z` numbers lie, about."""
    return max(LEAST_REACH, sqrt(z))


def lattice(z: int, first: int = 0) -> Tensor:
    """Latent vectors (g, z): a square lattice of number `first` and the next one, all others 0; a line if z is 1."""
    axis = torch.linspace(-reach(z), reach(z), PLACES)
    if z == 1:
        return axis[:, None]
    grid = torch.zeros(PLACES, PLACES, z)
    first %= z - 1
    grid[:, :, first], grid[:, :, first + 1] = axis[:, None], axis[None, :]
    return grid.reshape(-1, z)


def border(
    objective: "Adversarial", beside: Tensor, fake: Tensor, labels: tuple[Tensor | None, Tensor | None] = (None, None)
) -> float:
    """The answer of D at which it cannot tell; where only differences count, midway between its mean answers."""
    known = LOSSES[objective.options.loss].border
    if known is not None:
        return known
    means = (objective.opinions(x, y).mean() for x, y in zip((beside, fake), labels, strict=True))
    return float(sum(means)) / 2
